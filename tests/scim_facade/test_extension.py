"""An account's own attributes of people: stored, found, sorted, discovered, returned, patched; over HTTP."""

from typing import Any

import httpx
import pytest

from catalog import actors
from catalog.actors import Actor, Scope
from catalog.changes import change
from catalog.errors import Invalid, NotPermitted
from catalog.models import Account
from catalog.services import extensions
from tests.catalog.teamwork import a_person

URN = "urn:acme:params:scim:schemas:extension:acme:2.0:User"
CORE = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

DEFINITION: dict[str, Any] = {
    "type": "object",
    "title": "Acme",
    "required": ["badge"],
    "properties": {
        "badge": {"type": "integer", "description": "The number on the badge."},
        "shift": {"type": "string", "enum": ["early", "late"]},
        "isContractor": {"type": "boolean"},
        "rate": {"type": "number"},
        "since": {"type": "string", "format": "date-time"},
        "skills": {"type": "array", "items": {"type": "string"}},
        "desk": {
            "type": "object",
            "properties": {"building": {"type": "string"}, "floor": {"type": "integer"}},
        },
        "certificates": {
            "type": "array",
            "items": {"type": "object", "properties": {"name": {"type": "string"}, "level": {"type": "integer"}}},
        },
    },
}

PEOPLE: dict[str, dict[str, Any]] = {
    "ada": {
        "badge": 9,
        "shift": "Early",
        "isContractor": True,
        "rate": 1.5,
        "since": "2024-02-29T23:30:00-01:00",
        "skills": ["Engines", "Notes"],
        "desk": {"building": "North", "floor": 2},
        "certificates": [{"name": "Safety", "level": 3}, {"name": "Welding", "level": 1}],
    },
    "grace": {
        "badge": 10,
        "shift": "late",
        "isContractor": False,
        "rate": 12.25,
        "since": "2023-01-01T00:00:00Z",
        "skills": ["Compilers"],
        "desk": {"building": "south", "floor": 11},
        "certificates": [{"name": "Welding", "level": 3}],
    },
    "alan": {"badge": 100},
}


async def define(actor: Actor, definition: Any = DEFINITION, urn: str = URN) -> None:
    async with change(actor) as this:
        await extensions.define(this, urn, definition)


@pytest.fixture
async def people(scim: httpx.AsyncClient, actor: Actor) -> dict[str, dict[str, Any]]:
    """Three people of an account that has defined attributes, and one without any of them."""
    await define(actor)
    made = {}
    for name, own in {**PEOPLE, "edsger": None}.items():
        body = {"schemas": [CORE], "userName": name, "displayName": name.title()}
        answer = await scim.post("/Users", json=body if own is None else {**body, "schemas": [CORE, URN], URN: own})
        assert answer.status_code == 201, answer.text
        made[name] = answer.json()
    return made


async def test_attributes_are_kept_and_returned_as_they_were_sent(
    scim: httpx.AsyncClient, people: dict[str, dict[str, Any]]
) -> None:
    for name, own in PEOPLE.items():
        read = (await scim.get(f"/Users/{people[name]['id']}")).json()
        assert read[URN] == own
        assert read["schemas"] == [CORE, URN]
    edsger = (await scim.get(f"/Users/{people['edsger']['id']}")).json()
    assert (URN in edsger, edsger["schemas"]) == (False, [CORE])


@pytest.mark.parametrize(
    ("filter", "found"),
    [
        ("badge eq 9", ["ada"]),
        ("badge gt 9", ["alan", "grace"]),
        ("badge ne 9", ["alan", "edsger", "grace"]),
        ("BADGE pr", ["ada", "alan", "grace"]),
        ('shift eq "EARLY"', ["ada"]),
        ('shift sw "l"', ["grace"]),
        ("isContractor eq true", ["ada"]),
        ("isContractor eq false", ["grace"]),
        ("rate lt 1.75", ["ada"]),
        ("rate ge 12.25", ["grace"]),
        ('since gt "2024-03-01T00:00:00Z"', ["ada"]),
        ('since eq "2024-03-01T00:30:00.000Z"', ["ada"]),
        ('since lt "2024-03-01T00:00:00Z"', ["grace"]),
        ('skills eq "notes"', ["ada"]),
        ('skills co "PIL"', ["grace"]),
        ("skills pr", ["ada", "grace"]),
        ('desk.building eq "SOUTH"', ["grace"]),
        ("desk.floor gt 2", ["grace"]),
        ("desk pr", ["ada", "grace"]),
        ('certificates.name eq "welding"', ["ada", "grace"]),
        ('certificates[name eq "welding" and level ge 2]', ["grace"]),
    ],
)
async def test_a_filter_finds(
    scim: httpx.AsyncClient, people: dict[str, dict[str, Any]], filter: str, found: list[str]
) -> None:
    answer = (await scim.get("/Users", params={"filter": f"{URN}:{filter}"})).json()
    assert sorted(one["userName"] for one in answer["Resources"]) == found
    assert answer["totalResults"] == len(found)


async def test_a_filter_of_what_was_not_defined_or_of_another_kind_is_answered_for_what_it_is(
    scim: httpx.AsyncClient, people: dict[str, dict[str, Any]]
) -> None:
    for filter in (f"{URN}:shoeSize eq 7", f'{URN}:desk.shoe eq "x"', f'{URN}:since gt "yesterday"'):
        refused = await scim.get("/Users", params={"filter": filter})
        assert (refused.status_code, refused.json()["scimType"]) == (400, "invalidFilter"), filter
    nobody = await scim.get("/Users", params={"filter": f'{URN}:shift eq "engines"'})
    assert nobody.json()["totalResults"] == 0


@pytest.mark.parametrize(
    ("by", "ascending"),
    [
        ("badge", ["ada", "grace", "alan", "edsger"]),
        ("rate", ["ada", "grace", "alan", "edsger"]),
        ("desk.floor", ["ada", "grace", "alan", "edsger"]),
        ("isContractor", ["grace", "ada", "alan", "edsger"]),
        ("since", ["grace", "ada", "alan", "edsger"]),
        ("shift", ["ada", "grace", "alan", "edsger"]),
        ("skills", ["grace", "ada", "alan", "edsger"]),
    ],
)
async def test_people_are_sorted_by_their_own_attributes_on_pages_of_either_kind(
    scim: httpx.AsyncClient, people: dict[str, dict[str, Any]], by: str, ascending: list[str]
) -> None:
    for order, expected in (("ascending", ascending), ("descending", ascending[::-1])):
        asked = {"sortBy": f"{URN}:{by}", "sortOrder": order, "attributes": "userName"}
        whole = (await scim.get("/Users", params=asked)).json()
        assert [one["userName"] for one in whole["Resources"]] == expected
        seen: list[str] = []
        cursor = ""
        while cursor is not None:
            page = (await scim.get("/Users", params={**asked, "count": 1, "cursor": cursor})).json()
            seen += [one["userName"] for one in page["Resources"]]
            cursor = page.get("nextCursor")
        assert seen == expected


async def test_what_was_defined_is_discovered(scim: httpx.AsyncClient, actor: Actor) -> None:
    assert (await scim.get(f"/Schemas/{URN}")).status_code == 404
    await define(actor)
    schema = (await scim.get(f"/Schemas/{URN}")).json()
    told = {one["name"]: one for one in schema["attributes"]}
    assert (schema["id"], schema["name"]) == (URN, "Acme")
    assert {name: (one["type"], one["multiValued"], one["required"]) for name, one in told.items()} == {
        "badge": ("integer", False, True),
        "shift": ("string", False, False),
        "isContractor": ("boolean", False, False),
        "rate": ("decimal", False, False),
        "since": ("dateTime", False, False),
        "skills": ("string", True, False),
        "desk": ("complex", False, False),
        "certificates": ("complex", True, False),
    }
    assert told["shift"]["canonicalValues"] == ["early", "late"]
    assert told["badge"]["description"] == "The number on the badge."
    assert {one["name"] for one in told["desk"]["subAttributes"]} == {"building", "floor"}
    assert URN in [one["id"] for one in (await scim.get("/Schemas")).json()["Resources"]]
    user = (await scim.get("/ResourceTypes/User")).json()
    assert {"schema": URN, "required": False} in user["schemaExtensions"]


def operations(*given: dict[str, Any]) -> dict[str, Any]:
    return {"schemas": [PATCH_OP], "Operations": list(given)}


@pytest.mark.parametrize(
    ("operation", "changed"),
    [
        ({"op": "replace", "path": f"{URN}:badge", "value": 11}, {"badge": 11}),
        ({"op": "add", "path": f"{URN}:skills", "value": ["Poetry"]}, {"skills": ["Engines", "Notes", "Poetry"]}),
        ({"op": "replace", "path": f"{URN}:desk.floor", "value": 3}, {"desk": {"building": "North", "floor": 3}}),
        ({"op": "remove", "path": f"{URN}:shift"}, {"shift": None}),
        (
            {"op": "replace", "path": f'{URN}:certificates[name eq "welding"].level', "value": 2},
            {"certificates": [{"name": "Safety", "level": 3}, {"name": "Welding", "level": 2}]},
        ),
        (
            {"op": "remove", "path": f"{URN}:certificates[level lt 2]"},
            {"certificates": [{"name": "Safety", "level": 3}]},
        ),
        ({"op": "replace", "value": {URN: {"rate": 2}}}, {"rate": 2}),
        ({"op": "replace", "value": {f"{URN}:isContractor": False}}, {"isContractor": False}),
    ],
)  # fmt: skip
async def test_a_patch_reaches_them_by_their_urn(
    scim: httpx.AsyncClient, people: dict[str, dict[str, Any]], operation: dict[str, Any], changed: dict[str, Any]
) -> None:
    answer = await scim.patch(f"/Users/{people['ada']['id']}", json=operations(operation))
    expected = {name: value for name, value in {**PEOPLE["ada"], **changed}.items() if value is not None}
    assert (answer.status_code, answer.json()[URN]) == (200, expected)


async def test_all_of_them_are_removed_by_the_urn_alone_and_a_required_one_not_by_itself(
    scim: httpx.AsyncClient, people: dict[str, dict[str, Any]]
) -> None:
    refused = await scim.patch(
        f"/Users/{people['ada']['id']}", json=operations({"op": "remove", "path": f"{URN}:badge"})
    )
    assert (refused.status_code, refused.json()["scimType"]) == (400, "mutability")
    for name, operation in (
        ("ada", {"op": "remove", "path": URN}),
        ("grace", {"op": "remove", "value": {URN: {}}}),
        ("edsger", {"op": "remove", "path": URN}),
    ):
        answer = (await scim.patch(f"/Users/{people[name]['id']}", json=operations(operation))).json()
        assert (URN in answer, answer["schemas"]) == (False, [CORE])


@pytest.mark.parametrize(
    ("own", "told"),
    [
        ({"badge": "nine"}, "badge must be an integer"),
        ({"badge": 1, "since": "yesterday"}, "since must be a date"),
        ({"badge": 1, "desk": "North"}, "desk must be an object"),
        ({"badge": 1, "rate": True}, "rate must be a number"),
        ({"shift": "late"}, f"{URN}:badge is required"),
    ],
)
async def test_a_value_of_another_kind_and_a_missing_one_are_refused(
    scim: httpx.AsyncClient, actor: Actor, own: dict[str, Any], told: str
) -> None:
    await define(actor)
    refused = await scim.post("/Users", json={"schemas": [CORE, URN], "userName": "ada", URN: own})
    assert (refused.status_code, refused.json()["scimType"]) == (400, "invalidValue")
    assert told in refused.json()["detail"]


async def test_another_account_has_attributes_of_its_own(
    scim: httpx.AsyncClient, elsewhere: Account, people: dict[str, dict[str, Any]]
) -> None:
    stranger = actors.command(elsewhere.id)
    assert await extensions.of(stranger) is None
    await define(stranger, {"type": "object", "properties": {"shoeSize": {"type": "integer"}}})
    assert (await scim.get(f"/Users/{people['ada']['id']}")).json()[URN] == PEOPLE["ada"]
    assert (await scim.get("/Users", params={"filter": f"{URN}:shoeSize eq 7"})).status_code == 400


STRING = {"type": "string"}


@pytest.mark.parametrize(
    ("definition", "why"),
    [
        ([], "must be an object"),
        (STRING, "type must be object"),
        ({"type": "object"}, "needs properties"),
        ({"type": "object", "properties": {}}, "needs properties"),
        ({"type": "object", "properties": {"a b": STRING}}, "no attribute name"),
        ({"type": "object", "properties": {"1st": STRING}}, "no attribute name"),
        ({"type": "object", "properties": {"a": STRING, "A": STRING}}, "more than case"),
        ({"type": "object", "properties": {"a": {"type": "null"}}}, "boolean, array or object"),
        ({"type": "object", "properties": {"a": {"type": ["string", "null"]}}}, "type must be"),
        ({"type": "object", "properties": {"a": {"type": "array"}}}, "items"),
        ({"type": "object", "properties": {"a": {"type": "array", "items": {"type": "array"}}}}, "no lists"),
        (
            {"type": "object", "properties": {"a": {"type": "object", "properties": {"b": {"type": "object"}}}}},
            "one level",
        ),
        ({"type": "object", "properties": {"a": {**STRING, "pattern": "^x"}}}, "'pattern' is not understood"),
        ({"type": "object", "properties": {"a": {**STRING, "format": "email"}}}, "only format is date-time"),
        ({"type": "object", "properties": {"a": {"type": "integer", "enum": ["1"]}}}, "enum is of strings"),
        ({"type": "object", "properties": {"a": {**STRING, "description": 1}}}, "must be a text"),
        ({"type": "object", "properties": {"a": STRING}, "required": ["b"]}, "among the properties"),
        ({"type": "object", "properties": {"a": STRING}, "required": True}, "list of texts"),
        ({"type": "object", "properties": {f"a{n}": STRING for n in range(101)}}, "at most 100"),
    ],
)  # fmt: skip
async def test_a_definition_that_cannot_be_is_refused_in_a_sentence(
    scim: httpx.AsyncClient, actor: Actor, definition: Any, why: str
) -> None:
    with pytest.raises(Invalid, match=why):
        await define(actor, definition)
    assert (await scim.get("/Schemas")).status_code == 200
    assert await extensions.of(actor) is None


@pytest.mark.parametrize("urn", ["acme", "urn:acme", "urn:acme:", "urn:acme:a b", f"urn:acme:{'x' * 200}", CORE])
async def test_a_urn_that_cannot_be_is_refused(actor: Actor, urn: str) -> None:
    with pytest.raises(Invalid, match="urn: "):
        await define(actor, urn=urn)


async def test_only_an_administrator_defines_attributes(actor: Actor) -> None:
    with pytest.raises(NotPermitted):
        await define(a_person(actor, Scope.READ, Scope.WRITE))
