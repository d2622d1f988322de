"""One-time links: each opens one thing, once, for a while; nothing that is kept opens anything."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from catalog import hashing, minting, outbox
from catalog.actors import Actor
from catalog.changes import change, uninterrupted
from catalog.database import everywhere
from catalog.errors import AlreadyTaken, LinkSpent
from catalog.ids import now
from catalog.models import User
from catalog.services import invitations, links, sessions, set_up, sign_in, users
from tests import builders
from tests.builders import PASSWORD
from tests.catalog.test_outbox import KEY, Bag


async def _spent(secret: str) -> str:
    with pytest.raises(LinkSpent) as spent:
        await links.look(secret)
    return spent.value.why


async def _link(actor: Actor, user: User, purpose: links.Purpose = "password") -> str:
    async with change(actor) as this:
        return await links.make(this, purpose, await users.lock(this, user.id))


async def _accept(secret: str) -> str:
    link, hash = await links.look(secret), await hashing.make(PASSWORD)

    async def work() -> str:
        async with change(links.bearer(link)) as this:
            return (await invitations.accept(this, link, hash=hash))[1]

    return await uninterrupted(work)


async def test_a_link_says_what_it_is_and_stays_unused_until_it_is_used(actor: Actor) -> None:
    ada = await builders.a_user(actor)
    secret = await _link(actor, ada)
    for _ in range(3):
        link = await links.look(secret)
    assert (link.purpose, link.user_id, link.email, link.name) == ("password", ada.id, ada.email, ada.name)
    assert (link.account, link.slug) == ("Lovelace Engines", "lovelace-engines")
    assert timedelta(hours=23) < link.expires_at - now() <= timedelta(hours=24)
    assert (await sessions.recognise(await _accept(secret))).id == ada.id
    assert await _spent(secret) == "used"


async def test_of_many_uses_at_once_one_succeeds(actor: Actor) -> None:
    secret = await _link(actor, await builders.a_user(actor))
    link, hash = await links.look(secret), await hashing.make(PASSWORD)

    async def use() -> str:
        async with change(links.bearer(link)) as this:
            return (await invitations.accept(this, link, hash=hash))[1]

    done = await asyncio.gather(*(uninterrupted(use) for _ in range(8)), return_exceptions=True)
    assert len([one for one in done if isinstance(one, str)]) == 1
    assert {one.why for one in done if isinstance(one, LinkSpent)} == {"used"}
    assert len(await everywhere().rows("SELECT id FROM sessions")) == 1


@pytest.mark.parametrize("secret", ["", "nonsense", "muster_link_" + "a" * 49])
async def test_what_was_never_a_link_is_unknown(db: Any, secret: str) -> None:
    assert await _spent(secret) == "unknown"
    for kind in ("link", "session", "api"):
        assert await _spent(minting.mint(kind)) == "unknown"


@pytest.mark.parametrize(("column", "why"), [("expires_at", "expired"), ("revoked_at", "revoked"), ("used_at", "used")])
async def test_a_link_that_is_good_no_more_says_why_also_at_its_use(actor: Actor, column: str, why: str) -> None:
    secret = await _link(actor, await builders.a_user(actor))
    link = await links.look(secret)
    async with change(actor) as this:
        this.run(f"UPDATE one_time_links SET {column} = $1", this.at)
    assert await _spent(secret) == why
    with pytest.raises(LinkSpent) as spent:
        async with change(links.bearer(link)) as this:
            await invitations.accept(this, link, hash="x")
    assert spent.value.why == why
    assert await everywhere().rows("SELECT id FROM passwords") == []


@pytest.mark.parametrize("verb", [users.deactivate, users.delete])
async def test_whoever_lost_their_access_is_let_in_by_no_link(actor: Actor, verb: Any) -> None:
    ada = await builders.a_user(actor)
    secret = await _link(actor, ada)
    link = await links.look(secret)
    async with change(actor) as this:
        await verb(this, await users.lock(this, ada.id))
    assert await _spent(secret) == "revoked"
    with pytest.raises(LinkSpent):
        async with change(links.bearer(link)) as this:
            await invitations.accept(this, link, hash="x")


async def test_nothing_that_is_kept_opens_anything(actor: Actor, scim_actor: Actor) -> None:
    await _link(actor, await builders.a_user(actor))
    async with change(scim_actor) as this:
        await users.create(this, users.Draft("grace@hopper.dev", {"displayName": "Grace"}))
    bag = Bag()
    await outbox.deliver(bag, KEY)
    for table in ("one_time_links", "outbox_messages", "audit_events"):
        for row in await everywhere().rows(f"SELECT * FROM {table}"):
            for value in dict(row).values():
                assert "muster_link_" not in str(value)
                assert await _spent(str(value)) == "unknown"


async def test_links_that_were_good_long_ago_are_deleted(actor: Actor) -> None:
    ada = await builders.a_user(actor)
    await _link(actor, ada)
    async with change(actor) as this:
        this.run("UPDATE one_time_links SET expires_at = $1", now() - links.KEPT - timedelta(seconds=1))
    secret = await _link(actor, ada)
    await links.prune()
    assert len(await everywhere().rows("SELECT id FROM one_time_links")) == 1
    await links.look(secret)


# --- setting up -------------------------------------------------------------------------------------------------------

FIRST = {"name": "Ada Lovelace", "email": "ada@lovelace.dev"}


async def _set_up(secret: str, **fields: Any) -> tuple[User, str]:
    link, hash = await links.look(secret), await hashing.make(PASSWORD)

    async def work() -> tuple[User, str]:
        async with change(links.bearer(link)) as this:
            return await set_up.carry_out(this, link, hash=hash, **{**FIRST, **fields})

    return await uninterrupted(work)


async def _offer(actor: Actor) -> str | None:
    async with change(actor) as this:
        return await set_up.offer(this)


async def test_the_set_up_link_makes_the_first_administrator_once(actor: Actor) -> None:
    assert await set_up.is_needed(actor)
    first = await _offer(actor)
    secret = await _offer(actor)
    assert first is not None
    assert secret is not None
    assert await _spent(first) == "revoked", "a new one replaces the old one"
    link = await links.look(secret)
    assert (link.purpose, link.user_id, link.email) == ("setup", None, None)
    user, session = await _set_up(secret)
    assert (user.role, user.is_break_glass, user.email) == ("admin", True, "ada@lovelace.dev")
    assert (await sessions.recognise(session)).id == user.id
    assert (await sign_in.prove("ada@lovelace.dev", PASSWORD)).actor.id == user.id
    assert await _spent(secret) == "used"
    assert not await set_up.is_needed(actor)
    assert await _offer(actor) is None
    assert await everywhere().rows("SELECT id FROM outbox_messages") == [], "no letter: they are here"


async def test_of_two_who_set_up_at_once_one_becomes_the_administrator(actor: Actor) -> None:
    secret = await _offer(actor)
    assert secret is not None
    done = await asyncio.gather(
        *(partial(_set_up, secret, email=f"{name}@lovelace.dev")() for name in ("ada", "grace")),
        return_exceptions=True,
    )
    assert sorted(type(one).__name__ for one in done) == ["LinkSpent", "tuple"]
    assert len(await everywhere().rows("SELECT id FROM users")) == 1


async def test_a_set_up_that_fails_leaves_the_link_as_it_was(actor: Actor) -> None:
    await builders.a_user(actor, "ada@lovelace.dev")
    secret = await _offer(actor)
    assert secret is not None
    with pytest.raises(AlreadyTaken):
        await _set_up(secret)
    user, _ = await _set_up(secret, email="root@lovelace.dev")
    assert user.role == "admin"


@pytest.mark.parametrize(
    ("fields", "has_password", "needed"),
    [
        ({"role": "admin"}, True, False),
        ({"role": "admin"}, False, True),
        ({"role": "user"}, True, True),
        ({"role": "admin", "deactivated_at": now()}, False, True),
    ],
)
async def test_setting_up_is_needed_as_long_as_no_administrator_can_sign_in(
    actor: Actor, fields: dict[str, Any], has_password: bool, needed: bool
) -> None:
    ada = await builders.a_user(actor, **fields)
    if has_password:
        await builders.a_password(actor, ada)
    assert await set_up.is_needed(actor) is needed


async def test_a_set_up_link_is_worth_nothing_once_there_is_an_administrator(actor: Actor) -> None:
    secret = await _offer(actor)
    assert secret is not None
    await builders.a_password(actor, await builders.a_user(actor, role="admin"))
    with pytest.raises(LinkSpent) as spent:
        await _set_up(secret)
    assert spent.value.why == "revoked"
