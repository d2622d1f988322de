"""G27: two servers are restarted one after the other behind a proxy; no request fails.

One proxy asks who is ready, as Kubernetes and most balancers do. nginx does not: it finds a door closed, and goes to
the other server.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests import databases, nginx
from tests.doses import dose
from tests.guarantees.ledger import Ledger
from tests.web.serving import Killable

REQUESTS = dose(400, 10_000)
CLIENTS = 8
DRAIN_S = 1
LOOKS_EVERY_S = 0.1

BEHIND_NGINX_S = dose(1, 5)
"""MUSTER_DRAIN_S there: in full as deploy/ has it."""
KEPT_BY_NGINX = {"keepalive_timeout 4s;": f"keepalive_timeout {BEHIND_NGINX_S * 800}ms;"}
RESTARTS = dose(1, 20)
"""Before the second one, nginx has to forget that the first server was away."""
FORGOTTEN_S = 2


class Proxy(httpx.AsyncBaseTransport):
    """Sends each request to one of the servers that were ready when it last looked, and tries nothing again."""

    def __init__(self, servers: list[httpx.URL]) -> None:
        self._turns = count()
        self._servers, self._ready = servers, list(servers)
        self._inner = httpx.AsyncHTTPTransport()
        self._has_looked = asyncio.Event()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        server = self._ready[next(self._turns) % len(self._ready)]
        request.url = request.url.copy_with(host=server.host, port=server.port)
        return await self._inner.handle_async_request(request)

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[None]:
        """It asks the servers, again and again, until the block is left."""
        task = asyncio.create_task(self._look())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await self._inner.aclose()

    async def sees(self, servers: int) -> None:
        """Waits until so many are ready."""
        async with asyncio.timeout(60):
            while len(self._ready) != servers:
                self._has_looked.clear()
                await self._has_looked.wait()

    async def _look(self) -> None:
        async with httpx.AsyncClient() as client:
            while True:
                self._ready = [server for server in self._servers if await _is_ready(client, server)]
                self._has_looked.set()
                await asyncio.sleep(LOOKS_EVERY_S)


async def _is_ready(client: httpx.AsyncClient, server: httpx.URL) -> bool:
    try:
        return (await client.get(server.copy_with(path="/readyz"))).status_code == 200
    except httpx.TransportError:
        return False


class Clients:
    """Each makes one person after the other, and looks for them."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.statuses: Counter[int | str] = Counter()
        self._client, self._are_done = client, False

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """They ask until the block is left, and then finish what they have begun."""
        tasks = [asyncio.create_task(self._ask(number)) for number in range(CLIENTS)]
        try:
            yield
        finally:
            self._are_done = True
            await asyncio.gather(*tasks)

    async def _ask(self, number: int) -> None:
        for person in count():
            name = f"r{number}-{person}@rolling.example"
            await self._one("POST", json={"userName": name})
            await self._one("GET", params={"filter": f'userName eq "{name}"'})
            if self._are_done:
                return

    async def _one(self, method: str, **what: Any) -> None:
        try:
            self.statuses[(await self._client.request(method, "/scim/v2/Users", **what)).status_code] += 1
        except httpx.TransportError as broken:
            self.statuses[type(broken).__name__] += 1


async def restarted(server: Killable, proxy: Proxy, servers: int) -> None:
    """The server stopped and started. Raises AssertionError if it did not say before that it would stop."""
    stopping = asyncio.create_task(server.stop())
    await proxy.sees(servers - 1)
    assert not stopping.done()
    await stopping
    await server.start()
    await proxy.sees(servers)


@asynccontextmanager
async def two_servers(folder: Path, drain_s: int) -> AsyncIterator[list[Killable]]:
    """Of one company, on one PostgreSQL."""
    url = await databases.ready("postgres", folder, "rolling")
    async with AsyncExitStack() as stack:
        settings = {"MUSTER_DRAIN_S": str(drain_s), "MUSTER_SECRET_KEY": "k" * 32}
        yield [
            await stack.enter_async_context(Killable.running(url, folder / name, **settings)) for name in ("one", "two")
        ]


def failures(clients: Clients) -> dict[int | str, int]:
    """How often which answer, or which fault of the connection, was none of the two that are wanted."""
    return {status: times for status, times in clients.statuses.items() if status not in (200, 201)}


@pytest.mark.postgres
async def test_g27_a_rolling_restart_of_two_servers_fails_no_request(tmp_path: Path, ledger: Ledger) -> None:
    async with two_servers(tmp_path, DRAIN_S) as servers:
        proxy = Proxy([httpx.URL(server.url) for server in servers])
        token = {"Authorization": f"Bearer {servers[0].token}"}
        async with (
            proxy.looking(),
            httpx.AsyncClient(transport=proxy, base_url="http://muster.test", headers=token) as client,
        ):
            clients, restarts = Clients(client), 0
            async with clients.at_work():
                while restarts < len(servers) or clients.statuses.total() < REQUESTS:
                    await restarted(servers[restarts % len(servers)], proxy, len(servers))
                    restarts += 1
    failed = failures(clients)
    ledger(requests=clients.statuses.total(), restarts=restarts, failed=sum(failed.values()))
    assert not failed


@pytest.mark.postgres
async def test_g27_a_rolling_restart_behind_nginx_fails_no_request(tmp_path: Path, ledger: Ledger) -> None:
    async with two_servers(tmp_path, BEHIND_NGINX_S) as servers:
        addresses = [httpx.URL(server.url).netloc.decode() for server in servers]
        with nginx.running(tmp_path / "nginx", addresses, KEPT_BY_NGINX) as proxy:
            token = {"Authorization": f"Bearer {servers[0].token}"}
            async with httpx.AsyncClient(base_url=proxy, headers=token, timeout=60) as client:
                clients, restarts = Clients(client), 0
                async with clients.at_work():
                    while restarts < RESTARTS or clients.statuses.total() < REQUESTS:
                        if restarts:
                            await asyncio.sleep(FORGOTTEN_S)
                        server = servers[restarts % len(servers)]
                        await server.stop()
                        await server.start()
                        restarts += 1
    failed = failures(clients)
    ledger(proxy="nginx", requests=clients.statuses.total(), restarts=restarts, failed=sum(failed.values()))
    assert not failed
