"""The outbox: letters claimed, sent, tried again, given up. At least once each; a crash may send one twice.

Every process may deliver at the same time: a letter is claimed under a lease before it is sent, the lease is renewed
at each one, and a letter whose sender died is claimed again when it runs out, under the same Message-ID. What letters
say is in `catalog.letters`, how they travel is the postman's.

The link of a letter that has one begins its life as the letter is sent, and is the same at every attempt: its secret is
derived from the installation's key and the letter's id, so that neither the letter that waits nor a copy of the
database lets anybody in.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import jinja2
import orjson

from catalog import letters, minting
from catalog.changes import uninterrupted
from catalog.database import database, everywhere
from catalog.dialects import DIALECTS
from catalog.engines import Row, Statement, Unit
from catalog.ids import now
from catalog.letters import Letter
from catalog.services import resync
from catalog.services.links import LIVES

BATCH = 20
LEASE = timedelta(minutes=2)
SEND_TIMEOUT_S = 60
"""Less than the lease, so that nobody else takes a letter that is being sent."""
LETTERS_A_MINUTE = 100
"""Of one integration, whatever the number of processes."""
MAX_ATTEMPTS = 20
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=1)
"""Pauses double from the first to the longest: the last attempt is made about half a day after the first."""
_LOCK = 0x6D757374
_MAX_ERROR_CHARACTERS = 500


class NotDelivered(Exception):
    """The letter was not taken. `is_final` where another attempt would be refused in the same way."""

    def __init__(self, reason: str, *, is_final: bool = False) -> None:
        self.reason, self.is_final = reason, is_final
        super().__init__(reason)


class Postman(Protocol):
    """Who carries letters away."""

    @property
    def public_url(self) -> str:
        """Where Muster is found: what letters link to."""

    async def send(self, letter: Letter) -> None:
        """The letter is somebody else's responsibility from now on. Raises NotDelivered."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of the letters that were claimed; the rest were withdrawn meanwhile."""

    sent: int = 0
    postponed: int = 0
    failed: int = 0


async def deliver(postman: Postman, secret_key: bytes) -> Delivered:
    """The letters that are due, at most `BATCH` of them, sent one after another. Raises Unavailable.

    One that is not taken is tried again after a pause; after `MAX_ATTEMPTS`, or when the refusal is final, it has
    failed, and `last_error` says why. Links are made with the secret key.
    """
    if not await _is_any_due():
        return Delivered()
    outcomes: Counter[str] = Counter()
    for row in await uninterrupted(_claim):
        lease = now() + LEASE
        secret = _secret(row, secret_key)
        if not await _renew(row, lease, secret):
            continue
        problem = await _send(postman, row, secret)
        outcomes[await _settle(row, lease, problem)] += 1
    return Delivered(outcomes["sent"], outcomes["waiting"], outcomes["failed"])


# --- claiming -----------------------------------------------------------------------------------------------------



def _due(dialect: str) -> str:
    """A letter whose time has come, of an account that no fence stands around after a restore."""
    fenced = resync.behind_fence(DIALECTS[dialect], "a")
    return (
        "((o.state = 'waiting' AND o.next_attempt_at <= $1) OR (o.state = 'sending' AND o.leased_until <= $1)) "
        f"AND NOT EXISTS (SELECT 1 FROM accounts a WHERE a.id = o.account_id AND {fenced})"
    )


async def _is_any_due() -> bool:
    """Looked at before the claim, so that an idle outbox costs no write."""
    db = everywhere()
    return await db.one(f"SELECT 1 FROM outbox_messages o WHERE {_due(db.dialect)} LIMIT 1", now()) is not None


async def _claim() -> Sequence[Row]:
    """Letters that are due, made `sending` under a lease; the attempt counts from here, so that a letter which kills
    its sender is given up as well."""
    db, at = everywhere(), now()
    held = DIALECTS[db.dialect].for_update
    async with db.unit() as unit:
        if db.dialect == "postgres":
            # Claims take turns, or two processes would both find room below the limit of a minute.
            await unit.rows("SELECT pg_advisory_xact_lock($1)", _LOCK)
        room = await _room(unit, at)
        full = [key for key, left in room.items() if left <= 0]
        params: list[Any] = [at, BATCH, *full]
        spared = ", ".join(f"${place}" for place in range(3, 3 + len(full)))
        passed_over = f"AND (o.integration_id IS NULL OR o.integration_id NOT IN ({spared})) " if full else ""
        due = await unit.rows(
            "SELECT o.id, o.account_id, o.integration_id, o.user_id, o.letter, o.recipient, o.facts, o.attempts, "
            "o.message_id "
            f"FROM outbox_messages o WHERE {_due(db.dialect)} {passed_over}"
            f"ORDER BY o.next_attempt_at, o.id LIMIT $2{held}{' SKIP LOCKED' if held else ''}",
            *params,
        )
        taken = []
        for row in due:
            key = row["integration_id"]
            if key is not None:
                left = room.get(key, LETTERS_A_MINUTE)
                if left <= 0:
                    continue
                room[key] = left - 1
            taken.append(row)
        claim = "UPDATE outbox_messages SET state = 'sending', attempts = attempts + 1, leased_until = $1 WHERE id = $2"
        if taken:
            await unit.batch([Statement(claim, [[at + LEASE, row["id"]] for row in taken], many=True)])
    return taken


async def _room(unit: Unit, at: datetime) -> dict[Any, int]:
    """How many letters each integration may still send within this minute; one that is not named, all of them."""
    rows = await unit.rows(
        "SELECT integration_id, count(*) AS n FROM outbox_messages WHERE integration_id IS NOT NULL "
        "AND ((state = 'sent' AND next_attempt_at > $1) OR (state = 'sending' AND leased_until > $2)) "
        "GROUP BY integration_id",
        at - timedelta(minutes=1),
        at,
    )
    return {row["integration_id"]: LETTERS_A_MINUTE - row["n"] for row in rows}


# --- sending ------------------------------------------------------------------------------------------------------


async def _renew(row: Row, lease: datetime, secret: str | None) -> bool:
    """Whether the letter is still to be sent: not withdrawn, and not somebody else's by now. If so, its link is good
    from this moment."""

    async def renew() -> bool:
        async with database(row["account_id"]).unit() as unit:
            found = await unit.rows(
                "UPDATE outbox_messages SET leased_until = $1 WHERE id = $2 AND state = 'sending' AND attempts = $3 "
                "RETURNING id",
                lease,
                row["id"],
                row["attempts"] + 1,
            )
            if found and secret is not None:
                await unit.batch([_link(row, secret)])
        return bool(found)

    return await uninterrupted(renew)


def _facts(row: Row) -> dict[str, Any]:
    facts: dict[str, Any] = orjson.loads(row["facts"]) if isinstance(row["facts"], str) else row["facts"]
    return facts


def _secret(row: Row, secret_key: bytes) -> str | None:
    """The secret of the letter's link; None where it has none."""
    if row["user_id"] is None or row["letter"] not in letters.PURPOSES or not _facts(row).get("has_link"):
        return None
    return minting.derive("link", secret_key, UUID(str(row["id"])))


def _link(row: Row, secret: str) -> Statement:
    """The letter's link, good from now on; not again, if it was used or withdrawn."""
    at, purpose = now(), letters.PURPOSES[row["letter"]]
    return Statement(
        "INSERT INTO one_time_links (id, account_id, user_id, purpose, digest, created_at, expires_at) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO UPDATE SET digest = excluded.digest, "
        "expires_at = excluded.expires_at WHERE one_time_links.used_at IS NULL AND one_time_links.revoked_at IS NULL",
        [row["id"], row["account_id"], row["user_id"], purpose, minting.digest(secret), at, at + LIVES[purpose]],
    )


async def _send(postman: Postman, row: Row, secret: str | None) -> NotDelivered | None:
    """The letter written and handed over; what was the matter, if it was not taken."""
    try:
        letter = letters.write(
            row["letter"],
            row["recipient"],
            _facts(row),
            message_id=row["message_id"],
            public_url=postman.public_url,
            link=f"{postman.public_url}/invitations/{secret}" if secret else None,
        )
    except (KeyError, jinja2.TemplateError) as problem:
        return NotDelivered(f"The letter can't be written: {problem!r}.", is_final=True)
    try:
        async with asyncio.timeout(SEND_TIMEOUT_S):
            await postman.send(letter)
    except NotDelivered as problem:
        return problem
    except TimeoutError:
        return NotDelivered(f"The mail server did not answer within {SEND_TIMEOUT_S} seconds.")
    return None


async def _settle(row: Row, lease: datetime, problem: NotDelivered | None) -> str:
    """What became of the letter, written down; its state. One that was withdrawn while it travelled was sent."""
    at, attempts = now(), row["attempts"] + 1
    if problem is None:
        # `next_attempt_at` says when it was sent, as the index by state and it is what the minute's count reads.
        statement = Statement(
            "UPDATE outbox_messages SET state = 'sent', sent_at = $1, next_attempt_at = $1, leased_until = NULL, "
            "last_error = NULL WHERE id = $2",
            [at, row["id"]],
        )
        state = "sent"
    else:
        state = "failed" if problem.is_final or attempts >= MAX_ATTEMPTS else "waiting"
        statement = Statement(
            "UPDATE outbox_messages SET state = $1, last_error = $2, next_attempt_at = $3, leased_until = NULL "
            "WHERE id = $4 AND state = 'sending' AND leased_until = $5",
            [state, problem.reason[:_MAX_ERROR_CHARACTERS], at + _pause(attempts), row["id"], lease],
        )

    async def settle() -> None:
        async with database(row["account_id"]).unit() as unit:
            await unit.batch([statement])

    await uninterrupted(settle)
    return state


def _pause(attempts: int) -> timedelta:
    """How long to wait after that many attempts."""
    return min(FIRST_PAUSE * int(2 ** (attempts - 1)), LONGEST_PAUSE)
