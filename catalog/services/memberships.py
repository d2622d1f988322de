"""Memberships: who belongs to a team, from when to when, in which role.

Sets in, differences out: a team is never loaded to add one person to it, a replacement ends and begins only what
differs, and a period is never deleted. A deleted person's id is passed over; one that names nobody undoes the change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from catalog import access, sql
from catalog.changes import Change
from catalog.dialects import DIALECTS, FOREVER
from catalog.errors import NotFound
from catalog.ids import FOREVER as NEVER_ENDED
from catalog.ids import new_id
from catalog.models import Team, User
from catalog.services import account_roles, alerts, ownership

CHUNK = 5_000
"""Ids in one statement, and rows held before they are written."""

SHOWN = 100
"""Ids that an audit event names; the others are counted."""

FIRST_PUSH = timedelta(days=1)
"""Whom a provider puts into a team so soon after it came may have been on it before."""

_OPEN = f"valid_to = {FOREVER}"


@dataclass(frozen=True, slots=True)
class Moves:
    """What became of a wish: how many joined, how many left, whose id was passed over because they are deleted."""

    joined: int = 0
    left: int = 0
    passed_over: tuple[UUID, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.joined or self.left)


async def alter(
    this: Change, team: Team, *, joining: Iterable[UUID] = (), leaving: Iterable[UUID] = (), role: str | None = None
) -> Moves:
    """Some join, others leave; who is there already stays as they are, and who is not there can't leave.

    Nobody is in both. The cost follows the number of ids, not the size of the team, which must be locked. Raises
    NotFound for an id of nobody in the account; WaitsToBeLinked or Managed where the actor may not (`ownership`).
    """
    await ownership.claim(this, team, "members")
    joiners, passed_over = await _joiners(this, team, list(dict.fromkeys(joining)))
    leavers = await _there(this, team, dict.fromkeys(leaving))
    if joiners or leavers:
        # A change that waited for the team may have begun before the one that had it: periods must not overlap.
        at = max(this.at, team.updated_at)
        await _end(this, list(leavers.values()), at)
        await _begin(this, team, joiners, at, role, heard_of=_is_first_heard_of(this, team))
        _record(this, team, joiners, list(leavers), role)
        await this.flush()
        await account_roles.follow_members(this, team, {*joiners, *leavers})
        if leavers and not joiners and this.actor.integration_id is not None:
            await _tell_if_empty(this, team)
    return Moves(len(joiners), len(leavers), passed_over)


async def add(this: Change, team: Team, user_ids: Iterable[UUID], *, role: str | None = None) -> Moves:
    """They join, in `role`; who is there already keeps theirs. Raises as `alter` does."""
    return await alter(this, team, joining=user_ids, role=role)


async def end(this: Change, team: Team, user_ids: Iterable[UUID]) -> Moves:
    """They leave: their periods end now. Nothing for those who are not there. Raises as `alter` does."""
    return await alter(this, team, leaving=user_ids)


async def replace(this: Change, team: Team, user_ids: Iterable[UUID]) -> Moves:
    """They and nobody else: two set differences; who stays keeps period and role. Raises as `alter` does."""
    wanted, current = dict.fromkeys(user_ids), await _current(this, team)
    return await alter(
        this,
        team,
        joining=(user_id for user_id in wanted if user_id not in current),
        leaving=(user_id for user_id in current if user_id not in wanted),
    )


async def clear(this: Change, team: Team) -> Moves:
    """Everybody leaves. Raises as `alter` does."""
    return await replace(this, team, ())


async def assign(this: Change, team: Team, user_id: UUID, role: str | None) -> bool:
    """The member in another role from now on; whether it is another one.

    The period in the old role ends and one in the new role follows it without a gap, so that an earlier instant still
    tells the earlier role. No provider sends roles, so a managed team's are not locked. Raises NotFound where they are
    no member.
    """
    await ownership.need(this, "teams.set_members", team)
    rows = await this.rows(
        f"SELECT id, role, integration_id FROM memberships WHERE team_id = $1 AND user_id = $2 AND {_OPEN}",
        team.id,
        user_id,
    )
    if not rows:
        raise NotFound("member", user_id)
    before, source = rows[0]["role"], rows[0]["integration_id"]
    if before == role:
        return False
    at = max(this.at, team.updated_at)
    await _end(this, [rows[0]["id"]], at)
    await _begin(this, team, [user_id], at, role, source)
    this.record(
        "memberships.changed",
        team,
        kind="team",
        name=team.name,
        before={"members": [str(user_id)], "role": before},
        after={"members": [str(user_id)], "role": role},
    )
    await this.flush()
    return True


async def end_everybody(this: Change, team: Team) -> int:
    """Every period of a team that is being deleted ends; how many. The team's own event tells of it."""
    current = list((await _current(this, team)).values())
    await _end(this, current, max(this.at, team.updated_at))
    await this.flush()
    return len(current)


async def resume(this: Change, team: Team) -> None:
    """A deleted team that comes back has its people again, in their roles: those whose periods ended with it."""
    rows = await this.rows(
        "SELECT m.user_id, m.role, m.integration_id FROM memberships m JOIN users u ON u.id = m.user_id "
        "WHERE m.team_id = $1 AND m.valid_to = $2 AND u.deleted_at IS NULL",
        team.id,
        team.deleted_at,
    )
    alike: dict[tuple[str | None, Any], list[UUID]] = {}
    for row in rows:
        alike.setdefault((row["role"], row["integration_id"]), []).append(_uuid(row["user_id"]))
    for (role, source), user_ids in alike.items():
        await _begin(this, team, user_ids, max(this.at, team.updated_at), role, source)
    await this.flush()


async def end_all_of(this: Change, user: User) -> int:
    """A person leaves all of their teams, whoever manages these, as they are no more; how many teams."""
    periods = await this.rows(f"SELECT id, team_id FROM memberships WHERE user_id = $1 AND {_OPEN}", user.id)
    by_team = {_uuid(row["team_id"]): row["id"] for row in periods}
    say = DIALECTS[this.dialect]
    rows = await this.rows(
        f"SELECT {sql.columns(Team, 't')} FROM teams t WHERE t.account_id = $1 AND {say.one_of('t.id', '$2', 'uuid')} "
        f"ORDER BY t.id{say.for_update}",
        this.account_id,
        list(by_team),
    )
    for team in [access.loaded(Team, row) for row in rows]:
        await _end(this, [by_team[team.id]], max(this.at, team.updated_at))
        _record(this, team, [], [user.id], None)
    await this.flush()
    return len(rows)


# --- what the verbs lean on ---------------------------------------------------------------------------------------


async def _current(this: Change, team: Team) -> dict[UUID, Any]:
    """Who is on the team, each with the id of their open period."""
    rows = await this.rows(f"SELECT user_id, id FROM memberships WHERE team_id = $1 AND {_OPEN}", team.id)
    return {_uuid(row["user_id"]): row["id"] for row in rows}


async def _tell_if_empty(this: Change, team: Team) -> None:
    if not await this.rows(f"SELECT 1 FROM memberships WHERE team_id = $1 AND {_OPEN} LIMIT 1", team.id):
        await alerts.note(this, "emptied_teams", team.id)


async def _joiners(this: Change, team: Team, user_ids: list[UUID]) -> tuple[list[UUID], tuple[UUID, ...]]:
    """Who of them is to join, and whose id is passed over. Raises NotFound for the first id of nobody."""
    say = DIALECTS[this.dialect]
    # Held, so that nobody who joins is deleted at the same time: their period would never end.
    text = f"SELECT id, deleted_at FROM users WHERE account_id = $1 AND {say.one_of('id', '$2', 'uuid')}{say.for_share}"
    joiners: list[UUID] = []
    passed_over: list[UUID] = []
    for some in _chunks(user_ids):
        rows = await this.rows(text, this.account_id, some)
        is_deleted = {_uuid(row["id"]): row["deleted_at"] is not None for row in rows}
        there = await _there(this, team, some)
        for user_id in some:
            if user_id not in is_deleted:
                raise NotFound("user", user_id)
            if is_deleted[user_id]:
                passed_over.append(user_id)
            elif user_id not in there:
                joiners.append(user_id)
    return joiners, tuple(passed_over)


async def _there(this: Change, team: Team, user_ids: Iterable[UUID]) -> dict[UUID, Any]:
    """Who of them is on the team, each with the id of their open period."""
    say = DIALECTS[this.dialect]
    text = (
        f"SELECT user_id, id FROM memberships{say.by_index('memberships_open')} "
        f"WHERE team_id = $1 AND {_OPEN} AND {say.one_of('user_id', '$2', 'uuid')}"
    )
    there: dict[UUID, Any] = {}
    for some in _chunks(user_ids):
        there |= {_uuid(row["user_id"]): row["id"] for row in await this.rows(text, team.id, some)}
    return there


async def _begin(
    this: Change,
    team: Team,
    user_ids: Sequence[UUID],
    at: datetime,
    role: str | None,
    source: Any = None,
    *,
    heard_of: bool = False,
) -> None:
    text = (
        "INSERT INTO memberships (id, account_id, team_id, user_id, role, integration_id, "
        "valid_from, valid_to, recorded_at, began_on_or_before, begun_in) "
        "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
    )
    source = source or this.actor.integration_id
    common = [role, source, at, NEVER_ENDED, this.at, heard_of, this.id]
    for some in _chunks(user_ids):
        rows = [[new_id(), team.account_id, team.id, user_id, *common] for user_id in some]
        this.run(text, rows, many=True, table="memberships")
        await _flush_many(this, some)


def _is_first_heard_of(this: Change, team: Team) -> bool:
    """Whether a provider is only now telling of the team, so that since when its people are on it is not known."""
    return this.actor.integration_id is not None and this.at < team.created_at + FIRST_PUSH


async def _end(this: Change, periods: Sequence[Any], at: datetime) -> None:
    chosen = DIALECTS[this.dialect].one_of("id", "$3", "uuid")
    for some in _chunks(periods):
        ended = f"UPDATE memberships SET valid_to = $1, ended_in = $2 WHERE {chosen}"
        this.run(ended, at, this.id, some, table="memberships")
        await _flush_many(this, some)


async def _flush_many(this: Change, ids: Sequence[Any]) -> None:
    """Many rows are written now rather than held; a few wait for what else the change writes."""
    if len(ids) == CHUNK:
        await this.flush()


def _record(this: Change, team: Team, joiners: Sequence[UUID], leavers: Sequence[UUID], role: str | None) -> None:
    after: dict[str, Any] | None = _shown(joiners)
    if after is not None and role is not None:
        after["role"] = role
    this.record("memberships.changed", team, kind="team", name=team.name, before=_shown(leavers), after=after)


def _shown(user_ids: Sequence[UUID]) -> dict[str, Any] | None:
    if not user_ids:
        return None
    return {"members": [str(user_id) for user_id in user_ids[:SHOWN]], "count": len(user_ids)}


def _chunks(ids: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(ids)
    while some := list(islice(rest, CHUNK)):
        yield some


def _uuid(value: Any) -> UUID:
    """An id of a row: a UUID on PostgreSQL, its text on SQLite."""
    return value if isinstance(value, UUID) else UUID(value)
