"""What happened: every act with its actor and its object, found by filters, taken away as a file."""

import json
import re

from playwright.async_api import expect

from tests.browser.company import Company
from tests.browser.conftest import Visit


async def test_acts_are_told_with_actor_object_and_what_differed(visit: Visit, acme: Company) -> None:
    okta = await acme.okta()
    person = await okta.assign("grace@acme.dev", "Grace", "Hopper", title="Commodore")
    await okta.set_active(person, False)
    await acme.ask('mutation { teamCreate(input: {name: "By hand"}) { errors { message } } }')
    async with visit() as ada:
        await ada.go("/activity")
        left = ada.page.locator("tbody tr", has_text="deactivated Grace Hopper").first
        await expect(left).to_contain_text("Okta")
        made = ada.page.locator("tbody tr", has_text="By hand").first
        await expect(made).to_contain_text("Ada Lovelace")

        await left.click()
        detail = ada.page.get_by_role("dialog")
        await expect(detail.get_by_role("link", name="Grace Hopper")).to_be_visible()
        await expect(detail).to_contain_text("user.deactivated")
        await expect(ada.page).to_have_url(re.compile("event="))
        await ada.page.keyboard.press("Escape")

        await ada.choose("Action", "People deactivated and deleted")
        await ada.settled()
        assert all("deactivated" in row for row in await ada.rows())
        await ada.choose("Range", "Last 7 days")
        await expect(ada.page).to_have_url(re.compile("days=7"))
        await ada.settled()
        assert len(await ada.rows()) == 1


async def test_the_filtered_activity_is_taken_away(visit: Visit, acme: Company) -> None:
    okta = await acme.okta()
    await okta.assign("taken@acme.dev", "Tay", "Kenaway")
    async with visit() as ada:
        await ada.go("/activity?search=Kenaway&action=joined")
        async with ada.page.expect_download() as downloading:
            await ada.press("Export JSON")
        events = json.loads((await (await downloading.value).path()).read_text())
    assert [event["action"] for event in events] == ["user.created"]
    assert events[0]["actorName"]
