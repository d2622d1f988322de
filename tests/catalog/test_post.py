"""Post: letters that failed are seen by administrators, who send them again or throw them away."""

from __future__ import annotations

from typing import Any

import pytest

from catalog import actors, letters, outbox
from catalog.actors import Actor
from catalog.changes import change
from catalog.database import everywhere
from catalog.errors import Invalid, NotFound, NotPermitted
from catalog.letters import Letter
from catalog.models import Account, Integration
from catalog.outbox import NotDelivered
from catalog.services import post, sessions, users
from tests import builders
from tests.catalog.test_outbox import KEY, Bag


async def _failed(actor: Actor, *names: str) -> list[Any]:
    """Letters to these that the mail server refused for good; their ids, the newest first."""

    def refuse(letter: Letter) -> None:
        raise NotDelivered(f"550 no mailbox for {letter.recipient}", is_final=True)

    for name in names:
        async with change(actor) as this:
            await users.create_by_hand(this, email=f"{name}@lovelace.dev")
    await outbox.deliver(Bag(refuse), KEY)
    return [row["id"] for row in await post.list_(actor)]


async def test_letters_that_failed_are_seen_with_the_reason_and_counted(actor: Actor, elsewhere: Account) -> None:
    await _failed(actor, "ada", "grace")
    first, second = await post.list_(actor)
    assert (first["recipient"], first["state"], first["letter"]) == ("grace@lovelace.dev", "failed", "Welcome")
    assert first["last_error"] == "550 no mailbox for grace@lovelace.dev"
    assert first["created_at"].endswith("Z")
    assert "facts" not in dict(first)
    assert [row["id"] for row in await post.list_(actor, limit=1)] == [first["id"]]
    assert [row["id"] for row in await post.list_(actor, after=first["id"])] == [second["id"]]
    assert await post.list_(actor, states=["sent"]) == []
    counted = await post.counts(actor)
    assert counted == {**dict.fromkeys(post.STATES, 0), "failed": 2}
    other = actors.command(elsewhere.id)
    assert (await post.list_(other), (await post.counts(other))["failed"]) == ([], 0)


async def test_letters_of_one_integration_are_counted_apart(
    actor: Actor, scim_actor: Actor, integration: Integration
) -> None:
    await _failed(actor, "ada")
    async with change(scim_actor) as this:
        await users.create(this, users.Draft("grace@lovelace.dev", {"displayName": "Grace"}))
    assert (await post.counts(actor, integration.id))["waiting"] == 1
    assert (await post.counts(actor, integration.id))["failed"] == 0
    rows = await post.list_(actor, states=["waiting", "failed"], integration_id=integration.id)
    assert [row["recipient"] for row in rows] == ["grace@lovelace.dev"]


async def test_a_letter_that_failed_is_sent_again_or_thrown_away(actor: Actor) -> None:
    grace, ada = await _failed(actor, "ada", "grace")
    async with change(actor) as this:
        await post.retry(this, ada)
        await post.discard(this, grace)
    bag = Bag()
    await outbox.deliver(bag, KEY)
    assert [letter.recipient for letter in bag.letters] == ["ada@lovelace.dev"]
    states = {row["state"]: row["attempts"] for row in await post.list_(actor, states=post.STATES)}
    assert states == {"sent": 1, "discarded": 1}
    for id in (ada, grace):
        for verb in (post.retry, post.discard):
            with pytest.raises(Invalid):
                async with change(actor) as this:
                    await verb(this, id)
    rows = await everywhere().rows("SELECT action FROM audit_events WHERE subject_kind = 'letter' ORDER BY id")
    assert [row["action"] for row in rows] == ["letter.retried", "letter.discarded"]


async def test_all_that_failed_are_sent_again_at_once(actor: Actor) -> None:
    await _failed(actor, "ada", "grace", "alan")
    async with change(actor) as this:
        assert await post.retry_all(this) == 3
        assert await post.retry_all(this) == 0
    bag = Bag()
    await outbox.deliver(bag, KEY)
    assert len(bag.letters) == 3


async def test_nobody_but_an_administrator_sees_or_decides(actor: Actor, elsewhere: Account) -> None:
    (ada,) = await _failed(actor, "ada")
    user = await sessions.recognise(await builders.a_session(actor, await builders.a_user(actor)))
    for read in (post.list_, post.counts):
        with pytest.raises(NotPermitted):
            await read(user)
    for who, problem in ((user, NotPermitted), (actors.command(elsewhere.id), NotFound)):
        for verb in (post.retry, post.discard):
            with pytest.raises(problem):
                async with change(who) as this:
                    await verb(this, ada)
    with pytest.raises(NotPermitted):
        async with change(user) as this:
            await post.retry_all(this)


async def test_every_administrator_who_is_there_is_told(actor: Actor) -> None:
    for name, fields in (
        ("ada", {"role": "admin"}),
        ("grace", {"role": "admin"}),
        ("gone", {"role": "admin", "deactivated_at": "2026-01-01T00:00:00Z"}),
        ("user", {}),
    ):
        await builders.a_user(actor, f"{name}@lovelace.dev", **fields)
    await builders.a_user(actor, "nobody@example.com", role="admin")
    async with change(actor) as this:
        assert await post.tell_administrators(this, letters.PASSWORD_CHANGED, {"at": "now"}) == 2
    rows = await post.list_(actor, states=["waiting"])
    assert {row["recipient"] for row in rows} == {"ada@lovelace.dev", "grace@lovelace.dev"}
