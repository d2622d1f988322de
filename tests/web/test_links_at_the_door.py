"""Links that are good once, at the door: who comes in by them, and who sends them."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from catalog import actors
from catalog.actors import Actor
from catalog.changes import change
from catalog.database import everywhere
from catalog.ids import public_id
from catalog.models import Account, User
from catalog.services import links, sessions, set_up, users
from tests import builders
from tests.builders import PASSWORD
from tests.web.door import EMAIL, code, door, sign_in, who

NEW = "another battery staple"


async def _later(actor: Actor, column: str, by: timedelta) -> None:
    async with change(actor) as this:
        this.run(f"UPDATE sessions SET {column} = $1", this.at - by)
    sessions.forget()


async def _link(actor: Actor, user: User) -> str:
    async with change(actor) as this:
        return await links.make(this, "password", await users.lock(this, user.id))


async def test_a_link_says_what_it_is_and_lets_its_person_in_once(
    browser: httpx.AsyncClient, actor: Actor, ada: User
) -> None:
    path = f"/auth/invitations/{await _link(actor, ada)}"
    told = (await browser.get(path)).json()
    assert told.pop("expiresAt").endswith("Z")
    assert told == {
        "purpose": "password",
        "account": {"name": "Lovelace Engines", "slug": "lovelace-engines"},
        "email": EMAIL,
        "name": "Ada Lovelace",
    }
    weak = await browser.post(path, json={"password": "Ada Lovelace"})
    assert (code(weak), weak.json()["field"]) == ((400, "INVALID"), "password")
    answer = await browser.post(path, json={"password": NEW})
    assert (answer.status_code, answer.json()["user"]["email"]) == (200, EMAIL)
    assert (await who(browser))["signedIn"]
    for again in (await browser.get(path), await browser.post(path, json={"password": NEW})):
        assert code(again) == (410, "LINK_USED")


@pytest.mark.parametrize("column", ["expires_at", "revoked_at"])
async def test_a_link_that_is_good_no_more_says_why(
    browser: httpx.AsyncClient, actor: Actor, ada: User, column: str
) -> None:
    path = f"/auth/invitations/{await _link(actor, ada)}"
    async with change(actor) as this:
        this.run(f"UPDATE one_time_links SET {column} = $1", this.at)
    for answer in (await browser.get(path), await browser.post(path, json={"password": NEW})):
        assert code(answer) == (410, {"expires_at": "LINK_EXPIRED", "revoked_at": "LINK_REVOKED"}[column])


@pytest.mark.parametrize("secret", ["nonsense", "muster_link_" + "a" * 49, "%2e%2e"])
async def test_a_link_that_never_was_is_unknown(browser: httpx.AsyncClient, secret: str) -> None:
    for kind in ("setup", "invitations"):
        assert code(await browser.get(f"/auth/{kind}/{secret}")) == (404, "LINK_UNKNOWN")


async def test_the_first_administrator_sets_up(actor: Actor) -> None:
    async with change(actor) as this:
        secret = await set_up.offer(this)
    body = {"name": "Ada Lovelace", "email": EMAIL, "password": PASSWORD}
    async with door() as browser:
        assert not (await who(browser))["isSetUp"]
        told = (await browser.get(f"/auth/setup/{secret}")).json()
        assert (told["purpose"], told["email"], told["name"]) == ("setup", None, None)
        assert code(await browser.get(f"/auth/invitations/{secret}")) == (404, "LINK_UNKNOWN")
        bad = await browser.post(f"/auth/setup/{secret}", json={**body, "email": "nonsense"})
        assert (code(bad), bad.json()["field"]) == ((400, "INVALID"), "email")
        answer = await browser.post(f"/auth/setup/{secret}", json=body)
        assert answer.status_code == 200, answer.text
        user = answer.json()["user"]
        assert (user["email"], user["role"], user["isBreakGlass"]) == (EMAIL, "admin", True)
        await browser.post("/auth/sign-out")
        assert (await who(browser))["isSetUp"]
        assert code(await browser.post(f"/auth/setup/{secret}", json=body)) == (410, "LINK_USED")


@pytest.mark.parametrize("kind", ["setup", "invitations"])
@pytest.mark.parametrize(
    ("secret", "page"),
    [
        ("muster_link_" + "a" * 49, "muster_link_" + "a" * 49),
        ("%3Cscript%3E", "unknown"),
        ("\\evil.dev", "unknown"),
    ],
)
async def test_a_browser_is_led_to_the_page(browser: httpx.AsyncClient, kind: str, secret: str, page: str) -> None:
    answer = await browser.get(f"/auth/{kind}/{secret}", headers={"Accept": "text/html,*/*;q=0.8"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/{kind}/{page}")


# --- administrators ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["email", "id", "uuid"])
async def test_an_administrator_sends_a_link_and_signs_somebody_out(
    inside: httpx.AsyncClient, actor: Actor, by: str
) -> None:
    grace = await builders.a_user(actor, "grace@lovelace.dev")
    await builders.a_password(actor, grace)
    named = {"email": "grace@lovelace.dev", "id": public_id("User", grace.id), "uuid": str(grace.id)}[by]
    async with door() as theirs:
        await sign_in(theirs, "grace@lovelace.dev")
        for path in ("/auth/password-links", "/auth/sign-outs"):
            assert code(await theirs.post(path, json={"user": EMAIL})) == (403, "NOT_PERMITTED")
        answer = await inside.post("/auth/password-links", json={"user": named})
        assert (answer.status_code, answer.json()) == (200, {"sentTo": "grace@lovelace.dev"})
        assert (await inside.post("/auth/sign-outs", json={"user": named})).status_code == 204
        assert not (await who(theirs))["signedIn"]
    for path in ("/auth/password-links", "/auth/sign-outs"):
        for nobody in ("nobody@lovelace.dev", public_id("User", actor.account_id), public_id("Team", grace.id)):
            assert code(await inside.post(path, json={"user": nobody})) == (404, "NOT_FOUND")
    rows = await everywhere().rows("SELECT letter, recipient FROM outbox_messages")
    assert [tuple(row) for row in rows] == [("PasswordLink", "grace@lovelace.dev")]


async def test_a_link_is_sent_within_ten_minutes_of_a_proof(inside: httpx.AsyncClient, actor: Actor) -> None:
    await _later(actor, "confirmed_at", timedelta(minutes=11))
    assert code(await inside.post("/auth/password-links", json={"user": EMAIL})) == (403, "CONFIRM")
    await inside.post("/auth/confirm", json={"password": PASSWORD})
    assert (await inside.post("/auth/password-links", json={"user": EMAIL})).status_code == 200


async def test_nobody_of_another_account_is_found(inside: httpx.AsyncClient, elsewhere: Account) -> None:
    there = actors.command(elsewhere.id)
    stranger = await builders.a_user(there, "grace@elsewhere.dev")
    secret = await builders.a_session(there, stranger)
    for named in ("grace@elsewhere.dev", str(stranger.id)):
        for path in ("/auth/password-links", "/auth/sign-outs"):
            assert code(await inside.post(path, json={"user": named})) == (404, "NOT_FOUND")
    assert (await sessions.recognise(secret)).id == stranger.id
