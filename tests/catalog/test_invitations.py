"""Invitations: one welcome letter for a new active person, held where many come at once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from catalog import actors
from catalog.actors import Actor
from catalog.attributes import by_hand
from catalog.changes import change
from catalog.database import database
from catalog.errors import AlreadyTaken, NotFound, NotPermitted
from catalog.models import Account, Integration, User
from catalog.services import accounts, integrations, invitations, users
from catalog.services.users import Draft
from tests import builders


async def _arrive(actor: Actor, email: str = "ada@lovelace.dev", *, active: bool | None = None) -> User:
    async with change(actor) as this:
        return await users.create(this, Draft(email, by_hand(name="Ada", email=email), active=active))


async def _letters() -> list[dict[str, Any]]:
    return [dict(row) for row in await database().rows("SELECT * FROM outbox_messages ORDER BY id")]


async def _states() -> dict[str, int]:
    rows = await database().rows("SELECT state, count(*) AS n FROM outbox_messages GROUP BY state")
    return {row["state"]: row["n"] for row in rows}


async def _invited() -> dict[str, int]:
    rows = await database().rows("SELECT invitation, count(*) AS n FROM users GROUP BY invitation")
    return {row["invitation"]: row["n"] for row in rows}


async def test_a_new_active_person_gets_one_letter(scim_actor: Actor) -> None:
    ada = await _arrive(scim_actor)
    (letter,) = await _letters()
    assert (letter["letter"], letter["recipient"], letter["state"]) == ("Welcome", "ada@lovelace.dev", "waiting")
    assert str(letter["user_id"]) == str(ada.id)
    assert str(letter["integration_id"]) == str(scim_actor.integration_id)
    assert str(letter["id"]) in letter["message_id"]
    assert await _invited() == {"sent": 1}
    async with change(scim_actor) as this:
        await invitations.welcome(this, await users.lock(this, ada.id))
    assert len(await _letters()) == 1


async def test_a_creation_that_fails_sends_nothing_and_a_retried_one_nothing_more(scim_actor: Actor) -> None:
    await _arrive(scim_actor)

    async def again() -> None:
        with pytest.raises(AlreadyTaken):
            await _arrive(scim_actor)

    await asyncio.gather(*(again() for _ in range(8)))
    assert len(await _letters()) == 1


async def test_whoever_arrives_deactivated_gets_no_letter(scim_actor: Actor) -> None:
    await _arrive(scim_actor, active=False)
    assert await _letters() == []
    assert await _invited() == {"none": 1}


@pytest.mark.parametrize("email", ["ada@rehearsal.example", "ada@example.com", "ada@x.test", "no-address"])
async def test_an_address_that_gets_no_mail_gets_no_letter(scim_actor: Actor, email: str) -> None:
    await _arrive(scim_actor, email)
    await _arrive(scim_actor, "grace@lovelace.dev")
    assert [letter["recipient"] for letter in await _letters()] == ["grace@lovelace.dev"]


async def test_a_rehearsals_account_sends_no_letter(db: Any) -> None:
    await _arrive(await accounts.for_rehearsal())
    assert await _letters() == []


async def test_an_integration_may_be_set_to_send_no_letters(actor: Actor, scim_actor: Actor) -> None:
    assert scim_actor.integration_id is not None
    async with change(actor) as this:
        await integrations.update_settings(this, scim_actor.integration_id, welcome_letters=False)
    await _arrive(scim_actor)
    assert await _letters() == []
    assert await _invited() == {"none": 1}


async def test_more_than_50_letters_an_hour_are_held_and_other_integrations_are_not_hindered(
    actor: Actor, scim_actor: Actor
) -> None:
    for number in range(53):
        await _arrive(scim_actor, f"person-{number}@lovelace.dev")
    assert await _states() == {"waiting": 50, "held": 3}
    assert await _invited() == {"sent": 50, "held": 3}
    other = builders.a_scim_client(await builders.an_integration(actor, "Entra"))
    await _arrive(other, "grace@lovelace.dev")
    await _arrive(actor, "alan@lovelace.dev")
    assert await _states() == {"waiting": 52, "held": 3}


async def _hold(actor: Actor) -> None:
    async with change(actor) as this:
        this.run("UPDATE outbox_messages SET state = 'held'")
        this.run("UPDATE users SET invitation = 'held' WHERE invitation = 'sent'")


async def test_held_letters_are_sent_or_discarded_as_an_administrator_decides(
    actor: Actor, scim_actor: Actor, integration: Integration
) -> None:
    await _arrive(scim_actor)
    await _arrive(scim_actor, "grace@lovelace.dev")
    await _hold(actor)
    async with change(actor) as this:
        assert await invitations.release(this, integration.id) == 2
    assert (await _states(), await _invited()) == ({"waiting": 2}, {"sent": 2})
    await _hold(actor)
    async with change(actor) as this:
        assert await invitations.discard(this, integration.id) == 2
        assert await invitations.discard(this, integration.id) == 0
    assert (await _states(), await _invited()) == ({"discarded": 2}, {"none": 2})
    rows = await database().rows("SELECT action FROM audit_events WHERE subject_kind = 'integration' ORDER BY id")
    assert [row["action"] for row in rows] == ["letters.released", "letters.discarded"]


async def test_nobody_else_decides_about_held_letters(
    actor: Actor, scim_actor: Actor, integration: Integration, elsewhere: Account
) -> None:
    await _arrive(scim_actor)
    await _hold(actor)
    async with change(scim_actor) as this:
        for verb in (invitations.release, invitations.discard):
            with pytest.raises(NotPermitted):
                await verb(this, integration.id)
    async with change(actors.command(elsewhere.id)) as this:
        with pytest.raises(NotFound):
            await invitations.release(this, integration.id)
    assert await _states() == {"held": 1}


@pytest.mark.parametrize("state", ["waiting", "held"])
async def test_deactivating_a_person_withdraws_a_letter_that_was_not_sent(
    actor: Actor, scim_actor: Actor, state: str
) -> None:
    ada, _ = await _arrive(scim_actor), await _arrive(scim_actor, "grace@lovelace.dev")
    if state == "held":
        await _hold(actor)
    async with change(scim_actor) as this:
        await users.deactivate(this, await users.lock(this, ada.id))
    assert {letter["recipient"]: letter["state"] for letter in await _letters()} == {
        "ada@lovelace.dev": "discarded",
        "grace@lovelace.dev": state,
    }
    assert (await _invited())["revoked"] == 1


async def test_deleting_an_integration_discards_its_held_letters(
    actor: Actor, scim_actor: Actor, integration: Integration
) -> None:
    await _arrive(scim_actor)
    await _hold(actor)
    async with change(actor) as this:
        await integrations.delete(this, integration.id)
    assert (await _states(), await _invited()) == ({"discarded": 1}, {"none": 1})
