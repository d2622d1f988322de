"""The account: where every question begins."""

from __future__ import annotations

import strawberry
from strawberry.types import Info

from catalog.errors import NotFound
from catalog.selection import AllOf, Column, Compare, Related, Where
from graphql_api import ids
from graphql_api.describing import Description, described, linked, listing
from graphql_api.memberships import TeamMembershipConnection
from graphql_api.teams import Team, TeamConnection
from graphql_api.users import User, UserConnection


@strawberry.input
class UserIdentifierInput:
    """A person, by id or by email; both where they mean the same person."""

    id: strawberry.ID | None = strawberry.UNSET
    email: str | None = strawberry.UNSET


@strawberry.input
class IdentifierInput:
    """Something, by id or by alias; both where they mean the same."""

    id: strawberry.ID | None = strawberry.UNSET
    alias: str | None = strawberry.UNSET


@strawberry.type
class Account:
    """One company's directory."""

    id: strawberry.ID
    name: str
    slug: str
    time_zone: str
    html_url: str

    @described(User | None)
    def user(
        self,
        info: Info,
        id: strawberry.ID | None = strawberry.UNSET,
        input: UserIdentifierInput | None = strawberry.UNSET,
    ) -> Description | None:
        wanted = input or UserIdentifierInput()
        return one_user(id or wanted.id, wanted.email)

    @listing(UserConnection | None)
    def users(self, info: Info) -> Description:
        return linked("users")

    @described(Team | None)
    def team(
        self, info: Info, id: strawberry.ID | None = strawberry.UNSET, alias: str | None = strawberry.UNSET
    ) -> Description | None:
        return one_team(id, alias)

    @listing(TeamConnection | None)
    def teams(self, info: Info) -> Description:
        return linked("teams")

    @listing(TeamMembershipConnection)
    def memberships(self, info: Info) -> Description:
        return linked("memberships")


def one_user(id: str | None, email: str | None) -> Description | None:
    """The person of this id or email. Raises NotFound for an id that is none; one of nobody's is found out later."""
    terms: list[Where] = []
    if id:
        terms.append(Compare(Column("id"), "eq", ids.read("User", id)))
    if email:
        terms.append(Compare(Column("email"), "eq", email))
    if not terms:
        return None
    return linked("user", where=AllOf(tuple(terms)), missing=NotFound("user", id or email))


def one_team(id: str | None, alias: str | None) -> Description | None:
    """The team of this id, or of this alias of today or earlier: an alias of none is null, an id of none an error."""
    terms: list[Where] = []
    if id:
        terms.append(Compare(Column("id"), "eq", ids.read("Team", id)))
    if alias:
        terms.append(Related("aliases", Compare(Column("alias"), "eq", alias)))
    if not terms:
        return None
    return linked("team", where=AllOf(tuple(terms)), missing=NotFound("team", id) if id else None)
