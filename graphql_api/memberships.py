"""Memberships: who belongs to which team, in which role, and since when."""

from __future__ import annotations

import strawberry
from strawberry.types import Info

from graphql_api.connections import DatedConnection
from graphql_api.describing import Description, described, linked
from graphql_api.scalars import Instant
from graphql_api.teams import Team
from graphql_api.users import User


@strawberry.type
class TeamMembership:
    """A period in which a person belongs to a team."""

    role: str | None
    valid_from: Instant
    valid_to: Instant | None
    recorded_at: Instant

    @described(Team)
    def team(self, info: Info) -> Description:
        return linked("team")

    @described(User)
    def user(self, info: Info) -> Description:
        return linked("user")


@strawberry.type
class TeamMembershipConnection(DatedConnection[TeamMembership]):
    """A page of memberships."""
