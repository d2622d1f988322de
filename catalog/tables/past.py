"""People, teams and memberships as they were at the instant `{at}`, with the fields and links of those of today.

What a period keeps (`catalog.timekeeping`) is as it was; everything else of a person or a team is as it is now. Who is
deleted by now is there, if they were there then. Every way from one noun to another leads to what was so at that
instant.
"""

from __future__ import annotations

from dataclasses import replace

from catalog.selection import Column, Order
from catalog.tables.memberships import MEMBERSHIPS, REACHED
from catalog.tables.nouns import Field, Link, Relation, alive
from catalog.tables.teams import LINE, MANAGES, TEAMS
from catalog.tables.trees import PAST_TEAM, above, below, reach
from catalog.tables.users import BY_NAME, USERS

_PEOPLE = (
    "(SELECT uz.id, uz.account_id, uz.user_name, uz.user_name_key, uz.attributes, uz.attributes_key, "
    "uz.display_name_key, pz.name, pz.name_key, uz.given_name, uz.family_name, uz.email, uz.email_key, pz.title, "
    "pz.department, uz.employee_number, uz.user_type, uz.manager_value, uz.manager_key, pz.manager_id, pz.role, "
    "uz.role_by_hand, uz.is_break_glass, CASE WHEN pz.is_active THEN NULL WHEN uz.deactivated_at <= {at} "
    "THEN uz.deactivated_at ELSE pz.valid_from END AS deactivated_at, uz.invitation, uz.last_sign_in_at, "
    "uz.provisioned_by, uz.integration_id, uz.version, uz.created_at, uz.updated_at, "
    "CAST(NULL AS TIMESTAMPTZ) AS deleted_at "
    f"FROM user_periods pz JOIN users uz ON uz.id = pz.user_id WHERE {alive('pz')})"
)

_BY_TEAM, _BY_PERSON = (Order(Column("team_name")),), (Order(Column("user_name")),)
_THERE = alive("m")


def _members(which: str = "") -> Link:
    source = f"memberships m JOIN {_PEOPLE} {{self}} ON {{self}}.id = m.user_id"
    return Link("past_users", f"m.team_id = {{parent}}.id AND {_THERE}{which}", source, BY_NAME)


PAST_USERS = replace(
    USERS,
    source=_PEOPLE,
    visible="TRUE",
    fields={
        **USERS.fields,
        # Periods keep them as they are; both engines' lower knows ASCII alone under our collation.
        "title": Field("lower(u.title)", "folded", nullable=True, shown="u.title"),
        "department": Field("lower(u.department)", "folded", nullable=True, shown="u.department"),
    },
    relations={
        **USERS.relations,
        "teams": replace(
            USERS.relations["teams"],
            source=f"memberships m JOIN {PAST_TEAM} mt ON mt.id = m.team_id",
            where=_THERE,
        ),
        "aliased_teams": Relation(
            "memberships m JOIN team_aliases ta ON ta.team_id = m.team_id",
            "m.user_id",
            _THERE,
            USERS.relations["aliased_teams"].fields,
        ),
    },
    links={
        **USERS.links,
        "manager": Link("past_users", "{self}.id = {parent}.manager_id", one="first", attribute="manager"),
        "reports": Link("past_users", "{self}.manager_id = {parent}.id", orders=BY_NAME, attribute="manager"),
        "memberships": Link(
            "past_memberships",
            f"{{self}}.user_id = {{parent}}.id AND {alive('{self}')} AND {{team}}.is_listed",
            orders=_BY_TEAM,
        ),
        "teams": Link(
            "past_teams",
            f"m.user_id = {{parent}}.id AND {_THERE} AND {{self}}.is_listed",
            f"memberships m JOIN {PAST_TEAM} {{self}} ON {{self}}.id = m.team_id",
            BY_NAME,
        ),
    },
)

PAST_TEAMS = replace(
    TEAMS,
    source=PAST_TEAM,
    visible="TRUE",
    relations={
        **TEAMS.relations,
        "members": replace(
            TEAMS.relations["members"],
            source=f"memberships m JOIN {_PEOPLE} mu ON mu.id = m.user_id",
            where=_THERE,
        ),
    },
    links={
        **TEAMS.links,
        "parent": Link("past_teams", "{self}.id = {parent}.parent_id", one="first"),
        "children": Link("past_teams", "{self}.parent_id = {parent}.id AND {self}.is_listed", orders=BY_NAME),
        "memberships": Link(
            "past_memberships", f"{{self}}.team_id = {{parent}}.id AND {alive('{self}')}", orders=_BY_PERSON
        ),
        "members": _members(" AND {self}.deactivated_at IS NULL"),
        "managers": _members(f" AND {MANAGES}"),
        "manager": replace(_members(f" AND {MANAGES}"), one="first"),
        "ancestors": above("past_line", past=True),
        "descendants": below("past_line", past=True),
        "reach": reach("past_reach", past=True),
    },
)

_OF_THE_PAST = {
    "team": Link("past_teams", "{self}.id = {parent}.team_id", one="joined", required=True),
    "user": Link("past_users", "{self}.id = {parent}.user_id", one="joined", required=True),
}

PAST_MEMBERSHIPS = replace(MEMBERSHIPS, links={**MEMBERSHIPS.links, **_OF_THE_PAST})
PAST_REACHED = replace(
    REACHED,
    links={
        **REACHED.links,
        **_OF_THE_PAST,
        "via": Link("past_teams", "{self}.id = {parent}.team_id AND {parent}.depth > 0", one="first"),
    },
)
PAST_LINE = replace(LINE, links=PAST_TEAMS.links)
