"""The outbox: every letter goes out, once where nothing breaks, and never after it was withdrawn."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from catalog import changes, outbox
from catalog.actors import Actor
from catalog.changes import change
from catalog.database import everywhere
from catalog.ids import new_id
from catalog.letters import Letter
from catalog.models import Integration, OutboxMessage
from catalog.outbox import Delivered, NotDelivered

KEY = b"k" * 32


class Bag:
    """A postman who keeps the letters, unless there is something the matter."""

    public_url = "https://muster.lovelace.dev"

    def __init__(self, matter: Callable[[Letter], None] | None = None) -> None:
        self.letters: list[Letter] = []
        self._matter = matter

    async def send(self, letter: Letter) -> None:
        await asyncio.sleep(0)
        if self._matter is not None:
            self._matter(letter)
        self.letters.append(letter)


async def _post(
    actor: Actor, count: int = 1, *, integration: Integration | None = None, letter: str = "Welcome", **fields: Any
) -> None:
    facts = {"name": "Ada", "user_name": "ada", "account": "Lovelace", "integration": None}
    async with change(actor) as this:
        for number in range(count):
            letter_id = new_id()
            this.send(
                OutboxMessage(
                    id=letter_id,
                    account_id=actor.account_id,
                    integration_id=integration.id if integration else None,
                    letter=letter,
                    recipient=f"ada+{number}@lovelace.dev",
                    facts=facts,
                    next_attempt_at=this.at,
                    message_id=f"<{letter_id}@muster.local>",
                    created_at=this.at,
                    **fields,
                )
            )


async def _rows() -> list[dict[str, Any]]:
    return [dict(row) for row in await everywhere().rows("SELECT * FROM outbox_messages ORDER BY id")]


async def _later(actor: Actor, by: timedelta) -> None:
    """As if so much time had passed, for every letter."""
    async with change(actor) as this:
        this.run(
            "UPDATE outbox_messages SET next_attempt_at = $1, leased_until = $1 WHERE state IN ('waiting', 'sending')",
            this.at - by,
        )


async def _all(postman: Bag) -> Delivered:
    total = Delivered()
    while (some := await outbox.deliver(postman, KEY)) != Delivered():
        total = Delivered(total.sent + some.sent, total.postponed + some.postponed, total.failed + some.failed)
    return total


async def test_letters_that_wait_are_sent_once(actor: Actor) -> None:
    await _post(actor, 45)
    bag = Bag()
    assert await _all(bag) == Delivered(sent=45)
    assert await _all(bag) == Delivered()
    assert len({letter.message_id for letter in bag.letters}) == len(bag.letters) == 45
    assert "https://muster.lovelace.dev" in bag.letters[0].text
    rows = await _rows()
    assert {(row["state"], row["attempts"], row["last_error"]) for row in rows} == {("sent", 1, None)}
    assert all(row["sent_at"] for row in rows)


@pytest.mark.parametrize("state", ["held", "sent", "failed", "discarded"])
async def test_a_letter_in_another_state_is_left_alone(actor: Actor, state: str) -> None:
    await _post(actor, state=state)
    await _post(actor)
    bag = Bag()
    assert await _all(bag) == Delivered(sent=1)
    assert len(bag.letters) == 1


async def test_several_processes_deliver_each_letter_once(actor: Actor) -> None:
    await _post(actor, 90)
    bag = Bag()
    totals = await asyncio.gather(*(_all(bag) for _ in range(6)))
    assert sum(total.sent for total in totals) == 90
    assert len({letter.message_id for letter in bag.letters}) == len(bag.letters) == 90


async def test_a_letter_that_is_not_taken_is_tried_again_after_growing_pauses(actor: Actor) -> None:
    def busy(letter: Letter) -> None:
        raise NotDelivered("452 try later")

    await _post(actor)
    pauses = []
    for attempt in range(1, 11):
        assert await outbox.deliver(Bag(busy), KEY) == Delivered(postponed=1)
        assert await outbox.deliver(Bag(busy), KEY) == Delivered()
        found = await everywhere().rows("SELECT * FROM outbox_messages")
        assert (found[0]["attempts"], found[0]["state"], found[0]["last_error"]) == (
            attempt,
            "waiting",
            "452 try later",
        )
        pauses.append(outbox._pause(attempt))
        await _later(actor, timedelta(0))
    assert pauses[:3] == [timedelta(seconds=30), timedelta(seconds=60), timedelta(seconds=120)]
    assert pauses[-1] == timedelta(hours=1)
    bag = Bag()
    assert await _all(bag) == Delivered(sent=1)
    (row,) = await _rows()
    assert (row["state"], row["attempts"], row["last_error"]) == ("sent", 11, None)
    assert bag.letters[0].message_id == row["message_id"]


async def test_a_letter_is_given_up_after_the_last_attempt_and_says_why(actor: Actor) -> None:
    def busy(letter: Letter) -> None:
        raise NotDelivered("452 try later")

    await _post(actor, attempts=outbox.MAX_ATTEMPTS - 1)
    assert await outbox.deliver(Bag(busy), KEY) == Delivered(failed=1)
    (row,) = await _rows()
    assert (row["state"], row["last_error"]) == ("failed", "452 try later")
    await _later(actor, timedelta(days=1))
    assert await outbox.deliver(Bag(), KEY) == Delivered()


async def test_a_final_refusal_is_not_tried_again_and_hinders_no_other_letter(actor: Actor) -> None:
    def refuse(letter: Letter) -> None:
        if letter.recipient == "ada+1@lovelace.dev":
            raise NotDelivered("550 no such user", is_final=True)

    await _post(actor, 3)
    assert await outbox.deliver(Bag(refuse), KEY) == Delivered(sent=2, failed=1)
    assert [row["state"] for row in await _rows()] == ["sent", "failed", "sent"]


async def test_a_letter_that_cannot_be_written_fails_and_hinders_no_other(actor: Actor) -> None:
    await _post(actor, letter="Ransom")
    await _post(actor)
    assert await outbox.deliver(Bag(), KEY) == Delivered(sent=1, failed=1)


async def test_a_mail_server_that_never_answers_is_left_after_a_while(
    actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Asleep(Bag):
        async def send(self, letter: Letter) -> None:
            await asyncio.sleep(60)

    monkeypatch.setattr(outbox, "SEND_TIMEOUT_S", 0.05)
    await _post(actor)
    assert await outbox.deliver(Asleep(), KEY) == Delivered(postponed=1)
    assert "did not answer" in (await _rows())[0]["last_error"]


async def test_g31_a_letter_whose_sender_died_is_sent_by_another_when_the_lease_runs_out(actor: Actor) -> None:
    class Killed(Bag):
        async def send(self, letter: Letter) -> None:
            self.letters.append(letter)
            raise RuntimeError("the process dies here, after the mail server took the letter")

    await _post(actor, 2)
    killed, bag = Killed(), Bag()
    with pytest.raises(RuntimeError):
        await outbox.deliver(killed, KEY)
    assert await outbox.deliver(bag, KEY) == Delivered()
    await _later(actor, timedelta(seconds=1))
    assert await _all(bag) == Delivered(sent=2)
    assert killed.letters[0].message_id in {letter.message_id for letter in bag.letters}


async def test_a_letter_withdrawn_after_it_was_claimed_is_not_sent(actor: Actor) -> None:
    async def withdraw() -> None:
        async with change(actor) as this:
            this.run("UPDATE outbox_messages SET state = 'discarded' WHERE state = 'sending'")

    class Slow(Bag):
        async def send(self, letter: Letter) -> None:
            self.letters.append(letter)
            await withdraw()

    await _post(actor, 3)
    slow = Slow()
    assert await outbox.deliver(slow, KEY) == Delivered(sent=1)
    assert len(slow.letters) == 1
    assert [row["state"] for row in await _rows()] == ["sent", "discarded", "discarded"]


async def test_a_letter_withdrawn_while_the_server_refused_it_stays_withdrawn(actor: Actor) -> None:
    class Refusing(Bag):
        async def send(self, letter: Letter) -> None:
            async with change(actor) as this:
                this.run("UPDATE outbox_messages SET state = 'discarded'")
            raise NotDelivered("452 try later")

    await _post(actor)
    await outbox.deliver(Refusing(), KEY)
    assert [row["state"] for row in await _rows()] == ["discarded"]


async def test_an_integration_sends_100_letters_a_minute_and_hinders_no_other(
    actor: Actor, integration: Integration
) -> None:
    await _post(actor, 130, integration=integration)
    await _post(actor, 5)
    bag = Bag()
    totals = await asyncio.gather(*(_all(bag) for _ in range(4)))
    assert sum(total.sent for total in totals) == 105
    async with change(actor) as this:
        this.run("UPDATE outbox_messages SET next_attempt_at = $1 WHERE state = 'sent'", this.at - timedelta(minutes=2))
    assert await _all(bag) == Delivered(sent=30)
    assert len({letter.message_id for letter in bag.letters}) == len(bag.letters) == 135


async def test_processes_that_claim_at_the_same_moment_keep_the_limit_together(
    actor: Actor, integration: Integration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "LETTERS_A_MINUTE", 30)
    await _post(actor, 120, integration=integration)
    bag = Bag()
    totals = await asyncio.gather(*(_all(bag) for _ in range(6)))
    assert sum(total.sent for total in totals) == len(bag.letters) == 30


async def test_a_cancelled_delivery_leaves_the_database_usable(actor: Actor) -> None:
    await _post(actor, 30)
    for pause in (0.0, 0.001, 0.003, 0.006, 0.01):
        task = asyncio.create_task(_all(Bag()))
        await asyncio.sleep(pause)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    # A claim whose caller was cancelled is carried to its end.
    await asyncio.gather(*changes._running, return_exceptions=True)
    await _later(actor, timedelta(seconds=1))
    await _all(Bag())
    assert {row["state"] for row in await _rows()} == {"sent"}
