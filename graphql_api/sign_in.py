"""Sign-in connections: the identity providers by which people sign in. docs/sign-in.md says what each setting does."""

from __future__ import annotations

from enum import StrEnum
from typing import Any
from uuid import UUID

import strawberry
from strawberry.types import Info

from catalog import permissions
from catalog.changes import Change
from catalog.errors import Invalid
from catalog.ids import public_id
from catalog.services import sign_in_connections
from graphql_api import context, ids
from graphql_api.connections import Connection
from graphql_api.describing import Description, computed, described, lazily, linked, listing
from graphql_api.payloads import Error, carried_out, mutation, read_back
from graphql_api.scalars import JSON, Instant


@strawberry.enum
class SignInKind(StrEnum):
    """The protocol: OpenID Connect, or SAML 2.0."""

    oidc = "oidc"
    saml = "saml"


@strawberry.enum
class SignInAdmission(StrEnum):
    """What becomes of somebody whom the paired integration has not sent."""

    refuse = "refuse"
    just_in_time = "just_in_time"


@strawberry.type
class SignInError:
    """Why somebody was not let in, in words for an administrator."""

    at: Instant
    code: str
    message: str


@strawberry.type
class SignInErrorConnection(Connection[SignInError]):
    """A page of refusals, newest first; the last twenty are kept."""


@strawberry.type
class SignInConnection:
    """An identity provider by which people sign in."""

    id: strawberry.ID
    kind: SignInKind
    name: str
    admission: SignInAdmission
    enabled: bool
    has_secret: bool = strawberry.field(description="A client secret, or a key for signing requests, is kept.")
    tested_at: Instant | None = strawberry.field(description="When it was last tried with success, as it is set now.")
    version: int
    created_at: Instant
    updated_at: Instant
    settings: JSON = computed(lambda row: row["settings"], "settings", description="What differs from the defaults.")
    start_url: str = strawberry.field(description="Where signing in begins; with `?test=1` an administrator tries it.")
    redirect_uri: str | None = strawberry.field(description="OpenID Connect's, to be copied to the provider.")
    acs_url: str | None = strawberry.field(description="SAML's single sign-on URL, to be copied to the provider.")
    entity_id: str | None = strawberry.field(description="SAML's audience, and the address of our metadata.")

    @described(lazily("integrations", "ScimIntegration") | None)
    def integration(self, info: Info) -> Description:
        return linked("integration")

    @listing(SignInErrorConnection)
    def errors(self, info: Info) -> Description:
        return linked("errors")


@strawberry.type
class SignInConnectionConnection(Connection[SignInConnection]):
    """A page of ways to sign in, by name."""


@strawberry.type
class SignIns:
    """A part of `Account`."""

    @listing(SignInConnectionConnection)
    def sign_in_connections(self, info: Info) -> Description:
        permissions.need(context.actor(info), "provisioning.read")
        return linked("sign_in_connections")


@strawberry.input
class SignInConnectionCreateInput:
    """`settings` by their names: issuer, client_id, … or metadata_url, metadata, …"""

    kind: SignInKind
    name: str
    settings: JSON | None = strawberry.UNSET
    client_secret: str | None = strawberry.UNSET
    integration_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Whose people it signs in."
    )
    admission: SignInAdmission | None = strawberry.UNSET


@strawberry.input
class SignInConnectionUpdateInput:
    """What is absent is kept; `integrationId: null` ends the pairing."""

    id: strawberry.ID
    name: str | None = strawberry.UNSET
    settings: JSON | None = strawberry.UNSET
    client_secret: str | None = strawberry.UNSET
    integration_id: strawberry.ID | None = strawberry.UNSET
    admission: SignInAdmission | None = strawberry.UNSET
    enabled: bool | None = strawberry.UNSET
    expected_version: int | None = strawberry.UNSET


@strawberry.type
class SignInConnectionPayload:
    """The connection as it is now."""

    connection: SignInConnection | None
    errors: list[Error]


@strawberry.type
class SignInConnectionDeletePayload:
    """The connection that is gone; the sessions that it began have ended."""

    deleted_id: strawberry.ID | None
    errors: list[Error]


_NAMES = {"integration": "integrationId", "sign-in connection": "id", "client_secret": "clientSecret"}
_SETTINGS = (
    *("issuer", "client_id", "scopes", "subject_claim", "metadata", "metadata_url", "entity_id", "sso_url"),
    *("certificates", "sign_requests", "idp_initiated"),
)
_NAMES |= dict.fromkeys(_SETTINGS, "settings")


async def sign_in_connection_create(info: Info, input: SignInConnectionCreateInput) -> SignInConnectionPayload:
    async def work(this: Change) -> UUID:
        connection = await sign_in_connections.create(
            this,
            kind=SignInKind(input.kind).value,
            name=input.name,
            settings=_settings(input.settings),
            client_secret=input.client_secret or None,
            integration_id=ids.read("Integration", input.integration_id) if input.integration_id else None,
            admission=SignInAdmission(input.admission).value if input.admission else "refuse",
            vault=context.of(info).vault,
        )
        return connection.id

    id, errors = await carried_out(info, work, _NAMES)
    return SignInConnectionPayload(connection=read_back("sign_in_connections", id), errors=errors)


async def sign_in_connection_update(info: Info, input: SignInConnectionUpdateInput) -> SignInConnectionPayload:
    async def work(this: Change) -> UUID:
        wanted = ids.read("SignInConnection", input.id)
        connection = await sign_in_connections.lock(this, wanted, version=input.expected_version or None)
        await sign_in_connections.update(
            this,
            connection,
            name=input.name or None,
            settings=_settings(input.settings),
            client_secret=input.client_secret or None,
            admission=SignInAdmission(input.admission).value if input.admission else None,
            vault=context.of(info).vault,
        )
        if input.integration_id is not strawberry.UNSET:
            paired = ids.read("Integration", input.integration_id) if input.integration_id else None
            await sign_in_connections.pair(this, connection, paired)
        if isinstance(input.enabled, bool):
            await sign_in_connections.switch(this, connection, input.enabled)
        return connection.id

    id, errors = await carried_out(info, work, _NAMES)
    return SignInConnectionPayload(connection=read_back("sign_in_connections", id), errors=errors)


async def sign_in_connection_delete(info: Info, id: strawberry.ID) -> SignInConnectionDeletePayload:
    async def work(this: Change) -> UUID:
        connection = await sign_in_connections.lock(this, ids.read("SignInConnection", id))
        await sign_in_connections.delete(this, connection)
        return connection.id

    deleted, errors = await carried_out(info, work, _NAMES)
    shown = None if deleted is None else strawberry.ID(public_id("SignInConnection", deleted))
    return SignInConnectionDeletePayload(deleted_id=shown, errors=errors)


@strawberry.type
class SignInMutations:
    """What can be done to the ways to sign in. Each needs a session whose password was given within ten minutes."""

    sign_in_connection_create = mutation(sign_in_connection_create, "A new connection, switched off.")
    sign_in_connection_update = mutation(
        sign_in_connection_update, "Changes a connection; `enabled` switches it on, or off with the sessions it began."
    )
    sign_in_connection_delete = mutation(sign_in_connection_delete, "Ends a connection, and the sessions it began.")


def _settings(given: Any) -> dict[str, Any] | None:
    """The settings that are chosen, None for none. Raises Invalid."""
    if given in (None, strawberry.UNSET):
        return None
    if not isinstance(given, dict):
        raise Invalid("settings", "they are an object of settings by name.")
    return given
