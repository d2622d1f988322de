"""G3: the disk says again and again that it could not keep what was written, and at last that it never will."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import databases, postgres
from tests.disks import Disk, put_on
from tests.doses import dose
from tests.guarantees.ledger import Ledger
from tests.guarantees.writing import WRITERS, Writers, found
from tests.processes import muster
from tests.waiting import until
from tests.web.serving import Killable, running

FAULTS = dose(5, 200)
FAULTS_OF_POSTGRESQL = dose(2, 100)
BETWEEN = 20
"""Acknowledgements between two faults, at least: each meets the commit of other requests."""


async def some_faults(disk: Disk, writers: Writers, count: int) -> None:
    """One after the other, and whoever was told of it goes on."""
    for number in range(count):
        disk.fail_once()
        await writers.more(BETWEEN)
        assert disk.failed > number


async def all_told_to_wait(writers: Writers) -> None:
    """Each of them, about twice."""
    enough = writers.statuses[429] + 2 * WRITERS

    async def are_told() -> bool:
        return writers.statuses[429] >= enough

    await until(are_told)


async def refusal(server: Killable) -> str:
    """What somebody is told whom the server can't keep: not that nothing was changed, as some of it may be there."""
    async with httpx.AsyncClient(base_url=server.url, headers={"Authorization": f"Bearer {server.token}"}) as client:
        answer = await client.post("/scim/v2/Users", json={"userName": "doubtful@example.org"}, timeout=60)
    assert answer.status_code == 429
    return str(answer.json()["detail"])


async def test_g03_what_a_disk_has_not_kept_is_not_acknowledged(tmp_path: Path, ledger: Ledger) -> None:
    """What a power cut would leave is what the disk said that it kept, and no byte more: all is in it that was."""
    url, images, left = await databases.ready("sqlite", tmp_path, "own"), tmp_path / "images", tmp_path / "left"
    images.mkdir()
    with Disk.working(images) as disk:
        async with Killable.running(url, tmp_path / "data", first=partial(put_on, disk.name)) as server:
            disk.keep(tmp_path / "muster.db")
            writers = Writers(server.url, server.token)
            async with writers.at_work():
                await some_faults(disk, writers, FAULTS)
                with disk.broken():
                    await all_told_to_wait(writers)
                    acknowledged = set(writers.acknowledged)
                    assert "It may have kept it." in await refusal(server)
                    await all_told_to_wait(writers)
                    assert writers.acknowledged == acknowledged, "not by a look at what is not durable, either"
                    shutil.copytree(images, left)
    after_the_cut, in_the_end = await found(f"sqlite://{left}/muster.db"), await found(url)
    lost = len(acknowledged - after_the_cut["names"]) + len(writers.acknowledged - in_the_end["names"])
    halves = [state[what] for state in (after_the_cut, in_the_end) for what in ("doubled", "partial")]
    ledger(
        failed_syncs=disk.failed, acknowledged=len(writers.acknowledged), told_to_wait=writers.statuses[429],
        lost=lost, half_done=sum(halves),
    )  # fmt: skip
    assert not lost
    assert not any(halves)
    assert set(writers.statuses) <= {201, 409, 429}
    assert not writers.without_retry_after


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not pytest's, which only its own user may enter: root's PostgreSQL is another one's."""
    path = Path(tempfile.mkdtemp(prefix="muster-failing-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.mark.postgres
async def test_g03_a_postgresql_whose_disk_fails_comes_back_with_all_that_was_acknowledged(
    folder: Path, tmp_path: Path, ledger: Ledger
) -> None:
    """It does not trust such a disk: it stops at once, and reads its log anew."""
    with Disk.working() as disk:
        server: Any = await asyncio.to_thread(disk.of_what_is_started, lambda: postgres.started(folder))
        try:
            url = postgres.at(server)
            environment = {**os.environ, "MUSTER_DATABASE_URL": url, "MUSTER_DATA_DIR": str(tmp_path)}
            await muster("migrate", environment=environment)
            async with running(url, tmp_path) as served:
                writers = Writers(served.url, served.token)
                async with writers.at_work():
                    await some_faults(disk, writers, FAULTS_OF_POSTGRESQL)
            there = await found(url)
        finally:
            await asyncio.to_thread(server.cleanup)
    lost = writers.acknowledged - there["names"]
    ledger(
        failed_syncs=disk.failed, acknowledged=len(writers.acknowledged), told_to_wait=writers.statuses[429],
        lost=len(lost), half_done=there["doubled"] + there["partial"],
    )  # fmt: skip
    assert not lost
    assert (there["doubled"], there["partial"]) == (0, 0)
    assert set(writers.statuses) <= {201, 409, 429}
