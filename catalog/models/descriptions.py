"""What hangs on teams and people: how to reach them, tags, and the properties that an account defines for its teams."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise import fields

from catalog.models.plain import PlainModel


class Contact(PlainModel):
    """A way to reach a team or a person. Of each type an owner has, one is the default."""

    id = fields.UUIDField(primary_key=True)
    account: fields.ForeignKeyRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.Account", related_name=False, on_delete=fields.NO_ACTION
    )
    account_id: UUID
    owner_kind = fields.TextField()
    """`team` or `user`."""
    owner_id: UUID = fields.UUIDField()
    type = fields.TextField()
    """email, github, microsoft_teams, slack, slack_handle or web."""
    address = fields.TextField()
    display_name: str | None = fields.TextField(null=True)
    display_type: str | None = fields.TextField(null=True)
    external_id: str | None = fields.TextField(null=True)
    is_default = fields.BooleanField(default=False)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        table = "contacts"


class Tag(PlainModel):
    """A key and a value on a team or a person; a key may have several values."""

    id = fields.UUIDField(primary_key=True)
    account: fields.ForeignKeyRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.Account", related_name=False, on_delete=fields.NO_ACTION
    )
    account_id: UUID
    owner_kind = fields.TextField()
    """`team` or `user`."""
    owner_id: UUID = fields.UUIDField()
    key = fields.TextField()
    value = fields.TextField()
    created_at: datetime = fields.DatetimeField()

    class Meta:
        table = "tags"


class PropertyDefinition(PlainModel):
    """A property that teams of the account may have: its name, and the JSON Schema of its values."""

    id = fields.UUIDField(primary_key=True)
    account: fields.ForeignKeyRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.Account", related_name=False, on_delete=fields.NO_ACTION
    )
    account_id: UUID
    alias = fields.TextField()
    name = fields.TextField()
    description = fields.TextField()
    locked_status = fields.TextField(default="unlocked")
    """unlocked, or ui_locked: values are changed by whoever may define properties."""
    schema: Any = fields.JSONField()
    display_type = fields.TextField()
    """What the schema describes, for the UI: ARRAY, BOOLEAN, DROPDOWN, NUMBER, OBJECT or TEXT."""
    display_subtype: str | None = fields.TextField(null=True)
    """The same of an array's elements."""
    version = fields.IntField(default=1)
    created_at: datetime = fields.DatetimeField()
    updated_at: datetime = fields.DatetimeField()

    class Meta:
        table = "property_definitions"


class Property(PlainModel):
    """The value that a team has for a property."""

    id = fields.UUIDField(primary_key=True)
    account: fields.ForeignKeyRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.Account", related_name=False, on_delete=fields.NO_ACTION
    )
    account_id: UUID
    definition: fields.ForeignKeyRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.PropertyDefinition", related_name=False, on_delete=fields.NO_ACTION
    )
    definition_id: UUID
    team: fields.ForeignKeyRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.Team", related_name=False, on_delete=fields.NO_ACTION
    )
    team_id: UUID
    value = fields.TextField()
    """JSON text."""
    problems: Any = fields.JSONField(default=list)
    """Why the value does not fit the schema of today: sentences. A value is never refused later, only told of."""
    created_at: datetime = fields.DatetimeField()
    updated_at: datetime = fields.DatetimeField()

    class Meta:
        table = "properties"
