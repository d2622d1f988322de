"""What was done to a person or a team, as SQL sees it: the audit events that tell of them, for a timeline."""

from __future__ import annotations

from dataclasses import replace

from catalog.selection import Column, Order
from catalog.tables.nouns import Field, Link, Noun

HISTORY_IN_FULL = Noun(
    "audit_events",
    "e",
    "TRUE",
    {
        "id": Field("e.id", "uuid", names="AuditEvent"),
        "at": Field("e.at", "instant"),
        "action": Field("e.action", "text"),
        "actor_kind": Field("e.actor_kind", "text"),
        "actor_name": Field("e.actor_name", "text"),
        "before": Field("e.before", "json", nullable=True),
        "after": Field("e.after", "json", nullable=True),
        "request_id": Field("e.request_id", "text", nullable=True),
    },
)

HISTORY = replace(
    HISTORY_IN_FULL,
    fields={
        **HISTORY_IN_FULL.fields,
        "before": Field("e.before", "json", nullable=True, shown="NULL"),
        "after": Field("e.after", "json", nullable=True, shown="NULL"),
    },
)
"""The same without what differed, which may be what not everybody sees."""

NEWEST_FIRST = (Order(Column("at"), descending=True),)

_OF_SUBJECT = (
    "SELECT ex.id FROM audit_events ex WHERE ex.account_id = {parent}.account_id AND ex.subject_id = {parent}.id"
)

_OF_MEMBERSHIPS = " ".join(
    "UNION SELECT ex.id FROM memberships mx JOIN audit_events ex ON ex.account_id = mx.account_id "
    f"AND ex.subject_id = mx.team_id AND ex.change_id = mx.{which} WHERE mx.user_id = {{parent}}.id"
    for which in ("begun_in", "ended_in")
)


def of_person(noun: str) -> Link:
    """What was done to a person, and to the teams when they joined or left, newest first."""
    return Link(noun, f"{{self}}.id IN ({_OF_SUBJECT} {_OF_MEMBERSHIPS})", orders=NEWEST_FIRST)


def of_team(noun: str) -> Link:
    """What was done to a team and its members, newest first."""
    return Link(
        noun,
        "{self}.account_id = {parent}.account_id AND {self}.subject_id = {parent}.id",
        orders=NEWEST_FIRST,
    )
