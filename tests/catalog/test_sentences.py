"""Every audited action is told as a plain sentence, with the names that the reader knows."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from catalog.sentences import mentioned, sentence
from catalog.services import audit

NAMES = {"1": "Ada", "2": "Grace", "3": "Alan", "7": "Engineering", "8": "Product", "9": "Okta"}


def _event(
    action: str,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    subject: str = "Ada Lovelace",
    **other: Any,
) -> dict[str, Any]:
    return {
        "action": action,
        "actor_kind": "integration",
        "actor_name": "Okta",
        "actor_id": None,
        "subject_id": "42",
        "subject_name": subject,
        "before": None if before is None else orjson.dumps(before).decode(),
        "after": None if after is None else orjson.dumps(after).decode(),
        **other,
    }


@pytest.mark.parametrize(
    ("action", "before", "after", "told"),
    [
        ("user.created", None, {"name": "Ada Lovelace", "title": "SRE"}, "added Ada Lovelace, SRE."),
        (
            "user.updated",
            {"title": "SRE", "department": None},
            {"title": "Staff", "department": "Core", "attributes": ["title"]},
            "changed Ada Lovelace’s title from “SRE” to “Staff” and department to “Core”.",
        ),
        (
            "user.updated",
            {"title": "SRE"},
            {"title": None, "attributes": ["title"]},
            "changed Ada Lovelace’s title from “SRE” to nothing.",
        ),
        (
            "user.updated",
            {"manager_value": "2"},
            {"manager_value": "3", "attributes": ["manager"]},
            "changed Ada Lovelace’s manager from Grace to Alan.",
        ),
        ("user.updated", {"manager_id": None}, {"manager_id": "3"}, "changed Ada Lovelace’s manager to Alan."),
        (
            "user.updated",
            {"manager_value": None},
            {"manager_value": "E1815", "attributes": ["manager"]},
            "changed Ada Lovelace’s manager to “E1815”.",
        ),
        (
            "user.updated",
            {},
            {"attributes": ["addresses", "urn:example:2.0:User:badge"]},
            "changed Ada Lovelace’s addresses and badge.",
        ),
        (
            "user.updated",
            {"name": None},
            {"name": "a", "title": "b", "department": "c", "email": "d", "given_name": "e"},
            "changed Ada Lovelace’s name to “a”, given name to “e”, email to “d” and 2 other things.",
        ),
        (
            "user.reactivated",
            {"role": "admin"},
            {"role": "user"},
            "made Ada Lovelace active again, whose role “admin” ended: they came back under another externalId.",
        ),
        (
            "user.role_changed",
            {"role": "user"},
            {"role": "admin"},
            "changed Ada Lovelace’s role in the account from “user” to “admin”.",
        ),
        (
            "user.linked",
            None,
            {"integration_id": "9", "integration": "Okta"},
            "linked Ada Lovelace to Okta.",
        ),
        (
            "user.linked",
            {"integration_id": "9"},
            {"integration_id": "10", "integration": "Entra"},
            "moved Ada Lovelace from Okta to Entra.",
        ),
        (
            "user.detached",
            {"integration_id": "9"},
            None,
            "detached Ada Lovelace from Okta: managed by hand from now on.",
        ),
    ],
)
def test_what_became_of_a_person_is_told(
    action: str, before: dict[str, Any] | None, after: dict[str, Any] | None, told: str
) -> None:
    assert sentence(_event(action, before, after), NAMES) == f"Okta (SCIM) {told}"


@pytest.mark.parametrize(
    ("action", "before", "after", "told"),
    [
        ("team.renamed", {"name": "Core"}, {"name": "Platform"}, "renamed the team “Core” to “Platform”."),
        (
            "team.renamed",
            {"name": "Core"},
            {"name": "Core", "provider_name": "App-Core"},
            "calls the group of the team Platform “App-Core” now.",
        ),
        ("team.moved", {"parent": "8"}, {"parent": "7"}, "moved Platform below Engineering."),
        ("team.moved", {"parent": "7"}, {"parent": None}, "moved Platform to the top, out of Engineering."),
        ("team.moved", {"parent": None}, {"parent": "99"}, "moved Platform below another team."),
        (
            "team.updated",
            {"responsibilities": None},
            {"responsibilities": "  Keeps\n it up "},
            "changed Platform’s responsibilities to “Keeps it up”.",
        ),
        (
            "team.updated",
            {"is_listed": True},
            {"is_listed": False},
            "changed the rules for teams: Platform is no team any more: its group is kept for SCIM alone.",
        ),
        (
            "team.deleted",
            {"name": "Platform", "members": 1},
            None,
            "deleted the team Platform; one person left it.",
        ),
        ("team.restored", None, None, "brought the team Platform back."),
        ("memberships.changed", None, {"members": ["1"], "count": 1}, "added Ada to Platform."),
        (
            "memberships.changed",
            None,
            {"members": ["1", "2"], "count": 2, "role": "manager"},
            "added Ada and Grace to Platform as “manager”.",
        ),
        (
            "memberships.changed",
            {"members": ["1", "2", "3", "4"], "count": 1500},
            None,
            "removed Ada, Grace, Alan and 1,497 others from Platform.",
        ),
        (
            "memberships.changed",
            {"members": ["3"], "count": 1},
            {"members": ["55", "56"], "count": 2},
            "added 2 people to Platform and removed Alan.",
        ),
        (
            "memberships.changed",
            {"members": ["1"], "role": None},
            {"members": ["1"], "role": "manager"},
            "changed the role of Ada in Platform to “manager”.",
        ),
        (
            "memberships.changed",
            {"members": ["1"], "role": "manager"},
            {"members": ["1"], "role": None},
            "changed the role of Ada in Platform, which was “manager”, to none.",
        ),
    ],
)
def test_what_became_of_a_team_is_told(
    action: str, before: dict[str, Any] | None, after: dict[str, Any] | None, told: str
) -> None:
    assert sentence(_event(action, before, after, "Platform"), NAMES) == f"Okta (SCIM) {told}"


@pytest.mark.parametrize(
    ("action", "before", "after", "told"),
    [
        (
            "integration.updated",
            {"strict": False, "team_rules": []},
            {"strict": True, "team_rules": [{"begins_with": "App-"}]},
            "Ada changed Okta’s strict from off to on and team rules.",
        ),
        (
            "token.created",
            None,
            {"prefix": "muster_scim_mtxD", "scope": "scim", "owner": "Okta", "expires_in_days": 365},
            "Ada made the API token “Okta” (muster_scim_mtxD…, scim), good for 365 days.",
        ),
        (
            "token.deleted",
            {"prefix": "muster_scim_mtxD"},
            None,
            "Ada deleted the API token “Okta” (muster_scim_mtxD…).",
        ),
        ("letters.released", None, {"letters": 1}, "Ada released one held letter of Okta."),
        ("letters.discarded", None, {"letters": 3}, "Ada discarded 3 held letters of Okta."),
        (
            "account.updated",
            {"time_zone": "UTC"},
            {"time_zone": "Europe/Berlin"},
            "Ada changed the account’s time zone from “UTC” to “Europe/Berlin”.",
        ),
        (
            "decision.taken",
            None,
            {"decision": "same person"},
            "Ada decided: Okta, who came back under another externalId, is the same person.",
        ),
    ],
)
def test_what_an_administrator_did_is_told(
    action: str, before: dict[str, Any] | None, after: dict[str, Any] | None, told: str
) -> None:
    assert sentence(_event(action, before, after, "Okta", actor_kind="person", actor_name="Ada")) == told


@pytest.mark.parametrize(
    ("kind", "name", "told"),
    [
        ("person", "Grace Hopper", "Grace Hopper deactivated Ada Lovelace."),
        ("service", "nightly", "nightly (service token) deactivated Ada Lovelace."),
        ("command", "muster command", "Somebody at the machine deactivated Ada Lovelace."),
        ("system", "Muster", "Muster deactivated Ada Lovelace."),
    ],
)
def test_whoever_acted_is_called_what_they_are(kind: str, name: str, told: str) -> None:
    assert sentence(_event("user.deactivated", actor_kind=kind, actor_name=name)) == told


def test_who_acts_on_themselves_is_not_named_twice() -> None:
    ada: dict[str, Any] = {"actor_kind": "person", "actor_name": "Ada Lovelace", "actor_id": "42"}
    changed = _event("user.updated", {"name": "Ada"}, {"name": "Ada Lovelace"}, **ada)
    assert sentence(changed) == "Ada Lovelace changed their own name from “Ada” to “Ada Lovelace”."
    assert sentence(_event("session.ended", **ada)) == "Ada Lovelace signed out."


@pytest.mark.parametrize("action", audit.ACTIONS)
@pytest.mark.parametrize("sides", [None, {}, {"members": None, "role": ["odd"]}, {"members": ["1"], "count": 1}])
def test_every_action_has_a_sentence_whatever_its_event_holds(action: str, sides: dict[str, Any] | None) -> None:
    told = sentence(_event(action, sides, sides, "{subject} {0} %s"))
    assert action not in told, "catalog/sentences/actions.py says nothing of this action"
    assert told.endswith(".")
    assert "{who}" not in told


def test_an_action_of_a_later_version_is_told_as_it_is() -> None:
    assert sentence(_event("user.promoted")) == "Okta (SCIM): user.promoted, Ada Lovelace."


def test_a_long_value_is_cut() -> None:
    told = sentence(_event("user.updated", {"title": None}, {"title": "x" * 500}))
    assert told == f"Okta (SCIM) changed Ada Lovelace’s title to “{'x' * 59}…”."


def test_the_ids_that_a_sentence_names_are_few() -> None:
    many = [str(number) for number in range(100)]
    assert mentioned(_event("memberships.changed", {"members": many}, {"members": ["1", "200"]})) == [
        *("0", "1", "2"),
        "200",
    ]
    assert mentioned(_event("team.moved", {"parent": None}, {"parent": "7"})) == ["7"]
    assert mentioned(_event("user.updated", {"manager_value": "2"}, {"manager_value": "3"})) == ["2", "3"]
    assert mentioned(_event("user.deactivated")) == []
