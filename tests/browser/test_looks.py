"""Every screen and dialog, light and dark, wide and narrow: nothing that axe finds, nothing to scroll sideways."""

from collections.abc import Awaitable, Callable

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, ViewportSize, expect

from tests.browser.company import Company
from tests.browser.conftest import Visit
from tests.browser.visitor import NARROW, WIDE, Visitor

AXE = Axe()
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

Step = Callable[[Visitor], Awaitable[None]]


def opening(name: str, shows: str = "dialog") -> Step:
    """Presses the button of this name, and waits for what it opens, by its role."""

    async def press(visitor: Visitor) -> None:
        await visitor.page.get_by_role("button", name=name).first.click()
        await expect(visitor.page.get_by_role(shows).first).to_be_visible()  # type: ignore[arg-type]

    return press


def typing(key: str) -> Step:
    """Presses the key, and waits for the dialog that it opens."""

    async def press(visitor: Visitor) -> None:
        await visitor.page.keyboard.press(key)
        await expect(visitor.page.get_by_role("dialog")).to_be_visible()

    return press


async def first_row(visitor: Visitor) -> None:
    await visitor.page.locator("tbody tr[aria-rowindex] td").last.click()
    await expect(visitor.page.get_by_role("dialog")).to_be_visible()


async def choosing(visitor: Visitor) -> None:
    await visitor.page.get_by_label("Choose Grace Hopper").check()
    await visitor.sees("selected")


PEOPLE: dict[str, tuple[str, Step | None]] = {
    "users": ("/users", None),
    "users, no match": ("/users?search=nobody-at-all", None),
    "users, a filter open": ("/users", opening("Status", "menu")),
    "users, some chosen": ("/users", choosing),
    "invite": ("/users?invite=true", None),
    "a person": ("/users/{person}", None),
    "a person, their menu": ("/users/{person}", opening("More about", "menu")),
    "a person, edited": ("/users/{person}", opening("Edit")),
    "a person's teams": ("/users/{person}?tab=teams", None),
    "a person's history": ("/users/{person}?tab=history", opening("What differed", "table")),
    "a person, raw": ("/users/{person}?tab=raw", None),
    "the palette": ("/users", typing("Control+k")),
    "the keys": ("/users", typing("?")),
}
TEAMS: dict[str, tuple[str, Step | None]] = {
    "teams": ("/teams", None),
    "teams as a list": ("/teams?view=list", None),
    "a new team": ("/teams?create=true", None),
    "a team": ("/teams/platform", None),
    "a team, edited": ("/teams/platform", opening("Edit")),
    "a team's sub-teams": ("/teams/platform?tab=sub-teams", None),
    "a team's history": ("/teams/platform?tab=history", None),
    "a team's contacts": ("/teams/platform?tab=contacts", None),
    "a team as it was": ("/teams/platform?asOf=2026-01-01", None),
}
INTEGRATIONS: dict[str, tuple[str, Step | None]] = {
    "integrations": ("/integrations", None),
    "the gallery": ("/integrations/new", None),
    "a new integration": ("/integrations/new?type=scim", None),
    "an integration": ("/integrations/{integration}", None),
    "a new token": ("/integrations/{integration}", opening("Create API Token")),
    "a token deleted": ("/integrations/{integration}", opening("Delete API Token")),
    "the log": ("/integrations/{integration}?tab=log", None),
    "a request": ("/integrations/{integration}?tab=log&show=errors", first_row),
    "what waits": ("/integrations/{integration}?tab=waiting", None),
    "an integration's settings": ("/integrations/{integration}?tab=settings", None),
    "a pause": ("/integrations/{integration}?tab=settings", opening("Pause integration")),
}
REST: dict[str, tuple[str, Step | None]] = {
    "overview": ("/", None),
    "activity": ("/activity", None),
    "an act": ("/activity", first_row),
    "settings": ("/settings", None),
    "settings, sign-in": ("/settings?tab=sign-in", None),
    "settings, administrators": ("/settings?tab=administrators", None),
    "settings, mail": ("/settings?tab=mail", None),
    "settings, tokens": ("/settings?tab=tokens", None),
    "the profile": ("/profile", None),
    "nothing": ("/nothing/here", None),
}

DOORS: dict[str, str] = {"sign-in": "/sign-in", "a bad link": "/invitations/muster_link_nothing"}


@pytest_asyncio.fixture(loop_scope="session")
async def addresses(acme: Company) -> dict[str, str]:
    """What stands in the addresses: somebody, a team, an integration with a failure."""
    okta = await acme.okta()
    grace = await okta.assign("grace@acme.dev", "Grace", "Hopper", title="Rear Admiral")
    await okta.push_group("Platform", [grace])
    await okta.request("GET", '/Users?filter=nothing eq "x"')
    return {
        "person": await acme.person_id("grace@acme.dev"),
        "integration": await acme.integration("Okta"),
    }


@pytest.mark.parametrize("screens", [PEOPLE, TEAMS, INTEGRATIONS, REST], ids=["people", "teams", "connecting", "rest"])
async def test_every_screen_can_be_used_by_everybody(
    visit: Visit, addresses: dict[str, str], screens: dict[str, tuple[str, Step | None]]
) -> None:
    found: list[str] = []
    async with visit() as ada:
        for name, (address, step) in screens.items():
            await ada.page.set_viewport_size(as_size(WIDE))
            await ada.go(address.format(**addresses))
            if step is not None:
                await step(ada)
            found += [f"{name}: {fault}" for fault in await faults(ada.page)]
    assert not found, "\n".join(found)


async def test_the_doors_can_be_used_by_everybody(visit: Visit) -> None:
    found: list[str] = []
    async with visit(None, tolerated=["status of 404"]) as guest:
        for name, address in DOORS.items():
            await guest.go(address)
            found += [f"{name}: {fault}" for fault in await faults(guest.page)]
    assert not found, "\n".join(found)


async def test_at_twice_the_size_everything_is_still_there(visit: Visit, addresses: dict[str, str]) -> None:
    width, height = WIDE
    async with visit(size=(width // 2, height // 2)) as ada:
        for address in ("/users", "/integrations/{integration}", "/activity"):
            await ada.go(address.format(**addresses))
            assert await sideways(ada.page) == 0
        await ada.go("/users")
        await ada.press("Invite people")
        await ada.press("Cancel", within="dialog")


async def faults(page: Page) -> list[str]:
    """What axe finds on the page, wide and light, then narrow and dark; and whether it is wider than the screen."""
    found = []
    for size, scheme in ((WIDE, "light"), (NARROW, "dark")):
        await page.set_viewport_size(as_size(size))
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        await expect(page.locator(f"html[data-mantine-color-scheme={scheme}]")).to_have_count(1)
        await page.evaluate(NEXT_FRAME)
        result = await AXE.run(page, options={"runOnly": LEVELS})
        found += [
            f"{size[0]} pixels, {scheme}: {violation['id']}: {node['html'][:160]}"
            for violation in result.response["violations"]
            for node in violation["nodes"]
        ]
        if (wider := await sideways(page)) > 0:
            found.append(f"{size[0]} pixels: {wider} more to scroll sideways")
    await page.emulate_media(color_scheme="light")
    return found


NEXT_FRAME = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""A colour that changes shows its old value until then, though motion is reduced."""


async def sideways(page: Page) -> int:
    """By how many pixels the page is wider than the screen."""
    return int(await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def as_size(size: tuple[int, int]) -> ViewportSize:
    return {"width": size[0], "height": size[1]}
