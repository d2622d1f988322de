"""Signing in and out, and who is let in where."""

import re

from playwright.async_api import expect

from tests.browser.company import PASSWORD, Company
from tests.browser.conftest import Visit

REFUSED = [r"status of 401", r"status of 403", r"status of 429", r"status of 410"]


async def test_a_link_into_the_product_is_followed_after_signing_in(visit: Visit, acme: Company) -> None:
    async with visit(None) as guest:
        await guest.page.goto(f"{guest.url}/users?search=hopper&status=deactivated")
        await expect(guest.page).to_have_url(re.compile(r"/sign-in\?next="))
        await guest.page.fill("[name=email]", acme.admin)
        await guest.page.fill("[name=password]", PASSWORD)
        await guest.press("Sign in")
        await expect(guest.page).to_have_url(f"{guest.url}/users?search=hopper&status=deactivated")
        await guest.sees("Status: Deactivated")


async def test_a_wrong_password_and_an_unknown_email_are_told_alike(visit: Visit, acme: Company) -> None:
    async with visit(None, tolerated=REFUSED) as guest:
        said = set()
        for email in (acme.admin, "nobody@acme.dev"):
            await guest.go("/sign-in")
            await guest.page.fill("[name=email]", email)
            await guest.page.fill("[name=password]", "not the password at all")
            await guest.page.keyboard.press("Enter")
            alert = guest.page.get_by_role("alert")
            await expect(alert).to_have_count(1)
            said.add(await alert.inner_text())
            await expect(guest.page.locator("[name=password]")).to_be_focused()
        assert len(said) == 1


async def test_many_tries_are_slowed_down(visit: Visit) -> None:
    async with visit(None, tolerated=REFUSED) as guest:
        await guest.go("/sign-in")
        # More than a minute allows, however slow the machine.
        for _ in range(12):
            await guest.page.fill("[name=email]", "guessed@acme.dev")
            await guest.page.fill("[name=password]", "guessing and guessing")
            async with guest.page.expect_response("**/auth/sign-in") as answered:
                await guest.page.keyboard.press("Enter")
            answer = await answered.value
            if answer.status == 429:
                break
        assert answer.status == 429
        await expect(guest.page.get_by_role("alert")).to_contain_text(re.compile("wait|again", re.IGNORECASE))


async def test_signing_in_and_out_needs_no_mouse_and_ends_the_session(visit: Visit, acme: Company) -> None:
    async with visit(None, tolerated=REFUSED) as guest:
        await guest.go("/sign-in")
        await guest.page.keyboard.type(acme.admin)
        await guest.page.keyboard.press("Tab")
        await guest.page.keyboard.type(PASSWORD)
        await guest.page.keyboard.press("Enter")
        await expect(guest.page).to_have_url(f"{guest.url}/")
        await guest.settled()

        out = guest.page.get_by_role("button", name="Sign out")
        await out.focus()
        await guest.page.keyboard.press("Enter")
        await expect(guest.page).to_have_url(re.compile("/sign-in"))
        await guest.page.go_back()
        await expect(guest.page).to_have_url(re.compile("/sign-in"))
        status = await guest.page.evaluate(
            """fetch("/graphql", {method: "POST", headers: {"Content-Type": "application/json", "X-Muster-Csrf": "1"},
                body: JSON.stringify({query: "{ viewer { actorName } }"})}).then((answer) => answer.status)"""
        )
        assert status == 401


async def test_who_is_no_administrator_sees_no_administration(visit: Visit, acme: Company) -> None:
    await acme.person("grace@acme.dev", "Grace Hopper")
    async with visit("grace@acme.dev", tolerated=REFUSED) as grace:
        await grace.go("/users")
        places = grace.page.get_by_role("navigation", name="Main")
        await expect(places.get_by_role("link", name="Teams")).to_be_visible()
        for name in ("Integrations", "Activity", "Settings"):
            await expect(places.get_by_role("link", name=name)).to_have_count(0)
        await expect(grace.page.get_by_role("button", name="Invite people")).to_have_count(0)
        for address in ("/integrations", "/settings", "/activity"):
            await grace.go(address)
            await grace.sees("This page is for administrators")

    refused = await acme.ask(
        'mutation { integrationCreate(input: {type: scim, name: "Mine"}) { errors { code } } }', "grace@acme.dev"
    )
    assert refused["integrationCreate"]["errors"] == [{"code": "NOT_PERMITTED"}]


async def test_an_unknown_address_leads_on(visit: Visit) -> None:
    async with visit() as ada:
        await ada.go("/nothing/here")
        await ada.sees("There is nothing here")
        await ada.go("/users/unknown")
        await ada.sees("There is no such person")
        await ada.go("/teams/unknown")
        await ada.sees("There is no such team")
