"""People changed by hand: invited, renamed, given a role, deactivated, taken back, deleted. Many at once: `crowds`.

What an integration manages of a person is changed at its provider. One thing is not left to it: an administrator
deactivates anybody at once, as it may be urgent; and whom they have deactivated they may take back.
"""

from __future__ import annotations

from catalog import permissions
from catalog.actors import Role
from catalog.attributes import split_name
from catalog.changes import Change
from catalog.errors import Invalid, Managed
from catalog.ids import fold
from catalog.mapping import highest
from catalog.models import User
from catalog.services import administrators, integrations, ownership, recognition, sessions, users
from catalog.services.users import Draft

MAX_NAME_CHARACTERS = 200


async def invite(
    this: Change,
    *,
    email: str,
    name: str | None = None,
    role: str = Role.USER,
    provisioned_by: str = "user",
    welcome: bool = True,
) -> User:
    """A new person, with a welcome letter unless that is not wanted. Raises NotPermitted, AlreadyTaken, Invalid."""
    permissions.need(this.actor, "users.create")
    if role != Role.USER:
        permissions.need(this.actor, "users.set_role")
    if name is not None:
        _check_name(name)
    return await users.create_by_hand(
        this, email=email, name=name, role=_checked_role(role), provisioned_by=provisioned_by, welcome=welcome
    )


async def rename(this: Change, user: User, name: str) -> None:
    """The person under another name; nothing, if it is theirs already. Raises NotPermitted, Managed, Invalid."""
    ownership.need_for(this, "users.update", user)
    if name.strip() == user.name:
        return
    await ownership.claim_for(this, user, "name")
    _check_name(name)
    shown = name.strip()
    given, family = split_name(shown)
    named = {**(user.attributes.get("name") or {}), "formatted": shown, "givenName": given, "familyName": family}
    await users.replace(this, user, Draft(user.user_name, {**user.attributes, "displayName": shown, "name": named}))


async def set_role(this: Change, user: User, role: str) -> None:
    """The person in another role in the account; nothing, if it is theirs already.

    Raises NotPermitted, for the last administrator too; Managed where a provider's group gives them a higher one.
    """
    await check_role(this, user, role)
    if role == user.role:
        if user.role_by_hand is not None:
            # A group gives it today; from now on it is theirs whatever becomes of the group.
            user.role_by_hand = None
            this.touch(user)
        return
    before, user.role, user.role_by_hand = user.role, role, None
    if highest(before, role) == before:
        # What is open in a browser was opened by somebody who might do more.
        sessions.end_all_of(this, user.id)
    this.record("user.role_changed", user, kind="user", name=user.name, before={"role": before}, after={"role": role})
    recognition.forget()


async def deactivate(this: Change, user: User) -> None:
    """The person is out from this moment, also one whom an integration manages: its next push decides again.

    Raises NotPermitted, for the last administrator too.
    """
    await users.deactivate(this, user)
    await this.flush()


async def reactivate(this: Change, user: User) -> None:
    """The person is active again. Raises NotPermitted; Managed where their provider has deactivated them."""
    await check_return(this, user)
    await users.reactivate(this, user)
    await this.flush()


async def delete(this: Change, user: User) -> None:
    """The person is gone from every read; history stays. Raises NotPermitted, Managed."""
    ownership.need_for(this, "users.delete", user)
    await ownership.claim_for(this, user, "existence")
    await users.delete(this, user)


async def check_role(this: Change, user: User, role: str) -> None:
    """Nothing, if the person may be given the role. Raises as `set_role` does."""
    permissions.need(this.actor, "users.set_role")
    _checked_role(role)
    if role == user.role:
        return
    if user.role_by_hand is not None and highest(role, user.role) == user.role:
        giver = await integrations.name_of(this, user.integration_id)
        raise Managed("user", "role", giver or "that manages them")
    if role != Role.ADMIN:
        await administrators.need_another(this, user)


async def check_return(this: Change, user: User) -> None:
    """Nothing, if the person may be made active by hand. Raises NotPermitted, Managed."""
    ownership.need_for(this, "users.deactivate", user)
    if user.deactivated_at is None:
        return
    rows = await this.rows(
        "SELECT actor_kind FROM audit_events WHERE account_id = $1 AND subject_id = $2 AND action = 'user.deactivated' "
        "ORDER BY at DESC, id DESC LIMIT 1",
        this.account_id,
        user.id,
    )
    if not rows or rows[0]["actor_kind"] == "integration":
        await ownership.claim_for(this, user, "status")


# --- what the verbs lean on ---------------------------------------------------------------------------------------


def _checked_role(role: str) -> str:
    if role not in set(Role):
        raise Invalid("role", f"it is {', '.join(Role)}.")
    return role


def _check_name(name: str) -> None:
    if not fold(name).strip() or len(name) > MAX_NAME_CHARACTERS or not name.isprintable():
        raise Invalid("name", f"a person's name has 1 to {MAX_NAME_CHARACTERS} characters.")
