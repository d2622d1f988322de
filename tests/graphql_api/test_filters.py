"""Conditions, orders and searches, over HTTP."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from catalog.actors import Actor
from catalog.attributes import ENTERPRISE
from catalog.changes import change
from catalog.ids import public_id
from tests import builders
from tests.graphql_api.conftest import Ask

Make = Callable[..., Awaitable[Any]]

HR = "urn:example:params:scim:schemas:extension:hr:2.0:User"

USERS = """
    query ($filter: [UsersFilterInput!], $where: Condition, $orderBy: [OrderInput!], $search: String, $all: Boolean) {
      account { users(filter: $filter, where: $where, orderBy: $orderBy, search: $search, includeDeactivated: $all) {
        totalCount nodes { name } } } }
"""
TEAMS = """
    query ($where: Condition, $orderBy: [OrderInput!], $search: String, $manager: String, $roots: Boolean) {
      account { teams(where: $where, orderBy: $orderBy, searchTerm: $search, managerEmail: $manager, roots: $roots) {
        totalCount nodes { name } } } }
"""


@pytest.fixture
async def people(actor: Actor, admin: Any) -> dict[str, Any]:
    """Ada, Bob, Cyd, who are told apart by everything that can be asked."""
    ada = await builders.a_user(
        actor,
        "ada@x.example",
        name="Ada Lovelace",
        attributes={
            "title": "Countess",
            "addresses": [{"country": "GB", "type": "work"}, {"country": "FR"}],
            ENTERPRISE: {"department": "Engines", "employeeNumber": "007"},
            HR: {"costCenter": "C1", "grades": ["a", "b"], "level": 3},
        },
    )
    bob = await builders.a_user(
        actor,
        "bob@y.example",
        name="Bob Able",
        attributes={"title": "Smith", ENTERPRISE: {"department": "Sales"}, HR: {"level": 10}},
        manager_id=ada.id,
        deactivated_at=datetime(2026, 1, 2, tzinfo=UTC),
    )
    cyd = await builders.a_user(actor, "cyd@x.example", name="Çyd Çedil", role="admin", invitation="sent")
    team = await builders.a_team(actor, "Engines", alias="engines", members=[ada, bob])
    return {"ada": ada, "bob": bob, "cyd": cyd, "team": team}


def named(got: Any, noun: str = "users") -> str:
    """The first letters of who was found, without the administrator who asks."""
    rows = got["account"][noun]["nodes"]
    return "".join(row["name"][0] for row in rows if row["name"] != "Root Admin").replace("Ç", "C")


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ({"field": "name", "value": "ADA lovelace"}, "A"),
        ({"field": "name", "op": "contains", "value": "ç"}, "C"),
        ({"field": "name", "op": "ne", "value": "Ada Lovelace"}, "BC"),
        ({"field": "userName", "op": "startsWith", "value": "B"}, "B"),
        ({"field": "email", "op": "endsWith", "value": "@X.example"}, "AC"),
        ({"field": "title", "value": "countess"}, "A"),
        ({"field": "title", "op": "present"}, "AB"),
        ({"field": "title", "op": "present", "value": False}, "C"),
        ({"field": "title", "value": None}, "C"),
        ({"field": "title", "op": "ne", "value": None}, "AB"),
        ({"field": "department", "op": "in", "value": ["engines", "SALES"]}, "AB"),
        ({"field": "employeeNumber", "value": "007"}, "A"),
        ({"field": "status", "value": "deactivated"}, "B"),
        ({"field": "status", "op": "ne", "value": "deactivated"}, "AC"),
        ({"field": "status", "op": "in", "value": ["active", "deactivated"]}, "ABC"),
        ({"field": "role", "value": "admin"}, "C"),
        ({"field": "invitation", "value": "sent"}, "C"),
        ({"field": "deactivatedAt", "op": "gt", "value": "2026-01-01T00:00:00Z"}, "B"),
        ({"field": "deactivatedAt", "op": "lt", "value": "2026-01-01T00:00:00Z"}, ""),
        ({"field": "deactivatedAt", "value": "2026-01-02T01:00:00+01:00"}, "B"),
        ({"field": "version", "op": "ge", "value": 1}, "ABC"),
        ({"field": "version", "op": "gt", "value": 2**62}, ""),
        ({"field": "manager", "op": "present"}, "B"),
        ({"field": "addresses.country", "value": "fr"}, "A"),
        ({"field": "addresses.country", "op": "ne", "value": "fr"}, "BC"),
        ({"field": "addresses", "op": "present"}, "A"),
        ({"field": "name.familyName", "value": "able"}, "B"),
        ({"field": "emails", "op": "contains", "value": "y.ex"}, "B"),
        ({"field": f"{HR}:costCenter", "value": "c1"}, "A"),
        ({"field": f"{HR}:grades", "value": "b"}, "A"),
        ({"field": f"{HR}:grades", "op": "ne", "value": "b"}, "BC"),
        ({"field": f"{HR}:level", "op": "gt", "value": 3}, "B"),
        ({"team": {"alias": "engines"}}, "AB"),
        ({"team": {}}, ""),
        ({"all": []}, "ABC"),
        ({"any": []}, ""),
        ({"all": [{"field": "status", "value": "active"}, {"not": {"field": "role", "value": "admin"}}]}, "A"),
        ({"any": [{"field": "title", "value": "smith"}, {"field": "role", "value": "admin"}]}, "BC"),
    ],
)
async def test_a_condition_finds_people(ask: Ask, people: dict[str, Any], where: Any, found: str) -> None:
    asked = {"all": [where, {"not": {"field": "email", "value": "root@muster.example"}}]}
    got = await ask(USERS, where=asked)
    assert "".join(sorted(named(got))) == found
    assert got["account"]["users"]["totalCount"] == len(found)


async def test_ids_of_people_and_teams_are_conditions(ask: Ask, people: dict[str, Any]) -> None:
    ada, team = public_id("User", people["ada"].id), public_id("Team", people["team"].id)
    assert named(await ask(USERS, where={"field": "manager", "value": ada})) == "B"
    assert named(await ask(USERS, where={"field": "id", "op": "in", "value": [ada]})) == "A"
    assert named(await ask(USERS, where={"team": {"id": team}})) == "AB"
    assert named(await ask(TEAMS, where={"member": {"id": ada}}), "teams") == "E"
    assert named(await ask(TEAMS, where={"member": {"email": "cyd@x.example"}}), "teams") == ""


@pytest.mark.parametrize(
    "where",
    [
        {},
        {"field": "name", "value": "x", "all": []},
        {"field": "nonsense", "value": "x"},
        {"field": "attributes", "value": "x"},
        {"field": "is_break_glass", "value": True},
        {"field": "name", "value": 1},
        {"field": "name", "op": "contains"},
        {"field": "name", "op": "in", "value": "x"},
        {"field": "name", "op": "in", "value": ["x"] * 501},
        {"field": "name", "value": "\0"},
        {"field": "status", "value": "asleep"},
        {"field": "status", "op": "gt", "value": "active"},
        {"field": "createdAt", "op": "gt", "value": "yesterday"},
        {"field": "version", "value": "1"},
        {"field": "addresses.country", "value": {}},
        {"field": 'addresses."x', "value": "x"},
        {"member": {"email": "x"}},
    ],
)
async def test_a_condition_that_can_not_be_is_refused(ask: Ask, where: Any) -> None:
    answer = await ask(USERS, errors=True, where=where)
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["INVALID"]


@pytest.mark.parametrize(
    ("order", "found"),
    [
        ([{"field": "name"}], "ABC"),
        ([{"field": "name", "descending": True}], "CBA"),
        ([{"field": "title"}], "ABC"),
        ([{"field": "title", "descending": True}], "CBA"),
        ([{"field": "status"}, {"field": "name", "descending": True}], "CAB"),
        ([{"field": f"{HR}:costCenter", "descending": True}, {"field": "deactivatedAt"}, {"field": "role"}], "BCA"),
    ],
)
async def test_people_are_ordered(ask: Ask, people: dict[str, Any], order: Any, found: str) -> None:
    assert named(await ask(USERS, orderBy=order)) == found


@pytest.mark.parametrize(
    ("filter", "found"),
    [
        ([{"key": "deactivated_at", "type": "equals"}], "AC"),
        ([{"key": "deactivated_at", "type": "does_not_equal"}], "B"),
        ([{"key": "deactivated_at"}, {"key": "role", "arg": "admin"}], "C"),
        ([{"key": "email", "arg": "ADA@x.example"}], "A"),
        ([{"key": "name", "arg": "bob able"}], "B"),
        ([{"key": "name", "arg": "bob able", "type": "does_not_equal"}], "AC"),
        ([{"key": "last_sign_in_at"}], "ABC"),
        ([{"key": "tag", "arg": "city:London"}], ""),
        ([{"key": "tag", "arg": "city", "type": "does_not_equal"}], "ABC"),
        ({"key": "deactivated_at"}, "AC"),
    ],
)
async def test_the_references_filter_finds_people(ask: Ask, people: dict[str, Any], filter: Any, found: str) -> None:
    assert named(await ask(USERS, filter=filter)) == found


@pytest.mark.parametrize(
    ("search", "found"), [("able bob", "B"), ("ÇED", "C"), ("x.example", "AC"), ("", "ABC"), ("zz", ""), ("a_b", "")]
)
async def test_a_search_finds_each_of_its_words(ask: Ask, people: dict[str, Any], search: str, found: str) -> None:
    assert named(await ask(USERS, search=search)) == found


async def test_people_who_are_gone_can_be_left_out(ask: Ask, people: dict[str, Any]) -> None:
    assert named(await ask(USERS, all=False)) == "AC"
    assert named(await ask(USERS, all=True)) == "ABC"


async def test_teams_are_found_by_words_managers_and_place(ask: Ask, actor: Actor, people: dict[str, Any]) -> None:
    below = await builders.a_team(actor, "Pistons", parent_id=people["team"].id, responsibilities="Up and down")
    async with change(actor) as this:
        this.add(builders.a_period(this, below, people["cyd"], role="manager"))
    assert named(await ask(TEAMS, search="down UP"), "teams") == "P"
    assert named(await ask(TEAMS, manager="CYD@x.example"), "teams") == "P"
    assert named(await ask(TEAMS, manager="ada@x.example"), "teams") == ""
    assert named(await ask(TEAMS, roots=True), "teams") == "E"
    assert named(await ask(TEAMS, orderBy=[{"field": "alias", "descending": True}]), "teams") == "PE"
    parent = public_id("Team", people["team"].id)
    assert named(await ask(TEAMS, where={"field": "parent", "value": parent}), "teams") == "P"
    got = await ask("{account{teams(roots:true){nodes{children{nodes{name manager{name} managers{totalCount}}}}}}}")
    assert got["account"]["teams"]["nodes"] == [
        {"children": {"nodes": [{"name": "Pistons", "manager": {"name": "Çyd Çedil"}, "managers": {"totalCount": 1}}]}}
    ]


async def test_members_are_those_who_are_active_unless_all_are_asked_for(ask: Ask, people: dict[str, Any]) -> None:
    document = """
        query ($include: Boolean, $search: String) { account { team(alias: "engines") {
          members { nodes { name } }
          memberships(includeDeactivated: $include, search: $search) { totalCount nodes { user { name } } } } } }
    """
    team = (await ask(document))["account"]["team"]
    assert team["members"] == {"nodes": [{"name": "Ada Lovelace"}]}
    assert team["memberships"] == {"totalCount": 1, "nodes": [{"user": {"name": "Ada Lovelace"}}]}
    team = (await ask(document, include=True))["account"]["team"]
    assert [row["user"]["name"] for row in team["memberships"]["nodes"]] == ["Ada Lovelace", "Bob Able"]
    team = (await ask(document, include=True, search="y.example"))["account"]["team"]
    assert [row["user"]["name"] for row in team["memberships"]["nodes"]] == ["Bob Able"]


@pytest.mark.parametrize(
    ("filter", "found"),
    [
        ({}, 1),
        ({"team": {"alias": "engines"}}, 1),
        ({"team": {"alias": "other"}}, 0),
        ({"user": {"email": "ADA@x.example"}}, 1),
        ({"user": {"email": "cyd@x.example"}}, 0),
        ({"role": "manager"}, 0),
    ],
)
async def test_memberships_of_the_account_are_found(ask: Ask, people: dict[str, Any], filter: Any, found: int) -> None:
    document = "query ($f: MembershipFilterInput) { account { memberships(filter: $f) { totalCount nodes { role } } } }"
    got = (await ask(document, f=filter))["account"]["memberships"]
    assert (got["totalCount"], len(got["nodes"])) == (found, found)
