"""Aliases of teams: added and deleted by hand. Those that were made of a name stay."""

from __future__ import annotations

from enum import StrEnum

import strawberry
from strawberry.types import Info

from catalog.changes import Change
from catalog.errors import Invalid
from catalog.services import aliases, teams
from graphql_api import finding, ids
from graphql_api.inputs import IdentifierInput, given
from graphql_api.payloads import Error, carried_out


@strawberry.enum
class AliasOwnerTypeEnum(StrEnum):
    """What an alias may lead to. Muster knows teams (`group` is the reference's old word for a team above others)."""

    domain = "domain"
    group = "group"
    infrastructure_resource = "infrastructure_resource"
    scorecard = "scorecard"
    service = "service"
    system = "system"
    team = "team"


@strawberry.input
class AliasCreateInput:
    """A team, and what it is to answer to."""

    alias: str
    owner_id: strawberry.ID
    expected_version: int | None = strawberry.UNSET


@strawberry.input
class AliasDeleteInput:
    """An alias, and what it leads to."""

    alias: str
    owner_type: AliasOwnerTypeEnum
    expected_version: int | None = strawberry.UNSET


@strawberry.type
class AliasCreatePayload:
    """Everything that the team answers to now."""

    aliases: list[str] | None
    owner_id: str | None
    errors: list[Error]


@strawberry.type
class AliasDeletePayload:
    """The alias that leads nowhere any more."""

    deleted_alias: str | None
    errors: list[Error]


@strawberry.type
class AliasMutations:
    """What can be done to aliases."""

    @strawberry.mutation
    async def alias_create(self, info: Info, input: AliasCreateInput) -> AliasCreatePayload | None:
        async def work(this: Change) -> list[str]:
            team = await teams.lock(this, ids.read("Team", input.owner_id), version=given(input.expected_version))
            await aliases.add(this, team, input.alias.strip())
            return await aliases.of(this, team)

        names, errors = await carried_out(info, work, {"team": "ownerId"})
        return AliasCreatePayload(aliases=names, owner_id=None if names is None else input.owner_id, errors=errors)

    @strawberry.mutation
    async def alias_delete(self, info: Info, input: AliasDeleteInput) -> AliasDeletePayload | None:
        async def work(this: Change) -> str:
            if input.owner_type not in (AliasOwnerTypeEnum.team, AliasOwnerTypeEnum.group):
                raise Invalid("ownerType", f"Muster has teams; there is no {input.owner_type.value} with an alias.")
            which = await finding.team(this, IdentifierInput(alias=input.alias))
            team = await teams.lock(this, which, version=given(input.expected_version))
            await aliases.remove(this, team, input.alias)
            return input.alias

        alias, errors = await carried_out(info, work, {"team": "alias"})
        return AliasDeletePayload(deleted_alias=alias, errors=errors)
