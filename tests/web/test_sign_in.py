"""The routes of `/auth`: who comes in, with which cookie, what is refused and in which words."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from catalog import actors
from catalog.actors import Actor
from catalog.changes import change
from catalog.database import everywhere
from catalog.ids import public_id
from catalog.models import Account, User
from catalog.services import sessions, users
from tests import builders
from tests.builders import PASSWORD
from tests.web.door import EMAIL, URL, code, door, sign_in, who

NEW = "another battery staple"


async def _later(actor: Actor, column: str, by: timedelta) -> None:
    async with change(actor) as this:
        this.run(f"UPDATE sessions SET {column} = $1", this.at - by)
    sessions.forget()


# --- coming in --------------------------------------------------------------------------------------------------------


async def test_whoever_knows_email_and_password_comes_in(browser: httpx.AsyncClient, ada: User, actor: Actor) -> None:
    assert await who(browser) == {
        "signedIn": False,
        "isSetUp": True,
        "connections": [],
        "csrf": {"header": "X-Muster-Csrf", "value": "1"},
    }
    answer = await sign_in(browser, EMAIL)
    told = answer.json()
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert told["user"] == {
        "id": public_id("User", ada.id),
        "name": "Ada Lovelace",
        "email": EMAIL,
        "role": "admin",
        "isBreakGlass": False,
        "isManaged": False,
    }
    assert told["account"] == {
        "id": public_id("Account", actor.account_id),
        "name": "Lovelace Engines",
        "slug": "lovelace-engines",
    }
    assert told["session"]["method"] == "password"
    assert all(told["session"][name].endswith("Z") for name in ("createdAt", "confirmedAt", "expiresAt"))
    assert told["session"]["lastSeenAt"] < told["session"]["idleExpiresAt"] < told["session"]["expiresAt"]
    assert await who(browser) == told


@pytest.mark.parametrize(
    ("url", "name", "flags"),
    [
        (URL, "muster_session", {"HttpOnly", "Path=/", "SameSite=lax", "Max-Age=604800"}),
        (
            "https://muster.lovelace.dev",
            "__Host-muster",
            {"HttpOnly", "Path=/", "SameSite=lax", "Max-Age=604800", "Secure"},
        ),
    ],
)
async def test_the_cookie_is_bound_to_this_host_and_out_of_scripts_reach(
    ada: User, url: str, name: str, flags: set[str]
) -> None:
    async with door(url) as browser:
        answer = await sign_in(browser, EMAIL)
        cookie, *rest = answer.headers["set-cookie"].split("; ")
        assert cookie.startswith(f"{name}=muster_session_")
        assert set(rest) == flags, "no Domain: the cookie is this host's alone"
        assert (await who(browser))["signedIn"]


async def test_each_sign_in_begins_another_session_and_ends_the_browsers_former_one(inside: httpx.AsyncClient) -> None:
    first = inside.cookies["muster_session"]
    inside.cookies.set("muster_session", first, domain="127.0.0.1")
    assert (await sign_in(inside, EMAIL)).status_code == 200
    async with door() as former:
        former.cookies.set("muster_session", first)
        assert not (await who(former))["signedIn"]


async def test_a_cookie_that_somebody_else_has_set_is_no_session(browser: httpx.AsyncClient) -> None:
    """Fixation: what was in the browser before is never what is signed in afterwards."""
    planted = "muster_session_" + "a" * 49
    browser.cookies.set("muster_session", planted, domain="127.0.0.1")
    answer = await sign_in(browser, EMAIL)
    assert planted not in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    ("email", "password"),
    [(EMAIL, "wrong"), ("nobody@lovelace.dev", PASSWORD), ("", ""), (EMAIL.upper(), PASSWORD + " ")],
)
async def test_every_failure_looks_the_same(browser: httpx.AsyncClient, email: str, password: str) -> None:
    answer = await sign_in(browser, email, password)
    assert answer.status_code == 401
    assert answer.json() == {"code": "WRONG_CREDENTIALS", "message": "The email or the password is wrong."}
    assert "set-cookie" not in answer.headers
    assert (await sign_in(browser, EMAIL.upper())).status_code == 200


async def test_whoever_is_deactivated_does_not_come_in(browser: httpx.AsyncClient, ada: User, actor: Actor) -> None:
    await builders.a_user(actor, "root@lovelace.dev", role="admin")
    async with change(actor) as this:
        await users.deactivate(this, await users.lock(this, ada.id))
    assert code(await sign_in(browser, EMAIL)) == (401, "WRONG_CREDENTIALS")


async def test_an_email_in_two_accounts_asks_which(browser: httpx.AsyncClient, elsewhere: Account) -> None:
    there = actors.command(elsewhere.id)
    await builders.a_password(there, await builders.a_user(there, EMAIL))
    asked = await sign_in(browser, EMAIL)
    assert code(asked) == (409, "CHOOSE_ACCOUNT")
    assert asked.json()["accounts"] == [
        {"slug": "elsewhere", "name": "Elsewhere"},
        {"slug": "lovelace-engines", "name": "Lovelace Engines"},
    ]
    assert code(await sign_in(browser, EMAIL, "wrong")) == (401, "WRONG_CREDENTIALS"), "not told to a stranger"
    answer = await sign_in(browser, EMAIL, account="elsewhere")
    assert answer.json()["account"]["slug"] == "elsewhere"


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"", "application/json"),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b'{"email": "a"}', "application/json"),
        (b'{"email": 1, "password": "x"}', "application/json"),
        (b'{"email": ["a"], "password": "x"}', "application/json"),
        (b'{"email": "a\\u0000", "password": "x"}', "application/json"),
        (b'{"email": "\\ud800", "password": "x"}', "application/json"),
        (b'{"email": "a", "password": "' + b"x" * 2000 + b'"}', "application/json"),
        (b"email=a&password=b", "application/x-www-form-urlencoded"),
        (b'{"email": "a", "password": "b"}', "text/plain"),
    ],
)
async def test_a_body_of_another_form_is_refused(browser: httpx.AsyncClient, content: bytes, media_type: str) -> None:
    answer = await browser.post("/auth/sign-in", content=content, headers={"Content-Type": media_type})
    assert code(answer) == (400, "INVALID")
    assert answer.json()["field"]


# --- only pages of ours -----------------------------------------------------------------------------------------------

CHANGES = [
    ("POST", "/auth/sign-in"),
    ("POST", "/auth/sign-out"),
    ("POST", "/auth/sign-out-everywhere"),
    ("POST", "/auth/confirm"),
    ("DELETE", "/auth/sessions/1"),
    ("POST", "/auth/password"),
    ("POST", "/auth/profile"),
    ("POST", "/auth/setup/x"),
    ("POST", "/auth/invitations/x"),
    ("POST", "/auth/password-links"),
    ("POST", "/auth/sign-outs"),
]


@pytest.mark.parametrize(("method", "path"), CHANGES)
async def test_no_other_site_changes_anything(inside: httpx.AsyncClient, method: str, path: str) -> None:
    body = {"email": EMAIL, "password": PASSWORD, "newPassword": NEW, "name": "Eve", "user": EMAIL}
    before = await who(inside)
    for headers in (
        {"X-Muster-Csrf": ""},
        {"Origin": "https://evil.dev"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        answer = await inside.request(method, path, json=body, headers=headers)
        assert code(answer) == (403, "FORGED")
        assert "set-cookie" not in answer.headers
    assert await who(inside) == before
    assert len(await everywhere().rows("SELECT id FROM sessions WHERE ended_at IS NULL")) == 1


async def test_every_route_that_changes_something_is_among_them() -> None:
    from web.sign_in import create_app
    from web.throttling import SignInLimit

    routes = create_app(URL, SignInLimit("memory")).routes  # type: ignore[attr-defined]
    changing = {(method, route.path) for route in routes for method in route.methods - {"GET", "HEAD"}}
    assert len(changing) == len(CHANGES)
    assert {path.split("{")[0].removesuffix("/") for _, path in changing} == {
        path.removeprefix("/auth").removesuffix("/x").removesuffix("/1") for _, path in CHANGES
    }


async def test_a_page_of_ours_may(inside: httpx.AsyncClient) -> None:
    headers = {"Origin": URL, "Sec-Fetch-Site": "same-origin"}
    assert (await inside.post("/auth/confirm", json={"password": PASSWORD}, headers=headers)).status_code == 200


async def test_nothing_changes_by_looking(browser: httpx.AsyncClient) -> None:
    for path in ("sign-in", "sign-out", "confirm", "password"):
        answer = await browser.get(f"/auth/{path}", headers={"X-Muster-Csrf": ""})
        assert code(answer) == (405, "NOT_FOUND")


# --- going out --------------------------------------------------------------------------------------------------------


async def test_signing_out_ends_the_session_on_the_server(inside: httpx.AsyncClient) -> None:
    secret = inside.cookies["muster_session"]
    answer = await inside.post("/auth/sign-out")
    assert answer.status_code == 204
    assert 'muster_session=""' in answer.headers["set-cookie"]
    assert not (await who(inside))["signedIn"]
    inside.cookies.set("muster_session", secret)
    assert not (await who(inside))["signedIn"], "Back, and a copied cookie, show nothing"
    assert (await inside.post("/auth/sign-out")).status_code == 204, "and again"


async def test_signing_out_everywhere_ends_all_of_them(inside: httpx.AsyncClient) -> None:
    async with door() as other:
        await sign_in(other, EMAIL)
        assert (await inside.post("/auth/sign-out-everywhere")).status_code == 204
        for client in (inside, other):
            assert not (await who(client))["signedIn"]
        assert code(await inside.post("/auth/sign-out-everywhere")) == (401, "SIGNED_OUT")


@pytest.mark.parametrize(
    ("column", "by"), [("last_seen_at", timedelta(hours=12)), ("expires_at", timedelta(seconds=0))]
)
async def test_a_session_that_is_over_lets_nobody_do_anything(
    inside: httpx.AsyncClient, actor: Actor, column: str, by: timedelta
) -> None:
    await _later(actor, column, by)
    assert not (await who(inside))["signedIn"]
    for method, path in (("GET", "/auth/sessions"), ("POST", "/auth/confirm"), ("POST", "/auth/profile")):
        answer = await inside.request(method, path, json={"password": PASSWORD, "name": "Eve"})
        assert code(answer) == (401, "SIGNED_OUT")


async def test_people_see_their_own_sessions_and_end_them(inside: httpx.AsyncClient) -> None:
    async with door(address="198.51.100.9") as other:
        other.headers["User-Agent"] = "Firefox"
        await sign_in(other, EMAIL)
        listed = (await inside.get("/auth/sessions")).json()["sessions"]
        assert [(one["ip"], one["isCurrent"]) for one in listed] == [("198.51.100.9", False), ("192.0.2.7", True)]
        assert listed[0]["userAgent"] == "Firefox"
        assert set(listed[0]) == {
            *("id", "method", "createdAt", "lastSeenAt", "expiresAt", "ip", "userAgent", "isCurrent")
        }
        assert (await inside.delete(f"/auth/sessions/{listed[0]['id']}")).status_code == 204
        assert not (await who(other))["signedIn"]
        for gone in (listed[0]["id"], "nonsense", "0199-x"):
            assert code(await inside.delete(f"/auth/sessions/{gone}")) == (404, "NOT_FOUND")
    assert (await who(inside))["signedIn"]


# --- oneself ----------------------------------------------------------------------------------------------------------


async def test_giving_the_password_again_confirms_the_session(inside: httpx.AsyncClient, actor: Actor) -> None:
    await _later(actor, "confirmed_at", timedelta(minutes=11))
    stale = (await who(inside))["session"]["confirmedAt"]
    assert code(await inside.post("/auth/confirm", json={"password": "wrong"})) == (403, "WRONG_PASSWORD")
    assert (await who(inside))["session"]["confirmedAt"] == stale
    answer = await inside.post("/auth/confirm", json={"password": PASSWORD})
    assert answer.status_code == 200
    assert answer.json()["session"]["confirmedAt"] > stale
    assert (await who(inside)) == answer.json()


async def test_a_password_is_changed_with_the_old_one_and_ends_the_other_sessions(inside: httpx.AsyncClient) -> None:
    async with door() as other:
        await sign_in(other, EMAIL)
        body = {"password": "wrong", "newPassword": NEW}
        assert code(await inside.post("/auth/password", json=body)) == (403, "WRONG_PASSWORD")
        weak = await inside.post("/auth/password", json={"password": PASSWORD, "newPassword": "short"})
        assert (code(weak), weak.json()["field"]) == ((400, "INVALID"), "newPassword")
        answer = await inside.post("/auth/password", json={"password": PASSWORD, "newPassword": NEW})
        assert answer.status_code == 204, answer.text
        assert (await who(inside))["signedIn"]
        assert not (await who(other))["signedIn"]
        assert code(await sign_in(other, EMAIL)) == (401, "WRONG_CREDENTIALS")
        assert (await sign_in(other, EMAIL, NEW)).status_code == 200


async def test_a_person_changes_their_name_unless_their_provider_says_it(
    inside: httpx.AsyncClient, actor: Actor, scim_actor: Actor
) -> None:
    answer = await inside.post("/auth/profile", json={"name": "  Ada King "})
    assert (answer.status_code, answer.json()["user"]["name"]) == (200, "Ada King")
    for blank in ("", "  ", "x" * 201, "a\tb\x07"):
        assert code(await inside.post("/auth/profile", json={"name": blank})) == (400, "INVALID")
    grace = await builders.a_user(scim_actor, "grace@lovelace.dev")
    await builders.a_password(actor, grace)
    await sign_in(inside, "grace@lovelace.dev")
    assert (await who(inside))["user"]["isManaged"]
    refused = await inside.post("/auth/profile", json={"name": "Grace Hopper"})
    assert code(refused) == (403, "MANAGED")
    assert "Okta" in refused.json()["message"]


async def test_what_nobody_foresaw_is_told_to_nobody(
    browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*of: Any, **more: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("catalog.services.sign_in.prove", broken)
    answer = await sign_in(browser, EMAIL)
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
