"""Setting up: the first administrator of an account, let in by a link that `muster serve` prints."""

from __future__ import annotations

from catalog import permissions
from catalog.actors import Actor
from catalog.changes import Change
from catalog.database import database
from catalog.errors import LinkSpent
from catalog.models import User
from catalog.services import links, passwords, sessions, users
from catalog.services.links import Link
from catalog.services.sessions import NO_BROWSER, Browser

_ADMINISTRATORS = (
    "SELECT 1 FROM users u JOIN passwords p ON p.user_id = u.id WHERE u.account_id = $1 AND u.role = 'admin' "
    "AND u.deactivated_at IS NULL AND u.deleted_at IS NULL LIMIT 1"
)


async def is_needed(actor: Actor) -> bool:
    """Whether the account has no administrator who can sign in."""
    return await database(actor.account_id).one(_ADMINISTRATORS, actor.account_id) is None


async def offer(this: Change) -> str | None:
    """The secret of a new link to become the first administrator, which is the only one from now on.

    None where there is an administrator who can sign in. Raises NotPermitted to all but the operator.
    """
    permissions.need(this.actor, "sign_in.manage")
    if await this.rows(_ADMINISTRATORS, this.account_id):
        return None
    return await links.make(this, "setup")


async def carry_out(
    this: Change, link: Link, *, name: str, email: str, hash: str, browser: Browser = NO_BROWSER
) -> tuple[User, str]:
    """The first administrator, and the secret of their first session.

    They may always sign in with their password, and no provider manages them. Raises LinkSpent, also where there is an
    administrator by now; AlreadyTaken, Invalid.
    """
    await links.use(this, link)
    if await this.rows(_ADMINISTRATORS, this.account_id):
        raise LinkSpent("revoked")
    user = await users.create_by_hand(this, email=email, name=name, role="admin", welcome=False)
    user.is_break_glass = True
    await passwords.set_(this, user, hash)
    _, secret = sessions.start(this, user, method="password", browser=browser)
    await this.flush()
    return user, secret
