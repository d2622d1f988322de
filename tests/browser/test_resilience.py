"""What a page does when the server is gone, comes back, or answers nonsense."""

import re

from playwright.async_api import Browser, Route, expect

from tests.browser.company import Company
from tests.browser.conftest import Visit
from tests.browser.visitor import visiting

GONE = [r"Failed to load resource", r"ERR_CONNECTION_REFUSED", r"status of 50\d"]


async def test_a_server_that_is_gone_is_told_and_its_return_needs_no_reload(chromium: Browser, alone: Company) -> None:
    async with visiting(chromium, alone.url, await alone.cookies(), tolerated=GONE) as ada:
        await ada.go("/users")
        await alone.served.stop()
        banner = ada.page.get_by_text("Can't reach the server, retrying…")
        await expect(banner).to_be_visible()
        await alone.served.start()
        await expect(banner).to_have_count(0)
        okta = await alone.okta()
        await okta.assign("back@acme.dev", "Back", "Again")
        await expect(ada.page.locator("tbody tr", has_text="Back Again")).to_be_visible()


async def test_a_part_that_nobody_sends_yet_is_waited_for_and_takes_no_page_away(visit: Visit) -> None:
    async with visit(tolerated=GONE) as ada:
        await ada.page.route(re.compile(r"/assets/Palette|/healthz"), lambda route: route.abort())
        await ada.go("/users")
        banner = ada.page.get_by_text("Can't reach the server, retrying…")
        await expect(banner).to_be_visible()
        await expect(ada.page.locator("tbody tr", has_text="Ada Lovelace")).to_be_visible()
        await ada.page.unroute_all()
        await expect(banner).to_have_count(0)
        await ada.page.keyboard.press("Control+k")
        await expect(ada.page.get_by_role("dialog")).to_be_visible()


async def test_a_fault_of_the_server_is_told_with_the_requests_id(visit: Visit) -> None:
    async def fail(route: Route) -> None:
        asked = route.request.post_data or ""
        if "query Users" in asked:
            await route.fulfill(status=500, headers={"X-Request-Id": "0123456789abcdef"}, body="Internal Server Error")
        else:
            await route.continue_()

    async with visit(tolerated=GONE) as ada:
        await ada.page.route("**/graphql", fail)
        await ada.page.goto(f"{ada.url}/users")
        await ada.sees("0123456789abcdef")
        await ada.page.unroute("**/graphql")
        await ada.press("Try again")
        await expect(ada.page.locator("tbody tr", has_text="Ada Lovelace")).to_be_visible()


async def test_a_session_that_ends_leads_to_the_door_and_back(visit: Visit) -> None:
    async with visit(tolerated=["status of 401"]) as ada:
        await ada.go("/users?search=ada")
        await ada.page.context.clear_cookies()
        await expect(ada.page.get_by_role("heading", name="Sign in to Muster")).to_be_visible()
        await expect(ada.page).to_have_url(f"{ada.url}/sign-in?next=%2Fusers%3Fsearch%3Dada")
