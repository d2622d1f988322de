"""Invitations: a new person's welcome letter, and what becomes of it: accepted, expired, sent again, withdrawn.

The letter is put into the outbox by the change that makes the person, so there is one if and only if the person is
kept; it is held back where a first sync would mail thousands. `catalog.outbox` sends it, with a link that is good once.
Whether they answered is told by `User.invitation`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from catalog import access, letters, permissions
from catalog.changes import Change
from catalog.dialects import DIALECTS
from catalog.engines import Row
from catalog.errors import Invalid, LinkSpent, NotFound
from catalog.models import User
from catalog.services import links, passwords, post, resync, sessions, sign_in_policy
from catalog.services.integration_settings import Settings
from catalog.services.links import Link
from catalog.services.sessions import NO_BROWSER, Browser

HELD_ABOVE = 50
HELD_WITHIN = timedelta(hours=1)
"""More letters of one integration than that in an hour wait until an administrator sends or discards them. Writes at
the same moment do not see each other, so a few more may pass."""
EXPIRED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Sender:
    """Who welcomes somebody: the account, by way of an integration where one provisions."""

    account: str
    integration: str | None
    recent: int
    """Letters of the integration within `HELD_WITHIN`, counted up to `HELD_ABOVE`."""
    is_silent: bool
    """No letters: the account is thrown away, or the integration is set to send none."""

    @classmethod
    def read(cls, row: Row, settings: Settings) -> Sender:
        """Of a row with `account is_rehearsal integration recent`, and the integration's settings."""
        is_silent = bool(row["is_rehearsal"]) or not settings.welcome_letters
        return cls(row["account"], row["integration"], row["recent"], is_silent)


def recent(integration: str, since: str) -> str:
    """How many welcome letters the integration has had since then, as SQL: not counted beyond `HELD_ABOVE`.

    The letter's name is written, not bound: SQLite would look whether a partial index is about the very name, and plan
    the statement anew at every arrival, which takes longer than to carry it out.
    """
    return (
        f"(SELECT count(*) FROM (SELECT 1 FROM outbox_messages o WHERE o.integration_id = {integration} "
        f"AND o.created_at > {since} AND o.letter = '{letters.WELCOME}' LIMIT {HELD_ABOVE}) recent)"
    )


def greet(this: Change, user: User, sender: Sender) -> None:
    """A welcome letter for somebody new, and their invitation `sent`, or `held` where many come at once.

    None for somebody who is not active, or has no address that gets mail.
    """
    if user.deactivated_at is not None or sender.is_silent or not letters.can_get_mail(user.email):
        return
    integration_id = this.actor.integration_id
    held = integration_id is not None and sender.recent >= HELD_ABOVE
    user.invitation = "held" if held else "sent"
    this.touch(user)
    facts = {
        "name": user.name,
        "user_name": user.user_name,
        "account": sender.account,
        "integration": sender.integration,
        "has_link": True,
    }
    state = "held" if held else "waiting"
    post.put(
        *(this, letters.WELCOME, user.email or "", facts), user_id=user.id, integration_id=integration_id, state=state
    )


async def welcome(this: Change, user: User) -> None:
    """`greet`, for somebody who was here before: not if they can sign in, or had their letter."""
    if user.deactivated_at is not None or user.last_sign_in_at is not None or not letters.can_get_mail(user.email):
        return
    rows = await this.rows(
        f"SELECT a.name AS account, a.is_rehearsal, i.name AS integration, i.settings, {recent('$2', '$3')} "
        f"AS recent, (SELECT count(*) FROM outbox_messages p WHERE p.user_id = $4 AND p.letter = '{letters.WELCOME}') "
        "AS had, (SELECT count(*) FROM passwords w WHERE w.user_id = $4) AS passwords "
        "FROM accounts a LEFT JOIN integrations i ON i.id = $2 WHERE a.id = $1",
        *(this.account_id, this.actor.integration_id, this.at - HELD_WITHIN, user.id),
    )
    found = rows[0]
    if found["had"] or found["passwords"]:
        return
    greet(this, user, Sender.read(found, Settings.read(found["settings"])))


async def withdraw(this: Change, user: User) -> None:
    """Letters to this person that are not on their way are discarded, links that let them in are good no more, and an
    invitation not yet answered is revoked."""
    # Letters first: one that is being sent has its link by then, and that is found.
    post.withdraw(this, user.id)
    links.revoke_all_of(this, user.id)
    if user.invitation in ("held", "sent"):
        user.invitation = "revoked"


async def resend(this: Change, user: User) -> None:
    """Another letter with a new link; the links of earlier ones are good no more. The person must be held.

    Raises NotPermitted; Invalid for somebody who has signed in, is deactivated, or gets no mail.
    """
    permissions.need(this.actor, "users.invite")
    if user.deactivated_at is not None:
        raise Invalid("user", f"{user.name} is deactivated.")
    if user.invitation == "accepted" or user.last_sign_in_at is not None:
        raise Invalid("user", f"{user.name} has signed in already.")
    await withdraw(this, user)
    if not await post.tell(this, letters.INVITATION, user, {"sender": this.actor.name, "has_link": True}):
        raise Invalid("user", f"{user.name} has no address that gets mail.")
    user.invitation = "sent"
    this.record("invitation.sent", user, kind="user", name=user.name, rises=False)
    await this.flush()


async def revoke(this: Change, user: User) -> None:
    """The invitation is withdrawn: its letter is not sent, its link opens nothing. The person must be held.

    Raises NotPermitted; Invalid where none is open.
    """
    permissions.need(this.actor, "users.invite")
    if user.invitation not in ("held", "sent"):
        raise Invalid("user", f"{user.name} has no invitation that is open.")
    await withdraw(this, user)
    this.record("invitation.revoked", user, kind="user", name=user.name, rises=False)
    await this.flush()


async def accept(this: Change, link: Link, *, hash: str, browser: Browser = NO_BROWSER) -> tuple[User, str]:
    """The person whom the link lets in, with the password of this hash, and the secret of their session.

    An invitation's link and one to choose a new password alike. Raises LinkSpent; SingleSignOnRequired where a
    password is not enough: the link stays unused then.
    """
    await links.use(this, link)
    try:
        user = await access.user(this, link.user_id or link.id, lock=True)
    except NotFound:
        raise LinkSpent("revoked") from None
    if user.deactivated_at is not None:
        raise LinkSpent("revoked")
    await sign_in_policy.need_password_enough(this, user)
    await resync.need_open(this, user)
    had_one = await passwords.hash_in(this, user.id) is not None
    await passwords.set_(this, user, hash, tell=had_one)
    _, secret = sessions.start(this, user, method="password", browser=browser)
    await this.flush()
    return user, secret


async def expire(this: Change) -> int:
    """Invitations of the account whose link has expired are `expired`, some at a time; how many."""
    unsent = "SELECT 1 FROM outbox_messages o WHERE o.user_id = u.id AND o.state IN ('waiting', 'sending', 'failed')"
    link = "SELECT 1 FROM one_time_links l WHERE l.user_id = u.id AND l.purpose = 'invitation' AND l.expires_at"
    rows = await this.rows(
        f"SELECT u.id FROM users u WHERE u.account_id = $1 AND u.invitation = 'sent' AND u.deleted_at IS NULL "
        f"AND EXISTS ({link} <= $2) AND NOT EXISTS ({link} > $2) AND NOT EXISTS ({unsent}) "
        f"ORDER BY u.id LIMIT $3{DIALECTS[this.dialect].for_update}",
        *(this.account_id, this.at, EXPIRED_AT_ONCE),
    )
    if not rows:
        return 0
    ids = [str(row["id"]) for row in rows]
    chosen = DIALECTS[this.dialect].one_of("id", "$2", "uuid")
    this.run(f"UPDATE users SET invitation = 'expired' WHERE account_id = $1 AND {chosen}", this.account_id, ids)
    account = await access.account(this, lock=True)
    after = {"users": ids[:100], "count": len(ids)}
    this.record("invitations.expired", account, kind="account", name=account.name, after=after)
    await this.flush()
    return len(ids)


async def release(this: Change, integration_id: UUID) -> int:
    """The letters of this integration that were held are sent from now on; how many.

    Raises NotFound; NotPermitted to all but administrators.
    """
    return await _decide(this, integration_id, state="waiting", invitation="sent", action="letters.released")


async def discard(this: Change, integration_id: UUID) -> int:
    """The letters of this integration that were held will not be sent; how many. Raises as `release` does."""
    return await _decide(this, integration_id, state="discarded", invitation="none", action="letters.discarded")


async def _decide(this: Change, integration_id: UUID, *, state: str, invitation: str, action: str) -> int:
    permissions.need(this.actor, "integrations.manage")
    integration = await access.integration(this, integration_id, lock=True)
    rows = await this.rows(
        "SELECT count(*) AS n FROM outbox_messages WHERE account_id = $1 AND integration_id = $2 AND state = 'held'",
        this.account_id,
        integration_id,
    )
    held = int(rows[0]["n"])
    if not held:
        return 0
    this.run(
        "UPDATE users SET invitation = $1 WHERE account_id = $2 AND invitation = 'held' AND id IN "
        "(SELECT user_id FROM outbox_messages WHERE account_id = $2 AND integration_id = $3 AND state = 'held')",
        *(invitation, this.account_id, integration_id),
    )
    this.run(
        "UPDATE outbox_messages SET state = $1, next_attempt_at = $2 "
        "WHERE account_id = $3 AND integration_id = $4 AND state = 'held'",
        *(state, this.at, this.account_id, integration_id),
    )
    this.record(action, integration, kind="integration", name=integration.name, after={"letters": held})
    await this.flush()
    return held
