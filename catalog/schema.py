"""The schema of the connected database: whether it is the one this program knows, and how it comes to be.

All migrations that are due run as one transaction on a connection of their own, so a failed one leaves nothing behind,
and two processes that migrate at once take turns.
"""

from __future__ import annotations

import pkgutil
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Literal, cast

from tortoise.backends.sqlite.client import SqliteClient, SqliteTransactionContext
from tortoise.context import TortoiseContext
from tortoise.transactions import in_transaction

from catalog import migrations, models
from catalog.database import address, everywhere, tortoise_config
from catalog.engines import postgres, sqlite
from catalog.engines.loans import EVERYWHERE
from catalog.migrating import Executor

State = Literal["current", "behind", "ahead", "empty"]

TURN_TIMEOUT_S = 60
"""How long a migration waits for another process's, or for a lock on a table that is in use."""

_LOCK_KEY = 0x6D7573746572
"""PostgreSQL's advisory lock of those who migrate: `muster` in ASCII."""

_RECORDS = {"sqlite": "SELECT name FROM sqlite_master WHERE name = $1", "postgres": "SELECT to_regclass($1) AS name"}


_POLICY = "account"
"""The only policy of each table (`walled` in the migrations): rows are shown by any of a table's policies."""

_WALLS = (
    "SELECT relname, relrowsecurity AND relforcerowsecurity AS is_forced, "
    "ARRAY(SELECT quote_ident(polname) FROM pg_policy WHERE polrelid = pg_class.oid ORDER BY polname) AS policies "
    "FROM pg_class WHERE relnamespace = current_schema()::regnamespace AND relname = ANY($1::text[]) ORDER BY relname"
)


async def state() -> State:
    """How the connected database stands to this program's migrations.

    `empty`: none has run. `behind`: some are due, so it can't be worked with. `ahead`: a newer release has migrated it
    further. Raises Unavailable when the database can't be reached.
    """
    applied, ours = await _applied(), set(known())
    if not applied:
        return "empty"
    if ours - applied:
        return "behind"
    return "ahead" if applied - ours else "current"


async def unheld() -> str | None:
    """Why row-level security does not hold this process as it should, and what to do; None where it does.

    None on SQLite, which has no such thing.
    """
    db = everywhere()
    if db.dialect == "sqlite":
        return None
    row = await db.one("SELECT rolname, rolsuper OR rolbypassrls AS passes FROM pg_roles WHERE rolname = current_user")
    if row is not None and row["passes"]:
        return (
            f"Row-level security does not hold the database role {row['rolname']}, as it is a superuser or has "
            "BYPASSRLS: make one that is neither (docs/operating.md, The database's role)."
        )
    walls = await db.rows(_WALLS, [getattr(models, name)._meta.db_table for name in models.__all__])
    if off := [row["relname"] for row in walls if not row["is_forced"]]:
        return f"Row-level security was taken off {', '.join(off)}: ALTER TABLE … ENABLE, FORCE ROW LEVEL SECURITY."
    if bare := [row["relname"] for row in walls if _POLICY not in row["policies"]]:
        return (
            f"The policy {_POLICY} is missing on {', '.join(bare)}, and nothing else should say whose rows are shown: "
            "make it as it is on the other tables (psql shows it by \\d users)."
        )
    added = [(name, row["relname"]) for row in walls for name in row["policies"] if name != _POLICY]
    if added:
        drops = " ".join(f"DROP POLICY {name} ON {table};" for name, table in added)
        return f"Policies beside Muster's own may show the rows of every account: {drops}"
    return None


def known() -> list[str]:
    """The names of this program's migrations, in order."""
    return sorted(name for _, name, _ in pkgutil.iter_modules(migrations.__path__) if not name.startswith("_"))


async def migrate(progress: Callable[[str], object] | None = None) -> list[str]:
    """The connected database brought up to date; the names of the migrations that ran, each told to `progress` before.

    Raises Unavailable when the database can't be reached, or is held by others for longer than TURN_TIMEOUT_S.
    """
    ran: list[str] = []

    def told(event: str, _: str, name: str) -> None:
        if event == "apply_start":
            ran.append(name)
            if progress is not None:
                progress(name)

    on_sqlite = everywhere().dialect == "sqlite"
    config = tortoise_config(address(), pool_size=1)
    with sqlite.translated() if on_sqlite else postgres.translated():
        async with _alone_on_sqlite(config) if on_sqlite else _alone_on_postgres(config) as connection:
            executor = Executor(connection, config["apps"])
            # The records first: the executor looks for them, and on PostgreSQL a failed look ends the transaction.
            await executor.recorder.ensure_schema(executor._schema_editor(atomic=False))
            await executor.migrate(progress=told)
    return ran


@asynccontextmanager
async def _alone_on_sqlite(config: dict[str, Any]) -> AsyncIterator[Any]:
    """A transaction that alone may write, with foreign keys off: a table that is made anew is dropped on the way, and
    with them on that would delete, or refuse because of, the rows that refer to it. As SQLite used to, it renames a
    table without a look at the views, some of which lead to the one that is gone for that moment."""
    del config["connections"]["reader"]
    config["connections"]["default"]["credentials"] |= {
        "foreign_keys": "OFF",
        "legacy_alter_table": "ON",
        "busy_timeout": str(TURN_TIMEOUT_S * 1000),
    }
    async with _opened(config) as context:
        client = cast(SqliteClient, context.connections.get("default"))
        await client.create_connection(with_db=True)
        async with SqliteTransactionContext(sqlite.MigrationTransaction(client), client._lock) as connection:
            yield connection
            dangling = await connection.execute_query_dict("PRAGMA foreign_key_check")
            if dangling:
                raise sqlite3.IntegrityError(f"The migration left rows that refer to nothing: {dangling[:5]}")


@asynccontextmanager
async def _alone_on_postgres(config: dict[str, Any]) -> AsyncIterator[Any]:
    """A transaction that holds the lock of those who migrate, and whose statements may take their time."""
    config["connections"]["default"]["credentials"]["server_settings"] = {
        **postgres.SERVER_SETTINGS,
        "statement_timeout": "0",
        "lock_timeout": f"{TURN_TIMEOUT_S}s",
        "idle_in_transaction_session_timeout": "0",
    }
    async with _opened(config), in_transaction("default") as connection:
        await connection.execute_query("SELECT pg_advisory_xact_lock($1)", [_LOCK_KEY])
        await connection.execute_script(f"SET LOCAL muster.account = '{EVERYWHERE}'")
        yield connection


@asynccontextmanager
async def _opened(config: dict[str, Any]) -> AsyncIterator[TortoiseContext]:
    """A Tortoise of its own beside the process's one."""
    async with TortoiseContext() as context:
        await context.init(config=config)
        yield context


async def _applied() -> set[str]:
    db = everywhere()
    recorded = await db.one(_RECORDS[db.dialect], "tortoise_migrations")
    if recorded is None or recorded["name"] is None:
        return set()
    return {row["name"] for row in await db.rows("SELECT name FROM tortoise_migrations WHERE app = $1", "catalog")}
