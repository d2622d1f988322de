"""Tallies: how many people and teams an account has, so that a list can tell its total without counting its rows.

`Change` calls it for every row that it writes, so no service can forget it. On PostgreSQL each connection raises a row
of its own, so that the writers of an import do not wait for one another; the total is the sum of these few rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from tortoise.models import Model

from catalog import sql, timekeeping
from catalog.database import database
from catalog.dialects import DIALECTS
from catalog.engines import Statement
from catalog.ids import new_id
from catalog.models import Team, User
from catalog.selection import EVERYTHING, Where, is_keyed


@dataclass(frozen=True, slots=True)
class Tally:
    """So many people and teams, or by so many more or fewer."""

    users: int = 0
    teams: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.users + other.users, self.teams + other.teams)


NOTHING = Tally()


def of(new: Sequence[Model], altered: Sequence[Model]) -> Tally:
    """By how many more these rows make it. To be asked before `timekeeping.statements`, which forgets what was."""
    return Tally(_more(User, new, altered), _more(Team, new, altered))


def raising(account_id: UUID, by: Tally, dialect: str) -> Statement:
    """What raises the account's tally."""
    text = (
        f"INSERT INTO tallies (id, account_id, shard, users, teams) VALUES ($1, $2, {DIALECTS[dialect].shard}, $3, $4) "
        "ON CONFLICT (account_id, shard) DO UPDATE "
        "SET users = tallies.users + excluded.users, teams = tallies.teams + excluded.teams"
    )
    return Statement(text, [new_id(), account_id, by.users, by.teams], table="tallies")


async def total(account_id: UUID) -> Tally:
    """How many people and teams the account has."""
    row = await database(account_id).one(
        "SELECT CAST(coalesce(sum(users), 0) AS BIGINT) AS users, CAST(coalesce(sum(teams), 0) AS BIGINT) AS teams "
        "FROM tallies WHERE account_id = $1",
        account_id,
    )
    return NOTHING if row is None else Tally(row["users"], row["teams"])


async def count(account_id: UUID, noun: Literal["users", "teams"], where: Where) -> int:
    """How many people or teams meet the condition: told by the tally where it is met by all, else counted."""
    if where == EVERYTHING:
        return int(getattr(await total(account_id), noun))
    db = database(account_id)
    query = sql.Query(db.dialect, noun, account_id)
    query.where(where)
    ask = db.keyed if is_keyed(where) else db.rows
    found = await ask(query.counting(), *query.params)
    return int(found[0]["n"])


async def compared(account_id: UUID) -> tuple[Tally, Tally]:
    """What is kept, and what is counted, at one moment: they differ only where what is kept is wrong."""
    row = await database(account_id).one(_COMPARED, account_id)
    if row is None:
        return NOTHING, NOTHING
    return Tally(row["users"], row["teams"]), Tally(row["counted_users"], row["counted_teams"])


async def mend(account_id: UUID) -> None:
    """What is kept raised by what it is wrong. Who writes meanwhile raises it by their own, as ever."""
    kept, counted = await compared(account_id)
    db = database(account_id)
    async with db.unit() as unit:
        by = Tally(counted.users - kept.users, counted.teams - kept.teams)
        await unit.batch([raising(account_id, by, db.dialect)])


_COMPARED = (
    "SELECT CAST(coalesce(sum(users), 0) AS BIGINT) AS users, CAST(coalesce(sum(teams), 0) AS BIGINT) AS teams, "
    "(SELECT count(*) FROM users WHERE account_id = $1 AND deleted_at IS NULL) AS counted_users, "
    "(SELECT count(*) FROM teams WHERE account_id = $1 AND deleted_at IS NULL) AS counted_teams "
    "FROM tallies WHERE account_id = $1"
)


def _more(model: type[Model], new: Iterable[Model], altered: Iterable[Model]) -> int:
    come = sum(_is_there(row) for row in new if type(row) is model)
    return come + sum(_is_there(row) - timekeeping.was_there(row) for row in altered if type(row) is model)


def _is_there(row: Model) -> bool:
    return row.deleted_at is None  # type: ignore[attr-defined]
