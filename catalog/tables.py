"""The nouns as SQL sees them: tables, the columns a condition may name, relations, unique indexes.

Nothing outside this file and `catalog.sql` writes the name of a column into a condition; so no text of a client's
can become one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["folded", "text", "instant", "boolean", "integer", "uuid"]


@dataclass(frozen=True, slots=True)
class Field:
    """A column, or an expression over the row: how it is written, what it holds, whether it may be null."""

    sql: str
    kind: Kind
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Relation:
    """Rows that belong to a noun's row: `key` of them equals its id, and `where` tells which of them count.

    `{forever}` stands for the end of an open period.
    """

    source: str
    key: str
    where: str
    fields: dict[str, Field]


@dataclass(frozen=True, slots=True)
class Noun:
    """A table under a short name, its visible rows, and what may be asked of them."""

    table: str
    alias: str
    visible: str
    fields: dict[str, Field]
    documents: tuple[str, str] | None = None
    """The attributes as they are, and folded."""
    relations: dict[str, Relation] = field(default_factory=dict)


def _external_ids(kind: str) -> Relation:
    return Relation(
        "external_ids x",
        "x.subject_id",
        f"x.subject_kind = '{kind}' AND x.until = {{forever}}",
        {"integration_id": Field("x.integration_id", "uuid"), "value": Field("x.value", "text")},
    )


USERS = Noun(
    "users",
    "u",
    "u.deleted_at IS NULL",
    {
        "id": Field("u.id", "uuid"),
        "user_name": Field("u.user_name_key", "folded"),
        "display_name": Field("u.display_name_key", "folded", nullable=True),
        "name": Field("u.name_key", "folded"),
        "email": Field("u.email_key", "folded", nullable=True),
        "title": Field("u.title", "text", nullable=True),
        "department": Field("u.department", "text", nullable=True),
        "employee_number": Field("u.employee_number", "text", nullable=True),
        "user_type": Field("u.user_type", "text", nullable=True),
        "manager_id": Field("u.manager_id", "uuid", nullable=True),
        "role": Field("u.role", "text"),
        "active": Field("(u.deactivated_at IS NULL)", "boolean"),
        "deactivated_at": Field("u.deactivated_at", "instant", nullable=True),
        "invitation": Field("u.invitation", "text"),
        "last_sign_in_at": Field("u.last_sign_in_at", "instant", nullable=True),
        "provisioned_by": Field("u.provisioned_by", "text"),
        "integration_id": Field("u.integration_id", "uuid", nullable=True),
        "version": Field("u.version", "integer"),
        "created_at": Field("u.created_at", "instant"),
        "updated_at": Field("u.updated_at", "instant"),
    },
    documents=("u.attributes", "u.attributes_key"),
    relations={
        "external_ids": _external_ids("user"),
        "teams": Relation(
            "memberships m JOIN teams mt ON mt.id = m.team_id",
            "m.user_id",
            "m.valid_to = {forever} AND mt.deleted_at IS NULL",
            {
                "id": Field("m.team_id", "uuid"),
                "name": Field("mt.name_key", "folded"),
                "provider_name": Field("mt.provider_name_key", "folded"),
                "role": Field("m.role", "text", nullable=True),
            },
        ),
    },
)

TEAMS = Noun(
    "teams",
    "t",
    "t.deleted_at IS NULL",
    {
        "id": Field("t.id", "uuid"),
        "name": Field("t.name_key", "folded"),
        "provider_name": Field("t.provider_name_key", "folded"),
        "alias": Field("t.alias", "text"),
        "responsibilities": Field("t.responsibilities", "text", nullable=True),
        "parent_id": Field("t.parent_id", "uuid", nullable=True),
        "integration_id": Field("t.integration_id", "uuid", nullable=True),
        "is_listed": Field("t.is_listed", "boolean"),
        "version": Field("t.version", "integer"),
        "created_at": Field("t.created_at", "instant"),
        "updated_at": Field("t.updated_at", "instant"),
    },
    relations={
        "external_ids": _external_ids("team"),
        "members": Relation(
            "memberships m JOIN users mu ON mu.id = m.user_id",
            "m.team_id",
            "m.valid_to = {forever} AND mu.deleted_at IS NULL",
            {
                "id": Field("m.user_id", "uuid"),
                "name": Field("mu.name_key", "folded"),
                "user_name": Field("mu.user_name_key", "folded"),
                "role": Field("m.role", "text", nullable=True),
            },
        ),
        "children": Relation(
            "teams c",
            "c.parent_id",
            "c.parent_id IS NOT NULL AND c.deleted_at IS NULL",
            {"id": Field("c.id", "uuid"), "name": Field("c.name_key", "folded")},
        ),
        "groups": Relation(
            "teams g",
            "g.parent_id",
            "g.parent_integration_id IS NOT NULL AND g.deleted_at IS NULL",
            {"id": Field("g.id", "uuid"), "provider_name": Field("g.provider_name_key", "folded")},
        ),
    },
)

AUDIT = Noun(
    "audit_events",
    "a",
    "TRUE",
    {
        "id": Field("a.id", "uuid"),
        "at": Field("a.at", "instant"),
        "change_id": Field("a.change_id", "uuid"),
        "actor_kind": Field("a.actor_kind", "text"),
        "actor_id": Field("a.actor_id", "uuid", nullable=True),
        "actor_name": Field("a.actor_name", "text"),
        "action": Field("a.action", "text"),
        "subject_kind": Field("a.subject_kind", "text"),
        "subject_id": Field("a.subject_id", "uuid"),
        "subject_name": Field("a.subject_name", "text"),
        "request_id": Field("a.request_id", "text", nullable=True),
    },
)

DELIVERIES = Noun(
    "provisioning_events",
    "p",
    "TRUE",
    {
        "id": Field("p.id", "uuid"),
        "at": Field("p.at", "instant"),
        "integration_id": Field("p.integration_id", "uuid"),
        "token_id": Field("p.token_id", "uuid", nullable=True),
        "method": Field("p.method", "text"),
        "path": Field("p.path", "text"),
        "status": Field("p.status", "integer"),
        "resource_kind": Field("p.resource_kind", "text", nullable=True),
        "resource_id": Field("p.resource_id", "uuid", nullable=True),
        "resource_name": Field("p.resource_name", "text", nullable=True),
        "request_id": Field("p.request_id", "text", nullable=True),
    },
)

NOUNS = {"users": USERS, "teams": TEAMS, "audit": AUDIT, "deliveries": DELIVERIES}

UNIQUE: dict[str, tuple[str, str, str]] = {}
"""The index that refused, as either engine names it, to (noun, field, model) of the error."""


def _unique(index: str, columns: str, noun: str, field_name: str, model: str) -> None:
    UNIQUE[index] = UNIQUE[columns] = (noun, field_name, model)


_unique("users_user_name", "users.account_id, users.user_name_key", "user", "user_name", "User")
_unique("users_email", "users.account_id, users.email_key", "user", "email", "User")
_unique("teams_pushed_name", "teams.integration_id, teams.provider_name_key", "team", "provider_name", "Team")
_unique("team_aliases_alias", "team_aliases.account_id, team_aliases.alias", "team", "alias", "TeamAlias")
_unique("memberships_open", "memberships.team_id, memberships.user_id", "membership", "user_id", "Membership")
_unique("integrations_name", "integrations.account_id, integrations.name", "integration", "name", "Integration")
_unique("accounts_slug", "accounts.slug", "account", "slug", "Account")
