"""What a database engine does for the catalog: rows out, statements in, all or nothing.

Statements are written once, with `$1` placeholders; what the dialects say differently stands in `catalog.sql`.
`sqlite` and `postgres` fulfil the two protocols below. A row comes back as a read-only mapping.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient

Row = Mapping[str, Any]

STATEMENT_TIMEOUT_S = 5
"""What a client asked for is given up after so long, and answered as Unavailable."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a batch. With `many`, `params` is a list of parameter lists, and it runs once for each."""

    sql: str
    params: Sequence[Any] = ()
    many: bool = False
    table: str | None = None
    """The one table that it reads and writes, where it finds its rows by keys: beside statements of other tables it
    may be carried out in any order, and it takes no time."""
    rows: int = 1
    """How many rows of that table it finds or writes at most; with `many`, that is once for each."""


class UniqueViolation(Exception):
    """A unique index refused a row; `index` is its name, or on SQLite its columns as `table.column, …`."""

    def __init__(self, index: str) -> None:
        self.index = index
        super().__init__(index)


class Conflict(Exception):
    """Two transactions met and this one gave way (a deadlock): nothing was written, it may be run again."""


class TooDeep(Exception):
    """The statement is nested deeper than the engine can read: it is asked in parts, or not at all."""


class Unit(Protocol):
    """A transaction in the making: what a `Change` holds."""

    @property
    def orm(self) -> BaseDBAsyncClient:
        """The same connection, for Tortoise's `using_db`. For reading: everything is written by `batch`."""

    async def rows(self, sql: str, *params: Any) -> Sequence[Row]:
        """What the statement returns; it sees what this unit has written."""

    async def batch(self, statements: Sequence[Statement]) -> None:
        """The statements carried out in order, in as few round trips as the driver can.

        Raises UniqueViolation, Conflict, or catalog.errors.Unavailable.
        """


class Database(Protocol):
    """An open database, in which the rows of one account are there, or those of all."""

    def within(self, account_id: UUID | None) -> Database:
        """The same database, in which this account's rows alone are there; None for all accounts.

        PostgreSQL sees to it by row-level security, whatever a statement says (docs/decisions/0034). SQLite has no such
        wall: there the statements' own conditions are the only one.
        """

    @property
    def dialect(self) -> str:
        """sqlite or postgres."""

    @property
    def orm(self) -> BaseDBAsyncClient:
        """The connection for Tortoise's `using_db`, in reads outside a change."""

    async def rows(self, sql: str, *params: Any) -> Sequence[Row]:
        """What a reading statement returns, planned for just these parameters."""

    async def keyed(self, sql: str, *params: Any) -> Sequence[Row]:
        """What a statement returns that looks rows up by keys: whatever the keys are, one plan is the best."""

    async def one(self, sql: str, *params: Any) -> Row | None:
        """The first row of `keyed`, or None."""

    def unit(self) -> AbstractAsyncContextManager[Unit]:
        """A transaction: all of it when the block is left, none of it when the block raises."""

    async def upkeep(self) -> None:
        """What the engine wants done every few seconds so that it plans for the rows that are there."""

    async def compact(self) -> None:
        """What was deleted or overwritten gone from the disk too, where the engine does not see to that itself.

        Raises Unavailable where somebody writes for too long.
        """

    async def close(self) -> None:
        """Every connection closed."""
