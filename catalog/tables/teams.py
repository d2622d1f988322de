"""Teams, as SQL sees them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from catalog.dialects import Dialect
from catalog.selection import Column, Order
from catalog.tables.changes import membership_changes
from catalog.tables.descriptions import OF_A_TEAM, OF_AN_OWNER
from catalog.tables.history import of_team
from catalog.tables.nouns import Field, Link, Noun, Relation, alive, page_address
from catalog.tables.trees import above, below, reach
from catalog.tables.users import BY_NAME, external_ids, integration, locked_fields

MANAGES = "m.role = 'manager'"
"""Roles are free text; this one makes a member the team's manager."""


def _aliases(which: str) -> Callable[[Dialect], str]:
    """The team's aliases as a JSON array of texts, the oldest first."""
    return lambda say: say.array("ta.alias", f"team_aliases ta WHERE ta.team_id = t.id AND {which}", "ta.id")


_LOCKED_PARENT = "CASE WHEN t.parent_integration_id IS NULL THEN '' ELSE ',\"parent\"' END"

TEAMS = Noun(
    "teams",
    "t",
    "t.deleted_at IS NULL",
    {
        "id": Field("t.id", "uuid", names="Team", is_unique=True),
        "name": Field("t.name_key", "folded", shown="t.name"),
        "provider_name": Field("t.provider_name_key", "folded", shown="t.provider_name"),
        "alias": Field("t.alias", "text"),
        # Both engines' lower knows ASCII alone under our collation: other letters must be searched as they are written.
        "responsibilities": Field("lower(t.responsibilities)", "folded", nullable=True, shown="t.responsibilities"),
        "parent_id": Field("t.parent_id", "uuid", nullable=True, names="Team"),
        "integration_id": Field("t.integration_id", "uuid", nullable=True),
        "is_listed": Field("t.is_listed", "boolean"),
        "version": Field("t.version", "integer"),
        "created_at": Field("t.created_at", "instant"),
        "updated_at": Field("t.updated_at", "instant"),
        "html_url": page_address("teams", lambda say: "t.alias"),
        "aliases": Field("t.alias", "json", shown=_aliases("TRUE")),
        "managed_aliases": Field("t.alias", "json", shown=_aliases("ta.is_managed")),
        "locked_fields": locked_fields("t", ("name", "members", "existence"), also=_LOCKED_PARENT),
    },
    relations={
        "external_ids": external_ids("team"),
        "aliases": Relation("team_aliases ta", "ta.team_id", "TRUE", {"alias": Field("ta.alias", "text")}),
        "members": Relation(
            "memberships m JOIN users mu ON mu.id = m.user_id",
            "m.team_id",
            "m.valid_to = {forever} AND mu.deleted_at IS NULL",
            {
                "id": Field("m.user_id", "uuid"),
                "name": Field("mu.name_key", "folded"),
                "user_name": Field("mu.user_name_key", "folded"),
                "email": Field("mu.email_key", "folded", nullable=True),
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
    links={
        **OF_AN_OWNER,
        **OF_A_TEAM,
        "parent": Link("teams", "{self}.id = {parent}.parent_id AND {self}.deleted_at IS NULL", one="joined"),
        "children": Link(
            "teams", "{self}.parent_id = {parent}.id AND {self}.deleted_at IS NULL AND {self}.is_listed", orders=BY_NAME
        ),
        "integration": integration(),
        "memberships": Link(
            "memberships",
            "{self}.team_id = {parent}.id AND {self}.valid_to = {forever}",
            orders=(Order(Column("user_name")),),
        ),
        "members": Link(
            "users",
            "m.team_id = {parent}.id AND m.valid_to = {forever} AND {self}.deleted_at IS NULL "
            "AND {self}.deactivated_at IS NULL",
            source="memberships m JOIN users {self} ON {self}.id = m.user_id",
            orders=BY_NAME,
        ),
        "managers": Link(
            "users",
            f"m.team_id = {{parent}}.id AND m.valid_to = {{forever}} AND {MANAGES} AND {{self}}.deleted_at IS NULL",
            source="memberships m JOIN users {self} ON {self}.id = m.user_id",
            orders=BY_NAME,
        ),
        "manager": Link(
            "users",
            f"m.team_id = {{parent}}.id AND m.valid_to = {{forever}} AND {MANAGES} AND {{self}}.deleted_at IS NULL",
            source="memberships m JOIN users {self} ON {self}.id = m.user_id",
            orders=BY_NAME,
            one="first",
        ),
        "ancestors": above("line", past=False),
        "descendants": below("line", past=False),
        "reach": reach("reach", past=False),
        "past_reach": reach("past_reach", past=True),
        "past_memberships": Link(
            "past_memberships",
            f"{{self}}.team_id = {{parent}}.id AND {alive('{self}')}",
            orders=(Order(Column("user_name")),),
        ),
        "periods": Link(
            "team_periods",
            "{self}.team_id = {parent}.id AND {self}.valid_to > {self}.valid_from",
            orders=(Order(Column("valid_from"), descending=True),),
        ),
        "membership_changes": membership_changes("mx.team_id = {parent}.id"),
        "history": of_team("history"),
        "history_in_full": of_team("history_in_full"),
        "itself": Link("teams", "{self}.id = {parent}.id", one="joined", required=True),
    },
)

LINE = replace(
    TEAMS,
    fields={**TEAMS.fields, "depth": Field("t.depth", "integer")},
    source="(SELECT tz.*, 0 AS depth FROM teams tz)",
)
"""Teams above or below another one, which know how far away they are (`catalog.tables.trees`)."""
