"""One-time links: each opens one thing, once, for a while. Of the secret only a digest is kept.

The links of letters are made by the outbox as it sends them (`catalog.outbox`), under the letter's id; the others are
made here and shown once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from catalog import access, minting, sql
from catalog.actors import Actor, ActorKind, Scope, system
from catalog.changes import Change, uninterrupted
from catalog.database import everywhere
from catalog.dialects import DIALECTS
from catalog.engines import Row, Statement
from catalog.errors import LinkSpent
from catalog.ids import new_id, now
from catalog.models import OneTimeLink, User

Purpose = Literal["setup", "invitation", "password"]

LIVES: dict[Purpose, timedelta] = {
    "setup": timedelta(hours=24),
    "invitation": timedelta(days=7),
    "password": timedelta(hours=24),
}
"""How long a link is good, from the moment it was made or its letter was sent."""
KEPT = timedelta(days=90)
"""How long the row of a link is kept that is good for nothing: it says what became of it."""


@dataclass(frozen=True, slots=True)
class Link:
    """What a link is, before anybody uses it."""

    id: UUID
    purpose: Purpose
    account_id: UUID
    account: str
    slug: str
    user_id: UUID | None
    email: str | None
    name: str | None
    expires_at: datetime


async def make(this: Change, purpose: Purpose, user: User | None = None) -> str:
    """The secret of a new link, which lets this person in, or sets up the account where there is none.

    Others for the same end are good no more. Who may have one made is the caller's to say.
    """
    if user is None:
        this.run(
            "UPDATE one_time_links SET revoked_at = $1 WHERE account_id = $2 AND purpose = $3 AND used_at IS NULL "
            "AND revoked_at IS NULL",
            *(this.at, this.account_id, purpose),
        )
    else:
        revoke_all_of(this, user.id)
    secret = minting.mint("link")
    link = OneTimeLink(
        id=new_id(),
        account_id=this.account_id,
        user_id=user.id if user else None,
        purpose=purpose,
        digest=minting.digest(secret),
        created_at=this.at,
        expires_at=this.at + LIVES[purpose],
    )
    this.add(link)
    if user is None:
        this.record("link.created", link, kind="link", name="set-up", after={"purpose": purpose})
    else:
        this.record("link.created", user, kind="user", name=user.name, after={"purpose": purpose}, rises=False)
    await this.flush()
    return secret


def revoke_all_of(this: Change, user_id: UUID) -> None:
    """Every link that lets this person in is good no more, with the change."""
    this.run(
        "UPDATE one_time_links SET revoked_at = $1 WHERE account_id = $2 AND user_id = $3 AND used_at IS NULL "
        "AND revoked_at IS NULL",
        *(this.at, this.account_id, user_id),
    )


async def look(secret: str) -> Link:
    """What the link is; it stays unused. Raises LinkSpent."""
    if minting.kind_of(secret) != "link" or not minting.plausible(secret):
        raise LinkSpent("unknown")
    db = everywhere()
    expires_at = DIALECTS[db.dialect].instant("l.expires_at")
    row = await db.one(
        f"SELECT l.id, l.purpose, l.account_id, l.user_id, {expires_at} AS expires_at, {_STATE}, a.name AS account, "
        "a.slug, u.email, u.name, (u.deactivated_at IS NOT NULL OR u.deleted_at IS NOT NULL) AS gone "
        "FROM one_time_links l JOIN accounts a ON a.id = l.account_id LEFT JOIN users u ON u.id = l.user_id "
        "WHERE l.digest = $1",
        *(minting.digest(secret), now()),
    )
    return _link(row)


def bearer(link: Link, *, request_id: str | None = None) -> Actor:
    """Who acts by the link: the person whom it lets in, or Muster itself where there is nobody yet."""
    if link.user_id is None:
        return system(link.account_id, "The set-up link").during(request_id)
    return Actor(
        account_id=link.account_id,
        kind=ActorKind.PERSON,
        name=link.name or "",
        scopes=frozenset({Scope.READ, Scope.WRITE}),
        id=link.user_id,
        request_id=request_id,
    )


async def use(this: Change, link: Link) -> None:
    """The link is used with the change: of several uses at once one succeeds. Raises LinkSpent."""
    held = DIALECTS[this.dialect].for_update
    rows = await this.rows(
        f"SELECT {sql.columns(OneTimeLink, 'l')} FROM one_time_links l WHERE l.account_id = $1 AND l.id = $2{held}",
        this.account_id,
        link.id,
    )
    found = access.loaded(OneTimeLink, rows[0]) if rows else None
    if found is None:
        raise LinkSpent("unknown")
    if found.used_at is not None:
        raise LinkSpent("used")
    if found.revoked_at is not None:
        raise LinkSpent("revoked")
    if found.expires_at <= this.at:
        raise LinkSpent("expired")
    found.used_at = this.at
    this.record("link.used", found, kind="link", name=link.name or link.account, after={"purpose": link.purpose})
    await this.flush()


async def prune() -> None:
    """Every account's links deleted that have been good for nothing for `KEPT`."""

    async def delete() -> None:
        async with everywhere().unit() as unit:
            await unit.batch([Statement("DELETE FROM one_time_links WHERE expires_at < $1", [now() - KEPT])])

    await uninterrupted(delete)


_STATE = "l.used_at IS NOT NULL AS used, l.revoked_at IS NOT NULL AS revoked, l.expires_at <= $2 AS expired"


def _link(row: Row | None) -> Link:
    if row is None:
        raise LinkSpent("unknown")
    for why in ("used", "revoked", "expired"):
        if row[why]:
            raise LinkSpent(why)
    if row["user_id"] is not None and row["gone"]:
        raise LinkSpent("revoked")
    return Link(
        id=UUID(str(row["id"])),
        purpose=row["purpose"],
        account_id=UUID(str(row["account_id"])),
        account=row["account"],
        slug=row["slug"],
        user_id=UUID(str(row["user_id"])) if row["user_id"] is not None else None,
        email=row["email"],
        name=row["name"],
        expires_at=datetime.fromisoformat(row["expires_at"]),
    )
