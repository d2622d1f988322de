"""Integration: a connection to an identity provider; what it calls our people; what waits for an administrator."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise import fields

from catalog.models.plain import PlainModel


class Integration(PlainModel):
    """A source of people and teams. `settings` is read through `catalog.services.integrations.Settings`."""

    id = fields.UUIDField(primary_key=True)
    account: fields.ForeignKeyRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.Account", related_name=False, on_delete=fields.NO_ACTION
    )
    account_id: UUID
    type = fields.TextField(default="scim")
    name = fields.TextField()
    settings: Any = fields.JSONField(default=dict)
    version = fields.IntField(default=1)
    created_at: datetime = fields.DatetimeField()
    updated_at: datetime = fields.DatetimeField()
    deleted_at: datetime | None = fields.DatetimeField(null=True)
    paused_at: datetime | None = fields.DatetimeField(null=True)
    """Since when its writes are refused, until an administrator lets it go on."""
    pause_reason: str | None = fields.TextField(null=True)

    class Meta:
        table = "integrations"


class ExternalId(PlainModel):
    """What an integration calls a person or a team: a name it uses, never a key of ours, never parsed.

    (CVE-2025-41115: a numeric externalId taken for an internal id made an administrator.) One current name per
    integration and subject; earlier ones stay, `until` says since when they are dormant.
    """

    id = fields.UUIDField(primary_key=True)
    account: fields.ForeignKeyRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.Account", related_name=False, on_delete=fields.NO_ACTION
    )
    account_id: UUID
    integration: fields.ForeignKeyRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.Integration", related_name=False, on_delete=fields.NO_ACTION
    )
    integration_id: UUID
    subject_kind = fields.TextField()
    """user or team."""
    subject_id: UUID = fields.UUIDField()
    value = fields.TextField()
    since: datetime = fields.DatetimeField()
    until: datetime = fields.DatetimeField()

    class Meta:
        table = "external_ids"


class PendingDecision(PlainModel):
    """Something an integration wants that only an administrator can allow.

    `kind` is `link_user` or `link_team` (it wants to write somebody it does not own) or `rehire` (a deactivated
    person came back under another externalId). Asking again raises `attempts`; `decided_at` closes it.
    """

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
    subject_id: UUID = fields.UUIDField()
    """The person or team that is there."""
    name = fields.TextField()
    """The userName or displayName as the integration sent it."""
    external_id: str | None = fields.TextField(null=True)
    attempts = fields.IntField(default=1)
    first_asked_at: datetime = fields.DatetimeField()
    last_asked_at: datetime = fields.DatetimeField()
    decided_at: datetime | None = fields.DatetimeField(null=True)
    decision: str | None = fields.TextField(null=True)

    class Meta:
        table = "pending_decisions"
