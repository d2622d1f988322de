"""`python -m tests.benchmarks.time --periods 5000000`: the directory as it was, beside as it is, on each database.

One account with so many membership periods, three years of them, in which every person has changed teams and titles
again and again; then the same questions about today and about an earlier day, by turns. Promised is that the members
of an ordinary team at an instant take at most 1.5 times as long as today's; the rest is told for orientation.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import statistics
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import UUID

import asyncpg
from rich.console import Console
from rich.table import Table

from catalog import database, schema, sql, tallies
from catalog.actors import Actor, command
from catalog.attributes import by_hand, derive
from catalog.engines import Database, Statement
from catalog.errors import Unavailable
from catalog.ids import FOREVER, fold, new_id
from catalog.models import Team, TeamAlias, User
from catalog.selection import AllOf, Column, Compare
from catalog.services import accounts, answers, reports
from catalog.shapes import Connected, Member, Nodes, One, Page, PageFacts, Rows, Shown, Total
from tests.benchmarks.servers import postgres_database

PEOPLE = 100_000
MEMBERS = 20
"""People in an ordinary team at any instant."""
TITLES = 4
"""Periods of each person."""
BEGIN = datetime(2023, 1, 1, tzinfo=UTC)
SPAN = timedelta(days=3 * 365)
THEN = BEGIN + SPAN / 2
CHUNK = 50_000
TIMES = 300


# --- the company ----------------------------------------------------------------------------------------------------


async def fill(db: Database, periods: int) -> tuple[Actor, list[UUID]]:
    """An account with the periods; the ids of its teams."""
    account = await accounts.create("Time", "time")
    actor = command(account.id)
    people = min(PEOPLE, max(MEMBERS * 10, periods // 50))
    teams = await _teams(db, actor, people // MEMBERS)
    users = await _people(db, actor, people)
    stays = periods // people
    step = SPAN / stays
    await _put(db, _MEMBERSHIP, _memberships(actor, users, teams, stays, step))
    await _put(db, _PERIOD, _titles(actor, users))
    await _put(db, _TEAM_PERIOD, _names(actor, teams))
    if db.dialect == "postgres":
        await _analysed(db)
    return actor, teams


async def _people(db: Database, actor: Actor, count: int) -> list[UUID]:
    ids: list[UUID] = []
    for start in range(0, count, 10_000):
        rows: list[User] = []
        for number in range(start, min(count, start + 10_000)):
            name = f"p{number}@muster.example"
            user = User(
                id=new_id(),
                account_id=actor.account_id,
                user_name=name,
                user_name_key=fold(name),
                created_at=BEGIN,
                updated_at=BEGIN,
            )
            derive(user, by_hand(name=f"Person {number}", email=name))
            rows.append(user)
        async with db.unit() as unit:
            more = tallies.raising(actor.account_id, tallies.Tally(users=len(rows)), db.dialect)
            await unit.batch([sql.insert(User, rows), more])
        ids += [row.id for row in rows]
    return ids


async def _teams(db: Database, actor: Actor, count: int) -> list[UUID]:
    common: dict[str, Any] = {"account_id": actor.account_id, "created_at": BEGIN}
    rows = [
        Team(
            id=new_id(),
            name=f"Team {n}",
            name_key=f"team {n}",
            provider_name=f"Team {n}",
            provider_name_key=f"team {n}",
            alias=f"team-{n}",
            updated_at=BEGIN,
            **common,
        )
        for n in range(count)
    ]
    aliases = [TeamAlias(id=new_id(), team_id=row.id, alias=row.alias, is_managed=False, **common) for row in rows]
    async with db.unit() as unit:
        more = tallies.raising(actor.account_id, tallies.Tally(teams=len(rows)), db.dialect)
        await unit.batch([sql.insert(Team, rows), sql.insert(TeamAlias, aliases), more])
    return [row.id for row in rows]


_MEMBERSHIP = ("memberships", "id account_id team_id user_id valid_from valid_to recorded_at began_on_or_before")
_PERIOD = (
    "user_periods",
    "id account_id user_id name name_key title is_active role valid_from valid_to recorded_at began_on_or_before",
)
_TEAM_PERIOD = (
    "team_periods",
    "id account_id team_id name name_key valid_from valid_to recorded_at began_on_or_before",
)


def _memberships(
    actor: Actor, users: list[UUID], teams: list[UUID], stays: int, step: timedelta
) -> Iterator[list[Any]]:
    """Everybody in one team after the other; each team has about as many at any instant."""
    for stay in range(stays):
        for number, user in enumerate(users):
            jitter = step * ((number * 7919 % 1000) / 1000)
            begin = BEGIN if stay == 0 else BEGIN + step * stay + jitter
            end = FOREVER if stay == stays - 1 else BEGIN + step * (stay + 1) + jitter
            team = teams[(number * 31 + stay * 17_389) % len(teams)]
            since = _cut(begin)
            yield [new_id(), actor.account_id, team, user, since, _cut(end), since, False]


def _titles(actor: Actor, users: list[UUID]) -> Iterator[list[Any]]:
    step = SPAN / TITLES
    for number, user in enumerate(users):
        for title in range(TITLES):
            end = FOREVER if title == TITLES - 1 else _cut(BEGIN + step * (title + 1))
            since, name = _cut(BEGIN + step * title), f"person {number}"
            what = [name, name, f"Title {title}", True, "user"]
            yield [new_id(), actor.account_id, user, *what, since, end, since, False]


def _names(actor: Actor, teams: list[UUID]) -> Iterator[list[Any]]:
    for number, team in enumerate(teams):
        name = f"team {number}"
        yield [new_id(), actor.account_id, team, name, name, BEGIN, FOREVER, BEGIN, False]


def _cut(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


async def _put(db: Database, where: tuple[str, str], rows: Iterator[list[Any]]) -> None:
    """The rows written as fast as the engine takes them."""
    table, columns = where[0], where[1].split()
    if db.dialect == "postgres":
        connection = await asyncpg.connect(database.address())
        await connection.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        await connection.copy_records_to_table(table, records=rows, columns=columns)
        await connection.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        await connection.close()
        return
    places = ", ".join(f"${place}" for place in range(1, len(columns) + 1))
    statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})"
    while chunk := list(islice(rows, CHUNK)):
        async with db.unit() as unit:
            await unit.batch([Statement(statement, chunk, many=True)])


async def _analysed(db: Database) -> None:
    for table in ("memberships", "user_periods", "team_periods", "users", "teams"):
        async with db.unit() as unit:
            await unit.batch([Statement("SET LOCAL statement_timeout = 0"), Statement(f"ANALYZE {table}")])


# --- the questions --------------------------------------------------------------------------------------------------

_MEMBER = (Shown("role", "role"), One("user", Rows("user"), (Shown("name", "name"), Shown("title", "title"))))
_PAGE = PageFacts("pageInfo", (("hasNextPage", "has_next"), ("endCursor", "end")))


def members(team: UUID, at: datetime | None) -> Member:
    """The members of a team, today or then."""
    link = "memberships" if at is None else "past_memberships"
    given = () if at is None else (("at", at),)
    active = Compare(Column("user_active"), "eq", True)
    listed = Connected("memberships", Rows(link, active, given=given), (Nodes("nodes", _MEMBER), _PAGE, Total("n")))
    where = AllOf((Compare(Column("id"), "eq", team),))
    return One("team", Rows("team", where), (listed,))


def of_account(link: str, shown: tuple[Any, ...], given: tuple[tuple[str, Any], ...]) -> Member:
    """The first hundred of a list of the account's."""
    return Connected(link, Rows(link, given=given, page=Page(100)), (Nodes("nodes", shown), _PAGE))


async def measure(db: Database, actor: Actor, teams: list[UUID]) -> dict[str, float]:
    """Milliseconds, medians; what is compared is asked by turns."""
    figures: dict[str, float] = {}
    now: list[float] = []
    then: list[float] = []
    sizes: list[int] = []
    for number in range(TIMES):
        team = teams[number * 37 % len(teams)]
        now.append(await _took(lambda team=team: _ask(actor, members(team, None))))  # type: ignore[misc]
        then.append(await _took(lambda team=team: _ask(actor, members(team, THEN))))  # type: ignore[misc]
        sizes.append(json.loads(await _ask(actor, members(team, THEN)))["team"]["memberships"]["n"])
    figures["members of a team today"] = statistics.median(now)
    figures["members of a team then"] = statistics.median(then)
    figures["as-of ratio"] = figures["members of a team then"] / figures["members of a team today"]
    figures["members then, median"] = statistics.median(sizes)
    week = (("begin", THEN), ("end", THEN + timedelta(days=7)), ("collapse", 0))
    person = (Shown("name", "name"), Shown("title", "title"))
    change = (Shown("type", "type"), One("user", Rows("user"), (Shown("name", "name"),)))
    whole: dict[str, Callable[[], Awaitable[Any]]] = {
        "100 people today": lambda: _ask(actor, of_account("users", person, ())),
        "100 people then": lambda: _ask(actor, of_account("past_users", person, (("at", THEN),))),
        "100 changes of a week": lambda: _ask(actor, of_account("membership_changes", change, week)),
        "headcount, 12 weeks": lambda: reports.headcount(actor, THEN, THEN + timedelta(weeks=12), "week"),
    }
    for name, ask in whole.items():
        try:
            figures[name] = statistics.median([await _took(ask) for _ in range(5)])
        except Unavailable:
            # Longer than a statement may take: told as infinite.
            figures[name] = math.inf
    return figures


async def _ask(actor: Actor, member: Member) -> str:
    given = {"base_url": "https://muster.example"}
    return await answers.answer(actor, "accounts", One("account", Rows("accounts"), (member,)), given=given)


async def _took(work: Callable[[], Awaitable[Any]]) -> float:
    began = perf_counter()
    await work()
    return (perf_counter() - began) * 1000


async def run(url: str, periods: int) -> dict[str, float]:
    """Every figure of one database."""
    db = await database.connect(url)
    await schema.migrate()
    began = perf_counter()
    actor, teams = await fill(db, periods)
    figures = {"filling, s": perf_counter() - began}
    figures |= await measure(db, actor, teams)
    await database.disconnect()
    return figures


def show(results: dict[str, dict[str, float]], periods: int) -> None:
    """Both databases side by side."""
    table = Table(title=f"{periods:,} membership periods: milliseconds, medians of {TIMES} teams")
    for column in ("", *results):
        table.add_column(column, justify="right")
    for name in next(iter(results.values())):
        table.add_row(name, *(f"{figures[name]:.2f}" for figures in results.values()))
    Console(width=120).print(table)


def main() -> None:
    """Measures, and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--periods", type=int, default=5_000_000)
    parser.add_argument("--engine", choices=["sqlite", "postgres"], action="append")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    results: dict[str, dict[str, float]] = {}
    for engine in chosen.engine or ("sqlite", "postgres"):
        with tempfile.TemporaryDirectory() as folder:
            if engine == "sqlite":
                results[engine] = asyncio.run(run(f"sqlite://{folder}/muster.db", chosen.periods))
            else:
                with postgres_database(Path(folder) / "cluster") as url:
                    results[engine] = asyncio.run(run(url, chosen.periods))
    if chosen.json:
        print(json.dumps(results, indent=2))
    else:
        show(results, chosen.periods)


if __name__ == "__main__":
    main()
