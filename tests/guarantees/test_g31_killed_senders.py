"""G31: whoever sends the letters is killed, again and again: none is lost, and few come twice."""

from __future__ import annotations

import asyncio
import signal
from collections import defaultdict
from collections.abc import Iterator
from email.message import EmailMessage
from random import Random
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from catalog import database, outbox
from catalog.actors import Actor
from catalog.attributes import by_hand
from catalog.changes import change
from catalog.engines import Database
from catalog.services import users
from catalog.services.users import Draft
from tests.doses import dose
from tests.guarantees.ledger import Ledger
from tests.processes import begin
from tests.waiting import until
from tests.web.mailbox import Mailbox
from tests.web.serving import free_port
from web.postman import SmtpPostman

KILLS = dose(3, 100)
LETTERS = dose(40, 1_000)
ONE_LETTER_S = 0.03
"""About as long as one takes from its claim to what is written of it: where in that the kill falls is chance."""
IDLE_S = 0.02


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def mail_server(mailbox: Mailbox) -> Iterator[str]:
    """The address of a mail server that takes everything."""
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield f"smtp://127.0.0.1:{controller.port}"
    controller.stop()


def send_for_ever(database_url: str, mail_server: str) -> None:
    """What the server's worker does every two seconds, done without a pause."""

    async def sending() -> None:
        await database.connect(database_url)
        postman = SmtpPostman(mail_server, "Muster <muster@lovelace.dev>", "https://muster.lovelace.dev")
        while True:
            if await outbox.deliver(postman, b"k" * 32) == outbox.Delivered():
                await asyncio.sleep(IDLE_S)

    asyncio.run(sending())


async def written(actor: Actor) -> dict[str, str]:
    """Everybody new has a letter: its Message-ID, and to whom it goes."""
    for first in range(0, LETTERS, 50):
        async with change(actor) as this:
            for number in range(first, min(first + 50, LETTERS)):
                address = f"person-{number}@lovelace.dev"
                await users.create(this, Draft(address, by_hand(name=f"Person {number}", email=address)))
    rows = await database.everywhere().rows("SELECT message_id, recipient FROM outbox_messages")
    return {row["message_id"]: row["recipient"] for row in rows}


async def more(mailbox: Mailbox, count: int) -> None:
    """Waits until so many more letters have come."""
    enough = len(mailbox.messages) + count

    async def have_come() -> bool:
        return len(mailbox.messages) >= enough

    await until(have_come)


async def leases_run_out(actor: Actor) -> None:
    """As if two minutes had passed since the sender died."""
    async with change(actor) as this:
        this.run("UPDATE outbox_messages SET leased_until = $1 WHERE state = 'sending'", this.at)


async def all_sent(db: Database) -> None:
    async def are_sent() -> bool:
        return not await db.rows("SELECT id FROM outbox_messages WHERE state <> 'sent' LIMIT 1")

    await until(are_sent)


def said(message: Any) -> str:
    body = message.get_body(("plain",)) if isinstance(message, EmailMessage) else None
    assert body is not None
    return str(body.get_content())


async def test_g31_of_letters_whose_sender_is_killed_none_is_lost_and_few_come_twice(
    db: Database, actor: Actor, mailbox: Mailbox, mail_server: str, ledger: Ledger
) -> None:
    letters = await written(actor)
    assert len(letters) == LETTERS
    chance = Random(LETTERS)
    for _ in range(KILLS):
        sender = await begin(send_for_ever, database.address(), mail_server)
        await more(mailbox, LETTERS // (KILLS + 1))
        await asyncio.sleep(chance.uniform(0, ONE_LETTER_S))
        sender.send_signal(signal.SIGKILL)
        await sender.wait()
        await leases_run_out(actor)
    last = await begin(send_for_ever, database.address(), mail_server)
    try:
        await all_sent(db)
    finally:
        last.send_signal(signal.SIGKILL)
        await last.wait()

    came: dict[str, list[Any]] = defaultdict(list)
    for message in mailbox.messages:
        came[message["Message-ID"]].append(message)
    lost, doubled = letters.keys() - came.keys(), len(mailbox.messages) - len(came)
    ledger(kills=KILLS, letters=LETTERS, lost=len(lost), doubled=doubled)
    assert {id: copies[0]["To"] for id, copies in came.items()} == letters, "no letter has another name the second time"
    assert not lost
    assert doubled <= KILLS
    assert all(len(set(map(said, copies))) == 1 for copies in came.values()), "a second copy has the same link"
