"""Many people at once: found by condition or by email, altered together, written to again.

Whoever can't be altered is passed over with the reason; everybody else is altered, in one change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from catalog import access, letters, permissions, sql
from catalog.changes import Change
from catalog.dialects import DIALECTS, FOREVER
from catalog.errors import CatalogError, Invalid, NotFound
from catalog.ids import fold
from catalog.models import Team, User
from catalog.selection import Where
from catalog.services import administration, administrators, invitations, memberships, ownership, users, visibility

Status = Literal["active", "deactivated"]

MOST_AT_ONCE = 2_000
"""People of one bulk change: so many are deactivated in seconds, while SQLite lets nobody else write."""

MOST_LETTERS = 500
"""People who are written to at once."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Whom a bulk change passed over, and why."""

    user: User
    error: CatalogError


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
    if role is None and status is None and not joining:
        raise Invalid("users", "say what is to change: a role, a status, or teams to join.")
    for operation, wanted in (("users.set_role", role), ("users.deactivate", status)):
        if wanted is not None:
            permissions.need(this.actor, operation)
    # Before anybody is held: whoever may change nothing holds up nobody.
    for team in joining:
        await ownership.need(this, "teams.set_members", team)
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
    """The ids of everybody who meets the condition.

    Raises NotPermitted for a condition on what the actor may not see; Invalid, if they are more than may be changed at
    once.
    """
    query = sql.Query(this.dialect, "users", this.account_id)
    query.sees = await visibility.of(this.actor)
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


async def invite_again(this: Change, user_ids: Sequence[UUID] | None = None) -> tuple[list[UUID], list[UUID]]:
    """Who of these is sent an invitation, and who can't be; without ids, everybody whose invitation is still open.

    Open is one that was sent, is held or has expired, and that of somebody who was made by hand and never told. Some
    at a time: those who were told drop to the end. Raises NotPermitted, Invalid.
    """
    permissions.need(this.actor, "users.invite")
    if user_ids is not None and len(user_ids) > MOST_LETTERS:
        raise Invalid("users", f"{MOST_LETTERS} people at most are written to at once.")
    people = await _held(this, user_ids if user_ids is not None else await _pending(this))
    sent, failed = [], sorted(set(user_ids or ()) - {user.id for user in people})
    for user in people:
        try:
            if not letters.can_get_mail(user.email):
                raise Invalid("user", f"{user.name} has no address that gets mail.")
            await invitations.resend(this, user)
        except Invalid:
            failed.append(user.id)
        else:
            sent.append(user.id)
    return sent, failed


# --- what the verbs lean on ---------------------------------------------------------------------------------------


async def _alter(this: Change, user: User, role: str | None, status: Status | None) -> bool:
    """The person in that role and status; whether they differed. Nothing is written before everything is allowed."""
    if role is not None:
        await administration.check_role(this, user, role)
    if status == "active":
        await administration.check_return(this, user)
    if status == "deactivated" and user.deactivated_at is None:
        await administrators.need_another(this, user)
    before = (user.role, user.deactivated_at is None)
    if role is not None:
        await administration.set_role(this, user, role)
    if status is not None:
        await (users.reactivate if status == "active" else users.deactivate)(this, user)
    return before != (user.role, user.deactivated_at is None)


async def _pending(this: Change) -> list[UUID]:
    """Whose invitation is open, the longest without a letter first."""
    rows = await this.rows(
        "SELECT u.id FROM users u LEFT JOIN (SELECT o.user_id, max(o.created_at) AS at FROM outbox_messages o "
        "WHERE o.account_id = $1 GROUP BY o.user_id) told ON told.user_id = u.id "
        "WHERE u.account_id = $1 AND u.deleted_at IS NULL AND u.deactivated_at IS NULL AND u.last_sign_in_at IS NULL "
        "AND (u.invitation IN ('held', 'sent', 'expired') OR u.invitation = 'none' AND u.integration_id IS NULL) "
        f"ORDER BY told.at IS NOT NULL, told.at, u.id LIMIT {MOST_LETTERS}",
        this.account_id,
    )
    return [UUID(str(row["id"])) for row in rows]


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
