"""Timekeeping: the periods of people and teams, kept by whichever change alters one.

`Change` calls it for every row that it writes, so no service can forget it: a row remembers what it was when it was
read, and only what differs from that ends a period and begins the next, both at the same instant. What is kept of a
row is named here. Memberships are periods themselves (`catalog.services.memberships`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from operator import attrgetter
from typing import Any
from uuid import UUID

from tortoise.models import Model

from catalog import sql
from catalog.dialects import FOREVER
from catalog.engines import Statement
from catalog.ids import FOREVER as NEVER_ENDED
from catalog.ids import new_id
from catalog.models import Team, TeamPeriod, User, UserPeriod


@dataclass(frozen=True)
class Timeline:
    """What is kept of one noun: the model of its periods, whose they are, and its columns by those of the row."""

    period: type[Model]
    subject: str
    columns: tuple[str, ...]
    of: Callable[[Any], tuple[Any, ...]]
    is_heard_of: Callable[[Any], bool]
    """Whether what a new row is may have been so before: a provider tells of it, or a person of themselves."""

    def ending(self) -> str:
        """For a subject that is no more: its open period ends, at the earliest where it began."""
        return (
            f"UPDATE {self.period._meta.db_table} SET valid_to = CASE WHEN valid_from > $1 THEN valid_from ELSE $1 END "
            f"WHERE {self.subject} = $2 AND valid_to = {FOREVER}"
        )

    def parting(self) -> str:
        """For a subject that differs: its open period ends, unless that began at this instant."""
        return (
            f"UPDATE {self.period._meta.db_table} SET valid_to = $1 "
            f"WHERE {self.subject} = $2 AND valid_to = {FOREVER} AND valid_from < $1"
        )

    @cached_property
    def overwriting(self) -> str:
        """What the INSERT does on a conflict: a period that began at this very instant never was what it said."""
        written = ", ".join(f"{name} = excluded.{name}" for name in self.columns)
        return f" ON CONFLICT ({self.subject}) WHERE valid_to = {FOREVER} DO UPDATE SET {written}"


_OF_PEOPLE = ("name", "name_key", "title", "department", "manager_id", "role")
_OF_TEAMS = ("name", "name_key", "parent_id")


def _person(user: User) -> tuple[Any, ...]:
    return (*_person_columns(user), user.deactivated_at is None)


_person_columns = attrgetter(*_OF_PEOPLE)

TIMELINES: dict[type[Model], Timeline] = {
    User: Timeline(UserPeriod, "user_id", (*_OF_PEOPLE, "is_active"), _person, lambda user: True),
    Team: Timeline(
        TeamPeriod, "team_id", _OF_TEAMS, attrgetter(*_OF_TEAMS), lambda team: team.integration_id is not None
    ),
}

_WAS = "_was"
"""The attribute of a row under which it remembers what it was; unset, nobody knows."""


def remember(row: Model) -> None:
    """The row is what the database has: what differs from now on, differs from this."""
    timeline = TIMELINES.get(type(row))
    if timeline is not None:
        setattr(row, _WAS, _state(timeline, row))


def was_there(row: Model) -> bool:
    """Whether the database has the row as one that is not deleted, as far as it was read or written."""
    return getattr(row, _WAS, ()) is not None


def earlier(row: Model, since: datetime) -> Statement:
    """What makes the subject's first period begin at `since`, if it began later: it was there already.

    What else was so of it then is not known, so its first period still says 'on or before'.
    """
    timeline = TIMELINES[type(row)]
    table, subject = timeline.period._meta.db_table, timeline.subject
    return Statement(
        f"UPDATE {table} SET valid_from = $1, began_on_or_before = TRUE WHERE {subject} = $2 AND valid_from > $1 "
        f"AND id = (SELECT id FROM {table} WHERE {subject} = $2 ORDER BY valid_from, valid_to LIMIT 1)",
        [since, row.pk],
    )


def statements(new: Sequence[Model], altered: Sequence[Model], at: datetime) -> list[Statement]:
    """What keeps the periods of these rows, to be carried out after the rows are written; empty where nothing differs.

    `at` is the clock of the change. A row that has moved on since (its `updated_at` is later) begins its period there.
    """
    keeping = [
        statement
        for model, timeline in TIMELINES.items()
        for statement in _of_one_noun(
            timeline,
            [row for row in new if type(row) is model and row.deleted_at is None],  # type: ignore[attr-defined]
            [row for row in altered if type(row) is model and getattr(row, _WAS, ()) != _state(timeline, row)],
            at,
        )
    ]
    for row in (*new, *altered):
        remember(row)
    return keeping


def _of_one_noun(timeline: Timeline, new: Sequence[Any], differing: Sequence[Any], at: datetime) -> Iterator[Statement]:
    begun = [_period(timeline, row, row.created_at, at, heard_of=timeline.is_heard_of(row)) for row in new]
    for is_gone in (True, False):
        ending = [[max(row.updated_at, at), row.id] for row in differing if (row.deleted_at is not None) is is_gone]
        if ending:
            text = timeline.ending() if is_gone else timeline.parting()
            yield Statement(text, ending, many=True, table=timeline.period._meta.db_table)
    begun += [
        _period(timeline, row, max(row.updated_at, at), at, heard_of=False)
        for row in differing
        if row.deleted_at is None
    ]
    if begun:
        yield sql.insert(timeline.period, begun, on_conflict=timeline.overwriting)


def _state(timeline: Timeline, row: Any) -> tuple[Any, ...] | None:
    """What is kept of the row; None of one that is deleted."""
    return None if row.deleted_at is not None else timeline.of(row)


def _period(timeline: Timeline, row: Any, since: datetime, at: datetime, *, heard_of: bool) -> Model:
    known: dict[str, Any] = dict(zip(timeline.columns, timeline.of(row), strict=True))
    subject: dict[str, UUID] = {timeline.subject: row.id}
    return timeline.period(
        id=new_id(),
        account_id=row.account_id,
        **subject,
        **known,
        valid_from=since,
        valid_to=NEVER_ENDED,
        recorded_at=at,
        began_on_or_before=heard_of,
    )
