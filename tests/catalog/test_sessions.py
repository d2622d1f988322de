"""Sessions: recognised everywhere, until they end, expire, are left alone, or their person may less than before."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from catalog import actors, minting
from catalog.actors import Actor, ActorKind, Role, Scope
from catalog.changes import Change, change
from catalog.database import everywhere
from catalog.errors import NotConfirmed, NotFound, NotPermitted, Unauthenticated
from catalog.ids import now
from catalog.models import Account, Integration, User
from catalog.services import integrations, memberships, sessions, teams, tokens, users
from tests import builders


async def _is_refused(secret: str) -> str:
    sessions.forget()
    with pytest.raises(Unauthenticated) as refused:
        await sessions.recognise(secret)
    return refused.value.why


async def _set(actor: Actor, **columns: Any) -> None:
    async with change(actor) as this:
        for name, value in columns.items():
            this.run(f"UPDATE sessions SET {name} = $1", value)


@pytest.mark.parametrize(("role", "scopes"), [("admin", {*Scope} - {Scope.SCIM}), ("user", {Scope.READ, Scope.WRITE})])
async def test_a_session_stands_for_its_person_with_what_their_role_gives(
    actor: Actor, role: str, scopes: set[Scope]
) -> None:
    ada = await builders.a_user(actor, role=role)
    found = await sessions.recognise(await builders.a_session(actor, ada), request_id="r-1")
    assert (found.kind, found.id, found.name, found.role) == (ActorKind.PERSON, ada.id, ada.name, Role(role))
    assert (found.account_id, found.scopes, found.request_id) == (actor.account_id, scopes, "r-1")
    assert found.session_id is not None
    assert found.confirmed_at is not None
    assert now() - found.confirmed_at < timedelta(minutes=1)


async def test_the_secret_is_kept_nowhere(actor: Actor) -> None:
    secret = await builders.a_session(actor, await builders.a_user(actor))
    for table in ("sessions", "audit_events", "users"):
        for row in await everywhere().rows(f"SELECT * FROM {table}"):
            assert secret[15:] not in " ".join(str(value) for value in dict(row).values())


async def test_what_was_never_a_session_is_refused(actor: Actor, integration: Integration) -> None:
    async with change(actor) as this:
        _, token = await tokens.create_for_integration(this, integration, name="Okta")
    for secret in ("", "nonsense", minting.mint("session"), minting.mint("api"), token):
        assert await _is_refused(secret) == "unknown"
    session = await builders.a_session(actor, await builders.a_user(actor))
    with pytest.raises(Unauthenticated):
        await tokens.recognise(session)


@pytest.mark.parametrize(
    ("column", "past", "why"),
    [
        ("last_seen_at", timedelta(hours=12, seconds=1), "idle"),
        ("last_seen_at", timedelta(hours=11, minutes=59), None),
        ("expires_at", timedelta(seconds=1), "expired"),
        ("created_at", timedelta(days=6), None),
    ],
)
async def test_a_session_ends_by_itself_when_it_is_left_alone_or_has_lasted_long_enough(
    actor: Actor, column: str, past: timedelta, why: str | None
) -> None:
    secret = await builders.a_session(actor, await builders.a_user(actor))
    await _set(actor, **{column: now() - past})
    if why is None:
        sessions.forget()
        await sessions.recognise(secret)
    else:
        assert await _is_refused(secret) == why


async def test_a_session_lasts_seven_days_however_much_it_is_used(actor: Actor) -> None:
    await builders.a_session(actor, await builders.a_user(actor))
    row = await everywhere().one("SELECT created_at, expires_at FROM sessions")
    assert row is not None
    created, expires = (_instant(row[name]) for name in ("created_at", "expires_at"))
    assert expires - created == timedelta(days=7)


def _instant(value: Any) -> Any:
    return value if isinstance(value, datetime) else datetime.fromisoformat(value)


async def test_use_is_noted_at_most_once_a_minute(actor: Actor) -> None:
    secret = await builders.a_session(actor, await builders.a_user(actor))
    long_ago = now() - timedelta(hours=1)
    await _set(actor, last_seen_at=long_ago)
    sessions.forget()
    await sessions.recognise(secret)
    await sessions.write_uses()
    first = (await everywhere().rows("SELECT last_seen_at FROM sessions"))[0]["last_seen_at"]
    assert _instant(first) > long_ago
    await asyncio.sleep(0.01)
    await sessions.recognise(secret)
    await sessions.write_uses()
    assert (await everywhere().rows("SELECT last_seen_at FROM sessions"))[0]["last_seen_at"] == first


# --- ended by somebody ------------------------------------------------------------------------------------------------


async def test_a_person_ends_their_own_sessions_and_nobody_elses(actor: Actor, elsewhere: Account) -> None:
    ada, grace = await builders.a_user(actor), await builders.a_user(actor, "grace@hopper.example")
    stranger = await builders.a_user(actors.command(elsewhere.id))
    secret, other = await builders.a_session(actor, ada), await builders.a_session(actor, ada)
    theirs = await builders.a_session(actor, grace)
    far = await builders.a_session(actors.command(elsewhere.id), stranger)
    me = await sessions.recognise(secret)
    assert len(await sessions.list_(me)) == 2
    for foreign in (theirs, far):
        id = (await sessions.recognise(foreign)).session_id
        assert id is not None
        with pytest.raises(NotFound):
            async with change(me) as this:
                await sessions.end(this, id)
    async with change(me) as this:
        await sessions.end(this, str((await sessions.recognise(other)).session_id))
    assert await _is_refused(other) == "ended"
    assert [str(row["id"]) for row in await sessions.list_(me)] == [str(me.session_id)]
    for good in (secret, theirs, far):
        await sessions.recognise(good)
    assert await _told(actor) == ["session.started"] * 3 + ["session.ended"]


async def _told(actor: Actor) -> list[str]:
    rows = await everywhere().rows(
        "SELECT action FROM audit_events WHERE account_id = $1 AND action LIKE 'session.%' ORDER BY at, id",
        actor.account_id,
    )
    return [row["action"] for row in rows]


async def test_signing_out_everywhere_ends_all_sessions_of_that_person(actor: Actor) -> None:
    ada, grace = await builders.a_user(actor, role="admin"), await builders.a_user(actor, "grace@hopper.example")
    secrets = [await builders.a_session(actor, ada) for _ in range(3)]
    theirs = await builders.a_session(actor, grace)
    administrator, user = await sessions.recognise(secrets[0]), await sessions.recognise(theirs)
    with pytest.raises(NotPermitted):
        async with change(user) as this:
            await sessions.end_everywhere(this, await users.lock(this, ada.id))
    async with change(user) as this:
        assert await sessions.end_everywhere(this, await users.lock(this, grace.id)) == 1
    async with change(administrator) as this:
        kept = administrator.session_id
        assert await sessions.end_everywhere(this, await users.lock(this, ada.id), but=kept) == 2
    assert await _is_refused(theirs) == await _is_refused(secrets[1]) == "ended"
    await sessions.recognise(secrets[0])


# --- ended with what it stands on -------------------------------------------------------------------------------------


async def _deactivate(this: Change, ada: User) -> None:
    await users.deactivate(this, ada)


async def _delete(this: Change, ada: User) -> None:
    await users.delete(this, ada)


async def _readdress(this: Change, ada: User) -> None:
    document = {**ada.attributes, "emails": [{"value": "new@lovelace.example", "primary": True}]}
    await users.replace(this, ada, users.Draft(ada.user_name, document))


@pytest.mark.parametrize(
    ("happens", "why"),
    [(_deactivate, "gone"), (_delete, "gone"), (_readdress, "ended")],
    ids=["gone", "deleted", "moved"],
)
async def test_a_session_ends_in_the_change_that_takes_away_what_it_stands_on(
    actor: Actor, happens: Callable[[Change, User], Awaitable[None]], why: str
) -> None:
    ada, grace = await builders.a_user(actor), await builders.a_user(actor, "grace@hopper.example")
    secret, theirs = await builders.a_session(actor, ada), await builders.a_session(actor, grace)
    await sessions.recognise(secret)

    async def undone() -> None:
        async with change(actor) as this:
            await happens(this, await users.lock(this, ada.id))
            await this.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await undone()
    sessions.forget()
    await sessions.recognise(secret)
    async with change(actor) as this:
        await happens(this, await users.lock(this, ada.id))
    with pytest.raises(Unauthenticated):  # at once in this process
        await sessions.recognise(secret)
    assert await _is_refused(secret) in (why, "ended")
    rows = await everywhere().rows("SELECT count(*) AS n FROM sessions WHERE ended_at IS NULL AND user_id = $1", ada.id)
    assert rows[0]["n"] == 0
    await sessions.recognise(theirs)


async def test_a_lower_role_ends_sessions_and_a_higher_one_does_not(
    actor: Actor, scim_actor: Actor, integration: Integration
) -> None:
    await builders.a_user(actor, "root@ada.example", role="admin", is_break_glass=True)
    async with change(actor) as this:
        await integrations.update_settings(this, integration.id, group_roles={"Admins": "admin"})
    ada = await builders.a_user(scim_actor, "ada@lovelace.example")
    async with change(scim_actor) as this:
        group = await teams.create(this, name="Admins")
    secret = await builders.a_session(actor, ada)
    async with change(scim_actor) as this:
        await memberships.add(this, await teams.lock(this, group.id), [ada.id])
    sessions.forget()
    assert (await sessions.recognise(secret)).role is Role.ADMIN
    async with change(scim_actor) as this:
        await memberships.end(this, await teams.lock(this, group.id), [ada.id])
    assert await _is_refused(secret) == "ended"


async def test_a_deactivation_by_another_process_holds_within_a_second(actor: Actor) -> None:
    ada = await builders.a_user(actor)
    secret = await builders.a_session(actor, ada)
    await sessions.recognise(secret)
    async with change(actor) as this:  # as another process would: this one's memory is not told
        this.run("UPDATE users SET deactivated_at = $1 WHERE id = $2", this.at, ada.id)
    await asyncio.sleep(1)
    with pytest.raises(Unauthenticated):
        await sessions.recognise(secret)


async def test_nobody_who_is_deactivated_begins_a_session(actor: Actor) -> None:
    ada = await builders.a_user(actor, deactivated_at=now())
    with pytest.raises(Unauthenticated):
        await builders.a_session(actor, ada)
    assert await everywhere().rows("SELECT id FROM sessions") == []


# --- confirmed --------------------------------------------------------------------------------------------------------


async def test_a_session_makes_tokens_within_ten_minutes_of_a_proof_and_a_token_always(actor: Actor) -> None:
    ada = await builders.a_user(actor, role="admin")
    secret = await builders.a_session(actor, ada)

    async def make(me: Actor) -> None:
        async with change(me) as this:
            token, _ = await tokens.create_for_service(this, name="nightly")
            await tokens.delete(this, token.id)

    await make(await sessions.recognise(secret))
    await _set(actor, confirmed_at=now() - timedelta(minutes=10, seconds=1))
    sessions.forget()
    stale = await sessions.recognise(secret)
    with pytest.raises(NotConfirmed):
        await make(stale)
    async with change(stale) as this:
        await sessions.confirm(this)
    await make(await sessions.recognise(secret))
    async with change(actor) as this:
        _, token = await tokens.create_for_user(this, await users.lock(this, ada.id), name="mine", scope=Scope.WRITE)
    await make(await tokens.recognise(token))


async def test_a_session_that_has_ended_is_not_confirmed(actor: Actor) -> None:
    secret = await builders.a_session(actor, await builders.a_user(actor))
    me = await sessions.recognise(secret)
    assert me.session_id is not None
    async with change(me) as this:
        await sessions.end(this, me.session_id)
    with pytest.raises(Unauthenticated):
        async with change(me) as this:
            await sessions.confirm(this)
    with pytest.raises(Unauthenticated):
        await sessions.mine(me)


async def test_sessions_that_were_over_long_ago_are_deleted(actor: Actor) -> None:
    ada = await builders.a_user(actor)
    await builders.a_session(actor, ada)
    await _set(actor, expires_at=now() - sessions.KEPT - timedelta(seconds=1))
    secret = await builders.a_session(actor, ada)
    await sessions.prune()
    assert len(await everywhere().rows("SELECT id FROM sessions")) == 1
    await sessions.recognise(secret)
