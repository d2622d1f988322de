"""People changed by hand: invited, renamed, given a role, deactivated, taken back, deleted, and many at once.

What an integration manages of a person is changed at its provider. One thing is not left to it: an administrator
deactivates anybody at once, as it may be urgent; and whom they have deactivated they may take back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from catalog import access, permissions, sql
from catalog.actors import Role
from catalog.attributes import split_name
from catalog.changes import Change
from catalog.dialects import DIALECTS, FOREVER
from catalog.errors import CatalogError, Invalid, Managed, NotFound
from catalog.ids import fold
from catalog.mapping import highest
from catalog.models import Team, User
from catalog.selection import Where
from catalog.services import administrators, integrations, memberships, ownership, recognition, sessions, users
from catalog.services.users import Draft

Status = Literal["active", "deactivated"]

MAX_NAME_CHARACTERS = 200
MOST_AT_ONCE = 5_000
"""People of one bulk change."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Whom a bulk change passed over, and why."""

    user: User
    error: CatalogError


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
    await _check_role(this, user, role)
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
    await this.flush()
    recognition.forget()


async def deactivate(this: Change, user: User) -> None:
    """The person is out from this moment, also one whom an integration manages: its next push decides again.

    Raises NotPermitted, for the last administrator too.
    """
    await users.deactivate(this, user)
    await this.flush()


async def reactivate(this: Change, user: User) -> None:
    """The person is active again. Raises NotPermitted; Managed where their provider has deactivated them."""
    await _check_return(this, user)
    await users.reactivate(this, user)
    await this.flush()


async def delete(this: Change, user: User) -> None:
    """The person is gone from every read; history stays. Raises NotPermitted, Managed."""
    ownership.need_for(this, "users.delete", user)
    await ownership.claim_for(this, user, "existence")
    await users.delete(this, user)


async def alter_many(
    this: Change,
    user_ids: Sequence[UUID],
    *,
    role: str | None = None,
    status: Status | None = None,
    joining: Sequence[Team] = (),
) -> tuple[int, list[Failure]]:
    """Everybody of these in that role and status, and on these teams too; how many differed, and who was passed over.

    Whoever can't be altered is left wholly as they are; the others are altered. Ids of nobody are passed over in
    silence. Raises NotPermitted; Managed for a team whose members a provider manages.
    """
    for operation, wanted in (("users.set_role", role), ("users.deactivate", status)):
        if wanted is not None:
            permissions.need(this.actor, operation)
    if len(user_ids) > MOST_AT_ONCE:
        raise Invalid("users", f"{MOST_AT_ONCE} people at most are changed at once.")
    failures: list[Failure] = []
    altered, staying = set(), []
    for user in await _held(this, user_ids):
        try:
            if await _alter(this, user, role, status):
                altered.add(user.id)
        except CatalogError as problem:
            failures.append(Failure(user, problem))
        else:
            staying.append(user.id)
    for team in joining:
        altered |= set(staying) - await _on(this, team, staying)
        await memberships.add(this, team, staying)
    await this.flush()
    return len(altered), failures


async def meant(this: Change, where: Where) -> list[UUID]:
    """The ids of everybody who meets the condition. Raises Invalid, if they are more than may be changed at once."""
    query = sql.Query(this.dialect, "users", this.account_id)
    query.column("id", "u.id")
    query.where(where)
    rows = await this.rows(f"{query.text()} LIMIT {MOST_AT_ONCE + 1}", *query.params)
    if len(rows) > MOST_AT_ONCE:
        raise Invalid("where", f"more than {MOST_AT_ONCE} people meet it; {MOST_AT_ONCE} at most are changed at once.")
    return [UUID(str(row["id"])) for row in rows]


async def ids_of_emails(this: Change, emails: Sequence[str]) -> dict[str, UUID]:
    """The ids of the people with these emails, by the emails as they are given.

    Raises NotFound for the first that is nobody's.
    """
    keys = {email: fold(email.strip()) for email in emails}
    rows = await this.rows(
        "SELECT u.id, u.email_key FROM users u WHERE u.account_id = $1 AND u.deleted_at IS NULL "
        f"AND {DIALECTS[this.dialect].one_of('u.email_key', '$2', 'text')}",
        this.account_id,
        sorted(set(keys.values())),
    )
    found = {row["email_key"]: UUID(str(row["id"])) for row in rows}
    for email, key in keys.items():
        if key not in found:
            raise NotFound("user", email)
    return {email: found[key] for email, key in keys.items()}


# --- what the verbs lean on ---------------------------------------------------------------------------------------


async def _alter(this: Change, user: User, role: str | None, status: Status | None) -> bool:
    """The person in that role and status; whether they differed. Nothing is written before everything is allowed."""
    if role is not None:
        await _check_role(this, user, role)
    if status == "active":
        await _check_return(this, user)
    if status == "deactivated" and user.deactivated_at is None:
        await administrators.need_another(this, user)
    before = (user.role, user.deactivated_at is None)
    if role is not None:
        await set_role(this, user, role)
    if status is not None:
        await (users.reactivate if status == "active" else users.deactivate)(this, user)
    await this.flush()
    return before != (user.role, user.deactivated_at is None)


async def _check_role(this: Change, user: User, role: str) -> None:
    permissions.need(this.actor, "users.set_role")
    _checked_role(role)
    if role == user.role:
        return
    if user.role_by_hand is not None and highest(role, user.role) == user.role:
        giver = await integrations.name_of(this, user.integration_id)
        raise Managed("user", "role", giver or "that manages them")
    if role != Role.ADMIN:
        await administrators.need_another(this, user)


async def _check_return(this: Change, user: User) -> None:
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


async def _held(this: Change, user_ids: Sequence[UUID]) -> list[User]:
    """The people, held until the change ends; in one order, so that two changes of many can't wait for each other."""
    say = DIALECTS[this.dialect]
    rows = await this.rows(
        f"SELECT {sql.columns(User, 'u')} FROM users u WHERE u.account_id = $1 AND u.deleted_at IS NULL "
        f"AND {say.one_of('u.id', '$2', 'uuid')} ORDER BY u.id{say.for_update}",
        this.account_id,
        list(user_ids),
    )
    return [access.loaded(User, row) for row in rows]


async def _on(this: Change, team: Team, user_ids: Sequence[UUID]) -> set[UUID]:
    """Who of them is on the team."""
    chosen = DIALECTS[this.dialect].one_of("user_id", "$2", "uuid")
    rows = await this.rows(
        f"SELECT user_id FROM memberships WHERE team_id = $1 AND valid_to = {FOREVER} AND {chosen}",
        team.id,
        list(user_ids),
    )
    return {UUID(str(row["user_id"])) for row in rows}


def _checked_role(role: str) -> str:
    if role not in set(Role):
        raise Invalid("role", f"it is {', '.join(Role)}.")
    return role


def _check_name(name: str) -> None:
    if not fold(name).strip() or len(name) > MAX_NAME_CHARACTERS or not name.isprintable():
        raise Invalid("name", f"a person's name has 1 to {MAX_NAME_CHARACTERS} characters.")
