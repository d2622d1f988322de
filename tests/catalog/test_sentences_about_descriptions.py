"""What the timeline says of contacts, tags and properties."""

from typing import Any

import pytest

from catalog.sentences import sentence


@pytest.mark.parametrize(
    ("action", "before", "after", "told"),
    [
        ("contacts.changed", None, {"type": "slack", "address": "#pay"}, "added the contact “#pay” to Payments."),
        ("contacts.changed", {"address": "#pay"}, None, "removed the contact “#pay” from Payments."),
        (
            "contacts.changed",
            {"address": "#pay", "is_default": False},
            {"address": "#money", "is_default": True},
            "changed Payments’s contact “#pay”: address from “#pay” to “#money” and default from off to on.",
        ),
        ("tags.changed", None, {"tags": ["env:prod"]}, "added the tag “env:prod” to Payments."),
        (
            "tags.changed",
            {"tags": ["env:test"]},
            {"tags": ["a:1", "b:1", "c:1", "d:1"]},
            "added the tags “a:1”, “b:1”, “c:1” and 1 more to Payments and removed the tag “env:test” from Payments.",
        ),
        ("property.assigned", None, {"property": "Size", "value": "7"}, "set Payments’s Size to “7”."),
        (
            "property.assigned",
            {"property": "Size", "value": "7"},
            {"property": "Size", "value": "8"},
            "set Payments’s Size from “7” to “8”.",
        ),
        (
            "property.unassigned",
            {"property": "Size", "value": "7"},
            None,
            "removed Payments’s Size, which was “7”.",
        ),
        ("property_definition.updated", {"schema": {}}, {"schema": {"a": 1}}, "changed the property Payments: schema."),
        ("property_definition.deleted", {"values": 2}, None, "abolished the property Payments, which 2 teams had."),
        ("property_definition.deleted", {"values": 0}, None, "abolished the property Payments."),
    ],
)
def test_what_hangs_on_teams_is_told(action: str, before: Any, after: Any, told: str) -> None:
    event = {
        "action": action,
        "actor_kind": "person",
        "actor_name": "Ada",
        "subject_name": "Payments",
        "before": before,
        "after": after,
    }
    assert sentence(event) == f"Ada {told}"
