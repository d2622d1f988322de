"""Passwords of people: set, changed, forgotten. Hashing takes its time, so it is done before the change begins.

What a password must be like, and how it is hashed, is in `catalog.hashing`.
"""

from __future__ import annotations

from uuid import UUID

from catalog import access, letters, permissions, sql
from catalog.actors import Actor
from catalog.changes import Change
from catalog.database import database
from catalog.dialects import DIALECTS
from catalog.errors import Invalid, NotPermitted, WrongPassword
from catalog.ids import new_id
from catalog.models import Password, User
from catalog.services import links, post, sessions


async def hash_of(actor: Actor) -> str | None:
    """The hash of the password of the person who asks; None where they have none."""
    row = await database(actor.account_id).one(
        "SELECT hash FROM passwords WHERE account_id = $1 AND user_id = $2", actor.account_id, actor.id
    )
    return str(row["hash"]) if row else None


async def hash_in(this: Change, user_id: UUID) -> str | None:
    """The hash of this person's password as it is now, and stays until the change ends; None where they have none."""
    known = await _held(this, user_id)
    return known.hash if known else None


async def set_(this: Change, user: User, hash: str, *, but: UUID | None = None, tell: bool = False) -> None:
    """The person has the password of this hash from now on; their sessions end, save one, and so do their links.

    With `tell` they get a letter that says so: for a password that somebody had before. The person must be held.
    Raises NotPermitted for somebody who is deactivated.
    """
    if user.deactivated_at is not None:
        raise NotPermitted(f"{user.name} is deactivated, so they have no use for a password.")
    known = await _held(this, user.id)
    if known is None:
        this.add(Password(id=new_id(), account_id=this.account_id, user_id=user.id, hash=hash, set_at=this.at))
    else:
        known.hash, known.set_at = hash, this.at
        this.touch(known)
    this.record("password.set", user, kind="user", name=user.name, rises=False)
    links.revoke_all_of(this, user.id)
    sessions.end_all_of(this, user.id, but=but)
    if tell:
        await post.tell(this, letters.PASSWORD_CHANGED, user, {"at": _told(this)})
    await this.flush()


async def send_link(this: Change, user: User) -> str:
    """A letter with a link to choose a new password; the address that it goes to. An earlier link is good no more, the
    present password is until then. The person must be held.

    Raises NotPermitted, NotConfirmed; Invalid for somebody who is deactivated or gets no mail.
    """
    permissions.need(this.actor, "sign_in.manage")
    this.actor.need_confirmed(this.at)
    if user.deactivated_at is not None:
        raise Invalid("user", f"{user.name} is deactivated.")
    post.withdraw(this, user.id, letters.PASSWORD_LINK)
    links.revoke_all_of(this, user.id)
    if not await post.tell(this, letters.PASSWORD_LINK, user, {"sender": this.actor.name, "has_link": True}):
        raise Invalid("user", f"{user.name} has no address that gets mail: `muster user link` prints a link.")
    this.record("password.link_sent", user, kind="user", name=user.name, rises=False)
    await this.flush()
    return user.email or ""


async def change_own(this: Change, *, proven: str, hash: str) -> None:
    """The person who asks has another password from now on; their other sessions end, and a letter tells them.

    `proven` is the hash of the password that they gave. Raises WrongPassword where it is no longer theirs.
    """
    user = await access.user(this, _id(this), lock=True)
    known = await _held(this, user.id)
    if known is None or known.hash != proven:
        raise WrongPassword
    await set_(this, user, hash, but=this.actor.session_id, tell=True)


async def address_changed(this: Change, user: User, before: str) -> None:
    """Somebody changed the person's email: their sessions end, and the old address is told, if it was theirs to use."""
    sessions.end_all_of(this, user.id)
    if await _held(this, user.id) is not None:
        facts = {"by": this.actor.name, "at": _told(this)}
        await post.tell(this, letters.ADDRESS_CHANGED, user, facts, at=before)


def forget(this: Change, user_id: UUID) -> None:
    """The person has no password any more, with the change, of whose own event that is a part."""
    this.run("DELETE FROM passwords WHERE account_id = $1 AND user_id = $2", this.account_id, user_id)


async def _held(this: Change, user_id: UUID) -> Password | None:
    rows = await this.rows(
        f"SELECT {sql.columns(Password, 'p')} FROM passwords p WHERE p.account_id = $1 AND p.user_id = $2"
        f"{DIALECTS[this.dialect].for_update}",
        this.account_id,
        user_id,
    )
    return access.loaded(Password, rows[0]) if rows else None


def _told(this: Change) -> str:
    return this.at.strftime("%Y-%m-%d %H:%M UTC")


def _id(this: Change) -> UUID:
    if this.actor.id is None:
        raise NotPermitted("Only a person has a password.")
    return this.actor.id
