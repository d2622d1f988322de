"""Sessions: browsers in which somebody is signed in; begun, recognised at every request, ended.

A session knows how its person proved who they are, and does not care: a password and a single sign-on begin the same
session. Of the secret only a digest is kept. What was recognised is remembered for less than a second, so that a
session ended elsewhere, a deactivation and a lower role hold on every process within one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import Any
from uuid import UUID

from catalog import access, letters, minting, permissions, sql
from catalog.actors import Actor, ActorKind, Role, Scope
from catalog.changes import Change, uninterrupted
from catalog.database import database, everywhere
from catalog.dialects import DIALECTS
from catalog.engines import Row, Statement
from catalog.errors import NotFound, Unauthenticated
from catalog.ids import as_uuid, new_id, now
from catalog.models import Session, User
from catalog.services import links, post, resync

IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=1)
"""How exact `last_seen_at` is: a session in constant use costs one write a minute."""
KEPT = timedelta(days=30)
"""How long the row of a session that has ended is kept."""
REMEMBERED_S = 0.9
REMEMBERED_SESSIONS = 10_000
MAX_TEXT_CHARACTERS = 300

_UNANSWERED = ("held", "sent", "expired", "revoked")
"""Invitations that are accepted by signing in, in whatever way."""

_known: dict[str, tuple[float, Actor]] = {}
_seen: dict[UUID, datetime] = {}
"""Uses that are not written yet."""
_written: dict[UUID, datetime] = {}
"""The last use of each session that this process has written."""


@dataclass(frozen=True, slots=True)
class Browser:
    """Where a session is begun, as far as it says so."""

    ip: str | None = None
    user_agent: str | None = None


NO_BROWSER = Browser()


# --- from its beginning to its end ------------------------------------------------------------------------------------


def start(
    this: Change,
    user: User,
    *,
    method: str,
    browser: Browser = NO_BROWSER,
    connection_id: UUID | None = None,
    subject: str | None = None,
) -> tuple[Session, str]:
    """A new session of this person, who must be held and active, and its secret.

    Their invitation is answered with it. Raises Unauthenticated for somebody who is deactivated: no way of proving who
    they are brings anybody back.
    """
    if user.deactivated_at is not None:
        raise Unauthenticated("gone", "This person is deactivated.")
    secret = minting.mint("session")
    session = Session(
        id=new_id(),
        account_id=this.account_id,
        user_id=user.id,
        digest=minting.digest(secret),
        method=method,
        connection_id=connection_id,
        subject=subject,
        ip=_short(browser.ip),
        user_agent=_short(browser.user_agent),
        created_at=this.at,
        last_seen_at=this.at,
        confirmed_at=this.at,
        expires_at=this.at + LONGEST,
    )
    this.add(session)
    user.last_sign_in_at = this.at
    told = {"method": method, "ip": session.ip}
    this.record("session.started", user, kind="user", name=user.name, after=told, rises=False)
    if user.invitation in _UNANSWERED:
        # What would let them in is not needed any more, and would let in whoever finds the letter.
        post.withdraw(this, user.id, letters.WELCOME, letters.INVITATION)
        links.revoke_all_of(this, user.id)
        user.invitation = "accepted"
        this.record("invitation.accepted", user, kind="user", name=user.name, rises=False)
    return session, secret


async def confirm(this: Change) -> Session:
    """The person of the session that asks has proved anew who they are. Raises Unauthenticated where it has ended."""
    try:
        user, session = await _own(this, this.actor.session_id)
    except NotFound:
        raise _nobody("ended") from None
    session.confirmed_at = this.at
    this.touch(session)
    this.record("session.confirmed", user, kind="user", name=user.name, rises=False)
    await this.flush()
    forget()
    return session


async def end(this: Change, session_id: UUID | str) -> None:
    """A session of the person who asks is refused from now on: here at once, by every process within a second.

    Raises NotFound for one that is not theirs, or has ended.
    """
    user, session = await _own(this, as_uuid(session_id) if isinstance(session_id, str) else session_id)
    session.ended_at = this.at
    this.touch(session)
    this.record("session.ended", user, kind="user", name=user.name, rises=False)
    await this.flush()
    forget()


async def end_everywhere(this: Change, user: User, *, but: UUID | None = None) -> int:
    """All sessions of this person, who is held, end, save one where that is said; how many. Raises NotPermitted."""
    permissions.need(this.actor, "sessions.end", own=this.actor.id == user.id)
    rows = await this.rows(
        f"SELECT {sql.columns(Session, 's')} FROM sessions s WHERE s.account_id = $1 AND s.user_id = $2 "
        f"AND s.ended_at IS NULL{DIALECTS[this.dialect].for_update}",
        this.account_id,
        user.id,
    )
    open_ = [session for row in rows if (session := access.loaded(Session, row)).id != but]
    for session in open_:
        session.ended_at = this.at
        this.touch(session)
        this.record("session.ended", user, kind="user", name=user.name, rises=False)
    await this.flush()
    forget()
    return len(open_)


def end_all_of(this: Change, user_id: UUID, *, but: UUID | None = None) -> None:
    """Every session of this person, save one where that is said, ends with the change, whose own event tells of it."""
    this.run(
        "UPDATE sessions SET ended_at = $1 WHERE account_id = $2 AND user_id = $3 AND ended_at IS NULL AND id <> $4",
        *(this.at, this.account_id, user_id, but or this.id),
    )
    forget()


def end_all_by(this: Change, connection_id: UUID) -> None:
    """Every session that this single sign-on began ends with the change, whose own event tells of it."""
    this.run(
        "UPDATE sessions SET ended_at = $1 WHERE account_id = $2 AND connection_id = $3 AND ended_at IS NULL",
        *(this.at, this.account_id, connection_id),
    )
    forget()


async def list_(actor: Actor) -> Sequence[Row]:
    """The sessions in which the person who asks is signed in at this moment, the one last used first.

    `id method ip user_agent`, and when `created_at last_seen_at confirmed_at expires_at`.
    """
    db = database(actor.account_id)
    at = now()
    return await db.rows(
        f"SELECT s.id, s.method, s.ip, s.user_agent, {_instants(db.dialect)} FROM sessions s WHERE s.account_id = $1 "
        "AND s.user_id = $2 AND s.ended_at IS NULL AND s.expires_at > $3 AND s.last_seen_at > $4 "
        "ORDER BY s.last_seen_at DESC, s.id DESC",
        *(actor.account_id, actor.id, at, at - IDLE),
    )


async def mine(actor: Actor) -> Row:
    """The session that asks, as a row of `list_`, with its person and account: `connection_id name email role
    is_break_glass managed account account_name slug`. Raises Unauthenticated where it has ended."""
    db = database(actor.account_id)
    row = await db.one(
        f"SELECT s.id, s.method, s.connection_id, s.ip, s.user_agent, {_instants(db.dialect)}, u.id AS user_id, "
        "u.name, u.email, u.role, u.is_break_glass, u.integration_id IS NOT NULL AS managed, a.id AS account, "
        "a.name AS account_name, a.slug "
        "FROM sessions s JOIN users u ON u.id = s.user_id JOIN accounts a ON a.id = s.account_id "
        "WHERE s.account_id = $1 AND s.id = $2 AND s.ended_at IS NULL",
        actor.account_id,
        actor.session_id,
    )
    if row is None:
        raise _nobody("ended")
    return row


# --- at every request -------------------------------------------------------------------------------------------------


async def recognise(secret: str, *, request_id: str | None = None) -> Actor:
    """Whose session this is, with what their role gives them right now.

    A text that was never one is refused without asking the database. Raises Unauthenticated.
    """
    if minting.kind_of(secret) != "session" or not minting.plausible(secret):
        raise _nobody("unknown")
    digest = minting.digest(secret)
    kept = _known.get(digest)
    if kept is not None and kept[0] > monotonic():
        actor = kept[1]
    else:
        db, at = everywhere(), now()
        confirmed_at = DIALECTS[db.dialect].instant("s.confirmed_at")
        row = await db.one(
            "SELECT s.id, s.account_id, s.user_id, s.ended_at IS NOT NULL AS ended, s.expires_at <= $2 AS expired, "
            f"s.last_seen_at <= $3 AS idle, {confirmed_at} AS confirmed_at, u.name, u.role, "
            "(u.deactivated_at IS NOT NULL OR u.deleted_at IS NOT NULL) AS gone, "
            f"(NOT u.is_break_glass AND {resync.behind_fence(DIALECTS[db.dialect], 'a')}) AS fenced "
            "FROM sessions s JOIN users u ON u.id = s.user_id JOIN accounts a ON a.id = s.account_id "
            "WHERE s.digest = $1",
            *(digest, at, at - IDLE),
        )
        actor = _actor(row)
        if len(_known) >= REMEMBERED_SESSIONS:
            _known.clear()
        _known[digest] = (monotonic() + REMEMBERED_S, actor)
    _note(actor.session_id)
    return actor.during(request_id)


def forget() -> None:
    """Every session is looked up anew by this process."""
    _known.clear()


async def write_uses() -> None:
    """The uses noted since the last time, written: at most one a minute and session. Raises Unavailable."""
    if not _seen:
        return
    uses = dict(_seen)
    statement = Statement(
        "UPDATE sessions SET last_seen_at = $1 WHERE id = $2 AND last_seen_at < $3",
        [[at, session_id, at] for session_id, at in uses.items()],
        many=True,
    )

    async def write() -> None:
        async with everywhere().unit() as unit:
            await unit.batch([statement])

    await uninterrupted(write)
    if len(_written) > REMEMBERED_SESSIONS:
        _written.clear()
    for session_id, at in uses.items():
        _written[session_id] = at
        if _seen.get(session_id) == at:
            del _seen[session_id]


async def prune() -> None:
    """Every account's sessions deleted that have been over for `KEPT`."""

    async def delete() -> None:
        async with everywhere().unit() as unit:
            await unit.batch([Statement("DELETE FROM sessions WHERE expires_at < $1", [now() - KEPT])])

    await uninterrupted(delete)


# --- what the verbs lean on -------------------------------------------------------------------------------------------


async def _own(this: Change, session_id: UUID | None) -> tuple[User, Session]:
    """The person who asks and a session of theirs, held. Raises NotFound."""
    user = await access.user(this, this.actor.id or this.id, lock=True)
    rows = await this.rows(
        f"SELECT {sql.columns(Session, 's')} FROM sessions s WHERE s.account_id = $1 AND s.id = $2 AND s.user_id = $3 "
        f"AND s.ended_at IS NULL{DIALECTS[this.dialect].for_update}",
        *(this.account_id, session_id, user.id),
    )
    if not rows:
        raise NotFound("session", session_id)
    return user, access.loaded(Session, rows[0])


def _actor(row: Row | None) -> Actor:
    """Who is signed in. Raises Unauthenticated where nobody is any more."""
    if row is None:
        raise _nobody("unknown")
    for why in ("ended", "expired", "idle", "gone", "fenced"):
        if row[why]:
            raise _nobody(why)
    role = Role(row["role"])
    scopes = {Scope.READ, Scope.WRITE} | ({Scope.ADMIN} if role is Role.ADMIN else set())
    return Actor(
        account_id=_uuid(row["account_id"]),
        kind=ActorKind.PERSON,
        name=row["name"],
        scopes=frozenset(scopes),
        id=_uuid(row["user_id"]),
        role=role,
        session_id=_uuid(row["id"]),
        confirmed_at=datetime.fromisoformat(row["confirmed_at"]),
    )


def _nobody(why: str) -> Unauthenticated:
    return Unauthenticated(why, "You are signed out: sign in again.")


def _note(session_id: UUID | None) -> None:
    if session_id is None:
        return
    at, before = now(), _written.get(session_id)
    if before is None or at - before >= SEEN_EVERY:
        _seen.setdefault(session_id, at)


def _instants(dialect: str) -> str:
    say = DIALECTS[dialect]
    names = ("created_at", "last_seen_at", "confirmed_at", "expires_at")
    return ", ".join(f"{say.instant(f's.{name}')} AS {name}" for name in names)


def _short(text: str | None) -> str | None:
    """What a browser says of itself, as far as it is kept; without what no database holds."""
    if text is None:
        return None
    return text.replace("\0", "").encode(errors="replace").decode()[:MAX_TEXT_CHARACTERS]


def _uuid(value: Any) -> UUID:
    """The id as either driver gives it, as a plain UUID."""
    return UUID(str(value))
