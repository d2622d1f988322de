"""What can be done to teams over GraphQL: absent, null and empty told apart, refusals with their path and code."""

from typing import Any

import pytest

from catalog.actors import Actor
from catalog.ids import new_id, public_id
from catalog.models import Team
from tests import builders
from tests.graphql_api.conftest import Ask
from tests.graphql_api.test_reads import Make
from tests.graphql_api.test_user_mutations import told

TEAM = """id alias aliases name responsibilities version parentTeam {alias} manager {email}
          contacts {type address} memberships {nodes {role user {email}}}"""
CREATE = f"mutation($i: TeamCreateInput!) {{teamCreate(input: $i) {{team {{{TEAM}}} errors {{message path code}}}}}}"
UPDATE = f"mutation($i: TeamUpdateInput!) {{teamUpdate(input: $i) {{team {{{TEAM}}} errors {{message path code}}}}}}"
DELETE = """mutation($i: TeamDeleteInput!) {
  teamDelete(input: $i) {deletedTeamId deletedTeamAlias errors {message path code}}
}"""
RESTORE = "mutation($id: ID!) {teamRestore(id: $id) {team {name} errors {message path code}}}"
JOIN = """mutation($i: TeamMembershipCreateInput!) {
  teamMembershipCreate(input: $i) {
    members {email} memberships {role user {email} team {alias}} errors {message path code}
  }
}"""
LEAVE = """mutation($i: TeamMembershipDeleteInput!) {
  teamMembershipDelete(input: $i) {deletedMembers {email} errors {message path code}}
}"""
ADA, GRACE = "ada@lovelace.example", "grace@hopper.example"


async def created(ask: Ask, **input: Any) -> Any:
    return (await ask(CREATE, i={"name": "Payments", **input}))["teamCreate"]


async def updated(ask: Ask, **input: Any) -> Any:
    return (await ask(UPDATE, i={"alias": "payments", **input}))["teamUpdate"]


def roster(team: Any) -> dict[str, str | None]:
    return {node["user"]["email"]: node["role"] for node in team["memberships"]["nodes"]}


@pytest.fixture
async def people(a_user: Make) -> None:
    await a_user(ADA)
    await a_user(GRACE)


async def test_a_team_is_made_with_all_that_belongs_to_it(ask: Ask, people: None, a_team: Make) -> None:
    await a_team("Engineering")
    got = await created(
        ask,
        responsibilities="Money",
        managerEmail=GRACE,
        members=[{"user": {"email": ADA}, "role": "lead"}],
        contacts=[{"type": "slack", "address": "#pay", "displayName": "Pay"}],
        parentTeam={"alias": "engineering"},
    )
    assert got["errors"] == []
    team = got["team"]
    assert (team["alias"], team["aliases"], team["responsibilities"]) == ("payments", ["payments"], "Money")
    assert (team["parentTeam"], team["manager"]) == ({"alias": "engineering"}, {"email": GRACE})
    assert team["contacts"] == [{"type": "slack", "address": "#pay"}]
    assert roster(team) == {ADA: "lead", GRACE: "manager"}
    bare = await created(ask, name="Bare", responsibilities=None, members=None, parentTeam=None, group=None)
    assert (bare["team"]["name"], bare["team"]["parentTeam"], roster(bare["team"])) == ("Bare", None, {})


async def test_what_is_absent_is_kept_and_null_clears(ask: Ask, people: None, a_team: Make) -> None:
    await a_team("Engineering")
    await created(
        ask, responsibilities="Money", managerEmail=GRACE, members=[{"email": ADA}], parentTeam={"alias": "engineering"}
    )
    kept = (await updated(ask, name="Payments & Money"))["team"]
    assert (kept["alias"], kept["aliases"]) == ("payments", ["payments", "payments-money"])
    assert (kept["responsibilities"], kept["parentTeam"]) == ("Money", {"alias": "engineering"})
    assert roster(kept) == {ADA: None, GRACE: "manager"}
    cleared = (await updated(ask, responsibilities=None, parentTeam=None, managerEmail=None))["team"]
    assert (cleared["responsibilities"], cleared["parentTeam"], cleared["manager"]) == (None, None, None)
    assert roster(cleared) == {ADA: None, GRACE: None}


async def test_members_are_the_whole_list_where_they_are_given(ask: Ask, people: None) -> None:
    await created(ask, members=[{"email": ADA, "role": "lead"}])
    both = await updated(ask, members=[{"email": ADA}, {"user": {"email": GRACE}, "role": "member"}])
    assert roster(both["team"]) == {ADA: "lead", GRACE: "member"}
    cleared = await updated(ask, members=[{"email": ADA, "role": None}])
    assert roster(cleared["team"]) == {ADA: None}
    assert roster((await updated(ask, name="Payments"))["team"]) == {ADA: None}
    assert roster((await updated(ask, members=[]))["team"]) == {}


async def test_a_single_member_stands_for_a_list_of_one(ask: Ask, people: None) -> None:
    await created(ask)
    assert roster((await updated(ask, members={"email": ADA}))["team"]) == {ADA: None}


async def test_a_team_gets_another_alias_and_answers_to_the_former(ask: Ask) -> None:
    await created(ask)
    changed = (await updated(ask, defaultAlias="money"))["team"]
    assert (changed["alias"], changed["aliases"]) == ("money", ["payments", "money"])
    assert (await updated(ask, name="Payments"))["team"]["alias"] == "money"


async def test_an_update_that_was_made_of_an_older_version_is_refused(ask: Ask) -> None:
    made = (await created(ask))["team"]
    assert (await updated(ask, name="Money", expectedVersion=made["version"]))["errors"] == []
    assert told(await updated(ask, name="Cash", expectedVersion=made["version"])) == [(["base"], "VERSION_MISMATCH")]
    late = await ask(DELETE, i={"alias": "payments", "expectedVersion": made["version"]})
    assert told(late["teamDelete"]) == [(["base"], "VERSION_MISMATCH")]


@pytest.mark.parametrize(
    ("input", "path", "code"),
    [
        ({"name": " "}, ["name"], "INVALID"),
        ({"name": None}, ["name"], "INVALID"),
        ({"parentTeam": {"alias": "payments"}}, ["parentTeam"], "INVALID"),
        ({"parentTeam": {"alias": "below"}}, ["parentTeam"], "INVALID"),
        ({"group": {"alias": "engineering"}}, ["group"], "INVALID"),
        ({"managerEmail": "nobody@hopper.example"}, ["members"], "NOT_FOUND"),
        ({"members": [{"email": "nobody@hopper.example"}]}, ["members"], "NOT_FOUND"),
        ({"members": [{}]}, ["members"], "INVALID"),
        ({"members": [{"email": ADA, "user": {"email": GRACE}}]}, ["members"], "INVALID"),
        ({"members": [{"email": ADA, "role": "a"}, {"email": ADA, "role": "b"}]}, ["members"], "INVALID"),
        ({"members": [{"email": ADA, "role": "x" * 101}]}, ["members"], "INVALID"),
        ({"defaultAlias": "engineering"}, ["defaultAlias"], "ALREADY_TAKEN"),
        ({"defaultAlias": "a b"}, ["defaultAlias"], "INVALID"),
        ({"alias": "nobody"}, ["id"], "NOT_FOUND"),
        ({"id": public_id("Team", new_id()), "alias": None}, ["id"], "NOT_FOUND"),
        ({"alias": None}, ["id"], "INVALID"),
    ],
)
async def test_what_is_wrong_is_told_at_the_inputs_field(
    ask: Ask, people: None, a_team: Make, input: Any, path: list[str], code: str
) -> None:
    await a_team("Engineering")
    team = await a_team()
    await a_team("Below", parent_id=team.id)
    got = await updated(ask, **{"responsibilities": "Changed", **input})
    assert (got["team"], told(got)) == (None, [(path, code)])
    read = await ask("""{account {team(alias: "payments") {responsibilities version}}}""")
    assert read["account"]["team"] == {"responsibilities": None, "version": 1}


async def test_a_team_is_deleted_and_comes_back(ask: Ask, people: None) -> None:
    id = (await created(ask, members=[{"email": ADA}]))["team"]["id"]
    gone = (await ask(DELETE, i={"alias": "payments"}))["teamDelete"]
    assert gone == {"deletedTeamId": id, "deletedTeamAlias": "payments", "errors": []}
    again = (await ask(DELETE, i={"id": id}))["teamDelete"]
    assert (again["deletedTeamId"], told(again)) == (None, [(["id"], "NOT_FOUND")])
    assert (await ask(RESTORE, id=id))["teamRestore"] == {"team": {"name": "Payments"}, "errors": []}
    assert told((await ask(RESTORE, id=id))["teamRestore"]) == [(["id"], "NOT_FOUND")]
    assert roster((await updated(ask))["team"]) == {ADA: None}


async def test_people_join_and_leave(ask: Ask, people: None) -> None:
    id = (await created(ask, members=[{"email": ADA, "role": "lead"}]))["team"]["id"]
    members = [{"user": {"email": GRACE}, "role": "member"}, {"email": ADA}]
    joined = (await ask(JOIN, i={"teamId": id, "members": members}))["teamMembershipCreate"]
    assert joined["errors"] == []
    assert {member["email"] for member in joined["members"]} == {ADA, GRACE}
    assert {one["user"]["email"]: one["role"] for one in joined["memberships"]} == {ADA: "lead", GRACE: "member"}
    again = (await ask(JOIN, i={"teamId": id, "members": [{"email": ADA, "role": "member"}]}))["teamMembershipCreate"]
    assert [one["role"] for one in again["memberships"]] == ["member"]
    left = await ask(LEAVE, i={"teamId": id, "members": [{"user": {"email": ADA}, "role": "anything"}]})
    assert left["teamMembershipDelete"] == {"deletedMembers": [{"email": ADA}], "errors": []}
    nobody = await ask(LEAVE, i={"teamId": id, "members": [{"email": ADA}]})
    assert nobody["teamMembershipDelete"] == {"deletedMembers": [], "errors": []}


async def test_nobody_joins_a_team_that_is_not_there(ask: Ask, people: None) -> None:
    id = public_id("Team", new_id())
    for document, name in ((JOIN, "teamMembershipCreate"), (LEAVE, "teamMembershipDelete")):
        got = (await ask(document, i={"teamId": id, "members": [{"email": ADA}]}))[name]
        assert told(got) == [(["teamId"], "NOT_FOUND")]


async def test_what_a_provider_manages_is_refused_and_the_rest_is_not(
    ask: Ask, scim_actor: Actor, people: None, a_team: Make
) -> None:
    ada = await builders.a_user(scim_actor, "pushed@lovelace.example")
    team: Team = await builders.a_team(scim_actor, members=[ada])
    await a_team("Engineering")
    id = public_id("Team", team.id)
    free = await updated(
        ask,
        responsibilities="Money",
        parentTeam={"alias": "engineering"},
        members=[{"email": ada.email, "role": "lead"}],
        defaultAlias="money",
    )
    assert free["errors"] == []
    assert roster(free["team"]) == {ada.email: "lead"}
    for input, path in (
        ({"name": "Mine"}, ["name"]),
        ({"members": []}, ["members"]),
        ({"managerEmail": GRACE}, ["members"]),
    ):
        got = await updated(ask, **input)
        assert told(got) == [(path, "MANAGED")]
        assert "'Okta'" in got["errors"][0]["message"]
    assert told((await ask(DELETE, i={"id": id}))["teamDelete"]) == [(["id"], "MANAGED")]
    joined = (await ask(JOIN, i={"teamId": id, "members": [{"email": GRACE}]}))["teamMembershipCreate"]
    assert told(joined) == [(["members"], "MANAGED")]
