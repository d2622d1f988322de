"""The directory in time: what was so of a person and of a team, from when to when; and where the chain of audit ends.

Kept by `catalog.timekeeping` within the change that alters the row itself. Memberships are periods by nature and stand
in `teams`.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tortoise import fields

from catalog.models.plain import PlainModel


class UserPeriod(PlainModel):
    """What a person was from `valid_from` up to, not including, `valid_to`; the open one ends at `FOREVER`.

    One follows another without a gap from the person's arrival to their deletion: a deleted person has no open one.
    """

    id = fields.UUIDField(primary_key=True)
    account: fields.ForeignKeyRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.Account", related_name=False, on_delete=fields.NO_ACTION
    )
    account_id: UUID
    user: fields.ForeignKeyRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.User", related_name=False, on_delete=fields.NO_ACTION
    )
    user_id: UUID
    name = fields.TextField()
    name_key = fields.TextField()
    title: str | None = fields.TextField(null=True)
    department: str | None = fields.TextField(null=True)
    manager_id: UUID | None = fields.UUIDField(null=True)
    is_active = fields.BooleanField()
    role = fields.TextField()
    valid_from: datetime = fields.DatetimeField()
    valid_to: datetime = fields.DatetimeField()
    recorded_at: datetime = fields.DatetimeField()
    """When Muster learnt of the beginning."""
    began_on_or_before = fields.BooleanField(default=False)
    """So when Muster first heard of it: since when is not known."""

    class Meta:
        table = "user_periods"


class TeamPeriod(PlainModel):
    """What a team was called and where it stood, as `UserPeriod` is of a person; a team that is restored has a gap."""

    id = fields.UUIDField(primary_key=True)
    account: fields.ForeignKeyRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.Account", related_name=False, on_delete=fields.NO_ACTION
    )
    account_id: UUID
    team: fields.ForeignKeyRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.Team", related_name=False, on_delete=fields.NO_ACTION
    )
    team_id: UUID
    name = fields.TextField()
    name_key = fields.TextField()
    parent_id: UUID | None = fields.UUIDField(null=True)
    valid_from: datetime = fields.DatetimeField()
    valid_to: datetime = fields.DatetimeField()
    recorded_at: datetime = fields.DatetimeField()
    began_on_or_before = fields.BooleanField(default=False)

    class Meta:
        table = "team_periods"


class AuditHead(PlainModel):
    """Where the sealed events of an account end: the number and the seal of the last one (`catalog.sealing`)."""

    account_id = fields.UUIDField(primary_key=True)
    seq: int = fields.BigIntField()
    seal = fields.TextField()
    proof = fields.TextField()
    """Made of both with the secret key, so that nobody without it can put the end elsewhere."""
    sealed_at: datetime = fields.DatetimeField()

    class Meta:
        table = "audit_heads"
