"""What is answered of a resource: `attributes`, `excludedAttributes` and what is always there (RFC 7644 §3.9)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scim_facade.errors import InvalidValue
from scim_facade.projection import Projection
from scim_facade.schemas import CORE_USER_URN, ENTERPRISE_URN, GROUP, USER
from tests.scim_facade.strategies import OWN_USER, resources

Json = dict[str, Any]

ALWAYS = {"schemas": [CORE_USER_URN, ENTERPRISE_URN], "id": "1"}
ADA: Json = {
    **ALWAYS,
    "userName": "ada",
    "name": {"givenName": "Ada", "familyName": "Lovelace"},
    "emails": [{"value": "a@x", "type": "work"}, {"value": "b@x", "display": "B"}],
    ENTERPRISE_URN: {"department": "Engines", "manager": {"value": "1", "displayName": "Charles"}},
    "meta": {"resourceType": "User", "version": 'W/"1"'},
}


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("userName", {"userName": "ada"}),
        (" USERNAME ,, ", {"userName": "ada"}),
        ("id", {}),
        ("nosuch", {}),
        ("password", {}),
        ("userName,nosuch", {"userName": "ada"}),
        (["userName", "meta.version"], {"userName": "ada", "meta": {"version": 'W/"1"'}}),
        ("name", {"name": ADA["name"]}),
        ("name.givenName", {"name": {"givenName": "Ada"}}),
        ("name.givenName,name", {"name": ADA["name"]}),
        ("name,name.givenName", {"name": ADA["name"]}),
        ("name.givenName,name.familyName", {"name": ADA["name"]}),
        ("emails.value", {"emails": [{"value": "a@x"}, {"value": "b@x"}]}),
        ('emails[type eq "work"]', {"emails": ADA["emails"]}),
        ("urn:ietf:params:scim:schemas:core:2.0:User:userName", {"userName": "ada"}),
        (f"{ENTERPRISE_URN}:department", {ENTERPRISE_URN: {"department": "Engines"}}),
        (f"{ENTERPRISE_URN}:manager.value", {ENTERPRISE_URN: {"manager": {"value": "1"}}}),
        (f"{ENTERPRISE_URN}:manager", {ENTERPRISE_URN: {"manager": ADA[ENTERPRISE_URN]["manager"]}}),
        (ENTERPRISE_URN, {ENTERPRISE_URN: ADA[ENTERPRISE_URN]}),
    ],
)
def test_only_what_is_asked_for_is_answered_beside_what_always_is(asked: str | list[str], answered: Json) -> None:
    assert Projection.read(asked, None, USER).shape(ADA) == {**ALWAYS, **answered}


@pytest.mark.parametrize(
    ("excluded", "left_out"),
    [
        ("userName", {"userName": None}),
        ("nosuch", {}),
        ("id,schemas", {}),
        ("emails,name", {"emails": None, "name": None}),
        ("name.givenName", {"name": {"familyName": "Lovelace"}}),
        ("name.givenName,name", {"name": None}),
        ("name,name.givenName", {"name": None}),
        ("emails.display,emails.type", {"emails": [{"value": "a@x"}, {"value": "b@x"}]}),
        ("emails.value,emails.type", {"emails": [{"display": "B"}]}),
        ("name.givenName,name.familyName", {"name": None}),
        (ENTERPRISE_URN, {ENTERPRISE_URN: None}),
        (f"{ENTERPRISE_URN}:department", {ENTERPRISE_URN: {"manager": ADA[ENTERPRISE_URN]["manager"]}}),
        (
            f"{ENTERPRISE_URN}:manager.displayName",
            {ENTERPRISE_URN: {"department": "Engines", "manager": {"value": "1"}}},
        ),
    ],
)
def test_what_is_excluded_is_left_out_but_for_what_is_always_there(excluded: str, left_out: Json) -> None:
    expected = {name: value for name, value in {**ADA, **left_out}.items() if value is not None}
    assert Projection.read(None, excluded, USER).shape(ADA) == expected


def test_a_choice_is_one_or_the_other() -> None:
    with pytest.raises(InvalidValue):
        Projection.read("userName", "emails", USER)


@pytest.mark.parametrize("nothing", [None, "", []])
def test_without_a_choice_the_resource_is_answered_as_it_is(nothing: Any) -> None:
    projection = Projection.read(nothing, nothing, USER)
    assert projection.shape(ADA) is ADA
    assert not projection.given


@pytest.mark.parametrize(
    ("attributes", "excluded", "wanted"),
    [
        (None, None, True),
        ("members", None, True),
        ("members.value", None, True),
        ("displayName", None, False),
        (None, "members", False),
        (None, "members.display", True),
        (None, "displayName", True),
        (None, "MEMBERS", False),
    ],
)
def test_members_are_loaded_only_where_they_are_answered(
    attributes: str | None, excluded: str | None, wanted: bool
) -> None:
    assert Projection.read(attributes, excluded, GROUP).wants("members") is wanted


def test_what_is_returned_on_request_is_asked_for_by_its_name() -> None:
    assert Projection.read("members.display", None, GROUP).asks_for("members", "display")
    assert not Projection.read("members", None, GROUP).asks_for("members", "display")
    assert not Projection.read(None, "members.value", GROUP).asks_for("members", "display")


NAMES = st.lists(
    st.sampled_from([*USER.attributes, "name.givenName", "emails.value", f"{ENTERPRISE_URN}:manager", "nosuch"]),
    max_size=4,
)


@settings(deadline=None)
@given(resources(OWN_USER), NAMES, st.booleans())
def test_a_choice_only_ever_leaves_out(resource: Json, names: list[str], is_exclusion: bool) -> None:
    whole = {"schemas": [CORE_USER_URN], "id": "1", **resource}
    projection = Projection.read(None, names, OWN_USER) if is_exclusion else Projection.read(names, None, OWN_USER)
    shaped = projection.shape(whole)
    assert shaped["id"] == "1"
    assert shaped["schemas"] == [CORE_USER_URN]
    assert _is_part(shaped, whole)
    assert projection.shape(shaped) == shaped


def _is_part(part: Any, whole: Any) -> bool:
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(name in whole and _is_part(value, whole[name]) for name, value in part.items())
    if isinstance(part, list) and isinstance(whole, list):
        rest = iter(whole)
        return all(any(_is_part(one, other) for other in rest) for one in part)
    return bool(part == whole)
