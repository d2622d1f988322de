"""PostgreSQL by asyncpg: a pool whose connections are shared with Tortoise, and lent as `loans` says.

What is looked up by keys, and what is written, is planned once; what a client asked for is planned for what it asked.
"""

from __future__ import annotations

import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import lru_cache
from typing import Any, TypeVar, cast
from uuid import UUID

import asyncpg
import orjson
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.exceptions import DBConnectionError

from catalog.dialects import DIALECTS
from catalog.engines import STATEMENT_TIMEOUT_S, Conflict, Row, Statement, UniqueViolation
from catalog.engines.loans import EVERYWHERE, MODES, Connection, Loans, Plans
from catalog.errors import Unavailable
from catalog.patience import another_try

T = TypeVar("T")

LOCK_TIMEOUT_S = 2
"""A wait for a lock: longer is answered as Unavailable."""

SERVER_SETTINGS = {
    "application_name": "muster",
    "plan_cache_mode": MODES[Connection.plans],
    "statement_timeout": f"{STATEMENT_TIMEOUT_S}s",
    "lock_timeout": f"{LOCK_TIMEOUT_S}s",
    "idle_in_transaction_session_timeout": "30s",
    "timezone": "UTC",
    "jit": "off",
}

_UPKEEP = 0x75706B656570
"""The advisory lock of the process that looks after the statistics: `upkeep` in ASCII."""

_GROWN = (
    "SELECT format('%I.%I', s.schemaname, s.relname) AS name FROM pg_stat_user_tables s "
    "JOIN pg_class c ON c.oid = s.relid "
    "WHERE s.schemaname = current_schema() AND s.n_mod_since_analyze > greatest(200, c.reltuples)"
)

_UNREACHABLE = (
    asyncpg.PostgresConnectionError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.LockNotAvailableError,
    asyncpg.ReadOnlySQLTransactionError,
    DBConnectionError,
    OSError,
    TimeoutError,
)


_AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    DBConnectionError,
)
"""The server is down or on its way, where `_UNREACHABLE` may as well be busy: it is worth waiting for."""


_GONE = {
    "TCP_USER_TIMEOUT": 10_000,
    "TCP_KEEPIDLE": 5,
    "TCP_KEEPINTVL": 2,
    "TCP_KEEPCNT": 3,
}
"""How a connection learns that the machine at its other end is gone, which nobody there can tell: what was sent is not
acknowledged for ten seconds (in milliseconds), or three questions after five seconds of silence are not. A statement
that takes its time is no silence: the machine answers for itself."""


async def prepare_connection(connection: Any) -> None:
    """Each new connection of the pool: JSON goes in as an object or as finished text, and comes out as text; it ends
    soon after the machine of the server has gone, where the system would wait for a quarter of an hour."""
    wire = connection._transport.get_extra_info("socket")
    if wire.family != socket.AF_UNIX:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in _GONE.items():
            # Not every system has all of them.
            if (option := getattr(socket, name, None)) is not None:
                wire.setsockopt(socket.IPPROTO_TCP, option, value)
    await connection.set_type_codec("jsonb", schema="pg_catalog", encoder=_as_json, decoder=str)


def _as_json(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


@contextmanager
def translated() -> Iterator[None]:
    try:
        yield
    except asyncpg.UniqueViolationError as problem:
        raise UniqueViolation(str(problem.constraint_name)) from problem
    except (asyncpg.DeadlockDetectedError, asyncpg.SerializationError) as problem:
        raise Conflict(str(problem)) from problem
    except _UNREACHABLE as problem:
        raise _unavailable(problem) from problem
    except asyncpg.InterfaceError as problem:
        # The driver says this of a connection that is gone, and of a programming error.
        if "closed" in str(problem) or "closing" in str(problem):
            raise _unavailable(problem) from problem
        raise


def _is_away(problem: Exception) -> bool:
    if isinstance(problem, OSError):
        return not isinstance(problem, TimeoutError)
    return isinstance(problem, _AWAY) or (isinstance(problem, asyncpg.InterfaceError) and "closed" in str(problem))


def _unavailable(problem: BaseException) -> Unavailable:
    return Unavailable(f"The database can't be reached or did not answer in time ({type(problem).__name__}).")


class _Transaction:
    """A transaction on a connection that was borrowed for it."""

    def __init__(self, client: AsyncpgDBClient, connection: Connection) -> None:
        self.failure: Exception | None = None
        """What a statement raised: nothing that follows is carried out any more, and nothing is kept."""
        self._client, self._connection = client, connection

    @property
    def orm(self) -> TransactionWrapper:
        client = TransactionWrapper(self._client)
        client._connection = self._connection
        return client

    async def rows(self, sql: str, *params: Any) -> Sequence[Row]:
        with self._noting(), translated():
            return cast(Sequence[Row], await self._connection.fetch(sql, *params))

    async def batch(self, statements: Sequence[Statement]) -> None:
        with self._noting(), translated():
            for together in _together(statements):
                first = together[0]
                if first.many and len(first.params) > 1:
                    await self._connection.executemany(first.sql, first.params)
                else:
                    text = first.sql if len(together) == 1 else _as_one(tuple(one.sql for one in together))
                    params = (param for one in together for param in (one.params[0] if one.many else one.params))
                    await self._connection.execute(text, *params)

    @contextmanager
    def _noting(self) -> Iterator[None]:
        if self.failure is not None:
            raise self.failure
        try:
            yield
        except Exception as problem:
            self.failure = problem
            raise


def _together(statements: Sequence[Statement]) -> Iterator[list[Statement]]:
    """The statements in order, neighbours that may be carried out as one together."""
    together: list[Statement] = []
    for statement in statements:
        if statement.many and not statement.params:
            continue
        is_alone = statement.table is None or (statement.many and len(statement.params) != 1)
        if together and (is_alone or any(statement.table == other.table for other in together)):
            yield together
            together = []
        together.append(statement)
        if is_alone:
            yield together
            together = []
    if together:
        yield together


@lru_cache(maxsize=1024)
def _as_one(texts: tuple[str, ...]) -> str:
    """Writing statements of different tables as one: a round trip for all of them.

    Whether rows refer to rows that are there is asked when the whole of it has been carried out.
    """
    shifted: list[str] = []
    used = 0
    for text in texts:
        places = {int(found) for found in _PLACE.findall(text)}
        shifted.append(_PLACE.sub(lambda found, used=used: f"${used + int(found[1])}", text))  # type: ignore[misc]
        used += max(places, default=0)
    *before, last = shifted
    named = ", ".join(f"s{number} AS ({text})" for number, text in enumerate(before))
    return f"WITH {named} {last}"


_PLACE = re.compile(r"\$(\d+)")


class PostgresDatabase:
    """A PostgreSQL database that any number of processes share."""

    dialect = "postgres"

    def __init__(self, client: AsyncpgDBClient, lent: Loans | None = None, within: str = EVERYWHERE) -> None:
        self._client, self._lent, self._within = client, lent, within

    @classmethod
    async def open(cls, client: AsyncpgDBClient) -> PostgresDatabase:
        """The database of the Tortoise client, its pool opened. Raises Unavailable when it can't be reached."""
        opened = cls(client)
        with translated():
            await client.create_connection(with_db=True)
        if client._pool is not None:
            opened._lent = Loans(client._pool)
        return opened

    def within(self, account_id: UUID | None) -> PostgresDatabase:
        return PostgresDatabase(self._client, self._lent, EVERYWHERE if account_id is None else str(account_id))

    @property
    def orm(self) -> AsyncpgDBClient:
        return self._client

    @property
    def _loans(self) -> Loans:
        if self._lent is None:
            raise Unavailable("The database is closed.")
        return self._lent

    async def rows(self, sql: str, *params: Any) -> Sequence[Row]:
        return await self._fetch("fresh", sql, params)

    async def keyed(self, sql: str, *params: Any) -> Sequence[Row]:
        return await self._fetch("kept", sql, params)

    async def one(self, sql: str, *params: Any) -> Row | None:
        found = await self._fetch("kept", sql, params)
        return found[0] if found else None

    async def _fetch(self, plans: Plans, sql: str, params: Sequence[Any]) -> Sequence[Row]:
        connection, found = await self._first(plans, lambda connection: connection.fetch(sql, *params))
        self._loans.give_back(connection)
        return cast(Sequence[Row], found)

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[_Transaction]:
        loans = self._loans
        connection, _ = await self._first("kept", lambda connection: connection.execute("BEGIN"))
        is_whole = False
        try:
            unit = _Transaction(self._client, connection)
            try:
                yield unit
                if unit.failure is not None:
                    # PostgreSQL would answer this COMMIT with ROLLBACK, and no error.
                    raise unit.failure
            except BaseException:
                with suppress(asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError):
                    await connection.execute("ROLLBACK")
                raise
            try:
                with translated():
                    await connection.execute("COMMIT")
            except Unavailable as lost:
                raise Unavailable(f"{lost} It may have kept the change.", in_doubt=True) from lost
            is_whole = True
        finally:
            loans.give_back(connection, is_whole=is_whole)

    async def _first(self, plans: Plans, ask: Callable[[Connection], Awaitable[T]]) -> tuple[Connection, T]:
        """A connection, borrowed, and what the first statement on it gives: tried again while the server is away, as
        nothing has been changed by then."""
        loans = self._loans
        while True:
            try:
                connection = loans.at_hand(plans, self._within) or await loans.borrow(plans, self._within)
                try:
                    return connection, await ask(connection)
                except BaseException:
                    loans.give_back(connection, is_whole=False)
                    raise
            except Exception as problem:
                if _is_away(problem) and await another_try():
                    continue
                with translated():
                    raise

    async def upkeep(self) -> None:
        """Tables that have doubled since PostgreSQL last looked at them, looked at.

        Its own daemon comes once a minute. Until then every index that begins with the account looks like the best one,
        and the look-up of one person reads all of a first sync.
        """
        async with self.unit() as unit:
            (mine,) = await unit.rows("SELECT pg_try_advisory_xact_lock($1) AS is_mine", _UPKEEP)
            tables = await unit.rows(_GROWN) if mine["is_mine"] else []
            # A large table takes longer than a statement may.
            patience = [Statement(DIALECTS["postgres"].patience)] if tables else []
            await unit.batch([*patience, *(Statement(f"ANALYZE {row['name']}") for row in tables)])

    async def compact(self) -> None:
        """Nothing: PostgreSQL's own daemon clears what was deleted, and writes over it."""

    async def close(self) -> None:
        lent, self._lent = self._lent, None
        if lent is not None:
            await lent.close()
        await self._client.close()
