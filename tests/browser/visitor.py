"""Somebody at a browser: pages that nothing goes wrong on unnoticed, and the few moves that tests make."""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import MappingProxyType

from playwright.async_api import Browser, Page, expect

TIMEOUT_MS = 15_000
"""What a page may take on a machine that does many things at once."""
SOON_MS = 5_000
"""So long after a provider's request a page that is open shows it."""
WIDE = (1440, 900)
NARROW = (390, 844)


def soon_ms() -> float:
    """`SOON_MS`, and as many times longer as the machine has more to do than it has processors."""
    return SOON_MS * max(1, os.getloadavg()[0] / (os.cpu_count() or 1))


@dataclass
class Visitor:
    """A page, and what went wrong on it."""

    page: Page
    url: str
    tolerated: list[str] = field(default_factory=list)
    """Patterns of console messages that belong to the test: Chromium tells each answer of 400 and above as an error."""
    wrong: list[str] = field(default_factory=list)
    beside: str | None = None
    """An identity provider, whose own pages are not looked after."""

    async def go(self, path: str) -> None:
        """Opens an address of the product, and waits until nothing on it waits."""
        await self.page.goto(f"{self.url}{path}")
        await self.settled()

    async def settled(self) -> None:
        await expect(self.page.locator("h1").first).to_be_visible()
        await expect(self.page.locator("[aria-busy=true]")).to_have_count(0)

    async def sees(self, text: str) -> None:
        await expect(self.page.get_by_text(text).first).to_be_visible()

    async def sees_not(self, text: str) -> None:
        await expect(self.page.get_by_text(text, exact=True)).to_have_count(0)

    async def press(self, name: str, *, within: str | None = None) -> None:
        """Presses the button of this name; `within="dialog"` the one in the dialog."""
        scope = self.page.get_by_role("dialog") if within == "dialog" else self.page
        await scope.get_by_role("button", name=name, exact=True).first.click()

    async def choose(self, menu: str, item: str) -> None:
        """Opens a menu by its button, and takes an item."""
        await self.page.get_by_role("button", name=menu).first.click()
        await self.page.get_by_role("menuitem", name=item, exact=True).click()

    async def rows(self) -> list[str]:
        """The texts of the rows of the list that are there."""
        rows = self.page.locator("tbody tr[aria-rowindex]")
        return [re.sub(r"\s+", " ", text).strip() for text in await rows.all_inner_texts()]

    async def clipboard(self) -> str:
        return str(await self.page.evaluate("navigator.clipboard.readText()"))

    def _heard(self, kind: str, text: str) -> None:
        if self.beside is not None and self.page.url.startswith(self.beside):
            return
        if not any(re.search(pattern, text) for pattern in self.tolerated):
            self.wrong.append(f"{kind}: {text}")


@asynccontextmanager
async def visiting(
    browser: Browser,
    url: str,
    cookies: Mapping[str, str] = MappingProxyType({}),
    *,
    size: tuple[int, int] = WIDE,
    scheme: str = "light",
    tolerated: list[str] | None = None,
    beside: str | None = None,
) -> AsyncIterator[Visitor]:
    """A browser of its own with these cookies: signed in, or as nobody.

    Fails where a page asked another host for something, or told an error."""
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
        permissions=["clipboard-read", "clipboard-write"],
        accept_downloads=True,
    )
    context.set_default_timeout(TIMEOUT_MS)
    expect.set_options(timeout=TIMEOUT_MS)
    await context.add_cookies([{"name": name, "value": value, "url": url} for name, value in cookies.items()])
    page = await context.new_page()
    visitor = Visitor(page, url, tolerated or [], beside=beside)
    page.on("console", lambda message: message.type == "error" and visitor._heard("console", message.text))
    page.on("pageerror", lambda problem: visitor._heard("script", str(problem)))
    page.on("request", lambda request: _must_stay(request.url, url, visitor))
    try:
        yield visitor
        assert not visitor.wrong, visitor.wrong
    finally:
        await context.close()


def _must_stay(asked: str, home: str, visitor: Visitor) -> None:
    if not asked.startswith((home, "data:", "blob:")) and not (visitor.beside and asked.startswith(visitor.beside)):
        visitor._heard("request to another host", asked)
