"""Account: the tenant. Everything else belongs to one."""

from __future__ import annotations

from typing import Any

from tortoise import fields
from tortoise.models import Model


class Account(Model):
    """One company's directory."""

    id = fields.UUIDField(primary_key=True)
    name = fields.TextField()
    slug = fields.TextField()
    time_zone = fields.TextField(default="UTC")
    """IANA name: a bare date in a question means that day's end here."""
    is_rehearsal = fields.BooleanField(default=False)
    """A throw-away account of `muster rehearse`: sends no mail, and is purged."""
    settings: Any = fields.JSONField(default=dict)
    created_at = fields.DatetimeField()

    class Meta:
        table = "accounts"
