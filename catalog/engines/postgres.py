"""PostgreSQL by asyncpg: a pool whose connections are shared with Tortoise.

Custom plans always: asyncpg's cached generic plans turned a filter by time from 0.2 ms into 130 ms at the sixth run.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, cast

import asyncpg
import orjson
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.exceptions import DBConnectionError

from catalog.engines import Conflict, Row, Statement, UniqueViolation
from catalog.errors import Unavailable

STATEMENT_TIMEOUT_S = 5
LOCK_TIMEOUT_S = 2
POOL_WAIT_S = 2
"""A statement, a wait for a lock, a wait for a connection: longer is answered as Unavailable."""

SERVER_SETTINGS = {
    "application_name": "muster",
    "plan_cache_mode": "force_custom_plan",
    "statement_timeout": f"{STATEMENT_TIMEOUT_S}s",
    "lock_timeout": f"{LOCK_TIMEOUT_S}s",
    "idle_in_transaction_session_timeout": "30s",
    "timezone": "UTC",
    "jit": "off",
}

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


async def prepare_connection(connection: Any) -> None:
    """Each new connection of the pool: JSON goes in as an object or as finished text, and comes out as text."""
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


def _unavailable(problem: BaseException) -> Unavailable:
    return Unavailable(f"The database can't be reached or did not answer in time ({type(problem).__name__}).")


class _Transaction:
    """A transaction on one connection of the pool."""

    def __init__(self, client: TransactionWrapper) -> None:
        self.orm = client
        self.failure: Exception | None = None
        """What a statement raised: nothing that follows is carried out any more, and nothing is kept."""
        self._connection = client._connection

    async def rows(self, sql: str, *params: Any) -> Sequence[Row]:
        with self._noting(), translated():
            return cast(Sequence[Row], await self._connection.fetch(sql, *params))

    async def batch(self, statements: Sequence[Statement]) -> None:
        with self._noting(), translated():
            for statement in statements:
                if statement.many:
                    await self._connection.executemany(statement.sql, statement.params)
                else:
                    await self._connection.execute(statement.sql, *statement.params)

    @contextmanager
    def _noting(self) -> Iterator[None]:
        if self.failure is not None:
            raise self.failure
        try:
            yield
        except Exception as problem:
            self.failure = problem
            raise


class PostgresDatabase:
    """A PostgreSQL database that any number of processes share."""

    dialect = "postgres"

    def __init__(self, client: AsyncpgDBClient) -> None:
        self._client = client

    @classmethod
    async def open(cls, client: AsyncpgDBClient) -> PostgresDatabase:
        """The database of the Tortoise client, its pool opened. Raises Unavailable when it can't be reached."""
        with translated():
            await client.create_connection(with_db=True)
        return cls(client)

    @property
    def orm(self) -> AsyncpgDBClient:
        return self._client

    @property
    def _pool(self) -> asyncpg.Pool[Any]:
        if self._client._pool is None:
            raise Unavailable("The database is closed.")
        return self._client._pool

    async def rows(self, sql: str, *params: Any) -> Sequence[Row]:
        with translated():
            async with self._pool.acquire(timeout=POOL_WAIT_S) as connection:
                return cast(Sequence[Row], await connection.fetch(sql, *params))

    async def one(self, sql: str, *params: Any) -> Row | None:
        with translated():
            async with self._pool.acquire(timeout=POOL_WAIT_S) as connection:
                return cast(Row | None, await connection.fetchrow(sql, *params))

    @asynccontextmanager
    async def unit(self) -> AsyncIterator[_Transaction]:
        with translated():
            connection = await self._pool.acquire(timeout=POOL_WAIT_S)
        try:
            client = TransactionWrapper(self._client)
            client._connection = cast(asyncpg.Connection, connection)
            transaction = connection.transaction()
            with translated():
                await transaction.start()
            unit = _Transaction(client)
            try:
                yield unit
                if unit.failure is not None:
                    # PostgreSQL would answer this COMMIT with ROLLBACK, and no error.
                    raise unit.failure
            except BaseException:
                with suppress(asyncpg.PostgresConnectionError, asyncpg.InterfaceError, OSError):
                    await transaction.rollback()
                raise
            with translated():
                await transaction.commit()
        finally:
            await asyncio.shield(self._pool.release(connection))

    async def close(self) -> None:
        await self._client.close()
