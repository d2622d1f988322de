"""The connections by which SQLite is read: what takes no time on the event loop, the rest in a thread.

A keyed read takes 10–20 µs, the hop to a thread and back several times as much. What has not ended after a millisecond
or two, or would have to wait, is begun anew in the thread; what has not ended there after `STATEMENT_TIMEOUT_S` is
given up, as PostgreSQL does.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import inf
from time import monotonic
from typing import Any, cast

import aiosqlite
from tortoise.backends.sqlite.client import SqliteClient

from catalog.engines import STATEMENT_TIMEOUT_S, Row, TooDeep
from catalog.engines.writer import Later, Patience
from catalog.errors import Unavailable

STEPS = 1_000_000
"""Of SQLite's machine between two looks at the clock, about 20 ms: each takes the interpreter away from the others."""

_TOO_LATE = "The database did not answer in time."


class Reader:
    """Reads by `quick` on the event loop, and by the connection of `client` in its thread."""

    def __init__(self, client: SqliteClient, quick: sqlite3.Connection) -> None:
        self.client, self._quick = client, quick
        self._patience = Patience(quick)
        self._time_out = _TimeOut()

    @classmethod
    async def open(cls, client: SqliteClient, quick: sqlite3.Connection) -> Reader:
        """The reader by these two open connections."""
        reader = cls(client, quick)
        await reader._connection.set_progress_handler(reader._time_out.is_over, STEPS)
        return reader

    @property
    def _connection(self) -> aiosqlite.Connection:
        return cast(aiosqlite.Connection, self.client._connection)

    def at_once(self, text: str, params: Sequence[Any]) -> Sequence[Row]:
        """What the statement returns, here and now.

        Raises Later where that would take too long, TooDeep for what can't be read, else what sqlite3 raises.
        """
        self._patience.begin()
        try:
            return cast(Sequence[Row], self._quick.execute(text, params).fetchall())
        except sqlite3.DatabaseError as problem:
            if str(problem) == "parser stack overflow":
                raise TooDeep(f"{len(text)} characters") from None
            if str(problem) in ("interrupted", "database is locked"):
                raise Later from None
            raise

    async def in_thread(self, text: str, params: Sequence[Any]) -> Sequence[Row]:
        """What the statement returns, in the connection's own thread.

        Raises Unavailable for what takes too long, with its wait for those before it; else what sqlite3 raises.
        """
        until = monotonic() + STATEMENT_TIMEOUT_S

        def read() -> Sequence[Row]:
            with self._time_out.running(until):
                return cast(Sequence[Row], self._connection._conn.execute(text, params).fetchall())

        return cast(Sequence[Row], await self._connection._execute(read))  # type: ignore[no-untyped-call]

    async def close(self) -> None:
        """Both connections closed."""
        self._quick.close()
        await self.client.close()


class _TimeOut:
    """Tells SQLite when what is `running` takes too long."""

    _until = inf

    def is_over(self) -> bool:
        """Asked every so many steps; what else runs on the connection may take its time."""
        return monotonic() > self._until

    @contextmanager
    def running(self, until: float) -> Iterator[None]:
        """Raises Unavailable where the block was interrupted, or is to begin too late."""
        if monotonic() > until:
            raise Unavailable(_TOO_LATE)
        self._until = until
        try:
            yield
        except sqlite3.OperationalError as problem:
            if str(problem) == "interrupted":
                raise Unavailable(_TOO_LATE) from problem
            raise
        finally:
            self._until = inf
