"""Whether a password is enough: an account may let people in by their identity provider alone.

Break-glass administrators keep their password whatever is chosen, so that a provider that is down, or set wrongly,
locks nobody out for good.
"""

from __future__ import annotations

from catalog import access, permissions
from catalog.actors import Actor
from catalog.changes import Change
from catalog.database import database
from catalog.dialects import DIALECTS
from catalog.errors import Invalid, SingleSignOnRequired
from catalog.models import User

SETTING = "require_single_sign_on"


async def is_required(actor: Actor) -> bool:
    """Whether people of the account sign in by their identity provider alone."""
    db = database(actor.account_id)
    flag = DIALECTS[db.dialect].flag("a.settings", SETTING)
    return await db.one(f"SELECT 1 FROM accounts a WHERE a.id = $1 AND {flag}", actor.account_id) is not None


async def require(this: Change, required: bool) -> None:
    """From now on a password is enough for break-glass administrators alone, or for everybody.

    Sessions that passwords began go on. Raises NotPermitted, NotConfirmed; Invalid where nobody could come in any more:
    while no connection is switched on, or no break-glass administrator has a password.
    """
    permissions.need(this.actor, "sign_in.manage")
    this.actor.need_confirmed(this.at)
    account = await access.account(this, lock=True)
    before = bool(account.settings.get(SETTING))
    if before == required:
        return
    if required:
        await _need_ways_in(this)
    others = {name: value for name, value in account.settings.items() if name != SETTING}
    account.settings = {**others, SETTING: True} if required else others
    told = {SETTING: before}, {SETTING: required}
    this.record("account.updated", account, kind="account", name=account.name, before=told[0], after=told[1])
    await this.flush()


async def need_password_enough(this: Change, user: User) -> None:
    """Nothing, if this person may come in by a password. Raises SingleSignOnRequired."""
    if not user.is_break_glass and (await access.account(this)).settings.get(SETTING):
        raise SingleSignOnRequired


async def _need_ways_in(this: Change) -> None:
    if not await this.rows(
        "SELECT 1 FROM sign_in_connections c WHERE c.account_id = $1 AND c.enabled = $2 AND c.deleted_at IS NULL",
        *(this.account_id, True),
    ):
        raise Invalid(SETTING, "switch a sign-in connection on first, or nobody could come in.")
    if not await this.rows(
        "SELECT 1 FROM users u JOIN passwords p ON p.user_id = u.id WHERE u.account_id = $1 AND u.role = 'admin' "
        "AND u.is_break_glass = $2 AND u.deactivated_at IS NULL AND u.deleted_at IS NULL",
        *(this.account_id, True),
    ):
        raise Invalid(SETTING, "no break-glass administrator has a password, and an outage would lock everybody out.")
