"""Single sign-on in a real browser, against an identity provider that others wrote, from another site."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.browser.company import Company
from tests.browser.identity_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    EMAIL,
    PASSWORD,
    PERSON,
    IdentityProvider,
    providing,
)
from tests.browser.visitor import Visitor, visiting

REFUSED = ["status of 403", "status of 401"]
OF_THE_CONNECTION = (
    "{ account { signInConnections { nodes { id redirectUri startUrl errors { nodes { message } } } } } }"
)


@pytest_asyncio.fixture(loop_scope="session")
async def company(alone: Company) -> Company:
    """A company whose provider has sent Grace."""
    okta = await alone.okta()
    await okta.assign(EMAIL, "Grace", "Hopper", externalId=PERSON)
    return alone


async def adds(ada: Visitor, kind: str, name: str) -> None:
    """The connection stands under Settings, switched off."""
    await ada.go("/settings?tab=sign-in")
    await ada.press("Add a connection")
    if kind == "oidc":
        await ada.page.get_by_role("combobox", name="Protocol").click()
        await ada.page.get_by_role("option", name="OpenID Connect").click()
    await ada.page.fill("[name=name]", name)
    await ada.press("Add")
    await expect(ada.page.get_by_role("heading", name=name)).to_be_visible()


async def at_the_provider(page: Page) -> None:
    """Grace gives her password on the provider's own page."""
    await expect(page).to_have_url(re.compile("^http://localhost:"))
    await page.fill("[name=username]", PERSON)
    await page.fill("[name=password]", PASSWORD)
    await page.locator("[name=password]").press("Enter")


async def signs_on(chromium: Browser, company: Company, idp: IdentityProvider, name: str) -> None:
    """Grace, in a browser of her own, is led to where she wanted to go, as herself."""
    async with visiting(chromium, company.url, beside=idp.url) as grace:
        await grace.page.goto(f"{grace.url}/users?search=hopper")
        await grace.page.get_by_role("link", name=f"Sign in with {name}").click()
        await at_the_provider(grace.page)
        await expect(grace.page).to_have_url(f"{grace.url}/users?search=hopper")
        await grace.sees("Grace Hopper")


async def test_grace_signs_in_by_saml(chromium: Browser, company: Company, tmp_path: Path) -> None:
    async with providing(tmp_path / "idp", "unused") as idp:
        async with httpx.AsyncClient() as client:
            metadata = (await client.get(f"{idp.url.replace('localhost', '127.0.0.1')}/saml/metadata")).text
        async with visiting(chromium, company.url, await company.cookies(), tolerated=REFUSED, beside=idp.url) as ada:
            await adds(ada, "saml", "Okta")
            await ada.page.fill("[name=metadata]", metadata)
            await ada.press("Save connection")
            await ada.sees(f"Now those of {idp.url}/saml.")
            await ada.page.get_by_role("link", name="Try it").click()
            await at_the_provider(ada.page)
            await ada.sees("The test went well")
            await ada.sees("that is Grace Hopper here")
            await ada.page.get_by_role("link", name="Back to the settings").click()
            await ada.sees("tried with success")
            await ada.press("Switch on")
            await ada.sees("Okta is on the sign-in page.")
        await signs_on(chromium, company, idp, "Okta")


async def test_grace_signs_in_by_openid_connect_until_she_leaves(
    chromium: Browser, company: Company, tmp_path: Path
) -> None:
    made = await company.ask(
        'mutation { signInConnectionCreate(input: {kind: oidc, name: "Okta"}) { connection { redirectUri } } }'
    )
    redirect_uri = made["signInConnectionCreate"]["connection"]["redirectUri"]
    async with providing(tmp_path / "idp", redirect_uri) as idp:
        async with visiting(chromium, company.url, await company.cookies(), beside=idp.url) as ada:
            await ada.go("/settings?tab=sign-in")
            await ada.page.fill("[name=issuer]", idp.url)
            await ada.page.fill("[name=client_id]", CLIENT_ID)
            await ada.page.fill("[name=client_secret]", CLIENT_SECRET)
            await ada.page.get_by_label("Whose people").first.click()
            await ada.page.get_by_role("option", name="Okta").click()
            await ada.press("Save connection")
            await ada.sees("The connection is saved.")
            await ada.press("Switch on")
            await ada.sees("Okta is on the sign-in page.")
        await signs_on(chromium, company, idp, "Okta")
        okta = await company.okta()
        found = (await okta.request("GET", f'/Users?filter=userName eq "{EMAIL}"')).json()["Resources"][0]
        await okta.set_active(found["id"], False)
        async with visiting(chromium, company.url, tolerated=REFUSED, beside=idp.url) as grace:
            await grace.go("/sign-in")
            await grace.page.get_by_role("link", name="Sign in with Okta").click()
            await at_the_provider(grace.page)
            await grace.sees("You could not be signed in")
            await grace.sees_not("deactivated")
        told = (await company.ask(OF_THE_CONNECTION))["account"]["signInConnections"]["nodes"][0]
        assert [error["message"] for error in told["errors"]["nodes"]] == [
            "Grace Hopper is deactivated; signing in does not change that."
        ]
