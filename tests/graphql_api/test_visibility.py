"""What an account keeps for administrators is told to nobody else: on no way to it, and by no question about it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from graphql import GraphQLObjectType, get_named_type, is_leaf_type

from catalog.actors import Actor, Scope
from catalog.changes import change
from catalog.ids import now, public_id
from catalog.models import User
from catalog.services import extensions, tokens, users, visibility
from catalog.services.users import Draft
from graphql_api.schema import schema
from tests import builders
from tests.graphql_api import surface
from tests.graphql_api.conftest import Ask

OURS = schema._schema
ACCOUNT = OURS.type_map["Account"]
assert isinstance(ACCOUNT, GraphQLObjectType)

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
HR = "urn:acme:params:scim:schemas:hr:1.0:User"
SECRET = "SECRET"

SINCE = (now() - timedelta(days=2)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
NEEDED = {
    ("Account", "user"): '(input: {email: "ada@lovelace.example"})',
    ("Account", "team"): '(alias: "payments")',
    ("Account", "usersCountedBy"): '(field: "role")',
    ("Account", "teamsCountedBy"): '(field: "name")',
    ("Account", "reorganisation"): f'(from: "{SINCE}", first: 5)',
    ("Account", "headcount"): f'(from: "{SINCE}")',
    ("Account", "membershipChanges"): f'(from: "{SINCE}", first: 5)',
    ("User", "membershipChanges"): f'(from: "{SINCE}", first: 5)',
    ("Team", "membershipChanges"): f'(from: "{SINCE}", first: 5)',
}
"""Arguments without which a field can't be asked."""

FOR_ADMINISTRATORS = {
    *("apiTokens", "auditEvents", "provisioningEvents", "pendingDecisions", "letters", "signInConnections"),
}

HIDDEN = [
    *("title", "department", "employeeNumber", "userType", "manager", "addresses.country", "phoneNumbers.value"),
    *(f"{HR}:grade", f"{ENTERPRISE}:costCenter"),
]


@pytest.fixture
async def ada(actor: Actor) -> User:
    """Somebody with much to hide, who had another title yesterday; the account shows names and addresses alone."""
    grace = await builders.a_user(actor, "grace@hopper.example")
    ada = await builders.a_user(actor, "ada@lovelace.example", manager_id=grace.id, **_hidden("OLD"))
    await builders.a_team(actor, "Payments", members=[ada, grace])
    async with change(actor) as this:
        definition = {"type": "object", "properties": {"grade": {"type": "string"}}}
        await extensions.define(this, HR, definition)
    async with change(actor) as this:
        await visibility.choose(this, [])
        user = await users.lock(this, ada.id)
        await users.replace(this, user, Draft(user.user_name, {**user.attributes, **_hidden("NEW")["attributes"]}))
    return ada


def _hidden(which: str) -> dict[str, Any]:
    enterprise = dict.fromkeys(("department", "employeeNumber", "costCenter"), f"{SECRET}-{which}")
    return {
        "attributes": {
            "title": f"{SECRET}-{which}",
            "userType": f"{SECRET}-{which}",
            "addresses": [{"country": f"{SECRET}-{which}"}],
            "phoneNumbers": [{"value": f"{SECRET}-{which}"}],
            ENTERPRISE: {**enterprise, "manager": {"value": "grace@hopper.example"}},
            HR: {"grade": f"{SECRET}-{which}"},
        }
    }


@pytest.fixture
async def as_user(actor: Actor, client: httpx.AsyncClient) -> Callable[..., Any]:
    """The same endpoint, asked by somebody who is no administrator."""
    grace = await builders.a_user(actor, "alan@turing.example")
    async with change(actor) as this:
        _, secret = await tokens.create_for_user(this, grace, name="theirs", scope=Scope.WRITE)

    async def asked(query: str, **variables: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {secret}"}
        return await client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)

    return asked


def documents() -> dict[str, str]:
    """A document for each field of the account, with every field below it, two objects deep."""
    found = {}
    for name, field in ACCOUNT.fields.items():  # type: ignore[union-attr]
        named = get_named_type(field.type)
        if not is_leaf_type(named) and name != "teamPropertyDefinition":
            depth = 0 if name in ("team", "teams") else 1
            call = f"{name}{surface.arguments(ACCOUNT, name, field, NEEDED)}"
            found[name] = f"{{account {{{call} {surface.selection(named, depth, arguments_of=NEEDED)}}}}}"
    as_of = "asOf: $at, first: 5"
    for name, path in THEN.items():
        within = f"account {{{path}}}".replace("AT", as_of).replace("ALL", _all_of_a_person())
        found[name] = f'query($at: ISO8601DateTime = "{now().isoformat()}") {{{within}}}'
    return found


THEN = {
    "users then": "users(AT) {nodes {ALL manager {name} reports {nodes {name}} teams {nodes {manager {ALL}}}}}",
    "teams then": "teams(AT) {nodes {manager {ALL} members {nodes {ALL}} memberships {nodes {user {ALL}}}}}",
    "memberships then": "memberships(AT) {nodes {user {ALL manager {ALL}}}}",
}
"""Ways into the past, where a person is ALL that they were."""


def _all_of_a_person() -> str:
    person = OURS.type_map["User"]
    assert isinstance(person, GraphQLObjectType)
    return " ".join(name for name, field in person.fields.items() if is_leaf_type(get_named_type(field.type)))


@pytest.mark.parametrize("name", documents())
async def test_no_way_leads_to_what_is_hidden(ask: Ask, as_user: Any, ada: User, name: str) -> None:
    answer = await as_user(documents()[name])
    assert answer.status_code == 200, answer.text
    assert told_secrets(answer.json()) == []
    told = answer.json()
    codes = {error["extensions"]["code"] for error in told.get("errors", ())}
    assert codes <= {"NOT_PERMITTED"}, told["errors"]
    if name not in FOR_ADMINISTRATORS:
        assert told["data"]["account"] is not None
        assert await ask(documents()[name])


def told_secrets(value: Any, where: str = "") -> list[str]:
    """Where something that is hidden stands in an answer."""
    if isinstance(value, dict):
        return [found for key, inner in value.items() for found in told_secrets(inner, f"{where}.{key}")]
    if isinstance(value, list):
        return [found for inner in value for found in told_secrets(inner, where)]
    return [f"{where}: {value}"] if isinstance(value, str) and SECRET in value else []


async def test_the_same_ways_lead_an_administrator_there(ask: Ask, ada: User) -> None:
    for name in ("user", "users", "memberships", "auditEvents", "memberships then"):
        answer = await ask(documents()[name], errors=True)
        assert SECRET in str(answer), (name, answer)


async def test_whose_manager_somebody_is_is_told_to_administrators_alone(ask: Ask, as_user: Any, ada: User) -> None:
    person = "manager {name} reports {totalCount} periods {nodes {manager {name}}}"
    for at in ("", f'(asOf: "{now().isoformat()}")'):
        query = f"{{account {{users{at} {{nodes {{name {person}}}}}}}}}"
        everybody = (await as_user(query)).json()["data"]["account"]["users"]["nodes"]
        assert {one["manager"] and one["manager"]["name"] for one in everybody} == {None}
        assert {one["reports"]["totalCount"] for one in everybody} == {0}
        assert not [period for one in everybody for period in one["periods"]["nodes"] if period["manager"]]
        told = {one["name"]: one for one in (await ask(query))["account"]["users"]["nodes"]}
        assert told["Ada"]["manager"] == {"name": "Grace"}
        assert told["Grace"]["reports"] == {"totalCount": 1}


@pytest.mark.parametrize("field", HIDDEN)
async def test_no_condition_order_or_count_is_answered_about_what_is_hidden(
    as_user: Any, ask: Ask, ada: User, field: str
) -> None:
    value = public_id("User", ada.id) if field == "manager" else f"{SECRET}-NEW"
    questions = [
        ("users(where: {field: $f, value: $v}) {totalCount}", True),
        ("users(where: {field: $f, op: ne, value: $v}) {totalCount}", True),
        ("users(where: {field: $f, op: present}) {totalCount}", True),
        ("users(where: {field: $f, op: in, value: [$v]}) {totalCount}", True),
        ("users(where: {not: {field: $f, value: $v}}) {totalCount}", True),
        ("users(where: {any: [{field: $f, value: $v}, {all: []}]}) {nodes {name}}", True),
        ("usersCountedBy(field: \"role\", where: {field: $f, value: $v}) {totalCount}", True),
        ("users(orderBy: [{field: $f}]) {nodes {name}}", "." not in field),
        ("usersCountedBy(field: $f) {totalCount}", "." not in field),
    ]  # fmt: skip
    for question, can_be_asked in questions:
        declared = "$f: String!, $v: JSON" if "$v" in question else "$f: String!"
        query = f"query({declared}) {{account {{{question}}}}}"
        told = (await as_user(query, f=field, v=value)).json()
        assert told["errors"], question
        assert SECRET not in str(told)
        if can_be_asked:
            assert [error["extensions"]["code"] for error in told["errors"]] == ["NOT_PERMITTED"], question
            assert "errors" not in await ask(query, errors=True, f=field, v=value), question


async def test_nobody_is_found_by_words_of_what_is_hidden(as_user: Any, ada: User) -> None:
    told = (await as_user("query($s: String) {account {users(search: $s) {totalCount}}}", s=f"{SECRET}-NEW")).json()
    assert told == {"data": {"account": {"users": {"totalCount": 0}}}}


async def test_what_the_account_shows_is_shown(actor: Actor, as_user: Any, ada: User) -> None:
    async with change(actor) as this:
        await visibility.choose(this, ["title", "department", HR])
    query = """query($f: String!, $v: JSON) {account {
      user(input: {email: "ada@lovelace.example"}) {title department employeeNumber attributes}
      users(where: {field: $f, value: $v}) {totalCount}
    }}"""
    told = (await as_user(query, f="title", v=f"{SECRET}-NEW")).json()
    assert told["data"]["account"]["users"]["totalCount"] == 1
    user = told["data"]["account"]["user"]
    assert (user["title"], user["department"], user["employeeNumber"]) == (f"{SECRET}-NEW", f"{SECRET}-NEW", None)
    assert user["attributes"][HR] == {"grade": f"{SECRET}-NEW"}
    assert user["attributes"][ENTERPRISE] == {"department": f"{SECRET}-NEW"}
    assert not {"addresses", "phoneNumbers", "userType"} & set(user["attributes"])
