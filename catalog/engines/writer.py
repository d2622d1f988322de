"""The connection by which SQLite is written: what takes no time is done on the event loop, the rest in its thread.

A keyed read or write takes 5–20 µs, the hop to a thread and back several times as much, and a change has half a dozen
of them. What waits for the disk, for another process or for many rows is the thread's.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import TypeVar, cast

import aiosqlite
from tortoise.backends.sqlite.client import SqliteClient

from catalog.engines import Statement
from catalog.errors import Unavailable

T = TypeVar("T")

QUICK_STEPS = 20_000
"""Steps of SQLite's machine that a read may take on the event loop, up to twice as many: a millisecond or two."""
QUICK_ROWS = 50
"""Rows that are written on the event loop at once."""
STATEMENTS_KEPT = 128
"""By each connection, as SQLite has compiled them: that of a long GraphQL query takes tens of kilobytes, and each query
may be another. (At 512, 20,000 hostile documents left 52 MiB behind.)"""
IN_TURNS = 3
"""`sqlite3.threadsafety` of a library whose connections any thread may use."""

WAITS_MS = 5000
"""For another process that writes."""


class Later(Exception):
    """It would keep the event loop waiting: to be done in the thread, from its beginning."""


class Patience:
    """Interrupts what takes long on a connection, while it is watched."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.is_watching = False
        self._was_asked = False
        connection.set_progress_handler(self._is_over, QUICK_STEPS)

    def begin(self) -> None:
        """From here on."""
        self.is_watching, self._was_asked = True, False

    def _is_over(self) -> bool:
        """Asked by SQLite every so many steps. It goes on counting from one run of a statement to the next, so the
        first time it asks says nothing of the present run."""
        was_asked, self._was_asked = self._was_asked, True
        return self.is_watching and was_asked


class Writer:
    """The connection of `client`, opened so that both threads may use it."""

    def __init__(self, client: SqliteClient) -> None:
        self.client = client
        self._patience: Patience | None = None
        # Each is counted by one thread alone.
        self._given = self._done = 0

    async def open(self) -> None:
        """The connection opened with the client's settings. Raises what sqlite3 does."""
        client = self.client
        client._connection = await aiosqlite.connect(
            client.filename, isolation_level=None, check_same_thread=False, cached_statements=STATEMENTS_KEPT
        )
        raw = client._connection._conn
        raw.row_factory = sqlite3.Row
        for pragma, value in client.pragmas.items():
            await client._connection.execute_fetchall(f"PRAGMA {pragma}={value}")
        if sqlite3.threadsafety >= IN_TURNS:
            self._patience = Patience(raw)

    @property
    def connection(self) -> aiosqlite.Connection:
        """The connection. Raises Unavailable once it is closed."""
        if self.client._connection is None:
            raise Unavailable("The database is closed.")
        return self.client._connection

    @property
    def is_at_hand(self) -> bool:
        """Whether the thread has nothing to do: what was given to it goes on though its caller is gone."""
        return self._patience is not None and self._given == self._done

    async def in_thread(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """`work(connection)` in the connection's own thread, in one hop."""

        def counted(raw: sqlite3.Connection) -> T:
            try:
                return work(raw)
            finally:
                self._done += 1

        connection = self.connection
        self._given += 1
        return cast(T, await connection._execute(counted, connection._conn))  # type: ignore[no-untyped-call]

    def at_once(self, work: Callable[[sqlite3.Connection], T], *, is_read: bool) -> T:
        """`work(connection)` here and now. Raises Later where that would take too long.

        Only a read is interrupted: a write that is, takes the whole transaction with it.
        """
        if self._patience is None or not self.is_at_hand:
            raise Later
        if is_read:
            self._patience.begin()
        try:
            return work(self.connection._conn)
        except sqlite3.OperationalError as problem:
            if str(problem) in ("interrupted", "database is locked"):
                raise Later from None
            raise
        finally:
            self._patience.is_watching = False


def begin_immediately(connection: sqlite3.Connection, *, waits: bool) -> None:
    """A transaction that may write. Without `waits`, sqlite3's "database is locked" where another process has one."""
    if waits:
        connection.execute("BEGIN IMMEDIATE")
        return
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        connection.execute("BEGIN IMMEDIATE")
    finally:
        connection.execute(f"PRAGMA busy_timeout = {WAITS_MS}")


def is_quick(statements: Sequence[Statement]) -> bool:
    """Whether they write a few rows, found by their keys."""
    return sum(map(_rows, statements)) <= QUICK_ROWS


def _rows(statement: Statement) -> int:
    if statement.table is None:
        return QUICK_ROWS + 1
    if statement.many:
        return len(statement.params)
    return statement.rows


def is_read(sql: str) -> bool:
    """Whether the statement writes nothing: beginnings that may do either count as writing."""
    return sql.startswith("SELECT ")
