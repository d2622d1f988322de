"""An export takes no more memory for many rows than for few: measured in a process of its own."""

from __future__ import annotations

import asyncio
import os
import sys
from math import isqrt
from pathlib import Path

import pytest

from catalog import actors, database, sql
from catalog.engines import Database, Statement
from catalog.ids import FOREVER, fold, new_id, now
from catalog.models import Team, User
from catalog.services import accounts
from tests import databases
from tests.conftest import ENGINES, ON_SQLITE
from tests.doses import IS_FULL, dose

ROWS = dose(100_000, 1_000_000)
MAY_GROW_MIB = {"csv": 120, "ndjson": 120, "parquet": 240} if IS_FULL else {"csv": 80}
"""What SQLite's cache takes and what pyarrow keeps at hand. A hundred thousand rows at once are some 160 MiB."""

MEASURED = """
import resource, sys
from pathlib import Path
from web.cli import app
try:
    app(sys.argv[1:])
finally:
    told = Path("/proc/self/status")
    if told.exists():
        # The peak that the kernel tells of a process otherwise is at least that of its parent.
        print(next(int(line.split()[1]) // 1024 for line in told.read_text().splitlines() if line.startswith("VmHWM")))
    else:
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024 // 1024)
"""
"""Prints the peak of the process's memory, in MiB."""

UUID = {
    "sqlite": "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-8' "
    "|| substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))",
    "postgres": "gen_random_uuid()",
}


@pytest.fixture(params=ENGINES if IS_FULL else ON_SQLITE)
async def environment(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """Where an account has so many memberships: everybody is on every team."""
    url = await databases.ready(request.param, tmp_path, "many")
    db = await database.connect(url)
    await _fill(db, isqrt(ROWS) + 1)
    await database.disconnect()
    return {**os.environ, "MUSTER_DATABASE_URL": url, "MUSTER_DATA_DIR": str(tmp_path)}


async def _fill(db: Database, side: int) -> None:
    actor, at = actors.command((await accounts.create("Many", "many")).id), now()
    common = {"account_id": actor.account_id, "created_at": at, "updated_at": at}
    people, teams = [], []
    for number in range(side):
        name = f"Number {number}"
        known = {"name": name, "name_key": fold(name), **common}
        people.append(User(id=new_id(), user_name=name, user_name_key=fold(name), **known))
        names = {"provider_name": name, "provider_name_key": fold(name), "alias": f"number-{number}"}
        teams.append(Team(id=new_id(), **names, **known))
    everybody = (
        "INSERT INTO memberships (id, account_id, team_id, user_id, valid_from, valid_to, recorded_at) "
        f"SELECT {UUID[db.dialect]}, u.account_id, $3, u.id, $1, $2, $1 FROM users u"
    )
    async with db.unit() as unit:
        joining = Statement(everybody, [[at, FOREVER, team.id] for team in teams], many=True)
        await unit.batch([sql.insert(User, people), sql.insert(Team, teams), joining])


async def test_many_rows_take_no_more_memory_than_none(environment: dict[str, str], tmp_path: Path) -> None:
    async def exported(format: str, *options: str) -> tuple[int, int]:
        """How many rows there were, and the peak of the memory in MiB."""
        asked = ("memberships", "--account", "many", "--format", format, "--output", str(tmp_path / "file"), *options)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", MEASURED, "export", *asked),
            env=environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, errors = await process.communicate()
        assert process.returncode == 0, errors.decode()
        return int(errors.decode().partition(" ")[0].replace(",", "")), int(out)

    for format, most in MAY_GROW_MIB.items():
        none, without = await exported(format, "--as-of", "2000-01-01")
        many, peak = await exported(format)
        assert none == 0
        assert many >= ROWS
        assert peak - without < most, (format, without, peak)
