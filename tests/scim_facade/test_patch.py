"""PATCH as values: what a resource is after an edit, what is refused, and what is a no-op (RFC 7644 §3.5.2)."""

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scim_facade import patch
from scim_facade.attributes import ResourceSchema
from scim_facade.errors import InvalidPath, InvalidSyntax, InvalidValue, Mutability, NoTarget, ScimError
from scim_facade.reading import read_resource
from scim_facade.schemas import CORE_USER_URN, ENTERPRISE_URN, USER
from tests.doses import dose
from tests.scim_facade.strategies import OWN_URN, OWN_USER, resources, values

Json = dict[str, Any]

WORK = {"value": "ada@work.example", "type": "work", "primary": True}
HOME = {"value": "ada@home.example", "type": "home"}
ADA: Json = {
    "userName": "ada",
    "title": "Countess",
    "name": {"givenName": "Ada", "familyName": "Lovelace"},
    "emails": [WORK, HOME],
    "active": True,
    ENTERPRISE_URN: {"department": "Engines", "manager": {"value": "1"}},
}


def patched(resource: Json, *operations: Json, schema: ResourceSchema = USER, strict: bool = False) -> Json:
    message = {"schemas": [patch.PATCH_OP], "Operations": list(operations)}
    return patch.apply(patch.read(message, schema, strict=strict), resource, schema)


def op(op: str, path: str | None = None, *value: Any) -> Json:
    return {"op": op, **({"path": path} if path else {}), **({"value": value[0]} if value else {})}


GONE = object()


def changed(**attributes: Any) -> Json:
    """Ada with these attributes; GONE takes one away, and `enterprise` stands for the extension."""
    made = {**ADA, **attributes}
    if "enterprise" in made:
        made[ENTERPRISE_URN] = made.pop("enterprise")
    return {name: value for name, value in made.items() if value is not GONE}


@pytest.mark.parametrize(
    ("operation", "after"),
    [
        # Single values.
        (op("add", "title", "Lady"), changed(title="Lady")),
        (op("replace", "title", "Lady"), changed(title="Lady")),
        (op("add", "nickName", "Ada"), changed(nickName="Ada")),
        (op("replace", "nickName", "Ada"), changed(nickName="Ada")),
        (op("remove", "title"), changed(title=GONE)),
        (op("remove", "nickName"), ADA),
        # "" and null clear (Entra's template).
        (op("replace", "title", ""), changed(title=GONE)),
        (op("replace", "title", None), changed(title=GONE)),
        (op("replace", "emails", []), changed(emails=GONE)),
        (op("add", "title", None), ADA),
        # Complex values are merged.
        (op("add", "name", {"middleName": "K"}), changed(name={**ADA["name"], "middleName": "K"})),
        (op("replace", "name", {"givenName": "A"}), changed(name={"givenName": "A", "familyName": "Lovelace"})),
        (op("replace", "name.givenName", "A"), changed(name={"givenName": "A", "familyName": "Lovelace"})),
        (op("remove", "name.givenName"), changed(name={"familyName": "Lovelace"})),
        (op("remove", "name"), changed(name=GONE)),
        # Lists: appended without repeating what is there, replaced whole.
        (
            op("add", "emails", [{"value": "x", "type": "other"}]),
            changed(emails=[WORK, HOME, {"value": "x", "type": "other"}]),
        ),
        (op("add", "emails", [HOME]), ADA),
        (op("add", "emails", [{"value": "x"}, {"value": "x"}]), changed(emails=[WORK, HOME, {"value": "x"}])),
        (op("add", "emails", {"value": "x"}), changed(emails=[WORK, HOME, {"value": "x"}])),
        (op("add", "ims", [{"value": "x"}]), changed(ims=[{"value": "x"}])),
        (op("replace", "emails", [HOME]), changed(emails=[HOME])),
        (op("remove", "emails"), changed(emails=GONE)),
        (op("remove", "ims"), ADA),
        # Elements that a filter chooses.
        (op("replace", 'emails[type eq "WORK"].value', "x"), changed(emails=[{**WORK, "value": "x"}, HOME])),
        (op("replace", 'emails[type eq "home"]', {"value": "x"}), changed(emails=[WORK, {"value": "x"}])),
        (op("add", 'emails[type eq "home"]', {"display": "x"}), changed(emails=[WORK, {**HOME, "display": "x"}])),
        (op("remove", 'emails[type eq "home"]'), changed(emails=[WORK])),
        (op("remove", 'emails[type eq "home"].type'), changed(emails=[WORK, {"value": HOME["value"]}])),
        (op("remove", "emails[type pr]"), changed(emails=GONE)),
        (op("remove", 'emails[type eq "other"]'), ADA),
        (op("remove", 'emails[type eq "other"].value'), ADA),
        (op("replace", "emails.display", "x"), changed(emails=[{**WORK, "display": "x"}, {**HOME, "display": "x"}])),
        # Entra: what no element meets is made, from a filter of equalities.
        (
            op("add", 'phoneNumbers[type eq "mobile"].value', "1"),
            changed(phoneNumbers=[{"type": "mobile", "value": "1"}]),
        ),
        (
            op("replace", 'phoneNumbers[type eq "mobile"].value', "1"),
            changed(phoneNumbers=[{"type": "mobile", "value": "1"}]),
        ),
        (
            op("replace", 'emails[type eq "other" and display eq "d"].value', "x"),
            changed(emails=[WORK, HOME, {"type": "other", "display": "d", "value": "x"}]),
        ),
        (
            op("replace", 'addresses[type eq "work"]', {"locality": "London"}),
            changed(addresses=[{"type": "work", "locality": "London"}]),
        ),
        (op("add", 'roles[primary eq "True"].value', "x"), changed(roles=[{"primary": True, "value": "x"}])),
        # Whoever is made primary is so alone.
        (
            op("replace", 'emails[type eq "home"].primary', True),
            changed(emails=[{**WORK, "primary": False}, {**HOME, "primary": True}]),
        ),
        (
            op("add", "emails", [{"value": "x", "primary": True}]),
            changed(emails=[{**WORK, "primary": False}, HOME, {"value": "x", "primary": True}]),
        ),
        (op("replace", "emails[type pr].primary", True), changed(emails=[WORK, {**HOME, "primary": False}])),
        # Entra and others list what is to go.
        (op("remove", "emails", [{"value": "ada@home.example"}]), changed(emails=[WORK])),
        (op("remove", "emails", [{"value": "ada@home.example", "type": "work"}]), ADA),
        (op("remove", "emails", {"value": "ada@home.example", "display": "x"}), changed(emails=[WORK])),
        (op("remove", "emails", [{"value": "nobody"}]), ADA),
        # Extensions appear and disappear with what is in them.
        (
            op("add", f"{ENTERPRISE_URN}:costCenter", "7"),
            changed(enterprise={**ADA[ENTERPRISE_URN], "costCenter": "7"}),
        ),
        (op("remove", f"{ENTERPRISE_URN}:department"), changed(enterprise={"manager": {"value": "1"}})),
        (op("remove", ENTERPRISE_URN), changed(enterprise=GONE)),
        (
            op("add", ENTERPRISE_URN, {"costCenter": "7"}),
            changed(enterprise={**ADA[ENTERPRISE_URN], "costCenter": "7"}),
        ),
        # The manager in every form that Entra has had.
        (
            op("replace", f"{ENTERPRISE_URN}:manager", "2"),
            changed(enterprise={"department": "Engines", "manager": {"value": "2"}}),
        ),
        (
            op("replace", f"{ENTERPRISE_URN}:manager", [{"value": "2"}]),
            changed(enterprise={"department": "Engines", "manager": {"value": "2"}}),
        ),
        (
            op("replace", f"{ENTERPRISE_URN}:manager.value", "2"),
            changed(enterprise={"department": "Engines", "manager": {"value": "2"}}),
        ),
        (
            op("replace", f"{ENTERPRISE_URN}.manager", "2"),
            changed(enterprise={"department": "Engines", "manager": {"value": "2"}}),
        ),
        (
            op("replace", "manager", {"value": "2"}),
            changed(enterprise={"department": "Engines", "manager": {"value": "2"}}),
        ),
        (op("replace", f"{ENTERPRISE_URN}:manager", ""), changed(enterprise={"department": "Engines"})),
        (op("replace", f"{ENTERPRISE_URN}:manager", {"value": ""}), changed(enterprise={"department": "Engines"})),
        (op("remove", f"{ENTERPRISE_URN}:manager"), changed(enterprise={"department": "Engines"})),
        # Without a path each key is one: plain, dotted, qualified; what is not known or not writable is passed over.
        (
            op("replace", None, {"active": False, "name.givenName": "A"}),
            changed(active=False, name={"givenName": "A", "familyName": "Lovelace"}),
        ),
        (op("replace", None, {"active": "False"}), changed(active=False)),
        (
            op("add", None, {f"{ENTERPRISE_URN}:department": "X", "nosuch": 1}),
            changed(enterprise={**ADA[ENTERPRISE_URN], "department": "X"}),
        ),
        (
            op("add", None, {ENTERPRISE_URN: {"department": "X", "nosuch": 1}}),
            changed(enterprise={**ADA[ENTERPRISE_URN], "department": "X"}),
        ),
        (op("replace", None, {'emails[type eq "work"].value': "x"}), changed(emails=[{**WORK, "value": "x"}, HOME])),
        (
            op("replace", None, {"id": "1", "meta": {}, "schemas": [], "groups": [], "title": "Lady"}),
            changed(title="Lady"),
        ),
        (op("replace", None, {}), ADA),
        (op("replace", CORE_USER_URN, {"title": "Lady"}), changed(title="Lady")),
        (op("replace", "password", "secret"), ADA),
        (op("replace", f"{CORE_USER_URN}:password", "secret"), ADA),
        # Entra writes operations with a capital.
        (op("Replace", "title", "Lady"), changed(title="Lady")),
        (op("REMOVE", "title"), changed(title=GONE)),
        (op("replace", "TITLE", "Lady"), changed(title="Lady")),
        ({"OP": "add", "PATH": "title", "VALUE": "Lady"}, changed(title="Lady")),
    ],
)
def test_after_an_operation_ada_is(operation: Json, after: Json) -> None:
    assert patched(ADA, operation) == after


@pytest.mark.parametrize(
    ("operation", "refused"),
    [
        (op("remove"), NoTarget),
        (op("remove", None, {"title": "x"}), NoTarget),
        (op("remove", "userName"), Mutability),
        (op("replace", "userName", None), Mutability),
        (op("replace", "id", "1"), Mutability),
        (op("add", "groups", [{"value": "1"}]), Mutability),
        (op("replace", "meta.created", "2026-01-01T00:00:00Z"), Mutability),
        (op("replace", f"{ENTERPRISE_URN}:manager.displayName", "x"), Mutability),
        (op("replace", "nosuch", "x"), InvalidPath),
        (op("replace", "name.nosuch", "x"), InvalidPath),
        (op("replace", "__proto__.x", "x"), InvalidPath),
        (op("replace", "emails[type eq", "x"), InvalidPath),
        (op("replace", 'emails[nosuch eq "x"].value', "x"), InvalidPath),
        ({"op": "add", "path": ["title"], "value": "x"}, InvalidPath),
        (op("add", "title"), InvalidValue),
        (op("replace", "title"), InvalidValue),
        (op("add", None, "x"), InvalidValue),
        (op("add", None), InvalidValue),
        (op("add", "title", {"value": {}}), InvalidValue),
        (op("replace", "active", "maybe"), InvalidValue),
        (op("add", "emails", [["x"]]), InvalidValue),
        (op("replace", 'emails[type eq "work"]', [{"value": "x"}, {"value": "y"}]), InvalidValue),
        (op("replace", 'emails[type ne "work" and not (type eq "home")].value', "x"), NoTarget),
        (op("replace", 'emails[type sw "other"].value', "x"), NoTarget),
        (op("add", 'emails[value pr and type eq "other"].display', "x"), NoTarget),
        (op("move", "title", "x"), InvalidSyntax),
        ({"path": "title", "value": "x"}, InvalidSyntax),
        ({"op": 1, "path": "title"}, InvalidSyntax),
        ({"op": ["add"], "path": "title"}, InvalidSyntax),
    ],
)
def test_an_operation_is_refused(operation: Json, refused: type[ScimError]) -> None:
    with pytest.raises(refused):
        patched(ADA, operation)


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"Operations": None},
        {"Operations": []},
        {"Operations": {}},
        {"Operations": "x"},
        {"Operations": ["x"]},
        {"Operations": [None]},
        {"Operations": [[]]},
        {"Operations": [op("add", "title", "x")] * (patch.MAX_OPERATIONS + 1)},
    ],
    ids=lambda message: repr(message)[:40],
)
def test_a_message_without_operations_is_refused(message: Json) -> None:
    with pytest.raises(InvalidSyntax):
        patch.read(message, USER)


@pytest.mark.parametrize(
    ("operation", "refused"),
    [
        (op("Replace", "title", "x"), InvalidSyntax),
        (op("replace", 'phoneNumbers[type eq "mobile"].value', "1"), NoTarget),
        (op("replace", "active", "False"), InvalidValue),
        (op("replace", f"{ENTERPRISE_URN}:manager", "2"), InvalidValue),
        (op("replace", None, {"nosuch": 1}), InvalidPath),
    ],
)
def test_an_integration_set_to_strict_forgives_nothing(operation: Json, refused: type[ScimError]) -> None:
    patched(ADA, operation | ({"op": "replace"} if refused is InvalidSyntax else {}), strict=refused is InvalidSyntax)
    with pytest.raises(refused):
        patched(ADA, operation, strict=True)


def test_strict_wants_the_messages_schema() -> None:
    message = {"schemas": ["urn:nobody"], "Operations": [op("add", "title", "x")]}
    assert patch.read(message, USER)
    with pytest.raises(InvalidSyntax):
        patch.read(message, USER, strict=True)


def test_operations_happen_in_order_and_see_each_other() -> None:
    after = patched(
        ADA,
        op("replace", 'emails[type eq "work"].type', "other"),
        op("add", 'emails[type eq "work"].value', "new"),
        op("remove", 'emails[type eq "home"]'),
    )
    assert after["emails"] == [{**WORK, "type": "other"}, {"type": "work", "value": "new"}]


def test_after_a_failure_nothing_has_happened() -> None:
    before = copy.deepcopy(ADA)
    with pytest.raises(NoTarget):
        patched(ADA, op("remove", "emails"), op("replace", 'emails[type sw "x"].value', "x"))
    assert before == ADA


def test_a_required_attribute_may_go_if_it_comes_back() -> None:
    with pytest.raises(Mutability):
        patched(ADA, op("remove", "userName"), op("add", "userName", "grace"))
    assert patched(ADA, op("replace", "userName", "grace"))["userName"] == "grace"


WRITABLE = [("", one) for one in USER.attributes.values() if one.mutability == "readWrite" and one.name != "schemas"]
WRITABLE += [(f"{OWN_URN}:", one) for one in OWN_USER.extensions[1].attributes]
CHOSEN = ['[type eq "work"]', "[primary eq true]", "[not (type pr)]", '[type sw "H"]']


@st.composite
def operations(draw: st.DrawFn) -> Json:
    """One operation on any attribute that a client may write, with a value of its type."""
    prefix, attribute = draw(st.sampled_from(WRITABLE))
    name, path = draw(st.sampled_from(["add", "remove", "replace"])), f"{prefix}{attribute.name}"
    value: Any = None
    if attribute.sub_attributes and draw(st.sampled_from([True, False])):
        if attribute.multi_valued:
            path += draw(st.sampled_from(["", *CHOSEN]))
        part = draw(st.sampled_from(list(attribute.sub_attributes)))
        path += f".{part.name}"
        value = draw(values(part))
    elif name != "remove":
        value = draw(values(attribute))
    return op(name, path, value)


@settings(max_examples=dose(150, 2_000), deadline=None)
@given(resources(OWN_USER), st.lists(operations(), min_size=1, max_size=4))
def test_whatever_is_edited_the_resource_stays_canonical_and_the_old_one_as_it_was(
    before: Json, edits: list[Json]
) -> None:
    kept = copy.deepcopy(before)
    try:
        after = patched(before, *edits, schema=OWN_USER)
    except (NoTarget, Mutability):
        after = before
    assert before == kept
    assert read_resource(after, OWN_USER) == after
    for value in after.values():
        if isinstance(value, list):
            assert sum(isinstance(one, dict) and one.get("primary") is True for one in value) <= 1


@settings(deadline=None)
@given(resources(OWN_USER))
def test_replacing_a_resource_by_itself_changes_nothing(resource: Json) -> None:
    for name in ("add", "replace"):
        edits = patch.read({"Operations": [{"op": name, "value": resource}]}, OWN_USER)
        assert patch.apply(edits, resource, OWN_USER) == resource
