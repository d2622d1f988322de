"""Two connections to a server of two workers, one to each: what one of them has heard, the other must do."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import httpx

MOST_TRIES = 60


@asynccontextmanager
async def both_workers(url: str) -> AsyncIterator[tuple[httpx.AsyncClient, httpx.AsyncClient]]:
    """A client of each of the two workers, which keeps its one connection."""
    async with AsyncExitStack() as stack:
        found: dict[int, httpx.AsyncClient] = {}
        for _ in range(MOST_TRIES):
            limits = httpx.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=None)
            client = await stack.enter_async_context(httpx.AsyncClient(base_url=url, limits=limits, timeout=30))
            found.setdefault(await worker_of(client), client)
            if len(found) == 2:
                first, second = found.values()
                yield first, second
                return
        raise AssertionError("One worker took every connection.")


async def worker_of(client: httpx.AsyncClient) -> int:
    """The id of the process that answers on the client's connection."""
    async with client.stream("GET", "/healthz") as response:
        await response.aread()
        port = response.extensions["network_stream"].get_extra_info("client_addr")[1]
    return worker_behind(port)


def worker_behind(port: int) -> int:
    """The id of the process that holds the server's end of the connection from this port, as Linux tells it."""
    sockets = set()
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if int(fields[2].rpartition(":")[2], 16) == port:
            sockets.add(f"socket:[{fields[9]}]")
    for file in Path("/proc").glob("[0-9]*/fd/*"):
        # It may be closed meanwhile, and its process gone.
        with suppress(OSError):
            if os.readlink(file) in sockets:
                return int(file.parts[2])
    raise AssertionError(f"nobody holds a connection from port {port}.")
