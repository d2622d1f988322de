"""G29: whoever migrates is killed at any moment; nothing is half there, and who begins anew completes it."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path
from random import Random

import pytest

from catalog import database, schema
from tests import databases
from tests.conftest import ENGINES
from tests.doses import dose
from tests.guarantees.ledger import Ledger
from tests.processes import muster, start
from tests.waiting import until

KILLS = dose(3, 20)
ONE_MIGRATION_S = 0.02
"""About as long as one takes: how far into it the kill falls is chance."""


async def begun(told: Path, count: int) -> None:
    """Waits until so many migrations were begun, or all of them are done."""

    async def are_begun() -> bool:
        text = await asyncio.to_thread(told.read_text)
        return text.count("applied") >= count or "current" in text

    await until(are_begun)


async def state_of(address: str) -> str:
    await database.connect(address)
    try:
        return await schema.state()
    finally:
        await database.disconnect()


@pytest.mark.parametrize("engine", ENGINES)
async def test_g29_a_migration_that_is_killed_leaves_nothing_and_the_next_one_completes(
    engine: str, tmp_path: Path, ledger: Ledger
) -> None:
    chance, found, address = Random(KILLS), [], ""
    for number in range(KILLS):
        folder = tmp_path / str(number)
        folder.mkdir()
        if number == 0 or found[-1] == "current":
            # Where it was quicker than the kill, there is nothing left to migrate.
            address = await databases.empty(engine, folder, f"killed_{number}")
        environment = {**os.environ, "MUSTER_DATABASE_URL": address, "MUSTER_DATA_DIR": str(folder)}
        told = folder / "told"
        told.touch()
        migrating = await start("migrate", environment=environment, out=told, errors=told)
        await begun(told, 1 + number * len(schema.known()) // KILLS)
        await asyncio.sleep(chance.uniform(0, ONE_MIGRATION_S))
        if migrating.returncode is None:
            migrating.send_signal(signal.SIGKILL)
        await migrating.wait()
        found.append(await state_of(address))
    assert set(found) <= {"empty", "current"}
    ledger(kills=found.count("empty"), half_done=0)
    assert found.count("empty") >= KILLS / 2, "most fell before its end"
    await muster("migrate", environment=environment)
    assert await state_of(address) == "current"
