"""User ⇄ the catalog's user (RFC 7643 §4.1, §4.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace as replaced
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

import orjson

from catalog.changes import Change
from catalog.selection import Column, Compare, Order, Value, Where, Window
from catalog.services import users
from scim_facade import patch
from scim_facade.extensions import user_schema
from scim_facade.projection import Projection
from scim_facade.reading import read_resource
from scim_facade.resources import Caller, Found, Json
from scim_facade.schemas import CORE_USER_URN, USER, ResourceSchema
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

kind = "user"
name = "User"
endpoint = "/Users"

EVERYTHING_WANTED = Projection.read(None, None, USER)


def schema(caller: Caller) -> ResourceSchema:
    """The schema of users, with the account's own extension where it has one."""
    return user_schema(caller.extension)


@lru_cache(maxsize=256)
def _meanings(integration_id: UUID | None, base_url: str, schema: ResourceSchema) -> Meanings:
    mine = Compare(Column("integration_id"), "eq", integration_id or UUID(int=0))
    team = {
        "value": identity(),
        "$ref": location_meaning(f"{base_url}/Groups/"),
        "display": column("provider_name"),
        "type": constant("direct"),
    }
    return Meanings(
        {
            "schemas": schemas_meaning(schema),
            "id": identity(),
            "userName": column("user_name"),
            "displayName": column("display_name", nullable=True),
            "active": column("active"),
            "externalId": related("external_ids", column("value"), also=mine),
            **several("groups", Elements("teams", team)),
            "meta": constant(""),
            "meta.created": column("created_at"),
            "meta.lastModified": column("updated_at"),
            "meta.resourceType": constant("User", exact=True),
            "meta.version": version_meaning(),
            "meta.location": location_meaning(f"{base_url}/Users/"),
        }
    )


def meanings(caller: Caller) -> Meanings:
    """What stands outside the document."""
    return _meanings(caller.actor.integration_id, caller.base_url, schema(caller))


async def create(this: Change, caller: Caller, body: Json) -> Found:
    """The new person. `active` absent means true, as every known client takes it."""
    resource = read_resource(body, schema(caller), strict=caller.strict)
    return _found(await users.provision(this, _draft(resource)), caller, EVERYTHING_WANTED)


async def get(caller: Caller, id: UUID, wanted: Projection) -> Found | None:
    """One person."""
    row = await users.one(caller.actor, id, with_teams=wanted.wants("groups"))
    return None if row is None else _found(row, caller, wanted)


async def page(
    caller: Caller, where: Where, orders: Sequence[Order], window: Window, wanted: Projection
) -> Sequence[Found]:
    """Some people."""
    rows = await users.page(caller.actor, where, orders, window, with_teams=wanted.wants("groups"))
    # The keys of a row of PostgreSQL can be looked through only once.
    is_sorted = bool(rows) and "sort_key" in tuple(rows[0].keys())
    return [_found(row, caller, wanted, row["sort_key"] if is_sorted else None) for row in rows]


async def count(caller: Caller, where: Where) -> int:
    """How many people there are."""
    return await users.count(caller.actor, where)


async def replace(this: Change, caller: Caller, id: UUID, body: Json, version: int | None) -> Found:
    """The person after PUT: what was left out is cleared, but for `active` and `externalId`, which are kept."""
    resource = read_resource(body, schema(caller), strict=caller.strict)
    user = await users.lock(this, id, version=version)
    await users.replace(this, user, _draft(resource))
    return _found(await users.written(this, id), caller, EVERYTHING_WANTED)


async def change(this: Change, caller: Caller, id: UUID, body: Json, version: int | None, wanted: Projection) -> Found:
    """The person after PATCH, always with the resource: Okta and Entra read it back."""
    edits = patch.read(body, schema(caller), strict=caller.strict)
    user = await users.lock(this, id, version=version)
    before = _resource(await users.written(this, id))
    after = patch.apply(edits, before, schema(caller))
    draft = _draft(after)
    if "externalId" in before and draft.external_id is None:
        draft = replaced(draft, external_id="")
    await users.replace(this, user, draft)
    return _found(await users.written(this, id), caller, wanted)


async def delete(this: Change, caller: Caller, id: UUID, version: int | None) -> str:
    """The person is gone; their userName."""
    user = await users.lock(this, id, version=version)
    await users.delete(this, user)
    return user.user_name


def _draft(resource: Json) -> users.Draft:
    """The catalog's words for a resource that was read: what has a place of its own, and the document of the rest."""
    document = {name: value for name, value in resource.items() if name not in ("userName", "externalId", "active")}
    return users.Draft(
        user_name=resource["userName"],
        attributes=document,
        external_id=resource.get("externalId"),
        active=resource.get("active"),
    )


def _resource(row: Row) -> Json:
    """What a PATCH is applied to: the attributes that a client may write."""
    resource: Json = {"userName": row["user_name"], **orjson.loads(row["attributes"]), "active": bool(row["active"])}
    if row["external_id"] is not None:
        resource["externalId"] = row["external_id"]
    return resource


def _found(row: Row, caller: Caller, wanted: Projection, sort_key: Value | None = None) -> Found:
    """The row as a resource. Its document is JSON already, and is put in as it is."""
    id, version, user_name = str(row["id"]), row["version"], row["user_name"]
    text = _whole(row, caller, id, version, user_name, row["teams"] if wanted.wants("groups") else "").encode()
    if wanted.given:
        text = orjson.dumps(wanted.shape(orjson.loads(text)))
    return Found(id, version, user_name, text, sort_key=sort_key)


def _whole(row: Row, caller: Caller, id: str, version: int, user_name: str, teams: str) -> str:
    """The resource as text: a hundred of them are a page, so that each part is asked for once."""
    document, external_id, base = row["attributes"], row["external_id"], _in_text(caller.base_url)
    called = "" if external_id is None else f'"externalId":{_text(external_id)},'
    inside = document.strip()[1:-1]
    rest = f",{inside}" if inside else ""
    if '"name"' not in inside and str(row["integration_id"]) != str(caller.actor.integration_id):
        # An import needs both parts of a name on everybody; here only a display name is known.
        derived = {"givenName": row["given_name"], "familyName": row["family_name"]}
        rest += f',"name":{_text(derived)}'
    # Within a text each quotation mark is escaped, so that only a member of ours can be met.
    groups = f',"groups":[{teams.replace(_REFERS, _reference(base))}]' if teams else ""
    return (
        f'{{"schemas":{_urns(document)},"id":"{id}",{called}"userName":{_text(user_name)}{rest}'
        f',"active":{"true" if row["active"] else "false"}{groups}'
        f',"meta":{{"resourceType":"User","created":"{row["created_at"]}","lastModified":"{row["updated_at"]}"'
        f',"location":"{base}/Users/{id}","version":"{_in_text(etag(version))}"}}}}'
    )


_REFERS = '"ref":"'


@lru_cache(maxsize=64)
def _reference(base: str) -> str:
    return f'"$ref":"{base}/Groups/'


_CORE_ALONE = f'["{CORE_USER_URN}"]'


def _urns(attributes: str) -> str:
    """What `schemas` says: the core's URN, and those of the extensions that the document has."""
    if '"urn:' not in attributes:
        return _CORE_ALONE
    return _text([CORE_USER_URN, *(name for name in orjson.loads(attributes) if name.startswith("urn:"))])


def _text(value: object) -> str:
    return orjson.dumps(value).decode()


@lru_cache(maxsize=1024)
def _in_text(part: str) -> str:
    """As it is written within a text of JSON."""
    return _text(part)[1:-1]
