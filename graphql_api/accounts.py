"""The account: where every question begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

import strawberry
from strawberry.types import Info

from catalog.errors import NotFound
from catalog.selection import EVERYTHING, AllOf, Column, Compare, Not, Present, Related, Where
from catalog.services import extensions, sign_in_policy, visibility
from graphql_api import context, filters, ids
from graphql_api.connections import Connection
from graphql_api.describing import Description, described, linked, listing
from graphql_api.feed import Following
from graphql_api.filters import Condition, OrderInput
from graphql_api.inputs import UserIdentifierInput
from graphql_api.instants import dated
from graphql_api.memberships import MANAGER, MembershipFilterInput, TeamMembershipConnection, among_members, below
from graphql_api.overviews import Overviews
from graphql_api.properties import Defining
from graphql_api.reports import AccountHistory
from graphql_api.scalars import Instant
from graphql_api.sign_in import SignIns
from graphql_api.teams import Team, TeamConnection
from graphql_api.users import User, UserConnection


@strawberry.enum
class UsersFilterEnum(StrEnum):
    """What the reference's filter can ask of a person."""

    deactivated_at = "deactivated_at"
    email = "email"
    last_sign_in_at = "last_sign_in_at"
    name = "name"
    role = "role"
    tag = "tag"


@strawberry.enum
class BasicTypeEnum(StrEnum):
    """Whether it is so, or is not."""

    does_not_equal = "does_not_equal"
    equals = "equals"


@strawberry.input
class UsersFilterInput:
    """Without `arg`: that there is no such value. (`deactivated_at` without one: active people.)"""

    key: UsersFilterEnum
    arg: str | None = strawberry.UNSET
    type: BasicTypeEnum | None = BasicTypeEnum.equals


@strawberry.type
class AccountSettings:
    """Which of a person's attributes everybody sees, which are for administrators, and how people sign in."""

    visible_attributes: list[str]
    hidden_attributes: list[str]
    require_single_sign_on: bool = strawberry.field(description="Of everybody but break-glass administrators.")


@strawberry.type
class Count:
    """How many have this value; null stands for those who have none."""

    value: str | None
    count: int


@strawberry.type
class Account(Overviews, Defining, AccountHistory, Following, SignIns):
    """One company's directory."""

    id: strawberry.ID
    name: str
    slug: str
    time_zone: str
    html_url: str
    latest_change: str | None = strawberry.field(description="Another one after every write: cheap to poll.")

    @strawberry.field
    async def settings(self, info: Info) -> AccountSettings:
        asking = context.actor(info)
        seen, extension = await visibility.everybodys(asking), await extensions.of(asking)
        return AccountSettings(
            visible_attributes=seen.names(),
            hidden_attributes=seen.hidden([extension["urn"]] if extension else []),
            require_single_sign_on=await sign_in_policy.is_required(asking),
        )

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
    def users(
        self,
        info: Info,
        filter: list[UsersFilterInput] | None = strawberry.UNSET,
        where: Condition | None = strawberry.UNSET,
        order_by: list[OrderInput] | None = strawberry.UNSET,
        search: str | None = strawberry.UNSET,
        as_of: Instant | None = strawberry.UNSET,
        include_deactivated: bool | None = strawberry.UNSET,
    ) -> Description:
        fields = filters.PAST_USERS if as_of else filters.USERS
        terms = [_filtered(one) for one in filter or ()]
        terms += [fields.where(where)] if where else []
        terms += filters.searched(search or None, "name", "email", "user_name")
        # As of an instant, those who were active; today, everybody, unless one or the other is said.
        only_active = not include_deactivated if as_of else include_deactivated is False
        terms += [Compare(Column("active"), "eq", True)] if only_active else []
        return dated(info, as_of, "users", where=_all(terms), orders=fields.orders(order_by or None))

    @listing(Connection[Count])
    def users_counted_by(self, info: Info, field: str, where: Condition | None = strawberry.UNSET) -> Description:
        found = linked("users", where=filters.USERS.where(where) if where else EVERYTHING)
        return replace(found, counted=filters.USERS.field(field))

    @described(Team | None)
    def team(
        self, info: Info, id: strawberry.ID | None = strawberry.UNSET, alias: str | None = strawberry.UNSET
    ) -> Description | None:
        return one_team(id, alias)

    @listing(TeamConnection | None)
    def teams(
        self,
        info: Info,
        manager_email: str | None = strawberry.UNSET,
        search_term: str | None = strawberry.UNSET,
        where: Condition | None = strawberry.UNSET,
        order_by: list[OrderInput] | None = strawberry.UNSET,
        as_of: Instant | None = strawberry.UNSET,
        roots: bool | None = strawberry.UNSET,
    ) -> Description:
        terms = [filters.TEAMS.where(where)] if where else []
        if manager_email:
            terms.append(filters.has_member(UserIdentifierInput(email=manager_email), role=MANAGER))
        terms += filters.searched(search_term or None, "name", "alias", "responsibilities")
        terms += [Not(Present(Column("parent_id")))] if roots else []
        return dated(info, as_of, "teams", where=_all(terms), orders=filters.TEAMS.orders(order_by or None))

    @listing(Connection[Count])
    def teams_counted_by(self, info: Info, field: str, where: Condition | None = strawberry.UNSET) -> Description:
        found = linked("teams", where=filters.TEAMS.where(where) if where else EVERYTHING)
        return replace(found, counted=filters.TEAMS.field(field))

    @listing(TeamMembershipConnection)
    def memberships(
        self,
        info: Info,
        filter: MembershipFilterInput | None = strawberry.UNSET,
        as_of: Instant | None = strawberry.UNSET,
        include_deactivated: bool | None = strawberry.UNSET,
    ) -> Description:
        link, rest, given = below("memberships", filter or None)
        where = _all(among_members(rest, include_deactivated or False))
        return dated(info, as_of, link, where=where, given=given)


def one_user(id: str | None, email: str | None) -> Description | None:
    """The person of this id or email. Raises NotFound for an id that is none; one of nobody's is found out later."""
    terms: list[Where] = []
    if id:
        terms.append(Compare(Column("id"), "eq", ids.read("User", id)))
    if email:
        terms.append(Compare(Column("email"), "eq", email))
    if not terms:
        return None
    return linked("user", where=_all(terms), missing=NotFound("user", id or email))


def one_team(id: str | None, alias: str | None) -> Description | None:
    """The team of this id, or of this alias of today or earlier: an alias of none is null, an id of none an error."""
    terms: list[Where] = []
    if id:
        terms.append(Compare(Column("id"), "eq", ids.read("Team", id)))
    if alias:
        terms.append(Related("aliases", Compare(Column("alias"), "eq", alias)))
    if not terms:
        return None
    return linked("team", where=_all(terms), missing=NotFound("team", id) if id else None)


def _filtered(filter: UsersFilterInput) -> Where:
    """The reference's filter. Raises Invalid for what can't be asked of the key."""
    arg = filter.arg or None
    found: Where
    match filter.key:
        case UsersFilterEnum.deactivated_at | UsersFilterEnum.last_sign_in_at as key:
            column = Column(key.value)
            found = Compare(column, "eq", filters.instant(arg)) if arg else Not(Present(column))
        case UsersFilterEnum.tag:
            name, colon, value = (arg or "").partition(":")
            terms: list[Where] = [Compare(Column("key"), "eq", name)] if name else []
            terms += [Compare(Column("value"), "eq", value)] if colon else []
            found = Related("tags", _all(terms)) if terms else Not(Related("tags", EVERYTHING))
        case key:
            column = Column(key.value)
            found = Compare(column, "eq", arg) if arg else Not(Present(column))
    return Not(found) if filter.type is BasicTypeEnum.does_not_equal else found


def _all(terms: Sequence[Where]) -> Where:
    return terms[0] if len(terms) == 1 else AllOf(tuple(terms))
