"""What is good once in a single sign-on: a request that was sent, a ticket that came of it, an assertion that was used.

In the database, so that every process agrees: a row is used by deleting it, and of several that try one succeeds.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import orjson

from catalog import minting
from catalog.changes import Change, uninterrupted
from catalog.database import everywhere
from catalog.dialects import DIALECTS
from catalog.engines import Statement
from catalog.errors import AlreadyTaken, SignInRefused
from catalog.ids import new_id, now
from catalog.models import SignInState

Purpose = Literal["request", "ticket"]

LIVES: dict[Purpose, timedelta] = {"request": timedelta(minutes=15), "ticket": timedelta(minutes=2)}
"""How long each is good: a request as long as somebody may take to give a password and a second factor."""


def remember(this: Change, connection_id: UUID, purpose: Purpose, facts: dict[str, Any]) -> str:
    """A new secret with these facts behind it, good once."""
    secret = minting.mint("sso")
    _keep(this, connection_id, purpose, secret, until=this.at + LIVES[purpose], facts=facts)
    return secret


async def redeem(this: Change, connection_id: UUID, purpose: Purpose, secret: str) -> dict[str, Any]:
    """The facts behind the secret, which is good no more with the change. Raises SignInRefused."""
    rows = []
    if minting.kind_of(secret) == "sso" and minting.plausible(secret):
        facts = DIALECTS[this.dialect].json_text("facts")
        rows = list(
            await this.rows(
                "DELETE FROM sign_in_states WHERE account_id = $1 AND connection_id = $2 AND purpose = $3 "
                f"AND digest = $4 AND expires_at > $5 RETURNING {facts} AS facts",
                *(this.account_id, connection_id, purpose, minting.digest(secret), this.at),
            )
        )
    if not rows:
        minutes = LIVES[purpose] // timedelta(minutes=1)
        raise SignInRefused(
            "unasked",
            "What came back belongs to no sign-in that waits for it: it was used already, took longer than "
            f"{minutes} minutes, or was never asked for here.",
        )
    found: dict[str, Any] = orjson.loads(rows[0]["facts"])
    return found


async def use_assertion(this: Change, connection_id: UUID, assertion_id: str, *, until: datetime) -> None:
    """The assertion is used with the change, and refused as long as it could be sent again. Raises SignInRefused."""
    _keep(this, connection_id, "assertion", assertion_id, until=until, facts={})
    try:
        await this.flush()
    except AlreadyTaken:
        raise SignInRefused("replayed", "The provider's answer was used before: it is good once.") from None


async def prune() -> None:
    """Every account's rows deleted that are good for nothing any more."""

    async def delete() -> None:
        async with everywhere().unit() as unit:
            await unit.batch([Statement("DELETE FROM sign_in_states WHERE expires_at < $1", [now()])])

    await uninterrupted(delete)


def _keep(
    this: Change, connection_id: UUID, purpose: str, secret: str, *, until: datetime, facts: dict[str, Any]
) -> None:
    this.add(
        SignInState(
            id=new_id(),
            account_id=this.account_id,
            connection_id=connection_id,
            purpose=purpose,
            digest=minting.digest(secret),
            facts=facts,
            expires_at=until,
        )
    )
