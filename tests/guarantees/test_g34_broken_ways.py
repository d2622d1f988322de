"""G34: on the way to the mail server, or to an identity provider, something is the matter: nothing hangs, nothing is
lost, and nothing stays open."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from time import monotonic

import pytest
from aiosmtpd.controller import Controller

from catalog import letters
from catalog.errors import SignInRefused
from catalog.letters import Letter
from catalog.outbox import NotDelivered
from tests.relay import Matter, Relay
from tests.waiting import until
from tests.web.mailbox import Mailbox
from tests.web.serving import free_port
from web import postman
from web.postman import SmtpPostman
from web.sso import fetching
from web.sso.fetching import Fetcher

PASSABLE: list[Matter] = ["late", "slow"]
CLOSED: list[Matter] = ["silent", "half open", "broken"]
TIMEOUT_S = 1
"""In place of the five and twenty seconds of the product."""
SLACK_S = 3
"""On a machine that has more to do."""
DOCUMENT = b'{"issuer": "' + b"x" * 8_000 + b'"}'


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postman, "TIMEOUT_S", TIMEOUT_S)
    monkeypatch.setattr(fetching, "TIMEOUT_S", TIMEOUT_S)


async def closed(relay: Relay) -> None:
    """Raises TimeoutError where somebody keeps a connection open."""

    async def is_closed() -> bool:
        return not relay.open

    await until(is_closed, within_s=SLACK_S)


# --- mail -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
async def to_mail(mailbox: Mailbox) -> AsyncIterator[Relay]:
    """The way to a mail server that takes everything."""
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    async with Relay.before(controller.port) as relay:
        yield relay
    controller.stop()


@pytest.fixture
def letter() -> Letter:
    facts = {"name": "Zoë", "user_name": "zoe", "account": "Lovelace & Söhne", "integration": "Okta"}
    url = "https://muster.lovelace.dev"
    return letters.write("Welcome", "zoe@lovelace.dev", facts, message_id="<0192@muster.local>", public_url=url)


@pytest.mark.parametrize("matter", [*PASSABLE, *CLOSED])
async def test_g34_a_letter_arrives_or_is_given_up_in_time_whatever_is_the_matter_on_its_way(
    to_mail: Relay, mailbox: Mailbox, letter: Letter, matter: Matter
) -> None:
    by_smtp = SmtpPostman(f"smtp://127.0.0.1:{to_mail.port}", "Muster <muster@lovelace.dev>", "https://muster.dev")
    to_mail.matter = matter
    begun = monotonic()
    if matter in PASSABLE:
        await by_smtp.send(letter)
    else:
        with pytest.raises(NotDelivered) as problem:
            await by_smtp.send(letter)
        assert not problem.value.is_final, "it is tried again"
        assert monotonic() - begun < TIMEOUT_S + SLACK_S
        to_mail.matter = "nothing"
        await by_smtp.send(letter)
    assert [message["Message-ID"] for message in mailbox.messages] == [letter.message_id]
    await closed(to_mail)


# --- identity providers ---------------------------------------------------------------------------------------------


@pytest.fixture
async def to_provider() -> AsyncIterator[Relay]:
    """The way to a provider that answers everything with one document."""

    answering: set[asyncio.StreamWriter] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        answering.add(writer)
        with suppress(ConnectionError):
            while await reader.read(65536):
                # A question is a piece or two, and an answer too many is not read.
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(DOCUMENT), DOCUMENT))
        writer.transport.abort()
        answering.remove(writer)

    async def is_over() -> bool:
        return not answering

    provider = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with Relay.before(provider.sockets[0].getsockname()[1]) as relay:
        yield relay
    provider.close()
    await until(is_over)


@pytest.mark.parametrize("matter", [*PASSABLE, *CLOSED])
async def test_g34_a_provider_answers_or_is_given_up_in_time_whatever_is_the_matter_on_the_way(
    to_provider: Relay, matter: Matter
) -> None:
    fetcher, url = Fetcher("http://127.0.0.1:8000"), f"http://127.0.0.1:{to_provider.port}/keys"
    to_provider.matter = matter
    begun = monotonic()
    if matter in PASSABLE:
        assert (await fetcher.bytes(url))[0] == 200
    else:
        with pytest.raises(SignInRefused) as problem:
            await fetcher.bytes(url)
        assert problem.value.why == "provider_silent"
        assert monotonic() - begun < TIMEOUT_S + SLACK_S
        to_provider.matter = "nothing"
        assert (await fetcher.bytes(url))[0] == 200
    await closed(to_provider)


async def test_g34_an_answer_that_never_comes_to_its_end_is_given_up(
    to_provider: Relay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "TIMEOUT_S", 0.2)
    to_provider.matter = "slow"
    with pytest.raises(SignInRefused) as problem:
        await Fetcher("http://127.0.0.1:8000").bytes(f"http://127.0.0.1:{to_provider.port}/keys")
    assert problem.value.why == "provider_silent"
    await closed(to_provider)
