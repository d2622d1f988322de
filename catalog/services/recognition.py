"""Recognition: whose a token is, asked at every request before anybody is known.

So these functions take neither an Actor nor a Change: they are where an Actor comes from. What was recognised is
remembered for less than a second, so that a token deleted elsewhere is refused within one; refusals are not
remembered. When a token was used is noted here and written by `write_uses`, off the request's path.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from uuid import UUID

from catalog import minting
from catalog.actors import Actor, ActorKind, Role, Scope
from catalog.changes import uninterrupted
from catalog.database import everywhere
from catalog.engines import Row, Statement
from catalog.errors import Unauthenticated
from catalog.ids import now

REMEMBERED_S = 0.9
REMEMBERED_TOKENS = 10_000
USES_EVERY = timedelta(minutes=1)
"""How exact `last_used_at` is: a token in constant use costs one write a minute."""

_FIND = (
    "SELECT k.id, k.account_id, k.integration_id, k.user_id, k.name, k.scope, k.last_used_at, "
    "k.revoked_at IS NOT NULL AS revoked, k.expires_at <= $2 AS expired, "
    "i.name AS integration, i.deleted_at IS NOT NULL AS integration_gone, u.name AS person, u.role, "
    "(u.deactivated_at IS NOT NULL OR u.deleted_at IS NOT NULL) AS person_gone "
    "FROM api_tokens k LEFT JOIN integrations i ON i.id = k.integration_id LEFT JOIN users u ON u.id = k.user_id "
    "WHERE k.digest = $1"
)

_known: dict[str, tuple[float, Actor]] = {}
_used: dict[UUID, datetime] = {}
"""Uses that are not written yet."""
_written: dict[UUID, datetime] = {}
"""The last use of each token that this process has written."""


async def recognise(secret: str, *, request_id: str | None = None) -> Actor:
    """Whose token this is: the integration, the person or the service, with the scopes that it gives right now.

    A text that was never a token is refused without asking the database. Raises Unauthenticated.
    """
    digest = minting.digest(secret)
    kept = _known.get(digest)
    if kept is not None and kept[0] > monotonic():
        actor = kept[1]
    elif not minting.plausible(secret):
        raise Unauthenticated("unknown", "This is not a token of Muster: copy it whole, or make a new one.")
    else:
        row = await everywhere().one(_FIND, digest, now())
        actor = _actor(row)
        if len(_known) >= REMEMBERED_TOKENS:
            _known.clear()
        _known[digest] = (monotonic() + REMEMBERED_S, actor)
        # A token in constant use is looked up every second: more often its use need not be noted.
        if actor.token_id is not None:
            _note_use(actor.token_id)
    return actor.during(request_id)


def forget() -> None:
    """Every token is looked up anew by this process."""
    _known.clear()


async def write_uses() -> None:
    """The uses noted since the last time, written: at most one a minute and token. Raises Unavailable."""
    if not _used:
        return
    uses = dict(_used)
    statement = Statement(
        "UPDATE api_tokens SET last_used_at = $1 WHERE id = $2 AND (last_used_at IS NULL OR last_used_at < $3)",
        [[at, token_id, at] for token_id, at in uses.items()],
        many=True,
    )

    async def write() -> None:
        async with everywhere().unit() as unit:
            await unit.batch([statement])

    await uninterrupted(write)
    for token_id, at in uses.items():
        _written[token_id] = at
        if _used.get(token_id) == at:
            del _used[token_id]


def _note_use(token_id: UUID) -> None:
    at, before = now(), _written.get(token_id)
    if before is None or at - before >= USES_EVERY:
        _used.setdefault(token_id, at)


def _actor(row: Row | None) -> Actor:
    """Who stands behind a token's row. Raises Unauthenticated when nobody does any more."""
    if row is None:
        raise Unauthenticated("unknown", "There is no such token (any more): make a new one.")
    whose: dict[str, Any] = {
        "account_id": _uuid(row["account_id"]),
        "integration_id": _uuid(row["integration_id"]),
        "token_id": _uuid(row["id"]),
    }
    if row["revoked"]:
        raise Unauthenticated("revoked", "This token was deleted: make a new one.", **whose)
    if row["expired"]:
        raise Unauthenticated("expired", "This token has expired: make a new one.", **whose)
    if row["integration_id"] is not None:
        if row["integration_gone"]:
            raise Unauthenticated("gone", "The integration of this token was deleted.", **whose)
        return Actor(
            kind=ActorKind.INTEGRATION,
            name=row["integration"],
            scopes=frozenset({Scope.SCIM}),
            id=whose["integration_id"],
            **whose,
        )
    scopes = {Scope.READ, Scope.WRITE} if row["scope"] == Scope.WRITE else {Scope.READ}
    whose.pop("integration_id")
    if row["user_id"] is None:
        return Actor(kind=ActorKind.SERVICE, name=row["name"], scopes=frozenset(scopes), id=whose["token_id"], **whose)
    if row["person_gone"]:
        raise Unauthenticated("gone", "The person of this token is deactivated.", **whose)
    role = Role(row["role"])
    if role is Role.ADMIN:
        scopes.add(Scope.ADMIN)
    return Actor(
        kind=ActorKind.PERSON,
        name=row["person"],
        scopes=frozenset(scopes),
        id=_uuid(row["user_id"]),
        role=role,
        **whose,
    )


def _uuid(value: Any) -> UUID | None:
    """The id as either driver gives it, as a plain UUID."""
    return None if value is None else UUID(str(value))
