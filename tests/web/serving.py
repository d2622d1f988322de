"""A real server for tests: `muster serve` in a process of its own, on a free port."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx


@dataclass(frozen=True)
class Instance:
    """A running server, and a SCIM token of a throw-away account on it."""

    url: str
    token: str
    environment: dict[str, str]


@asynccontextmanager
async def running(database_url: str, folder: Path, **settings: str) -> AsyncIterator[Instance]:
    """The server on this database, until the block is left."""
    port = free_port()
    environment = {
        **os.environ,
        "MUSTER_DATABASE_URL": database_url,
        "MUSTER_DATA_DIR": str(folder),
        "MUSTER_PORT": str(port),
        "MUSTER_SCIM_WRITES_PER_S": "0",
        **settings,
    }
    await muster("migrate", environment=environment)
    token = await muster("token", "create", "--rehearsal", environment=environment)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "web.cli", "serve", env=environment, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        url = f"http://127.0.0.1:{port}"
        await _ready(url)
        yield Instance(url, token.strip(), environment)
    finally:
        process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(process.wait(), 30)


def free_port() -> int:
    """A TCP port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def muster(*arguments: str, environment: dict[str, str]) -> str:
    """What the command prints on standard output. Raises AssertionError where it fails."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "web.cli",
        *arguments,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    return out.decode()


async def _ready(url: str) -> None:
    async with httpx.AsyncClient() as client:
        for _ in range(1200):
            try:
                if (await client.get(f"{url}/readyz")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.05)
    raise TimeoutError(f"{url} is not ready.")
