"""Contacts: how a team or a person is reached."""

from __future__ import annotations

from enum import StrEnum
from typing import Any
from uuid import UUID

import strawberry
from strawberry.types import Info

from catalog.changes import Change
from catalog.services import contacts
from graphql_api import finding, ids
from graphql_api.describing import Description, described, linked
from graphql_api.inputs import IdentifierInput, given
from graphql_api.payloads import Error, carried_out, read_back


@strawberry.enum
class ContactType(StrEnum):
    """Where an address is one."""

    email = "email"
    github = "github"
    microsoft_teams = "microsoft_teams"
    slack = "slack"
    slack_handle = "slack_handle"
    web = "web"


@strawberry.type
class Contact:
    """A way to reach a team or a person."""

    id: strawberry.ID
    address: str
    display_name: str | None
    display_type: str | None
    external_id: str | None
    is_default: bool | None
    type: ContactType


@strawberry.type
class Reachable:
    """What has contacts."""

    @described(list[Contact] | None)
    def contacts(self, info: Info) -> Description:
        return linked("contacts")


@strawberry.input
class ContactInput:
    """A contact of a team that is being made."""

    type: ContactType
    address: str
    display_name: str | None = strawberry.UNSET


@strawberry.input
class ContactCreateInput:
    """A contact, and whose it is: a team or a person by `ownerId`, a team by `teamId` or `teamAlias`."""

    type: ContactType
    address: str
    display_name: str | None = strawberry.UNSET
    display_type: str | None = strawberry.UNSET
    external_id: str | None = strawberry.UNSET
    owner_id: strawberry.ID | None = strawberry.UNSET
    team_id: strawberry.ID | None = strawberry.UNSET
    team_alias: str | None = strawberry.UNSET
    expected_version: int | None = strawberry.UNSET


@strawberry.input
class ContactUpdateInput:
    """What is absent is kept; null clears a name or an external id."""

    id: strawberry.ID
    type: ContactType | None = strawberry.UNSET
    address: str | None = strawberry.UNSET
    display_name: str | None = strawberry.UNSET
    display_type: str | None = strawberry.UNSET
    external_id: str | None = strawberry.UNSET
    make_default: bool | None = strawberry.UNSET
    expected_version: int | None = strawberry.UNSET


@strawberry.input
class ContactDeleteInput:
    """Which contact."""

    id: strawberry.ID
    expected_version: int | None = strawberry.UNSET


@strawberry.type
class ContactCreatePayload:
    """The new contact."""

    contact: Contact | None
    errors: list[Error]


@strawberry.type
class ContactUpdatePayload:
    """The contact as it is now."""

    contact: Contact | None
    errors: list[Error]


@strawberry.type
class ContactDeletePayload:
    """Which contact is gone."""

    deleted_contact_id: strawberry.ID | None
    errors: list[Error]


_NAMES = {"owner": "ownerId", "team": "teamId", "contact": "id"}


@strawberry.type
class ContactMutations:
    """What can be done to contacts."""

    @strawberry.mutation
    async def contact_create(self, info: Info, input: ContactCreateInput) -> ContactCreatePayload | None:
        async def work(this: Change) -> UUID:
            team = IdentifierInput(id=input.team_id, alias=input.team_alias)
            owner = await finding.owner(this, input.owner_id or None, team, version=given(input.expected_version))
            return (await contacts.create(this, owner, **details(input))).id

        id, errors = await carried_out(info, work, _NAMES)
        return ContactCreatePayload(contact=read_back("contacts", id), errors=errors)

    @strawberry.mutation
    async def contact_update(self, info: Info, input: ContactUpdateInput) -> ContactUpdatePayload | None:
        async def work(this: Change) -> UUID:
            wanted = {name: text for name, text in details(input).items() if text or name not in ("type", "address")}
            contact = await contacts.update(
                this,
                ids.read("Contact", input.id),
                make_default=bool(given(input.make_default)),
                version=given(input.expected_version),
                **wanted,
            )
            return contact.id

        id, errors = await carried_out(info, work, _NAMES)
        return ContactUpdatePayload(contact=read_back("contacts", id), errors=errors)

    @strawberry.mutation
    async def contact_delete(self, info: Info, input: ContactDeleteInput) -> ContactDeletePayload | None:
        async def work(this: Change) -> UUID:
            id, version = ids.read("Contact", input.id), given(input.expected_version)
            return (await contacts.delete(this, id, version=version)).id

        id, errors = await carried_out(info, work, _NAMES)
        return ContactDeletePayload(deleted_contact_id=None if id is None else input.id, errors=errors)


def details(input: ContactInput | ContactCreateInput | ContactUpdateInput) -> Any:
    """What the input says of a contact: what is absent is left out, null is None."""
    said = ("type", "address", "display_name", "display_type", "external_id")
    wanted = {name: getattr(input, name, strawberry.UNSET) for name in said}
    return {
        name: value.value if isinstance(value, ContactType) else value
        for name, value in wanted.items()
        if value is not strawberry.UNSET
    }
