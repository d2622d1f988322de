"""Signing in by SAML: who comes in, what must be equal, what is good once."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree

from catalog.actors import Actor
from catalog.changes import change
from catalog.connection_settings import SamlSettings
from catalog.database import everywhere
from catalog.models import AuditEvent, Integration, User
from catalog.services import sign_in_connections
from catalog.services.sign_in_connections import Connection
from tests import builders
from tests.catalog.certificates import a_certificate, metadata
from tests.web.sso.coming_in import VAULT, at_the_door, is_in, path, starts
from tests.web.sso.identity_provider import Alter, Asked, Says, asked
from web.sso.assertions import SAML, SAMLP
from web.sso.fetching import Fetcher


async def made(actor: Actor, integration: Integration, **settings: object) -> Connection:
    """A SAML connection, switched on."""
    async with change(actor) as this:
        connection = await sign_in_connections.create(
            this,
            kind="saml",
            name="Okta by SAML",
            settings={"metadata": metadata(), **settings},
            integration_id=integration.id,
            vault=VAULT,
        )
        await sign_in_connections.switch(this, connection, True)
    return await sign_in_connections.look(connection.id)


@pytest.fixture
async def connection(actor: Actor, integration: Integration) -> Connection:
    return await made(actor, integration)


@pytest.fixture
async def grace(scim_actor: Actor) -> User:
    return await builders.a_user(scim_actor, "grace@navy.example", external_id="00u1")


@pytest.fixture
async def guest() -> AsyncIterator[httpx.AsyncClient]:
    async with at_the_door(Fetcher("http://127.0.0.1:8000")) as client:
        yield client


async def comes_back(guest: httpx.AsyncClient, connection: Connection, response: str) -> httpx.Response:
    """The answer to the posted response, and then to the ticket, as a browser follows it: a page of another site posts,
    so that no cookie of ours goes along."""
    form = {"SAMLResponse": response, "RelayState": "//evil.example"}
    request = guest.build_request("POST", path(connection, "acs"), data=form)
    request.headers.pop("cookie", None)
    answer = await guest.send(request)
    return await guest.get(answer.headers["location"]) if answer.status_code == 303 else answer


async def errors_of(connection: Connection) -> list[str]:
    rows = await everywhere().rows(
        "SELECT code FROM sign_in_errors WHERE connection_id = $1 ORDER BY at, id", connection.id
    )
    return [row["code"] for row in rows]


@pytest.mark.parametrize("signs", ["assertion", "response", "both"])
async def test_whoever_is_asserted_comes_in_and_goes_on(
    guest: httpx.AsyncClient, connection: Connection, grace: User, signs: str
) -> None:
    to = asked(await starts(guest, connection, next="/teams"))
    assert to.acs_url == f"http://127.0.0.1:8000{path(connection, 'acs')}"
    answer = await comes_back(guest, connection, Says(to, signs=signs).encoded())
    assert answer.headers["location"] == "http://127.0.0.1:8000/teams"
    assert await is_in(guest) == "grace@navy.example"


async def test_the_metadata_say_where_assertions_go(guest: httpx.AsyncClient, connection: Connection) -> None:
    answer = await guest.get(path(connection, "metadata"))
    root = etree.fromstring(answer.content)
    assert root.get("entityID") == f"http://127.0.0.1:8000{path(connection, 'metadata')}"
    service = root.find(".//{*}AssertionConsumerService")
    assert service is not None
    assert service.get("Location") == f"http://127.0.0.1:8000{path(connection, 'acs')}"


async def test_an_assertion_is_good_once_and_in_its_own_browser_alone(
    guest: httpx.AsyncClient, connection: Connection, grace: User
) -> None:
    response = Says(asked(await starts(guest, connection))).encoded()
    async with at_the_door(Fetcher("http://127.0.0.1:8000")) as other:
        await starts(other, connection)
        assert (await comes_back(other, connection, response)).status_code == 403
        assert await is_in(other) is None
    assert (await comes_back(guest, connection, response)).status_code == 403
    assert await errors_of(connection) == ["other_browser", "unasked"]
    response = Says(asked(await starts(guest, connection))).encoded()
    assert (await comes_back(guest, connection, response)).status_code == 303
    assert (await comes_back(guest, connection, response)).status_code == 403


async def test_an_assertion_for_one_request_answers_no_other(
    guest: httpx.AsyncClient, connection: Connection, grace: User
) -> None:
    """One assertion, changed by nobody, would answer two requests if its ID were not kept."""
    first, second = asked(await starts(guest, connection)), asked(await starts(guest, connection))

    def same(root: etree._Element) -> None:
        root.find(f"{SAML}Assertion").set("ID", "_the_same")  # type: ignore[union-attr]

    assert (await comes_back(guest, connection, Says(first, alter=same).encoded())).status_code == 303
    assert (await comes_back(guest, connection, Says(second, alter=same).encoded())).status_code == 403
    assert await errors_of(connection) == ["replayed"]


async def test_g22_of_many_posts_of_one_assertion_at_once_one_makes_a_session(
    guest: httpx.AsyncClient, connection: Connection, grace: User
) -> None:
    response = Says(asked(await starts(guest, connection))).encoded()
    answers = await asyncio.gather(*(comes_back_alone(guest, connection, response) for _ in range(32)))
    assert sorted(answer.status_code for answer in answers) == [303] + [403] * 31
    rows = await everywhere().rows("SELECT 1 FROM sign_in_states WHERE purpose = 'ticket'")
    assert len(rows) == 1


async def comes_back_alone(guest: httpx.AsyncClient, connection: Connection, response: str) -> httpx.Response:
    return await guest.post(path(connection, "acs"), data={"SAMLResponse": response})


def sets(place: str, **attributes: str | None) -> Alter:
    """The element at the place has these attributes; None takes one away."""

    def alter(root: etree._Element) -> None:
        node = root if place == "." else root.find(place)
        assert node is not None
        for name, value in attributes.items():
            if value is None:
                del node.attrib[name]
            else:
                node.set(name, value)

    return alter


def writes(place: str, text: str) -> Alter:
    """The element at the place has this text."""

    def alter(root: etree._Element) -> None:
        node = root.find(place)
        assert node is not None
        node.text = text

    return alter


def leaves_out(place: str) -> Alter:
    def alter(root: etree._Element) -> None:
        node = root.find(place)
        assert node is not None
        node.getparent().remove(node)  # type: ignore[union-attr]

    return alter


def ago(seconds: int) -> str:
    return (datetime.now(UTC) - timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


A = f"{SAML}Assertion/"
DATA = f"{A}{SAML}Subject/{SAML}SubjectConfirmation/{SAML}SubjectConfirmationData"
CONDITIONS = f"{A}{SAML}Conditions"
AUDIENCE = f"{CONDITIONS}/{SAML}AudienceRestriction/{SAML}Audience"

CHANGES: dict[str, Callable[[], Alter]] = {
    "another issuer of the assertion": lambda: writes(f"{A}{SAML}Issuer", "https://evil.example"),
    "another issuer of the response": lambda: writes(f"{SAML}Issuer", "https://evil.example"),
    "another destination": lambda: sets(".", Destination="https://evil.example/acs"),
    "another recipient": lambda: sets(DATA, Recipient="https://evil.example/acs"),
    "no recipient": lambda: sets(DATA, Recipient=None),
    "another audience": lambda: writes(AUDIENCE, "https://evil.example"),
    "no audience": lambda: leaves_out(f"{CONDITIONS}/{SAML}AudienceRestriction"),
    "no conditions": lambda: leaves_out(CONDITIONS),
    "another request": lambda: sets(DATA, InResponseTo="muster_sso_another"),
    "no request": lambda: sets(DATA, InResponseTo=None),
    "too old": lambda: sets(CONDITIONS, NotOnOrAfter=ago(61)),
    "not yet": lambda: sets(CONDITIONS, NotBefore=ago(-65)),
    "confirmed too long ago": lambda: sets(DATA, NotOnOrAfter=ago(61)),
    "no end": lambda: sets(DATA, NotOnOrAfter=None),
    "a bearer's NotBefore": lambda: sets(DATA, NotBefore=ago(60)),
    "a time without a zone": lambda: sets(CONDITIONS, NotBefore="2026-01-01T00:00:00"),
    "a session that has ended": lambda: sets(f"{A}{SAML}AuthnStatement", SessionNotOnOrAfter=ago(61)),
    "no sign-in": lambda: leaves_out(f"{A}{SAML}AuthnStatement"),
    "another way to confirm": lambda: sets(
        f"{A}{SAML}Subject/{SAML}SubjectConfirmation", Method="urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"
    ),
    "no success": lambda: sets(
        f"{SAMLP}Status/{SAMLP}StatusCode", Value="urn:oasis:names:tc:SAML:2.0:status:Responder"
    ),
    "another version": lambda: sets(f"{SAML}Assertion", Version="1.1"),
    "no NameID": lambda: leaves_out(f"{A}{SAML}Subject/{SAML}NameID"),
    "an empty NameID": lambda: writes(f"{A}{SAML}Subject/{SAML}NameID", " "),
}


async def test_each_thing_that_must_be_equal_is_looked_at_even_where_the_right_key_signs(
    guest: httpx.AsyncClient, connection: Connection, grace: User
) -> None:
    for name, alter in CHANGES.items():
        to = asked(await starts(guest, connection))
        answer = await comes_back(guest, connection, Says(to, signs="both", alter=alter()).encoded())
        assert answer.status_code == 403, name
        assert await is_in(guest) is None, name
    assert (
        await comes_back(guest, connection, Says(asked(await starts(guest, connection))).encoded())
    ).status_code == 303


async def test_g32_clocks_may_differ_by_a_minute(guest: httpx.AsyncClient, connection: Connection, grace: User) -> None:
    for alter in (
        sets(CONDITIONS, NotOnOrAfter=ago(50)),
        sets(CONDITIONS, NotBefore=ago(-55)),
        sets(DATA, NotOnOrAfter=ago(50)),
    ):
        to = asked(await starts(guest, connection))
        assert (await comes_back(guest, connection, Says(to, alter=alter).encoded())).status_code == 303


async def test_two_certificates_count_while_one_takes_the_others_place(
    guest: httpx.AsyncClient, actor: Actor, integration: Integration, grace: User
) -> None:
    old, new = a_certificate("old"), a_certificate("new")
    connection = await made(actor, integration, metadata=metadata(old, new))
    for certificate, status in ((old, 303), (new, 303), (a_certificate("foreign"), 403)):
        to = asked(await starts(guest, connection))
        assert (await comes_back(guest, connection, Says(to, certificate=certificate).encoded())).status_code == status


async def test_another_certificate_is_told_of_in_the_audit_trail(actor: Actor, integration: Integration) -> None:
    connection = await made(actor, integration, metadata=metadata(a_certificate("old")))
    async with change(actor) as this:
        held = await sign_in_connections.lock(this, connection.id)
        await sign_in_connections.update(this, held, settings={"metadata": metadata(a_certificate("new"))}, vault=VAULT)
    event = await AuditEvent.filter(action="sign_in_connection.updated").order_by("-at").first()
    assert event is not None
    assert event.before["certificates"] != event.after["certificates"]


class AtAnAddress(Fetcher):
    """Metadata that are fetched."""

    def __init__(self, text: str) -> None:
        super().__init__("http://127.0.0.1:8000")
        self.text = text

    async def bytes(self, url: str, **more: Any) -> tuple[int, bytes]:
        return 200, self.text.encode()


async def test_metadata_that_are_fetched_are_told_of_where_they_are_of_no_use(
    actor: Actor, integration: Integration
) -> None:
    connection = await made(actor, integration, metadata_url="https://idp.example/metadata")
    text = metadata()
    bare = text.partition("X509Certificate>")[2].partition("<")[0]
    for fetched, errors in ((text, []), (text.replace(bare, bare[:40]), ["provider_incomplete"])):
        async with at_the_door(AtAnAddress(fetched)) as guest:
            await guest.get(path(connection, "start"))
        assert await errors_of(connection) == errors


async def test_what_nobody_asked_for_lets_in_only_where_an_administrator_says_so(
    guest: httpx.AsyncClient, actor: Actor, integration: Integration, grace: User
) -> None:
    connection = await made(actor, integration)
    base = f"http://127.0.0.1:8000{path(connection, '')}"
    to = Asked("none", f"{base}acs", f"{base}metadata", is_forced=False)

    def unasked(root: etree._Element) -> None:
        sets(".", InResponseTo=None)(root)
        sets(DATA, InResponseTo=None)(root)

    assert (await comes_back(guest, connection, Says(to, alter=unasked).encoded())).status_code == 403
    async with change(actor) as this:
        held = await sign_in_connections.lock(this, connection.id)
        await sign_in_connections.update(this, held, settings={"idp_initiated": True}, vault=VAULT)
    response = Says(to, alter=unasked).encoded()
    assert (await comes_back(guest, connection, response)).headers["location"] == "http://127.0.0.1:8000/"
    assert await is_in(guest) == "grace@navy.example"
    assert (await comes_back(guest, connection, response)).status_code == 403


async def test_requests_are_signed_where_an_administrator_says_so(
    guest: httpx.AsyncClient, actor: Actor, integration: Integration
) -> None:
    connection = await made(actor, integration, sign_requests=True)
    url = await starts(guest, connection)
    query = urlsplit(url).query
    signed, _, _ = query.rpartition("&Signature=")
    signature = base64.b64decode(parse_qs(query)["Signature"][0])
    assert isinstance(connection.settings, SamlSettings)
    certificate = x509.load_pem_x509_certificate(connection.settings.request_certificate.encode())
    certificate.public_key().verify(  # type: ignore[union-attr, call-arg]
        signature, signed.encode(), padding.PKCS1v15(), hashes.SHA256()
    )
    told = (await guest.get(path(connection, "metadata"))).text
    assert 'AuthnRequestsSigned="true"' in told
    assert "X509Certificate" in told
    stored = await everywhere().rows("SELECT secret FROM sign_in_connections")
    assert "PRIVATE" not in stored[0]["secret"]


async def test_an_assertion_for_one_connection_opens_no_other(
    guest: httpx.AsyncClient, actor: Actor, integration: Integration, grace: User
) -> None:
    first = await made(actor, integration)
    async with change(actor) as this:
        made_ = await sign_in_connections.create(
            this,
            kind="saml",
            name="Other",
            settings={"metadata": metadata()},
            integration_id=integration.id,
            vault=VAULT,
        )
        await sign_in_connections.switch(this, made_, True)
    other = await sign_in_connections.look(made_.id)
    response = Says(asked(await starts(guest, first))).encoded()
    assert (await comes_back(guest, other, response)).status_code == 403


async def test_a_person_who_must_prove_it_anew_is_asked_by_the_provider(
    guest: httpx.AsyncClient, connection: Connection, grace: User
) -> None:
    to = asked(await starts(guest, connection, again="1"))
    assert to.is_forced
    late = sets(f"{A}{SAML}AuthnStatement", AuthnInstant=ago(3600))
    assert (await comes_back(guest, connection, Says(to, alter=late).encoded())).status_code == 403
    to = asked(await starts(guest, connection, again="1"))
    assert (await comes_back(guest, connection, Says(to).encoded())).status_code == 303
