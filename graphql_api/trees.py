"""The tree of teams: what stands above and below a team, and who is on it through those below."""

from __future__ import annotations

from enum import StrEnum

import strawberry
from strawberry.types import Info

from graphql_api.describing import Description, lazily, linked, listing

Teams = lazily("teams", "TeamConnection")


@strawberry.enum
class MembershipScope(StrEnum):
    """The team's own members, those of the teams below it, or both; of each person the nearest membership."""

    direct = "direct"
    inherited = "inherited"
    all = "all"


@strawberry.type
class TeamTree:
    """Where a team stands."""

    @listing(Teams, description="The teams above, the nearest first.")
    def ancestors(self, info: Info) -> Description:
        return linked("ancestors")

    @listing(Teams, description="All teams below.")
    def descendants(self, info: Info) -> Description:
        return linked("descendants")
