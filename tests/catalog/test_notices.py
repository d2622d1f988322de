"""Notices: whoever is concerned is told 30, 14, 7 and 1 days before a token ends, once each."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from catalog import actors
from catalog.actors import Actor
from catalog.changes import change, uninterrupted
from catalog.database import everywhere
from catalog.ids import now
from catalog.models import Account, ApiToken, Integration
from catalog.services import notices, tokens, users
from tests import builders

SLACK = timedelta(minutes=5)


async def _token(actor: Actor, integration: Integration, days: int = 365) -> ApiToken:
    async with change(actor) as this:
        token, _ = await tokens.create_for_integration(this, integration, name="Okta", expires_in_days=days)
    return token


async def _left(actor: Actor, days: float) -> None:
    """Every token ends in so many days from now, and was made so much earlier."""
    async with change(actor) as this:
        for token in await ApiToken.filter(account_id=actor.account_id).using_db(this.orm):
            by = token.expires_at - (this.at + timedelta(days=days))
            this.run(
                "UPDATE api_tokens SET created_at = $1, expires_at = $2 WHERE id = $3",
                *(token.created_at - by, token.expires_at - by, token.id),
            )


async def _tell(actor: Actor) -> int:
    async def work() -> int:
        async with change(actor) as this:
            return await notices.of_expiring_tokens(this)

    return await uninterrupted(work)


async def _letters() -> list[dict[str, Any]]:
    return [dict(row) for row in await everywhere().rows("SELECT * FROM outbox_messages ORDER BY id")]


@pytest.fixture
async def administrators(actor: Actor) -> None:
    """Two who get mail, and one who does not."""
    for email in ("ada@lovelace.dev", "grace@lovelace.dev", "nobody@example.com"):
        await builders.a_user(actor, email, role="admin")


async def test_a_token_is_told_of_at_each_stage_once(
    actor: Actor, integration: Integration, administrators: None
) -> None:
    await _token(actor, integration)
    told = []
    for days in (31, 30, 29, 15, 14, 13.5, 8, 7, 2, 1, 0.5):
        await _left(actor, days)
        told.append((days, await _tell(actor)))
        assert await _tell(actor) == 0, "once"
    assert [days for days, count in told if count] == [30, 14, 7, 1]
    letters = await _letters()
    assert {letter["recipient"] for letter in letters} == {"ada@lovelace.dev", "grace@lovelace.dev"}
    assert len(letters) == 8
    assert "30 days" in str(letters[0]["facts"])
    assert "1 day'" in str(letters[-1]["facts"]).replace('"', "'")
    rows = await everywhere().rows("SELECT action FROM audit_events WHERE action = 'token.notice_sent'")
    assert len(rows) == 4


async def test_after_a_silence_only_the_present_stage_is_told(
    actor: Actor, integration: Integration, administrators: None
) -> None:
    await _token(actor, integration)
    await _left(actor, 6)
    assert await _tell(actor) == 1
    await _left(actor, 6)
    assert await _tell(actor) == 0
    assert len(await _letters()) == 2


@pytest.mark.parametrize(("life", "left", "told"), [(10, 10, 0), (10, 7, 1), (20, 20, 0), (20, 14, 1), (1, 0.9, 0)])
async def test_whoever_makes_a_short_lived_token_knows_how_long_it_lives(
    actor: Actor, integration: Integration, administrators: None, life: int, left: float, told: int
) -> None:
    await _token(actor, integration, days=life)
    await _left(actor, left)
    assert await _tell(actor) == told


async def test_what_is_over_or_deleted_or_anothers_is_not_told(
    actor: Actor, integration: Integration, administrators: None, elsewhere: Account
) -> None:
    deleted = await _token(actor, integration)
    async with change(actor) as this:
        await tokens.delete(this, deleted.id)
    await _left(actor, 7)
    assert await _tell(actor) == 0
    await _token(actor, integration)
    await _left(actor, -1)
    assert await _tell(actor) == 0
    await _left(actor, 7)
    assert await _tell(actors.system(elsewhere.id)) == 0
    assert await _letters() == []


async def test_a_personal_token_concerns_its_owner_alone(actor: Actor, administrators: None) -> None:
    alan = await builders.a_user(actor, "alan@lovelace.dev")
    async with change(actor) as this:
        await tokens.create_for_user(this, await users.lock(this, alan.id), name="laptop")
        await tokens.create_for_service(this, name="nightly")
    await _left(actor, 14)
    assert await _tell(actor) == 2
    recipients = sorted(letter["recipient"] for letter in await _letters())
    assert recipients == ["ada@lovelace.dev", "alan@lovelace.dev", "grace@lovelace.dev"]


async def test_of_several_processes_one_tells(actor: Actor, integration: Integration, administrators: None) -> None:
    await _token(actor, integration)
    await _left(actor, 7)
    assert sum(await asyncio.gather(*(_tell(actor) for _ in range(4)))) == 1
    assert len(await _letters()) == 2
    token = await ApiToken.first()
    assert token is not None
    assert token.expires_at - now() < timedelta(days=7) + SLACK
