"""Definitions of the properties that teams may have: a name, and the JSON Schema of the values.

A definition that becomes stricter refuses no value that is there: the value stays, and tells why it does not fit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from catalog import access, permissions, property_schemas
from catalog.changes import Change
from catalog.errors import Invalid, NotFound
from catalog.ids import new_id
from catalog.models import PropertyDefinition

LOCKS = ("unlocked", "ui_locked")
MAX_CHARACTERS = 200
MAX_DESCRIPTION_CHARACTERS = 2_000
MAX_OF_ACCOUNT = 200
CHUNK = 500
"""Values that are read, and written, at once."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody wants a definition to be; `locked_status` None keeps what is."""

    alias: str
    name: str
    description: str
    schema: Any
    locked_status: str | None = None


async def create(this: Change, draft: Draft) -> PropertyDefinition:
    """A new definition. Raises NotPermitted; Invalid for a schema that may not be used; AlreadyTaken for the alias."""
    permissions.need(this.actor, "property_definitions.manage")
    rows = await this.rows("SELECT count(*) AS n FROM property_definitions WHERE account_id = $1", this.account_id)
    if rows[0]["n"] >= MAX_OF_ACCOUNT:
        raise Invalid("alias", f"an account defines {MAX_OF_ACCOUNT} properties at most.")
    definition = PropertyDefinition(
        id=new_id(), account_id=this.account_id, created_at=this.at, updated_at=this.at, **_columns(draft)
    )
    this.add(definition)
    _record(this, "created", definition, None, _shown(definition))
    await this.flush()
    return definition


async def update(this: Change, definition_id: UUID, draft: Draft, *, version: int | None = None) -> PropertyDefinition:
    """The definition as the draft says, and every value judged by its schema; nothing, where it is so already.

    Raises NotFound, NotPermitted, VersionMismatch, Invalid, AlreadyTaken.
    """
    permissions.need(this.actor, "property_definitions.manage")
    definition = await access.property_definition(this, definition_id, version=version)
    before = _shown(definition)
    definition.update_from_dict(_columns(draft))
    after = _shown(definition)
    differs = [name for name in after if before[name] != after[name]]
    if differs:
        _record(
            this,
            "updated",
            definition,
            {name: before[name] for name in differs},
            {name: after[name] for name in differs},
        )
        await this.flush()
    if "schema" in differs:
        await _judge(this, definition)
    return definition


async def put(this: Change, drafts: Sequence[Draft]) -> list[PropertyDefinition]:
    """Definitions as the drafts say, found by alias and made where there is none; others are left alone.

    Raises NotPermitted, Invalid, for two drafts of one alias too.
    """
    if len({draft.alias for draft in drafts}) < len(drafts):
        raise Invalid("alias", "name each property once.")
    known = {row["alias"]: row["id"] for row in await _aliases(this)}
    return [
        await (update(this, UUID(str(known[draft.alias])), draft) if draft.alias in known else create(this, draft))
        for draft in drafts
    ]


async def delete(this: Change, definition_id: UUID, *, version: int | None = None) -> PropertyDefinition:
    """The definition as it was: gone with every team's value. Raises NotFound, NotPermitted, VersionMismatch."""
    permissions.need(this.actor, "property_definitions.manage")
    definition = await access.property_definition(this, definition_id, version=version)
    rows = await this.rows("SELECT count(*) AS n FROM properties WHERE definition_id = $1", definition.id)
    _record(this, "deleted", definition, {**_shown(definition), "values": int(rows[0]["n"])}, None)
    await this.flush()
    this.run("DELETE FROM properties WHERE account_id = $1 AND definition_id = $2", this.account_id, definition.id)
    this.run("DELETE FROM property_definitions WHERE account_id = $1 AND id = $2", this.account_id, definition.id)
    await this.flush()
    return definition


async def lock(this: Change, definition_id: UUID) -> PropertyDefinition:
    """The definition, held until the change ends. Raises NotFound."""
    return await access.property_definition(this, definition_id)


async def of_alias(this: Change, alias: str) -> PropertyDefinition:
    """The definition of this alias, held until the change ends. Raises NotFound."""
    known = {row["alias"]: row["id"] for row in await _aliases(this)}
    if alias not in known:
        raise NotFound("property definition", alias)
    return await access.property_definition(this, UUID(str(known[alias])))


# --- what the verbs lean on ---------------------------------------------------------------------------------------


async def _aliases(this: Change) -> Sequence[Any]:
    return await this.rows("SELECT alias, id FROM property_definitions WHERE account_id = $1", this.account_id)


def _columns(draft: Draft) -> dict[str, Any]:
    """The draft as columns. Raises Invalid."""
    alias, name, description = draft.alias.strip(), draft.name.strip(), draft.description.strip()
    if not alias or len(alias) > MAX_CHARACTERS or not all(one.isalnum() or one in "-_." for one in alias):
        raise Invalid("alias", f"use letters, digits, '-', '_' and '.', at most {MAX_CHARACTERS} of them.")
    if not name or len(name) > MAX_CHARACTERS or not name.isprintable():
        raise Invalid("name", f"a property's name has 1 to {MAX_CHARACTERS} characters.")
    if len(description) > MAX_DESCRIPTION_CHARACTERS:
        raise Invalid("description", f"it has {MAX_DESCRIPTION_CHARACTERS} characters at most.")
    if draft.locked_status is not None and draft.locked_status not in LOCKS:
        raise Invalid("lockedStatus", f"it is {' or '.join(LOCKS)}.")
    schema = property_schemas.check(draft.schema)
    shown, of_elements = property_schemas.displayed(schema)
    return {
        "alias": alias,
        "name": name,
        "description": description,
        "schema": schema,
        "display_type": shown,
        "display_subtype": of_elements,
        **({} if draft.locked_status is None else {"locked_status": draft.locked_status}),
    }


async def _judge(this: Change, definition: PropertyDefinition) -> None:
    """Every value of the property, and whether it fits the schema of now."""
    rows = await this.rows(
        "SELECT id, value, problems FROM properties WHERE account_id = $1 AND definition_id = $2 ORDER BY id",
        this.account_id,
        definition.id,
    )
    judged = [
        (property_schemas.problems(definition.schema, property_schemas.read(row["value"])), row["id"]) for row in rows
    ]
    for start in range(0, len(judged), CHUNK):
        some = [[found, id] for found, id in judged[start : start + CHUNK]]
        this.run("UPDATE properties SET problems = $1 WHERE id = $2", some, many=True)
        await this.flush()


def _record(this: Change, done: str, definition: PropertyDefinition, before: Any, after: Any) -> None:
    this.record(
        f"property_definition.{done}",
        definition,
        kind="property_definition",
        name=definition.name,
        before=before,
        after=after,
    )


def _shown(definition: PropertyDefinition) -> dict[str, Any]:
    names = ("alias", "name", "description", "locked_status", "schema")
    return {name: getattr(definition, name) for name in names}
