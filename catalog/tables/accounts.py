"""The account, as SQL sees it: where every question begins."""

from __future__ import annotations

from catalog.selection import Column, Order
from catalog.tables.changes import REORGANISATION, membership_changes
from catalog.tables.descriptions import OF_AN_ACCOUNT
from catalog.tables.journal import NEWEST_FIRST
from catalog.tables.nouns import Field, Link, Noun, alive
from catalog.tables.trees import of_line
from catalog.tables.users import BY_NAME

ACCOUNTS = Noun(
    "accounts",
    "a",
    "TRUE",
    {
        "id": Field("a.id", "uuid", names="Account"),
        "name": Field("a.name", "text"),
        "slug": Field("a.slug", "text"),
        "time_zone": Field("a.time_zone", "text"),
        # How many events there are: those that have their number, and those that wait for it.
        "latest_change": Field(
            "''",
            "text",
            shown=lambda say: say.text(
                "((SELECT coalesce(max(ae.seq), 0) FROM audit_events ae WHERE ae.account_id = a.id "
                "AND ae.seq IS NOT NULL) "
                "+ (SELECT count(*) FROM audit_events ae WHERE ae.account_id = a.id AND ae.seq IS NULL))"
            ),
        ),
        "html_url": Field("''", "text", shown="CAST({base_url} AS TEXT) || '/'"),
    },
    links={
        **OF_AN_ACCOUNT,
        "user": Link(
            "users", "{self}.account_id = {parent}.id AND {self}.deleted_at IS NULL", orders=BY_NAME, one="first"
        ),
        "users": Link(
            "users",
            "{self}.account_id = {parent}.id AND {self}.deleted_at IS NULL",
            orders=BY_NAME,
            total="(SELECT CAST(coalesce(sum(y.users), 0) AS BIGINT) FROM tallies y WHERE y.account_id = {parent}.id)",
        ),
        "team": Link(
            "teams", "{self}.account_id = {parent}.id AND {self}.deleted_at IS NULL", orders=BY_NAME, one="first"
        ),
        "teams": Link(
            "teams",
            "{self}.account_id = {parent}.id AND {self}.deleted_at IS NULL AND {self}.is_listed",
            orders=BY_NAME,
        ),
        "memberships": Link(
            "memberships",
            "{self}.account_id = {parent}.id AND {self}.valid_to = {forever} AND {team}.is_listed",
            orders=(Order(Column("id")),),
        ),
        "memberships_below": Link(
            "memberships",
            f"{{self}}.account_id = {{parent}}.id AND {{self}}.valid_to = {{forever}} AND {{team}}.is_listed "
            f"AND {of_line('{self}.team_id')}",
            orders=(Order(Column("id")),),
        ),
        "past_memberships_below": Link(
            "past_memberships",
            f"{{self}}.account_id = {{parent}}.id AND {alive('{self}')} AND {{team}}.is_listed "
            f"AND {of_line('{self}.team_id', past=True)}",
            orders=(Order(Column("id")),),
        ),
        "membership_changes": membership_changes("mx.account_id = {parent}.id"),
        "membership_changes_below": membership_changes(f"mx.account_id = {{parent}}.id AND {of_line('mx.team_id')}"),
        "differences": REORGANISATION,
        "past_users": Link("past_users", "{self}.account_id = {parent}.id", orders=BY_NAME),
        "past_teams": Link("past_teams", "{self}.account_id = {parent}.id AND {self}.is_listed", orders=BY_NAME),
        "past_memberships": Link(
            "past_memberships",
            f"{{self}}.account_id = {{parent}}.id AND {alive('{self}')} AND {{team}}.is_listed",
            orders=(Order(Column("id")),),
        ),
        "integration": Link(
            "integrations", "{self}.account_id = {parent}.id AND {self}.deleted_at IS NULL", orders=BY_NAME, one="first"
        ),
        "integrations": Link(
            "integrations", "{self}.account_id = {parent}.id AND {self}.deleted_at IS NULL", orders=BY_NAME
        ),
        "tokens": Link("tokens", "{self}.account_id = {parent}.id", orders=(Order(Column("id"), descending=True),)),
        "audit": Link("audit", "{self}.account_id = {parent}.id", orders=NEWEST_FIRST),
        "deliveries": Link("deliveries", "{self}.account_id = {parent}.id", orders=NEWEST_FIRST),
        "decisions": Link(
            "decisions",
            "{self}.account_id = {parent}.id AND {self}.decided_at IS NULL",
            orders=(Order(Column("first_asked_at")),),
        ),
        "sign_in_connections": Link(
            "sign_in_connections", "{self}.account_id = {parent}.id AND {self}.deleted_at IS NULL", orders=BY_NAME
        ),
        "letters": Link(
            "letters", "{self}.account_id = {parent}.id", orders=(Order(Column("created_at"), descending=True),)
        ),
    },
    account="id",
)
