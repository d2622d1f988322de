"""Signing in with email and password: proving who it is, then beginning a session.

Proving takes neither an Actor nor a Change, as it is where an Actor comes from. An email finds people, in whichever
accounts they are; only the password tells that it is them. Whatever is wrong, the answer and the time are the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from catalog import access, hashing
from catalog.actors import Actor, ActorKind, Role, Scope
from catalog.changes import Change
from catalog.database import everywhere
from catalog.engines import Row
from catalog.errors import AccountNotChosen, NotFound, Unauthenticated, WrongPassword
from catalog.ids import fold
from catalog.services import passwords, resync, sessions, sign_in_policy
from catalog.services.sessions import NO_BROWSER, Browser

MOST_COMPARED = 4
"""Accounts whose number shows in the time that an answer takes: as many comparisons are made for an unknown email."""


@dataclass(frozen=True, slots=True)
class Proven:
    """Somebody who gave the password of this hash; `actor` is them."""

    actor: Actor
    hash: str


async def prove(email: str, password: str, *, account: str | None = None) -> Proven:
    """Who has this email and this password, in the account of this slug where one is given.

    Raises Unauthenticated where nobody has who is active; AccountNotChosen where several people have, in as many
    accounts; Unavailable while too many others wait.
    """
    found = await _named(email, account)
    hashes = [row["hash"] for row in found]
    hashes += [None] * (min(await _accounts(), MOST_COMPARED) - len(hashes))
    right = [await hashing.is_right(password, hash) for hash in hashes]
    proven = [row for row, is_right in zip(found, right, strict=False) if is_right]
    if not proven:
        raise Unauthenticated("unknown", "The email or the password is wrong.")
    if len(proven) > 1:
        raise AccountNotChosen([(row["slug"], row["account"]) for row in proven])
    return Proven(person(proven[0]), proven[0]["hash"])


async def begin(this: Change, proven: Proven, browser: Browser = NO_BROWSER) -> str:
    """The secret of a new session of whoever was proven, if nothing has changed since.

    Raises Unauthenticated; SingleSignOnRequired where a password is not enough; Restored.
    """
    try:
        user = await access.user(this, proven.actor.id or this.id, lock=True)
    except NotFound:
        raise Unauthenticated("gone", "The email or the password is wrong.") from None
    if await passwords.hash_in(this, user.id) != proven.hash:
        raise Unauthenticated("unknown", "The email or the password is wrong.")
    await sign_in_policy.need_password_enough(this, user)
    await resync.need_open(this, user)
    _, secret = sessions.start(this, user, method="password", browser=browser)
    await this.flush()
    return secret


async def prove_again(actor: Actor, password: str) -> str:
    """The hash of the password of the person who asks, if this is it. Raises WrongPassword, Unavailable."""
    hash = await passwords.hash_of(actor)
    if not await hashing.is_right(password, hash) or hash is None:
        raise WrongPassword
    return hash


def person(row: Row | dict[str, Any]) -> Actor:
    """The person of a row of `id account_id name role`, as they begin a session."""
    role = Role(row["role"])
    scopes = {Scope.READ, Scope.WRITE} | ({Scope.ADMIN} if role is Role.ADMIN else set())
    return Actor(
        account_id=UUID(str(row["account_id"])),
        kind=ActorKind.PERSON,
        name=row["name"],
        scopes=frozenset(scopes),
        id=UUID(str(row["id"])),
        role=role,
    )


async def _named(email: str, account: str | None) -> Sequence[Row]:
    """Everybody of this email, each with their account; the hash only of those who are active."""
    if not email.strip() or "\0" in email:
        return []
    return await everywhere().rows(
        "SELECT u.id, u.account_id, u.name, u.role, a.slug, a.name AS account, "
        "CASE WHEN u.deactivated_at IS NULL THEN p.hash END AS hash "
        "FROM users u JOIN accounts a ON a.id = u.account_id LEFT JOIN passwords p ON p.user_id = u.id "
        "WHERE u.email_key = $1 AND u.deleted_at IS NULL AND ($2 = '' OR a.slug = $2) ORDER BY a.slug",
        fold(email.strip()),
        account or "",
    )


async def _accounts() -> int:
    rows = await everywhere().rows("SELECT count(*) AS n FROM accounts WHERE is_rehearsal = $1", False)
    return int(rows[0]["n"])
