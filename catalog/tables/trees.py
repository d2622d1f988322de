"""The tree of teams, as SQL sees it: what stands above and below a team, and who is on a team through those below it.

Each way is told for the present, and for the instant `{at}` by the tree, the teams and the memberships of that instant.
"""

from __future__ import annotations

from catalog.selection import Column, Order
from catalog.tables.nouns import Link, alive
from catalog.tables.users import BY_NAME

DEEPEST = 64
"""Levels that are followed. A tree has no circle; but what it was at an instant between two moves is put together."""

PAST_TEAM = (
    "(SELECT tz.id, tz.account_id, pz.name, pz.name_key, tz.provider_name, tz.provider_name_key, tz.alias, "
    "tz.responsibilities, pz.parent_id, tz.parent_integration_id, tz.integration_id, tz.is_listed, tz.version, "
    "tz.created_at, tz.updated_at, CAST(NULL AS TIMESTAMPTZ) AS deleted_at "
    f"FROM team_periods pz JOIN teams tz ON tz.id = pz.team_id WHERE {alive('pz')})"
)
"""The teams as they were at `{at}`, also those that are deleted by now."""

_TEAMS = {True: PAST_TEAM, False: "(SELECT * FROM teams WHERE deleted_at IS NULL)"}
_MEMBERS = {True: alive("mx"), False: "mx.valid_to = {forever}"}

NEAREST_FIRST = (Order(Column("depth")),)


def above(noun: str, *, past: bool) -> Link:
    """The teams above a team, the nearest first."""
    teams = _TEAMS[past]
    line = (
        "WITH RECURSIVE line(id, depth) AS (SELECT {parent}.parent_id, 1 UNION "
        f"SELECT ax.parent_id, line.depth + 1 FROM line JOIN {teams} ax ON ax.id = line.id "
        f"WHERE line.depth < {DEEPEST})"
    )
    return Link(noun, "{self}.is_listed", _with_depth(line, teams, "TRUE"), NEAREST_FIRST)


def below(noun: str, *, past: bool) -> Link:
    """The teams below a team, by name."""
    return Link(noun, "{self}.is_listed", _with_depth(_below(past), _TEAMS[past], "line.depth > 0"), BY_NAME)


def reach(noun: str, *, past: bool) -> Link:
    """The memberships in a team and in the teams below it: of each person the nearest one."""
    rows = (
        f"({_below(past)}, nearest AS (SELECT mx.id, line.depth, "
        "row_number() OVER (PARTITION BY mx.user_id ORDER BY line.depth, mx.id) AS place "
        f"FROM line JOIN memberships mx ON mx.team_id = line.id AND {_MEMBERS[past]}) "
        "SELECT my.*, nearest.depth FROM nearest JOIN memberships my ON my.id = nearest.id WHERE nearest.place = 1) "
        "{self}"
    )
    return Link(noun, "TRUE", rows, (Order(Column("user_name")),))


_TOP = (
    "(SELECT ta.team_id FROM team_aliases ta WHERE ta.account_id = {parent}.id "
    "AND (ta.team_id = {top} OR ta.alias = {top_alias}) LIMIT 1)"
)


def of_line(team_id: str, *, past: bool = False) -> str:
    """The condition, seen from the account, that a team is the one of the id `{top}` or the alias `{top_alias}`, or
    one below it."""
    return f"{team_id} IN ({_below(past, _TOP)} SELECT id FROM line)"


def _below(past: bool, top: str = "{parent}.id") -> str:
    return (
        f"WITH RECURSIVE line(id, depth) AS (SELECT {top}, 0 UNION "
        f"SELECT bx.id, line.depth + 1 FROM line JOIN {_TEAMS[past]} bx ON bx.parent_id = line.id "
        f"WHERE bx.is_listed AND line.depth < {DEEPEST})"
    )


def _with_depth(line: str, teams: str, which: str) -> str:
    return f"({line} SELECT tx.*, line.depth FROM line JOIN {teams} tx ON tx.id = line.id WHERE {which}) {{self}}"
