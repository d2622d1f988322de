"""Databases of a test's own, in its folder or on the suite's PostgreSQL.

To migrate one takes two seconds of a processor; one that is ready is a copy of one that was migrated in this process.
"""

import os
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from tests import postgres
from tests.processes import muster

_TEMPLATE = "template"

_folder = TemporaryDirectory(prefix="muster-template-", ignore_cleanup_errors=True)
_migrated: set[str] = set()
"""The engines of which there is a template."""


def leave() -> None:
    """This process needs no database more; xdist's processes end before Python would remove the folder itself."""
    _folder.cleanup()


async def empty(engine: str, folder: Path, name: str) -> str:
    """The address of a database in which there is nothing; of this name, where it is PostgreSQL's."""
    return f"sqlite://{folder}/muster.db" if engine == "sqlite" else await postgres.fresh(name)


async def ready(engine: str, folder: Path, name: str) -> str:
    """The address of a database as `muster migrate` leaves it; of this name, where it is PostgreSQL's."""
    if engine not in _migrated:
        url = await empty(engine, Path(_folder.name), _TEMPLATE)
        await muster("migrate", environment={**os.environ, "MUSTER_DATABASE_URL": url, "MUSTER_DATA_DIR": _folder.name})
        _migrated.add(engine)
    if engine == "postgres":
        return await postgres.fresh(name, like=_TEMPLATE)
    shutil.copyfile(f"{_folder.name}/muster.db", folder / "muster.db")
    return f"sqlite://{folder}/muster.db"
