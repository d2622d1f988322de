"""The last administrator: can be neither demoted nor deleted, nor deactivated by hand, as nobody could make another."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from catalog import access
from catalog.actors import Role
from catalog.changes import Change
from catalog.dialects import DIALECTS
from catalog.errors import NotPermitted
from catalog.models import User


async def need_another(this: Change, user: User) -> None:
    """Nothing, if there is an active administrator without this person. Raises NotPermitted.

    Nothing to say of whoever is no active administrator.
    """
    if user.role != Role.ADMIN or user.deactivated_at is not None:
        return
    if not await are_left(this, [user.id]):
        raise NotPermitted(f"{user.name} is the last administrator: make somebody else one first.")


async def are_left(this: Change, leaving: Collection[UUID]) -> bool:
    """Whether there is an active administrator without these people. Held until the change ends.

    Two changes at once would each see the other's administrator: they take turns.
    """
    await this.flush()
    await access.account(this, lock=True)
    rows = await this.rows(
        "SELECT 1 FROM users WHERE account_id = $1 AND role = 'admin' AND deactivated_at IS NULL "
        f"AND deleted_at IS NULL AND NOT {DIALECTS[this.dialect].one_of('id', '$2', 'uuid')} LIMIT 1",
        this.account_id,
        list(leaving),
    )
    return bool(rows)
