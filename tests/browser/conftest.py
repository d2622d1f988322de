"""A Chromium, the built UI, a server for all of them, and a company of its own for each test."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.browser.company import Company, founded
from tests.browser.served import Served, serving
from tests.browser.visitor import Visitor, visiting
from web.building import Ui

ROOT = Path(__file__).parent.parent.parent
CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

MISSING = f"There is no Chromium or Chrome here ({', '.join(CHROMIUM)})."

Visit = Callable[..., AbstractAsyncContextManager[Visitor]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One browser for all of them, and so one event loop."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


def browser_path() -> str | None:
    """Where the machine has a browser."""
    return next(filter(None, map(shutil.which, CHROMIUM)), None)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """A browser of the machine. Without one the tests are skipped; where CI is set, they fail."""
    if (path := browser_path()) is None:
        pytest.fail(MISSING) if os.environ.get("CI") else pytest.skip(MISSING)
    await asyncio.to_thread(Ui(ROOT).build)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def server(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """The server that the tests share, each in an account of its own."""
    async with serving(tmp_path_factory.mktemp("muster")) as served:
        await founded(served)
        yield served


NUMBERS = count(1)


@pytest_asyncio.fixture(loop_scope="session")
async def acme(server: Served) -> Company:
    """The test's company, with the administrator Ada Lovelace and nobody else."""
    return await founded(server, next(NUMBERS))


@pytest_asyncio.fixture(loop_scope="session")
async def alone(chromium: Browser, tmp_path: Path) -> AsyncIterator[Company]:
    """The only company of a server of its own, which the test may stop."""
    async with serving(tmp_path) as served:
        yield await founded(served)


@pytest.fixture
def visit(chromium: Browser, acme: Company) -> Visit:
    """Opens a browser: `async with visit() as ada: …`; with an email it is theirs, with None nobody's."""

    @asynccontextmanager
    async def opening(email: str | None = acme.admin, **more: Any) -> AsyncIterator[Visitor]:
        cookies = {} if email is None else await acme.cookies(email)
        async with visiting(chromium, acme.url, cookies, **more) as visitor:
            yield visitor

    return opening
