"""A team's roster as a person writes it: who is on the team, in which role, and who leads it.

Who is on a managed team is its provider's; the roles are not, as no provider sends them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import Enum
from uuid import UUID

from catalog.changes import Change
from catalog.dialects import FOREVER
from catalog.errors import Invalid
from catalog.models import Team
from catalog.services import memberships, ownership

MANAGER = "manager"
"""Roles are free text; this one makes a member the team's manager."""

MAX_ROLE_CHARACTERS = 100


class Kept(Enum):
    """In place of a role: theirs stays as it is."""

    ROLE = "role"


KEEP = Kept.ROLE

Roles = Mapping[UUID, str | Kept | None]
"""People, each with the role that they are to have in the team."""


async def put(this: Change, team: Team, wanted: Roles) -> None:
    """These people are on the team, in these roles; others stay as they are.

    Raises NotPermitted, Managed where somebody would have to join a managed team, NotFound, Invalid for a role.
    """
    await _arrange(this, team, wanted, leaving=())


async def replace(this: Change, team: Team, wanted: Roles) -> None:
    """These people and nobody else are on the team, in these roles. Raises as `put` does."""
    there = await _roles(this, team)
    await _arrange(this, team, wanted, leaving=[user_id for user_id in there if user_id not in wanted])


async def remove(this: Change, team: Team, user_ids: Collection[UUID]) -> list[UUID]:
    """Those of them who were on the team: they have left it. Raises NotPermitted, Managed."""
    await ownership.need(this, "teams.set_members", team)
    there = await _roles(this, team)
    leaving = [user_id for user_id in user_ids if user_id in there]
    await _arrange(this, team, {}, leaving=leaving)
    return leaving


async def set_manager(this: Change, team: Team, user_id: UUID | None) -> None:
    """This person leads the team, and nobody else; with None nobody does. Who led it stays on it, without a role.

    Raises as `put` does.
    """
    there = await _roles(this, team)
    former = {id: None for id, role in there.items() if role == MANAGER and id != user_id}
    await _arrange(this, team, {**former, **({} if user_id is None else {user_id: MANAGER})}, leaving=())


async def _arrange(this: Change, team: Team, wanted: Roles, *, leaving: Collection[UUID]) -> None:
    await ownership.need(this, "teams.set_members", team)
    roles = {user_id: _read(role) for user_id, role in wanted.items()}
    there = await _roles(this, team)
    joining: dict[str | None, list[UUID]] = {}
    for user_id, role in roles.items():
        if user_id not in there:
            joining.setdefault(None if isinstance(role, Kept) else role, []).append(user_id)
    if leaving:
        await memberships.end(this, team, leaving)
    for role, user_ids in joining.items():
        await memberships.add(this, team, user_ids, role=role)
    for user_id, role in roles.items():
        if user_id in there and not isinstance(role, Kept):
            await memberships.assign(this, team, user_id, role)
    await this.flush()


def _read(role: str | Kept | None) -> str | Kept | None:
    """The role as it is kept: a blank one is none. Raises Invalid."""
    if not isinstance(role, str):
        return role
    kept = role.strip()
    if len(kept) > MAX_ROLE_CHARACTERS or not kept.isprintable():
        raise Invalid("role", f"a role has {MAX_ROLE_CHARACTERS} characters at most, and none that can't be seen.")
    return kept or None


async def _roles(this: Change, team: Team) -> dict[UUID, str | None]:
    """Everybody on the team, each with their role."""
    rows = await this.rows(
        f"SELECT user_id, role FROM memberships WHERE team_id = $1 AND valid_to = {FOREVER}", team.id
    )
    return {UUID(str(row["user_id"])): row["role"] for row in rows}
