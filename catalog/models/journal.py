"""The journal: what was done (audit), what is to be mailed (outbox), what the providers asked (provisioning)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise import fields

from catalog.models.plain import PlainModel


class AuditEvent(PlainModel):
    """One thing done to one subject; written in the transaction of the change it tells of."""

    id = fields.UUIDField(primary_key=True)
    account_id: UUID = fields.UUIDField()
    at: datetime = fields.DatetimeField()
    change_id: UUID = fields.UUIDField()
    """What was done together has the same."""
    actor_kind = fields.TextField()
    actor_id: UUID | None = fields.UUIDField(null=True)
    actor_name = fields.TextField()
    action = fields.TextField()
    subject_kind = fields.TextField()
    subject_id: UUID = fields.UUIDField()
    subject_name = fields.TextField()
    before: Any = fields.JSONField(null=True)
    after: Any = fields.JSONField(null=True)
    request_id: str | None = fields.TextField(null=True)
    seq: int | None = fields.BigIntField(null=True)
    """Its place among the account's events in the order of their commits, from 1 without a gap; null until sealed."""
    seal: str | None = fields.TextField(null=True)
    """The link to the event before it (`catalog.sealing`), in hexadecimal."""
    erased_seal: str | None = fields.TextField(null=True)
    """The seal over what remains, where parts of the event were erased after it was sealed."""

    class Meta:
        table = "audit_events"


class OutboxMessage(PlainModel):
    """A letter to be sent, written in the transaction of the change that asks for it."""

    id = fields.UUIDField(primary_key=True)
    account_id: UUID = fields.UUIDField()
    integration_id: UUID | None = fields.UUIDField(null=True)
    user_id: UUID | None = fields.UUIDField(null=True)
    letter = fields.TextField()
    """Which letter: the name of a class of `catalog.letters`."""
    recipient = fields.TextField()
    facts: Any = fields.JSONField(default=dict)
    """What the letter is made from."""
    state = fields.TextField(default="waiting")
    """held, waiting, sending, sent, failed or discarded."""
    attempts = fields.IntField(default=0)
    next_attempt_at: datetime = fields.DatetimeField()
    leased_until: datetime | None = fields.DatetimeField(null=True)
    message_id = fields.TextField()
    """The Message-ID header: the same at every attempt, so that a duplicate can be recognised."""
    last_error: str | None = fields.TextField(null=True)
    created_at: datetime = fields.DatetimeField()
    sent_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "outbox_messages"


class ProvisioningEvent(PlainModel):
    """One SCIM request, or a summary of like reads (`requests` of them); kept for 30 days."""

    id = fields.UUIDField(primary_key=True)
    account_id: UUID = fields.UUIDField()
    integration_id: UUID = fields.UUIDField()
    token_id: UUID | None = fields.UUIDField(null=True)
    at: datetime = fields.DatetimeField()
    method = fields.TextField()
    path = fields.TextField()
    status = fields.IntField()
    duration_ms = fields.FloatField()
    requests = fields.IntField(default=1)
    resource_kind: str | None = fields.TextField(null=True)
    resource_id: UUID | None = fields.UUIDField(null=True)
    resource_name: str | None = fields.TextField(null=True)
    request_body: str | None = fields.TextField(null=True)
    """Secrets masked, at most 16 KiB."""
    response_body: str | None = fields.TextField(null=True)
    reason: str | None = fields.TextField(null=True)
    """In plain words, when it failed or when something was passed over."""
    request_id: str | None = fields.TextField(null=True)

    class Meta:
        table = "provisioning_events"
