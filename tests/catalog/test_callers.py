"""Callers: a token or a session's cookie says who it is, and a cookie alone is not enough to change anything."""

from __future__ import annotations

import pytest

from catalog.actors import Actor, ActorKind
from catalog.changes import change
from catalog.errors import Forged, NotPermitted, Unauthenticated
from catalog.models import Integration
from catalog.services import callers, tokens
from tests import builders

HTTPS = "https://muster.lovelace.dev"
LOOPBACK = "http://127.0.0.1:8000"
PROOF = ("x-muster-csrf", "1")


@pytest.mark.parametrize(
    ("url", "headers", "is_ours"),
    [
        (HTTPS, [], False),
        (HTTPS, [PROOF], True),
        (HTTPS, [("x-muster-csrf", "0")], False),
        (HTTPS, [PROOF, PROOF], False),
        (HTTPS, [PROOF, ("origin", HTTPS)], True),
        (HTTPS, [PROOF, ("origin", HTTPS), ("sec-fetch-site", "same-origin")], True),
        (HTTPS, [PROOF, ("origin", "null")], False),
        (HTTPS, [PROOF, ("origin", "https://evil.dev")], False),
        (HTTPS, [PROOF, ("origin", HTTPS + ".evil.dev")], False),
        (HTTPS, [PROOF, ("origin", "http://muster.lovelace.dev")], False),
        (HTTPS, [PROOF, ("origin", HTTPS), ("origin", "https://evil.dev")], False),
        (HTTPS, [PROOF, ("sec-fetch-site", "cross-site")], False),
        (HTTPS, [PROOF, ("sec-fetch-site", "same-site")], False),
        (HTTPS, [PROOF, ("sec-fetch-site", "none")], False),
        (HTTPS, [PROOF, ("origin", "http://localhost")], False),
        (LOOPBACK, [PROOF, ("origin", LOOPBACK)], True),
        (LOOPBACK, [PROOF, ("origin", "http://localhost:8000")], True),
        (LOOPBACK, [PROOF, ("origin", "http://[::1]:8000")], True),
        (LOOPBACK, [PROOF, ("origin", "http://127.0.0.1:9000")], False),
        (LOOPBACK, [PROOF, ("origin", "http://evil.dev:8000")], False),
    ],
)
def test_only_what_a_page_of_ours_can_send_is_ours(url: str, headers: list[tuple[str, str]], is_ours: bool) -> None:
    if is_ours:
        callers.need_own_page(headers, url)
    else:
        with pytest.raises(Forged):
            callers.need_own_page(headers, url)


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([], None),
        (["__Host-muster=s3cret"], "s3cret"),
        (["theme=dark; __Host-muster=s3cret; x=y"], "s3cret"),
        (["theme=dark", "__Host-muster=s3cret"], "s3cret"),
        (["muster_session=s3cret"], None),
        (["__host-muster=s3cret"], None),
        (["__Host-muster="], None),
        (["__Host-muster=a; __Host-muster=b"], None),
        (["; ;=;__Host-muster"], None),
    ],
)
def test_the_cookie_is_found_among_others_and_never_twice(lines: list[str], found: str | None) -> None:
    assert callers.cookie([("cookie", line) for line in lines], HTTPS) == found


def test_on_a_loopback_address_the_cookie_has_another_name() -> None:
    assert callers.cookie([("cookie", "muster_session=s; __Host-muster=t")], LOOPBACK) == "s"


async def test_a_session_asks_with_its_cookie_and_the_proof(actor: Actor) -> None:
    ada = await builders.a_user(actor)
    cookie = ("cookie", f"__Host-muster={await builders.a_session(actor, ada)}")
    me = await callers.of_request([cookie, PROOF], HTTPS, request_id="r-1")
    assert (me.id, me.kind, me.request_id) == (ada.id, ActorKind.PERSON, "r-1")
    with pytest.raises(Forged):
        await callers.of_request([cookie], HTTPS)
    assert (await callers.of_request([cookie], HTTPS, reads=True)).id == ada.id
    with pytest.raises(Unauthenticated):
        await callers.of_request([PROOF], HTTPS)
    with pytest.raises(Unauthenticated):
        await callers.of_request([("cookie", "__Host-muster=nonsense"), PROOF], HTTPS)


async def test_a_token_needs_no_proof_and_goes_before_a_cookie(actor: Actor, integration: Integration) -> None:
    async with change(actor) as this:
        token, secret = await tokens.create_for_service(this, name="nightly")
    cookie = ("cookie", f"__Host-muster={await builders.a_session(actor, await builders.a_user(actor))}")
    for scheme in ("Bearer", "bearer"):
        found = await callers.of_request([("authorization", f"{scheme} {secret}"), cookie], HTTPS)
        assert found.token_id == token.id
    good = ("authorization", f"Bearer {secret}")
    for bad in ([good, good], [("authorization", secret)], [("authorization", f"Basic {secret}")]):
        with pytest.raises(NotPermitted):
            await callers.of_request([*bad, cookie, PROOF], HTTPS)
