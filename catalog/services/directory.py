"""The directory: people as rows, one of them, those who meet a condition, and how many there are.

What a list reads is never made into models. `services.users` says all of it as `users.…`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from catalog import sql, tallies
from catalog.actors import Actor
from catalog.changes import Change
from catalog.database import database
from catalog.dialects import FOREVER
from catalog.engines import Row
from catalog.errors import NotFound
from catalog.ids import fold
from catalog.selection import EVERYTHING, Column, Compare, Order, Where, Window, is_keyed
from catalog.services import external_ids
from catalog.tables.users import USERS


async def one(actor: Actor, user_id: UUID, *, with_teams: bool = True) -> Row | None:
    """The person as a row of `page`, or None if there is nobody of that id in the account."""
    db = database(actor.account_id)
    return await db.one(*_by(db.dialect, actor, with_teams, "id", user_id))


async def written(this: Change, user_id: UUID) -> Row:
    """The person as a row of `page`, as this change has made them. Raises NotFound."""
    await this.flush()
    rows = await this.rows(*_by(this.dialect, this.actor, True, "id", user_id))
    if not rows:
        raise NotFound("user", user_id)
    return rows[0]


async def page(
    actor: Actor, where: Where, orders: Sequence[Order], window: Window, *, with_teams: bool = True
) -> Sequence[Row]:
    """People as rows: `id user_name attributes active external_id version created_at updated_at …`.

    `attributes` is JSON text; `teams` are the elements of a JSON array without its brackets, `{value, display, type,
    ref}` of the direct ones; instants are RFC 3339 text; the external id is what the asking integration calls them.
    """
    db = database(actor.account_id)
    match where:
        case Compare(Column("user_name"), "eq", str(name)) if not orders and window == Window(window.limit):
            # Before each arrival and each change, providers look for one name: nothing is put together for that.
            if window.limit and name.isascii() and "\0" not in name:
                return await db.keyed(*_by(db.dialect, actor, with_teams, "user_name", fold(name)))
    query = _asked_by(actor, db.dialect, with_teams)
    query.where(where)
    query.window(orders, window)
    ask = db.keyed if is_keyed(where) and not orders else db.rows
    rows = await ask(query.text(), *query.params)
    return list(reversed(rows)) if window.backwards else rows


async def id_of_email(actor: Actor, email: str) -> UUID:
    """The id of the person with this email. Raises NotFound."""
    row = await database(actor.account_id).one(
        "SELECT u.id FROM users u WHERE u.account_id = $1 AND u.email_key = $2 AND u.deleted_at IS NULL",
        actor.account_id,
        fold(email),
    )
    if row is None:
        raise NotFound("user", email)
    return UUID(str(row["id"]))


async def count(actor: Actor, where: Where = EVERYTHING) -> int:
    """How many people meet the condition."""
    return await tallies.count(actor.account_id, "users", where)


@lru_cache(maxsize=8)
def _columns(dialect: str, for_an_integration: bool, with_teams: bool) -> sql.Query:
    """What is read of people: how every such query begins, put together once. $1 is the account, $2 the integration
    that asks, where one does."""
    query = sql.Query(dialect, "users", UUID(int=0))
    say = query.dialect
    for name in ("id", "user_name", "given_name", "family_name", "version", "integration_id"):
        query.column(name, f"u.{name}")
    query.column("attributes", say.json_text("u.attributes"))
    query.column("active", "u.deactivated_at IS NULL")
    query.column("created_at", say.instant("u.created_at"))
    query.column("updated_at", say.instant("u.updated_at"))
    if not for_an_integration:
        query.column("external_id", "NULL")
    else:
        query.column("external_id", external_ids.current("user", "u.id", query.bind(UUID(int=0))))
    if with_teams:
        source = (
            "memberships m JOIN teams t ON t.id = m.team_id "
            f"WHERE m.user_id = u.id AND m.valid_to = {FOREVER} AND t.deleted_at IS NULL"
        )
        id = f"""'"' || {say.text("t.id")} || '"'"""
        name, kind = say.quoted("t.provider_name"), sql.literal('"direct"')
        parts = [("value", id), ("display", name), ("type", kind), ("ref", id)]
        rows = f"SELECT {sql.an_object(parts)} AS j FROM {source} ORDER BY t.id"
        query.column("teams", f"(SELECT {say.gathered('w.j')} FROM ({rows}) w)")
    return query


def _asked_by(actor: Actor, dialect: str, with_teams: bool) -> sql.Query:
    if actor.integration_id is None:
        return _columns(dialect, False, with_teams).again(actor.account_id)
    return _columns(dialect, True, with_teams).again(actor.account_id, actor.integration_id)


def _by(dialect: str, actor: Actor, with_teams: bool, column: str, key: UUID | str) -> tuple[Any, ...]:
    """The statement that finds one person by a unique column, and its parameters."""
    if actor.integration_id is None:
        return _finding(dialect, False, with_teams, column), actor.account_id, key
    return _finding(dialect, True, with_teams, column), actor.account_id, actor.integration_id, key


@lru_cache(maxsize=16)
def _finding(dialect: str, for_an_integration: bool, with_teams: bool, column: str) -> str:
    query = _columns(dialect, for_an_integration, with_teams)
    return f"{query.text()} AND {USERS.fields[column].sql} = ${len(query.params) + 1}"
