"""A team's roster as a person writes it: put, replaced, removed, led."""

from typing import Any

import pytest

from catalog.actors import Actor, Role
from catalog.changes import change
from catalog.errors import Invalid, Managed, NotFound, NotPermitted
from catalog.ids import new_id
from catalog.models import Integration
from catalog.services import aliases, integrations, rosters, teams
from catalog.services.rosters import KEEP
from tests import builders
from tests.catalog.teamwork import ATeam, AUser, a_person, done, events, made, roles, stored
from tests.catalog.test_ownership import as_role


async def test_who_is_put_on_a_team_joins_and_who_is_there_gets_the_role(
    actor: Actor, a_user: AUser, a_team: ATeam
) -> None:
    ada, grace, alan = [await a_user(f"{name}@lovelace.example") for name in ("ada", "grace", "alan")]
    team = await a_team(members=[ada, alan])
    await done(actor, team, rosters.put, {ada.id: "lead", grace.id: " lead ", alan.id: KEEP})
    assert await roles(team) == {ada.id: "lead", grace.id: "lead", alan.id: None}
    await done(actor, team, rosters.put, {ada.id: KEEP, grace.id: None})
    assert await roles(team) == {ada.id: "lead", grace.id: None, alan.id: None}


async def test_replacing_keeps_those_named_and_no_other(actor: Actor, a_user: AUser, a_team: ATeam) -> None:
    ada, grace, alan = [await a_user(f"{name}@lovelace.example") for name in ("ada", "grace", "alan")]
    team = await a_team(members=[ada, alan])
    await done(actor, team, rosters.put, {ada.id: "lead"})
    await done(actor, team, rosters.replace, {ada.id: KEEP, grace.id: "member"})
    assert await roles(team) == {ada.id: "lead", grace.id: "member"}
    await done(actor, team, rosters.replace, {})
    assert await roles(team) == {}


async def test_the_same_roster_again_is_no_change(actor: Actor, a_user: AUser, a_team: ATeam) -> None:
    ada = await a_user()
    team = await a_team()
    for _ in range(2):
        await done(actor, team, rosters.replace, {ada.id: "lead"})
    assert [event["action"] for event in await events(team)] == ["memberships.changed"]


async def test_who_is_removed_is_told(actor: Actor, a_user: AUser, a_team: ATeam) -> None:
    ada, grace = await a_user(), await a_user("grace@hopper.example")
    team = await a_team(members=[ada])
    assert await done(actor, team, rosters.remove, [ada.id, grace.id, new_id()]) == [ada.id]
    assert await roles(team) == {}


async def test_a_team_has_one_manager_that_was_set(actor: Actor, a_user: AUser, a_team: ATeam) -> None:
    ada, grace = await a_user(), await a_user("grace@hopper.example")
    team = await a_team(members=[ada])
    await done(actor, team, rosters.set_manager, ada.id)
    await done(actor, team, rosters.set_manager, grace.id)
    assert await roles(team) == {ada.id: None, grace.id: "manager"}
    await done(actor, team, rosters.set_manager, None)
    assert await roles(team) == {ada.id: None, grace.id: None}


async def test_roles_of_a_managed_team_are_ours_and_its_members_are_not(
    actor: Actor, scim_actor: Actor, integration: Integration, a_user: AUser
) -> None:
    ada = await builders.a_user(scim_actor)
    team = await builders.a_team(scim_actor, members=[ada])
    admin, grace = a_person(actor), await a_user("grace@hopper.example")
    await done(admin, team, rosters.put, {ada.id: "lead"})
    for refused, who in (
        (rosters.put, {grace.id: None}),
        (rosters.replace, {}),
        (rosters.remove, [ada.id]),
        (rosters.set_manager, grace.id),
    ):
        with pytest.raises(Managed):
            await done(admin, team, refused, who)
    assert await roles(team) == {ada.id: "lead"}
    async with change(actor) as this:
        await integrations.update_settings(this, integration.id, allow_edits=True)
    await done(admin, team, rosters.put, {grace.id: None})
    assert set(await roles(team)) == {ada.id, grace.id}


@pytest.mark.parametrize("role", ["x" * 101, "a\nb"])
async def test_what_cannot_be_a_role_is_refused(actor: Actor, a_user: AUser, a_team: ATeam, role: str) -> None:
    team, ada = await a_team(), await a_user()
    with pytest.raises(Invalid):
        await done(actor, team, rosters.put, {ada.id: role})
    await done(actor, team, rosters.put, {ada.id: "  "})
    assert await roles(team) == {ada.id: None}


async def test_nobody_who_is_not_there_joins(actor: Actor, a_team: ATeam) -> None:
    with pytest.raises(NotFound):
        await done(actor, await a_team(), rosters.put, {new_id(): None})


async def test_a_team_member_writes_the_roster_of_their_own_teams(actor: Actor, a_user: AUser, a_team: ATeam) -> None:
    ada, grace = await a_user(), await a_user("grace@hopper.example")
    own, other = await a_team(members=[ada]), await a_team("Other", members=[grace])
    member = as_role(actor, Role.TEAM_MEMBER, id=ada.id)
    await done(member, own, rosters.put, {grace.id: "lead"})
    calls: list[tuple[Any, Any]] = [
        (rosters.put, {grace.id: KEEP}),
        (rosters.replace, {grace.id: KEEP}),
        (rosters.remove, [new_id()]),
        (rosters.set_manager, None),
    ]
    for verb, who in calls:
        with pytest.raises(NotPermitted):
            await done(member, other, verb, who)


# --- what a team answers to ---------------------------------------------------------------------------------------


async def test_a_team_answers_to_aliases_that_people_add_until_they_remove_them(actor: Actor) -> None:
    team = await made(actor, "Payments")
    for _ in range(2):
        await done(actor, team, aliases.add, "money")
    assert await done(actor, team, aliases.of) == ["payments", "money"]
    await done(actor, team, aliases.remove, "money")
    assert await done(actor, team, aliases.of) == ["payments"]
    other = await made(actor, "Other")
    await done(actor, other, aliases.add, "money")
    assert [event["action"] for event in await events(team)] == ["team.created", "team.updated", "team.updated"]


async def test_an_alias_that_addresses_may_lead_to_is_not_removed(actor: Actor) -> None:
    team = await made(actor, "Payments")
    await done(actor, team, teams.rename, "Money")
    with pytest.raises(Invalid, match="made of the team's name"):
        await done(actor, team, aliases.remove, "money")
    with pytest.raises(Invalid, match="the team's own"):
        await done(actor, team, aliases.remove, "payments")
    with pytest.raises(NotFound):
        await done(actor, team, aliases.remove, "cash")
    assert await stored(team, "alias") == "payments"


async def test_a_team_member_names_their_own_teams(actor: Actor, a_user: AUser, a_team: ATeam) -> None:
    ada = await a_user()
    own, other = await a_team(members=[ada]), await a_team("Other")
    member = as_role(actor, Role.TEAM_MEMBER, id=ada.id)
    await done(member, own, aliases.add, "money")
    for verb in (aliases.add, aliases.remove):
        with pytest.raises(NotPermitted):
            await done(member, other, verb, "other")
