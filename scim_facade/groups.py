"""Group ⇄ the catalog's team and its memberships (RFC 7643 §4.2).

Members are edited as sets: a large group is never loaded to add one person, and an answer without a body (204) keeps
the cost of a PATCH apart from the group's size. A member that is a group stands below this one in the hierarchy.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

import orjson

from catalog.changes import Change
from catalog.ids import as_uuid
from catalog.selection import Column, Compare, Order, Where, Window
from catalog.services import external_ids, hierarchy, memberships, teams
from scim_facade import filters, patch
from scim_facade.errors import InvalidValue
from scim_facade.member_edits import (
    Member,
    MembersNet,
    MembersRemoveWhere,
    member_edits,
    netted,
    read_members,
)
from scim_facade.projection import Projection
from scim_facade.reading import read_resource
from scim_facade.resources import Caller, Found, Json
from scim_facade.schemas import CORE_GROUP_URN, GROUP, ResourceSchema
from scim_facade.selecting import (
    Elements,
    Meanings,
    column,
    constant,
    identity,
    location_meaning,
    related,
    schemas_meaning,
    several,
    version_meaning,
)
from scim_facade.versions import etag

if TYPE_CHECKING:
    from catalog.engines import Row
    from catalog.models import Team

kind = "team"
name = "Group"
endpoint = "/Groups"


def schema(caller: Caller) -> ResourceSchema:
    """The schema of groups."""
    return GROUP


def meanings(caller: Caller) -> Meanings:
    """Everything: a group has no document of attributes."""
    return _meanings(caller.actor.integration_id, caller.base_url)


@lru_cache(maxsize=256)
def _meanings(integration_id: UUID | None, base_url: str) -> Meanings:
    mine = Compare(Column("integration_id"), "eq", integration_id or UUID(int=0))
    person = {
        "value": identity(),
        "$ref": location_meaning(f"{base_url}/Users/"),
        "display": column("name"),
        "type": constant("User"),
    }
    group = {
        "value": identity(),
        "$ref": location_meaning(f"{base_url}/Groups/"),
        "display": column("provider_name"),
        "type": constant("Group"),
    }
    return Meanings(
        {
            "schemas": schemas_meaning(GROUP),
            "id": identity(),
            "displayName": column("provider_name"),
            "externalId": related("external_ids", column("value"), also=mine),
            **several("members", Elements("members", person), Elements("groups", group)),
            "meta": constant(""),
            "meta.created": column("created_at"),
            "meta.lastModified": column("updated_at"),
            "meta.resourceType": constant("Group", exact=True),
            "meta.version": version_meaning(),
            "meta.location": location_meaning(f"{base_url}/Groups/"),
        }
    )


async def create(this: Change, caller: Caller, body: Json) -> Found:
    """The new team, with its members."""
    resource = read_resource(body, GROUP, strict=caller.strict)
    team = await teams.create(this, name=resource["displayName"], external_id=resource.get("externalId"))
    await this.flush()
    warnings = await _carry_out(this, caller, team, MembersNet(read_members(resource)))
    return await _written(this, caller, team, Projection.read(None, None, GROUP), warnings)


async def get(caller: Caller, id: UUID, wanted: Projection) -> Found | None:
    """One team."""
    row = await teams.one(caller.actor, id, with_members=wanted.wants("members"))
    return None if row is None else _found(row, caller, wanted)


async def page(
    caller: Caller, where: Where, orders: Sequence[Order], window: Window, wanted: Projection
) -> Sequence[Found]:
    """Some teams."""
    rows = await teams.page(caller.actor, where, orders, window, with_members=wanted.wants("members"))
    return [_found(row, caller, wanted) for row in rows]


async def count(caller: Caller, where: Where) -> int:
    """How many teams there are."""
    return await teams.count(caller.actor, where)


async def replace(this: Change, caller: Caller, id: UUID, body: Json, version: int | None) -> Found:
    """The team after PUT, which is the whole of it: without members it is empty (clients leave an empty list out)."""
    resource = read_resource(body, GROUP, strict=caller.strict)
    team = await teams.lock(this, id, version=version)
    await teams.claim(this, team, external_id=resource.get("externalId"))
    await teams.rename(this, team, resource["displayName"])
    await _remember(this, team, resource.get("externalId"))
    warnings = await _carry_out(this, caller, team, MembersNet(read_members(resource), alone=True))
    return await _written(this, caller, team, Projection.read(None, None, GROUP), warnings)


async def change(this: Change, caller: Caller, id: UUID, body: Json, version: int | None, wanted: Projection) -> Found:
    """The team after PATCH; without a body, unless one is asked for."""
    scalars, deltas = member_edits(patch.read(body, GROUP, strict=caller.strict))
    team = await teams.lock(this, id, version=version)
    await teams.claim(this, team)
    if scalars:
        known = (await teams.written(this, team.id))["external_id"]
        before: Json = {"displayName": team.provider_name, **({"externalId": known} if known else {})}
        after = patch.apply(scalars, before, GROUP)
        await teams.rename(this, team, after["displayName"])
        if after.get("externalId") != known:
            await _remember(this, team, after.get("externalId") or "")
    warnings: list[str] = []
    for net in netted(deltas):
        warnings += await _carry_out(this, caller, team, net)
    if wanted.given:
        return await _written(this, caller, team, wanted, warnings)
    await this.flush()
    return Found(str(team.id), team.version, team.provider_name, b"", warnings)


async def delete(this: Change, caller: Caller, id: UUID, version: int | None) -> str:
    """The team is deleted, and restorable for a while; what it was called."""
    team = await teams.lock(this, id, version=version)
    await teams.delete(this, team)
    return team.provider_name


# --- members ------------------------------------------------------------------------------------------------------


async def _carry_out(this: Change, caller: Caller, team: Team, edit: MembersNet | MembersRemoveWhere) -> list[str]:
    """The members edited; what was passed over. Raises InvalidValue for an id of nobody."""
    match edit:
        case MembersRemoveWhere(chosen):
            row = await teams.written(this, team.id, with_members=True)
            elements = _members(row, caller.base_url, with_names=True)
            matching = tuple(one["value"] for one in elements if filters.matches(chosen, one))
            return await _carry_out(this, caller, team, MembersNet(leaving=matching))
        case MembersNet(joining, alone=True):
            people, groups = await _sorted(this, caller, joining)
            there = await hierarchy.nested_in(this, team)
            await hierarchy.unnest(this, team, there - set(groups))
            await hierarchy.nest(this, team, groups)
            return _warnings(await memberships.replace(this, team, people))
        case MembersNet(joining, leaving):
            people, groups = await _sorted(this, caller, joining)
            # Who is none, or nobody, need not leave.
            leavers = [id for value in leaving if (id := as_uuid(value))]
            if leavers:
                await hierarchy.unnest(this, team, leavers)
            await hierarchy.nest(this, team, groups)
            return _warnings(await memberships.alter(this, team, joining=people, leaving=leavers))


async def _sorted(this: Change, caller: Caller, members: Sequence[Member]) -> tuple[list[UUID], list[UUID]]:
    """The ids of people and of groups among the members. Raises InvalidValue for what cannot be a member."""
    people: list[UUID] = []
    groups: list[UUID] = []
    for member in members:
        id = as_uuid(member.value)
        if id is None:
            raise InvalidValue(f"members: there is no user or group {member.value[:100]!r}.")
        (groups if member.type is not None and member.type.lower() == "group" else people).append(id)
    unsaid = {id for member in members if member.type is None and (id := as_uuid(member.value))}
    if unsaid:
        # Okta says no type; a few of the ids may be groups all the same.
        found = await teams.among(this, [id for id in people if id in unsaid])
        groups += [id for id in people if id in found]
        people = [id for id in people if id not in found]
    if groups and not caller.settings.nested_groups:
        raise InvalidValue("members: this integration takes no groups within groups (its setting nested_groups).")
    return people, groups


def _warnings(moves: memberships.Moves) -> list[str]:
    if not moves.passed_over:
        return []
    shown = ", ".join(str(id) for id in moves.passed_over[:10])
    return [f"Passed over {len(moves.passed_over)} members who were deleted: {shown}."]


async def _remember(this: Change, team: Team, external_id: str | None) -> None:
    """The externalId kept, and the team touched if it is another one; None keeps it, an empty text forgets it."""
    integration_id = this.actor.integration_id
    if external_id is None or integration_id is None:
        return
    if await external_ids.remember_external_id(this, integration_id, "team", team.id, external_id or None):
        this.touch(team)


# --- rendering ----------------------------------------------------------------------------------------------------


async def _written(this: Change, caller: Caller, team: Team, wanted: Projection, warnings: Sequence[str]) -> Found:
    row = await teams.written(this, team.id, with_members=wanted.wants("members"))
    return _found(row, caller, wanted, warnings)


def _found(row: Row, caller: Caller, wanted: Projection, warnings: Sequence[str] = ()) -> Found:
    id = str(row["id"])
    # A copy, as the keys of a row of PostgreSQL can be looked through only once.
    names = tuple(row.keys())
    resource: Json = {"schemas": [CORE_GROUP_URN], "id": id}
    if row["external_id"] is not None:
        resource["externalId"] = row["external_id"]
    resource["displayName"] = row["provider_name"]
    if "members" in names:
        # Also when there are none: authentik compares, and takes an absent list for one that it was not told.
        resource["members"] = _members(row, caller.base_url, with_names=wanted.asks_for("members", "display"))
    resource["meta"] = {
        "resourceType": "Group",
        "created": row["created_at"],
        "lastModified": row["updated_at"],
        "location": f"{caller.base_url}/Groups/{id}",
        "version": etag(row["version"]),
    }
    text = orjson.dumps(resource)
    if wanted.given:
        text = orjson.dumps(wanted.shape(orjson.loads(text)))
    key = row["sort_key"] if "sort_key" in names else None
    return Found(id, row["version"], row["provider_name"], text, warnings, key)


def _members(row: Row, base_url: str, *, with_names: bool) -> list[Json]:
    """People and nested groups, each with where it is."""
    members: list[Json] = [*orjson.loads(row["members"]), *orjson.loads(row["groups"])]
    for member in members:
        member["$ref"] = f"{base_url}/{member['type']}s/{member['value']}"
        if not with_names:
            del member["display"]
    return members
