"""People, teams and memberships as they were at the instant `{at}`, with the fields and links of those of today.

What a period keeps (`catalog.timekeeping`) is as it was; everything else of a person or a team is as it is now. Who is
deleted by now is there, if they were there then. Every way from one noun to another leads to what was so at that
instant.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from catalog.dialects import Dialect
from catalog.selection import Column, Order
from catalog.tables.memberships import MEMBERSHIPS, REACHED
from catalog.tables.nouns import Field, Link, Relation, alive
from catalog.tables.teams import LINE, MANAGES, TEAMS
from catalog.tables.trees import PAST_TEAM, above, below, reach
from catalog.tables.users import BY_NAME, USERS

_PEOPLE = (
    "(SELECT pz.user_id AS id, pz.account_id, pz.name, pz.name_key, pz.title, pz.department, pz.manager_id, pz.role, "
    f"pz.is_active, pz.valid_from FROM user_periods pz WHERE {alive('pz')})"
)
"""The periods of people that count at `{at}`, as people: what else is asked of them is `{person}`'s, of today."""

_KEPT = frozenset(
    {"id", "account_id", "name", "name_key", "title", "department", "manager_id", "role", "is_active", "valid_from"}
)
_COLUMN = re.compile(r"(?<![\w.\"'])u\.([a-z_]+)")


def _of_today(text: str) -> str:
    """SQL about a person, for which what no period keeps is looked up where it is."""
    return _COLUMN.sub(lambda found: found[0] if found[1] in _KEPT else f"{{person}}.{found[1]}", text)


def _as_it_was(known: Field) -> Field:
    shown = known.shown
    if callable(shown):
        shown = partial(_made, shown)
    elif shown is not None:
        shown = _of_today(shown)
    return replace(known, sql=_of_today(known.sql), shown=shown, is_unique=False)


def _made(shown: Callable[[Dialect], str], say: Dialect) -> str:
    return _of_today(shown(say))


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
        **{name: _as_it_was(known) for name, known in USERS.fields.items()},
        "id": USERS.fields["id"],
        "active": Field("u.is_active", "boolean"),
        "status": Field("(CASE WHEN u.is_active THEN 'active' ELSE 'deactivated' END)", "text"),
        "deactivated_at": Field(
            "(CASE WHEN u.is_active THEN NULL WHEN {person}.deactivated_at <= {at} THEN {person}.deactivated_at "
            "ELSE u.valid_from END)",
            "instant",
            nullable=True,
        ),
        # Periods keep them as they are; both engines' lower knows ASCII alone under our collation.
        "title": Field("lower(u.title)", "folded", nullable=True, shown="u.title"),
        "department": Field("lower(u.department)", "folded", nullable=True, shown="u.department"),
    },
    documents=("{person}.attributes", "{person}.attributes_key"),
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
        # Not required: it may hang on a manager whom not everybody has.
        "person": Link("users", "{self}.id = {parent}.id", one="joined"),
        "manager": Link("past_users", "{self}.id = {parent}.manager_id", one="joined", attribute="manager"),
        "integration": Link(
            "integrations",
            "{self}.id = (SELECT uy.integration_id FROM users uy WHERE uy.id = {parent}.id)",
            one="joined",
        ),
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
        "members": Relation(
            f"memberships m JOIN {_PEOPLE} mu ON mu.id = m.user_id JOIN users mp ON mp.id = m.user_id",
            "m.team_id",
            _THERE,
            {
                "id": Field("m.user_id", "uuid"),
                "name": Field("mu.name_key", "folded"),
                "user_name": Field("mp.user_name_key", "folded"),
                "email": Field("mp.email_key", "folded", nullable=True),
                "role": Field("m.role", "text", nullable=True),
            },
        ),
    },
    links={
        **TEAMS.links,
        "parent": Link("past_teams", "{self}.id = {parent}.parent_id", one="first"),
        "children": Link("past_teams", "{self}.parent_id = {parent}.id AND {self}.is_listed", orders=BY_NAME),
        "memberships": Link(
            "past_memberships", f"{{self}}.team_id = {{parent}}.id AND {alive('{self}')}", orders=_BY_PERSON
        ),
        "members": _members(" AND {self}.is_active"),
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

_OF_USERS = {
    "user_email": Field("(SELECT uy.email_key FROM users uy WHERE uy.id = m.user_id)", "folded", nullable=True),
    "user_active": Field("{user}.is_active", "boolean"),
}

PAST_MEMBERSHIPS = replace(
    MEMBERSHIPS, fields={**MEMBERSHIPS.fields, **_OF_USERS}, links={**MEMBERSHIPS.links, **_OF_THE_PAST}
)
PAST_REACHED = replace(
    REACHED,
    fields={**REACHED.fields, **_OF_USERS},
    links={
        **REACHED.links,
        **_OF_THE_PAST,
        "via": Link("past_teams", "{self}.id = {parent}.team_id AND {parent}.depth > 0", one="first"),
    },
)
PAST_LINE = replace(LINE, source=PAST_TEAM, links=PAST_TEAMS.links)
