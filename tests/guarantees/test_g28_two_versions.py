"""G28: a later release migrates and takes over while an older one serves; nobody is refused anything."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from itertools import count
from pathlib import Path
from time import monotonic
from typing import Any

import httpx

from tests.doses import dose
from tests.guarantees import later
from tests.guarantees.ledger import Ledger
from tests.processes import run
from tests.waiting import until
from tests.web.serving import Killable

CLIENTS = 8
WRITES = dose(20, 1_000)
"""Acknowledged before, between and after."""


class Clients:
    """Each makes one person after the other on one of the servers, and looks for them on another."""

    def __init__(self, token: str, *servers: str) -> None:
        self.servers = list(servers)
        self.answers: Counter[int | str] = Counter()
        self.slowest_s = 0.0
        self._headers = {"Authorization": f"Bearer {token}"}
        self._tasks: list[asyncio.Task[None]] = []
        self._are_done = False

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """They go on until the block is left, or they are told to finish."""
        async with httpx.AsyncClient(headers=self._headers, timeout=60) as client:
            self._tasks = [asyncio.create_task(self._work(client, number)) for number in range(CLIENTS)]
            try:
                yield
            finally:
                await self.finish()

    async def finish(self) -> None:
        """What they have begun. Raises what befell one of them."""
        self._are_done = True
        await asyncio.gather(*self._tasks)

    async def more(self) -> None:
        """Waits until so much more was done."""
        enough = self.answers[201] + WRITES

        async def is_done() -> bool:
            return self.answers[201] >= enough

        await until(is_done)

    async def _work(self, client: httpx.AsyncClient, number: int) -> None:
        for turn in count():
            if self._are_done:
                return
            here, there = (self.servers[(turn + step) % len(self.servers)] for step in (0, 1))
            name = f"n{number}-{turn}@two.example"
            await self._ask(client, "POST", here, json={"userName": name})
            await self._ask(client, "GET", there, params={"filter": f'userName eq "{name}"'})

    async def _ask(self, client: httpx.AsyncClient, method: str, server: str, **what: Any) -> None:
        began = monotonic()
        answer = await client.request(method, f"{server}/scim/v2/Users", **what)
        self.slowest_s = max(self.slowest_s, monotonic() - began)
        self.answers[answer.status_code] += 1
        if method == "GET" and answer.json().get("totalResults") != 1:
            self.answers["not found"] += 1


async def test_g28_an_older_server_serves_beside_a_newer_one_until_it_is_replaced(
    address: str, tmp_path: Path, ledger: Ledger
) -> None:
    later.write(tmp_path)
    release, key = partial(later.release, str(tmp_path)), {"MUSTER_SECRET_KEY": "k" * 32}
    async with Killable.running(address, tmp_path / "older", **key) as older:
        clients = Clients(older.token, older.url)
        async with clients.at_work():
            await clients.more()
            migrated = await run("migrate", environment=older.environment, first=release)
            assert later.MIGRATION in migrated.errors, migrated.errors
            await clients.more()
            async with Killable.running(address, tmp_path / "newer", first=release, **key) as newer:
                clients.servers = [older.url, newer.url]
                await clients.more()
                async with httpx.AsyncClient() as balancer:
                    assert (await balancer.get(f"{older.url}/readyz")).status_code == 200
                clients.servers = [newer.url]
                await clients.more()
                await older.stop()
                refused = await run("serve", environment=older.environment, within_s=60)
                await clients.more()
                await clients.finish()
    ledger(requests=clients.answers.total(), slowest_s=round(clients.slowest_s, 1), failed=0)
    assert set(clients.answers) == {200, 201}
    assert (refused.code, "newer than this version" in refused.errors) == (1, True)
