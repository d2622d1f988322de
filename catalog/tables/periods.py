"""What people and teams were, as SQL sees it: each row one period."""

from __future__ import annotations

from catalog.tables.nouns import Field, Link, Noun

_WHEN = {
    "valid_from": Field("p.valid_from", "instant"),
    "valid_to": Field("p.valid_to", "instant", nullable=True, shown="nullif(p.valid_to, {forever})"),
    "recorded_at": Field("p.recorded_at", "instant"),
    "began_on_or_before": Field("p.began_on_or_before", "boolean"),
}

USER_PERIODS = Noun(
    "user_periods",
    "p",
    "TRUE",
    {
        "id": Field("p.id", "uuid", names="UserPeriod"),
        "user_id": Field("p.user_id", "uuid", names="User"),
        "name": Field("p.name_key", "folded", shown="p.name"),
        "title": Field("p.title", "text", nullable=True),
        "department": Field("p.department", "text", nullable=True),
        "status": Field("(CASE WHEN p.is_active THEN 'active' ELSE 'deactivated' END)", "text"),
        "role": Field("p.role", "text"),
        **_WHEN,
    },
    links={"manager": Link("users", "{self}.id = {parent}.manager_id", one="joined", attribute="manager")},
)

TEAM_PERIODS = Noun(
    "team_periods",
    "p",
    "TRUE",
    {
        "id": Field("p.id", "uuid", names="TeamPeriod"),
        "team_id": Field("p.team_id", "uuid", names="Team"),
        "name": Field("p.name_key", "folded", shown="p.name"),
        **_WHEN,
    },
    links={"parent": Link("teams", "{self}.id = {parent}.parent_id", one="joined")},
)
