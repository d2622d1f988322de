"""Alerts: what an integration did too much of, and what administrators were told."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tortoise import fields

from catalog.models.plain import PlainModel


class Alert(PlainModel):
    """Administrators were told that an integration deactivated, or emptied, more than usual within an hour."""

    id = fields.UUIDField(primary_key=True)
    account: fields.ForeignKeyRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.Account", related_name=False, on_delete=fields.NO_ACTION
    )
    account_id: UUID
    integration: fields.ForeignKeyRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.Integration", related_name=False, on_delete=fields.NO_ACTION
    )
    integration_id: UUID
    kind = fields.TextField()
    """deactivations or emptied_teams."""
    threshold = fields.IntField()
    """More than so many within an hour."""
    has_paused = fields.BooleanField(default=False)
    """Whether the integration was paused for it."""
    at: datetime = fields.DatetimeField()

    class Meta:
        table = "alerts"


class AlertMark(PlainModel):
    """One person deactivated, or one team emptied, by an integration; counted for an hour."""

    id = fields.UUIDField(primary_key=True)
    account_id: UUID = fields.UUIDField()
    integration_id: UUID = fields.UUIDField()
    kind = fields.TextField()
    subject_id: UUID = fields.UUIDField()
    at: datetime = fields.DatetimeField()

    class Meta:
        table = "alert_marks"


class TokenNotice(PlainModel):
    """Somebody was told that a token ends within so many days: once each."""

    id = fields.UUIDField(primary_key=True)
    account_id: UUID = fields.UUIDField()
    token_id: UUID = fields.UUIDField()
    days = fields.IntField()
    at: datetime = fields.DatetimeField()

    class Meta:
        table = "token_notices"
