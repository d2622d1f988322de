"""G14: four processes keep one limit for a token; a provider that comes again when it is told to gets everything in."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from time import monotonic

import httpx
import pytest

from tests.conftest import ON_SQLITE
from tests.doses import dose
from tests.guarantees.ledger import Ledger
from tests.web.serving import Instance, free_port, running
from web.limiting import BURST_S
from web.rehearsal import rehearse
from web.rehearsal.wire import Wire

WORKERS = "4"
PER_S = dose(20, 100)
PEOPLE = dose(40, 5_000)
WRITING_S = dose(8, 60)
CONNECTIONS = 16
TOLERANCE = dose(25, 10) / 100
"""Who waits, waits whole seconds: in few of them there is one second's worth more, or less."""

REDIS = "redis-server"
MISSING = f"There is no {REDIS} here (Debian: apt install redis-server)."


class Counting(Wire):
    """The rehearsal's connections, which note when which write was let in, and how many were not."""

    def __init__(self) -> None:
        super().__init__(timeout_s=60)
        self.let_in: list[float] = []
        self.told_to_wait = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        answer = await super().handle_async_request(request)
        if answer.status_code == 429:
            self.told_to_wait += 1
        elif request.method != "GET":
            self.let_in.append(monotonic())
        return answer


@asynccontextmanager
async def redis() -> AsyncIterator[str]:
    """The address of a Redis of the test's own. Without one the test is skipped; where CI is set, it fails."""
    if (program := shutil.which(REDIS)) is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *(program, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no"),
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        yield f"redis://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


@pytest.fixture
async def limited(address: str, tmp_path: Path) -> AsyncIterator[Instance]:
    """Four processes that count together."""
    async with redis() as url:
        settings = {"MUSTER_WORKERS": WORKERS, "MUSTER_RATE_LIMIT_URL": url, "MUSTER_SCIM_WRITES_PER_S": str(PER_S)}
        async with running(address, tmp_path, **settings) as served:
            yield served


on_sqlite = pytest.mark.parametrize("address", ON_SQLITE, indirect=True)


@on_sqlite
async def test_g14_a_provider_that_waits_as_told_gets_everybody_in_through_four_processes(
    limited: Instance, ledger: Ledger
) -> None:
    wire = Counting()
    report = await rehearse(
        f"{limited.url}/scim/v2", limited.token, users=PEOPLE, groups=2, connections=CONNECTIONS, transport=wire
    )
    ledger(people=PEOPLE, writes=len(wire.let_in), told_to_wait=wire.told_to_wait, failures=report.failures)
    assert wire.told_to_wait
    assert (report.failures, report.differences.count) == (0, 0), report.as_json()


@on_sqlite
async def test_g14_four_processes_let_in_as_much_as_one_limit_says(limited: Instance, ledger: Ledger) -> None:
    wire, numbers = Counting(), count()
    headers = {"Authorization": f"Bearer {limited.token}"}
    since = monotonic() + 1.5 * BURST_S
    until = since + WRITING_S

    async def writer() -> None:
        while monotonic() < until:
            body = {"userName": f"p{next(numbers)}@limit.example"}
            request = httpx.Request("POST", f"{limited.url}/scim/v2/Users", headers=headers, json=body)
            answer = await wire.handle_async_request(request)
            if answer.status_code == 429:
                await asyncio.sleep(int(answer.headers["retry-after"]))

    await asyncio.gather(*(writer() for _ in range(CONNECTIONS)))
    await wire.aclose()
    per_s = len([at for at in wire.let_in if since < at <= until]) / WRITING_S
    ledger(per_s=PER_S, let_in_per_s=round(per_s, 1), told_to_wait=wire.told_to_wait)
    assert PER_S * (1 - TOLERANCE) <= per_s <= PER_S * (1 + TOLERANCE)


@on_sqlite
async def test_g14_where_nothing_counts_scim_goes_on_and_nobody_signs_in(address: str, tmp_path: Path) -> None:
    nowhere = f"redis://127.0.0.1:{free_port()}"
    settings = {"MUSTER_RATE_LIMIT_URL": nowhere, "MUSTER_SCIM_WRITES_PER_S": "1"}
    async with running(address, tmp_path, **settings) as served, httpx.AsyncClient(base_url=served.url) as client:
        headers = {"Authorization": f"Bearer {served.token}"}
        for number in range(3 * BURST_S):
            made = await client.post("/scim/v2/Users", json={"userName": f"p{number}@limit.example"}, headers=headers)
            assert made.status_code == 201, made.text
        refused = await client.post(
            "/auth/sign-in", json={"email": "ada@limit.example", "password": "x"}, headers={"X-Muster-Csrf": "1"}
        )
        assert refused.status_code == 503, refused.text
