"""A database that tells somebody of each statement: what it says and how long it takes, never the values in it.

For tracing (`web.tracing`). Where nobody watches it is not there, and costs nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from typing import Any
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

from catalog.engines import Database, Row, Statement, Unit

Watch = Callable[[str, Sequence[str]], AbstractContextManager[object]]
"""Given the dialect and the texts of statements that are sent together: within it they are carried out."""


class Watched:
    """The database, watched."""

    def __init__(self, database: Database, watch: Watch) -> None:
        self._database, self._watch = database, watch

    def within(self, account_id: UUID | None) -> Watched:
        return Watched(self._database.within(account_id), self._watch)

    @property
    def dialect(self) -> str:
        return self._database.dialect

    @property
    def orm(self) -> BaseDBAsyncClient:
        return self._database.orm

    async def rows(self, sql: str, *params: Any) -> Sequence[Row]:
        with self._watch(self.dialect, (sql,)):
            return await self._database.rows(sql, *params)

    async def keyed(self, sql: str, *params: Any) -> Sequence[Row]:
        with self._watch(self.dialect, (sql,)):
            return await self._database.keyed(sql, *params)

    async def one(self, sql: str, *params: Any) -> Row | None:
        with self._watch(self.dialect, (sql,)):
            return await self._database.one(sql, *params)

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[Unit]:
        async with self._database.unit() as unit:
            yield _Unit(unit, self.dialect, self._watch)

    async def upkeep(self) -> None:
        await self._database.upkeep()

    async def compact(self) -> None:
        await self._database.compact()

    async def close(self) -> None:
        await self._database.close()


class _Unit:
    def __init__(self, unit: Unit, dialect: str, watch: Watch) -> None:
        self._unit, self._dialect, self._watch = unit, dialect, watch

    @property
    def orm(self) -> BaseDBAsyncClient:
        return self._unit.orm

    async def rows(self, sql: str, *params: Any) -> Sequence[Row]:
        with self._watch(self._dialect, (sql,)):
            return await self._unit.rows(sql, *params)

    async def batch(self, statements: Sequence[Statement]) -> None:
        with self._watch(self._dialect, [statement.sql for statement in statements]):
            await self._unit.batch(statements)
