"""API tokens: made, recognised, deleted. Of the secret only a digest is kept; it is shown once.

Who makes or deletes one in a browser has given their password within the last ten minutes: a session that was left
open makes no key that outlives it. An administrator's write token may, without.

A SCIM token is its integration's, an API token is a person's or the account's own (a service). What a token is good
for follows from its scope and, for a person, from the role they have at this moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from catalog import access, minting, permissions
from catalog.actors import Actor, ActorKind, Scope
from catalog.changes import Change
from catalog.database import database
from catalog.dialects import DIALECTS
from catalog.engines import Row
from catalog.errors import Invalid, NotPermitted
from catalog.ids import new_id
from catalog.models import ApiToken, Integration, User
from catalog.services import recognition
from catalog.services.recognition import recognise, write_uses

__all__ = [
    "create_for_integration",
    "create_for_service",
    "create_for_user",
    "delete",
    "list_",
    "recognise",
    "revoke_all_of",
    "revoke_all_of_integration",
    "write_uses",
]

MAX_DAYS = 365
MAX_NAME_CHARACTERS = 200


async def create_for_integration(
    this: Change, integration: Integration, *, name: str, expires_in_days: int = MAX_DAYS
) -> tuple[ApiToken, str]:
    """A SCIM token of the integration, and its secret, which nobody can read again.

    Raises NotPermitted, NotConfirmed; Invalid for a blank name or a life of more than 365 days.
    """
    permissions.need(this.actor, "tokens.manage")
    return await _create(
        this, "scim", Scope.SCIM, name, expires_in_days, integration_id=integration.id, owner=integration.name
    )


async def create_for_user(
    this: Change, user: User, *, name: str, scope: Scope = Scope.READ, expires_in_days: int = MAX_DAYS
) -> tuple[ApiToken, str]:
    """An API token that acts as this person, and its secret. A person makes their own; administrators anybody's.

    Raises NotPermitted, also for somebody who is deactivated; NotConfirmed; Invalid for a scope other than read and
    write.
    """
    permissions.need(this.actor, "tokens.manage", own=_is_theirs(this.actor, user.id))
    if user.deactivated_at is not None:
        raise NotPermitted(f"{user.name} is deactivated, so no token acts for them.")
    return await _create(this, "api", scope, name, expires_in_days, user_id=user.id, owner=user.name)


async def create_for_service(
    this: Change, *, name: str, scope: Scope = Scope.READ, expires_in_days: int = MAX_DAYS
) -> tuple[ApiToken, str]:
    """An API token of the account's own, which outlives whoever made it, and its secret.

    Raises NotPermitted, NotConfirmed; Invalid for a scope other than read and write.
    """
    permissions.need(this.actor, "tokens.manage")
    return await _create(this, "api", scope, name, expires_in_days, owner=name)


async def delete(this: Change, token_id: UUID) -> ApiToken:
    """The token is refused from now on: here at once, by every other process within a second.

    It stays in the list with the instant of its end. Nothing, if it was deleted before. Raises NotFound, NotPermitted,
    NotConfirmed.
    """
    token = await access.token(this, token_id, lock=True)
    permissions.need(this.actor, "tokens.manage", own=_is_theirs(this.actor, token.user_id))
    this.actor.need_confirmed(this.at)
    if token.revoked_at is None:
        token.revoked_at = this.at
        this.record("token.deleted", token, kind="token", name=token.name, before={"prefix": token.prefix})
        await this.flush()
    recognition.forget()
    return token


async def revoke_all_of(this: Change, user_id: UUID) -> None:
    """Every token that acts as this person ends with the change."""
    this.run(
        "UPDATE api_tokens SET revoked_at = $1 WHERE account_id = $2 AND user_id = $3 AND revoked_at IS NULL",
        *(this.at, this.account_id, user_id),
    )
    recognition.forget()


async def revoke_all_of_integration(this: Change, integration_id: UUID) -> None:
    """Every token of this integration ends with the change."""
    this.run(
        "UPDATE api_tokens SET revoked_at = $1 WHERE account_id = $2 AND integration_id = $3 AND revoked_at IS NULL",
        *(this.at, this.account_id, integration_id),
    )
    recognition.forget()


async def list_(actor: Actor, *, integration_id: UUID | None = None, user_id: UUID | None = None) -> Sequence[Row]:
    """Tokens, newest first; of one integration or one person where that is said. The secret is in none of them.

    `id name prefix scope integration_id user_id created_by created_at last_used_at expires_at revoked_at`. Raises
    NotPermitted to all but administrators, except for a person's own.
    """
    permissions.need(actor, "tokens.read", own=_is_theirs(actor, user_id))
    db = database(actor.account_id)
    say = DIALECTS[db.dialect]
    params: list[UUID] = [actor.account_id]
    among = ""
    for column, value in (("integration_id", integration_id), ("user_id", user_id)):
        if value is not None:
            params.append(value)
            among += f"AND k.{column} = ${len(params)} "
    instants = ", ".join(
        f"{say.instant(f'k.{name}')} AS {name}" for name in ("created_at", "last_used_at", "expires_at", "revoked_at")
    )
    return await db.rows(
        f"SELECT k.id, k.name, k.prefix, k.scope, k.integration_id, k.user_id, k.created_by, {instants} "
        f"FROM api_tokens k WHERE k.account_id = $1 {among}ORDER BY k.id DESC",
        *params,
    )


async def _create(
    this: Change,
    kind: minting.Kind,
    scope: Scope,
    name: str,
    expires_in_days: int,
    *,
    owner: str,
    integration_id: UUID | None = None,
    user_id: UUID | None = None,
) -> tuple[ApiToken, str]:
    this.actor.need_confirmed(this.at)
    name = name.strip()
    if not name or len(name) > MAX_NAME_CHARACTERS:
        raise Invalid("name", f"a token's name has 1 to {MAX_NAME_CHARACTERS} characters.")
    if not 1 <= expires_in_days <= MAX_DAYS:
        raise Invalid("expiresInDays", f"a token lives for 1 to {MAX_DAYS} days.")
    if kind == "api" and scope not in (Scope.READ, Scope.WRITE):
        raise Invalid("scope", "an API token's scope is read or write.")
    secret = minting.mint(kind)
    token = ApiToken(
        id=new_id(),
        account_id=this.account_id,
        integration_id=integration_id,
        user_id=user_id,
        name=name,
        prefix=minting.prefix(secret),
        digest=minting.digest(secret),
        scope=scope.value,
        created_by=this.actor.name,
        created_at=this.at,
        expires_at=this.at + timedelta(days=expires_in_days),
    )
    this.add(token)
    this.record(
        "token.created",
        token,
        kind="token",
        name=name,
        after={"prefix": token.prefix, "scope": token.scope, "owner": owner, "expires_in_days": expires_in_days},
    )
    await this.flush()
    return token, secret


def _is_theirs(actor: Actor, user_id: UUID | None) -> bool:
    """Whether tokens of this person are the actor's own."""
    return actor.kind is ActorKind.PERSON and user_id is not None and actor.id == user_id
