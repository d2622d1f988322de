"""People, as SQL sees them."""

from __future__ import annotations

from catalog.tables.nouns import Field, Noun, Relation


def external_ids(kind: str) -> Relation:
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
        "external_ids": external_ids("user"),
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
