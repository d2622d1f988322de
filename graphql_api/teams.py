"""Teams."""

from __future__ import annotations

import strawberry
from strawberry.types import Info

from catalog.selection import AllOf, Column, Compare, Where
from graphql_api.connections import DatedConnection
from graphql_api.contacts import Reachable
from graphql_api.describing import Description, described, lazily, linked, listing
from graphql_api.filters import searched
from graphql_api.history import TeamHistory
from graphql_api.instants import dated
from graphql_api.properties import Described
from graphql_api.provenance import Managed
from graphql_api.scalars import Instant
from graphql_api.tags import Taggable
from graphql_api.trees import MembershipScope, TeamTree
from graphql_api.users import Memberships, Teams, User, UserConnection

USE_MEMBERSHIPS = "use memberships"


@strawberry.type
class Group:
    """What teams once belonged to."""

    id: strawberry.ID | None
    alias: str | None


@strawberry.type
class Team(Reachable, Taggable, Described, TeamTree, TeamHistory, Managed):
    """A team of the account."""

    id: strawberry.ID
    alias: str | None
    aliases: list[str] | None
    managed_aliases: list[str] | None
    name: str
    html_url: str
    responsibilities: str | None
    locked_fields: list[str]
    version: int
    created_at: Instant
    updated_at: Instant

    @described(lazily("teams", "Team") | None)
    def parent_team(self, info: Info) -> Description:
        return linked("parent")

    @described(User | None, deprecation_reason=USE_MEMBERSHIPS)
    def manager(self, info: Info) -> Description:
        return linked("manager")

    @listing(UserConnection | None, deprecation_reason=USE_MEMBERSHIPS)
    def members(self, info: Info) -> Description:
        return linked("members")

    @listing(Memberships | None)
    def memberships(
        self,
        info: Info,
        as_of: Instant | None = strawberry.UNSET,
        scope: MembershipScope | None = MembershipScope.direct,
        role: str | None = strawberry.UNSET,
        search: str | None = strawberry.UNSET,
        include_deactivated: bool | None = strawberry.UNSET,
    ) -> Description:
        terms: list[Where] = [] if include_deactivated else [Compare(Column("user_active"), "eq", True)]
        terms += [Compare(Column("role"), "eq", role)] if role else []
        terms += searched(search or None, "user_name", "user_email")
        terms += [Compare(Column("is_inherited"), "eq", True)] if scope is MembershipScope.inherited else []
        link = "memberships" if scope in (None, MembershipScope.direct) else "reach"
        return dated(info, as_of, link, where=AllOf(tuple(terms)))

    @listing(UserConnection)
    def managers(self, info: Info) -> Description:
        return linked("managers")

    @listing(Teams)
    def children(self, info: Info) -> Description:
        return linked("children")

    @described(Group | None, deprecation_reason="groups were replaced by parentTeam")
    def group(self, info: Info) -> Description | None:
        return None


@strawberry.type
class TeamConnection(DatedConnection[Team]):
    """A page of teams."""
