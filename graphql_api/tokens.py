"""API tokens: listed without their secrets, made (the secret is shown this once) and deleted."""

from __future__ import annotations

from uuid import UUID

import strawberry
from strawberry.types import Info

from catalog.actors import Scope
from catalog.changes import Change
from catalog.errors import Invalid
from catalog.ids import public_id
from catalog.services import integrations, tokens, users
from graphql_api import ids
from graphql_api.connections import Connection
from graphql_api.describing import Description, described, lazily, linked
from graphql_api.payloads import Error, carried_out, read_back
from graphql_api.scalars import Instant


@strawberry.type
class ApiToken:
    """A token: an integration's, a person's, or the account's own (a service)."""

    id: strawberry.ID
    name: str
    prefix: str = strawberry.field(description="Its kind and first four characters, to recognise it by.")
    scope: str = strawberry.field(description="scim, read or write.")
    created_by: str
    created_at: Instant
    last_used_at: Instant | None = strawberry.field(description="To the minute.")
    expires_at: Instant
    revoked_at: Instant | None

    @described(lazily("integrations", "ScimIntegration") | None)
    def integration(self, info: Info) -> Description:
        return linked("integration")

    @described(lazily("users", "User") | None)
    def user(self, info: Info) -> Description:
        return linked("user")


@strawberry.type
class ApiTokenConnection(Connection[ApiToken]):
    """A page of tokens, newest first; those that were deleted among them."""


@strawberry.input
class ApiTokenCreateInput:
    """With neither id, a service token of the account's own."""

    name: str
    integration_id: strawberry.ID | None = strawberry.UNSET
    user_id: strawberry.ID | None = strawberry.UNSET
    expires_in_days: int | None = strawberry.field(default=strawberry.UNSET, description="1 to 365; 365 if not said.")
    scope: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="read or write; read if not said. An integration's is good for SCIM alone.",
    )


@strawberry.type
class ApiTokenCreatePayload:
    """The token, and its secret: nobody can read it again."""

    api_token: ApiToken | None
    secret: str | None
    errors: list[Error]


@strawberry.type
class ApiTokenDeletePayload:
    """The token that is refused from now on."""

    deleted_api_token_id: strawberry.ID | None
    errors: list[Error]


async def api_token_create(info: Info, input: ApiTokenCreateInput) -> ApiTokenCreatePayload:
    async def work(this: Change) -> tuple[UUID, str]:
        days = tokens.MAX_DAYS if input.expires_in_days in (None, strawberry.UNSET) else input.expires_in_days
        if input.integration_id and input.user_id:
            raise Invalid("userId", "a token is an integration's or a person's, not both.")
        if input.integration_id:
            if input.scope and input.scope != Scope.SCIM:
                raise Invalid("scope", "an integration's token is good for SCIM alone.")
            integration = await integrations.lock(this, ids.read("Integration", input.integration_id))
            token, secret = await tokens.create_for_integration(
                this, integration, name=input.name, expires_in_days=days
            )
            return token.id, secret
        scope = _scope(input.scope or Scope.READ)
        if input.user_id:
            user = await users.lock(this, ids.read("User", input.user_id))
            token, secret = await tokens.create_for_user(this, user, name=input.name, scope=scope, expires_in_days=days)
        else:
            token, secret = await tokens.create_for_service(this, name=input.name, scope=scope, expires_in_days=days)
        return token.id, secret

    made, errors = await carried_out(info, work, {"integration": "integrationId", "user": "userId"})
    id, secret = made or (None, None)
    return ApiTokenCreatePayload(api_token=read_back("tokens", id), secret=secret, errors=errors)


async def api_token_delete(info: Info, id: strawberry.ID) -> ApiTokenDeletePayload:
    async def work(this: Change) -> UUID:
        return (await tokens.delete(this, ids.read("ApiToken", id))).id

    deleted, errors = await carried_out(info, work, {"token": "id"})
    shown = None if deleted is None else strawberry.ID(public_id("ApiToken", deleted))
    return ApiTokenDeletePayload(deleted_api_token_id=shown, errors=errors)


def _scope(text: str) -> Scope:
    """Raises Invalid."""
    try:
        return Scope(text)
    except ValueError:
        raise Invalid("scope", "an API token's scope is read or write.") from None
