"""The values that teams have for the properties that the account defines."""

from __future__ import annotations

from typing import Any

import orjson

from catalog import access, permissions, property_schemas, sql
from catalog.changes import Change
from catalog.errors import Invalid
from catalog.ids import new_id
from catalog.models import Property, PropertyDefinition, Team
from catalog.services import ownership

SHOWN_CHARACTERS = 200
"""Of a value in the audit trail."""


async def assign(this: Change, team: Team, definition: PropertyDefinition, value: str) -> Property:
    """The team with this value, JSON text, for the property. Both are held by the caller until the change ends.

    Raises NotPermitted, where the property is locked too; Invalid for a value that does not fit the schema.
    """
    await _need(this, team, definition)
    read = property_schemas.read(value)
    if found := property_schemas.problems(definition.schema, read):
        raise Invalid("value", " ".join(found))
    text = orjson.dumps(read).decode()
    there = await _of(this, team, definition)
    if there is not None and (there.value, there.problems) == (text, []):
        return there
    before = None if there is None else there.value
    if there is None:
        there = Property(
            id=new_id(),
            account_id=this.account_id,
            definition_id=definition.id,
            team_id=team.id,
            created_at=this.at,
        )
        this.add(there)
    else:
        this.touch(there)
    there.value, there.problems, there.updated_at = text, [], this.at
    _record(this, "assigned", team, definition, before, text)
    await this.flush()
    return there


async def unassign(this: Change, team: Team, definition: PropertyDefinition) -> bool:
    """The team without a value for the property; whether it had one. Raises NotPermitted."""
    await _need(this, team, definition)
    there = await _of(this, team, definition)
    if there is None:
        return False
    this.run("DELETE FROM properties WHERE account_id = $1 AND id = $2", this.account_id, there.id)
    _record(this, "unassigned", team, definition, there.value, None)
    await this.flush()
    return True


async def _need(this: Change, team: Team, definition: PropertyDefinition) -> None:
    await ownership.need(this, "teams.update", team)
    if definition.locked_status != "unlocked":
        permissions.need(this.actor, "property_definitions.manage")


async def _of(this: Change, team: Team, definition: PropertyDefinition) -> Property | None:
    rows = await this.rows(
        f"SELECT {sql.columns(Property, 'p')} FROM properties p "
        "WHERE p.account_id = $1 AND p.team_id = $2 AND p.definition_id = $3",
        *(this.account_id, team.id, definition.id),
    )
    return access.loaded(Property, rows[0]) if rows else None


def _record(
    this: Change, done: str, team: Team, definition: PropertyDefinition, before: str | None, after: str | None
) -> None:
    this.record(
        f"property.{done}",
        team,
        kind="team",
        name=team.name,
        before=_shown(definition, before),
        after=_shown(definition, after),
    )


def _shown(definition: PropertyDefinition, value: str | None) -> dict[str, Any] | None:
    if value is None:
        return None
    return {"property": definition.name, "value": value[:SHOWN_CHARACTERS]}
