"""Memberships: who belongs to which team, in which role, and since when."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import strawberry
from strawberry.types import Info

from catalog.selection import Column, Compare, Related, Where
from graphql_api import ids
from graphql_api.connections import DatedConnection
from graphql_api.describing import Description, Row, described, linked
from graphql_api.inputs import IdentifierInput, UserIdentifierInput
from graphql_api.provenance import Pushed
from graphql_api.scalars import Instant
from graphql_api.teams import Team
from graphql_api.users import User

MANAGER = "manager"
"""Roles are free text; whoever has this one manages the team."""


@strawberry.input
class MembershipFilterInput:
    """Which memberships: all that is given must hold."""

    team: IdentifierInput | None = strawberry.UNSET
    user: UserIdentifierInput | None = strawberry.UNSET
    role: str | None = strawberry.UNSET
    include_descendants: bool | None = strawberry.field(
        default=strawberry.UNSET, description="With `team`: also the teams below it."
    )


@strawberry.type
class TeamMembership(Pushed):
    """A period in which a person belongs to a team."""

    role: str | None
    valid_from: Instant
    valid_to: Instant | None
    recorded_at: Instant
    began_on_or_before: bool = strawberry.field(
        description="So when a provider first told of the team: it may have been so before."
    )
    is_inherited: bool

    @described(
        Team | None,
        needs=["is_inherited"],
        description="The team below through which the person is on the team that was asked for.",
    )
    def via(self, info: Info) -> Description | None:
        if isinstance(self, Row) and not self["_needs"]["is_inherited"]:
            return None
        return linked("via")

    @described(Team)
    def team(self, info: Info) -> Description:
        return linked("team")

    @described(User)
    def user(self, info: Info) -> Description:
        return linked("user")


@strawberry.type
class TeamMembershipConnection(DatedConnection[TeamMembership]):
    """A page of memberships."""


def below(link: str, filter: MembershipFilterInput | None) -> tuple[str, MembershipFilterInput | None, dict[str, Any]]:
    """Which link leads to the memberships of the filter, what is left of the filter, and what the link is given.

    Raises NotFound for what is no id.
    """
    if filter is None or not filter.include_descendants or not filter.team:
        return link, filter, {}
    top = ids.read("Team", filter.team.id) if filter.team.id else None
    given = {"top": top, "top_alias": filter.team.alias or None}
    return f"{link}_below", replace(filter, team=strawberry.UNSET), given


def among_members(filter: MembershipFilterInput | None, include_deactivated: bool) -> list[Where]:
    """The conditions on memberships. Raises NotFound for what is no id."""
    terms: list[Where] = [] if include_deactivated else [Compare(Column("user_active"), "eq", True)]
    if filter is None:
        return terms
    if filter.team and filter.team.id:
        terms.append(Compare(Column("team_id"), "eq", ids.read("Team", filter.team.id)))
    if filter.team and filter.team.alias:
        terms.append(Related("aliases", Compare(Column("alias"), "eq", filter.team.alias)))
    if filter.user and filter.user.id:
        terms.append(Compare(Column("user_id"), "eq", ids.read("User", filter.user.id)))
    if filter.user and filter.user.email:
        terms.append(Compare(Column("user_email"), "eq", filter.user.email))
    if filter.role:
        terms.append(Compare(Column("role"), "eq", filter.role))
    return terms
