"""Whose team is whose: a team member edits the teams they are on and those below, and no other."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from catalog.actors import Actor, ActorKind, Role, Scope
from catalog.changes import change
from catalog.errors import NotPermitted
from catalog.ids import new_id
from catalog.models import Account, Team
from catalog.services import memberships, teams
from tests import builders
from tests.catalog.teamwork import ATeam, AUser, done, made

WRITES = frozenset({Scope.READ, Scope.WRITE})

Verb = Callable[..., Awaitable[Any]]
EDITS: list[Verb] = [
    partial(teams.rename, name="Mine"),
    partial(teams.update, responsibilities="All of it"),
    partial(teams.set_parent, parent_id=None),
    partial(memberships.add, user_ids=()),
]


def as_role(actor: Actor, role: Role, **whose: Any) -> Actor:
    return Actor(actor.account_id, ActorKind.PERSON, "Ada", WRITES, **{"id": new_id(), **whose}, role=role)


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: str(edit.func.__name__))
async def test_a_team_member_edits_the_teams_they_are_on_and_those_below(
    actor: Actor, a_user: AUser, a_team: ATeam, edit: Verb
) -> None:
    ada = await a_user()
    above = await a_team("Company")
    own = await a_team("Engineering", members=[ada], parent_id=above.id)
    below = await a_team("Platform", parent_id=own.id)
    further = await a_team("Storage", parent_id=below.id)
    member = as_role(actor, Role.TEAM_MEMBER, id=ada.id)
    for team in (own, below, further):
        await done(member, team, edit)
        await done(actor, team, teams.set_parent, parent_id={own: above, below: own, further: below}[team].id)
    beside = await a_team("Sales", parent_id=above.id)
    for team in (above, beside):
        with pytest.raises(NotPermitted, match="their own alone"):
            await done(member, team, edit)


async def test_a_team_that_one_has_left_is_ones_own_no_more(actor: Actor, a_user: AUser, a_team: ATeam) -> None:
    ada = await a_user()
    team = await a_team(members=[ada])
    member = as_role(actor, Role.TEAM_MEMBER, id=ada.id)
    assert await done(member, team, memberships.end, [ada.id])
    with pytest.raises(NotPermitted):
        await done(member, team, memberships.add, [ada.id])


async def test_a_deleted_team_above_gives_nothing(actor: Actor, a_user: AUser, a_team: ATeam) -> None:
    ada = await a_user()
    gone = await a_team("Gone", members=[ada])
    below = await a_team("Below", parent_id=gone.id)
    await done(actor, gone, teams.delete)
    with pytest.raises(NotPermitted):
        await done(as_role(actor, Role.TEAM_MEMBER, id=ada.id), below, teams.rename, "Mine")


async def test_a_team_member_makes_and_deletes_no_team(actor: Actor, a_user: AUser, a_team: ATeam) -> None:
    ada = await a_user()
    team = await a_team(members=[ada])
    member = as_role(actor, Role.TEAM_MEMBER, id=ada.id)
    with pytest.raises(NotPermitted):
        await made(member, "Another")
    with pytest.raises(NotPermitted):
        await done(member, team, teams.delete)
    await done(actor, team, teams.delete)
    with pytest.raises(NotPermitted):
        async with change(member) as this:
            await teams.restore(this, team.id)


@pytest.mark.parametrize("role", [Role.ADMIN, Role.STANDARDS_ADMIN, Role.USER])
async def test_everybody_else_edits_any_team(actor: Actor, a_team: ATeam, role: Role) -> None:
    team: Team = await a_team()
    for edit in EDITS:
        await done(as_role(actor, role), team, edit)
    await done(as_role(actor, role), team, teams.delete)


async def test_a_service_of_the_account_edits_any_team(actor: Actor, a_team: ATeam) -> None:
    service = replace(as_role(actor, Role.USER), kind=ActorKind.SERVICE, role=None)
    for edit in EDITS:
        await done(service, await a_team(alias=str(new_id())), edit)


async def test_a_member_of_another_accounts_team_gains_nothing(
    actor: Actor, elsewhere: Account, a_user: AUser, a_team: ATeam
) -> None:
    ada = await a_user()
    stranger = replace(as_role(actor, Role.TEAM_MEMBER, id=ada.id), account_id=elsewhere.id)
    theirs = await builders.a_team(replace(actor, account_id=elsewhere.id), "Theirs")
    await a_team(members=[ada])
    with pytest.raises(NotPermitted):
        await done(stranger, theirs, teams.rename, "Mine")
