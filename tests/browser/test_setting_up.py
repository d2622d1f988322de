"""The first minutes: the link that the server prints, the first administrator, the empty catalog."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from tests.browser.company import PASSWORD
from tests.browser.conftest import Visit
from tests.browser.served import Served, serving
from tests.browser.visitor import visiting


@pytest_asyncio.fixture(loop_scope="session")
async def new(chromium: Browser, tmp_path: Path) -> AsyncIterator[Served]:
    """A server that nobody can sign in to yet."""
    async with serving(tmp_path) as served:
        yield served


async def test_the_printed_link_makes_the_first_administrator_once(chromium: Browser, new: Served) -> None:
    link = re.search(r"http://\S+/setup/\S+", new.said.read_text())
    assert link, new.said.read_text()
    async with visiting(chromium, new.url, tolerated=["status of 410"]) as guest:
        await guest.go("/sign-in")
        await guest.sees("Nobody can sign in yet")
        await guest.page.goto(link.group())
        await guest.page.fill("[name=name]", "Ada Lovelace")
        await guest.page.fill("[name=email]", "ada@acme.dev")
        await guest.page.fill("[name=password]", PASSWORD)
        await guest.press("Become the administrator")
        await guest.sees("Welcome to Muster")
        await expect(guest.page).to_have_url(f"{new.url}/")

        await guest.page.goto(link.group())
        await guest.sees("This link is no longer good")


async def test_an_empty_catalog_says_how_to_fill_it(visit: Visit) -> None:
    async with visit() as ada:
        await ada.go("/")
        await ada.page.get_by_role("link", name="Connect a provider").click()
        await expect(ada.page).to_have_url(f"{ada.url}/integrations/new")
        for address, says in (("/teams", "No teams yet"), ("/users?role=team_member", "Nobody matches")):
            await ada.go(address)
            await ada.sees(says)
        await ada.go("/teams")
        await ada.page.get_by_role("link", name="Connect Okta").click()
        await expect(ada.page).to_have_url(f"{ada.url}/integrations")
        await ada.sees("Connect your identity provider")


@pytest.mark.parametrize("path", ["/", "/users", "/integrations"])
async def test_the_first_page_needs_no_other_host(visit: Visit, path: str) -> None:
    async with visit() as ada:
        await ada.go(path)
        await expect(ada.page.locator("h1").first).to_be_visible()
