"""Memberships, as SQL sees them: each row one period in which a person belonged to a team."""

from __future__ import annotations

from catalog.tables.nouns import Field, Link, Noun, Relation
from catalog.tables.users import integration

MEMBERSHIPS = Noun(
    "memberships",
    "m",
    "TRUE",
    {
        "id": Field("m.id", "uuid", names="TeamMembership"),
        "team_id": Field("m.team_id", "uuid", names="Team"),
        "user_id": Field("m.user_id", "uuid", names="User"),
        "role": Field("m.role", "text", nullable=True),
        "integration_id": Field("m.integration_id", "uuid", nullable=True),
        "valid_from": Field("m.valid_from", "instant"),
        "valid_to": Field("m.valid_to", "instant", nullable=True, shown="nullif(m.valid_to, {forever})"),
        "recorded_at": Field("m.recorded_at", "instant"),
        "team_name": Field("{team}.name_key", "folded"),
        "user_name": Field("{user}.name_key", "folded"),
        "user_email": Field("{user}.email_key", "folded", nullable=True),
        "user_active": Field("({user}.deactivated_at IS NULL)", "boolean"),
    },
    relations={
        "aliases": Relation(
            "memberships om JOIN team_aliases ta ON ta.team_id = om.team_id",
            "om.id",
            "TRUE",
            {"alias": Field("ta.alias", "text")},
        ),
    },
    links={
        "team": Link("teams", "{self}.id = {parent}.team_id", one="joined", required=True),
        "user": Link("users", "{self}.id = {parent}.user_id", one="joined", required=True),
        "integration": integration(),
    },
)
