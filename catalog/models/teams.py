"""Team, its aliases, and the periods in which people belong to it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tortoise import fields

from catalog.models.plain import PlainModel


class Team(PlainModel):
    """A team; in SCIM, a Group.

    `provider_name` is the group's displayName exactly as its provider sends it, which a mapping rule may shorten into
    `name`; the two are equal for a team made by hand.
    """

    id = fields.UUIDField(primary_key=True)
    account: fields.ForeignKeyRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.Account", related_name=False, on_delete=fields.NO_ACTION
    )
    account_id: UUID
    name = fields.TextField()
    name_key = fields.TextField()
    provider_name = fields.TextField()
    provider_name_key = fields.TextField()
    alias = fields.TextField()
    """The default alias; it and all older ones are rows of `team_aliases`."""
    responsibilities: str | None = fields.TextField(null=True)
    parent: fields.ForeignKeyNullableRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.Team", related_name=False, on_delete=fields.NO_ACTION, null=True
    )
    parent_id: UUID | None
    parent_integration_id: UUID | None = fields.UUIDField(null=True)
    """The integration that set the parent, by a group within a group; null where it was set by hand."""
    integration: fields.ForeignKeyNullableRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.Integration", related_name=False, on_delete=fields.NO_ACTION, null=True
    )
    integration_id: UUID | None
    """The integration that manages this team; null for one made by hand."""
    is_listed = fields.BooleanField(default=True)
    """False for a pushed group that the integration's mapping does not turn into a team: kept for SCIM alone."""
    version = fields.IntField(default=1)
    created_at: datetime = fields.DatetimeField()
    updated_at: datetime = fields.DatetimeField()
    deleted_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "teams"


class TeamAlias(PlainModel):
    """A name by which a team may be asked for; unique in the account, old ones stay valid."""

    id = fields.UUIDField(primary_key=True)
    account: fields.ForeignKeyRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.Account", related_name=False, on_delete=fields.NO_ACTION
    )
    account_id: UUID
    team: fields.ForeignKeyRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.Team", related_name=False, on_delete=fields.NO_ACTION
    )
    team_id: UUID
    alias = fields.TextField()
    is_managed = fields.BooleanField(default=True)
    """Made by a person (may be deleted) rather than generated from the team's name."""
    created_at: datetime = fields.DatetimeField()

    class Meta:
        table = "team_aliases"


class Membership(PlainModel):
    """One period in which a person belonged to a team: from `valid_from` up to, not including, `valid_to`.

    A period that is still open ends at `catalog.ids.FOREVER`. Rows are never deleted: leaving ends the period.
    """

    id = fields.UUIDField(primary_key=True)
    account: fields.ForeignKeyRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.Account", related_name=False, on_delete=fields.NO_ACTION
    )
    account_id: UUID
    team: fields.ForeignKeyRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.Team", related_name=False, on_delete=fields.NO_ACTION
    )
    team_id: UUID
    user: fields.ForeignKeyRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.User", related_name=False, on_delete=fields.NO_ACTION
    )
    user_id: UUID
    role: str | None = fields.TextField(null=True)
    integration: fields.ForeignKeyNullableRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.Integration", related_name=False, on_delete=fields.NO_ACTION, null=True
    )
    integration_id: UUID | None
    """The source: the integration that pushed it, or null when it was made by hand."""
    valid_from: datetime = fields.DatetimeField()
    valid_to: datetime = fields.DatetimeField()
    recorded_at: datetime = fields.DatetimeField()
    """When Muster learnt of the beginning: differs from `valid_from` for imported history."""
    began_on_or_before = fields.BooleanField(default=False, db_default=False)
    """So when their provider first told of the team: since when is not known."""
    begun_in: UUID | None = fields.UUIDField(null=True)
    ended_in: UUID | None = fields.UUIDField(null=True)
    """The changes that began and ended it (`audit_events.change_id`): by them the feed finds it."""

    class Meta:
        table = "memberships"
