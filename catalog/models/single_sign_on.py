"""Single sign-on: connections to who knows our people, whom they assert, what is good once, what went wrong."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise import fields

from catalog.models.plain import PlainModel


class SignInConnection(PlainModel):
    """An identity provider that says who somebody is. `settings` is read through `catalog.connection_settings`."""

    id = fields.UUIDField(primary_key=True)
    account: fields.ForeignKeyRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.Account", related_name=False, on_delete=fields.NO_ACTION
    )
    account_id: UUID
    kind = fields.TextField()
    """oidc or saml."""
    name = fields.TextField()
    integration: fields.ForeignKeyNullableRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.Integration", related_name=False, on_delete=fields.NO_ACTION, null=True
    )
    integration_id: UUID | None
    """Whose people it signs in, at their first sign-in."""
    settings: Any = fields.JSONField(default=dict)
    secret: str | None = fields.TextField(null=True)
    """The client secret, or the key that signs requests; sealed."""
    admission = fields.TextField(default="refuse")
    """What becomes of somebody unknown: refuse, or just_in_time."""
    enabled = fields.BooleanField(default=False)
    tested_at: datetime | None = fields.DatetimeField(null=True)
    """When an administrator last came through it whole, since it was last changed."""
    version = fields.IntField(default=1)
    created_at: datetime = fields.DatetimeField()
    updated_at: datetime = fields.DatetimeField()
    deleted_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "sign_in_connections"


class SignInIdentity(PlainModel):
    """Who a connection's subject is here. An email is no part of it (nOAuth, CVE-2023-3128)."""

    id = fields.UUIDField(primary_key=True)
    account: fields.ForeignKeyRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.Account", related_name=False, on_delete=fields.NO_ACTION
    )
    account_id: UUID
    connection: fields.ForeignKeyRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.SignInConnection", related_name=False, on_delete=fields.NO_ACTION
    )
    connection_id: UUID
    user: fields.ForeignKeyRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.User", related_name=False, on_delete=fields.NO_ACTION
    )
    user_id: UUID
    subject = fields.TextField()
    """NameID, or the claim that the connection is set to; compared byte by byte."""
    created_at: datetime = fields.DatetimeField()

    class Meta:
        table = "sign_in_identities"


class SignInState(PlainModel):
    """What is good once between two requests of a sign-in, for every process: a row that is deleted when it is used.

    `purpose` is request (sent to the provider), ticket (came back, and waits for the browser's own request) or
    assertion (was used, and is remembered as long as it could be sent again).
    """

    id = fields.UUIDField(primary_key=True)
    account_id: UUID = fields.UUIDField()
    connection_id: UUID = fields.UUIDField()
    purpose = fields.TextField()
    digest = fields.TextField()
    """SHA-256 of the secret, or of the assertion's ID."""
    facts: Any = fields.JSONField(default=dict)
    expires_at: datetime = fields.DatetimeField()

    class Meta:
        table = "sign_in_states"


class SignInError(PlainModel):
    """Why somebody was not let in, in words for an administrator; the latest few of each connection."""

    id = fields.UUIDField(primary_key=True)
    account_id: UUID = fields.UUIDField()
    connection_id: UUID = fields.UUIDField()
    at: datetime = fields.DatetimeField()
    code = fields.TextField()
    message = fields.TextField()

    class Meta:
        table = "sign_in_errors"
