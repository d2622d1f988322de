"""Real servers: the first administrator comes in by the printed link; what one process ends, every other refuses."""

from __future__ import annotations

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from time import monotonic

import httpx
import pytest

from catalog import actors, database
from catalog.actors import Actor
from catalog.changes import change
from catalog.engines import Database
from catalog.services import accounts, users
from tests import builders, databases
from tests.processes import start
from tests.web.door import PROOF, code, sign_in, who
from tests.web.serving import free_port
from web import serving
from web.settings import Settings

EMAIL, PASSWORD = "ada@lovelace.dev", "correct horse battery"
SECRET = r"muster_[a-z]+_[0-9A-Za-z]{12}|\$argon2"


@asynccontextmanager
async def served(url: str, folder: Path) -> AsyncIterator[tuple[str, str]]:
    """A server's address, and what it said until it served; it is stopped when the block is left, and has logged no
    secret then, though it logged all it could."""
    port = free_port()
    environment = {
        **os.environ,
        "MUSTER_DATABASE_URL": url,
        "MUSTER_DATA_DIR": str(folder),
        "MUSTER_LOG_LEVEL": "debug",
        "MUSTER_LOG_FORMAT": "json",
    }
    log = folder / f"{port}.log"
    process = await start("serve", "--port", str(port), environment=environment, out=log, errors=log)
    try:
        async with asyncio.timeout(180):
            while not log.exists() or "startup complete" not in log.read_text(encoding="utf-8"):
                assert process.returncode is None, log.read_text(encoding="utf-8")
                await asyncio.sleep(0.05)
        yield f"http://127.0.0.1:{port}", log.read_text(encoding="utf-8")
    finally:
        process.send_signal(signal.SIGTERM)
        await process.wait()
    logged = [line for line in log.read_text(encoding="utf-8").splitlines() if line.startswith("{")]
    assert logged
    assert not [line for line in logged if PASSWORD in line or re.search(SECRET, line)], "no secret in any log"


def links(said: str) -> list[str]:
    """The set-up links that a server printed."""
    return re.findall(r"Set up Muster: (\S+)", said)


def a_browser(url: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, headers=PROOF)


async def test_every_start_prints_one_link_until_an_administrator_can_sign_in(
    db: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(data_dir=tmp_path, database_url=database.address(), port=8123)

    async def start() -> list[str]:
        await serving._prepare(settings)
        return links(capsys.readouterr().err)

    (first,), (second,) = await start(), await start()
    assert first != second
    assert first.startswith("http://127.0.0.1:8123/setup/muster_link_")
    actor = actors.command((await accounts.default()).id)
    ada = await builders.a_user(actor, EMAIL, role="admin")
    assert len(await start()) == 1, "who has no password can't sign in"
    await builders.a_password(actor, ada)
    assert await start() == []
    await accounts.create("Another")
    assert await start() == []


async def test_whoever_opens_the_printed_link_is_the_administrator_also_after_a_restart(tmp_path: Path) -> None:
    database_url = f"sqlite://{tmp_path}/muster.db"
    async with served(database_url, tmp_path) as (url, said), a_browser(url) as browser:
        (link,) = links(said)
        path = f"/auth{link.removeprefix(url)}"
        answer = await browser.post(path, json={"name": "Ada", "email": EMAIL, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(answer.headers["set-cookie"].split("; "))
        session = browser.cookies["muster_session"]
    async with served(database_url, tmp_path) as (url, said), a_browser(url) as browser:
        assert links(said) == []
        browser.cookies.set("muster_session", session)
        assert (await who(browser))["user"]["role"] == "admin", "a session outlives the server"
        browser.cookies.clear()
        assert not (await who(browser))["signedIn"]
        assert (await sign_in(browser, EMAIL, PASSWORD)).status_code == 200


@pytest.fixture
async def shared(tmp_path: Path) -> AsyncIterator[tuple[str, Actor]]:
    """A PostgreSQL database that this test shares with the servers on it, and the operator."""
    url = await databases.ready("postgres", tmp_path, "shared")
    await database.connect(url)
    yield url, actors.command((await accounts.default()).id)
    await database.disconnect()


async def ended_within_a_second(*browsers: httpx.AsyncClient) -> None:
    """Checks that nobody is signed in any more, on any of the servers; the machine may be busy."""
    since = monotonic()
    for browser in browsers:
        while (await who(browser))["signedIn"]:
            assert monotonic() - since < 5
            await asyncio.sleep(0.05)
        assert code(await browser.post("/auth/confirm", json={"password": PASSWORD})) == (401, "SIGNED_OUT")


@pytest.mark.postgres
async def test_what_one_process_ends_every_other_refuses(shared: tuple[str, Actor], tmp_path: Path) -> None:
    url, operator = shared
    ada = await builders.a_user(operator, EMAIL)
    await builders.a_password(operator, ada)
    async with AsyncExitStack() as stack:
        two = [await stack.enter_async_context(served(url, tmp_path)) for _ in range(2)]
        here, there = [await stack.enter_async_context(a_browser(one)) for one, _ in two]

        async def signed_in_on_both() -> None:
            assert (await sign_in(here, EMAIL, PASSWORD)).status_code == 200
            there.cookies.set("muster_session", here.cookies["muster_session"])
            for _ in range(3):
                assert (await who(there))["signedIn"], "a session is good on every process"

        await signed_in_on_both()
        assert (await here.post("/auth/sign-out-everywhere")).status_code == 204
        await ended_within_a_second(there, here)

        await signed_in_on_both()
        async with change(operator) as this:  # a third process
            await users.deactivate(this, await users.lock(this, ada.id))
        await ended_within_a_second(there, here)
        assert code(await sign_in(there, EMAIL, PASSWORD)) == (401, "WRONG_CREDENTIALS")
