"""How often somebody may try: five times a minute for one email, sixty from one address, and never uncounted."""

from __future__ import annotations

from contextlib import suppress

import pytest
from limits.aio.storage import MemoryStorage

from catalog.actors import Actor
from catalog.errors import TooManyRequests, Unavailable
from tests import builders
from tests.conftest import ON_SQLITE
from tests.web.door import EMAIL, code, door, sign_in, who
from tests.web.serving import free_port
from web.throttling import FROM_ONE_ADDRESS, OF_ONE_EMAIL, SignInLimit

on_sqlite = pytest.mark.parametrize("db", ON_SQLITE, indirect=True)


async def tries(limit: SignInLimit, number: int, *, addresses: int = 1, emails: int = 1) -> int:
    """How many of so many tries are let through."""
    count = 0
    for one in range(number):
        with suppress(TooManyRequests):
            await limit.attempt(f"192.0.2.{one % addresses}", f"{one % emails}@lovelace.dev")
            count += 1
    return count


async def test_five_tries_a_minute_for_one_email_from_wherever() -> None:
    assert await tries(SignInLimit("memory"), 50, addresses=50) == OF_ONE_EMAIL[0] == 5


async def test_sixty_tries_a_minute_from_one_address_for_whomever() -> None:
    assert await tries(SignInLimit("memory"), 200, emails=200) == FROM_ONE_ADDRESS[0] == 60


async def test_another_email_and_another_address_have_limits_of_their_own() -> None:
    limit = SignInLimit("memory")
    assert await tries(limit, 10) == 5
    await limit.attempt("198.51.100.1", "grace@lovelace.dev")


async def test_an_email_is_one_whatever_its_case() -> None:
    limit = SignInLimit("memory")
    for email in ("ada@x.dev", "ADA@x.dev", " Ada@X.dev ", "ada@x.dev", "ada@x.DEV"):
        await limit.attempt("192.0.2.1", email)
    with pytest.raises(TooManyRequests) as refused:
        await limit.attempt("192.0.2.1", "ada@x.dev")
    assert 1 <= refused.value.retry_after_s <= 60


async def test_each_worker_takes_its_part_and_leaves_room_for_a_slip_of_the_finger() -> None:
    assert await tries(SignInLimit("memory", workers=2), 20) == 3
    assert await tries(SignInLimit("memory", workers=64), 20) == 3
    assert await tries(SignInLimit("memory", workers=4), 60, emails=60) == FROM_ONE_ADDRESS[0] // 4


async def test_whoever_proves_who_they_are_begins_anew() -> None:
    limit = SignInLimit("memory")
    assert await tries(limit, 10) == 5
    await limit.forgive("0@lovelace.dev")
    assert await tries(limit, 10) == 5


async def test_where_tries_are_not_counted_nobody_may(monkeypatch: pytest.MonkeyPatch) -> None:
    away = SignInLimit(f"redis://127.0.0.1:{free_port()}")
    with pytest.raises(Unavailable):
        await away.attempt("192.0.2.1", EMAIL)
    await away.forgive(EMAIL)

    async def broken(*of: object, **more: object) -> None:
        raise ConnectionError("The storage does not answer.")

    limit = SignInLimit("memory")
    await limit.attempt("192.0.2.1", EMAIL)
    monkeypatch.setattr(MemoryStorage, "acquire_sliding_window_entry", broken)
    with pytest.raises(Unavailable):
        await limit.attempt("192.0.2.1", EMAIL)


# --- at the door ------------------------------------------------------------------------------------------------------


@on_sqlite
async def test_the_sixth_wrong_password_waits_and_so_does_the_right_one(actor: Actor) -> None:
    await builders.a_password(actor, await builders.a_user(actor, EMAIL))
    async with door() as browser:
        for _ in range(5):
            assert code(await sign_in(browser, EMAIL, "wrong")) == (401, "WRONG_CREDENTIALS")
        for password in ("wrong", builders.PASSWORD):
            answer = await sign_in(browser, EMAIL, password)
            assert code(answer) == (429, "TOO_MANY_REQUESTS")
            assert answer.headers["retry-after"] == str(answer.json()["retryAfter"])
        assert code(await sign_in(browser, "nobody@lovelace.dev")) == (401, "WRONG_CREDENTIALS")


@on_sqlite
async def test_a_password_is_not_guessed_in_a_session_either(actor: Actor) -> None:
    await builders.a_password(actor, await builders.a_user(actor, EMAIL))
    async with door() as browser:
        await sign_in(browser, EMAIL)
        body = {"password": "wrong", "newPassword": "another battery staple"}
        answers = [await browser.post(f"/auth/{path}", json=body) for path in ("confirm", "password") * 3]
        assert [code(answer)[0] for answer in answers] == [403] * 5 + [429]
        assert (await who(browser))["signedIn"]


@on_sqlite
async def test_while_tries_are_not_counted_sessions_go_on_and_nobody_comes_in(actor: Actor) -> None:
    ada = await builders.a_user(actor, EMAIL)
    await builders.a_password(actor, ada)
    secret = await builders.a_session(actor, ada)
    async with door(limit=SignInLimit(f"redis://127.0.0.1:{free_port()}")) as browser:
        answer = await sign_in(browser, EMAIL)
        assert code(answer) == (503, "UNAVAILABLE")
        assert answer.headers["retry-after"]
        browser.cookies.set("muster_session", secret)
        assert (await who(browser))["signedIn"]
