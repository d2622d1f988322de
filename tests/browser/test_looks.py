"""Every screen and dialog, light and dark, wide and narrow: nothing that axe finds, nothing to scroll sideways."""

from collections.abc import Awaitable, Callable

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from tests.browser.conftest import Visit
from tests.browser.served import Served
from tests.browser.test_connecting import integration
from tests.browser.test_people import person_id
from tests.browser.visitor import NARROW, WIDE, Visitor

AXE = Axe()
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

Step = Callable[[Visitor], Awaitable[None]]


def opening(name: str) -> Step:
    async def press(visitor: Visitor) -> None:
        await visitor.page.get_by_role("button", name=name).first.click()
        await visitor.page.wait_for_timeout(300)

    return press


def typing(key: str) -> Step:
    async def press(visitor: Visitor) -> None:
        await visitor.page.keyboard.press(key)
        await visitor.page.wait_for_timeout(300)

    return press


async def first_row(visitor: Visitor) -> None:
    await visitor.page.locator("tbody tr[aria-rowindex] td").last.click()
    await visitor.page.wait_for_timeout(300)


SCREENS: dict[str, tuple[str, Step | None]] = {
    "overview": ("/", None),
    "users": ("/users", None),
    "users, no match": ("/users?search=nobody-at-all", None),
    "users, a filter open": ("/users", opening("Status")),
    "invite": ("/users?invite=true", None),
    "a person": ("/users/{person}", None),
    "a person, their menu": ("/users/{person}", opening("More about")),
    "a person, edited": ("/users/{person}", opening("Edit")),
    "a person's teams": ("/users/{person}?tab=teams", None),
    "a person's history": ("/users/{person}?tab=history", opening("What differed")),
    "a person, raw": ("/users/{person}?tab=raw", None),
    "teams": ("/teams", None),
    "teams as a list": ("/teams?view=list", None),
    "a new team": ("/teams?create=true", None),
    "a team": ("/teams/platform", None),
    "a team, edited": ("/teams/platform", opening("Edit")),
    "a team's sub-teams": ("/teams/platform?tab=sub-teams", None),
    "a team's history": ("/teams/platform?tab=history", None),
    "a team's contacts": ("/teams/platform?tab=contacts", None),
    "a team as it was": ("/teams/platform?asOf=2026-01-01", None),
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
    "activity": ("/activity", None),
    "an act": ("/activity", first_row),
    "settings": ("/settings", None),
    "settings, sign-in": ("/settings?tab=sign-in", None),
    "settings, administrators": ("/settings?tab=administrators", None),
    "settings, mail": ("/settings?tab=mail", None),
    "settings, tokens": ("/settings?tab=tokens", None),
    "the profile": ("/profile", None),
    "the palette": ("/users", typing("Control+k")),
    "the keys": ("/users", typing("?")),
    "nothing": ("/nothing/here", None),
}

DOORS: dict[str, str] = {"sign-in": "/sign-in", "a bad link": "/invitations/muster_link_nothing"}


@pytest.fixture
async def addresses(muster: Served) -> dict[str, str]:
    """What stands in the addresses: somebody, a team, an integration with a failure."""
    okta = await muster.okta()
    found = await muster.ask('{ account { user(input: {email: "grace@acme.example"}) { id } } }')
    if found["account"]["user"] is None:
        grace = await okta.assign("grace@acme.example", "Grace", "Hopper", title="Rear Admiral")
        await okta.push_group("Platform", [grace])
        await okta.request("GET", '/Users?filter=nothing eq "x"')
    return {
        "person": await person_id(muster, "grace@acme.example"),
        "integration": await integration(muster, "Okta"),
    }


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "light"), (WIDE, "dark"), (NARROW, "light"), (NARROW, "dark")])
async def test_every_screen_can_be_used_by_everybody(
    visit: Visit, addresses: dict[str, str], size: tuple[int, int], scheme: str
) -> None:
    found: list[str] = []
    async with visit(size=size, scheme=scheme) as ada:
        for name, (address, step) in SCREENS.items():
            await ada.go(address.format(**addresses))
            if step is not None:
                await step(ada)
            found += [f"{name}: {fault}" for fault in await faults(ada.page)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_doors_can_be_used_by_everybody(visit: Visit, scheme: str) -> None:
    found: list[str] = []
    async with visit(None, scheme=scheme, tolerated=["status of 404"]) as guest:
        for name, address in DOORS.items():
            await guest.go(address)
            found += [f"{name}: {fault}" for fault in await faults(guest.page)]
    assert not found, "\n".join(found)


async def test_at_twice_the_size_everything_is_still_there(visit: Visit, addresses: dict[str, str]) -> None:
    width, height = WIDE
    async with visit(size=(width // 2, height // 2)) as ada:
        for address in ("/users", "/integrations/{integration}", "/activity"):
            await ada.go(address.format(**addresses))
            assert not [fault for fault in await faults(ada.page) if "sideways" in fault]
        await ada.go("/users")
        await ada.press("Invite people")
        await ada.press("Cancel", within="dialog")


async def faults(page: Page) -> list[str]:
    """What axe finds on the page, and whether the page is wider than the screen."""
    result = await AXE.run(page, options={"runOnly": LEVELS})
    found = [
        f"{violation['id']}: {node['html'][:160]}"
        for violation in result.response["violations"]
        for node in violation["nodes"]
    ]
    wider = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [*found, *([f"{wider} pixels to scroll sideways"] if wider > 0 else [])]
