"""From the letter to the sign-in page and out again: one person through SCIM, the mail and the browser."""

from __future__ import annotations

import re
from uuid import UUID

import httpx

from catalog.actors import Actor
from catalog.models import User
from tests import builders
from tests.journeys.provider import ADA, delivered, patched, push, set_active
from tests.web.door import code, door, sign_in, who

EMAIL, PASSWORD = "ada@lovelace.dev", "correct horse battery"


async def come_in(browser: httpx.AsyncClient) -> None:
    """The person opens the link of their letter and chooses a password."""
    (letter,) = await delivered()
    (secret,) = re.findall(r"https://muster\.lovelace\.dev/invitations/(\S+)", letter.text)
    told = (await browser.get(f"/auth/invitations/{secret}")).json()
    assert (told["purpose"], told["email"], told["name"]) == ("invitation", EMAIL, "Ada Lovelace")
    answer = await browser.post(f"/auth/invitations/{secret}", json={"password": PASSWORD})
    assert answer.status_code == 200, answer.text
    assert code(await browser.get(f"/auth/invitations/{secret}")) == (410, "LINK_USED")


async def test_a_joiner_comes_in_by_their_letter_and_a_leaver_is_out(scim: httpx.AsyncClient, actor: Actor) -> None:
    ada = await push(scim, ADA)
    async with door() as browser:
        await come_in(browser)
        told = await who(browser)
        assert (told["user"]["email"], told["user"]["role"], told["user"]["isManaged"]) == (EMAIL, "user", True)
        kept = await User.get(id=UUID(ada))
        assert (kept.invitation, kept.last_sign_in_at is not None, kept.version) == ("accepted", True, 1)
        await browser.post("/auth/sign-out")
        assert (await sign_in(browser, EMAIL, PASSWORD)).status_code == 200

        await set_active(scim, ada, False)
        assert not (await who(browser))["signedIn"], "at once"
        assert code(await sign_in(browser, EMAIL, PASSWORD)) == (401, "WRONG_CREDENTIALS")

        await set_active(scim, ada, True)
        assert not (await who(browser))["signedIn"], "a session does not come back"
        assert (await sign_in(browser, EMAIL, PASSWORD)).status_code == 200
    assert await delivered() == [], "nor is anybody welcomed twice"


async def test_a_mover_with_another_address_signs_in_with_the_new_one(scim: httpx.AsyncClient, actor: Actor) -> None:
    ada = await push(scim, ADA)
    async with door() as browser:
        await come_in(browser)
        await patched(scim, f"/Users/{ada}", {"op": "replace", "path": "emails", "value": [{"value": "ada@king.dev"}]})
        assert not (await who(browser))["signedIn"]
        assert code(await sign_in(browser, EMAIL, PASSWORD)) == (401, "WRONG_CREDENTIALS")
        assert (await sign_in(browser, "ada@king.dev", PASSWORD)).status_code == 200
    (letter,) = await delivered()
    assert (letter.recipient, "Okta changed it" in letter.text) == (EMAIL, True)


async def test_an_administrator_by_hand_comes_in_beside_the_provider(scim: httpx.AsyncClient, actor: Actor) -> None:
    root = await builders.a_user(actor, "root@lovelace.dev", role="admin", is_break_glass=True)
    await builders.a_password(actor, root)
    refused = await scim.post("/Users", json={**ADA, "userName": "root@lovelace.dev", "emails": []})
    assert refused.status_code == 409
    found = (await scim.get("/Users", params={"filter": 'userName eq "root@lovelace.dev"'})).json()
    ended = await scim.patch(
        f"/Users/{found['Resources'][0]['id']}",
        json={
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{"op": "replace", "path": "active", "value": False}],
        },
    )
    assert ended.status_code == 403
    async with door() as browser:
        assert (await sign_in(browser, "root@lovelace.dev", PASSWORD)).status_code == 200
