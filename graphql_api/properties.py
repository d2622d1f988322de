"""Properties that teams have, and what the account defines of them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import orjson
import strawberry
from strawberry.types import Info

from catalog.changes import Change
from catalog.errors import Invalid, NotFound
from catalog.selection import AllOf, Column, Compare, Where
from catalog.services import properties, property_definitions, teams
from catalog.services.property_definitions import Draft
from graphql_api import finding, ids
from graphql_api.connections import Connection
from graphql_api.describing import Description, among, computed, described, lazily, linked, listing
from graphql_api.inputs import IdentifierInput, given
from graphql_api.payloads import Error, carried_out, read_back
from graphql_api.scalars import JSONSchema, JsonString


@strawberry.enum
class PropertyDefinitionDisplayTypeEnum(StrEnum):
    """As what a value is shown."""

    ARRAY = "ARRAY"
    BOOLEAN = "BOOLEAN"
    DROPDOWN = "DROPDOWN"
    NUMBER = "NUMBER"
    OBJECT = "OBJECT"
    TEXT = "TEXT"


@strawberry.enum
class PropertyLockedStatusEnum(StrEnum):
    """Whether everybody who may edit a team gives it values, or only who may define properties."""

    ui_locked = "ui_locked"
    unlocked = "unlocked"


@strawberry.type
class Service:
    """What the reference's properties may hang on besides teams. Muster has none."""

    id: strawberry.ID
    aliases: list[str] | None


PropertyOwner: Any = Annotated[
    lazily("teams", "Team") | Service, strawberry.union("PropertyOwner", description="Whose a property is.")
]


@strawberry.type
class PropertyDefinition:
    """Which property a value is of."""

    id: strawberry.ID
    aliases: list[str] | None


@strawberry.type
class TeamPropertyDefinition:
    """A property that teams may have."""

    id: strawberry.ID
    alias: str
    name: str
    description: str
    display_type: PropertyDefinitionDisplayTypeEnum
    display_subtype: PropertyDefinitionDisplayTypeEnum | None
    locked_status: PropertyLockedStatusEnum
    schema: JSONSchema
    version: int


@strawberry.type
class TeamPropertyDefinitionConnection(Connection[TeamPropertyDefinition]):
    """A page of definitions."""


def _validation_errors(row: Mapping[str, Any]) -> list[Error]:
    problems = row["problems"]
    told = orjson.loads(problems) if isinstance(problems, str) else problems
    return [Error(message=problem, path=["value"], code=Invalid.code) for problem in told]


@strawberry.type
class Property:
    """The value that a team has for a property."""

    locked: bool
    value: JsonString | None
    validation_errors: list[Error] = computed(
        _validation_errors, "problems", description="Why the value does not fit what the property is today."
    )

    @described(PropertyDefinition)
    def definition(self, info: Info) -> Description:
        return linked("definition")

    @described(PropertyOwner)
    def owner(self, info: Info) -> Description:
        return linked("team")


@strawberry.type
class PropertyConnection(Connection[Property]):
    """A page of properties."""


@strawberry.type
class Described:
    """What has properties."""

    @described(Property | None)
    def property(self, info: Info, definition: IdentifierInput) -> Description:
        terms: list[Where] = []
        if definition.id:
            terms.append(Compare(Column("definition_id"), "eq", ids.read("PropertyDefinition", definition.id)))
        if definition.alias:
            terms.append(Compare(Column("alias"), "eq", definition.alias))
        if not terms:
            raise Invalid("definition", "say which, by id or by alias.")
        return linked("property", where=AllOf(tuple(terms)))

    @listing(PropertyConnection | None)
    def properties(self, info: Info) -> Description:
        return linked("properties")


@strawberry.type
class Defining:
    """What defines properties: the account."""

    @described(TeamPropertyDefinition | None)
    def team_property_definition(self, info: Info, input: IdentifierInput) -> Description:
        terms: list[Where] = []
        if input.id:
            terms.append(Compare(Column("id"), "eq", ids.read("PropertyDefinition", input.id)))
        if input.alias:
            terms.append(Compare(Column("alias"), "eq", input.alias))
        if not terms:
            raise Invalid("input", "say which, by id or by alias.")
        missing = NotFound("property definition", input.id or input.alias)
        return linked("property_definition", where=AllOf(tuple(terms)), missing=missing)

    @listing(TeamPropertyDefinitionConnection | None)
    def team_property_definitions(self, info: Info) -> Description:
        return linked("property_definitions")


@strawberry.input
class TeamPropertyDefinitionInput:
    """A property of teams. `schema` is JSON Schema, an object or the text of one."""

    alias: str
    name: str
    description: str
    schema: JSONSchema
    locked_status: PropertyLockedStatusEnum | None = strawberry.UNSET


@strawberry.input
class TeamPropertyDefinitionsAssignInput:
    """Properties, found by alias and made where there is none; others are left alone."""

    properties: list[TeamPropertyDefinitionInput]


@strawberry.input
class PropertyAssignInput:
    """Which team, which property, and the value: the text of JSON."""

    team: IdentifierInput
    definition: IdentifierInput
    value: JsonString
    expected_version: int | None = strawberry.UNSET


@strawberry.type
class TeamPropertyDefinitionPayload:
    """The definition as it is now."""

    definition: TeamPropertyDefinition | None
    errors: list[Error]


@strawberry.type
class TeamPropertyDefinitionsAssignPayload:
    """The definitions that were named."""

    properties: TeamPropertyDefinitionConnection | None
    errors: list[Error]


@strawberry.type
class TeamPropertyDefinitionDeletePayload:
    """Which definition is gone."""

    deleted_id: strawberry.ID | None
    errors: list[Error]


@strawberry.type
class PropertyPayload:
    """The property as the team has it now; null where it has none any more."""

    property: Property | None
    errors: list[Error]


_NAMES = {"property definition": "definition", "team": "team"}


@strawberry.type
class PropertyMutations:
    """What can be done to properties."""

    @strawberry.mutation
    async def team_property_definition_create(
        self, info: Info, input: TeamPropertyDefinitionInput
    ) -> TeamPropertyDefinitionPayload | None:
        async def work(this: Change) -> UUID:
            return (await property_definitions.create(this, _draft(input))).id

        id, errors = await carried_out(info, work)
        return TeamPropertyDefinitionPayload(definition=read_back("property_definitions", id), errors=errors)

    @strawberry.mutation
    async def team_property_definition_update(
        self,
        info: Info,
        property_definition: IdentifierInput,
        input: TeamPropertyDefinitionInput,
        expected_version: int | None = strawberry.UNSET,
    ) -> TeamPropertyDefinitionPayload | None:
        async def work(this: Change) -> UUID:
            id = await finding.definition(this, property_definition)
            return (await property_definitions.update(this, id, _draft(input), version=given(expected_version))).id

        id, errors = await carried_out(info, work, {"property definition": "propertyDefinition"})
        return TeamPropertyDefinitionPayload(definition=read_back("property_definitions", id), errors=errors)

    @strawberry.mutation
    async def team_property_definitions_assign(
        self, info: Info, input: TeamPropertyDefinitionsAssignInput
    ) -> TeamPropertyDefinitionsAssignPayload | None:
        async def work(this: Change) -> list[UUID]:
            drafts = [_draft(one) for one in input.properties]
            return [definition.id for definition in await property_definitions.put(this, drafts)]

        ids, errors = await carried_out(info, work, {"alias": "properties"})
        written: Any = None if ids is None else among("property_definitions", ids)
        return TeamPropertyDefinitionsAssignPayload(properties=written, errors=errors)

    @strawberry.mutation
    async def team_property_definition_delete(
        self, info: Info, resource: IdentifierInput, expected_version: int | None = strawberry.UNSET
    ) -> TeamPropertyDefinitionDeletePayload | None:
        async def work(this: Change) -> UUID:
            id = await finding.definition(this, resource)
            return (await property_definitions.delete(this, id, version=given(expected_version))).id

        id, errors = await carried_out(info, work, {"property definition": "resource", "definition": "resource"})
        deleted = None if id is None else strawberry.ID(ids.write("PropertyDefinition", id))
        return TeamPropertyDefinitionDeletePayload(deleted_id=deleted, errors=errors)

    @strawberry.mutation
    async def property_assign(self, info: Info, input: PropertyAssignInput) -> PropertyPayload | None:
        async def work(this: Change) -> UUID:
            team = await teams.lock(this, await finding.team(this, input.team), version=given(input.expected_version))
            definition = await property_definitions.lock(this, await finding.definition(this, input.definition))
            return (await properties.assign(this, team, definition, input.value)).id

        id, errors = await carried_out(info, work, _NAMES)
        return PropertyPayload(property=read_back("properties", id), errors=errors)

    @strawberry.mutation
    async def property_unassign(
        self,
        info: Info,
        team: IdentifierInput,
        definition: IdentifierInput,
        expected_version: int | None = strawberry.UNSET,
    ) -> PropertyPayload | None:
        async def work(this: Change) -> bool:
            held = await teams.lock(this, await finding.team(this, team), version=given(expected_version))
            which = await property_definitions.lock(this, await finding.definition(this, definition))
            return await properties.unassign(this, held, which)

        _, errors = await carried_out(info, work, _NAMES)
        return PropertyPayload(property=None, errors=errors)


def _draft(input: TeamPropertyDefinitionInput) -> Draft:
    """What the input wants: a lock that is absent is kept, null unlocks. Raises Invalid for a text that is no JSON."""
    schema: Any = input.schema
    if isinstance(schema, str):
        # The reference's own client sends the schema as text.
        try:
            schema = orjson.loads(schema)
        except orjson.JSONDecodeError:
            raise Invalid("schema", "it is no JSON.") from None
    lock = input.locked_status
    status = None if lock is strawberry.UNSET else (lock or PropertyLockedStatusEnum.unlocked).value
    return Draft(input.alias, input.name, input.description, schema, status)
