"""SQLite: one writing connection in turns, reading connections beside it, commits shared by a group.

Each unit of work is a savepoint; units that queue up behind one another share one transaction and one fsync, and none
is acknowledged before it. WAL with `synchronous=FULL`: what was acknowledged survives a power loss. A read never
waits for a write.
"""

from __future__ import annotations

import asyncio
import base64
import sqlite3
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager, suppress
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar, cast
from uuid import UUID

import aiosqlite
import orjson
from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionWrapper

from catalog.engines import Row, Statement, UniqueViolation
from catalog.engines.reader import Reader
from catalog.engines.writer import STATEMENTS_KEPT, WAITS_MS, Later, Writer, begin_immediately, is_quick, is_read
from catalog.errors import Unavailable

T = TypeVar("T")

GROUP_LIMIT = 64
"""Units of work that share one commit, at most."""

COMPACTING_WAITS_S = 30
"""How long writing the file anew waits for whoever writes or reads."""

PRAGMAS = {
    "journal_mode": "WAL",
    "synchronous": "FULL",
    "foreign_keys": "ON",
    "busy_timeout": str(WAITS_MS),
    "cache_size": "-32768",
    "temp_store": "MEMORY",
    "journal_size_limit": "67108864",
}

_UNAVAILABLE = ("locked", "busy", "full", "I/O", "unable to open", "readonly", "not a database", "malformed", "closed")


def _as_json(value: Any) -> str:
    return orjson.dumps(value).decode()


@lru_cache(maxsize=64)
def _as_instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(" ")


# The rows of a change share its account, its instant and most of their ids: to spell one costs more than to find it.
sqlite3.register_adapter(UUID, lru_cache(maxsize=64)(str))
sqlite3.register_adapter(datetime, _as_instant)
sqlite3.register_adapter(dict, _as_json)
sqlite3.register_adapter(list, _as_json)


def _as_base64(text: str | None) -> str | None:
    return None if text is None else base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


_BASE64 = ("muster_base64", 1, _as_base64)
"""A function that SQLite lacks: `catalog.dialects` writes public ids with it."""


@lru_cache(maxsize=512)
def _placeholders(sql: str) -> str:
    """`$1` as SQLite numbers its parameters: `?1`. No statement of ours has a dollar sign for anything else."""
    return sql.replace("$", "?")


@contextmanager
def translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.IntegrityError as problem:
        what, _, where = str(problem).partition(" constraint failed: ")
        if what == "UNIQUE":
            raise UniqueViolation(where.removeprefix("index ").strip("'")) from problem
        raise
    except sqlite3.DatabaseError as problem:
        if any(words in str(problem) for words in _UNAVAILABLE):
            raise Unavailable(f"The database did not take it: {problem}.") from problem
        raise


class _Turn:
    """The unit whose turn it is to use the writing connection. It begins with its first statement, in the same hop."""

    def __init__(self, database: SqliteDatabase, writer: Writer) -> None:
        self.orm = writer.client
        self.failure: Exception | None = None
        """What a statement raised: as on PostgreSQL, nothing that follows is carried out, and nothing is kept."""
        self.has_begun = False
        self.transaction = 0
        """The number of the transaction that holds what this unit wrote; 0 until it is released into one."""
        self._database, self._writer = database, writer

    async def rows(self, sql: str, *params: Any) -> Sequence[Row]:
        def fetch(connection: sqlite3.Connection) -> Sequence[Row]:
            return cast(Sequence[Row], connection.execute(_placeholders(sql), params).fetchall())

        reads = is_read(sql)
        return await self._carry_out(fetch, is_read=reads, at_once=reads)

    async def batch(self, statements: Sequence[Statement]) -> None:
        def write(connection: sqlite3.Connection) -> None:
            for statement in statements:
                if statement.many:
                    connection.executemany(_placeholders(statement.sql), statement.params)
                else:
                    connection.execute(_placeholders(statement.sql), statement.params)

        await self._carry_out(write, at_once=is_quick(statements))

    async def _carry_out(self, work: Callable[[sqlite3.Connection], T], *, at_once: bool, is_read: bool = False) -> T:
        if self.failure is not None:
            raise self.failure
        try:
            with translated():
                if at_once:
                    with suppress(Later):
                        self._begin_at_once()
                        return self._writer.at_once(work, is_read=is_read)
                return await self._writer.in_thread(lambda connection: self._begun(connection, work))
        except Exception as problem:
            self.failure = problem
            raise

    def _begin_at_once(self) -> None:
        """The unit begun. Raises Later where another process is writing."""
        if not self.has_begun:
            self._writer.at_once(lambda connection: self._database.begin(connection, waits=False), is_read=False)
            self.has_begun = True

    def _begun(self, connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
        if not self.has_begun:
            self._database.begin(connection)
            self.has_begun = True
        return work(connection)

    # While nobody else has the connection:

    def release(self, connection: sqlite3.Connection, transaction: int) -> None:
        """What the unit wrote made part of the transaction; not, if that has ended meanwhile."""
        if self.has_begun:
            with suppress(sqlite3.OperationalError):
                connection.execute("RELEASE unit")
                self.transaction = transaction

    def undo(self, connection: sqlite3.Connection) -> None:
        """Nothing of the unit left. (A full disk ends the whole transaction, and its savepoints with it.)"""
        if self.has_begun and connection.in_transaction:
            connection.execute("ROLLBACK TO unit")
            connection.execute("RELEASE unit")


def _undone() -> Unavailable:
    return Unavailable("The database undid the transaction: the disk is full, or it can't be written.")


class SqliteDatabase:
    """An embedded database in one file; several processes may have it open."""

    dialect = "sqlite"

    def __init__(self, writer: Writer, reader: Reader) -> None:
        self._writer, self._reader = writer, reader
        self._lock = asyncio.Lock()
        self._group: list[tuple[_Turn, asyncio.Future[None]]] = []
        self._transaction = 0
        self._queued = 0
        self._tasks: set[asyncio.Task[None]] = set()

    @classmethod
    async def open(cls, client: SqliteClient, reader: SqliteClient) -> SqliteDatabase:
        """The database of the two Tortoise clients, opened. Raises Unavailable when the file can't be."""
        writer = Writer(client)
        with translated():
            await writer.open()
            await reader.create_connection(with_db=True)
            quick = sqlite3.connect(client.filename, isolation_level=None, cached_statements=STATEMENTS_KEPT)
            for one in (client, reader):
                await cast(aiosqlite.Connection, one._connection).create_function(*_BASE64, deterministic=True)
        quick.create_function(*_BASE64, deterministic=True)
        quick.row_factory = sqlite3.Row
        for pragma in ("busy_timeout=0", "query_only=ON", f"cache_size={PRAGMAS['cache_size']}"):
            quick.execute(f"PRAGMA {pragma}")
        return cls(writer, await Reader.open(reader, quick))

    @property
    def orm(self) -> SqliteClient:
        return self._reader.client

    def within(self, account_id: UUID | None) -> SqliteDatabase:
        return self

    async def rows(self, sql: str, *params: Any) -> Sequence[Row]:
        text = _placeholders(sql)
        try:
            return self._reader.at_once(text, params)
        except Later:
            pass
        except sqlite3.DatabaseError:
            with translated():
                raise
        with translated():
            return await self._reader.in_thread(text, params)

    async def keyed(self, sql: str, *params: Any) -> Sequence[Row]:
        return await self.rows(sql, *params)

    async def one(self, sql: str, *params: Any) -> Row | None:
        found = await self.rows(sql, *params)
        return found[0] if found else None

    @property
    def connection(self) -> aiosqlite.Connection:
        """The connection that writes."""
        return self._writer.connection

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[_Turn]:
        committed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        turn = _Turn(self, self._writer)
        await self._take_turn()
        try:
            try:
                yield turn
                if turn.failure is not None:
                    raise turn.failure
            except BaseException:
                await self._writer.in_thread(turn.undo)
                raise
            self._group.append((turn, committed))
        finally:
            if not self._left_at_once():
                await self._whole(self._end_turn())
        if turn.has_begun:
            await committed

    async def _take_turn(self) -> None:
        self._queued += 1
        try:
            await self._lock.acquire()
        except BaseException:
            # Whoever left the commit to this unit, as the next in the queue, still waits for it.
            if self._queued == 1 and self._group:
                self._spawn(self._commit_for_the_gone())
            raise
        finally:
            self._queued -= 1

    async def _commit_for_the_gone(self) -> None:
        async with self._lock:
            if self._queued == 0:
                await self._release(commit=True)

    @property
    def _is_time(self) -> bool:
        """Whether the group commits before the next turn: nobody else waits for one, or there are many already."""
        return self._queued == 0 or len(self._group) >= GROUP_LIMIT

    def _left_at_once(self) -> bool:
        """Whether the turn has ended here and now, as others follow who will commit."""
        if self._is_time or not self._writer.is_at_hand:
            return False
        for turn, _ in self._group[-1:]:
            if not turn.transaction:
                turn.release(self.connection._conn, self._transaction)
        self._lock.release()
        return True

    async def _end_turn(self) -> None:
        try:
            await self._release(commit=self._is_time)
        finally:
            self._lock.release()

    async def _release(self, *, commit: bool) -> None:
        """The last unit of the group made part of its transaction.

        With `commit`, everything of the group made durable, and its units told so; or all told that it failed.
        """
        last = [turn for turn, _ in self._group[-1:] if not turn.transaction]

        def release(connection: sqlite3.Connection) -> int | None:
            for turn in last:
                turn.release(connection, self._transaction)
            return self._keep(connection) if commit else None

        failure: Exception = _undone()
        kept: int | None = None
        try:
            with translated():
                kept = await self._writer.in_thread(release)
        except Exception as problem:  # noqa: BLE001 - whatever it is, the units of the group wait for it
            failure = problem
        if not commit:
            return
        group, self._group = self._group, []
        for turn, committed in group:
            if committed.done():
                continue
            if turn.transaction == kept or not turn.has_begun:
                committed.set_result(None)
            else:
                committed.set_exception(failure)

    # These have the connection for themselves, even where a caller was cancelled: what they find of the transaction is
    # so. Its number tells a unit whose transaction was undone (by a full disk, say) from one that is in the transaction
    # that was begun afterwards.

    def begin(self, connection: sqlite3.Connection, *, waits: bool = True) -> None:
        """A unit begun, and a transaction, if there is none to share."""
        if not connection.in_transaction:
            begin_immediately(connection, waits=waits)
            self._transaction += 1
        connection.execute("SAVEPOINT unit")

    def _keep(self, connection: sqlite3.Connection) -> int | None:
        """The number of the transaction that is durable now; None, if there was none.

        Raises Unavailable, in doubt, where the disk did not say whether it is; what sqlite3 does for what is undone.
        """
        if not connection.in_transaction:
            return None
        try:
            connection.commit()
        except sqlite3.Error as problem:
            connection.rollback()
            if problem.sqlite_errorname == "SQLITE_IOERR_FSYNC":
                # It stands in the log, and is found there if this process ends before another commit writes over it.
                raise Unavailable(f"The disk failed: {problem}. It may have kept it.", in_doubt=True) from problem
            raise
        return self._transaction

    async def _whole(self, work: Coroutine[Any, Any, None]) -> None:
        """`work` carried to its end, even if the caller is cancelled meanwhile: others wait for what it does."""
        await asyncio.shield(self._spawn(work))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def upkeep(self) -> None:
        """Nothing: SQLite's plans do not follow from how many rows there are."""

    async def compact(self) -> None:
        """The file written anew: SQLite leaves what was deleted in it until the place is used for something else."""

        def vacuum() -> None:
            with closing(sqlite3.connect(self._reader.client.filename, timeout=COMPACTING_WAITS_S)) as connection:
                connection.execute("VACUUM")
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

        with translated():
            await asyncio.to_thread(vacuum)

    async def close(self) -> None:
        await self._reader.close()
        await self._writer.client.close()


class MigrationTransaction(SqliteTransactionWrapper):
    """A transaction of Tortoise's for migrations: a writer from its beginning, and whole.

    A script runs statement by statement, as the driver's `executescript` would commit what came before. (Tortoise picks
    the editor of schemas by the name of the module in which a connection's class stands: hence here.)
    """

    async def begin(self) -> None:
        await self._connection.execute("BEGIN IMMEDIATE")

    async def execute_script(self, query: str) -> None:
        for statement in _statements(query):
            await self._connection.execute(statement)


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for part in script.split(";"):
        statement += f"{part};"
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
