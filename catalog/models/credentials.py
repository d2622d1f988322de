"""Credentials: API tokens, of which only the digest is kept."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tortoise import fields

from catalog.models.plain import PlainModel


class ApiToken(PlainModel):
    """A bearer token: a SCIM integration's, a person's, or a service of the account's own."""

    id = fields.UUIDField(primary_key=True)
    account: fields.ForeignKeyRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.Account", related_name=False, on_delete=fields.NO_ACTION
    )
    account_id: UUID
    integration: fields.ForeignKeyNullableRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.Integration", related_name=False, on_delete=fields.NO_ACTION, null=True
    )
    integration_id: UUID | None
    user: fields.ForeignKeyNullableRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.User", related_name=False, on_delete=fields.NO_ACTION, null=True
    )
    user_id: UUID | None
    name = fields.TextField()
    prefix = fields.TextField()
    """The kind and four characters of the secret, to recognise it by."""
    digest = fields.TextField()
    """SHA-256 of the whole token, in hexadecimal."""
    scope = fields.TextField()
    created_by = fields.TextField()
    created_at: datetime = fields.DatetimeField()
    last_used_at: datetime | None = fields.DatetimeField(null=True)
    expires_at: datetime = fields.DatetimeField()
    revoked_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "api_tokens"
