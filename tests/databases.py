"""Databases of a test's own, in its folder or on the suite's PostgreSQL.

What a test begins with is a copy of one that was migrated in this run, which takes a hundredth of the time.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from catalog import database, schema
from tests import postgres
from tests.processes import muster


def prepare() -> None:
    """The place of the templates chosen, before the processes of the run part ways."""
    os.environ["MUSTER_TEST_TEMPLATES"] = tempfile.mkdtemp(prefix="muster-templates-")


def tidy() -> None:
    """The place of the templates removed, when the run has ended."""
    shutil.rmtree(os.environ["MUSTER_TEST_TEMPLATES"], ignore_errors=True)


async def empty(engine: str, folder: Path, name: str) -> str:
    """The address of a database in which there is nothing; of this name, where it is PostgreSQL's."""
    return f"sqlite://{folder}/muster.db" if engine == "sqlite" else await postgres.fresh(name)


async def migrated(engine: str, folder: Path, name: str) -> str:
    """The address of a database with all tables and no row; of this name, where it is PostgreSQL's.

    No other may be connected in this process.
    """
    return await _copy(engine, folder, name, "migrated", _migrate)


async def ready(engine: str, folder: Path, name: str) -> str:
    """The address of a database as `muster migrate` leaves it; of this name, where it is PostgreSQL's."""
    return await _copy(engine, folder, name, "ready", _muster_migrate)


async def _migrate(url: str) -> None:
    await database.connect(url)
    await schema.migrate()
    await database.disconnect()


async def _muster_migrate(url: str) -> None:
    settings = {"MUSTER_DATABASE_URL": url, "MUSTER_DATA_DIR": os.environ["MUSTER_TEST_TEMPLATES"]}
    await muster("migrate", environment={**os.environ, **settings})


async def _copy(engine: str, folder: Path, name: str, template: str, make: Callable[[str], Awaitable[None]]) -> str:
    file = Path(os.environ["MUSTER_TEST_TEMPLATES"], f"{template}.db")
    with _made_once(file.with_suffix(f".{engine}")) as is_there:
        if not is_there:
            await make(f"sqlite://{file}" if engine == "sqlite" else await postgres.made(template))
    if engine == "postgres":
        return await postgres.fresh(name, like=template)
    shutil.copyfile(file, folder / "muster.db")
    return f"sqlite://{folder}/muster.db"


@contextmanager
def _made_once(mark: Path) -> Iterator[bool]:
    """Whether it is there already; else it is once the block is left. The other processes of the run wait meanwhile."""
    with mark.with_suffix(".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield mark.exists()
        mark.touch()
