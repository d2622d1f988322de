"""Invitations: one welcome letter for a new active person, held where many come at once."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest

from catalog import actors, hashing, outbox
from catalog.actors import Actor
from catalog.attributes import by_hand
from catalog.changes import change
from catalog.database import everywhere
from catalog.errors import AlreadyTaken, Invalid, LinkSpent, NotFound, NotPermitted
from catalog.ids import now
from catalog.letters import Letter
from catalog.models import Account, Integration, User
from catalog.services import accounts, integrations, invitations, links, sessions, users
from catalog.services.users import Draft
from tests import builders
from tests.catalog.test_outbox import KEY, Bag


async def _arrive(actor: Actor, email: str = "ada@lovelace.dev", *, active: bool | None = None) -> User:
    async with change(actor) as this:
        return await users.create(this, Draft(email, by_hand(name="Ada", email=email), active=active))


async def _letters() -> list[dict[str, Any]]:
    return [dict(row) for row in await everywhere().rows("SELECT * FROM outbox_messages ORDER BY id")]


async def _states() -> dict[str, int]:
    rows = await everywhere().rows("SELECT state, count(*) AS n FROM outbox_messages GROUP BY state")
    return {row["state"]: row["n"] for row in rows}


async def _invited() -> dict[str, int]:
    rows = await everywhere().rows("SELECT invitation, count(*) AS n FROM users GROUP BY invitation")
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


async def test_whoever_arrives_deactivated_is_welcome_when_they_are_activated_and_once(scim_actor: Actor) -> None:
    ada = await _arrive(scim_actor, active=False)
    assert await _letters() == []
    assert await _invited() == {"none": 1}
    for active in (True, False, True):
        async with change(scim_actor) as this:
            user = await users.lock(this, ada.id)
            await users.replace(this, user, Draft(ada.user_name, user.attributes, active=active))
    (letter,) = await _letters()
    assert (letter["letter"], letter["recipient"]) == ("Welcome", "ada@lovelace.dev")
    assert await _invited() == {"revoked": 1}, "they were deactivated since: an administrator may invite them again"


async def test_whoever_can_sign_in_already_is_not_welcomed_when_they_come_back(actor: Actor) -> None:
    for email, how in (("ada@lovelace.dev", builders.a_password), ("grace@lovelace.dev", builders.a_session)):
        user = await builders.a_user(actor, email)
        await how(actor, user)
        async with change(actor) as this:
            await users.deactivate(this, held := await users.lock(this, user.id))
            await users.reactivate(this, held)
    assert await _letters() == []


async def test_nobody_is_welcomed_where_it_is_not_wanted(actor: Actor) -> None:
    async with change(actor) as this:
        await users.create_by_hand(this, email="ada@lovelace.dev", welcome=False)
    assert await _letters() == []


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
    rows = await everywhere().rows("SELECT action FROM audit_events WHERE subject_kind = 'integration' ORDER BY id")
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


# --- answered, or not -------------------------------------------------------------------------------------------------


async def _sent(box: Bag | None = None) -> list[str]:
    """The secrets of the links in the letters that go out now."""
    bag = box or Bag()
    while await outbox.deliver(bag, KEY) != outbox.Delivered():
        pass
    return [found for letter in bag.letters for found in re.findall(r"/invitations/(\S+)", letter.text)]


async def _by_hand(actor: Actor, email: str = "ada@lovelace.dev") -> User:
    async with change(actor) as this:
        return await users.create_by_hand(this, email=email)


async def _invitation(user: User) -> str:
    row = await everywhere().one("SELECT invitation FROM users WHERE id = $1", user.id)
    assert row is not None
    return str(row["invitation"])


async def _spent(secret: str) -> str:
    with pytest.raises(LinkSpent) as spent:
        await links.look(secret)
    return spent.value.why


async def test_an_invitation_is_accepted_by_its_link_which_lives_seven_days_from_its_sending(actor: Actor) -> None:
    ada = await _by_hand(actor)
    assert await everywhere().rows("SELECT id FROM one_time_links") == [], "a letter that waits lets nobody in"
    (secret,) = await _sent()
    link = await links.look(secret)
    assert (link.purpose, link.user_id, link.email) == ("invitation", ada.id, "ada@lovelace.dev")
    assert timedelta(days=6, hours=23) < link.expires_at - now() <= timedelta(days=7)
    async with change(links.bearer(link)) as this:
        _, session = await invitations.accept(this, link, hash=await hashing.make("correct horse battery"))
    assert (await sessions.recognise(session)).id == ada.id
    assert await _invitation(ada) == "accepted"
    rows = await everywhere().rows("SELECT action, actor_name FROM audit_events WHERE action LIKE '%accepted'")
    assert [tuple(row) for row in rows] == [("invitation.accepted", ada.name)]


async def test_whoever_comes_in_by_another_way_leaves_no_door_open(actor: Actor) -> None:
    ada = await _by_hand(actor)
    (secret,) = await _sent()
    grace = await _by_hand(actor, "grace@lovelace.dev")
    for user in (ada, grace):
        await builders.a_session(actor, user)
        assert await _invitation(user) == "accepted"
    assert await _spent(secret) == "revoked"
    assert await _sent() == []
    assert await _states() == {"sent": 1, "discarded": 1}


async def test_an_attempt_that_fails_and_the_next_one_carry_the_same_link(actor: Actor) -> None:
    await _by_hand(actor)
    seen = Bag()

    def lost(letter: Letter) -> None:
        seen.letters.append(letter)
        raise outbox.NotDelivered("the answer was lost")

    assert len(await _sent(Bag(lost))) == 0
    async with change(actor) as this:
        this.run("UPDATE outbox_messages SET next_attempt_at = $1", this.at)
    (secret,) = await _sent()
    assert secret in seen.letters[0].text
    await links.look(secret)
    assert len(await everywhere().rows("SELECT id FROM one_time_links")) == 1


async def test_an_invitation_is_sent_again_with_another_link(actor: Actor) -> None:
    ada = await _by_hand(actor)
    (first,) = await _sent()
    async with change(actor) as this:
        await invitations.resend(this, await users.lock(this, ada.id))
        await invitations.resend(this, await users.lock(this, ada.id))
    assert await _spent(first) == "revoked"
    (second,) = await _sent()
    await links.look(second)
    assert await _states() == {"sent": 2, "discarded": 1}
    assert await _invitation(ada) == "sent"
    version = await everywhere().one("SELECT version FROM users WHERE id = $1", ada.id)
    assert version is not None
    assert version["version"] == 1, "no provider is told of it"


async def test_an_invitation_is_withdrawn(actor: Actor) -> None:
    ada, grace = await _by_hand(actor), None
    (secret,) = await _sent()
    grace = await _by_hand(actor, "grace@lovelace.dev")
    for user in (ada, grace):
        async with change(actor) as this:
            await invitations.revoke(this, await users.lock(this, user.id))
        assert await _invitation(user) == "revoked"
        with pytest.raises(Invalid):
            async with change(actor) as this:
                await invitations.revoke(this, await users.lock(this, user.id))
    assert await _spent(secret) == "revoked"
    assert await _sent() == []
    assert await _states() == {"sent": 1, "discarded": 1}


async def test_whom_nobody_can_invite(actor: Actor) -> None:
    here = await builders.a_user(actor, "here@lovelace.dev")
    await builders.a_session(actor, here)
    gone = await builders.a_user(actor, "gone@lovelace.dev", deactivated_at=now())
    unreachable = await builders.a_user(actor, "ada@example.com")
    for user in (here, gone, unreachable):
        with pytest.raises(Invalid):
            async with change(actor) as this:
                await invitations.resend(this, await users.lock(this, user.id))
    user = await sessions.recognise(await builders.a_session(actor, here))
    for verb in (invitations.resend, invitations.revoke):
        with pytest.raises(NotPermitted):
            async with change(user) as this:
                await verb(this, await users.lock(this, unreachable.id))
    assert await _letters() == []


async def test_an_invitation_that_nobody_accepts_expires(actor: Actor, elsewhere: Account) -> None:
    ada, grace, alan = [await _by_hand(actor, f"{name}@lovelace.dev") for name in ("ada", "grace", "alan")]
    await _sent()
    edsger = await _by_hand(actor, "edsger@lovelace.dev")  # whose letter is not sent yet

    async def expire(who: Actor) -> int:
        async with change(who) as this:
            return await invitations.expire(this)

    assert await expire(actor) == 0
    async with change(actor) as this:
        this.run("UPDATE one_time_links SET expires_at = $1 WHERE user_id <> $2", this.at, alan.id)
    await builders.a_session(actor, grace)  # by another way
    assert await expire(actors.command(elsewhere.id)) == 0
    assert await expire(actor) == 1
    assert await expire(actor) == 0
    states = [await _invitation(user) for user in (ada, grace, alan, edsger)]
    assert states == ["expired", "accepted", "sent", "sent"]
    rows = await everywhere().rows("SELECT after FROM audit_events WHERE action = 'invitations.expired'")
    assert [str(ada.id) in str(row["after"]) for row in rows] == [True]
    async with change(actor) as this:
        await invitations.resend(this, await users.lock(this, ada.id))
    await _sent()
    assert await expire(actor) == 0
    assert await _invitation(ada) == "sent"


async def test_a_letter_withdrawn_while_it_is_sent_lets_nobody_in(actor: Actor) -> None:
    ada = await _by_hand(actor)
    begun, gone = asyncio.Event(), asyncio.Event()

    class Slow(Bag):
        async def send(self, letter: Letter) -> None:
            begun.set()
            await gone.wait()
            await super().send(letter)

    bag = Slow()
    sending = asyncio.create_task(outbox.deliver(bag, KEY))
    await begun.wait()
    async with change(actor) as this:
        await users.deactivate(this, await users.lock(this, ada.id))
    gone.set()
    await sending
    (secret,) = re.findall(r"/invitations/(\S+)", bag.letters[0].text)
    assert await _spent(secret) == "revoked"
