"""What changed between two instants, as SQL sees it: who joined, left, moved, or had another role; what differs.

A question gives `{begin}` and `{end}`; what happened at `{begin}` itself is what was so then, and is none of it.
"""

from __future__ import annotations

from collections.abc import Callable

from catalog.dialects import Dialect
from catalog.selection import Column, Order
from catalog.tables.nouns import Field, Link, Noun, public

MOVING_MS = 24 * 60 * 60 * 1000
"""Who leaves one team and joins another within so many milliseconds has moved."""


def membership_changes(scope: str) -> Link:
    """Changes of the memberships `mx` in the scope, in their order.

    Whoever is back within `{collapse}` milliseconds has not left; where they are back in another role, that changed.
    """
    return Link("membership_changes", "{team}.is_listed", _changes(scope), (Order(Column("at")),))


def _changes(scope: str) -> Callable[[Dialect], str]:
    def text(say: Dialect) -> str:
        stays = f"FROM memberships ox{say.by_index('memberships_user')} WHERE ox.user_id = mx.user_id"
        again = f"{stays} AND ox.team_id = mx.team_id AND ox.valid_to > ox.valid_from"
        earlier = (
            f"SELECT ox.id {again} AND ox.valid_from < mx.valid_from AND ox.valid_to <= mx.valid_from "
            f"AND {say.milliseconds('ox.valid_to', 'mx.valid_from')} <= {{collapse}} "
            "ORDER BY ox.valid_from DESC LIMIT 1"
        )
        later = (
            f"SELECT 1 {again} AND ox.valid_from >= mx.valid_to "
            f"AND {say.milliseconds('mx.valid_to', 'ox.valid_from')} <= {{collapse}}"
        )
        from_elsewhere = (
            f"SELECT 1 {stays} AND ox.team_id <> mx.team_id AND ox.valid_to > ox.valid_from "
            f"AND ox.valid_to < {{forever}} AND abs({say.milliseconds('ox.valid_to', 'mx.valid_from')}) <= {MOVING_MS}"
        )
        kind = (
            f"CASE WHEN ex.id IS NOT NULL THEN 'role_changed' WHEN EXISTS ({from_elsewhere}) THEN 'moved' "
            "ELSE 'joined' END"
        )
        columns = "mx.id, mx.account_id, mx.team_id, mx.user_id, mx.integration_id, mx.role"
        return (
            f"(SELECT {columns}, ex.role AS previous_role, mx.valid_from AS at, mx.recorded_at, {kind} AS type "
            f"FROM memberships mx LEFT JOIN memberships ex ON ex.id = ({earlier}) "
            f"WHERE {scope} AND mx.valid_from > {{begin}} AND mx.valid_from <= {{end}} AND mx.valid_to > mx.valid_from "
            "AND (ex.id IS NULL OR coalesce(ex.role, '') <> coalesce(mx.role, '')) "
            f"UNION ALL SELECT {columns}, NULL, mx.valid_to, mx.valid_to, 'left' FROM memberships mx "
            f"WHERE {scope} AND mx.valid_to > {{begin}} AND mx.valid_to <= {{end}} AND mx.valid_to > mx.valid_from "
            f"AND NOT EXISTS ({later})) {{self}}"
        )

    return text


# --- two days compared --------------------------------------------------------------------------------------------

DIFFERENCES = Noun(
    "differences",
    "d",
    "TRUE",
    {
        "id": Field("d.id", "uuid", names="Difference"),
        "subject": Field("d.subject", "text"),
        "subject_id": Field(
            "d.subject_id",
            "json",
            shown=lambda say: (
                f"""'"' || CASE WHEN d.subject = 'user' THEN {public(say, "User", "d.subject_id")} """
                f"""ELSE {public(say, "Team", "d.subject_id")} END || '"'"""
            ),
        ),
        "name": Field("d.name", "text"),
        "field": Field("d.field", "text"),
        "before": Field("d.before", "text", nullable=True),
        "after": Field("d.after", "text", nullable=True),
    },
    # There are such rows in an answer alone.
    source="(SELECT NULL AS id, NULL AS account_id WHERE FALSE)",
)

_NOTHING = "CAST(NULL AS TEXT)"


def _of_people(say: Dialect) -> list[str]:
    """What differs of people, who are in `pair` as they were at the beginning and at the end."""

    def status(side: str) -> str:
        return f"CASE WHEN {side}_id IS NULL THEN {_NOTHING} WHEN {side}_active THEN 'active' ELSE 'deactivated' END"

    def manager(side: str) -> str:
        return f"(SELECT ux.name FROM users ux WHERE ux.id = {side}_manager_id)"

    both = "a_id IS NOT NULL AND b_id IS NOT NULL"
    told = {
        "title": ("a_title", "b_title", f"{{sees_title}} AND {both}"),
        "department": ("a_department", "b_department", f"{{sees_department}} AND {both}"),
        "manager": (manager("a"), manager("b"), f"{{sees_manager}} AND {both}"),
        "role": ("a_role", "b_role", both),
        "status": (status("a"), status("b"), "TRUE"),
    }
    return [
        _differing(say, number, "user", "user_id", field, before, after, "pair", where)
        for number, (field, (before, after, where)) in enumerate(told.items(), 10)
    ]


def _of_teams(say: Dialect) -> list[str]:
    def parent(side: str) -> str:
        return f"(SELECT tx.name FROM teams tx WHERE tx.id = {side}_parent_id)"

    both = "a_id IS NOT NULL AND b_id IS NOT NULL"
    told = {
        "name": ("a_name", "b_name", both),
        "parent": (parent("a"), parent("b"), both),
        "existence": ("a_name", "b_name", f"NOT ({both})"),
    }
    return [
        _differing(say, number, "team", "team_id", field, before, after, "team_pair", where)
        for number, (field, (before, after, where)) in enumerate(told.items(), 20)
    ]


def _differing(
    say: Dialect, number: int, subject: str, id: str, field: str, before: str, after: str, source: str, where: str
) -> str:
    return (
        f"SELECT {_own_id(say, number, id)} AS id, account_id, '{subject}' AS subject, {id} AS subject_id, "
        f"coalesce(b_name, a_name) AS name, '{field}' AS field, {before} AS before, {after} AS after "
        f"FROM {source} WHERE {where} AND coalesce({before}, '') <> coalesce({after}, '')"
    )


def _own_id(say: Dialect, number: int, id: str) -> str:
    """Another id than the subject's for each of its differences, so that a row has a place in the order."""
    return say.uuid(f"'{number}' || substr({say.text(id)}, 3)")


def _memberships(say: Dialect, number: int, *, joined: bool) -> str:
    """Who is on a team at one end and was not on it at the other."""
    here, there = ("end", "begin") if joined else ("begin", "end")
    moved = "valid_from" if joined else "valid_to"
    name = "tx.name"
    before, after = (_NOTHING, name) if joined else (name, _NOTHING)
    return (
        f"SELECT {_own_id(say, number, 'mx.id')}, mx.account_id, 'user', mx.user_id, ux.name, 'team', "
        f"{before}, {after} FROM memberships mx JOIN users ux ON ux.id = mx.user_id "
        "JOIN teams tx ON tx.id = mx.team_id "
        f"WHERE mx.account_id = {{parent}}.id AND mx.{moved} > {{begin}} AND mx.{moved} <= {{end}} "
        f"AND mx.valid_from <= {{{here}}} AND mx.valid_to > {{{here}}} AND tx.is_listed "
        "AND NOT EXISTS (SELECT 1 FROM memberships ox WHERE ox.team_id = mx.team_id AND ox.user_id = mx.user_id "
        f"AND ox.valid_from <= {{{there}}} AND ox.valid_to > {{{there}}})"
    )


def _pair(name: str, table: str, subject: str, columns: dict[str, str]) -> str:
    """WITH: whoever has another period at the end than at the beginning, with what both say."""
    moved = [
        f"SELECT {subject} FROM {table} WHERE account_id = {{parent}}.id "
        f"AND {moment} > {{begin}} AND {moment} <= {{end}}"
        for moment in ("valid_from", "valid_to")
    ]
    sides = "".join(
        f" LEFT JOIN {table} {side} ON {side}.{subject} = {name}_moved.{subject} "
        f"AND {side}.valid_from <= {{{end}}} AND {side}.valid_to > {{{end}}}"
        for side, end in (("ax", "begin"), ("bx", "end"))
    )
    told = ", ".join(f"{side}x.{column} AS {side}_{shown}" for column, shown in columns.items() for side in ("a", "b"))
    return (
        f"{name}_moved AS ({' UNION '.join(moved)}), {name} AS (SELECT {name}_moved.{subject}, "
        f"coalesce(bx.account_id, ax.account_id) AS account_id, {told} FROM {name}_moved{sides})"
    )


def _differences(say: Dialect) -> str:
    people = {
        "id": "id",
        "name": "name",
        "title": "title",
        "department": "department",
        "manager_id": "manager_id",
        "role": "role",
        "is_active": "active",
    }
    pairs = [
        _pair("pair", "user_periods", "user_id", people),
        _pair("team_pair", "team_periods", "team_id", {"id": "id", "name": "name", "parent_id": "parent_id"}),
    ]
    told = [
        *_of_people(say),
        *_of_teams(say),
        _memberships(say, 30, joined=True),
        _memberships(say, 31, joined=False),
    ]
    return f"(WITH {', '.join(pairs)} {' UNION ALL '.join(told)}) {{self}}"


REORGANISATION = Link(
    "differences",
    "TRUE",
    _differences,
    (Order(Column("subject")), Order(Column("name")), Order(Column("field"))),
)
