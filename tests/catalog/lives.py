"""Lives of people and teams for tests: what is done to them, step by step, and whether their history holds."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import orjson

from catalog import tallies
from catalog.actors import Actor
from catalog.attributes import ENTERPRISE
from catalog.changes import Change, change
from catalog.database import everywhere
from catalog.dialects import DIALECTS
from catalog.errors import CatalogError
from catalog.services import answers, memberships, teams, users
from catalog.services.users import Draft
from catalog.shapes import Connected, Many, Nodes, One, Rows, Shown

BEGIN = datetime(2025, 1, 1, tzinfo=UTC)
TITLES = (None, "Analyst", "Countess")
ROLES = (None, "manager")

Step = tuple[str, int, int, int]
"""What is done, to whom or what, with what, and how many hours later."""


@dataclass
class Life:
    """A program that is being lived, and what was seen after each of its instants."""

    actor: Actor
    at: datetime = BEGIN
    people: list[UUID] = field(default_factory=list)
    teams: list[UUID] = field(default_factory=list)
    seen: dict[datetime, Any] = field(default_factory=dict)

    async def live(self, program: list[Step]) -> None:
        for what, first, second, hours in program:
            self.at += timedelta(hours=hours)
            try:
                async with change(self.actor) as this:
                    this.at = self.at
                    await self.do(this, what, first, second)
            except CatalogError:
                # What can't be done changes nothing, and that is seen below.
                pass
            self.seen[self.at] = await seen_now(self.actor)

    async def do(self, this: Change, what: str, first: int, second: int) -> None:
        """One step. Raises CatalogError where it can't be taken."""
        match what:
            case "hire":
                made = await users.create(this, self._draft(len(self.people), second))
                self.people.append(made.id)
            case "found":
                team = await teams.create(this, name=f"Team {len(self.teams)}")
                self.teams.append(team.id)
            case "title" | "boss":
                number = first % len(self.people)
                boss = self.people[second % len(self.people)] if what == "boss" else None
                user = await users.lock(this, self.people[number])
                await users.replace(this, user, self._draft(number, second, boss))
            case "deactivate" | "reactivate" | "delete":
                user = await users.lock(this, self._of(self.people, first))
                await getattr(users, what)(this, user)
            case "restore":
                await teams.restore(this, self._of(self.teams, first))
            case _:
                team = await teams.lock(this, self._of(self.teams, first))
                await self._do_to(this, what, team, second)

    async def _do_to(self, this: Change, what: str, team: Any, second: int) -> None:
        who = self._of(self.people, second)
        verbs: dict[str, Callable[[], Any]] = {
            "rename": lambda: teams.rename(this, team, f"Team {second}{second}"),
            "move": lambda: teams.set_parent(this, team, self._of(self.teams, second) if second else None),
            "dissolve": lambda: teams.delete(this, team),
            "join": lambda: memberships.add(this, team, [who], role=ROLES[second % 2]),
            "leave": lambda: memberships.end(this, team, [who]),
            "replace": lambda: memberships.replace(this, team, self.people[second:]),
            "assign": lambda: memberships.assign(this, team, who, ROLES[second % 2]),
        }
        await verbs[what]()

    def _draft(self, number: int, title: int, boss: UUID | None = None) -> Draft:
        document: dict[str, Any] = {"displayName": f"Person {number}", "title": TITLES[title % len(TITLES)]}
        if boss is not None:
            document[ENTERPRISE] = {"manager": {"value": str(boss)}}
        return Draft(f"p{number}@life.example", {name: value for name, value in document.items() if value})

    def _of(self, ids: list[UUID], number: int) -> UUID:
        return ids[number % len(ids)]


_PERSON = (Shown("name", "name"), Shown("title", "title"), Shown("status", "status"))
_MANAGER = One("manager", Rows("manager"), (Shown("name", "name"),))
_USER = One("user", Rows("user"), (Shown("name", "name"),))


def everything(past: str, given: tuple[tuple[str, Any], ...]) -> Any:
    """All people with their managers, and all teams with parents and members."""
    members = Many("members", Rows("memberships"), (Shown("role", "role"), _USER))
    team = (Shown("name", "name"), One("parent", Rows("parent"), (Shown("name", "name"),)), members)
    return One(
        "account",
        Rows("accounts"),
        (
            Connected("users", Rows(f"{past}users", given=given), (Nodes("nodes", (*_PERSON, _MANAGER)),)),
            Connected("teams", Rows(f"{past}teams", given=given), (Nodes("nodes", team),)),
        ),
    )


async def seen_now(actor: Actor) -> Any:
    return orjson.loads(await answers.answer(actor, "accounts", everything("", ())))


async def seen_then(actor: Actor, at: datetime) -> Any:
    return orjson.loads(await answers.answer(actor, "accounts", everything("past_", (("at", at),))))


async def _periods(table: str, subject: str, account_id: UUID) -> dict[Any, list[tuple[str, str]]]:
    db = everywhere()
    say = DIALECTS[db.dialect]
    rows = await db.rows(
        f"SELECT {subject} AS subject, {say.instant('valid_from')} AS since, {say.instant('valid_to')} AS until "
        f"FROM {table} WHERE account_id = $1 ORDER BY valid_from, valid_to",
        account_id,
    )
    found: dict[Any, list[tuple[str, str]]] = {}
    for row in rows:
        found.setdefault(str(row["subject"]), []).append((row["since"], row["until"]))
    return found


async def holds(life: Life) -> None:
    """Raises AssertionError where the history has a gap, an overlap, or shows what was not so."""
    account_id, db = life.actor.account_id, everywhere()
    for table, subject, is_whole in (("user_periods", "user_id", True), ("team_periods", "team_id", False)):
        noun = "users" if is_whole else "teams"
        rows = await db.rows(f"SELECT id, deleted_at FROM {noun} WHERE account_id = $1", account_id)
        is_there = {str(row["id"]): row["deleted_at"] is None for row in rows}
        told = await _periods(table, subject, account_id)
        assert set(told) == set(is_there)
        assert getattr(await tallies.total(account_id), noun) == sum(is_there.values())
        for key, periods in told.items():
            for (since, until), (following, _) in pairwise(periods):
                assert since <= until <= following, (table, periods)
                assert until == following or not is_whole, (table, periods)
            assert [until[:4] == "9999" for _, until in periods[:-1]].count(True) == 0
            assert (periods[-1][1][:4] == "9999") is is_there[key], (table, periods)
    concatenated = "team_id || '/' || user_id" if db.dialect == "sqlite" else "team_id::text || '/' || user_id::text"
    for periods in (await _periods("memberships", concatenated, account_id)).values():
        for (since, until), (following, _) in pairwise(periods):
            assert since <= until <= following, periods
    for at, seen in life.seen.items():
        assert await seen_then(life.actor, at) == seen, at
