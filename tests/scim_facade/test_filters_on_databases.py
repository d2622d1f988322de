"""A filter finds on both databases exactly the people and groups that meet it by the engine's own reading."""

from dataclasses import dataclass
from random import Random
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings

from catalog.actors import Actor
from catalog.changes import change
from catalog.services import extensions
from scim_facade import filters
from scim_facade.attributes import Attribute, ResourceSchema
from scim_facade.extensions import user_schema
from scim_facade.filters import And, Compare, Filter, Not, Or, ValuePath
from scim_facade.schemas import GROUP
from tests.doses import dose
from tests.scim_facade.strategies import SENT, TEXTS, trees

Json = dict[str, Any]
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"

OWN_URN = "urn:lovelace:params:scim:schemas:extension:own:2.0:User"
DEFINITION: Json = {
    "type": "object",
    "properties": {
        "floor": {"type": "integer"},
        "share": {"type": "number"},
        "since": {"type": "string", "format": "date-time"},
        "remote": {"type": "boolean"},
        "tags": {"type": "array", "items": {"type": "string"}},
    },
}
SCHEMA = user_schema({"urn": OWN_URN, "schema": DEFINITION})
MANY = 30


@dataclass(frozen=True)
class Everybody:
    """The people and groups that there are, as the facade answers them."""

    users: list[Json]
    groups: list[Json]

    def __repr__(self) -> str:
        return f"<{len(self.users)} people, {len(self.groups)} groups>"


@pytest.fixture
async def people(scim: httpx.AsyncClient, actor: Actor) -> Everybody:
    """People drawn by chance, some of them in groups, some of these in others."""
    async with change(actor) as this:
        await extensions.define(this, OWN_URN, DEFINITION)
    chance = Random(7)
    ids = [await _made(scim, "/Users", _person(chance, number)) for number in range(MANY)]
    groups: list[str] = []
    for number, name in enumerate(TEXTS):
        if name.strip():
            members = [{"value": id} for id in chance.sample(ids, chance.choice([0, 1, 5]))]
            members += [{"value": id, "type": "Group"} for id in groups[-1:] if chance.random() < 0.4]
            body = {"displayName": f"{name} {number % 3}", "members": members}
            body |= {"externalId": chance.choice(TEXTS) + str(number)} if chance.random() < 0.5 else {}
            groups.append(await _made(scim, "/Groups", body))
    for id in chance.sample(ids, 10):
        operation = {"op": "add", "path": "nickName", "value": chance.choice(TEXTS)}
        assert (await scim.patch(f"/Users/{id}", json={"Operations": [operation]})).status_code == 200
    everyone = Everybody(*[await _all(scim, path) for path in ("/Users", "/Groups")])
    assert (len(everyone.users), len(everyone.groups)) == (MANY, len(groups))
    return everyone


async def _made(scim: httpx.AsyncClient, path: str, body: Json) -> str:
    answer = await scim.post(path, json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def _all(scim: httpx.AsyncClient, path: str) -> list[Json]:
    # The names of members are answered on request only.
    asked = {
        "attributes": "schemas,externalId,displayName,meta,members.display,members.value,members.type,members.$ref"
    }
    answer = await scim.get(path, params={"count": 1000, **(asked if path == "/Groups" else {})})
    listed: list[Json] = answer.json()["Resources"]
    return listed


OF_ROWS = ("groups", "members", "meta")
IDS = {"id", "value", "$ref", "location", "version"}


def _can_be_asked(tree: Filter, *, of_rows: bool = True) -> bool:
    """Whether it asks of ids, addresses of resources and versions for no more than whether they are the same."""
    match tree:
        case And(terms) | Or(terms):
            return all(_can_be_asked(term, of_rows=of_rows) for term in terms)
        case Not(term):
            return _can_be_asked(term, of_rows=of_rows)
        case ValuePath(path, inner):
            return _can_be_asked(inner, of_rows=path.attribute.name in OF_ROWS)
        case Compare(path, op, _) if of_rows and path.leaf.name in IDS:
            is_of_rows = path.sub is None or path.attribute.name in OF_ROWS
            return op in ("eq", "ne") or not is_of_rows
    return True


CASES = dose(60, 1_000)
QUIETLY = settings(max_examples=CASES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@QUIETLY
@given(text=trees(SCHEMA, only=_can_be_asked).map(str))
async def test_g10_a_filter_finds_the_people_who_meet_it(scim: httpx.AsyncClient, people: Everybody, text: str) -> None:
    await _finds_whom_it_is_met_by(scim, "/Users", text, SCHEMA, people.users)


@QUIETLY
@given(text=trees(GROUP, only=_can_be_asked).map(str))
async def test_a_filter_finds_the_groups_that_meet_it(scim: httpx.AsyncClient, people: Everybody, text: str) -> None:
    await _finds_whom_it_is_met_by(scim, "/Groups", text, GROUP, people.groups)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('members[type eq "Group" and value eq "{ada}"]', []),
        ('members[type eq "User" and value eq "{ada}"]', ["Work", "above"]),
        ('members.type eq "Group" and members.value eq "{ada}"', ["above"]),
        ('members[type eq "Group" and display eq "WORK"]', ["above"]),
        ('members[not (value eq "{ada}")]', ["Work", "above"]),
        ('members.value ne "{ada}"', ["Work", "above", "empty"]),
        ("members.value pr", ["Work", "above"]),
        ("not (members pr)", ["empty"]),
        ('members.$ref eq "http://muster.test/scim/v2/Users/{ada}"', ["Work", "above"]),
        ('members.$ref eq "http://muster.test/scim/v2/Groups/{ada}"', []),
        ('members eq "nobody"', []),
    ],
)
async def test_of_a_member_everything_in_the_brackets_is_so(
    scim: httpx.AsyncClient, text: str, found: list[str]
) -> None:
    ids = [(await scim.post("/Users", json={"userName": name})).json()["id"] for name in ("ada", "grace")]
    people = [{"value": id} for id in ids]
    work = (await scim.post("/Groups", json={"displayName": "Work", "members": people})).json()["id"]
    above = {"displayName": "above", "members": [people[0], {"value": work, "type": "Group"}]}
    assert (await scim.post("/Groups", json=above)).status_code == 201
    assert (await scim.post("/Groups", json={"displayName": "empty"})).status_code == 201
    answer = await scim.get("/Groups", params={"filter": text.replace("{ada}", ids[0]), "sortBy": "displayName"})
    assert sorted(one["displayName"] for one in answer.json()["Resources"]) == found


async def _finds_whom_it_is_met_by(
    scim: httpx.AsyncClient, path: str, text: str, schema: ResourceSchema, everyone: list[Json]
) -> None:
    asked = {"schemas": [SEARCH], "filter": text, "attributes": ["id"], "count": 1000}
    answer = await scim.post(f"{path}/.search", json=asked)
    assert answer.status_code == 200, answer.text
    tree = filters.parse(text, schema)
    names = {one["id"]: one.get("userName") or one["displayName"] for one in everyone}
    expected = {one["id"] for one in everyone if filters.matches(tree, one)}
    assert {names[one["id"]] for one in answer.json()["Resources"]} == {names[id] for id in expected}
    assert answer.json()["totalResults"] == len(expected)


def _person(chance: Random, number: int) -> Json:
    """A body with about half of the attributes that there are, of awkward values."""
    body: Json = {"userName": f"{chance.choice(TEXTS)} {number}", "active": chance.random() < 0.5}
    if chance.random() < 0.5:
        body["externalId"] = f"{chance.choice(TEXTS)}{number}"
    for attribute in SCHEMA.core.attributes:
        if attribute.mutability == "readWrite" and attribute.name not in body and chance.random() < 0.5:
            body[attribute.name] = _value(chance, attribute)
    for email in body.get("emails", []):
        # An address belongs to one person.
        email["value"] = f"{email.get('value', 'x')}{number}"
    for extension in SCHEMA.extensions:
        body[extension.urn] = {one.name: _value(chance, one) for one in extension.attributes if chance.random() < 0.5}
    return body


def _value(chance: Random, attribute: Attribute) -> Any:
    if attribute.multi_valued:
        return [_single(chance, attribute) for _ in range(chance.randint(1, 3))]
    return _single(chance, attribute)


def _single(chance: Random, attribute: Attribute) -> Any:
    if attribute.type == "complex":
        return {sub.name: _single(chance, sub) for sub in attribute.sub_attributes if chance.random() < 0.6}
    return chance.choice(SENT[attribute.type])
