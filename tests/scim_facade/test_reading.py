"""Bodies of POST and PUT: what is kept of them, in which form, and what is refused (RFC 7643 §2, RFC 7644 §3.3)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scim_facade.errors import InvalidSyntax, InvalidValue, ScimError
from scim_facade.reading import read_resource
from scim_facade.schemas import CORE_GROUP_URN, CORE_USER_URN, ENTERPRISE_URN, GROUP, USER
from tests.scim_facade.strategies import OWN_URN, OWN_USER, resources

Json = dict[str, Any]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        # Names are the schema's, in whatever case they come (RFC 7643 §2.1).
        ({"NICKNAME": "Ada", "Name": {"GIVENname": "Ada"}}, {"nickName": "Ada", "name": {"givenName": "Ada"}}),
        ({"emails": [{"VALUE": "a@x", "Type": "work"}]}, {"emails": [{"value": "a@x", "type": "work"}]}),
        # What the server makes, and what it never keeps.
        ({"id": "1", "meta": {"version": "1"}, "groups": [{"value": "1"}], "schemas": [CORE_USER_URN]}, {}),
        ({"password": "correct horse"}, {}),
        ({f"{CORE_USER_URN}:password": "correct horse"}, {}),
        ({f"{CORE_USER_URN}:schemas": ["x"], f"{CORE_USER_URN}:id": "1", f"{CORE_USER_URN}:meta": {}}, {}),
        ({f"{ENTERPRISE_URN}:manager.displayName": "Charles"}, {}),
        ({ENTERPRISE_URN: {"manager": {"displayName": "Charles"}}}, {}),
        # Unknown names, URNs among them.
        ({"nosuch": 1, "urn:nobody:User": {"a": 1}, "name": {"nosuch": 1}, "__proto__": {"x": 1}}, {}),
        # Null, the empty list and, from Entra, the empty text are no value (RFC 7643 §2.5).
        ({"title": None, "nickName": "", "emails": [], "name": {}, "phoneNumbers": [None]}, {}),
        ({"name": {"givenName": None, "familyName": "L"}}, {"name": {"familyName": "L"}}),
        ({"name.givenName": None}, {}),
        ({f"{ENTERPRISE_URN}:department": ""}, {}),
        ({ENTERPRISE_URN: None}, {}),
        ({ENTERPRISE_URN: {"department": None}}, {}),
        ({"active": None}, {}),
        # Booleans and texts, as Entra and Okta get them wrong.
        ({"active": "False"}, {"active": False}),
        ({"active": "TRUE"}, {"active": True}),
        ({"roles": [{"value": "x", "primary": "True"}]}, {"roles": [{"value": "x", "primary": True}]}),
        ({"externalId": 4711}, {"externalId": "4711"}),
        (
            {ENTERPRISE_URN: {"employeeNumber": 7, "costCenter": 1.5}},
            {ENTERPRISE_URN: {"employeeNumber": "7", "costCenter": "1.5"}},
        ),
        # The manager in every form that Entra has had.
        ({ENTERPRISE_URN: {"manager": "26118915"}}, {ENTERPRISE_URN: {"manager": {"value": "26118915"}}}),
        (
            {ENTERPRISE_URN: {"manager": {"value": "1", "$ref": "../Users/1"}}},
            {ENTERPRISE_URN: {"manager": {"value": "1", "$ref": "../Users/1"}}},
        ),
        ({ENTERPRISE_URN: {"manager": [{"value": "1"}]}}, {ENTERPRISE_URN: {"manager": {"value": "1"}}}),
        ({ENTERPRISE_URN: {"manager": ""}}, {}),
        ({ENTERPRISE_URN: {"manager": {"value": ""}}}, {}),
        ({ENTERPRISE_URN: {"manager": {"value": None}}}, {}),
        # The extension's URN in any case, and without its last colon (older Entra).
        ({ENTERPRISE_URN.upper(): {"Department": "x"}}, {ENTERPRISE_URN: {"department": "x"}}),
        ({ENTERPRISE_URN.replace("2.0:User", "2.0User"): {"department": "x"}}, {ENTERPRISE_URN: {"department": "x"}}),
        # One object for a list of one, and names that are paths.
        ({"emails": {"value": "a@x"}}, {"emails": [{"value": "a@x"}]}),
        ({"emails": ["a@x"]}, {"emails": [{"value": "a@x"}]}),
        ({"name.givenName": "Ada", "name.familyName": "L"}, {"name": {"givenName": "Ada", "familyName": "L"}}),
        ({f"{CORE_USER_URN}:title": "Countess"}, {"title": "Countess"}),
        (
            {f"{ENTERPRISE_URN}:department": "x", f"{ENTERPRISE_URN}:manager": "1"},
            {ENTERPRISE_URN: {"department": "x", "manager": {"value": "1"}}},
        ),
        # No format is checked: Entra's validator sends what none would allow.
        (
            {"locale": "XQZ", "profileUrl": "no url", "timezone": "x", "addresses": [{"country": "Belize"}]},
            {"locale": "XQZ", "profileUrl": "no url", "timezone": "x", "addresses": [{"country": "Belize"}]},
        ),
        # A role that is JSON in a text stays one.
        ({"roles": ['{"id":"1","value":"x"}']}, {"roles": [{"value": '{"id":"1","value":"x"}'}]}),
    ],
)
def test_of_a_body_is_kept(sent: Json, kept: Json) -> None:
    assert read_resource({"userName": "ada", **sent}, USER) == {"userName": "ada", **kept}


@pytest.mark.parametrize(
    ("sent", "named"),
    [
        ({}, "userName"),
        ({"userName": None}, "userName"),
        ({"userName": ""}, "userName"),
        ({"userName": ["a", "b"]}, "userName"),
        ({"userName": {"value": "ada"}}, "userName"),
        ({"userName": True}, "userName"),
        ({"userName": "ada", "active": "maybe"}, "active"),
        ({"userName": "ada", "active": 1}, "active"),
        ({"userName": "ada", "name": "Ada"}, "name"),
        ({"userName": "ada", "name": {"givenName": ["Ada", "L"]}}, "givenName"),
        ({"userName": "ada", "emails": [["a@x"]]}, "emails"),
        ({"userName": "ada", "emails": [True]}, "emails"),
        ({"userName": "ada", "emails": [{"value": {"x": 1}}]}, "value"),
        ({"userName": "ada", "emails": [{"value": "a", "primary": "x"}]}, "primary"),
        ({"userName": "ada", "x509Certificates": [{"value": "*** no base64 ***"}]}, "value"),
        ({"userName": "ada", ENTERPRISE_URN: "x"}, ENTERPRISE_URN),
        ({"userName": "ada", ENTERPRISE_URN: {"department": ["x", "y"]}}, "department"),
        ({"userName": "ada", OWN_URN: {"floor": 1.5}}, "floor"),
        ({"userName": "ada", OWN_URN: {"floor": "3"}}, "floor"),
        ({"userName": "ada", OWN_URN: {"share": "half"}}, "share"),
        ({"userName": "ada", OWN_URN: {"since": "yesterday"}}, "since"),
        ({"userName": "ada", OWN_URN: {"tags": ["a", {}, {"b": 1}]}}, "tags"),
    ],
)
def test_a_value_of_another_type_is_refused_by_its_name(sent: Json, named: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        read_resource(sent, OWN_USER)
    assert named in refused.value.detail


@pytest.mark.parametrize("schemas", ["urn", [1], [CORE_USER_URN, None], {}, 7])
def test_schemas_that_are_no_list_of_texts_are_refused(schemas: Any) -> None:
    with pytest.raises(InvalidSyntax):
        read_resource({"schemas": schemas, "userName": "ada"}, USER)


STRICT = {"schemas": [CORE_USER_URN, ENTERPRISE_URN], "userName": "ada"}


@pytest.mark.parametrize(
    ("sent", "refused"),
    [
        ({"schemas": None}, InvalidSyntax),
        ({"schemas": [ENTERPRISE_URN]}, InvalidSyntax),
        ({"schemas": [CORE_USER_URN, "urn:nobody"]}, InvalidSyntax),
        ({"nosuch": 1}, InvalidValue),
        ({"name": {"nosuch": 1}}, InvalidValue),
        ({"urn:nobody": {}}, InvalidValue),
        ({ENTERPRISE_URN: {"nosuch": 1}}, InvalidValue),
        ({"active": "True"}, InvalidValue),
        ({"externalId": 7}, InvalidValue),
        ({ENTERPRISE_URN: {"manager": "1"}}, InvalidValue),
    ],
)
def test_an_integration_set_to_strict_forgives_nothing(sent: Json, refused: type[ScimError]) -> None:
    assert read_resource(STRICT, USER, strict=True) == {"userName": "ada"}
    with pytest.raises(refused):
        read_resource({**STRICT, **sent}, USER, strict=True)


def test_members_are_read_with_what_a_client_may_say_of_them() -> None:
    sent = {
        "schemas": [CORE_GROUP_URN],
        "displayName": "Payments",
        "members": [{"value": "1", "$ref": None, "display": None}, {"value": "2", "type": "User", "display": "x"}, "3"],
    }
    members = [{"value": "1"}, {"value": "2", "type": "User"}, {"value": "3"}]
    assert read_resource(sent, GROUP) == {"displayName": "Payments", "members": members}


@settings(deadline=None)
@given(resources(OWN_USER))
def test_a_resource_in_canonical_form_is_read_as_it_is(resource: Json) -> None:
    assert read_resource(resource, OWN_USER) == resource


NAMES = st.sampled_from(
    ["userName", "name", "name.givenName", "emails", "emails.value", "active", "password", "schemas", "id", "meta"]
    + [f"{CORE_USER_URN}:{name}" for name in ("title", "password", "schemas", "id", "groups", "name.familyName")]
    + [ENTERPRISE_URN, f"{ENTERPRISE_URN}:manager", f"{ENTERPRISE_URN}:manager.displayName", OWN_URN, "nosuch", ""]
)
PARTS = st.sampled_from(
    ["value", "type", "primary", "givenName", "manager", "department", "floor", "tags", "$ref", "x"]
)
ANYTHING = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(PARTS, inner, max_size=3)),
    max_leaves=8,
)


@settings(deadline=None)
@given(st.dictionaries(NAMES, ANYTHING, max_size=5))
def test_whatever_is_sent_nothing_is_kept_that_is_the_servers_or_blank(sent: Json) -> None:
    try:
        kept = read_resource({"userName": "ada", **sent}, OWN_USER)
    except ScimError:
        return
    assert not kept.keys() & {"id", "meta", "groups", "schemas", "password", "nosuch"}
    assert not any(_blank_inside(value) for value in kept.values())
    assert read_resource(kept, OWN_USER) == kept


def _blank_inside(value: Any) -> bool:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return value in (None, "", [], {}) or any(_blank_inside(part) for part in parts)
