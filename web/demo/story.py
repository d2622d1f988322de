"""What happens in the demo company, day by day: who joins, moves, is promoted and leaves, and one reorganisation.

Pure, and the same for the same number of people, seed and day. What happens is told as events in their order; how each
comes about is for `living`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from web.demo.company import COUNTRIES, DEPARTMENTS, DOMAIN, FAMILY, GIVEN, INFRASTRUCTURE, Department

YEARS = 3
LEAVING = 0.012 / 21
"""How likely somebody leaves on a working day: one in eight a year."""
MOVING = 0.008 / 21
LOANED = 0.004 / 21
"""How likely somebody helps another team for a quarter, and comes back."""
PROMOTED = 0.1
"""How many are promoted each April and October."""
WITHOUT_A_TEAM = 0.03
AT_FIRST = 0.6
"""How much of the company is there on the first day."""
REORGANISED = 0.6
"""How much of the time is over by then."""

Verb = Literal["founds", "places", "hires", "joins", "leads", "quits", "changes", "departs"]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as they are from some event on."""

    number: int
    name: str
    department: str
    title: str
    country: str
    kind: str
    manager: int | None = None
    """The number of whoever they report to."""

    @property
    def email(self) -> str:
        given, _, family = self.name.lower().partition(" ")
        return f"{given}.{family.replace(' ', '.')}@{DOMAIN}"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happens: to a person, to a team, or to a person on a team."""

    at: datetime
    verb: Verb
    person: Person | None = None
    team: str | None = None
    under: str | None = None
    """Of a team that is founded or placed: the one above it."""


def story(people: int, seed: int, until: datetime) -> list[Event]:
    """Three years up to `until`, at whose end the company has about so many people."""
    return list(_Company(people, random.Random(seed), until).lives())  # no secret # nosec B311


@dataclass
class _Company:
    """The company as it stands on a day."""

    size: int
    chance: random.Random
    until: datetime
    people: dict[int, Person] = field(default_factory=dict)
    """Who is there, by number."""
    on: dict[str, list[int]] = field(default_factory=dict)
    """Who is on which team."""
    lead: dict[str, int] = field(default_factory=dict)
    home: dict[int, str] = field(default_factory=dict)
    """The team to which somebody belongs, also while they help another one."""
    returns: list[tuple[datetime, int, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    at: datetime = field(init=False)

    def lives(self) -> Iterator[Event]:
        begins = self.until - timedelta(days=365 * YEARS)
        self.at = begins.replace(hour=9)
        yield from self._begins()
        days = [begins + timedelta(days=number) for number in range(1, 365 * YEARS)]
        working = [day for day in days if day.weekday() < 5]
        reorganised = working[int(len(working) * REORGANISED)]
        for place, day in enumerate(working):
            self.at = day.replace(hour=9)
            wanted = self.size * (AT_FIRST + (1 - AT_FIRST) * place / len(working))
            yield from self._day(day, wanted)
            if day == reorganised:
                yield from self._reorganises()
            if day.month in (4, 10) and day.day <= 7 and day.weekday() == 0:
                yield from self._promotes()

    def _tell(self, verb: Verb, number: int | None = None, team: str | None = None, under: str | None = None) -> Event:
        """The event, some minutes after the one before it."""
        self.at += timedelta(minutes=self.chance.randint(1, 3))
        return Event(self.at, verb, None if number is None else self.people[number], team, under)

    def _begins(self) -> Iterator[Event]:
        yield from self._hires(DEPARTMENTS[0], None, "Chief Executive Officer", None)
        for department in DEPARTMENTS:
            yield self._tell("founds", team=department.name)
            yield from self._hires(department, department.name, department.head, 1)
            for team in department.teams:
                yield self._tell("founds", team=team, under=department.name)
                yield from self._hires(department, team, department.lead, self.lead[department.name])
        while len(self.people) < self.size * AT_FIRST:
            yield from self._hires(*self._where_somebody_is_wanted())

    def _day(self, day: datetime, wanted: float) -> Iterator[Event]:
        for _, number, team in [one for one in self.returns if one[0] <= day]:
            if number in self.people and self.home.get(number) == team:
                yield from self._moves(number, team)
        self.returns = [one for one in self.returns if one[0] > day]
        while len(self.people) < wanted:
            yield from self._hires(*self._where_somebody_is_wanted())
        for number in list(self.people):
            drawn = self.chance.random()
            if number in self._heads() or number not in self.people:
                continue
            if drawn < LEAVING:
                yield from self._departs(number)
            elif number in self.home and number not in self.lead.values():
                if drawn < LEAVING + MOVING:
                    self.home[number] = self._other_team(number)
                    yield from self._moves(number, self.home[number])
                elif drawn < LEAVING + MOVING + LOANED:
                    self.returns.append((day + timedelta(days=91), number, self.home[number]))
                    yield from self._moves(number, self._other_team(number))

    def _hires(
        self, department: Department, team: str | None, title: str | None = None, manager: int | None = None
    ) -> Iterator[Event]:
        number = len(self.names) + 1
        self.people[number] = Person(
            number,
            self._name(),
            department.name,
            title or self.chance.choices(department.titles, (6, 3, 1))[0],
            self.chance.choice(COUNTRIES),
            "Contractor" if title is None and self.chance.random() < 0.08 else "Employee",
            manager if title else self.lead.get(team or department.name, self.lead[department.name]),
        )
        yield self._tell("hires", number)
        if team is not None:
            self.home[number] = team
            yield from self._joins(number, team)
            if title is not None:
                yield from self._leads(number, team)

    def _joins(self, number: int, team: str) -> Iterator[Event]:
        self.on.setdefault(team, []).append(number)
        yield self._tell("joins", number, team)

    def _leads(self, number: int, team: str) -> Iterator[Event]:
        self.lead[team] = number
        yield self._tell("leads", number, team)

    def _moves(self, number: int, team: str) -> Iterator[Event]:
        """They leave the team they are on and join this one, whose lead they report to from now on."""
        yield from self._quits(number)
        yield from self._joins(number, team)
        department = _department_of(team)
        title = self.people[number].title
        if department.name != self.people[number].department:
            title = department.titles[0]
        yield self._becomes(
            number,
            department=department.name,
            title=title,
            manager=self.lead.get(team, self.lead[department.name]),
        )

    def _quits(self, number: int) -> Iterator[Event]:
        for team, members in self.on.items():
            if number in members:
                members.remove(number)
                yield self._tell("quits", number, team)

    def _becomes(self, number: int, **other: object) -> Event:
        self.people[number] = replace(self.people[number], **other)  # type: ignore[arg-type]
        return self._tell("changes", number)

    def _departs(self, number: int) -> Iterator[Event]:
        """They leave. Who leads a team is followed by one of its members, or by nobody for the time being."""
        yield from self._quits(number)
        for team in [team for team, lead in self.lead.items() if lead == number]:
            del self.lead[team]
            department = _department_of(team)
            above = self.lead[department.name]
            if self.on[team] and self.chance.random() < 0.7:
                successor = self.chance.choice(self.on[team])
                yield self._becomes(successor, title=department.lead, manager=above)
                yield from self._leads(successor, team)
            for member in self.on[team]:
                if self.people[member].manager == number:
                    yield self._becomes(member, manager=self.lead.get(team, above))
        for report in [one.number for one in self.people.values() if one.manager == number]:
            yield self._becomes(report, manager=self.people[number].manager)
        yield self._tell("departs", number)
        del self.people[number]
        self.home.pop(number, None)

    def _promotes(self) -> Iterator[Event]:
        for number, person in list(self.people.items()):
            titles = next(one.titles for one in DEPARTMENTS if one.name == person.department)
            if person.title in titles[:-1] and self.chance.random() < PROMOTED:
                yield self._becomes(number, title=titles[titles.index(person.title) + 1])

    def _reorganises(self) -> Iterator[Event]:
        """Engineering gets a department of its own for what others build on; Data goes to Product."""
        yield self._tell("founds", team=INFRASTRUCTURE, under="Engineering")
        for team in ("Reliability", "Platform"):
            yield self._tell("places", team=team, under=INFRASTRUCTURE)
        yield self._tell("places", team="Data", under="Product")

    def _where_somebody_is_wanted(self) -> tuple[Department, str | None]:
        """The team that lacks the most of its share; now and then none at all."""
        if self.chance.random() < WITHOUT_A_TEAM:
            return self.chance.choice(DEPARTMENTS), None
        shares = [(one, team, share) for one in DEPARTMENTS for team, share in one.teams.items()]
        department, team, _ = min(shares, key=lambda each: (len(self.on.get(each[1], ())) / each[2], each[1]))
        return department, team

    def _other_team(self, number: int) -> str:
        """A team they are not on, in most cases of their own department."""
        own = next(one for one in DEPARTMENTS if one.name == self.people[number].department)
        department = own if len(own.teams) > 1 and self.chance.random() < 0.8 else self.chance.choice(DEPARTMENTS)
        teams = [team for team in department.teams if number not in self.on[team]]
        return self.chance.choice(teams) if teams else self.chance.choice(list(own.teams))

    def _heads(self) -> set[int]:
        """Who leads the company or a department, and stays."""
        return {1, *(self.lead[one.name] for one in DEPARTMENTS)}

    def _name(self) -> str:
        """A name that nobody has had."""
        while True:
            name = f"{self.chance.choice(GIVEN)} {self.chance.choice(FAMILY)}"
            if name in self.names and len(self.names) > len(GIVEN) * len(FAMILY) // 2:
                name = f"{name} {self.chance.choice(FAMILY)}"
            if name not in self.names:
                self.names.add(name)
                return name


def _department_of(team: str) -> Department:
    return next(one for one in DEPARTMENTS if team == one.name or team in one.teams)
