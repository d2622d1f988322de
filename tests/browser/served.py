"""A real server for browsers, in a process of its own."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import httpx

from catalog import database
from tests import logs, processes
from tests.web.serving import free_port


@dataclass
class Served:
    """A running server, and what it prints."""

    url: str
    folder: Path
    environment: dict[str, str]
    said: Path
    """What the server printed since it started."""
    process: processes.Running | None = field(default=None, repr=False)

    async def start(self) -> None:
        """Starts the server, which migrates its database; returns once it is ready."""
        self.process = await processes.start("serve", environment=self.environment, out=self.said, errors=self.said)
        async with httpx.AsyncClient(base_url=self.url) as client:
            for _ in range(1200):
                try:
                    if (await client.get("/readyz")).status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.05)
        raise TimeoutError(self.said.read_text())

    async def stop(self) -> None:
        """Stops it, as an operator does."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        await self.process.wait(30)

    async def muster(self, *arguments: str) -> str:
        """What the command prints on standard output. Raises AssertionError where it fails."""
        return (await processes.muster(*arguments, environment=self.environment)).strip()

    @property
    def database_url(self) -> str:
        return f"sqlite://{self.folder}/muster.db"

    @asynccontextmanager
    async def catalog(self) -> AsyncIterator[None]:
        """Its database, opened in this process too: what a test begins with is written past the interfaces."""
        await database.connect(self.database_url)
        try:
            yield
        finally:
            await database.disconnect()


@asynccontextmanager
async def serving(folder: Path, settings: Mapping[str, str] = MappingProxyType({})) -> AsyncIterator[Served]:
    """A server on a database of its own, with nobody in it, until the block is left."""
    port = free_port()
    environment = {
        **os.environ,
        "MUSTER_DATA_DIR": str(folder),
        "MUSTER_PORT": str(port),
        "MUSTER_SCIM_WRITES_PER_S": "0",
        "MUSTER_LOG_FORMAT": "json",
        "MUSTER_LOG_LEVEL": "debug",
        "NO_COLOR": "1",
        **settings,
    }
    environment.pop("MUSTER_DATABASE_URL", None)
    served = Served(f"http://127.0.0.1:{port}", folder, environment, folder / "server.log")
    await served.start()
    try:
        yield served
    finally:
        if served.process is not None and served.process.returncode is None:
            await served.stop()
    logs.need_no_secret(served.said)
