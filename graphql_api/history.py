"""The directory in time: what people and teams were, what was done to them, who joined, left and moved."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, cast
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader
from strawberry.types import Info

from catalog import permissions
from catalog.errors import Invalid
from catalog.services import audit
from graphql_api import context
from graphql_api.connections import Connection
from graphql_api.describing import Description, Row, described, lazily, linked, listing
from graphql_api.instants import between
from graphql_api.provenance import Pushed
from graphql_api.scalars import JSON, Instant

LONGEST_COLLAPSE_MINUTES = 60 * 24 * 31

Person = lazily("users", "User")
OneTeam = lazily("teams", "Team")
FROM = Annotated[Instant, strawberry.argument(name="from")]


@strawberry.type
class HistoryEntry:
    """Something that was done. What differed is for administrators."""

    at: Instant
    action: str
    actor_name: str
    actor_kind: str
    before: JSON | None
    after: JSON | None
    request_id: str | None

    @strawberry.field
    async def sentence(self, info: Info) -> str:
        return await _sentences(info).load(cast(Row, self).id)


@strawberry.type
class HistoryConnection(Connection[HistoryEntry]):
    """A page of a history, the newest first."""


def _sentences(info: Info) -> DataLoader[UUID, str]:
    """Tells all entries of a request at once."""
    facts, actor = context.of(info).facts, context.actor(info)

    async def load(ids: list[UUID]) -> list[str]:
        told = await audit.told(actor, ids)
        return [told[id] for id in ids]

    return cast("DataLoader[UUID, str]", facts.setdefault("sentences", DataLoader(load_fn=load)))


@strawberry.enum
class MembershipChangeType(StrEnum):
    """What became of a membership; whoever left another team within a day of joining has moved."""

    joined = "joined"
    left = "left"
    role_changed = "role_changed"
    moved = "moved"


@strawberry.type
class MembershipChange(Pushed):
    """Somebody joined a team, left it, or has another role in it."""

    at: Instant
    recorded_at: Instant
    type: MembershipChangeType
    role: str | None
    previous_role: str | None

    @described(OneTeam)
    def team(self, info: Info) -> Description:
        return linked("team")

    @described(Person)
    def user(self, info: Info) -> Description:
        return linked("user")


@strawberry.type
class UserHistory:
    """What is told of a person in time."""

    @listing(lazily("periods", "UserPeriodConnection"))
    def periods(self, info: Info) -> Description:
        permissions.need(context.actor(info), "history.read")
        return linked("periods")

    @listing(Connection[MembershipChange])
    def membership_changes(
        self,
        info: Info,
        from_: FROM,
        to: Instant | None = strawberry.UNSET,
    ) -> Description:
        return linked("membership_changes", given={**between(info, from_, to), "collapse": 0})

    @listing(HistoryConnection)
    def history(self, info: Info) -> Description:
        return _history(info)


@strawberry.type
class TeamHistory:
    """What is told of a team in time."""

    @listing(lazily("periods", "TeamPeriodConnection"))
    def periods(self, info: Info) -> Description:
        permissions.need(context.actor(info), "history.read")
        return linked("periods")

    @listing(Connection[MembershipChange])
    def membership_changes(
        self,
        info: Info,
        from_: FROM,
        to: Instant | None = strawberry.UNSET,
    ) -> Description:
        return linked("membership_changes", given={**between(info, from_, to), "collapse": 0})

    @listing(HistoryConnection)
    def history(self, info: Info) -> Description:
        return _history(info)


def _history(info: Info) -> Description:
    actor = context.actor(info)
    permissions.need(actor, "history.read")
    return linked("history_in_full" if permissions.may(actor, "audit.read") else "history")


def collapse_ms(minutes: int | None) -> int:
    """How soon whoever is back has not left. Raises Invalid."""
    if not minutes:
        return 0
    if not 0 < minutes <= LONGEST_COLLAPSE_MINUTES:
        raise Invalid("collapseWithinMinutes", f"it is from 0 to {LONGEST_COLLAPSE_MINUTES}, not {minutes}.")
    return minutes * 60_000
