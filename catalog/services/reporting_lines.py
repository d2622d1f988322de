"""Reporting lines: whom a provider means by somebody's manager, also where the manager arrives later.

A provider names a manager as it likes: by our id, by userName, or by employee number.
"""

from __future__ import annotations

from uuid import UUID

from catalog.changes import Change
from catalog.ids import as_uuid, fold
from catalog.models import User

_KNOWN = "SELECT id, user_name_key FROM users WHERE account_id = $1 AND deleted_at IS NULL"


async def find_manager(this: Change, user: User) -> None:
    """The person whom the provider's manager value names, if they are here: by id, userName, then employee number."""
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
        key=lambda row: (str(row["id"]) != user.manager_value, row["user_name_key"] != user.manager_key, row["id"]),
    )
    if ranked:
        user.manager_id = UUID(str(ranked[0]["id"]))


async def arrived(this: Change, user: User) -> None:
    """Whoever named this person as manager before they were here has found them now."""
    names = [str(user.id), user.user_name_key, fold(user.employee_number) if user.employee_number else None]
    this.run(
        "UPDATE users SET manager_id = $1 WHERE account_id = $2 AND manager_id IS NULL AND deleted_at IS NULL "
        "AND manager_key IN ($3, $4, $5)",
        user.id,
        this.account_id,
        *names,
    )


async def departed(this: Change, user: User) -> None:
    """Nobody reports to a person who is deleted."""
    this.run(
        "UPDATE users SET manager_id = NULL WHERE account_id = $1 AND manager_id = $2", this.account_id, user.id
    )
