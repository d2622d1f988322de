"""G2: PostgreSQL is restarted without a shutdown, again and again under load; nothing is lost or half there."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from tests import postgres
from tests.doses import dose
from tests.guarantees.ledger import Ledger
from tests.guarantees.writing import Writers, found
from tests.processes import muster
from tests.web.serving import running

RESTARTS = dose(5, 100)
BETWEEN = 40
SOON_S = 5
"""From the restart to the next acknowledgement."""


@pytest.fixture
async def server() -> AsyncIterator[Any]:
    """A PostgreSQL of this test's own, as safe as it is by default."""
    # Not in pytest's folder, which only its own user may enter: root's PostgreSQL is another one's.
    folder = Path(tempfile.mkdtemp(prefix="muster-restarted-"))
    started = await asyncio.to_thread(postgres.started, folder)
    yield started
    await asyncio.to_thread(started.cleanup)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.postgres
async def test_g02_immediate_restarts_of_postgresql_lose_nothing_and_leave_nothing_half_done(
    server: Any, tmp_path: Path, ledger: Ledger
) -> None:
    url = postgres.at(server)
    await muster("migrate", environment={**os.environ, "MUSTER_DATABASE_URL": url, "MUSTER_DATA_DIR": str(tmp_path)})
    slowest_s = 0.0
    async with running(url, tmp_path) as served:
        writers = Writers(served.url, served.token)
        async with writers.at_work():
            for _ in range(RESTARTS):
                await writers.more(BETWEEN)
                await asyncio.to_thread(postgres.restart, server)
                since = monotonic()
                await writers.more(1)
                slowest_s = max(slowest_s, monotonic() - since)
    there = await found(url)
    lost = writers.acknowledged - there["names"]
    ledger(
        restarts=RESTARTS, acknowledged=len(writers.acknowledged), told_to_wait=writers.statuses[429],
        unavailable=writers.statuses[503], lost=len(lost), doubled=there["doubled"], partial=there["partial"],
        slowest_recovery_s=round(slowest_s, 1),
    )  # fmt: skip
    assert not lost
    assert (there["doubled"], there["partial"], writers.without_an_answer) == (0, 0, 0)
    assert set(writers.statuses) <= {201, 409, 429, 503}
    assert not writers.without_retry_after
    assert slowest_s < SOON_S * 3, "on a busy machine; five seconds on one that is not"
