"""A read replica beside the database: reads that may be a moment old go there, everything else does not.

A request that has begun on the replica stays there: rows that are older than what was read before them would be missed
by whoever goes on from it. If the replica fails, the request goes on at the database itself, which is never behind.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from time import monotonic
from typing import Any, TypeVar
from uuid import UUID

import structlog
from tortoise.backends.base.client import BaseDBAsyncClient

from catalog.engines import Conflict, Database, Row, Unit
from catalog.errors import Unavailable

T = TypeVar("T")

AGAIN_AFTER_S = 10
"""A replica that could not be reached is not tried for so long."""

log = structlog.get_logger("catalog")


class Replica:
    """A replica that is opened when it is first asked, so that nobody who starts has to wait for it."""

    def __init__(self, opening: Callable[[], Awaitable[Database]]) -> None:
        self._opening = opening
        self._opened: Database | None = None
        self._not_before = 0.0

    async def database(self) -> Database | None:
        """The replica; None while it can't be reached."""
        if self._opened is None and monotonic() >= self._not_before:
            try:
                self._opened = await self._opening()
            except Unavailable as problem:
                self.failed(problem)
        return self._opened if monotonic() >= self._not_before else None

    def failed(self, problem: Exception) -> None:
        """It did not answer: the database itself is asked for a while."""
        self._not_before = monotonic() + AGAIN_AFTER_S
        log.warning("the read replica does not answer", problem=str(problem))

    async def close(self) -> None:
        """Its connections closed."""
        if self._opened is not None:
            await self._opened.close()


class _Course:
    """Where a request has got to: whichever account it asks in, it does not go back to the replica."""

    has_left = False


class Reading:
    """The database as one request sees it whose reads go to the replica."""

    def __init__(self, database: Database, replica: Replica) -> None:
        self._database, self._replica = database, replica
        self._account_id: UUID | None = None
        self._course = _Course()

    def within(self, account_id: UUID | None) -> Reading:
        seen = Reading(self._database.within(account_id), self._replica)
        seen._account_id, seen._course = account_id, self._course
        return seen

    @property
    def dialect(self) -> str:
        return self._database.dialect

    @property
    def orm(self) -> BaseDBAsyncClient:
        return self._database.orm

    async def rows(self, sql: str, *params: Any) -> Sequence[Row]:
        return await self._ask(lambda place: place.rows(sql, *params))

    async def keyed(self, sql: str, *params: Any) -> Sequence[Row]:
        return await self._ask(lambda place: place.keyed(sql, *params))

    async def one(self, sql: str, *params: Any) -> Row | None:
        return await self._ask(lambda place: place.one(sql, *params))

    def unit(self) -> AbstractAsyncContextManager[Unit]:
        return self._database.unit()

    async def upkeep(self) -> None:
        await self._database.upkeep()

    async def compact(self) -> None:
        await self._database.compact()

    async def close(self) -> None:
        """Nothing: who opened them closes both."""

    async def _ask(self, read: Callable[[Database], Awaitable[T]]) -> T:
        place = None if self._course.has_left else await self._replica.database()
        if place is not None:
            try:
                return await read(place.within(self._account_id))
            except Unavailable as problem:
                self._replica.failed(problem)
            except Conflict:
                # What it has to repeat of the database stood in the way of a long read; the next one may go well.
                pass
        self._course.has_left = True
        return await read(self._database)
