"""A real server for browsers: in a process of its own, with an administrator, and an Okta-shaped client beside it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx

from tests.browser.okta import Okta
from tests.web.serving import free_port

PASSWORD = "a formation of nine dots"
ADMIN = "ada@acme.example"


@dataclass
class Served:
    """A running server, and what stands around it in a test."""

    url: str
    folder: Path
    environment: dict[str, str]
    said: Path
    """What the server printed since it started."""
    process: asyncio.subprocess.Process | None = field(default=None, repr=False)
    _sessions: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)
    """The cookies of each person who has signed in: signing in takes its time, on purpose."""

    async def start(self) -> None:
        """Starts the server, which migrates its database; returns once it is ready."""
        with self.said.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "web.cli", "serve", env=self.environment, stdout=log, stderr=log
            )
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
        await asyncio.wait_for(self.process.wait(), 30)

    async def muster(self, *arguments: str, given: str = "") -> str:
        """What the command prints on standard output. Raises AssertionError where it fails."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "web.cli",
            *arguments,
            env=self.environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, errors = await process.communicate(given.encode())
        assert process.returncode == 0, errors.decode()
        return out.decode().strip()

    async def person(self, email: str, name: str, role: str) -> None:
        """Somebody who can sign in with the password of all tests."""
        await self.muster(
            "user", "create", "--email", email, "--name", name, "--role", role, "--password-stdin", given=PASSWORD
        )

    async def okta(self, name: str = "Okta") -> Okta:
        """Okta's side of an integration of this name, made where there is none."""
        return Okta(f"{self.url}/scim/v2", await self.muster("token", "create", "--integration", name))

    async def cookies(self, email: str = ADMIN) -> dict[str, str]:
        """What a browser has in which this person is signed in."""
        if email not in self._sessions:
            async with httpx.AsyncClient(base_url=self.url, headers={"X-Muster-Csrf": "1"}) as client:
                answer = await client.post("/auth/sign-in", json={"email": email, "password": PASSWORD})
                assert answer.status_code == 200, answer.text
                self._sessions[email] = dict(client.cookies.items())
        return self._sessions[email]

    async def ask(self, query: str, email: str = ADMIN, **variables: Any) -> Any:
        """GraphQL's `data`, asked by this person. Raises AssertionError where it could not be answered."""
        headers = {"X-Muster-Csrf": "1"}
        async with httpx.AsyncClient(base_url=self.url, headers=headers, cookies=await self.cookies(email)) as client:
            answer = await client.post("/graphql", json={"query": query, "variables": variables})
        body = answer.json()
        assert "errors" not in body, body
        return body["data"]


@asynccontextmanager
async def serving(
    folder: Path, settings: Mapping[str, str] = MappingProxyType({}), *, administrator: bool = True
) -> AsyncIterator[Served]:
    """A server on a database of its own, with one administrator or nobody, until the block is left."""
    port = free_port()
    environment = {
        **os.environ,
        "MUSTER_DATA_DIR": str(folder),
        "MUSTER_PORT": str(port),
        "MUSTER_SCIM_WRITES_PER_S": "0",
        "MUSTER_LOG_FORMAT": "json",
        "NO_COLOR": "1",
        **settings,
    }
    environment.pop("MUSTER_DATABASE_URL", None)
    served = Served(f"http://127.0.0.1:{port}", folder, environment, folder / "server.log")
    await served.muster("migrate")
    if administrator:
        await served.person(ADMIN, "Ada Lovelace", "admin")
    await served.start()
    try:
        yield served
    finally:
        if served.process is not None and served.process.returncode is None:
            await served.stop()
