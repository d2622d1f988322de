"""Reporting lines: whom a provider means by somebody's manager, also where the manager arrives later.

A provider names a manager as it likes: by our id, by userName, or by employee number.
"""

from __future__ import annotations

from uuid import UUID

from catalog import access, sql
from catalog.changes import Change
from catalog.dialects import DIALECTS
from catalog.ids import as_uuid, fold
from catalog.models import User

_KNOWN = "SELECT id, user_name_key FROM users WHERE account_id = $1 AND deleted_at IS NULL"


async def find_manager(this: Change, user: User) -> None:
    """The person whom the provider's manager value names, if they are here: by id, userName, then employee number.

    Of several with that employee number it is not the person themselves, and then the one who was here first.
    """
    user.manager_id = None
    if user.manager_value is None:
        return
    rows = await this.rows(
        # Three keyed reads: one condition with OR reads the whole account on SQLite.
        f"{_KNOWN} AND id = $2 UNION {_KNOWN} AND user_name_key = $3 UNION {_KNOWN} AND employee_number = $4",
        this.account_id,
        as_uuid(user.manager_value),
        user.manager_key,
        user.manager_value,
    )
    ranked = sorted(
        rows,
        key=lambda row: (
            str(row["id"]) != user.manager_value,
            row["user_name_key"] != user.manager_key,
            str(row["id"]) == str(user.id),
            str(row["id"]),
        ),
    )
    if ranked:
        user.manager_id = UUID(str(ranked[0]["id"]))


def lead_themselves(user: User) -> None:
    """Somebody new whose provider names them as their own manager has themselves as manager."""
    names, number = [str(user.id), user.user_name_key], user.employee_number
    if user.manager_id is None and (user.manager_key in names or (number and user.manager_value == number)):
        user.manager_id = user.id


async def arrived(this: Change, user: User) -> None:
    """Whoever named this person as manager before they were here has found them now; also they themselves, if they did.

    What their provider sent of them is as it was, so their versions stay.
    """
    lead_themselves(user)
    number = user.employee_number
    waiting = await _held(
        this,
        "users_manager_sought",
        # The key finds them by the index; an employee number is compared as it is written, as `find_manager` does.
        "u.manager_id IS NULL AND u.deleted_at IS NULL AND u.id <> $2 AND u.manager_key IN ($3, $4, $5) "
        "AND (u.manager_key IN ($3, $4) OR u.manager_value = $6)",
        user.id,
        *(str(user.id), user.user_name_key),
        fold(number) if number else None,
        number,
    )
    for person in waiting:
        _report_to(this, person, user.id)


async def departed(this: Change, user: User) -> None:
    """Nobody reports to a person who is deleted."""
    reports = await _held(this, "users_manager", "u.manager_id = $2 AND u.deleted_at IS NULL AND u.id <> $2", user.id)
    for person in reports:
        _report_to(this, person, None)


async def _held(this: Change, index: str, condition: str, *params: object) -> list[User]:
    """The people, held in the order of their ids. For its sake SQLite would choose another index and read everybody."""
    say = DIALECTS[this.dialect]
    rows = await this.rows(
        f"SELECT {sql.columns(User, 'u')} FROM users u{say.by_index(index)} WHERE u.account_id = $1 AND {condition} "
        f"ORDER BY u.id{say.for_update}",
        this.account_id,
        *params,
    )
    return [access.loaded(User, row) for row in rows]


def _report_to(this: Change, person: User, manager_id: UUID | None) -> None:
    before, person.manager_id = person.manager_id, manager_id
    this.record(
        "user.updated",
        person,
        kind="user",
        name=person.name,
        before={"manager_id": str(before) if before else None},
        after={"manager_id": str(manager_id) if manager_id else None},
        rises=False,
    )
