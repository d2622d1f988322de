"""Idempotency claims: which requests are being carried out under a key of the client's, and what was answered."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tortoise import fields

from catalog.models.plain import PlainModel


class IdempotencyClaim(PlainModel):
    """One key of one asker, for 24 hours."""

    id = fields.UUIDField(primary_key=True)
    account_id: UUID = fields.UUIDField()
    asker_id: UUID = fields.UUIDField()
    """The token, or the person of a session."""
    key_digest = fields.TextField()
    """HMAC of the key: the key itself opens the answer, so it is not kept."""
    body_digest = fields.TextField()
    runner: UUID = fields.UUIDField()
    """Who carries it out: whoever has taken over since is another one."""
    leased_until: datetime = fields.DatetimeField()
    changed_at: datetime | None = fields.DatetimeField(null=True)
    """When something was first changed; written by the very transaction that did."""
    answer: str | None = fields.TextField(null=True)
    """The bytes of the answer, sealed."""
    created_at: datetime = fields.DatetimeField()

    class Meta:
        table = "idempotency_claims"
