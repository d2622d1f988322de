"""A real server for tests: `muster serve` in a process of its own, on a free port."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests import logs
from tests.processes import First, Running, muster, start

TRIES = 3


@dataclass(frozen=True)
class Instance:
    """A running server, and a SCIM token of a throw-away account on it."""

    url: str
    token: str
    environment: dict[str, str]


@asynccontextmanager
async def running(database_url: str, folder: Path, **settings: str) -> AsyncIterator[Instance]:
    """The server on this database, which is migrated or SQLite's, until the block is left."""
    async with Killable.running(database_url, folder, **settings) as server:
        yield Instance(server.url, server.token, server.environment)


class Killable:
    """A running server that may be stopped or killed, and started anew at the same address."""

    def __init__(
        self, environment: dict[str, str], token: str, url: str, process: Running, first: First | None = None
    ) -> None:
        self.environment, self.token, self.url = environment, token, url
        self._process, self._first = process, first

    @classmethod
    @asynccontextmanager
    async def running(
        cls, database_url: str, folder: Path, *, first: First | None = None, **settings: str
    ) -> AsyncIterator[Killable]:
        """As `running`, which most tests want; `first` is called in its processes."""
        environment, token = await _prepared(database_url, folder, settings, first)
        process, url = await _started(environment, token, first)
        server = cls(environment, token, url, process, first)
        try:
            yield server
        finally:
            with suppress(ProcessLookupError):
                await server.stop()
        logs.need_no_secret(_log(environment))

    @property
    def pid(self) -> int:
        return self._process.pid

    async def kill_and_start(self) -> None:
        """kill -9, and another one in its place, once it is ready."""
        await self.stop(signal.SIGKILL)
        await self.start()

    async def stop(self, by: int = signal.SIGTERM) -> None:
        """It has ended by this signal."""
        self._process.send_signal(by)
        await self._process.wait()

    async def start(self) -> None:
        """Another one in its place, once it is ready."""
        self._process = await _serve(self.environment, self._first)
        if not await _is_ready(self.url, self.token, self._process):
            raise RuntimeError("The server did not come up again.")


async def _prepared(
    database_url: str, folder: Path, settings: dict[str, str], first: First | None
) -> tuple[dict[str, str], str]:
    """The environment of a server on a database that is ready, and a token."""
    environment = {
        **os.environ,
        "MUSTER_DATABASE_URL": database_url,
        "MUSTER_DATA_DIR": str(folder),
        "MUSTER_SCIM_WRITES_PER_S": "0",
        "MUSTER_LOG_LEVEL": "debug",
        **settings,
    }
    token = await muster("token", "create", "--rehearsal", environment=environment, first=first)
    return environment, token.strip()


async def _serve(environment: dict[str, str], first: First | None) -> Running:
    log = _log(environment)
    return await start("serve", environment=environment, out=log, errors=log, first=first)


def _log(environment: dict[str, str]) -> Path:
    """Beside the data folder, in which some tests count the files."""
    folder = Path(environment["MUSTER_DATA_DIR"])
    return folder.with_name(f"{folder.name}.log")


async def _started(environment: dict[str, str], token: str, first: First | None) -> tuple[Running, str]:
    """The server, ready, and its address. A port that somebody else took meanwhile is left to them."""
    for _ in range(TRIES):
        environment["MUSTER_PORT"] = str(port := free_port())
        process = await _serve(environment, first)
        url = f"http://127.0.0.1:{port}"
        if await _is_ready(url, token, process):
            return process, url
        with suppress(ProcessLookupError):
            process.send_signal(signal.SIGKILL)
        await process.wait()
    raise RuntimeError(f"No server came up in {TRIES} tries.")


def free_port() -> int:
    """A TCP port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _is_ready(url: str, token: str, process: Running) -> bool:
    """Whether the server answers there within a minute, and is this one: no other knows the token."""
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}) as client:
        for _ in range(1200):
            if process.returncode is not None:
                break
            try:
                if (await client.get(f"{url}/readyz")).status_code == 200:
                    # To who has no token of theirs, everything of theirs is 401.
                    return (await client.get(f"{url}/scim/v2/Nowhere")).status_code == 404
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.05)
    return False
