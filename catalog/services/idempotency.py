"""Idempotency keys: a request that is sent again is answered again, and not carried out again.

A key is claimed in a transaction of its own before anything else happens, so that every process knows of it. Each
change that is made under a claim says so in its own transaction, and is undone where another runner has taken over
(`catalog.changes`): what became of a request whose process died is therefore known. docs/decisions/0015 says what is
promised.
"""

from __future__ import annotations

import base64
import hmac
import string
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken

from catalog import sql
from catalog.actors import Actor, Claim
from catalog.changes import to_the_end, uninterrupted
from catalog.database import database, everywhere
from catalog.dialects import DIALECTS
from catalog.engines import Statement, UniqueViolation
from catalog.errors import AnswerLost, CatalogError, InProgress, Invalid, KeyReused
from catalog.ids import new_id, now
from catalog.models import IdempotencyClaim

KEPT = timedelta(hours=24)
LEASE = timedelta(seconds=30)
"""How long a request may take until another one may carry it out: several times the longest statement's time-out."""
MAX_KEY_CHARACTERS = 255
PRUNED_AT_ONCE = 5_000

_PRINTABLE = frozenset(string.ascii_letters + string.digits + string.punctuation)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered. One that is not final (try again later) is kept only if something was changed."""

    body: bytes
    is_final: bool = True


Run = Callable[[Actor], Awaitable[Answer]]
"""Carries the request out as the actor it is given, who has the claim."""


class Keys:
    """The keys of every account's askers."""

    def __init__(self, secret_key: str) -> None:
        self._secret = secret_key.encode()

    async def once(self, actor: Actor, key: str, body_digest: str, run: Run) -> bytes:
        """The answer to the request: by `run`, or as it was the first time, byte by byte.

        Carried to its end even if the caller is cancelled. What `run` raises is raised; nothing is kept of it unless
        something was changed. Raises Invalid for a key that is none; KeyReused where the body was another one;
        InProgress while the first request runs; AnswerLost where it changed something, and its process died before it
        could keep the answer.
        """
        if not 1 <= len(key) <= MAX_KEY_CHARACTERS or not _PRINTABLE.issuperset(key):
            raise Invalid("Idempotency-Key", f"it has 1 to {MAX_KEY_CHARACTERS} printable characters and no space.")
        asker = actor.token_id or actor.id
        if asker is None:
            raise Invalid("Idempotency-Key", "it is remembered for a token or a person, and this caller has neither.")
        return await to_the_end(partial(self._once, actor, asker, key, body_digest, run))

    async def _once(self, actor: Actor, asker: UUID, key: str, body_digest: str, run: Run) -> bytes:
        name = self._digest("name", asker, key).hex()
        claimed = await _claimed(actor, asker, name, body_digest)
        if isinstance(claimed, str):
            return self._opened(asker, key, claimed)
        try:
            answer = await run(replace(actor, claim=claimed))
        except BaseException:
            with suppress(CatalogError):
                await uninterrupted(partial(_release, actor, claimed))
            raise
        # The caller is answered even where it could not be kept: what was done is done.
        with suppress(CatalogError):
            if answer.is_final or not await uninterrupted(partial(_release, actor, claimed)):
                await uninterrupted(partial(_keep, actor, claimed, self._sealed(asker, key, answer.body)))
        return answer.body

    def _sealed(self, asker: UUID, key: str, answer: bytes) -> str:
        """The answer as it is kept. It may hold a secret that is shown once, and names of people: the database alone
        does not give it, nor does it with the installation's key, as the client's is needed too."""
        return self._fernet(asker, key).encrypt(answer).decode()

    def _opened(self, asker: UUID, key: str, sealed: str) -> bytes:
        try:
            return self._fernet(asker, key).decrypt(sealed.encode())
        except InvalidToken:
            # The installation's key is another one now.
            raise AnswerLost from None

    def _fernet(self, asker: UUID, key: str) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(self._digest("answer", asker, key)))

    def _digest(self, purpose: str, asker: UUID, key: str) -> bytes:
        return hmac.digest(self._secret, f"muster idempotency {purpose} {asker} {key}".encode(), "sha256")


async def prune() -> None:
    """Every account's keys older than 24 hours deleted, a few thousand at a time."""
    oldest = now() - KEPT

    async def some() -> bool:
        async with everywhere().unit() as unit:
            rows = await unit.rows(
                "SELECT id FROM idempotency_claims WHERE created_at <= $1 ORDER BY created_at LIMIT $2",
                oldest,
                PRUNED_AT_ONCE,
            )
            if rows:
                ids = [[row["id"]] for row in rows]
                await unit.batch([Statement("DELETE FROM idempotency_claims WHERE id = $1", ids, many=True)])
        return len(rows) == PRUNED_AT_ONCE

    while await uninterrupted(some):
        pass


async def _claimed(actor: Actor, asker: UUID, name: str, body_digest: str) -> Claim | str:
    """The claim to carry the request out, or its answer, sealed. Raises KeyReused, InProgress, AnswerLost."""
    claim = partial(_claim, actor.account_id, asker, name, body_digest)
    try:
        return await uninterrupted(claim)
    except UniqueViolation:
        # Two came at once: now there is a row to look at.
        return await uninterrupted(claim)


async def _claim(account_id: UUID, asker: UUID, name: str, body_digest: str) -> Claim | str:
    db, at = database(account_id), now()
    async with db.unit() as unit:
        rows = await unit.rows(
            "SELECT c.id, c.body_digest, c.answer, c.created_at <= $4 AS expired, c.leased_until > $5 AS running, "
            "c.changed_at IS NOT NULL AS changed FROM idempotency_claims c "
            f"WHERE c.account_id = $1 AND c.asker_id = $2 AND c.key_digest = $3{DIALECTS[db.dialect].for_update}",
            account_id,
            asker,
            name,
            at - KEPT,
            at,
        )
        found = rows[0] if rows and not rows[0]["expired"] else None
        if found is None:
            claim = Claim(new_id(), new_id())
            row = IdempotencyClaim(
                id=claim.id,
                account_id=account_id,
                asker_id=asker,
                key_digest=name,
                body_digest=body_digest,
                runner=claim.runner,
                leased_until=at + LEASE,
                created_at=at,
            )
            expired = [Statement("DELETE FROM idempotency_claims WHERE id = $1", [row["id"]]) for row in rows]
            await unit.batch([*expired, sql.insert(IdempotencyClaim, [row])])
            return claim
        if found["body_digest"] != body_digest:
            raise KeyReused
        if found["answer"] is not None:
            return str(found["answer"])
        if found["running"]:
            raise InProgress
        if found["changed"]:
            raise AnswerLost
        claim = Claim(UUID(str(found["id"])), new_id())
        await unit.batch(
            [
                Statement(
                    "UPDATE idempotency_claims SET runner = $1, leased_until = $2 WHERE id = $3",
                    [claim.runner, at + LEASE, claim.id],
                )
            ]
        )
        return claim


async def _release(actor: Actor, claim: Claim) -> bool:
    """Whether the key is free again: not, where something was changed. Then it waits for its answer no longer."""
    async with database(actor.account_id).unit() as unit:
        gone = await unit.rows(
            "DELETE FROM idempotency_claims WHERE id = $1 AND runner = $2 AND changed_at IS NULL RETURNING id",
            claim.id,
            claim.runner,
        )
        if not gone:
            ended = "UPDATE idempotency_claims SET leased_until = $1 WHERE id = $2 AND runner = $3"
            await unit.batch([Statement(ended, [now(), claim.id, claim.runner])])
    return bool(gone)


async def _keep(actor: Actor, claim: Claim, answer: str) -> None:
    """The answer written down, unless another runner has taken over."""
    async with database(actor.account_id).unit() as unit:
        kept = "UPDATE idempotency_claims SET answer = $1 WHERE id = $2 AND runner = $3"
        await unit.batch([Statement(kept, [answer, claim.id, claim.runner])])
