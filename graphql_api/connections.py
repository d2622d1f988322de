"""Connections: what a list is in GraphQL. `nodes`, `edges`, `pageInfo` and `totalCount` are known to `execution`."""

from __future__ import annotations

from typing import Generic, TypeVar

import strawberry

from graphql_api.scalars import Instant

T = TypeVar("T")


@strawberry.type
class PageInfo:
    """Where a page lies in its list."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type
class Edge(Generic[T]):
    """A row of a list with its place in it."""

    cursor: str
    node: T | None


@strawberry.type
class Connection(Generic[T]):
    """A page of a list."""

    nodes: list[T | None] | None
    edges: list[Edge[T] | None] | None
    page_info: PageInfo
    total_count: int


@strawberry.type
class DatedConnection(Connection[T], Generic[T]):
    """A page of a list as it was at an instant."""

    as_of: Instant = strawberry.field(description="The instant that the answer is about.")
