"""A PostgreSQL database that is emptied before each test, by one connection that stays.

A new one reads the catalog of thirty tables and plans what it deletes from them, which takes ten times as long as to
delete what a test has left.
"""

from __future__ import annotations

import asyncio
from threading import Thread
from typing import Any

import asyncpg

from catalog.engines.loans import EVERYWHERE


class Emptied:
    """The database at `address`, migrated. A loop of its own serves the connection, as each test brings another."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._connection: asyncpg.Connection[Any] | None = None
        self._deleting: Any = None

    async def empty(self) -> None:
        """In none of its tables is a row, but in that of the migrations."""
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._empty(), self._loop))

    def leave(self) -> None:
        """The connection is closed."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _empty(self) -> None:
        if self._connection is None:
            # What a large test leaves takes longer than a statement may, on a busy machine.
            settings = {"muster.account": EVERYWHERE, "statement_timeout": "0"}
            self._connection = await asyncpg.connect(self.address, server_settings=settings)
            tables = await self._connection.fetch(_TABLES)
            # TRUNCATE makes new files for every table and index, and takes twice as long. In one statement, as then
            # nobody asks whether a row is referred to before all of them are gone.
            of_each = ", ".join(f"of_{table} AS (DELETE FROM {table})" for (table,) in tables)
            self._deleting = await self._connection.prepare(f"WITH {of_each} SELECT 1")
        await self._deleting.fetch()

    async def _close(self) -> None:
        if self._connection is not None:
            await self._connection.close()


_TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'tortoise_migrations'"
