"""Memberships, as SQL sees them: each row one period in which a person belonged to a team."""

from __future__ import annotations

from dataclasses import replace

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
        "began_on_or_before": Field("m.began_on_or_before", "boolean"),
        "is_inherited": Field("FALSE", "boolean"),
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
        "itself": Link("memberships", "{self}.id = {parent}.id", one="joined", required=True),
        # Through which team below somebody is on a team: told where a tree is asked for (`catalog.tables.trees`).
        "via": Link("teams", "FALSE", one="first"),
    },
)

REACHED = replace(
    MEMBERSHIPS,
    # For what is asked of such rows later, by their ids alone: how far away they were is not known any more, and asked
    # of those alone that were not there themselves.
    source="(SELECT mz.*, 1 AS depth FROM memberships mz)",
    fields={**MEMBERSHIPS.fields, "is_inherited": Field("(m.depth > 0)", "boolean")},
    links={
        **MEMBERSHIPS.links,
        "via": Link("teams", "{self}.id = {parent}.team_id AND {parent}.depth > 0", one="first"),
    },
)
"""Memberships in a team or in one below it, which know how far below (`catalog.tables.trees`)."""

MEMBERSHIP_CHANGES = Noun(
    "membership_changes",
    "c",
    "TRUE",
    {
        "id": Field("c.id", "uuid", names="MembershipChange"),
        "at": Field("c.at", "instant"),
        "recorded_at": Field("c.recorded_at", "instant"),
        "type": Field("c.type", "text"),
        "team_id": Field("c.team_id", "uuid", names="Team"),
        "user_id": Field("c.user_id", "uuid", names="User"),
        "role": Field("c.role", "text", nullable=True),
        "previous_role": Field("c.previous_role", "text", nullable=True),
        "user_email": Field("{user}.email_key", "folded", nullable=True),
    },
    relations=MEMBERSHIPS.relations,
    source="memberships",
    links={
        "team": Link("teams", "{self}.id = {parent}.team_id", one="joined", required=True),
        "user": Link("users", "{self}.id = {parent}.user_id", one="joined", required=True),
        "integration": integration(),
    },
)
"""What became of memberships between two instants (`catalog.tables.changes`)."""
