"""Teams, as SQL sees them."""

from __future__ import annotations

from catalog.tables.nouns import Field, Noun, Relation
from catalog.tables.users import external_ids

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
        "external_ids": external_ids("team"),
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
