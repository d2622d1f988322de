"""Connecting a provider: from the gallery to the first person, the tokens, and the log of what was asked."""

import re

from playwright.async_api import expect

from tests.browser.company import Company
from tests.browser.conftest import Visit
from tests.browser.okta import USER, Okta
from tests.browser.visitor import Visitor, soon_ms


async def a_token(ada: Visitor, name: str) -> str:
    """Made on the page of an integration that is open, as it is shown in its dialog."""
    await ada.press("Create API Token")
    dialog = ada.page.get_by_role("dialog")
    await dialog.locator("[name=name]").fill(name)
    await ada.press("Create API Token", within="dialog")
    await expect(dialog).to_contain_text("Copy the token now")
    return await dialog.locator("[name=secret]").input_value()


async def test_an_administrator_connects_okta_and_sees_it_arrive(visit: Visit, acme: Company) -> None:
    async with visit() as ada:
        await ada.go("/")
        await ada.page.get_by_role("navigation", name="Main").get_by_role("link", name="Integrations").click()
        await ada.page.get_by_role("link", name="New Integration").first.click()
        await ada.page.get_by_role("link", name=re.compile("^SCIM")).click()
        await ada.page.fill("[name=name]", "Okta")
        await ada.press("Create")
        await expect(ada.page).to_have_url(re.compile("/integrations/[^/]+$"))
        await ada.sees("Waiting for the first request")
        page = ada.page.url.removeprefix(ada.url)

        await ada.go("/integrations")
        await expect(ada.page.get_by_role("link", name=re.compile("Okta.*Waiting"))).to_be_visible()

        await ada.go(page)
        assert await ada.page.locator("[name=scimUrl]").input_value() == f"{acme.url}/scim/v2"
        await ada.press("Copy SCIM API URL")
        assert await ada.clipboard() == f"{acme.url}/scim/v2"
        await ada.sees("A provider in the cloud can't reach this address")

        secret = await a_token(ada, "Okta production")
        await ada.press("Copy API token", within="dialog")
        assert await ada.clipboard() == secret
        await ada.press("I have copied it", within="dialog")
        await expect(ada.page.get_by_role("dialog")).to_have_count(0)

        okta = Okta(f"{acme.url}/scim/v2", secret)
        assert (await okta.test_connector()).status_code == 200
        status = ada.page.get_by_role("status").first
        await expect(status).to_contain_text("Connected", timeout=soon_ms())
        await expect(ada.page.get_by_text("last used")).to_be_visible(timeout=soon_ms())
        grace = await okta.assign("grace@acme.dev", "Grace", "Hopper")
        await okta.push_group("Platform", [grace])
        await expect(ada.page.locator("li[data-done]")).to_have_count(4, timeout=soon_ms())


async def test_a_token_is_shown_once_and_not_closed_by_accident(visit: Visit, acme: Company) -> None:
    page = f"/integrations/{await acme.integration('Shown once')}"
    async with visit() as ada:
        await ada.go(page)
        secret = await a_token(ada, "One")
        dialog = ada.page.get_by_role("dialog")
        await ada.page.keyboard.press("Escape")
        await ada.page.mouse.click(5, 5)
        await expect(dialog).to_be_visible()
        await ada.press("I have copied it", within="dialog")
        await expect(dialog).to_have_count(0)

        # So that what is waited for is not still the page's that is left.
        await ada.page.goto("about:blank")
        async with ada.page.expect_response("**/graphql") as answered:
            await ada.go(page)
        assert secret not in await (await answered.value).text()
        await ada.sees(secret[:16])
        assert secret not in await ada.page.content()
    assert secret not in acme.served.said.read_text()


async def test_two_tokens_live_side_by_side_and_one_is_deleted_without_the_other(visit: Visit, acme: Company) -> None:
    page = f"/integrations/{await acme.integration('Rotation')}"
    async with visit() as ada:
        await ada.go(page)
        tokens = []
        for name in ("Alpha", "Beta"):
            tokens.append(Okta(f"{acme.url}/scim/v2", await a_token(ada, name)))
            await ada.press("I have copied it", within="dialog")
        first, second = tokens
        assert [(await token.test_connector()).status_code for token in tokens] == [200, 200]
        person = await first.assign("alan@acme.dev", "Alan", "Turing")

        row = ada.page.get_by_role("listitem").filter(has_text="Alpha")
        await row.get_by_role("button", name="Delete API Token").click()
        await expect(ada.page.get_by_role("dialog")).to_contain_text("refused at once")
        await ada.press("Cancel", within="dialog")
        assert (await first.test_connector()).status_code == 200

        await row.get_by_role("button", name="Delete API Token").click()
        await ada.press("Delete API Token", within="dialog")
        await expect(row).to_have_count(0)
        refused = await first.test_connector()
        assert refused.status_code == 401
        assert (await second.request("GET", f"/Users/{person}")).status_code == 200, "people stay"

        await ada.page.get_by_role("tab", name="Health and log").click()
        await expect(ada.page.locator("tbody")).to_contain_text("401", timeout=soon_ms())


async def test_the_log_tells_why_a_request_failed_and_shows_it_whole(visit: Visit, acme: Company) -> None:
    okta = await acme.okta("Logged")
    await okta.assign("hedy@acme.dev", "Hedy", "Lamarr")
    again = {"schemas": [USER], "userName": "hedy@acme.dev"}
    assert (await okta.request("POST", "/Users", again)).status_code == 409
    assert (await okta.request("GET", '/Users?filter=userNme eq "x"')).status_code == 400
    page = f"/integrations/{await acme.integration('Logged')}?tab=log"
    async with visit() as ada:
        await ada.go(page)
        await expect(ada.page.locator("tbody tr[aria-rowindex]")).to_have_count(4, timeout=soon_ms())
        failed = ada.page.locator("dl div").filter(has=ada.page.get_by_text("Failed", exact=True))
        await expect(failed).to_contain_text("2")

        await ada.page.get_by_text("Errors", exact=True).click()
        await expect(ada.page).to_have_url(re.compile("show=errors"))
        await expect(ada.page.locator("tbody tr[aria-rowindex]")).to_have_count(2)
        await ada.page.locator("tbody tr", has_text="409").click()
        detail = ada.page.get_by_role("dialog")
        await expect(detail).to_contain_text("hedy@acme.dev")
        await expect(detail).to_contain_text("uniqueness")
        await expect(detail.get_by_role("link", name=re.compile("hedy", re.IGNORECASE))).to_be_visible()
        assert okta.token not in await ada.page.content()
        await ada.press("Copy as cURL", within="dialog")
        copied = await ada.clipboard()
        assert copied.startswith("curl -X POST")
        assert (okta.token in copied, "$TOKEN" in copied) == (False, True)


async def test_the_bars_of_health_add_up_to_the_log(visit: Visit, acme: Company) -> None:
    okta = await acme.okta("Healthy")
    for _ in range(3):
        await okta.test_connector()
    await okta.request("GET", '/Users?filter=nothing eq "x"')
    async with visit() as ada:
        await ada.go(f"/integrations/{await acme.integration('Healthy')}?tab=log")
        bars = ada.page.get_by_role("img", name=re.compile("requests in 24 hours"))
        await expect(bars).to_have_attribute(
            "aria-label", "4 requests in 24 hours, 1 of them failed", timeout=soon_ms()
        )
        titles = [await bar.get_attribute("title") or "" for bar in await bars.locator("[title]").all()]
        assert sum(int(re.findall(r": (\d+)", title)[0]) for title in titles) == 4


async def test_whoever_is_here_already_waits_to_be_linked(visit: Visit, acme: Company) -> None:
    await acme.person("joan@acme.dev", "Joan Clarke")
    okta = await acme.okta("Linking")
    body = {"schemas": [USER], "userName": "joan@acme.dev", "active": True}
    assert (await okta.request("POST", "/Users", body)).status_code == 409
    async with visit() as ada:
        await ada.go(f"/integrations/{await acme.integration('Linking')}?tab=waiting")
        await ada.sees("joan@acme.dev")
        await ada.press("Link")
        await ada.sees("Nobody waits. Nobody is ever taken over without you.")
        found = await okta.request("GET", '/Users?filter=userName eq "joan@acme.dev"')
        person = found.json()["Resources"][0]
        assert (await okta.request("PUT", f"/Users/{person['id']}", {**person, "title": "Analyst"})).status_code == 200


async def test_an_integration_is_paused_renamed_and_deleted_and_its_people_stay(visit: Visit, acme: Company) -> None:
    okta = await acme.okta("Short-lived")
    await okta.assign("dennis@acme.dev", "Dennis", "Ritchie")
    async with visit() as ada:
        await ada.go(f"/integrations/{await acme.integration('Short-lived')}?tab=settings")
        await ada.press("Pause integration")
        await ada.press("Pause", within="dialog")
        await ada.sees("Short-lived is paused")
        body = {"schemas": [USER], "userName": "late@acme.dev"}
        assert (await okta.request("POST", "/Users", body)).status_code in (429, 503)
        await ada.press("Resume")
        await expect(ada.page.get_by_role("button", name="Pause integration")).to_be_visible()

        await ada.page.locator("[name=name]").fill("Renamed")
        await ada.press("Save name")
        await expect(ada.page.get_by_role("heading", level=1)).to_have_text("Renamed")
        await ada.press("Delete integration")
        await ada.press("Delete integration", within="dialog")
        await expect(ada.page).to_have_url(f"{ada.url}/integrations")
        await ada.go("/users?search=dennis")
        await ada.sees("Dennis Ritchie")
        await ada.sees("Manual")
