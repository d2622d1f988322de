"""The directory as it was: members, people, teams and their tree at an instant; periods and history."""

from typing import Any

import httpx
import pytest

from catalog.actors import Actor, Scope
from catalog.changes import change
from catalog.ids import public_id
from catalog.services import account_settings, tokens
from tests import builders
from tests.graphql_api.conftest import Ask
from tests.graphql_api.past import Company, day, lived, told


@pytest.fixture
async def company(actor: Actor) -> Company:
    return await lived(actor)


MEMBERS = """
query Members($team: ID!, $at: ISO8601DateTime, $scope: MembershipScope, $all: Boolean) {
  account {
    team(id: $team) {
      memberships(asOf: $at, scope: $scope, includeDeactivated: $all) {
        asOf totalCount nodes { role isInherited via { name } team { name } user { name title manager { name } } }
      }
    }
  }
}
"""


async def members(ask: Ask, company: Company, team: str, at: Any = None, **more: Any) -> Any:
    id = public_id("Team", company.teams[team].id)
    return (await ask(MEMBERS, team=id, at=at, **more))["account"]["team"]["memberships"]


async def names(ask: Ask, company: Company, team: str, at: Any = None, **more: Any) -> list[str]:
    return [node["user"]["name"] for node in (await members(ask, company, team, at, **more))["nodes"]]


@pytest.mark.parametrize(
    ("number", "engines", "payments"),
    [(0, [], []), (1, ["Ada"], ["Grace"]), (39, ["Ada"], ["Grace"]), (40, [], ["Ada", "Grace"]), (60, [], ["Ada"])],
)
async def test_members_are_those_of_the_instant(
    ask: Ask, company: Company, number: int, engines: list[str], payments: list[str]
) -> None:
    assert await names(ask, company, "Engines", told(day(number))) == engines
    assert await names(ask, company, "Payments", told(day(number))) == payments


async def test_a_member_is_shown_as_they_were(ask: Ask, company: Company) -> None:
    got = await members(ask, company, "Engines", told(day(5)))
    assert got == {
        "asOf": told(day(5)),
        "totalCount": 1,
        "nodes": [
            {
                "role": "manager",
                "isInherited": False,
                "via": None,
                "team": {"name": "Engines"},
                "user": {"name": "Ada", "title": "Analyst", "manager": None},
            }
        ],
    }
    [later] = (await members(ask, company, "Engines", told(day(15))))["nodes"]
    assert later["user"] == {"name": "Ada", "title": "Countess", "manager": {"name": "Charles"}}
    [today] = (await members(ask, company, "Payments"))["nodes"]
    assert today["team"] == {"name": "Ledger"}
    [then] = (await members(ask, company, "Payments", told(day(45))))["nodes"][:1]
    assert then["team"] == {"name": "Payments"}


async def test_members_are_those_who_were_active_unless_all_are_wanted(ask: Ask, company: Company) -> None:
    assert await names(ask, company, "Engineering", told(day(29))) == ["Alan"]
    assert await names(ask, company, "Engineering", told(day(30))) == []
    assert await names(ask, company, "Engineering", told(day(30)), all=True) == ["Alan"]
    assert await names(ask, company, "Engineering") == []


async def test_inherited_members_are_those_by_the_tree_of_the_instant(ask: Ask, company: Company) -> None:
    for number, above, beside in ((19, ["Ada"], []), (20, [], ["Ada"])):
        assert await names(ask, company, "Engineering", told(day(number)), scope="inherited") == above
        assert await names(ask, company, "Payments", told(day(number)), scope="inherited") == beside
    assert await names(ask, company, "Payments", told(day(25)), scope="all") == ["Ada", "Grace"]
    [inherited] = (await members(ask, company, "Payments", told(day(25)), scope="inherited"))["nodes"]
    assert (inherited["isInherited"], inherited["via"], inherited["role"]) == (True, {"name": "Engines"}, "manager")
    assert await names(ask, company, "Payments", scope="all") == ["Ada"]


async def test_who_is_on_a_team_and_on_one_below_it_is_counted_once(ask: Ask, company: Company) -> None:
    await company.joins(41, "Ada", "Engines")
    assert await names(ask, company, "Payments", scope="all") == ["Ada"]
    assert await names(ask, company, "Payments", scope="inherited") == []
    got = await members(ask, company, "Payments", scope="all")
    assert (got["totalCount"], got["nodes"][0]["isInherited"]) == (1, False)


PEOPLE = """
query People($at: ISO8601DateTime, $where: Condition, $order: [OrderInput!], $all: Boolean) {
  account {
    users(asOf: $at, where: $where, orderBy: $order, includeDeactivated: $all) {
      asOf totalCount nodes { name title department status teams { nodes { name } } reports { nodes { name } } }
    }
  }
}
"""


async def people(ask: Ask, at: Any, **more: Any) -> list[dict[str, Any]]:
    nodes: list[dict[str, Any]] = (await ask(PEOPLE, at=at, **more))["account"]["users"]["nodes"]
    return nodes


async def test_people_are_those_of_the_instant_as_they_were(ask: Ask, company: Company) -> None:
    by_title = {"field": "title", "op": "eq", "value": "Countess"}
    in_engines = {"field": "department", "value": "Engines"}
    assert [one["name"] for one in await people(ask, told(day(59)))] == ["Ada", "Charles", "Grace"]
    assert [one["name"] for one in await people(ask, told(day(60)))] == ["Ada", "Charles"]
    assert [one["name"] for one in await people(ask, told(day(60)), all=True)] == ["Ada", "Alan", "Charles"]
    assert await people(ask, told(day(-1))) == []
    assert await people(ask, told(day(9)), where=by_title) == []
    [ada] = await people(ask, told(day(10)), where=by_title)
    assert ada == {
        "name": "Ada",
        "title": "Countess",
        "department": "Finance",
        "status": "active",
        "teams": {"nodes": [{"name": "Engines"}]},
        "reports": {"nodes": []},
    }
    order = [{"field": "title", "descending": True}]
    at = told(day(9))
    assert [one["title"] for one in await people(ask, at, where=in_engines, order=order)] == [
        "Fellow", "Director", "Analyst", "Admiral",
    ]  # fmt: skip
    [charles] = [one for one in await people(ask, told(day(12))) if one["name"] == "Charles"]
    assert charles["reports"] == {"nodes": [{"name": "Ada"}]}


async def test_conditions_about_teams_are_about_the_instant_as_well(ask: Ask, company: Company) -> None:
    on_payments = {"team": {"id": public_id("Team", company.teams["Payments"].id)}}
    assert [one["name"] for one in await people(ask, told(day(5)), where=on_payments)] == ["Grace"]
    assert [one["name"] for one in await people(ask, told(day(45)), where=on_payments)] == ["Ada", "Grace"]


async def test_teams_are_those_of_the_instant_as_they_were(ask: Ask, company: Company) -> None:
    asked = """query T($at: ISO8601DateTime, $roots: Boolean) { account { teams(asOf: $at, roots: $roots) {
        asOf nodes { name parentTeam { name } children { nodes { name } } managers { nodes { name } } } } } }"""
    then = (await ask(asked, at=told(day(15))))["account"]["teams"]
    assert then["asOf"] == told(day(15))
    assert [(team["name"], team["parentTeam"]) for team in then["nodes"]] == [
        ("Engineering", None),
        ("Engines", {"name": "Engineering"}),
        ("Payments", None),
    ]
    assert [team["children"]["nodes"] for team in then["nodes"]] == [[{"name": "Engines"}], [], []]
    assert [team["managers"]["nodes"] for team in then["nodes"]] == [[], [{"name": "Ada"}], []]
    later = (await ask(asked, at=told(day(55)), roots=True))["account"]["teams"]["nodes"]
    assert [(team["name"], team["children"]["nodes"]) for team in later] == [
        ("Engineering", []),
        ("Ledger", [{"name": "Engines"}]),
    ]


async def test_memberships_of_the_account_and_of_a_person_at_an_instant(ask: Ask, company: Company) -> None:
    asked = """query M($at: ISO8601DateTime, $user: ID!, $filter: MembershipFilterInput) { account {
        memberships(asOf: $at, filter: $filter) { totalCount nodes { user { name } team { name } } }
        user(id: $user) { memberships(asOf: $at) { asOf nodes { role team { name } } } } } }"""
    ada = public_id("User", company.people["Ada"].id)
    got = (await ask(asked, at=told(day(35)), user=ada))["account"]
    told_of = sorted((node["user"]["name"], node["team"]["name"]) for node in got["memberships"]["nodes"])
    assert told_of == [("Ada", "Engines"), ("Grace", "Payments")]
    assert got["user"]["memberships"] == {
        "asOf": told(day(35)),
        "nodes": [{"role": "manager", "team": {"name": "Engines"}}],
    }
    for team in ({"id": public_id("Team", company.teams["Payments"].id)}, {"alias": "payments"}):
        below = {"team": team, "includeDescendants": True}
        got = (await ask(asked, at=told(day(35)), user=ada, filter=below))["account"]
        assert got["memberships"]["totalCount"] == 2
        got = (await ask(asked, at=told(day(15)), user=ada, filter=below))["account"]
        assert got["memberships"]["totalCount"] == 1


async def test_a_bare_date_is_that_days_end_in_the_accounts_time_zone(ask: Ask, company: Company, actor: Actor) -> None:
    # Ada joined at noon of 2 January in UTC: in Kiritimati that is 2 o'clock of the next day.
    first, second = "2026-01-01", "2026-01-02"
    assert await names(ask, company, "Engines", first) == []
    assert await names(ask, company, "Engines", second) == ["Ada"]
    assert (await members(ask, company, "Engines", second))["asOf"] == "2026-01-02T23:59:59.999Z"
    async with change(actor) as this:
        await account_settings.update(this, time_zone="Pacific/Kiritimati")
    assert await names(ask, company, "Engines", second) == []
    assert await names(ask, company, "Engines", "2026-01-03") == ["Ada"]
    assert (await members(ask, company, "Engines", second))["asOf"] == "2026-01-02T09:59:59.999Z"


async def test_every_list_within_an_instant_states_it(ask: Ask, company: Company) -> None:
    asked = """query N($at: ISO8601DateTime) { account { teams(asOf: $at, first: 1) {
        asOf nodes { members { asOf nodes { teams { asOf } } } } } } }"""
    at = told(day(5))
    [team] = (await ask(asked, at=at))["account"]["teams"]["nodes"]
    assert team == {"members": {"asOf": at, "nodes": [{"teams": {"asOf": at}}]}}


async def test_an_instant_without_a_zone_and_what_is_none_are_refused(ask: Ask, company: Company) -> None:
    for wrong in ("2026-01-01T12:00:00", "yesterday", "9999-12-31"):
        answer = await ask(PEOPLE, errors=True, at=wrong)
        assert answer["errors"], wrong


async def test_a_tree_is_followed_up_and_down(ask: Ask, company: Company) -> None:
    asked = """query Tree($id: ID!) { account { team(id: $id) {
        ancestors { totalCount nodes { name } } descendants { nodes { name } } } } }"""
    await company.founds(70, "Invoices", under="Engines")

    async def tree(name: str) -> Any:
        return (await ask(asked, id=public_id("Team", company.teams[name].id)))["account"]["team"]

    assert (await tree("Invoices"))["ancestors"] == {
        "totalCount": 2,
        "nodes": [{"name": "Engines"}, {"name": "Ledger"}],
    }
    assert (await tree("Payments"))["descendants"] == {"nodes": [{"name": "Engines"}, {"name": "Invoices"}]}


# --- periods and history --------------------------------------------------------------------------------------------


async def test_the_periods_of_a_person_and_of_a_team(ask: Ask, company: Company) -> None:
    asked = """query P($user: ID!, $team: ID!) { account {
        user(id: $user) { periods { totalCount nodes {
            validFrom validTo beganOnOrBefore title department status role manager { name } } } }
        team(id: $team) { periods { nodes { validFrom validTo name parentTeam { name } beganOnOrBefore } } } } }"""
    ids = {"user": public_id("User", company.people["Ada"].id), "team": public_id("Team", company.teams["Engines"].id)}
    got = (await ask(asked, **ids))["account"]
    common = {"status": "active", "role": "user"}
    assert got["user"]["periods"] == {
        "totalCount": 2,
        "nodes": [
            {"validFrom": told(day(10)), "validTo": None, "beganOnOrBefore": False, "title": "Countess",
             "department": "Finance", "manager": {"name": "Charles"}, **common},
            {"validFrom": told(day(0)), "validTo": told(day(10)), "beganOnOrBefore": True, "title": "Analyst",
             "department": "Engines", "manager": None, **common},
        ],
    }  # fmt: skip
    assert [(p["validFrom"], p["parentTeam"]["name"]) for p in got["team"]["periods"]["nodes"]] == [
        (told(day(20)), "Ledger"),
        (told(day(0)), "Engineering"),
    ]


HISTORY = """query H($user: ID!, $team: ID!) { account {
    user(id: $user) { history(first: 20) { nodes { at sentence action actorName before after } } }
    team(id: $team) { history { totalCount nodes { sentence action } } } } }"""


async def test_the_history_of_a_person_tells_what_was_done_in_sentences(ask: Ask, company: Company) -> None:
    ids = {"user": public_id("User", company.people["Ada"].id), "team": public_id("Team", company.teams["Payments"].id)}
    got = (await ask(HISTORY, **ids))["account"]
    entries = got["user"]["history"]["nodes"]
    assert [entry["action"] for entry in entries] == [
        "memberships.changed", "memberships.changed", "user.updated", "memberships.changed", "user.created",
    ]  # fmt: skip
    assert all(entry["sentence"].endswith(".") for entry in entries)
    assert "Ada" in entries[0]["sentence"]
    assert entries[2]["after"]["title"] == "Countess"
    assert [entry["action"] for entry in got["team"]["history"]["nodes"]][-1] == "team.created"


async def test_what_differed_is_for_administrators(
    ask: Ask, company: Company, actor: Actor, client: httpx.AsyncClient
) -> None:
    reader = await builders.a_user(actor, "reader@muster.example")
    async with change(actor) as this:
        _, secret = await tokens.create_for_user(this, reader, name="test", scope=Scope.READ)
    client.headers["Authorization"] = f"Bearer {secret}"
    ids = {"user": public_id("User", company.people["Ada"].id), "team": public_id("Team", company.teams["Payments"].id)}
    entries = (await ask(HISTORY, **ids))["account"]["user"]["history"]["nodes"]
    assert {(entry["before"], entry["after"]) for entry in entries} == {(None, None)}
    assert all(entry["sentence"] for entry in entries)
