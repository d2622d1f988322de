"""The feed: what changed, in the order of the commits, for whoever keeps a copy of the directory."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import Any
from uuid import UUID

import strawberry
from strawberry.types import Info

from catalog.services import feed
from catalog.shapes import USUAL_ROWS
from graphql_api import context, ids
from graphql_api.connections import PageInfo
from graphql_api.describing import Description, Row, lazily, linked
from graphql_api.scalars import Instant

Person = lazily("users", "User")
OneTeam = lazily("teams", "Team")
Membership = lazily("memberships", "TeamMembership")

TABLES = {"user": "users", "team": "teams", "membership": "memberships"}
TYPES = {"user": "User", "team": "Team", "membership": "TeamMembership"}


@strawberry.enum
class ChangeKind(StrEnum):
    """Of what something changed."""

    user = "user"
    team = "team"
    membership = "membership"


@strawberry.type
class Change:
    """That somebody or something changed; what is so now is in `user`, `team` or `membership`, null if it is gone."""

    cursor: str
    kind: ChangeKind
    id: strawberry.ID
    at: Instant
    action: str
    is_deleted: bool = strawberry.field(description="Whether it is gone by now: deleted; of a membership, ended.")
    key: strawberry.Private[UUID]

    user: Any = strawberry.field(resolver=lambda root: _now(root, "user"), graphql_type=Person | None)
    team: Any = strawberry.field(resolver=lambda root: _now(root, "team"), graphql_type=OneTeam | None)
    membership: Any = strawberry.field(resolver=lambda root: _now(root, "membership"), graphql_type=Membership | None)


@strawberry.type
class ChangeEdge:
    """A change with its place in the feed."""

    cursor: str
    node: Change | None


@strawberry.type
class ChangeConnection:
    """A page of the feed. `endCursor` goes into the next `after`; where nothing came, it is the one that was given."""

    nodes: list[Change | None] | None
    edges: list[ChangeEdge | None] | None
    page_info: PageInfo


@strawberry.type
class Following:
    """What the account tells of its changes."""

    @strawberry.field
    async def changes(
        self,
        info: Info,
        after: str | None = strawberry.UNSET,
        first: int | None = strawberry.UNSET,
        kinds: list[ChangeKind] | None = strawberry.UNSET,
    ) -> ChangeConnection:
        size = USUAL_ROWS if first is None or first is strawberry.UNSET else first
        wanted = [known for known in feed.KINDS if not kinds or ChangeKind(known) in kinds]
        page = await feed.page(context.actor(info), after=after or None, size=size, kinds=wanted)
        nodes: list[Change | None] = [_change(told) for told in page.changes]
        edges: list[ChangeEdge | None] = [
            ChangeEdge(cursor=str(told.place), node=node) for told, node in zip(page.changes, nodes, strict=True)
        ]
        return ChangeConnection(
            nodes=nodes,
            edges=edges,
            page_info=PageInfo(
                has_next_page=page.has_more,
                has_previous_page=bool(after),
                start_cursor=str(page.changes[0].place) if page.changes else None,
                end_cursor=str(page.end),
            ),
        )


def _change(told: feed.Told) -> Change:
    return Change(
        cursor=str(told.place),
        kind=ChangeKind(told.kind),
        id=strawberry.ID(ids.write(TYPES[told.kind], told.id)),
        at=Instant(told.at),
        action=told.action,
        is_deleted=told.is_deleted,
        key=told.id,
    )


def _now(change: Change, kind: str) -> Description | None:
    """The row as it is now; of all changes of a page in one statement. An ended membership still tells what it was."""
    if change.kind.value != kind or (change.is_deleted and kind != "membership"):
        return None
    return replace(linked("itself"), parent=Row(TABLES[kind], change.key, {}))
