"""The database of this process: the one place where Tortoise is configured.

`connect` opens it, everything else in the catalog asks `database` or `everywhere`, `disconnect` closes it. What it can
do is said by the protocols in `catalog.engines`; how its tables come to be, by `catalog.schema`.
"""

from __future__ import annotations

from contextvars import ContextVar
from functools import partial
from pathlib import Path
from typing import Any, cast
from urllib.parse import parse_qsl, unquote, urlsplit
from uuid import UUID

from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.backends.sqlite.client import SqliteClient
from tortoise.context import TortoiseContext, set_global_context

from catalog.engines import Database
from catalog.engines.loans import Connection
from catalog.engines.postgres import SERVER_SETTINGS, PostgresDatabase, prepare_connection
from catalog.engines.replicas import Reading, Replica
from catalog.engines.sqlite import PRAGMAS, SqliteDatabase
from catalog.engines.watched import Watch, Watched
from catalog.errors import Unavailable

_current: tuple[Database, TortoiseContext, str] | None = None
_replica: Replica | None = None
_reading: ContextVar[Reading | None] = ContextVar("reading", default=None)


def database(account_id: UUID) -> Database:
    """The connected database, in which this account's rows alone are there.

    Raises Unavailable before `connect` and after `disconnect`.
    """
    return _asked().within(account_id)


def everywhere() -> Database:
    """The connected database with the rows of all accounts, for what is by its nature no single account's.

    That is: finding out who asks, what the worker does, backups, migrations, vital signs. `tests/test_architecture.py`
    lists who may. Raises Unavailable as `database` does.
    """
    return _asked().within(None)


def read_from_replica() -> None:
    """From here on, this task and those it starts read from the replica, where there is one; they write as ever."""
    if _replica is not None:
        _reading.set(Reading(_connected()[0], _replica))


def address() -> str:
    """The address of the connected database. Raises Unavailable before `connect` and after `disconnect`."""
    return _connected()[2]


async def connect(
    url: str, *, pool_size: int = 16, replica_url: str | None = None, watch: Watch | None = None
) -> Database:
    """The database at `url`, with the rows of all accounts, opened and made the one of this process.

    `sqlite://PATH` (the file and its folder are made if they are not there) or `postgres://user:password@host/name`.
    `replica_url` is a PostgreSQL server that follows it, for `read_from_replica`. `watch` is told of each statement.
    Raises Unavailable when it can't be reached, ValueError when the address is of another kind.
    """
    global _current, _replica
    await disconnect()
    config = tortoise_config(url, pool_size=pool_size)
    if replica_url is not None:
        config["connections"]["replica"] = _postgres(urlsplit(replica_url), pool_size)
    context = TortoiseContext()
    # Set before `init`, which looks its own connections up; and globally, as requests run in other tasks than this one.
    set_global_context(context)
    try:
        await context.init(config=config)
        default = context.connections.get("default")
        if isinstance(default, SqliteClient):
            _make_folder(default.filename)
            reader = cast(SqliteClient, context.connections.get("reader"))
            opened: Database = await SqliteDatabase.open(default, reader)
        else:
            opened = await PostgresDatabase.open(cast(AsyncpgDBClient, default))
            if replica_url is not None:
                following = cast(AsyncpgDBClient, context.connections.get("replica"))
                _replica = Replica(partial(_replicas, following, watch))
        _current = _seen(opened, watch), context, url
    except BaseException:
        await context.close_connections()
        raise
    return _current[0]


async def disconnect() -> None:
    """Every connection closed; nothing, if none is open."""
    global _current, _replica
    if _replica is not None:
        following, _replica = _replica, None
        await following.close()
    if _current is not None:
        (opened, context, _), _current = _current, None
        await opened.close()
        await context.close_connections()


def tortoise_config(url: str, *, pool_size: int = 16) -> dict[str, Any]:
    """The configuration that Tortoise and its migrations are given for `url`."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        path = unquote(url.removeprefix("sqlite://").split("?")[0])
        connections = {
            "default": _sqlite(path, PRAGMAS),
            "reader": _sqlite(path, {**PRAGMAS, "query_only": "ON"}),
        }
    elif parts.scheme in ("postgres", "postgresql"):
        connections = {"default": _postgres(parts, pool_size)}
    else:
        raise ValueError(f"The database address must begin with sqlite:// or postgres://, not {parts.scheme!r}.")
    return {
        "connections": connections,
        "apps": {
            "catalog": {
                "models": ["catalog.models"],
                "default_connection": "default",
                "migrations": "catalog.migrations",
            }
        },
        "use_tz": True,
        "timezone": "UTC",
    }


def _make_folder(filename: str) -> None:
    try:
        Path(filename).parent.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise Unavailable(f"There can't be a database at {filename}: {problem.strerror}.") from problem


async def _replicas(client: AsyncpgDBClient, watch: Watch | None) -> Database:
    return _seen(await PostgresDatabase.open(client), watch)


def _seen(opened: Database, watch: Watch | None) -> Database:
    return opened if watch is None else Watched(opened, watch)


def _asked() -> Database:
    return _reading.get() or _connected()[0]


def _connected() -> tuple[Database, TortoiseContext, str]:
    if _current is None:
        raise Unavailable("No database is connected.")
    return _current


def _sqlite(path: str, pragmas: dict[str, str]) -> dict[str, Any]:
    return {"engine": "tortoise.backends.sqlite", "credentials": {"file_path": path, **pragmas}}


def _postgres(parts: Any, pool_size: int) -> dict[str, Any]:
    credentials = {
        "user": unquote(parts.username or "postgres"),
        "password": unquote(parts.password) if parts.password else None,
        "host": parts.hostname or "127.0.0.1",
        "port": parts.port or 5432,
        "database": unquote(parts.path.lstrip("/")) or "muster",
        "minsize": 1,
        "maxsize": pool_size,
        "server_settings": SERVER_SETTINGS,
        "init": prepare_connection,
        "connection_class": Connection,
        **dict(parse_qsl(parts.query)),
    }
    return {"engine": "tortoise.backends.asyncpg", "credentials": credentials}
