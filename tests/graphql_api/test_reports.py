"""What changed between two instants: who joined, left and moved, what differs, and how many there were."""

import re
from pathlib import Path
from typing import Any

import pytest

from catalog.actors import Actor
from catalog.changes import change
from catalog.ids import public_id
from catalog.sealing import Sealer
from catalog.services import memberships
from tests import builders
from tests.graphql_api.conftest import Ask
from tests.graphql_api.past import Company, day, lived, told


@pytest.fixture
async def company(actor: Actor) -> Company:
    return await lived(actor)


CHANGES = """
query C($from: ISO8601DateTime!, $to: ISO8601DateTime, $filter: MembershipFilterInput, $collapse: Int) {
  account {
    membershipChanges(from: $from, to: $to, filter: $filter, collapseWithinMinutes: $collapse) {
      totalCount nodes { at type role previousRole user { name } team { name } }
    }
  }
}
"""


async def changes(ask: Ask, first: int, last: int, **more: Any) -> list[tuple[str, str, str]]:
    got = await ask(CHANGES, **{"from": told(day(first)), "to": told(day(last)), **more})
    nodes = got["account"]["membershipChanges"]["nodes"]
    assert got["account"]["membershipChanges"]["totalCount"] == len(nodes)
    return [(node["type"], node["user"]["name"], node["team"]["name"]) for node in nodes]


async def test_who_joined_left_and_moved_between_two_instants(ask: Ask, company: Company) -> None:
    assert sorted(await changes(ask, 0, 1)) == [
        ("joined", "Ada", "Engines"),
        ("joined", "Alan", "Engineering"),
        ("joined", "Grace", "Ledger"),
    ]
    assert await changes(ask, 1, 39) == []
    assert sorted(await changes(ask, 1, 60)) == [
        ("left", "Ada", "Engines"),
        ("left", "Grace", "Ledger"),
        ("moved", "Ada", "Ledger"),
    ]
    payments = {"team": {"id": public_id("Team", company.teams["Payments"].id)}}
    assert sorted(await changes(ask, 1, 60, filter=payments)) == [
        ("left", "Grace", "Ledger"),
        ("moved", "Ada", "Ledger"),
    ]
    assert len(await changes(ask, 1, 60, filter={**payments, "includeDescendants": True})) == 3
    grace = {"user": {"id": public_id("User", company.people["Grace"].id)}}
    assert await changes(ask, 1, 60, filter=grace) == [("left", "Grace", "Ledger")]


async def test_another_role_is_told_with_the_one_before(ask: Ask, company: Company) -> None:
    await company.does(70, "Payments", memberships.assign, company.people["Ada"].id, "manager")
    got = await ask(CHANGES, **{"from": told(day(65)), "to": told(day(80))})
    [node] = got["account"]["membershipChanges"]["nodes"]
    assert (node["type"], node["previousRole"], node["role"]) == ("role_changed", None, "manager")
    assert node["at"] == told(day(70))


async def test_a_change_tells_which_integration_pushed_it(ask: Ask, actor: Actor, scim_actor: Actor) -> None:
    ada = await builders.a_user(scim_actor)
    await builders.a_team(scim_actor, "Pushed", members=[ada], since=day(10))
    await builders.a_team(actor, "Made by hand", members=[ada], since=day(9))
    asked = "{account {membershipChanges(from: %s) {nodes {team {name} integration {name}}}}}"
    got = (await ask(asked % f'"{told(day(8))}"'))["account"]["membershipChanges"]["nodes"]
    assert got == [
        {"team": {"name": "Made by hand"}, "integration": None},
        {"team": {"name": "Pushed"}, "integration": {"name": "Okta"}},
    ]


async def test_who_is_back_within_the_length_that_is_chosen_has_not_left(ask: Ask, company: Company) -> None:
    await company.leaves(70, "Ada", "Payments")
    await company.joins(72, "Ada", "Payments", role="manager")
    two_days = 2 * 24 * 60
    assert await changes(ask, 65, 80) == [("left", "Ada", "Ledger"), ("joined", "Ada", "Ledger")]
    assert await changes(ask, 65, 80, collapse=two_days - 1) == [("left", "Ada", "Ledger"), ("joined", "Ada", "Ledger")]
    assert await changes(ask, 65, 80, collapse=two_days) == [("role_changed", "Ada", "Ledger")]
    await company.leaves(73, "Ada", "Payments")
    await company.joins(74, "Ada", "Payments", role="manager")
    assert await changes(ask, 72, 80, collapse=two_days) == []


async def test_changes_of_a_team_and_of_a_person(ask: Ask, company: Company) -> None:
    asked = """query C($from: ISO8601DateTime!, $user: ID!, $team: ID!) { account {
        user(id: $user) { membershipChanges(from: $from) { nodes { type team { name } } } }
        team(id: $team) { membershipChanges(from: $from, first: 1) {
            pageInfo { hasNextPage endCursor } nodes { type user { name } } } } } }"""
    ids = {"user": public_id("User", company.people["Ada"].id), "team": public_id("Team", company.teams["Payments"].id)}
    got = (await ask(asked, **{"from": told(day(0)), **ids}))["account"]
    assert [node["type"] for node in got["user"]["membershipChanges"]["nodes"]] == ["joined", "left", "moved"]
    assert got["team"]["membershipChanges"]["nodes"] == [{"type": "joined", "user": {"name": "Grace"}}]
    assert got["team"]["membershipChanges"]["pageInfo"]["hasNextPage"] is True


async def test_two_days_compared_are_a_reorganisation(ask: Ask, company: Company) -> None:
    asked = """query R($from: ISO8601DateTime!, $to: ISO8601DateTime, $after: String, $first: Int) { account {
        reorganisation(from: $from, to: $to, after: $after, first: $first) {
            totalCount pageInfo { endCursor hasNextPage } nodes { subject name field before after } } } }"""

    async def differences(begin: int, end: int, **page: Any) -> Any:
        got = await ask(asked, **{"from": told(day(begin)), "to": told(day(end)), **page})
        return got["account"]["reorganisation"]

    whole = await differences(5, 80)
    assert [tuple(node.values()) for node in whole["nodes"]] == [
        ("team", "Engines", "parent", "Engineering", "Ledger"),
        ("team", "Ledger", "name", "Payments", "Ledger"),
        ("user", "Ada", "department", "Engines", "Finance"),
        ("user", "Ada", "manager", None, "Charles"),
        ("user", "Ada", "team", None, "Ledger"),
        ("user", "Ada", "team", "Engines", None),
        ("user", "Ada", "title", "Analyst", "Countess"),
        ("user", "Alan", "status", "active", "deactivated"),
        ("user", "Grace", "status", "active", None),
        ("user", "Grace", "team", "Ledger", None),
    ]
    paged, after = [], None
    while True:
        page = await differences(5, 80, first=3, after=after)
        paged += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert paged == whole["nodes"]
    assert whole["totalCount"] == len(whole["nodes"])
    assert (await differences(61, 69))["nodes"] == []


async def test_heads_are_counted_interval_by_interval(ask: Ask, company: Company) -> None:
    asked = """query H($from: ISO8601DateTime!, $to: ISO8601DateTime, $every: Interval) { account {
        headcount(from: $from, to: $to, every: $every) { at active deactivated joined left moved } } }"""
    got = (await ask(asked, **{"from": "2025-12-31", "to": told(day(70)), "every": "month"}))["account"]["headcount"]
    assert [tuple(one.values()) for one in got] == [
        ("2026-01-31T23:59:59.999Z", 3, 1, 4, 1, 0),
        ("2026-02-28T23:59:59.999Z", 3, 1, 0, 0, 1),
        (told(day(70)), 2, 1, 0, 1, 0),
    ]
    answer = await ask(asked, errors=True, **{"from": "2000-01-01", "every": "day"})
    assert answer["errors"][0]["extensions"]["code"] == "INVALID"


@pytest.mark.parametrize(
    ("stays", "has_moved"),
    [
        ([("Engines", 0, 50), ("Ledger", 50, None)], True),
        ([("Engines", 0, 50), ("Ledger", 45, None)], True),
        ([("Engines", 0, 45), ("Engines", 50, None)], False),
        ([("Engines", 0, 45), ("Engines", 50, None), ("Ledger", 50, None)], True),
        ([("Engines", 0, 50)], False),
        ([("Ledger", 50, None)], False),
        ([("Ledger", 45, 50)], False),
    ],
)
async def test_whoever_left_one_team_and_joined_another_has_moved(
    ask: Ask, actor: Actor, stays: list[tuple[str, int, int | None]], has_moved: bool
) -> None:
    teams = {name: await builders.a_team(actor, name) for name in ("Engines", "Ledger")}
    ada = await builders.a_user(actor)
    async with change(actor) as this:
        for name, since, until in stays:
            until_then = {"until": day(until)} if until else {}
            this.add(builders.a_period(this, teams[name], ada, since=day(since), **until_then))
    asked = """query H($from: ISO8601DateTime!, $to: ISO8601DateTime) {
        account { headcount(from: $from, to: $to, every: month) { moved } } }"""
    told_of = (await ask(asked, **{"from": told(day(40)), "to": told(day(60))}))["account"]["headcount"]
    assert sum(one["moved"] for one in told_of) == has_moved


# --- the feed -------------------------------------------------------------------------------------------------------

FEED = """
query Feed($after: String, $first: Int, $kinds: [ChangeKind!]) {
  account {
    changes(after: $after, first: $first, kinds: $kinds) {
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
      edges { cursor }
      nodes { cursor kind id at action isDeleted user { name } team { name } membership { role user { name } } }
    }
  }
}
"""


async def test_the_feed_tells_what_is_so_now_of_what_changed(ask: Ask, company: Company) -> None:
    await Sealer("a secret key of the tests, long enough").seal()
    nodes: list[dict[str, Any]] = []
    after = ""
    while True:
        page = (await ask(FEED, after=after, first=7))["account"]["changes"]
        nodes += page["nodes"]
        assert [edge["cursor"] for edge in page["edges"]] == [node["cursor"] for node in page["nodes"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    people = [node for node in nodes if node["kind"] == "user"]
    assert [node["user"] and node["user"]["name"] for node in people if node["action"] == "user.created"] == [
        "Ada", None, "Alan", "Charles",
    ]  # fmt: skip
    assert [node["isDeleted"] for node in people if node["action"] == "user.deleted"] == [True]
    assert {node["team"]["name"] for node in nodes if node["kind"] == "team"} == {"Engineering", "Engines", "Ledger"}
    joined = [node for node in nodes if node["kind"] == "membership"]
    assert [(node["membership"]["user"]["name"], node["isDeleted"]) for node in joined] == [
        ("Ada", True), ("Grace", True), ("Alan", False), ("Ada", True), ("Ada", False), ("Grace", True),
    ]  # fmt: skip
    assert joined[0]["membership"]["role"] == "manager"
    nothing = (await ask(FEED, after=after))["account"]["changes"]
    assert (nothing["nodes"], nothing["pageInfo"]["endCursor"]) == ([], after)


async def test_the_feed_tells_of_the_kinds_that_are_wanted(ask: Ask, company: Company) -> None:
    await Sealer("a secret key of the tests, long enough").seal()
    nodes = (await ask(FEED, kinds=["team"]))["account"]["changes"]["nodes"]
    assert {node["kind"] for node in nodes} == {"team"}
    assert all(node["id"] for node in nodes)


async def test_a_foreign_cursor_is_refused(ask: Ask, company: Company) -> None:
    answer = await ask(FEED, errors=True, after="x__y")
    assert answer["errors"][0]["extensions"]["code"] == "INVALID"


GUIDE = (Path(__file__).parents[2] / "docs" / "time.md").read_text(encoding="utf-8")
EXAMPLES = [block for block in re.findall(r"(?:^    .*\n)+", GUIDE, re.MULTILINE) if block.lstrip().startswith("{")]


@pytest.mark.parametrize("example", EXAMPLES)
async def test_the_guides_examples_are_answered(ask: Ask, company: Company, example: str) -> None:
    assert (await ask(example))["account"]
