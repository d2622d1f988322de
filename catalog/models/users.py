"""User: a person of the account, from the moment of provisioning, also after they have left."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise import fields

from catalog.models.plain import PlainModel


class User(PlainModel):
    """A person.

    `attributes` holds what the provider sent, under the names of RFC 7643; the columns from `name` to `manager_key`
    are derived from it by `catalog.attributes.derive` and never written otherwise. Active means that `deactivated_at`
    is null. A deleted person is a tombstone: out of every read, and out of uniqueness.
    """

    id = fields.UUIDField(primary_key=True)
    account: fields.ForeignKeyRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.Account", related_name=False, on_delete=fields.NO_ACTION
    )
    account_id: UUID
    user_name = fields.TextField()
    user_name_key = fields.TextField()

    attributes: Any = fields.JSONField(default=dict)
    attributes_key: Any = fields.JSONField(default=dict)
    """`attributes` with every text folded: what a filter without regard to case looks at."""
    display_name_key: str | None = fields.TextField(null=True)
    """The attribute displayName folded: providers look people up by it."""
    name = fields.TextField()
    name_key = fields.TextField()
    given_name: str | None = fields.TextField(null=True)
    family_name: str | None = fields.TextField(null=True)
    email: str | None = fields.TextField(null=True)
    email_key: str | None = fields.TextField(null=True)
    title: str | None = fields.TextField(null=True)
    department: str | None = fields.TextField(null=True)
    employee_number: str | None = fields.TextField(null=True)
    user_type: str | None = fields.TextField(null=True)
    manager_value: str | None = fields.TextField(null=True)
    """The manager as the provider names them: an id, a userName or an employee number."""
    manager_key: str | None = fields.TextField(null=True)

    manager: fields.ForeignKeyNullableRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.User", related_name=False, on_delete=fields.NO_ACTION, null=True
    )
    manager_id: UUID | None
    """Whom `manager_value` names, once they are here."""
    role = fields.TextField(default="user")
    role_by_hand: str | None = fields.TextField(null=True)
    """The role to go back to, where a provider's group gives the present one; null where that was given by hand."""
    is_break_glass = fields.BooleanField(default=False)
    """May always sign in with a password, and is out of every integration's reach."""
    deactivated_at: datetime | None = fields.DatetimeField(null=True)
    invitation = fields.TextField(default="none")
    """none, held, sent, accepted, expired or revoked."""
    last_sign_in_at: datetime | None = fields.DatetimeField(null=True)
    provisioned_by = fields.TextField(default="unknown")
    integration: fields.ForeignKeyNullableRelation[PlainModel] = fields.ForeignKeyField(
        "catalog.Integration", related_name=False, on_delete=fields.NO_ACTION, null=True
    )
    integration_id: UUID | None
    """The integration that manages this person; null for one made by hand."""
    version = fields.IntField(default=1)
    created_at: datetime = fields.DatetimeField()
    updated_at: datetime = fields.DatetimeField()
    deleted_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "users"
