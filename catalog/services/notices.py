"""Notices: whoever is concerned is told that a token ends, 30, 14, 7 and 1 days before; once each.

Tokens of integrations and services concern the administrators, personal ones their owner.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from math import ceil
from typing import Any
from uuid import UUID

from catalog import access, letters
from catalog.changes import Change
from catalog.ids import new_id
from catalog.models import ApiToken
from catalog.services import post

DAYS = (1, 7, 14, 30)
_DAY = timedelta(days=1)


async def of_expiring_tokens(this: Change) -> int:
    """Letters about the account's tokens of whose end nobody was told yet at its stage; about how many.

    Somebody who makes a token for less than a stage's days knows, and is not told of that stage.
    """
    rows = await this.rows(
        "SELECT k.id FROM api_tokens k WHERE k.account_id = $1 AND k.revoked_at IS NULL AND k.expires_at > $2 "
        "AND k.expires_at <= $3 ORDER BY k.id",
        *(this.account_id, this.at, this.at + DAYS[-1] * _DAY),
    )
    told = 0
    for row in rows:
        token = await access.token(this, UUID(str(row["id"])), lock=True)
        stage = _stage(token, this.at)
        if stage is not None and await _is_first(this, token, stage):
            await _tell(this, token, stage)
            told += 1
    return told


def _stage(token: ApiToken, at: datetime) -> int | None:
    """The days before its end that have begun; None for a token that was made within them, or deleted meanwhile."""
    if token.revoked_at is not None:
        return None
    left, life = token.expires_at - at, token.expires_at - token.created_at
    days = next((days for days in DAYS if left <= days * _DAY), None)
    return days if days is not None and life > days * _DAY else None


async def _is_first(this: Change, token: ApiToken, stage: int) -> bool:
    """Whether nobody has been told of this stage; of several processes one finds it so."""
    return bool(
        await this.rows(
            "INSERT INTO token_notices (id, account_id, token_id, days, at) VALUES ($1, $2, $3, $4, $5) "
            "ON CONFLICT (token_id, days) DO NOTHING RETURNING id",
            *(new_id(), this.account_id, token.id, stage, this.at),
        )
    )


async def _tell(this: Change, token: ApiToken, stage: int) -> None:
    days = ceil((token.expires_at - this.at) / _DAY)
    facts: dict[str, Any] = {
        "prefix": token.prefix,
        "token": token.name,
        "left": f"{days} day" if days == 1 else f"{days} days",
        "on": token.expires_at.strftime("%Y-%m-%d"),
        "is_scim": token.integration_id is not None,
    }
    if token.user_id is not None:
        user = await access.user(this, token.user_id)
        await post.tell(this, letters.TOKEN_EXPIRES, user, {**facts, "owner": user.name})
    else:
        owner = token.name
        if token.integration_id is not None:
            owner = (await access.integration(this, token.integration_id)).name
        await post.tell_administrators(this, letters.TOKEN_EXPIRES, {**facts, "owner": owner})
    this.record("token.notice_sent", token, kind="token", name=token.name, after={"days": stage})
    await this.flush()
