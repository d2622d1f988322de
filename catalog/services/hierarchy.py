"""The hierarchy of teams: a team has one parent at most, and never stands below itself.

A parent is set by hand, or by a provider that puts a group into a group. The provider's word wins where it has one,
and takes back only what it has set: a parent set by hand survives every push of people.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from catalog import access, sql
from catalog.changes import Change
from catalog.dialects import DIALECTS
from catalog.errors import Invalid, NotFound
from catalog.models import Team
from catalog.services import ownership


async def place(this: Change, team: Team, parent_id: UUID | None, *, pushed_by: UUID | None) -> bool:
    """The team under this parent, or under none; whether anything differed. `pushed_by`: the integration's wish.

    Raises NotFound for the parent; Invalid where it is the team itself, or stands below it.
    """
    if team.parent_id == parent_id and team.parent_integration_id == pushed_by:
        return False
    if parent_id is not None:
        await _in_turn(this)
        if team.id in await _line_of(this, parent_id):
            raise Invalid("parent", f"{team.name!r} would stand below itself.")
    before, team.parent_id, team.parent_integration_id = team.parent_id, parent_id, pushed_by
    if before == parent_id:
        this.touch(team)
    else:
        _record(this, team, before)
    await this.flush()
    return True


async def nest(this: Change, team: Team, child_ids: Iterable[UUID]) -> int:
    """A provider's groups within its group: they get this parent; how many did not have it.

    Raises NotFound; Invalid where a group is in another one already, or would stand below itself; WaitsToBeLinked for
    a team that the asking integration does not own.
    """
    await ownership.claim(this, team, "members")
    nested = 0
    for child_id in child_ids:
        child = await access.team(this, child_id, lock=True)
        await ownership.claim(this, child, "parent")
        if child.parent_id not in (None, team.id) and child.parent_integration_id == this.actor.integration_id:
            raise Invalid("members", f"the group {child.provider_name!r} is a member of another group already.")
        nested += await place(this, child, team.id, pushed_by=this.actor.integration_id)
    if nested:
        this.touch(team)
    return nested


async def unnest(this: Change, team: Team, child_ids: Iterable[UUID]) -> int:
    """A provider's groups out of its group: those that it had put there have no parent; how many these are.

    Raises WaitsToBeLinked where the asking integration does not own the team.
    """
    await ownership.claim(this, team, "members")
    there = await nested_in(this, team)
    leaving = [child_id for child_id in child_ids if child_id in there]
    for child_id in leaving:
        await place(this, await access.team(this, child_id, lock=True), None, pushed_by=None)
    if leaving:
        this.touch(team)
    return len(leaving)


async def nested_in(this: Change, team: Team) -> frozenset[UUID]:
    """The ids of the groups that a provider has put into this one."""
    rows = await this.rows(
        "SELECT id FROM teams WHERE account_id = $1 AND parent_id = $2 AND parent_integration_id IS NOT NULL "
        "AND deleted_at IS NULL",
        this.account_id,
        team.id,
    )
    return frozenset(UUID(str(row["id"])) for row in rows)


async def move_up(this: Change, team: Team) -> None:
    """The children of a team that is being deleted get its parent."""
    await _in_turn(this)
    rows = await this.rows(
        f"SELECT {sql.columns(Team, 't')} FROM teams t "
        "WHERE t.account_id = $1 AND t.parent_id = $2 AND t.deleted_at IS NULL ORDER BY t.id"
        + DIALECTS[this.dialect].for_update,
        this.account_id,
        team.id,
    )
    for child in [access.loaded(Team, row) for row in rows]:
        child.parent_id, child.parent_integration_id = team.parent_id, None
        _record(this, child, team.id)


async def _in_turn(this: Change) -> None:
    """Moves within an account take turns: two at once could close a circle that neither of them sees."""
    await access.account(this, lock=True)


async def _line_of(this: Change, team_id: UUID) -> frozenset[UUID]:
    """The team and everything above it. Raises NotFound."""
    rows = await this.rows(
        "WITH RECURSIVE line(id, parent_id) AS ("
        "SELECT id, parent_id FROM teams WHERE account_id = $1 AND id = $2 AND deleted_at IS NULL "
        "UNION SELECT t.id, t.parent_id FROM teams t JOIN line ON t.id = line.parent_id) SELECT id FROM line",
        this.account_id,
        team_id,
    )
    if not rows:
        raise NotFound("team", team_id)
    return frozenset(UUID(str(row["id"])) for row in rows)


def _record(this: Change, team: Team, before: UUID | None) -> None:
    after = team.parent_id
    this.record(
        "team.moved",
        team,
        kind="team",
        name=team.name,
        before={"parent": str(before) if before else None},
        after={"parent": str(after) if after else None},
    )
