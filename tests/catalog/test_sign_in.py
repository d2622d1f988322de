"""Signing in with email and password: it is the password that tells who it is, and every failure is alike."""

from __future__ import annotations

from typing import Any

import pytest

from catalog import actors, hashing
from catalog.actors import Actor
from catalog.changes import change
from catalog.database import everywhere
from catalog.errors import AccountNotChosen, Invalid, NotPermitted, Unauthenticated, WrongPassword
from catalog.ids import now
from catalog.models import Account
from catalog.services import invitations, links, passwords, sessions, sign_in, users
from catalog.services.sessions import Browser
from catalog.services.users import Draft
from tests import builders
from tests.builders import PASSWORD

EMAIL = "ada@lovelace.example"


async def _refused(email: str, password: str, **more: Any) -> str:
    with pytest.raises(Unauthenticated) as refused:
        await sign_in.prove(email, password, **more)
    return str(refused.value)


async def test_email_and_password_prove_who_it_is_whatever_the_emails_case(actor: Actor) -> None:
    ada = await builders.a_user(actor, EMAIL, role="admin")
    await builders.a_password(actor, ada)
    for email in (EMAIL, f" {EMAIL.upper()} "):
        proven = await sign_in.prove(email, PASSWORD)
        assert (proven.actor.id, proven.actor.account_id) == (ada.id, actor.account_id)
    async with change(proven.actor) as this:
        secret = await sign_in.begin(this, proven, Browser("192.0.2.7", "Firefox\0" + "x" * 500))
    me = await sessions.recognise(secret)
    assert me.id == ada.id
    (row,) = await sessions.list_(me)
    assert (row["method"], row["ip"], len(row["user_agent"])) == ("password", "192.0.2.7", 300)
    found = await everywhere().one("SELECT last_sign_in_at, version FROM users WHERE id = $1", ada.id)
    assert found is not None
    assert found["last_sign_in_at"] is not None
    assert found["version"] == ada.version, "nothing that a provider reads has changed"


async def test_g19_every_failure_is_told_in_the_same_words_after_as_many_comparisons(
    actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[str | None] = []
    is_right = hashing.is_right

    async def counted(password: str, hash: str | None) -> bool:
        compared.append(hash)
        return await is_right(password, hash)

    monkeypatch.setattr(hashing, "is_right", counted)
    await builders.a_password(actor, await builders.a_user(actor, EMAIL))
    gone = await builders.a_user(actor, "gone@lovelace.example")
    await builders.a_password(actor, gone)
    async with change(actor) as this:
        await users.deactivate(this, await users.lock(this, gone.id))
    await builders.a_user(actor, "grace@hopper.example")
    told = []
    for email, password in (
        (EMAIL, PASSWORD + "!"),
        (EMAIL, ""),
        ("nobody@lovelace.example", PASSWORD),
        ("gone@lovelace.example", PASSWORD),
        ("grace@hopper.example", PASSWORD),
        ("", PASSWORD),
        ("\0", PASSWORD),
        ("' OR 1=1 --", PASSWORD),
    ):
        compared.clear()
        told.append((await _refused(email, password), len(compared)))
    assert set(told) == {("The email or the password is wrong.", 1)}


async def test_an_email_in_two_accounts_asks_which_only_of_whom_the_password_is(
    actor: Actor, elsewhere: Account
) -> None:
    there = actors.command(elsewhere.id)
    here, far = await builders.a_user(actor, EMAIL), await builders.a_user(there, EMAIL)
    await builders.a_password(actor, here)
    other = await builders.a_password(there, far, "another battery staple")
    assert (await sign_in.prove(EMAIL, PASSWORD)).actor.account_id == actor.account_id
    assert (await sign_in.prove(EMAIL, "another battery staple")).hash == other
    await _refused(EMAIL, "neither battery staple")
    await builders.a_password(there, far)
    with pytest.raises(AccountNotChosen) as asked:
        await sign_in.prove(EMAIL, PASSWORD)
    assert asked.value.accounts == [("elsewhere", "Elsewhere"), ("lovelace-engines", "Lovelace Engines")]
    assert (await sign_in.prove(EMAIL, PASSWORD, account="elsewhere")).actor.id == far.id
    assert await _refused(EMAIL, PASSWORD, account="nowhere") == await _refused(EMAIL, "wrong", account="elsewhere")


async def test_what_was_proven_is_worth_nothing_once_the_password_is_another(actor: Actor) -> None:
    ada = await builders.a_user(actor, EMAIL)
    await builders.a_password(actor, ada)
    proven = await sign_in.prove(EMAIL, PASSWORD)
    await builders.a_password(actor, ada, "another battery staple")
    with pytest.raises(Unauthenticated):
        async with change(proven.actor) as this:
            await sign_in.begin(this, proven)
    async with change(actor) as this:
        await users.delete(this, await users.lock(this, ada.id))
    with pytest.raises(Unauthenticated):
        async with change(proven.actor) as this:
            await sign_in.begin(this, proven)
    assert await everywhere().rows("SELECT id FROM sessions") == []


# --- passwords --------------------------------------------------------------------------------------------------------


async def _me(actor: Actor, user: Any) -> tuple[str, Actor]:
    secret = await builders.a_session(actor, user)
    return secret, await sessions.recognise(secret)


async def test_a_person_changes_their_password_with_the_old_one_and_is_told_so(actor: Actor) -> None:
    ada = await builders.a_user(actor, "ada@lovelace.dev")
    await builders.a_password(actor, ada)
    (secret, me), (elsewhere, _) = await _me(actor, ada), await _me(actor, ada)
    async with change(actor) as this:
        link = await links.make(this, "password", await users.lock(this, ada.id))
    with pytest.raises(WrongPassword):
        await sign_in.prove_again(me, PASSWORD + "!")
    proven = await sign_in.prove_again(me, PASSWORD)
    new = await hashing.make("another battery staple")
    async with change(me) as this:
        await passwords.change_own(this, proven=proven, hash=new)
    assert (await sign_in.prove("ada@lovelace.dev", "another battery staple")).actor.id == ada.id
    await _refused("ada@lovelace.dev", PASSWORD)
    await sessions.recognise(secret)
    with pytest.raises(Unauthenticated):
        await sessions.recognise(elsewhere)
    with pytest.raises(NotPermitted):
        await links.look(link)
    (letter,) = await everywhere().rows("SELECT letter, recipient FROM outbox_messages")
    assert tuple(letter) == ("PasswordChanged", "ada@lovelace.dev")
    with pytest.raises(WrongPassword):  # the same proof again: it is another password by now
        async with change(me) as this:
            await passwords.change_own(this, proven=proven, hash=new)


async def test_a_hash_is_the_only_thing_kept_of_a_password(actor: Actor) -> None:
    ada = await builders.a_user(actor, EMAIL)
    await builders.a_password(actor, ada)
    await builders.a_password(actor, ada, "another battery staple")
    rows = await everywhere().rows("SELECT hash FROM passwords")
    assert [row["hash"][:10] for row in rows] == ["$argon2id$"]
    for table in ("audit_events", "users", "passwords"):
        for row in await everywhere().rows(f"SELECT * FROM {table}"):
            assert "battery" not in str(dict(row).values())
    rows = await everywhere().rows("SELECT action FROM audit_events WHERE action = 'password.set'")
    assert len(rows) == 2


async def test_nobody_who_is_deactivated_gets_a_password(actor: Actor) -> None:
    ada = await builders.a_user(actor, EMAIL, deactivated_at=now())
    with pytest.raises(NotPermitted):
        await builders.a_password(actor, ada)


async def test_somebody_who_comes_back_keeps_their_password_unless_they_may_be_somebody_else(
    scim_actor: Actor, actor: Actor
) -> None:
    ada = await builders.a_user(scim_actor, EMAIL, external_id="first")
    await builders.a_password(actor, ada)

    async def back(external_id: str) -> None:
        for active in (False, True):
            async with change(scim_actor) as this:
                user = await users.lock(this, ada.id)
                await users.replace(this, user, Draft(EMAIL, user.attributes, external_id if active else None, active))

    await back("first")
    await sign_in.prove(EMAIL, PASSWORD)
    await back("second")
    await _refused(EMAIL, PASSWORD)
    assert await everywhere().rows("SELECT id FROM passwords") == []


async def test_the_old_address_is_told_of_another_one_and_lets_nobody_in(scim_actor: Actor, actor: Actor) -> None:
    ada = await builders.a_user(scim_actor, "ada@lovelace.dev")
    await builders.a_password(actor, ada)
    async with change(actor) as this:
        await passwords.send_link(this, await users.lock(this, ada.id))
        link = await links.make(this, "password", await users.lock(this, ada.id))

    async def readdress(to: str) -> None:
        async with change(scim_actor) as this:
            user = await users.lock(this, ada.id)
            document = {**user.attributes, "emails": [{"value": to, "primary": True}]}
            await users.replace(this, user, Draft(user.user_name, document))

    await readdress("mallory@evil.dev")
    with pytest.raises(NotPermitted):
        await links.look(link)
    rows = await everywhere().rows("SELECT letter, recipient, state FROM outbox_messages ORDER BY id")
    assert [tuple(row) for row in rows] == [
        ("PasswordLink", "ada@lovelace.dev", "discarded"),
        ("AddressChanged", "ada@lovelace.dev", "waiting"),
    ]
    await _refused("ada@lovelace.dev", PASSWORD)
    await sign_in.prove("mallory@evil.dev", PASSWORD)


async def test_an_administrator_sends_a_link_to_choose_a_new_password(actor: Actor) -> None:
    ada = await builders.a_user(actor, "ada@lovelace.dev", invitation="accepted")
    await builders.a_password(actor, ada)
    grace = await builders.a_user(actor, "grace@hopper.example", role="admin")
    _, user = await _me(actor, ada)
    with pytest.raises(NotPermitted):
        async with change(user) as this:
            await passwords.send_link(this, await users.lock(this, grace.id))
    _, administrator = await _me(actor, grace)
    async with change(administrator) as this:
        assert await passwords.send_link(this, await users.lock(this, ada.id)) == "ada@lovelace.dev"
    await sign_in.prove("ada@lovelace.dev", PASSWORD)
    with pytest.raises(Invalid):  # their address gets no mail
        async with change(administrator) as this:
            await passwords.send_link(this, await users.lock(this, grace.id))


async def test_a_new_password_by_link_ends_what_was_open_with_the_old_one(actor: Actor) -> None:
    ada = await builders.a_user(actor, "ada@lovelace.dev")
    await builders.a_password(actor, ada)
    secret, _ = await _me(actor, ada)
    async with change(actor) as this:
        first = await links.make(this, "password", await users.lock(this, ada.id))
        second = await links.make(this, "password", await users.lock(this, ada.id))
    with pytest.raises(NotPermitted, match="withdrawn"):
        await links.look(first)
    link = await links.look(second)
    hash = await hashing.make("another battery staple")
    async with change(links.bearer(link)) as this:
        user, session = await invitations.accept(this, link, hash=hash)
    assert user.id == ada.id
    assert (await sessions.recognise(session)).id == ada.id
    with pytest.raises(Unauthenticated):
        await sessions.recognise(secret)
    await sign_in.prove("ada@lovelace.dev", "another battery staple")
    rows = await everywhere().rows("SELECT letter FROM outbox_messages")
    assert [row["letter"] for row in rows] == ["PasswordChanged"]
