"""What a person or a team was, from when to when."""

from __future__ import annotations

import strawberry
from strawberry.types import Info

from graphql_api.connections import Connection
from graphql_api.describing import Description, described, linked
from graphql_api.scalars import Instant
from graphql_api.teams import Team
from graphql_api.users import User, UserRole, UserStatus


@strawberry.type
class UserPeriod:
    """What a person was, from when to when."""

    valid_from: Instant
    valid_to: Instant | None
    recorded_at: Instant
    began_on_or_before: bool = strawberry.field(
        description="So when Muster first heard of it: it may have been so before."
    )
    name: str
    title: str | None
    department: str | None
    status: UserStatus
    role: UserRole

    @described(User | None)
    def manager(self, info: Info) -> Description:
        return linked("manager")


@strawberry.type
class TeamPeriod:
    """What a team was called and where it stood, from when to when."""

    valid_from: Instant
    valid_to: Instant | None
    recorded_at: Instant
    began_on_or_before: bool
    name: str

    @described(Team | None)
    def parent_team(self, info: Info) -> Description:
        return linked("parent")


@strawberry.type
class UserPeriodConnection(Connection[UserPeriod]):
    """A page of a person's periods, the latest first."""


@strawberry.type
class TeamPeriodConnection(Connection[TeamPeriod]):
    """A page of a team's periods, the latest first."""
