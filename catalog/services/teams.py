"""Teams: made, renamed, moved, deleted, brought back.

A team pushed by a provider has the provider's name for it beside its own; its alias, parent, responsibilities and its
members' roles are the catalog's, and survive every push. What stands in which tree is in `hierarchy`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, TypedDict, Unpack
from uuid import UUID

from catalog import access, sql, tallies
from catalog.actors import Actor
from catalog.changes import Change
from catalog.database import database
from catalog.dialects import DIALECTS, FOREVER
from catalog.engines import Row
from catalog.errors import AlreadyTaken, Invalid, NotFound, WaitsToBeLinked
from catalog.ids import fold, new_id
from catalog.mapping import TeamNames, team_names
from catalog.models import Team
from catalog.selection import EVERYTHING, Order, Where, Window, is_keyed
from catalog.services import (
    account_roles,
    alerts,
    aliases,
    external_ids,
    hierarchy,
    integrations,
    mapping,
    memberships,
    ownership,
)

RESTORABLE = timedelta(days=90)
"""How long a deleted team can be brought back."""


class Details(TypedDict, total=False):
    """What a person says of a team: what is absent is kept, None clears."""

    responsibilities: str | None
    alias: str


async def create(
    this: Change,
    *,
    name: str,
    external_id: str | None = None,
    parent_id: UUID | None = None,
    responsibilities: str | None = None,
    alias: str | None = None,
) -> Team:
    """The new team; an integration's, if one asks. Without an alias it gets one made from its name.

    Raises AlreadyTaken where the integration has a team of this name, or the alias is another team's; WaitsToBeLinked
    where the name is that of a team which the asking integration does not own; NotFound for the parent; Invalid for a
    name or an alias that can't be one.
    """
    await ownership.need(this, "teams.create")
    await _refuse_pushed_twice(this, name, external_id)
    integration_id = this.actor.integration_id
    team = Team(
        id=new_id(),
        account_id=this.account_id,
        **(await _names(this, name)),
        responsibilities=responsibilities,
        parent_id=parent_id,
        integration_id=integration_id,
        created_at=this.at,
        updated_at=this.at,
    )
    if parent_id is not None:
        await access.team(this, parent_id, lock=True)
    team.alias = await aliases.choose(this, team) if alias is None else alias
    this.add(team)
    this.record("team.created", team, kind="team", name=team.name, after=_audited(team))
    await aliases.keep(this, team, team.alias, by_hand=alias is not None)
    if external_id is not None and integration_id is not None:
        await integrations.remember_external_id(this, integration_id, "team", team.id, external_id)
    return team


async def lock(this: Change, team_id: UUID, *, version: int | None = None) -> Team:
    """The team, held until the change ends; with `version`, only if it is still at it.

    Raises NotFound, VersionMismatch.
    """
    return await access.team(this, team_id, lock=True, version=version)


async def rename(this: Change, team: Team, name: str) -> bool:
    """The team under another name; whether it is another one. Its alias stays, and it answers to the new name too.

    Raises AlreadyTaken, Invalid; WaitsToBeLinked or Managed where the actor may not (`ownership`).
    """
    await ownership.claim(this, team, "name")
    names: dict[str, Any] = {**(await _names(this, name))}
    if this.actor.integration_id is None and team.integration_id is not None:
        # What its provider calls it is the provider's, and is how the provider finds it again.
        names = {"name": name, "name_key": names["name_key"]}
    key = names.get("provider_name_key", team.provider_name_key)
    if key != team.provider_name_key and this.actor.integration_id is not None and await _of_name(this, key):
        raise AlreadyTaken("team", "provider_name", name)
    if not mapping.rename(this, team, names):
        return False
    await this.flush()
    await aliases.keep(this, team, await aliases.choose(this, team), by_hand=False)
    await account_roles.follow_group(this, team, team.integration_id)
    return True


async def set_parent(this: Change, team: Team, parent_id: UUID | None) -> bool:
    """The team under another parent, or under none, by hand; whether it is another one.

    Raises NotFound for the parent; Invalid where the team would stand below itself; Managed for a parent that a
    provider has set.
    """
    await ownership.need(this, "teams.update", team)
    if team.parent_integration_id is not None:
        await ownership.claim(this, team, "parent")
    return await hierarchy.place(this, team, parent_id, pushed_by=None)


async def update(this: Change, team: Team, **details: Unpack[Details]) -> bool:
    """What a person says of the team; whether anything differs. An alias that is replaced stays valid.

    Raises AlreadyTaken for another team's alias, Invalid for what can't be one.
    """
    await ownership.need(this, "teams.update", team)
    before = {name: getattr(team, name) for name in details}
    after = dict(details)
    if before == after:
        return False
    if "alias" in details:
        await aliases.keep(this, team, details["alias"], by_hand=True)
        team.alias = details["alias"]
    if "responsibilities" in details:
        team.responsibilities = details["responsibilities"]
    this.record("team.updated", team, kind="team", name=team.name, before=before, after=after)
    return True


async def delete(this: Change, team: Team) -> None:
    """The team is out of every read: its people leave it, its children move up to its parent; `restore` brings it back.

    Its aliases stay its own, so that an address never leads to another team. Raises WaitsToBeLinked or Managed where
    the actor may not (`ownership`).
    """
    await ownership.claim(this, team, "existence")
    members = await memberships.end_everybody(this, team)
    if members:
        await alerts.note(this, "emptied_teams", team.id)
    await hierarchy.move_up(this, team)
    team.deleted_at = max(this.at, team.updated_at)
    await integrations.forget_external_ids(this, "team", team.id)
    this.record("team.deleted", team, kind="team", name=team.name, before={**_audited(team), "members": members})
    await this.flush()
    await account_roles.follow_group(this, team, team.integration_id)


async def restore(this: Change, team_id: UUID, *, version: int | None = None) -> Team:
    """A deleted team as it was: name, aliases, people in their roles, and the parent where that is still there.

    With `version`, only if it is still at it. Raises NotFound where there is none of that id, or it was deleted more
    than 90 days ago; AlreadyTaken where its integration has pushed another team of that name meanwhile;
    VersionMismatch.
    """
    await ownership.need(this, "teams.delete")
    rows = await this.rows(
        f"SELECT {sql.columns(Team, 't')} FROM teams t WHERE t.account_id = $1 AND t.id = $2 AND t.deleted_at >= $3"
        + DIALECTS[this.dialect].for_update,
        this.account_id,
        team_id,
        this.at - RESTORABLE,
    )
    if not rows:
        raise NotFound("team", team_id)
    team = access.at(access.loaded(Team, rows[0]), version)
    await memberships.resume(this, team)
    team.deleted_at = None
    if team.parent_id is not None and not await _is_there(this, "teams", team.parent_id):
        team.parent_id = team.parent_integration_id = None
    if team.integration_id is not None and not await _is_there(this, "integrations", team.integration_id):
        team.integration_id = None
    this.record("team.restored", team, kind="team", name=team.name)
    await this.flush()
    await account_roles.follow_group(this, team, team.integration_id)
    return team


async def claim(this: Change, team: Team, *, external_id: str | None = None) -> None:
    """Nothing, if the actor may write what a provider sends of the team. Raises as `ownership.claim` does."""
    await ownership.claim(this, team, "members", external_id=external_id)


async def among(this: Change, ids: Sequence[UUID]) -> frozenset[UUID]:
    """Those of the ids that are teams."""
    chosen = DIALECTS[this.dialect].one_of("id", "$2", "uuid")
    rows = await this.rows(
        f"SELECT id FROM teams WHERE account_id = $1 AND deleted_at IS NULL AND {chosen}", this.account_id, list(ids)
    )
    return frozenset(UUID(str(row["id"])) for row in rows)


# --- reads --------------------------------------------------------------------------------------------------------


async def one(actor: Actor, team_id: UUID, *, with_members: bool = False) -> Row | None:
    """The team as a row of `page`, or None if there is none of that id in the account."""
    db = database(actor.account_id)
    text, params = _query(db.dialect, actor, with_members, team_id)
    if not with_members:
        return await db.one(text, *params)
    # A large team takes its time, in which SQLite must not keep everybody else waiting, as `one` would.
    rows = await db.rows(text, *params)
    return rows[0] if rows else None


async def id_of_alias(actor: Actor, alias: str) -> UUID:
    """The id of the team with this alias, of today or earlier. Raises NotFound."""
    row = await database(actor.account_id).one(
        "SELECT t.id FROM team_aliases a JOIN teams t ON t.id = a.team_id "
        "WHERE a.account_id = $1 AND a.alias = $2 AND t.deleted_at IS NULL",
        actor.account_id,
        alias,
    )
    if row is None:
        raise NotFound("team", alias)
    return UUID(str(row["id"]))


async def written(this: Change, team_id: UUID, *, with_members: bool = False) -> Row:
    """The team as a row of `page`, as this change has made it. Raises NotFound."""
    await this.flush()
    text, params = _query(this.dialect, this.actor, with_members, team_id)
    rows = await this.rows(text, *params)
    if not rows:
        raise NotFound("team", team_id)
    return rows[0]


async def page(
    actor: Actor, where: Where, orders: Sequence[Order], window: Window, *, with_members: bool = False
) -> Sequence[Row]:
    """Teams as rows: `id name provider_name alias parent_id integration_id external_id version created_at updated_at`.

    `members` (people) and `groups` (teams that a provider put into this one) are JSON text, arrays of `{value,
    display}`; instants are RFC 3339 text; the external id is what the asking integration calls the team.
    """
    db = database(actor.account_id)
    query = _columns(db.dialect, actor, with_members)
    query.where(where)
    query.window(orders, window)
    ask = db.keyed if is_keyed(where) and not orders else db.rows
    rows = await ask(query.text(), *query.params)
    return list(reversed(rows)) if window.backwards else rows


async def count(actor: Actor, where: Where = EVERYTHING) -> int:
    """How many teams meet the condition."""
    return await tallies.count(actor.account_id, "teams", where)


def _columns(dialect: str, actor: Actor, with_members: bool) -> sql.Query:
    query = sql.Query(dialect, "teams", actor.account_id)
    say = query.dialect
    for name in ("id", "name", "provider_name", "alias", "parent_id", "integration_id", "version"):
        query.column(name, f"t.{name}")
    query.column("created_at", say.instant("t.created_at"))
    query.column("updated_at", say.instant("t.updated_at"))
    if actor.integration_id is None:
        query.column("external_id", "NULL")
    else:
        query.column("external_id", external_ids.current("team", "t.id", query.bind(actor.integration_id)))
    if with_members:
        people = (
            "memberships m JOIN users u ON u.id = m.user_id "
            f"WHERE m.team_id = t.id AND m.valid_to = {FOREVER} AND u.deleted_at IS NULL"
        )
        query.column("members", say.objects({"value": "u.id", "display": "u.name", "type": "'User'"}, people, "u.id"))
        groups = "teams g WHERE g.parent_id = t.id AND g.parent_integration_id IS NOT NULL AND g.deleted_at IS NULL"
        parts = {"value": "g.id", "display": "g.provider_name", "type": "'Group'"}
        query.column("groups", say.objects(parts, groups, "g.id"))
    return query


def _query(dialect: str, actor: Actor, with_members: bool, team_id: UUID) -> tuple[str, list[Any]]:
    query = _columns(dialect, actor, with_members)
    return f"{query.text()} AND t.id = {query.bind(team_id)}", query.params


# --- what the verbs lean on -------------------------------------------------------------------------------------------


async def _names(this: Change, name: str) -> TeamNames:
    """What follows from the name by the rules of the integration that asks; by hand a team is called as it is."""
    if not fold(name).strip():
        raise Invalid("name", "a team needs a name.")
    return team_names((await integrations.settings_of(this)).team_rules, name)


async def _of_name(this: Change, key: str) -> list[Row]:
    """Teams of this name, the asking integration's first, then the oldest."""
    rows = await this.rows(
        "SELECT t.id, t.integration_id, t.provider_name, i.name AS owner FROM teams t "
        "LEFT JOIN integrations i ON i.id = t.integration_id "
        "WHERE t.account_id = $1 AND t.provider_name_key = $2 AND t.deleted_at IS NULL",
        this.account_id,
        key,
    )
    mine = str(this.actor.integration_id)
    return sorted(rows, key=lambda row: (str(row["integration_id"]) != mine, str(row["id"])))


async def _refuse_pushed_twice(this: Change, name: str, external_id: str | None) -> None:
    """For an integration the name must be nobody's; by hand two teams may have one name, as aliases tell them apart."""
    if this.actor.integration_id is None:
        return
    for row in await _of_name(this, fold(name)):
        if str(row["integration_id"]) == str(this.actor.integration_id):
            raise AlreadyTaken("team", "provider_name", name)
        there = UUID(str(row["id"]))
        raise WaitsToBeLinked("team", name, there, owner=row["owner"], external_id=external_id, taken=True)


async def _is_there(this: Change, table: str, id: UUID) -> bool:
    known = f"SELECT 1 FROM {table} WHERE account_id = $1 AND id = $2 AND deleted_at IS NULL"
    return bool(await this.rows(known, this.account_id, id))


def _audited(team: Team) -> dict[str, Any]:
    parent = None if team.parent_id is None else str(team.parent_id)
    known = {
        **mapping.names_of(team),
        "alias": team.alias,
        "parent": parent,
        "responsibilities": team.responsibilities,
    }
    return {name: value for name, value in known.items() if value is not None}
