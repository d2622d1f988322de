"""Signing in by OpenID Connect: who comes in, and what is refused of a provider that lies."""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from catalog.actors import Actor
from catalog.changes import change
from catalog.database import everywhere
from catalog.models import Integration, User
from catalog.services import sign_in_connections, users
from catalog.services.sign_in_connections import Connection
from tests import builders
from tests.guarantees.ledger import Ledger
from tests.web.door import EMAIL, sign_in
from tests.web.sso.coming_in import VAULT, at_the_door, is_in, path, starts
from tests.web.sso.openid import (
    CLIENT_ID,
    ISSUER,
    SECRET,
    Forgery,
    Provider,
    a_curve_key,
    a_key,
    heads,
    raw,
    says,
)
from web.throttling import SignInLimit

NOBODYS = "01993f0d-0000-7000-8000-000000000000"
SETTINGS = {"issuer": ISSUER, "client_id": CLIENT_ID}


@pytest.fixture
def provider() -> Provider:
    return Provider()


@pytest.fixture
async def connection(actor: Actor, integration: Integration) -> Connection:
    made = await builders.a_connection(actor, integration, settings=SETTINGS)
    async with change(actor) as this:
        held = await sign_in_connections.lock(this, made.id)
        await sign_in_connections.update(this, held, client_secret=SECRET, vault=VAULT)
    return await sign_in_connections.look(made.id)


@pytest.fixture
async def grace(scim_actor: Actor) -> User:
    return await builders.a_user(scim_actor, "grace@navy.example", external_id="00u1", invitation="sent")


@pytest.fixture
async def guest(provider: Provider) -> AsyncIterator[httpx.AsyncClient]:
    async with at_the_door(provider) as client:
        yield client


async def errors_of(connection: Connection) -> list[str]:
    rows = await everywhere().rows("SELECT code FROM sign_in_errors WHERE connection_id = $1", connection.id)
    return [row["code"] for row in rows]


async def test_whoever_the_provider_names_comes_in_and_goes_on_to_where_they_were_going(
    guest: httpx.AsyncClient, provider: Provider, connection: Connection, grace: User
) -> None:
    url = await starts(guest, connection, next="/teams?search=navy")
    asked = parse_qs(urlsplit(url).query)
    assert asked["redirect_uri"] == [f"http://127.0.0.1:8000/auth/oidc/{connection.id}/callback"]
    _, back = provider.signs_in(url, "00u1")
    answer = await guest.get(path(connection, "callback"), params=back)
    assert (answer.status_code, answer.headers["location"]) == (303, "http://127.0.0.1:8000/teams?search=navy")
    assert await is_in(guest) == "grace@navy.example"
    session = (await guest.get("/auth/session")).json()["session"]
    assert (session["method"], session["confirmBy"]) == ("oidc", f"{path(connection, 'start')}?again=1")
    row = await everywhere().one("SELECT subject, connection_id FROM sessions")
    assert row is not None
    assert (row["subject"], str(row["connection_id"])) == ("00u1", str(connection.id))
    found = await everywhere().one("SELECT invitation FROM users WHERE id = $1", grace.id)
    assert found is not None
    assert found["invitation"] == "accepted"


async def test_nothing_that_opens_a_door_is_stored(
    guest: httpx.AsyncClient, provider: Provider, connection: Connection, grace: User
) -> None:
    url = await starts(guest, connection)
    asked = parse_qs(urlsplit(url).query)
    for table in ("sign_in_states", "audit_events", "sign_in_connections"):
        for row in await everywhere().rows(f"SELECT * FROM {table}"):
            told = " ".join(str(value) for value in dict(row).values())
            for secret in (asked["state"][0], asked["nonce"][0], guest.cookies["muster_sso"], SECRET):
                assert secret not in told


FORGERIES = [
    Forgery("no signature", raw({"alg": "none"}, lambda signed: b"")),
    Forgery("no signature, named oddly", raw({"alg": "nOnE", "kid": "first"}, lambda signed: b"")),
    Forgery(
        "the public key as an HMAC secret",
        raw(
            {"alg": "HS256", "kid": "first"},
            lambda signed: hmac.digest(a_key("first").as_pem(private=False), signed, hashlib.sha256),
        ),
    ),
    Forgery(
        "the client secret as an HMAC secret",
        raw({"alg": "HS256"}, lambda signed: hmac.digest(SECRET.encode(), signed, hashlib.sha256)),
    ),
    Forgery("a foreign key under the known name", lambda grant: setattr(grant, "key", a_key("foreign"))),
    Forgery("a key of an unknown name", heads(kid="unknown")),
    Forgery("a key name that is a path", heads(kid="../../dev/null")),
    Forgery(
        "no key name and a foreign key",
        lambda grant: (grant.header.pop("kid"), setattr(grant, "key", a_key("foreign")))[1],
    ),
    Forgery("jku", heads(jku="https://evil.example/keys")),
    Forgery("jwk", lambda grant: grant.header.update(jwk=a_key("foreign").as_dict(private=False))),
    Forgery("x5u", heads(x5u="https://evil.example/cert")),
    Forgery("another algorithm of the same key", heads(alg="RS512")),
    Forgery("another audience", says(aud="somebody-else")),
    Forgery("a list of other audiences", says(aud=["somebody-else", "another"])),
    Forgery("several audiences without azp", says(aud=[CLIENT_ID, "somebody-else"])),
    Forgery("another azp", says(azp="somebody-else")),
    Forgery("another issuer", says(iss="https://evil.example")),
    Forgery("the issuer with a slash", says(iss=f"{ISSUER}/")),
    Forgery("no issuer", says(iss=None)),
    Forgery("no subject", says(sub=None)),
    Forgery("an empty subject", says(sub="")),
    Forgery("a subject that is a number", says(sub=1)),
    Forgery("no audience", says(aud=None)),
    Forgery("expired for 61 seconds", says(exp=int(time.time()) - 61)),
    Forgery("no end", says(exp=None)),
    Forgery("an end that is no number", says(exp=float("inf"))),
    Forgery("issued in the future", says(iat=int(time.time()) + 3600)),
    Forgery("not yet", says(nbf=int(time.time()) + 3600)),
    Forgery("no nonce", says(nonce=None)),
    Forgery("another nonce", says(nonce="x" * 43)),
    Forgery("no nonce, as it is not supported", says(nonce=None, nonce_supported=False)),
    Forgery("another access token's hash", says(at_hash="x" * 22)),
    Forgery("no token", lambda grant: setattr(grant, "sign", lambda grant: "nonsense")),
    Forgery("a token of five parts", lambda grant: setattr(grant, "sign", lambda grant: "a.b.c.d.e")),
    Forgery("another code", back=lambda back: back.update(code="guessed")),
    Forgery("no code", back=lambda back: back.pop("code") and None),
    Forgery("another state", back=lambda back: back.update(state="guessed")),
    Forgery("no state", back=lambda back: back.pop("state") and None),
    Forgery("another issuer's answer", back=lambda back: back.update(iss="https://evil.example")),
    Forgery("an error beside the code", back=lambda back: back.update(error="access_denied")),
]


async def test_g21_no_forgery_lets_anybody_in_and_none_breaks_anything(
    guest: httpx.AsyncClient, provider: Provider, connection: Connection, grace: User, ledger: Ledger
) -> None:
    assert len({forgery.name for forgery in FORGERIES}) >= 30
    accepted = 0
    for forgery in FORGERIES:
        url = await starts(guest, connection)
        grant, back = provider.signs_in(url, "00u1")
        forgery.token(grant)
        forgery.back(back)
        answer = await guest.get(path(connection, "callback"), params=back)
        accepted += answer.status_code != 403
        assert answer.status_code == 403, forgery.name
        assert await is_in(guest) is None, forgery.name
        assert "grace" not in answer.text, forgery.name
    ledger(forgeries=len(FORGERIES), accepted=accepted)
    assert await errors_of(connection)
    # The same without a lie: each was refused for what was forged.
    _, back = provider.signs_in(await starts(guest, connection), "00u1")
    assert (await guest.get(path(connection, "callback"), params=back)).status_code == 303


async def test_an_answer_is_good_once_and_in_its_own_browser_alone(
    guest: httpx.AsyncClient, provider: Provider, connection: Connection, grace: User
) -> None:
    async with at_the_door(provider) as other:
        _, back = provider.signs_in(await starts(guest, connection), "00u1")
        await starts(other, connection)
        assert (await other.get(path(connection, "callback"), params=back)).status_code == 403
        assert await is_in(other) is None
        _, back = provider.signs_in(await starts(guest, connection), "00u1")
        assert (await guest.get(path(connection, "callback"), params=back)).status_code == 303
        assert (await guest.get(path(connection, "callback"), params=back)).status_code == 403


async def test_a_code_of_another_browser_is_of_no_use(
    guest: httpx.AsyncClient, provider: Provider, connection: Connection, grace: User
) -> None:
    """Injected into one's own sign-in, the code does not fit one's own verifier."""
    async with at_the_door(provider) as thief:
        _, stolen = provider.signs_in(await starts(guest, connection), "00u1")
        _, own = provider.signs_in(await starts(thief, connection), "00u2")
        answer = await thief.get(path(connection, "callback"), params={**own, "code": stolen["code"]})
        assert answer.status_code == 403
        assert await is_in(thief) is None


async def test_a_provider_that_names_itself_must_do_so_always(
    guest: httpx.AsyncClient, provider: Provider, connection: Connection, grace: User
) -> None:
    provider.metadata["authorization_response_iss_parameter_supported"] = True
    _, back = provider.signs_in(await starts(guest, connection), "00u1")
    assert (await guest.get(path(connection, "callback"), params=back)).status_code == 403
    _, back = provider.signs_in(await starts(guest, connection), "00u1")
    assert (await guest.get(path(connection, "callback"), params={**back, "iss": ISSUER})).status_code == 303


async def test_keys_are_changed_without_anybody_being_locked_out_and_asked_for_once_a_minute(
    guest: httpx.AsyncClient, provider: Provider, connection: Connection, grace: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, back = provider.signs_in(await starts(guest, connection), "00u1")
    assert (await guest.get(path(connection, "callback"), params=back)).status_code == 303
    provider.keys = [a_key("first"), a_curve_key("second")]

    async def with_the_new_key() -> int:
        grant, back = provider.signs_in(await starts(guest, connection), "00u1")
        grant.header, grant.key = {"alg": "ES256", "kid": "second"}, a_curve_key("second")
        return (await guest.get(path(connection, "callback"), params=back)).status_code

    assert await with_the_new_key() == 403
    assert provider.asked.count(f"{ISSUER}/keys") == 1
    later = time.monotonic() + 61
    monkeypatch.setattr("web.sso.oidc.monotonic", lambda: later)
    assert await with_the_new_key() == 303
    assert provider.asked.count(f"{ISSUER}/keys") == 2


async def test_clocks_may_differ_by_a_minute(
    guest: httpx.AsyncClient, provider: Provider, connection: Connection, grace: User
) -> None:
    for by, status in ((55, 303), (65, 403)):
        at = int(time.time())
        for lie in (says(exp=at - by), says(iat=at + by), says(nbf=at + by)):
            grant, back = provider.signs_in(await starts(guest, connection), "00u1")
            lie(grant)
            assert (await guest.get(path(connection, "callback"), params=back)).status_code == status


async def test_who_is_asked_to_prove_it_anew_must_have_done_so(
    guest: httpx.AsyncClient, provider: Provider, connection: Connection, grace: User
) -> None:
    for auth_time, status in ((int(time.time()) - 3600, 403), (int(time.time()), 303)):
        url = await starts(guest, connection, again="1")
        assert "prompt=login" in url
        _, back = provider.signs_in(url, "00u1", auth_time=auth_time)
        assert (await guest.get(path(connection, "callback"), params=back)).status_code == status


@pytest.mark.parametrize("wanted", ["//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nX: y", "", "x"])
async def test_no_other_site_is_gone_on_to(
    guest: httpx.AsyncClient, provider: Provider, connection: Connection, grace: User, wanted: str
) -> None:
    _, back = provider.signs_in(await starts(guest, connection, next=wanted), "00u1")
    answer = await guest.get(path(connection, "callback"), params=back)
    assert answer.headers["location"] == "http://127.0.0.1:8000/"


async def test_a_connection_that_is_off_is_tried_by_an_administrator_alone_and_signs_nobody_in(
    actor: Actor, integration: Integration, provider: Provider, guest: httpx.AsyncClient, grace: User
) -> None:
    made = await builders.a_connection(actor, integration, settings=SETTINGS, on=False)
    async with change(actor) as this:
        held = await sign_in_connections.lock(this, made.id)
        await sign_in_connections.update(this, held, client_secret=SECRET, vault=VAULT)
    assert (await guest.get(path(made, "start"))).status_code == 404
    assert (await guest.get(path(made, "start"), params={"test": "1"})).status_code == 404
    ada = await builders.a_user(actor, EMAIL, role="admin")
    await builders.a_password(actor, ada)
    await sign_in(guest, EMAIL)
    _, back = provider.signs_in(await starts(guest, made, test="1"), "nobody")
    answer = await guest.get(path(made, "callback"), params=back)
    assert answer.status_code == 403
    assert "nobody whom the paired integration has sent" in answer.text
    _, back = provider.signs_in(await starts(guest, made, test="1"), "00u1")
    answer = await guest.get(path(made, "callback"), params=back)
    assert answer.status_code == 200
    assert "that is Grace here" in answer.text
    assert await is_in(guest) == EMAIL
    assert not await everywhere().rows("SELECT 1 FROM sign_in_identities")
    row = await everywhere().one("SELECT tested_at FROM sign_in_connections")
    assert row is not None
    assert row["tested_at"] is not None


async def test_a_deactivated_person_is_told_nothing_and_stays_out(
    guest: httpx.AsyncClient, provider: Provider, connection: Connection, grace: User, scim_actor: Actor
) -> None:
    async with change(scim_actor) as this:
        await users.deactivate(this, await users.lock(this, grace.id))
    _, back = provider.signs_in(await starts(guest, connection), "00u1")
    answer = await guest.get(path(connection, "callback"), params=back)
    assert answer.status_code == 403
    assert "deactivated" not in answer.text
    assert await errors_of(connection) == ["deactivated"]


async def test_a_document_of_another_issuer_is_refused(
    guest: httpx.AsyncClient, provider: Provider, connection: Connection
) -> None:
    provider.metadata["issuer"] = "https://evil.example"
    assert (await guest.get(path(connection, "start"))).status_code == 403
    assert await errors_of(connection) == ["other_issuer"]


async def test_signing_out_leads_on_to_the_providers_own_sign_out(
    guest: httpx.AsyncClient, provider: Provider, connection: Connection, grace: User
) -> None:
    _, back = provider.signs_in(await starts(guest, connection), "00u1")
    await guest.get(path(connection, "callback"), params=back)
    assert (await guest.post("/auth/sign-out")).json() == {"goTo": path(connection, "sign-out")}
    assert await is_in(guest) is None
    answer = await guest.get(path(connection, "sign-out"))
    assert answer.headers["location"].startswith(f"{ISSUER}/logout?client_id=muster&post_logout_redirect_uri=http%3A")
    del provider.metadata["end_session_endpoint"]
    for issuer in (ISSUER, "https://evil.example"):
        provider.metadata["issuer"] = issuer
        async with at_the_door(provider) as other:
            answer = await other.get(path(connection, "sign-out"))
        assert answer.headers["location"] == "http://127.0.0.1:8000/sign-in"


async def test_an_address_of_no_connection_is_not_there(guest: httpx.AsyncClient, connection: Connection) -> None:
    for address in ("/auth/oidc/nonsense/start", f"/auth/saml/{connection.id}/start", f"/auth/oidc/{NOBODYS}/start"):
        assert (await guest.get(address)).status_code == 404


async def test_who_is_refused_often_has_to_wait(provider: Provider, connection: Connection, grace: User) -> None:
    async with at_the_door(provider, limit=SignInLimit("memory")) as guest:
        statuses = [
            (await guest.get(path(connection, "callback"), params={"state": "x"})).status_code for _ in range(61)
        ]
        assert statuses == [403] * 60 + [429]
        answer = await guest.get(path(connection, "start"))
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) > 0
    rows = await everywhere().rows("SELECT 1 FROM sign_in_errors")
    assert len(rows) == sign_in_connections.KEPT_ERRORS
