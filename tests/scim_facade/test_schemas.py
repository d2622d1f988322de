"""The schemas as data: what RFC 7643 §4 and §8.7 say, looked up in any case, told completely and truly."""

from typing import Any, Final

import pytest
from scim2_models import EnterpriseUser, Group, User

from scim_facade.attributes import Attribute, ResourceSchema, Schema
from scim_facade.names import locate
from scim_facade.schemas import CORE_USER_URN, ENTERPRISE, ENTERPRISE_URN, GROUP, USER

Json = dict[str, Any]

CHARACTERISTICS = {
    "mutability": {"readOnly", "readWrite", "immutable", "writeOnly"},
    "returned": {"always", "never", "default", "request"},
    "uniqueness": {"none", "server", "global"},
    "type": {"string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"},
}

DIFFERENCES: Final = {
    ("password", None): "Accepted and dropped. Entra's validator wants everything that is listed back.",
    ("active", "required"): "A client may leave it out and has said true, but cannot take it away.",
    ("displayName", "uniqueness"): "Entra's validator wants 409 for a second group of a name.",
    ("members.value", "required"): "A member without an id is nobody, and must not be taken for an empty list.",
    ("members.display", "mutability"): "A person's name is the person's; a group cannot change it.",
    ("members.display", "returned"): "On request: it would make the answer of a large group half as large again.",
    ("manager.value", "required"): "Clients clear a manager by an empty value.",
    ("manager.value", "caseExact"): "It may be a userName, which is compared in any case (§8.7.1 has false).",
    ("manager.$ref", "required"): "No identity provider sends it.",
}
"""Where the schemas told here differ from those of scim2-models, and why."""


def characteristics(attributes: list[Json], prefix: str = "") -> dict[str, Json]:
    """Every attribute and part by its full name."""
    told: dict[str, Json] = {}
    for attribute in attributes:
        name = prefix + attribute["name"]
        told[name] = attribute
        told |= characteristics(attribute.get("subAttributes") or [], f"{name}.")
    return told


EVERY_ATTRIBUTE = [
    pytest.param(attribute, id=f"{schema.name}:{name}")
    for schema in (USER.core, GROUP.core, ENTERPRISE)
    for name, attribute in characteristics(schema.as_json()["attributes"]).items()
]


def test_the_schemas_tell_what_the_rfc_has_but_for_the_named_differences() -> None:
    found: set[tuple[str, str | None]] = set()
    for ours, theirs in ((USER.core, User), (GROUP.core, Group), (ENTERPRISE, EnterpriseUser)):
        told = characteristics(ours.as_json()["attributes"])
        expected = characteristics(theirs.to_schema().model_dump()["attributes"])
        found |= {(name, None) for name in told.keys() ^ expected.keys()}
        for name in told.keys() & expected.keys():
            compared = ["type", "multiValued", "required", "mutability", "returned", "referenceTypes"]
            compared += [] if told[name]["type"] == "complex" else ["caseExact", "uniqueness"]
            found |= {(name, one) for one in compared if told[name].get(one) != expected[name].get(one)}
    assert found == DIFFERENCES.keys()


@pytest.mark.parametrize("told", EVERY_ATTRIBUTE)
def test_every_characteristic_is_told_in_the_rfcs_own_words(told: Json) -> None:
    """Entra takes `ReadWrite` and nulls for mistakes; authentik validates what it reads."""
    assert None not in told.values()
    assert told["description"]
    for name, words in CHARACTERISTICS.items():
        assert told.get(name, "none") in words
    assert isinstance(told["multiValued"], bool)
    assert isinstance(told["required"], bool)
    assert (told["type"] == "complex") == ("subAttributes" in told)


def test_a_password_is_known_and_neither_told_nor_returned() -> None:
    found = USER.find(None, "password")
    assert found is not None
    assert (found[1].mutability, found[1].returned) == ("writeOnly", "never")


@pytest.mark.parametrize(
    ("urn", "name", "extension", "found"),
    [
        (None, "userName", None, "userName"),
        (None, "USERNAME", None, "userName"),
        (CORE_USER_URN.upper(), "username", None, "userName"),
        (None, "Meta", None, "meta"),
        (None, "externalID", None, "externalId"),
        (ENTERPRISE_URN, "Department", ENTERPRISE_URN, "department"),
        (ENTERPRISE_URN.replace("2.0:User", "2.0User"), "department", ENTERPRISE_URN, "department"),
        (None, "manager", ENTERPRISE_URN, "manager"),
    ],
)
def test_an_attribute_is_found_in_any_case(urn: str | None, name: str, extension: str | None, found: str) -> None:
    result = USER.find(urn, name)
    assert result is not None
    assert (result[0], result[1].name) == (extension, found)


@pytest.mark.parametrize(
    ("urn", "name"),
    [
        (None, "__class__"),
        (None, "__proto__"),
        (None, "constructor"),
        (None, "shoeSize"),
        (None, ""),
        (CORE_USER_URN, "department"),
        (ENTERPRISE_URN, "userName"),
        ("urn:acme:2.0:User", "userName"),
    ],
)
def test_what_the_schema_does_not_have_is_not_found(urn: str | None, name: str) -> None:
    assert USER.find(urn, name) is None


ACME = Schema("urn:acme:2.0:User", "Acme", "Of Acme.", (Attribute("badge", "integer"),))
ACME_MORE = Schema("urn:acme:2.0:User:More", "More", "More of Acme.", (Attribute("badge", case_exact=True),))


@pytest.mark.parametrize("order", [(ACME, ACME_MORE), (ACME_MORE, ACME)])
def test_an_extension_may_be_named_like_the_beginning_of_another(order: tuple[Schema, Schema]) -> None:
    schema = USER.with_extension(order[0]).with_extension(order[1])
    for extension in order:
        path = locate(f"{extension.urn}:badge", schema)
        assert path is not None
        assert path.urn == extension.urn
        assert path.attribute is extension.attributes[0]


def test_an_extension_is_added_to_a_schema_of_its_own() -> None:
    larger = USER.with_extension(ACME)
    assert larger.find(ACME.urn, "badge") == (ACME.urn, ACME.attributes[0])
    assert USER.find(ACME.urn, "badge") is None


@pytest.mark.parametrize(
    ("schema", "resource", "urns"),
    [
        (USER, {"userName": "ada"}, [CORE_USER_URN]),
        (USER, {"userName": "ada", ENTERPRISE_URN: {"department": "Engines"}}, [CORE_USER_URN, ENTERPRISE_URN]),
        (USER.with_extension(ACME), {ACME.urn: {"badge": 1}}, [CORE_USER_URN, ACME.urn]),
    ],
)
def test_schemas_names_the_core_and_each_extension_in_use(
    schema: ResourceSchema, resource: Json, urns: list[str]
) -> None:
    assert schema.urns_of(resource) == urns
