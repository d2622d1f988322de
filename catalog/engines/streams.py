"""A whole database as a stream: read as it was at one instant while others write, and filled in one transaction.

Both have a connection of their own beside the process's, and statements that may take their time. A value is what the
driver gives or takes; what is the same on both engines is `catalog.archive`'s business.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, Protocol

import asyncpg

from catalog.database import tortoise_config
from catalog.engines import postgres, sqlite
from catalog.engines.loans import EVERYWHERE

AT_ONCE = 1_000
"""Rows that are in memory at a time."""

Rows = Sequence[Sequence[Any]]


class Snapshot(Protocol):
    """Everything as it was when it was first asked."""

    def rows(self, statement: str) -> AsyncIterator[Rows]:
        """What the statement returns, `AT_ONCE` rows at a time."""


class Filling(Snapshot, Protocol):
    """A transaction that fills tables: kept when the block is left, nothing of it when the block raises. It sees what
    it has filled in."""

    async def table(self, name: str, columns: Sequence[str], rows: AsyncIterable[Sequence[Any]]) -> None:
        """The rows put into the table; they may refer to one another in any order."""

    async def run(self, statement: str, *params: Any) -> None:
        """A statement that alters what was filled in."""


def snapshot(url: str) -> AbstractAsyncContextManager[Snapshot]:
    """The database at this address, to be read."""
    return _sqlite_snapshot(url) if url.startswith("sqlite:") else _postgres_snapshot(url)


def filling(url: str) -> AbstractAsyncContextManager[Filling]:
    """The database at this address, to be filled."""
    return _sqlite_filling(url) if url.startswith("sqlite:") else _postgres_filling(url)


# --- SQLite ---------------------------------------------------------------------------------------------------------


class _Sqlite:
    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    async def rows(self, statement: str) -> AsyncIterator[Rows]:
        cursor = await asyncio.to_thread(self._connection.execute, statement)
        while rows := await asyncio.to_thread(cursor.fetchmany, AT_ONCE):
            yield rows

    async def table(self, name: str, columns: Sequence[str], rows: AsyncIterable[Sequence[Any]]) -> None:
        text = f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
        some: list[Sequence[Any]] = []
        async for row in rows:
            some.append(row)
            if len(some) == AT_ONCE:
                await asyncio.to_thread(self._connection.executemany, text, some)
                some = []
        await asyncio.to_thread(self._connection.executemany, text, some)

    async def run(self, statement: str, *params: Any) -> None:
        await asyncio.to_thread(self._connection.execute, statement.replace("$", "?"), params)


@asynccontextmanager
async def _sqlite_snapshot(url: str) -> AsyncIterator[_Sqlite]:
    with sqlite.translated():
        connection = _opened(url)
        try:
            # Its first SELECT begins to see the database, and goes on to see it so.
            connection.execute("BEGIN")
            yield _Sqlite(connection)
        finally:
            connection.close()


@asynccontextmanager
async def _sqlite_filling(url: str) -> AsyncIterator[_Sqlite]:
    with sqlite.translated():
        connection = _opened(url)
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("PRAGMA defer_foreign_keys=ON")
            yield _Sqlite(connection)
            connection.commit()
        finally:
            # Closed without a commit, nothing of it is kept.
            connection.close()


def _opened(url: str) -> sqlite3.Connection:
    path = tortoise_config(url)["connections"]["default"]["credentials"]["file_path"]
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for name, value in sqlite.PRAGMAS.items():
        connection.execute(f"PRAGMA {name}={value}")
    return connection


# --- PostgreSQL -----------------------------------------------------------------------------------------------------


class _Postgres:
    def __init__(self, connection: asyncpg.Connection[Any]) -> None:
        self._connection = connection

    async def rows(self, statement: str) -> AsyncIterator[Rows]:
        cursor = await self._connection.cursor(statement)
        while rows := await cursor.fetch(AT_ONCE):
            yield [tuple(row) for row in rows]

    async def table(self, name: str, columns: Sequence[str], rows: AsyncIterable[Sequence[Any]]) -> None:
        # One statement for the whole table: only at its end is a row's reference to a later one looked up. PostgreSQL
        # copies into no table whose rows it has to look at one by one, so for the owner the wall is open meanwhile.
        await self._connection.execute(f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY")
        await self._connection.copy_records_to_table(name, records=rows, columns=columns)
        await self._connection.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")

    async def run(self, statement: str, *params: Any) -> None:
        await self._connection.execute(statement, *params)


@asynccontextmanager
async def _postgres_snapshot(url: str) -> AsyncIterator[_Postgres]:
    with postgres.translated():
        connection = await _connected(url)
        try:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                yield _Postgres(connection)
        finally:
            await connection.close()


@asynccontextmanager
async def _postgres_filling(url: str) -> AsyncIterator[_Postgres]:
    with postgres.translated():
        connection = await _connected(url)
        try:
            async with connection.transaction():
                yield _Postgres(connection)
        finally:
            await connection.close()


async def _connected(url: str) -> asyncpg.Connection[Any]:
    credentials = dict(tortoise_config(url)["connections"]["default"]["credentials"])
    # Of the pool alone; and documents go in and out as text without the pool's own codec.
    for name in ("minsize", "maxsize", "init", "connection_class"):
        del credentials[name]
    patient = {"statement_timeout": "0", "lock_timeout": "60s", "idle_in_transaction_session_timeout": "0"}
    credentials["server_settings"] = {**postgres.SERVER_SETTINGS, **patient}
    connection = await asyncpg.connect(**credentials)
    await connection.execute(f"SET muster.account = '{EVERYWHERE}'")
    return connection
