"""The account in time: who joined, left and moved; how many there were; what differs between two days."""

from __future__ import annotations

from enum import StrEnum
from typing import cast

import strawberry
from strawberry.types import Info

from catalog.selection import AllOf
from catalog.services import reports
from graphql_api import context
from graphql_api.connections import Connection
from graphql_api.describing import Description, column, linked, listing
from graphql_api.history import FROM, MembershipChange, collapse_ms
from graphql_api.instants import between
from graphql_api.memberships import MembershipFilterInput, among_members, below
from graphql_api.scalars import Instant, shown_instant


@strawberry.enum
class Interval(StrEnum):
    """How a time is cut: by the account's calendar, weeks ending on Sunday."""

    day = "day"
    week = "week"
    month = "month"


@strawberry.type
class Headcount:
    """People at the end of an interval. Joined became active in it, left ceased to be; moved changed teams."""

    at: Instant
    active: int
    deactivated: int
    joined: int
    left: int
    moved: int


@strawberry.enum
class ReorganisationSubject(StrEnum):
    """Of what something differs."""

    user = "user"
    team = "team"


@strawberry.type
class Reorganisation:
    """One difference between two days: of a person title, department, manager, role, status or a team; of a team its
    name, parent or existence."""

    subject: ReorganisationSubject
    id: strawberry.ID = column("subject_id")
    name: str
    field: str
    before: str | None
    after: str | None


@strawberry.type
class AccountHistory:
    """What is told of the whole account in time."""

    @listing(Connection[MembershipChange])
    def membership_changes(
        self,
        info: Info,
        from_: FROM,
        to: Instant | None = strawberry.UNSET,
        filter: MembershipFilterInput | None = strawberry.UNSET,
        collapse_within_minutes: int | None = strawberry.UNSET,
    ) -> Description:
        link, terms, given = below("membership_changes", filter or None)
        given = {**given, **between(info, from_, to), "collapse": collapse_ms(collapse_within_minutes or None)}
        return linked(link, where=AllOf(tuple(among_members(terms, include_deactivated=True))), given=given)

    @strawberry.field
    async def headcount(
        self,
        info: Info,
        from_: FROM,
        to: Instant | None = strawberry.UNSET,
        every: Interval = Interval.week,
    ) -> list[Headcount]:
        told = between(info, from_, to)
        counted = await reports.headcount(context.actor(info), told["begin"], told["end"], every.value)
        return [
            Headcount(
                at=cast(Instant, shown_instant(one.at)),
                active=one.active,
                deactivated=one.deactivated,
                joined=one.joined,
                left=one.left,
                moved=one.moved,
            )
            for one in counted
        ]

    @listing(Connection[Reorganisation])
    def reorganisation(self, info: Info, from_: FROM, to: Instant | None = strawberry.UNSET) -> Description:
        return linked("differences", given=between(info, from_, to))
