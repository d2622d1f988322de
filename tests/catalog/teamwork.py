"""What tests of teams are told in: a team made, something done to it, what is there afterwards."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from catalog.actors import Actor, ActorKind, Role, Scope
from catalog.attributes import by_hand, derive
from catalog.changes import Change, change
from catalog.database import everywhere
from catalog.ids import fold, new_id
from catalog.ids import now as this_instant
from catalog.models import Team, User
from catalog.services import teams

ATeam = Callable[..., Awaitable[Team]]
AUser = Callable[..., Awaitable[User]]


def a_person(actor: Actor, *scopes: Scope) -> Actor:
    """Somebody in the browser: an administrator, unless fewer scopes are said."""
    held = frozenset(scopes or (Scope.READ, Scope.WRITE, Scope.ADMIN))
    role = Role.ADMIN if Scope.ADMIN in held else Role.USER
    return Actor(actor.account_id, ActorKind.PERSON, "Charles", held, id=new_id(), role=role)


async def made(actor: Actor, name: str, **details: Any) -> Team:
    async with change(actor) as this:
        return await teams.create(this, name=name, **details)


async def done(actor: Actor, team: Team, verb: Callable[..., Awaitable[Any]], *values: Any, **named: Any) -> Any:
    """The verb, done to the team in a change of its own."""
    async with change(actor) as this:
        return await verb(this, await teams.lock(this, team.id), *values, **named)


async def read(actor: Actor, team_id: UUID, **wanted: bool) -> dict[str, Any]:
    row = await teams.one(actor, team_id, **wanted)
    assert row is not None
    return {name: row[name] for name in row.keys()}  # noqa: SIM118 - a row of SQLite is no dict


async def stored(team: Team, column: str) -> Any:
    row = await everywhere().one("SELECT * FROM teams WHERE id = $1", team.id)
    assert row is not None
    return row[column]


async def parent_of(team: Team) -> UUID | None:
    found = await stored(team, "parent_id")
    return None if found is None else UUID(str(found))


async def roles(team: Team) -> dict[UUID, str | None]:
    """Who is on the team now, in which role."""
    rows = await everywhere().rows(
        "SELECT user_id, role FROM memberships WHERE team_id = $1 AND valid_to > $2", team.id, this_instant()
    )
    return {UUID(str(row["user_id"])): row["role"] for row in rows}


async def events(team: Team) -> list[dict[str, Any]]:
    rows = await everywhere().rows("SELECT action FROM audit_events WHERE subject_id = $1 ORDER BY id", team.id)
    return [{"action": row["action"]} for row in rows]


async def many_people(actor: Actor, number: int, prefix: str = "p") -> list[UUID]:
    """That many people, made at once."""
    ids: list[UUID] = []
    async with change(actor) as this:
        for start in range(0, number, 5_000):
            some = range(start, min(start + 5_000, number))
            ids += [_a_person_row(this, f"{prefix}{n}@lovelace.example") for n in some]
            await this.flush()
    return ids


def _a_person_row(this: Change, user_name: str) -> UUID:
    user = User(
        id=new_id(),
        account_id=this.account_id,
        user_name=user_name,
        user_name_key=fold(user_name),
        integration_id=this.actor.integration_id,
        created_at=this.at,
        updated_at=this.at,
    )
    derive(user, by_hand(name=user_name, email=user_name))
    this.add(user)
    return user.id
