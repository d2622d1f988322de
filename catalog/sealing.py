"""Sealing: audit events that are committed get their place in the order of commits, and a seal that chains them.

An event's time and id are those of its beginning, so a reader who goes by them misses what was committed late. The
number (`seq`) is given only to what is committed already, by one sealer at a time over all processes, from 1 without a
gap in each account: whoever has read up to a number never misses anything that comes after it.

The seal of an event is the HMAC-SHA256 of the seal before it and of everything the event says, under a key of the
account that follows from the secret key: whoever can write to the database alone can't alter, remove, insert or
exchange events without being found out (`verify`). Its end is proven separately, and told to the log (`web.worker`), as
a chain whose end was cut off still holds.

Where parts of an event are erased, its seal stays, as a link of the chain, and a second one under the same key holds
what remains (`Sealer.of_remains`).
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from catalog.changes import Change, uninterrupted
from catalog.database import database, everywhere
from catalog.dialects import DIALECTS, Dialect
from catalog.engines import Row, Statement, Unit
from catalog.ids import now

BATCH = 1000
"""Events sealed in one transaction, and read at once when they are verified."""

_LOCK = 0x7365616C
"""PostgreSQL's advisory lock of the one that seals: `seal` in ASCII."""

_UNSEALED = "SELECT 1 FROM audit_events WHERE seq IS NULL LIMIT 1"


@dataclass(frozen=True, slots=True)
class Head:
    """Where the sealed events of an account end: the number and the seal of the last one, and the proof of both."""

    account_id: UUID
    seq: int
    seal: str
    proof: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Verified:
    """What became of the verification of an account: how many events hold, and what is the matter with the next."""

    account_id: UUID
    events: int
    fault: str | None = None


class Sealer:
    """Seals with the installation's secret key, and verifies with it and those that it had before."""

    def __init__(self, secret_key: str, earlier: Sequence[str] = ()) -> None:
        """`earlier` from the oldest on."""
        self._secrets = [secret.encode() for secret in (*earlier, secret_key)]

    async def seal(self) -> list[Head]:
        """Everything committed sealed; the new head of each account in which there was anything. Raises Unavailable.

        Nothing, where another process is at it.
        """
        heads: dict[UUID, Head] = {}
        while await everywhere().one(_UNSEALED) is not None:
            sealed = await uninterrupted(self._seal_some)
            heads |= {head.account_id: head for head in sealed}
            if not sealed:
                break
            await asyncio.sleep(0)
        return list(heads.values())

    async def verify(self, account_id: UUID, anchors: Sequence[Head] = ()) -> Verified:
        """The account's chain, gone through from its first event; it ends at the first fault.

        `anchors` are heads that were told earlier and kept elsewhere: each must still be part of the chain. From the
        first event on that a key has sealed, those before it seal nothing more: who has found one can't go on with it.
        """
        # The end first: what is sealed while the chain is read comes after it.
        text = "SELECT seq, seal, proof FROM audit_heads WHERE account_id = $1"
        end = await database(account_id).one(text, account_id)
        keys, by, seal, count = self._keys(account_id), 0, "", 0
        awaited = {anchor.seq: anchor.seal for anchor in anchors if anchor.account_id == account_id}
        proofs = [] if end is None else [_proof(key, end["seq"], end["seal"]) for key in keys]
        if end is not None:
            if not _is_among(proofs, end["proof"]):
                return Verified(account_id, 0, f"the end, event {end['seq']}, is not proven")
            awaited.setdefault(end["seq"], end["seal"])
        async for row in _sealed(account_id):
            count += 1
            if row["seq"] != count:
                return Verified(account_id, count - 1, f"event {count} is missing")
            fit = next((place for place in range(by, len(keys)) if _holds(keys[place], seal, count, row)), None)
            if fit is None:
                return Verified(account_id, count - 1, f"event {count} ({row['id']}) is not as it was sealed")
            if row["erased_seal"] is None:
                # What was erased may have been sealed a second time long after its turn.
                by = fit
            seal = row["seal"]
            if awaited.pop(count, seal) != seal:
                return Verified(account_id, count - 1, f"event {count} ({row['id']}) is another one than was told")
        if awaited:
            return Verified(account_id, count, f"events {count + 1} to {max(awaited)} are missing")
        if count and end is None:
            return Verified(account_id, count, "nothing says where it ends")
        if end is not None and not _is_among(proofs[by:], end["proof"]):
            return Verified(account_id, count, f"the end, event {end['seq']}, is proven by a key that was given up")
        return Verified(account_id, count)

    def of_remains(self, event: Row) -> str:
        """The seal over what remains of a sealed event whose parts were erased: `erased_seal` of its row.

        `event` has the columns that `columns` names, as they are from now on.
        """
        return _seal_of_remains(self._key(UUID(str(event["account_id"]))), event)

    # --- what the three lean on -------------------------------------------------------------------------------

    async def _seal_some(self) -> list[Head]:
        db = everywhere()
        say, at = DIALECTS[db.dialect], now()
        async with db.unit() as unit:
            if db.dialect == "postgres" and not await _is_alone(unit):
                return []
            rows = await unit.rows(
                f"SELECT {columns(say)} FROM audit_events e WHERE e.seq IS NULL ORDER BY e.account_id, e.id LIMIT $1",
                BATCH,
            )
            heads = await _heads(unit, {row["account_id"] for row in rows})
            chained: dict[UUID, tuple[int, str]] = {}
            sealing: list[list[Any]] = []
            for row in rows:
                account_id = UUID(str(row["account_id"]))
                seq, before = chained.get(account_id) or heads.get(account_id, (0, ""))
                seal = _seal(self._key(account_id), before, seq + 1, row)
                chained[account_id] = seq + 1, seal
                sealing.append([seq + 1, seal, row["id"]])
            found = [self._head(account_id, seq, seal, at) for account_id, (seq, seal) in chained.items()]
            if rows:
                await unit.batch(
                    [
                        Statement("UPDATE audit_events SET seq = $1, seal = $2 WHERE id = $3", sealing, many=True),
                        Statement(_SET_HEAD, [[h.account_id, h.seq, h.seal, h.proof, h.at] for h in found], many=True),
                    ]
                )
        return found

    def _key(self, account_id: UUID) -> bytes:
        return self._keys(account_id)[-1]

    def _keys(self, account_id: UUID) -> list[bytes]:
        return [hmac.digest(secret, b"muster audit " + account_id.bytes, hashlib.sha256) for secret in self._secrets]

    def _head(self, account_id: UUID, seq: int, seal: str, at: datetime) -> Head:
        return Head(account_id, seq, seal, _proof(self._key(account_id), seq, seal), at)


_SET_HEAD = (
    "INSERT INTO audit_heads (account_id, seq, seal, proof, sealed_at) VALUES ($1, $2, $3, $4, $5) "
    "ON CONFLICT (account_id) DO UPDATE SET seq = excluded.seq, seal = excluded.seal, proof = excluded.proof, "
    "sealed_at = excluded.sealed_at"
)

_TOLD = (
    *("id", "change_id", "actor_kind", "actor_id", "actor_name", "action"),
    *("subject_kind", "subject_id", "subject_name", "request_id"),
)
"""What an event says beside its time and what differed, as texts."""


def columns(say: Dialect) -> str:
    """The columns of an event `e` that a seal is made of, and the seals."""
    return (
        f"e.account_id, e.seq, e.seal, e.erased_seal, {', '.join(f'e.{name}' for name in _TOLD)}, "
        f"{say.instant('e.at')} AS at, {say.json_text('e.before')} AS before, {say.json_text('e.after')} AS after"
    )


def _seal(key: bytes, before: str, seq: int, row: Row) -> str:
    texts = [None if row[name] is None else str(row[name]) for name in _TOLD]
    # Parsed and written anew, as the engines keep the names of an object in different orders.
    documents = [None if row[name] is None else orjson.loads(row[name]) for name in ("before", "after")]
    told = orjson.dumps([before, seq, row["at"], *texts, *documents], option=orjson.OPT_SORT_KEYS)
    return hmac.digest(key, told, hashlib.sha256).hex()


def _seal_of_remains(key: bytes, row: Row) -> str:
    """Made of the seal, too: what remains of one event is not what remains of another."""
    return _seal(key, f"erased {row['seal']}", row["seq"], row)


def _holds(key: bytes, before: str, seq: int, row: Row) -> bool:
    """Whether the event is as it was sealed; or, where parts of it were erased, as it was left then.

    The seal of an erased event can't be made again. What comes after it is sealed with it, so it is the one that was.
    """
    if row["erased_seal"] is not None:
        return hmac.compare_digest(_seal_of_remains(key, row), row["erased_seal"])
    return hmac.compare_digest(_seal(key, before, seq, row), row["seal"] or "")


async def hold_still(this: Change) -> None:
    """Nothing is sealed until the change ends; what is being sealed is waited for."""
    if this.dialect == "postgres":
        await this.rows("SELECT pg_advisory_xact_lock($1)", _LOCK)


def _proof(key: bytes, seq: int, seal: str) -> str:
    return hmac.digest(key, f"head {seq} {seal}".encode(), hashlib.sha256).hex()


def _is_among(proofs: Sequence[str], found: str) -> bool:
    return any(hmac.compare_digest(proof, found) for proof in proofs)


async def _is_alone(unit: Unit) -> bool:
    rows = await unit.rows("SELECT pg_try_advisory_xact_lock($1) AS mine", _LOCK)
    return bool(rows[0]["mine"])


async def _heads(unit: Unit, account_ids: set[Any]) -> dict[UUID, tuple[int, str]]:
    """Number and seal of the last event of each of these accounts that has one."""
    text = "SELECT account_id, seq, seal FROM audit_heads WHERE account_id = $1"
    rows = [row for account_id in account_ids for row in await unit.rows(text, account_id)]
    return {UUID(str(row["account_id"])): (row["seq"], row["seal"]) for row in rows}


async def page(account_id: UUID, after: int) -> Sequence[Row]:
    """The account's sealed events that come after that number, in order, at most `BATCH`; `columns` names theirs."""
    db = database(account_id)
    return await db.rows(
        f"SELECT {columns(DIALECTS[db.dialect])} FROM audit_events e "
        "WHERE e.account_id = $1 AND e.seq > $2 ORDER BY e.seq LIMIT $3",
        *(account_id, after, BATCH),
    )


async def _sealed(account_id: UUID) -> AsyncIterator[Row]:
    """The account's sealed events, in order."""
    after = 0
    while rows := await page(account_id, after):
        for row in rows:
            yield row
        after = rows[-1]["seq"]
