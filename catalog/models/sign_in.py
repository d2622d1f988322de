"""Signing in: passwords, sessions, one-time links. Of every secret only a digest or a hash is kept."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tortoise import fields

from catalog.models.plain import PlainModel


class Password(PlainModel):
    """A person's password; one each at most, none for whoever never chose one."""

    id = fields.UUIDField(primary_key=True)
    account: fields.ForeignKeyRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.Account", related_name=False, on_delete=fields.NO_ACTION
    )
    account_id: UUID
    user: fields.ForeignKeyRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.User", related_name=False, on_delete=fields.NO_ACTION
    )
    user_id: UUID
    hash = fields.TextField()
    """argon2id, with its salt and its costs, as PHC writes it."""
    set_at: datetime = fields.DatetimeField()

    class Meta:
        table = "passwords"


class Session(PlainModel):
    """A browser in which somebody is signed in, until it ends, expires, or is left alone for too long."""

    id = fields.UUIDField(primary_key=True)
    account: fields.ForeignKeyRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.Account", related_name=False, on_delete=fields.NO_ACTION
    )
    account_id: UUID
    user: fields.ForeignKeyRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.User", related_name=False, on_delete=fields.NO_ACTION
    )
    user_id: UUID
    digest = fields.TextField()
    """SHA-256 of the whole secret, in hexadecimal."""
    method = fields.TextField()
    """How they proved that it is them: password, or a single sign-on."""
    connection_id: UUID | None = fields.UUIDField(null=True)
    """The single sign-on connection, where one was asked."""
    subject: str | None = fields.TextField(null=True)
    """What that connection calls the person."""
    ip: str | None = fields.TextField(null=True)
    user_agent: str | None = fields.TextField(null=True)
    created_at: datetime = fields.DatetimeField()
    last_seen_at: datetime = fields.DatetimeField()
    """To the minute: a session in constant use costs one write a minute."""
    confirmed_at: datetime = fields.DatetimeField()
    """When they last proved that it is them."""
    expires_at: datetime = fields.DatetimeField()
    ended_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "sessions"


class OneTimeLink(PlainModel):
    """A link that opens one thing, once."""

    id = fields.UUIDField(primary_key=True)
    account: fields.ForeignKeyRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.Account", related_name=False, on_delete=fields.NO_ACTION
    )
    account_id: UUID
    user: fields.ForeignKeyNullableRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.User", related_name=False, on_delete=fields.NO_ACTION, null=True
    )
    user_id: UUID | None
    """Whom it lets in; null for a set-up, which makes somebody."""
    purpose = fields.TextField()
    """setup, invitation or password."""
    digest = fields.TextField()
    """SHA-256 of the whole secret, in hexadecimal."""
    created_at: datetime = fields.DatetimeField()
    expires_at: datetime = fields.DatetimeField()
    used_at: datetime | None = fields.DatetimeField(null=True)
    revoked_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "one_time_links"
