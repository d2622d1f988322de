"""Backfill: memberships of the past, brought in from another system's records.

What is brought in says when it was so, and beside that when Muster learnt of it. It never makes anybody a member of
today: a period without an end lengthens the one that is open, and nothing else. Bringing in the same again changes
nothing, so a file that was stopped midway is simply brought in again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from catalog import access, permissions, sql, timekeeping
from catalog.changes import Change
from catalog.dialects import DIALECTS
from catalog.ids import FOREVER as NEVER_ENDED
from catalog.ids import as_uuid, fold, new_id
from catalog.models import Team, User

Fate = Literal["imported", "lengthened", "unchanged", "refused"]


@dataclass(frozen=True, slots=True)
class Record:
    """A line of the other system's records.

    The team by its alias or id, the person by email, userName or id. `valid_to` is None for who is there still.
    """

    team: str
    user: str
    role: str | None
    valid_from: datetime
    valid_to: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a record; `reason` says in a sentence why it was refused."""

    fate: Fate
    reason: str | None = None


@dataclass(slots=True)
class _Period:
    """A period as it is, or as it will be."""

    id: UUID
    role: str | None
    valid_from: datetime
    valid_to: datetime
    is_new: bool = False
    was_from: datetime | None = None
    """Where it began before it was lengthened."""


async def bring_in(this: Change, records: Sequence[Record], *, dry_run: bool = False) -> list[Outcome]:
    """What became of each record; with `dry_run`, what would. The teams are held until the change ends.

    Raises NotPermitted.
    """
    permissions.need(this.actor, "history.import")
    teams, people = await _teams(this, records), await _people(this, records)
    known = await _periods(this, teams, people)
    outcomes: list[Outcome] = []
    for record in records:
        team, user = teams.get(record.team), people.get(fold(record.user))
        if team is None:
            outcomes.append(_refused(f"there is no team {record.team[:100]!r}"))
        elif user is None:
            outcomes.append(_refused(f"there is no person {record.user[:100]!r}"))
        else:
            outcomes.append(_place(this, record, known.setdefault((team.id, user.id), [])))
    if not dry_run:
        await _write(this, teams.values(), people.values(), known)
    return outcomes


def _place(this: Change, record: Record, periods: list[_Period]) -> Outcome:
    """The record among the periods of this person in this team; the ones that it alters are altered."""
    begin, end = record.valid_from, record.valid_to or NEVER_ENDED
    if begin >= end:
        return _refused("it ends before it begins")
    if begin > this.at or (record.valid_to is not None and record.valid_to > this.at):
        return _refused("it is of the future")
    met = [period for period in periods if period.valid_from < end and period.valid_to > begin]
    if any((p.role, p.valid_from, p.valid_to) == (record.role, begin, end) for p in met):
        return Outcome("unchanged")
    if end == NEVER_ENDED:
        return _lengthen(record, met, periods)
    if met:
        return _refused("another period of theirs in this team is at that time")
    following = next((p for p in periods if p.valid_from == end and p.role == record.role), None)
    if following is not None:
        _begin_earlier(following, begin)
        return Outcome("lengthened")
    periods.append(_Period(new_id(), record.role, begin, end, is_new=True))
    return Outcome("imported")


def _lengthen(record: Record, met: list[_Period], periods: list[_Period]) -> Outcome:
    """Somebody who is there still, since earlier than was known."""
    current = next((period for period in met if period.valid_to == NEVER_ENDED), None)
    if current is None:
        return _refused("they are not on the team now: say when it ended")
    if len(met) > 1:
        return _refused("another period of theirs in this team is at that time")
    if current.valid_from <= record.valid_from:
        # Known from earlier on already.
        return Outcome("unchanged")
    if current.role == record.role or record.role is None:
        _begin_earlier(current, record.valid_from)
        return Outcome("lengthened")
    periods.append(_Period(new_id(), record.role, record.valid_from, current.valid_from, is_new=True))
    return Outcome("imported")


def _begin_earlier(period: _Period, begin: datetime) -> None:
    period.was_from = period.was_from or period.valid_from
    period.valid_from = begin


def _refused(reason: str) -> Outcome:
    return Outcome("refused", f"{reason[0].upper()}{reason[1:]}.")


# --- what is there ------------------------------------------------------------------------------------------------


async def _teams(this: Change, records: Iterable[Record]) -> dict[str, Team]:
    """The teams by what the records call them, held in one order."""
    names = sorted({record.team for record in records})
    say = DIALECTS[this.dialect]
    rows = await this.rows(
        "SELECT a.alias, a.team_id FROM team_aliases a WHERE a.account_id = $1 "
        f"AND {say.one_of('a.alias', '$2', 'text')}",
        *(this.account_id, names),
    )
    ids = {row["alias"]: UUID(str(row["team_id"])) for row in rows}
    ids |= {name: id for name in names if name not in ids and (id := as_uuid(name))}
    found = await this.rows(
        f"SELECT {sql.columns(Team, 't')} FROM teams t WHERE t.account_id = $1 "
        f"AND {say.one_of('t.id', '$2', 'uuid')} ORDER BY t.id{say.for_update}",
        *(this.account_id, sorted(set(ids.values()))),
    )
    by_id = {team.id: team for team in (access.loaded(Team, row) for row in found)}
    return {name: by_id[id] for name, id in ids.items() if id in by_id}


async def _people(this: Change, records: Iterable[Record]) -> dict[str, User]:
    """The people by what the records call them, folded; of several of one name the one who is not deleted."""
    names = sorted({fold(record.user) for record in records})
    say = DIALECTS[this.dialect]
    ids = sorted(id for name in names if (id := as_uuid(name)))
    people: dict[str, User] = {}
    for column, wanted in (("id", ids), ("user_name_key", names), ("email_key", names)):
        kind = "uuid" if column == "id" else "text"
        rows = await this.rows(
            f"SELECT {sql.columns(User, 'u')} FROM users u WHERE u.account_id = $1 "
            f"AND {say.one_of(f'u.{column}', '$2', kind)} ORDER BY u.deleted_at IS NOT NULL, u.id DESC",
            *(this.account_id, wanted),
        )
        for row in rows:
            user = access.loaded(User, row)
            called = str(getattr(user, column))
            if called not in people or (people[called].deleted_at is not None and user.deleted_at is None):
                people[called] = user
    return people


async def _periods(
    this: Change, teams: dict[str, Team], people: dict[str, User]
) -> dict[tuple[UUID, UUID], list[_Period]]:
    say = DIALECTS[this.dialect]
    rows = await this.rows(
        f"SELECT m.id, m.team_id, m.user_id, m.role, {say.instant('m.valid_from')} AS since, "
        f"{say.instant('m.valid_to')} AS until FROM memberships m WHERE m.account_id = $1 "
        f"AND {say.one_of('m.team_id', '$2', 'uuid')} AND {say.one_of('m.user_id', '$3', 'uuid')} "
        "AND m.valid_to > m.valid_from",
        *(this.account_id, _ids(teams.values()), _ids(people.values())),
    )
    found: dict[tuple[UUID, UUID], list[_Period]] = {}
    for row in rows:
        period = _Period(
            UUID(str(row["id"])),
            row["role"],
            datetime.fromisoformat(row["since"]),
            datetime.fromisoformat(row["until"]),
        )
        found.setdefault((UUID(str(row["team_id"])), UUID(str(row["user_id"]))), []).append(period)
    return found


def _ids(rows: Iterable[Any]) -> list[UUID]:
    return sorted({row.id for row in rows})


# --- what is written ----------------------------------------------------------------------------------------------


async def _write(
    this: Change,
    teams: Iterable[Team],
    people: Iterable[User],
    known: dict[tuple[UUID, UUID], list[_Period]],
) -> None:
    """New periods and lengthened ones; whose they are was there by then; the trail tells of it."""
    altered: dict[UUID, int] = {}
    earliest: dict[UUID, datetime] = {}
    begun: list[list[Any]] = []
    lengthened: list[list[Any]] = []
    for (team_id, user_id), periods in known.items():
        for period in periods:
            if not period.is_new and period.was_from is None:
                continue
            altered[team_id] = altered.get(team_id, 0) + 1
            for subject in (team_id, user_id):
                earliest[subject] = min(earliest.get(subject, period.valid_from), period.valid_from)
            if period.is_new:
                begun.append(
                    [
                        *(period.id, this.account_id, team_id, user_id, period.role),
                        *(period.valid_from, period.valid_to, this.at, this.id),
                        None if period.valid_to == NEVER_ENDED else this.id,
                    ]
                )
            else:
                lengthened.append([period.valid_from, this.at, this.id, period.id])
    if begun:
        this.run(_BEGIN, begun, many=True)
    if lengthened:
        this.run(_LENGTHEN, lengthened, many=True)
    for row in [*_distinct(teams), *_distinct(people)]:
        if row.id in earliest:
            first = timekeeping.earlier(row, earliest[row.id])
            this.run(first.sql, *first.params)
    for team in _distinct(teams):
        if team.id in altered:
            this.record(
                "memberships.imported",
                team,
                kind="team",
                name=team.name,
                after={"count": altered[team.id]},
                rises=False,
            )
    await this.flush()


def _distinct(rows: Iterable[Any]) -> list[Any]:
    return list({row.id: row for row in rows}.values())


_BEGIN = (
    "INSERT INTO memberships (id, account_id, team_id, user_id, role, valid_from, valid_to, recorded_at, begun_in, "
    "ended_in, began_on_or_before) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, FALSE)"
)
_LENGTHEN = (
    "UPDATE memberships SET valid_from = $1, recorded_at = $2, begun_in = $3, began_on_or_before = FALSE WHERE id = $4"
)
