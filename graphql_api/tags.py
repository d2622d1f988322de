"""Tags of teams and people."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

import strawberry
from strawberry.types import Info

from catalog.changes import Change
from catalog.errors import Invalid
from catalog.services import tags
from catalog.services.ownership import Described
from graphql_api import finding, ids
from graphql_api.connections import Connection
from graphql_api.describing import Description, linked, listing
from graphql_api.inputs import IdentifierInput, UserIdentifierInput, given
from graphql_api.payloads import Error, all_read_back, carried_out, read_back


@strawberry.enum
class TaggableResource(StrEnum):
    """What can have tags. Muster knows teams and people; the others are the reference's."""

    Domain = "Domain"
    InfrastructureResource = "InfrastructureResource"
    Repository = "Repository"
    Service = "Service"
    System = "System"
    Team = "Team"
    User = "User"


@strawberry.type
class Tag:
    """A key and a value."""

    id: strawberry.ID
    key: str
    value: str


@strawberry.type
class TagConnection(Connection[Tag]):
    """A page of tags."""


@strawberry.type
class Taggable:
    """What has tags."""

    @listing(TagConnection | None)
    def tags(self, info: Info) -> Description:
        return linked("tags")


@strawberry.input
class TagInput:
    """A tag that something is to have."""

    key: str
    value: str


@strawberry.input
class TagAssignInput:
    """Whose tags, by `id`, or by `alias` and `type` (a person's alias is their email); and the values of these keys."""

    tags: list[TagInput]
    id: strawberry.ID | None = strawberry.UNSET
    alias: str | None = strawberry.UNSET
    type: TaggableResource | None = strawberry.UNSET
    expected_version: int | None = strawberry.UNSET


@strawberry.input
class TagCreateInput:
    """Whose tag, as in TagAssignInput, and the tag."""

    key: str
    value: str
    id: strawberry.ID | None = strawberry.UNSET
    alias: str | None = strawberry.UNSET
    type: TaggableResource | None = strawberry.UNSET
    expected_version: int | None = strawberry.UNSET


@strawberry.input
class TagUpdateInput:
    """Which tag; what is absent is kept."""

    id: strawberry.ID
    key: str | None = strawberry.UNSET
    value: str | None = strawberry.UNSET
    expected_version: int | None = strawberry.UNSET


@strawberry.input
class TagDeleteInput:
    """Which tag."""

    id: strawberry.ID
    expected_version: int | None = strawberry.UNSET


@strawberry.type
class TagAssignPayload:
    """The tags under the keys that were named."""

    tags: list[Tag] | None
    errors: list[Error]


@strawberry.type
class TagCreatePayload:
    """The new tag."""

    tag: Tag | None
    errors: list[Error]


@strawberry.type
class TagUpdatePayload:
    """The tag as it is now."""

    tag: Tag | None
    errors: list[Error]


@strawberry.type
class TagDeletePayload:
    """The tag is gone, if there are no errors."""

    errors: list[Error]


_NAMES = {"owner": "id", "user": "alias", "team": "alias", "tag": "id"}


@strawberry.type
class TagMutations:
    """What can be done to tags."""

    @strawberry.mutation
    async def tag_assign(self, info: Info, input: TagAssignInput) -> TagAssignPayload | None:
        async def work(this: Change) -> list[UUID]:
            wanted = [(tag.key, tag.value) for tag in input.tags]
            return [tag.id for tag in await tags.assign(this, await _owner(this, input), wanted)]

        ids, errors = await carried_out(info, work, _NAMES)
        return TagAssignPayload(tags=all_read_back("tags", ids), errors=errors)

    @strawberry.mutation
    async def tag_create(self, info: Info, input: TagCreateInput) -> TagCreatePayload | None:
        async def work(this: Change) -> UUID:
            return (await tags.create(this, await _owner(this, input), input.key, input.value)).id

        id, errors = await carried_out(info, work, _NAMES)
        return TagCreatePayload(tag=read_back("tags", id), errors=errors)

    @strawberry.mutation
    async def tag_update(self, info: Info, input: TagUpdateInput) -> TagUpdatePayload | None:
        async def work(this: Change) -> UUID:
            tag_id, version = ids.read("Tag", input.id), given(input.expected_version)
            key, value = given(input.key), given(input.value)
            return (await tags.update(this, tag_id, key=key, value=value, version=version)).id

        id, errors = await carried_out(info, work, _NAMES)
        return TagUpdatePayload(tag=read_back("tags", id), errors=errors)

    @strawberry.mutation
    async def tag_delete(self, info: Info, input: TagDeleteInput) -> TagDeletePayload | None:
        async def work(this: Change) -> UUID:
            return (await tags.delete(this, ids.read("Tag", input.id), version=given(input.expected_version))).id

        _, errors = await carried_out(info, work, _NAMES)
        return TagDeletePayload(errors=errors)


async def _owner(this: Change, input: TagAssignInput | TagCreateInput) -> Described:
    """Whose tags are meant, held until the change ends. Raises NotFound, Invalid, VersionMismatch."""
    kind, version = given(input.type), given(input.expected_version)
    if kind not in (None, TaggableResource.Team, TaggableResource.User):
        raise Invalid("type", f"Muster has teams and people; there is no {kind} to tag.")
    if kind is TaggableResource.User:
        return await finding.owner(this, input.id or None, UserIdentifierInput(email=input.alias), version=version)
    return await finding.owner(this, input.id or None, IdentifierInput(alias=input.alias), version=version)
