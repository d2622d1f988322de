"""Account: the tenant. Everything else belongs to one; how much of it there is, is tallied."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tortoise import fields

from catalog.models.plain import PlainModel


class Account(PlainModel):
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


class Tally(PlainModel):
    """How many people and teams an account has that are not deleted: the sums of its rows (`catalog.tallies`).

    Several rows, so that changes at the same time do not wait for each other; one alone may well be negative.
    """

    id = fields.UUIDField(primary_key=True)
    account: fields.ForeignKeyRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.Account", related_name=False, on_delete=fields.NO_ACTION
    )
    account_id: UUID
    shard = fields.IntField()
    users: int = fields.BigIntField()
    teams: int = fields.BigIntField()

    class Meta:
        table = "tallies"
