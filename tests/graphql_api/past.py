"""A small company with a past of a hundred days, lived day by day through the services."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from catalog.actors import Actor
from catalog.attributes import ENTERPRISE
from catalog.changes import Change, change
from catalog.models import Team, User
from catalog.services import memberships, teams, users
from catalog.services.users import Draft

FIRST = datetime(2026, 1, 1, 12, tzinfo=UTC)


def day(number: int) -> datetime:
    """Noon of so many days after the first."""
    return FIRST + timedelta(days=number)


def told(at: datetime) -> str:
    """The instant as every answer tells it."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass
class Company:
    """Its people and teams by name, and what can be done on a day."""

    actor: Actor
    people: dict[str, User] = field(default_factory=dict)
    teams: dict[str, Team] = field(default_factory=dict)

    async def on(self, number: int, work: Callable[[Change], Awaitable[Any]]) -> Any:
        async with change(self.actor) as this:
            this.at = day(number)
            return await work(this)

    async def hires(self, number: int, name: str, **attributes: Any) -> None:
        self.people[name] = await self.on(number, lambda this: users.create(this, self.draft(name, **attributes)))

    async def founds(self, number: int, name: str, *, under: str | None = None) -> None:
        parent = self.teams[under].id if under else None
        self.teams[name] = await self.on(number, lambda this: teams.create(this, name=name, parent_id=parent))

    async def changes(self, number: int, name: str, **attributes: Any) -> None:
        async def work(this: Change) -> None:
            await users.replace(this, await users.lock(this, self.people[name].id), self.draft(name, **attributes))

        await self.on(number, work)

    async def does(self, number: int, name: str, verb: Callable[..., Awaitable[Any]], *more: Any) -> None:
        """A verb of people or of teams, done to somebody or to a team."""

        async def work(this: Change) -> None:
            if name in self.people:
                await verb(this, await users.lock(this, self.people[name].id), *more)
            else:
                await verb(this, await teams.lock(this, self.teams[name].id), *more)

        await self.on(number, work)

    async def joins(self, number: int, name: str, team: str, *, role: str | None = None) -> None:
        async def work(this: Change) -> None:
            locked = await teams.lock(this, self.teams[team].id)
            await memberships.add(this, locked, [self.people[name].id], role=role)

        await self.on(number, work)

    async def leaves(self, number: int, name: str, team: str) -> None:
        await self.does(number, team, memberships.end, [self.people[name].id])

    def draft(
        self, name: str, *, title: str | None = None, department: str | None = None, manager: str | None = None
    ) -> Draft:
        document: dict[str, Any] = {"displayName": name}
        if title:
            document["title"] = title
        enterprise: dict[str, Any] = {}
        if department:
            enterprise["department"] = department
        if manager:
            enterprise["manager"] = {"value": str(self.people[manager].id)}
        if enterprise:
            document[ENTERPRISE] = enterprise
        return Draft(f"{name.lower()}@lovelace.example", document)


async def lived(actor: Actor) -> Company:
    """The company after a hundred days."""
    company = Company(actor)
    for name, title in (("Ada", "Analyst"), ("Grace", "Admiral"), ("Alan", "Fellow"), ("Charles", "Director")):
        await company.hires(0, name, title=title, department="Engines")
    await company.founds(0, "Engineering")
    await company.founds(0, "Engines", under="Engineering")
    await company.founds(0, "Payments")
    await company.joins(1, "Ada", "Engines", role="manager")
    await company.joins(1, "Grace", "Payments")
    await company.joins(1, "Alan", "Engineering")
    await company.changes(10, "Ada", title="Countess", department="Finance", manager="Charles")
    await company.does(20, "Engines", teams.set_parent, company.teams["Payments"].id)
    await company.does(30, "Alan", users.deactivate)
    await company.leaves(40, "Ada", "Engines")
    await company.joins(40, "Ada", "Payments")
    await company.does(50, "Payments", teams.rename, "Ledger")
    await company.does(60, "Grace", users.delete)
    return company
