"""What can be done to teams: made, changed, deleted, brought back; who is on them, in which role."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import strawberry
from strawberry.types import Info

from catalog.changes import Change
from catalog.errors import Invalid
from catalog.ids import FOREVER
from catalog.selection import AllOf, AnyOf, Column, Compare
from catalog.services import contacts, rosters, teams
from catalog.services.rosters import KEEP, Kept
from catalog.shapes import MOST_ROWS, Page, Rows
from graphql_api import finding, ids
from graphql_api.contacts import ContactInput, details
from graphql_api.describing import Description
from graphql_api.inputs import IdentifierInput, UserIdentifierInput, given
from graphql_api.memberships import TeamMembership
from graphql_api.payloads import Error, all_read_back, carried_out, read_back
from graphql_api.teams import Team
from graphql_api.users import User


@strawberry.input
class TeamMembershipUserInput:
    """Somebody, by `user` or by `email`, and their role: absent it is kept, null it is cleared."""

    user: UserIdentifierInput | None = strawberry.UNSET
    email: str | None = strawberry.UNSET
    role: str | None = strawberry.UNSET


@strawberry.input
class TeamCreateInput:
    """A new team. `group` is the reference's, which replaced groups by parents."""

    name: str
    responsibilities: str | None = strawberry.UNSET
    manager_email: str | None = strawberry.UNSET
    members: list[TeamMembershipUserInput] | None = strawberry.UNSET
    contacts: list[ContactInput] | None = strawberry.UNSET
    parent_team: IdentifierInput | None = strawberry.UNSET
    group: IdentifierInput | None = strawberry.UNSET
    alias: str | None = strawberry.UNSET


@strawberry.input
class TeamUpdateInput:
    """Which team, by `id` or `alias`; what is absent is kept, null clears.

    `members` is the whole list: `[]` empties it. `defaultAlias` is the team's own from now on; the former stays valid.
    """

    id: strawberry.ID | None = strawberry.UNSET
    alias: str | None = strawberry.UNSET
    name: str | None = strawberry.UNSET
    responsibilities: str | None = strawberry.UNSET
    manager_email: str | None = strawberry.UNSET
    members: list[TeamMembershipUserInput] | None = strawberry.UNSET
    parent_team: IdentifierInput | None = strawberry.UNSET
    group: IdentifierInput | None = strawberry.UNSET
    default_alias: str | None = strawberry.UNSET
    expected_version: int | None = strawberry.UNSET


@strawberry.input
class TeamDeleteInput:
    """Which team."""

    id: strawberry.ID | None = strawberry.UNSET
    alias: str | None = strawberry.UNSET
    expected_version: int | None = strawberry.UNSET


@strawberry.input
class TeamMembershipCreateInput:
    """Who joins the team; who is there already gets the role."""

    team_id: strawberry.ID
    members: list[TeamMembershipUserInput]
    expected_version: int | None = strawberry.UNSET


@strawberry.input
class TeamMembershipDeleteInput:
    """Who leaves the team, whatever their role."""

    team_id: strawberry.ID
    members: list[TeamMembershipUserInput]
    expected_version: int | None = strawberry.UNSET


@strawberry.type
class TeamCreatePayload:
    """The new team."""

    team: Team | None
    errors: list[Error]


@strawberry.type
class TeamUpdatePayload:
    """The team as it is now."""

    team: Team | None
    errors: list[Error]


@strawberry.type
class TeamDeletePayload:
    """Which team is gone; `teamRestore` brings it back."""

    deleted_team_id: strawberry.ID | None
    deleted_team_alias: str | None
    errors: list[Error]


@strawberry.type
class TeamMembershipCreatePayload:
    """Those who were named, now on the team."""

    members: list[User] | None
    memberships: list[TeamMembership] | None
    errors: list[Error]


@strawberry.type
class TeamMembershipDeletePayload:
    """Who was on the team, and is no more."""

    deleted_members: list[User] | None
    errors: list[Error]


_NAMES = {"user": "members", "provider_name": "name", "role": "members"}


@strawberry.type
class TeamMutations:
    """What can be done to teams."""

    @strawberry.mutation
    async def team_create(self, info: Info, input: TeamCreateInput) -> TeamCreatePayload | None:
        async def work(this: Change) -> UUID:
            _refuse_group(input.group)
            parent = input.parent_team
            team = await teams.create(
                this,
                name=input.name,
                parent_id=await finding.team(this, parent) if parent else None,
                responsibilities=given(input.responsibilities),
                alias=given(input.alias),
            )
            await this.flush()
            await rosters.put(this, team, await _roster(this, given(input.members) or ()))
            if input.manager_email:
                await rosters.set_manager(this, team, await _manager(this, input.manager_email))
            for contact in given(input.contacts) or ():
                await contacts.create(this, team, **details(contact))
            return team.id

        id, errors = await carried_out(info, work, {**_NAMES, "team": "parentTeam", "address": "contacts"})
        return TeamCreatePayload(team=read_back("teams", id), errors=errors)

    @strawberry.mutation
    async def team_update(self, info: Info, input: TeamUpdateInput) -> TeamUpdatePayload | None:
        async def work(this: Change) -> UUID:
            _refuse_group(input.group)
            which = await finding.team(this, IdentifierInput(id=input.id, alias=input.alias))
            team = await teams.lock(this, which, version=given(input.expected_version))
            if input.name is None:
                raise Invalid("name", "a team needs a name.")
            if input.name is not strawberry.UNSET:
                await teams.rename(this, team, input.name)
            await _place(this, team, input)
            await _describe(this, team, input)
            if input.members is not strawberry.UNSET:
                await rosters.replace(this, team, await _roster(this, input.members or ()))
            if input.manager_email is not strawberry.UNSET:
                leads = await _manager(this, input.manager_email) if input.manager_email else None
                await rosters.set_manager(this, team, leads)
            return team.id

        id, errors = await carried_out(
            info, work, {**_NAMES, "team": "id", "alias": "defaultAlias", "parent": "parentTeam"}
        )
        return TeamUpdatePayload(team=read_back("teams", id), errors=errors)

    @strawberry.mutation
    async def team_delete(self, info: Info, input: TeamDeleteInput) -> TeamDeletePayload | None:
        async def work(this: Change) -> tuple[UUID, str]:
            which = await finding.team(this, IdentifierInput(id=input.id, alias=input.alias))
            team = await teams.lock(this, which, version=given(input.expected_version))
            await teams.delete(this, team)
            return team.id, team.alias

        gone, errors = await carried_out(info, work, {"team": "id", "existence": "id"})
        return TeamDeletePayload(
            deleted_team_id=None if gone is None else strawberry.ID(ids.write("Team", gone[0])),
            deleted_team_alias=None if gone is None else gone[1],
            errors=errors,
        )

    @strawberry.mutation
    async def team_restore(
        self, info: Info, id: strawberry.ID, expected_version: int | None = strawberry.UNSET
    ) -> TeamUpdatePayload | None:
        async def work(this: Change) -> UUID:
            return (await teams.restore(this, ids.read("Team", id), version=given(expected_version))).id

        restored, errors = await carried_out(info, work, {"team": "id", "provider_name": "id"})
        return TeamUpdatePayload(team=read_back("teams", restored), errors=errors)

    @strawberry.mutation
    async def team_membership_create(
        self, info: Info, input: TeamMembershipCreateInput
    ) -> TeamMembershipCreatePayload | None:
        async def work(this: Change) -> tuple[UUID, list[UUID]]:
            team = await teams.lock(this, ids.read("Team", input.team_id), version=given(input.expected_version))
            roster = await _roster(this, input.members)
            await rosters.put(this, team, roster)
            return team.id, list(roster)

        done, errors = await carried_out(info, work, {**_NAMES, "team": "teamId"})
        return TeamMembershipCreatePayload(
            members=all_read_back("users", None if done is None else done[1]),
            memberships=None if done is None else _memberships(*done),
            errors=errors,
        )

    @strawberry.mutation
    async def team_membership_delete(
        self, info: Info, input: TeamMembershipDeleteInput
    ) -> TeamMembershipDeletePayload | None:
        async def work(this: Change) -> list[UUID]:
            team = await teams.lock(this, ids.read("Team", input.team_id), version=given(input.expected_version))
            return await rosters.remove(this, team, list(await _roster(this, input.members)))

        left, errors = await carried_out(info, work, {**_NAMES, "team": "teamId"})
        return TeamMembershipDeletePayload(deleted_members=all_read_back("users", left), errors=errors)


async def _place(this: Change, team: Any, input: TeamUpdateInput) -> None:
    """The team under the parent that the input gives, or under none where it is null."""
    if input.parent_team is not strawberry.UNSET:
        parent = await finding.team(this, input.parent_team) if input.parent_team else None
        await teams.set_parent(this, team, parent)


async def _describe(this: Change, team: Any, input: TeamUpdateInput) -> None:
    """What people say of the team, as the input has it."""
    if input.responsibilities is not strawberry.UNSET:
        await teams.update(this, team, responsibilities=input.responsibilities)
    if input.default_alias:
        await teams.update(this, team, alias=input.default_alias)


async def _manager(this: Change, email: str) -> UUID:
    """Who is to lead the team. Raises NotFound, Invalid."""
    return await finding.user(this, UserIdentifierInput(email=email))


async def _roster(this: Change, members: Sequence[TeamMembershipUserInput]) -> dict[UUID, str | Kept | None]:
    """Who is meant, each with their role. Raises NotFound; Invalid for nobody, and for one person in two roles."""
    meant = [_who(one) for one in members]
    roster: dict[UUID, str | Kept | None] = {}
    for id, one in zip(await finding.people(this, meant), members, strict=True):
        role: str | Kept | None = KEEP if one.role is strawberry.UNSET else one.role
        if roster.setdefault(id, role) != role:
            raise Invalid("members", "somebody is named twice, in different roles.")
    return roster


def _who(member: TeamMembershipUserInput) -> UserIdentifierInput:
    """Whom the input means: `email` beside `user` must mean the same person."""
    user = given(member.user) or UserIdentifierInput()
    emails = {email for email in (given(user.email), given(member.email)) if email}
    if len(emails) > 1:
        raise Invalid("members", f"{' and '.join(sorted(emails))} are not one person.")
    return UserIdentifierInput(id=user.id, email=next(iter(emails), None))


def _refuse_group(group: IdentifierInput | None) -> None:
    if group and (group.id or group.alias):
        raise Invalid("group", "groups were replaced by parent teams: give `parentTeam`.")


def _memberships(team_id: UUID, user_ids: Sequence[UUID]) -> Any:
    """The memberships of these people in the team, for a payload's field."""
    people = AnyOf(tuple(Compare(Column("user_id"), "eq", id) for id in user_ids))
    where = AllOf((Compare(Column("team_id"), "eq", team_id), people, Compare(Column("valid_to"), "eq", FOREVER)))
    return Description(Rows("memberships", where, page=Page(MOST_ROWS)), noun="memberships")
