"""Integrations, as SQL sees them, with how each is doing; their tokens, and what waits for an administrator."""

from __future__ import annotations

from catalog.selection import Column, Order
from catalog.tables.journal import NEWEST_FIRST, person, team
from catalog.tables.nouns import Field, Link, Noun, page_address, public
from catalog.tables.users import integration

JUDGED_BY = 100
"""Rows of the log, the latest, by which it is judged whether an integration is failing."""

_LOGGED = "provisioning_events p WHERE p.account_id = i.account_id AND p.integration_id = i.id"
_TOKENS = "api_tokens k WHERE k.integration_id = i.id"
_USED = f"(SELECT max(k.last_used_at) FROM {_TOKENS})"

# The log goes back 30 days, a token's last use further; the log alone knows of requests that no token let in.
_LAST_REQUEST = (
    f"(SELECT max(x.at) FROM (SELECT max(p.at) AS at FROM {_LOGGED} "
    f"UNION ALL SELECT max(k.last_used_at) AS at FROM {_TOKENS}) x)"
)
_IS_FAILING = (
    "(SELECT 2 * sum(CASE WHEN r.status >= 400 THEN r.requests ELSE 0 END) > sum(r.requests) FROM "
    f"(SELECT p.status, p.requests FROM {_LOGGED} ORDER BY p.at DESC LIMIT {JUDGED_BY}) r)"
)


def _there(table: str) -> str:
    return f"EXISTS (SELECT 1 FROM {table} s WHERE s.integration_id = i.id AND s.deleted_at IS NULL)"


def _letters(*states: str) -> Field:
    chosen = ", ".join(f"'{state}'" for state in states)
    return Field(
        f"(SELECT count(*) FROM outbox_messages o WHERE o.integration_id = i.id AND o.state IN ({chosen}))", "integer"
    )


INTEGRATIONS = Noun(
    "integrations",
    "i",
    "i.deleted_at IS NULL",
    {
        "id": Field("i.id", "uuid", names="Integration"),
        "name": Field("i.name", "text"),
        "type": Field("i.type", "text"),
        "settings": Field("i.settings", "json"),
        "version": Field("i.version", "integer"),
        "created_at": Field("i.created_at", "instant"),
        "updated_at": Field("i.updated_at", "instant"),
        "html_url": page_address("integrations", lambda say: public(say, "Integration", "i.id")),
        "scim_url": Field("''", "text", shown="CAST({base_url} AS TEXT) || '/scim/v2'"),
        "paused_at": Field("i.paused_at", "instant", nullable=True),
        "pause_reason": Field("i.pause_reason", "text", nullable=True),
        # Failing: of the latest requests more than half were refused.
        "status": Field(
            f"(CASE WHEN i.paused_at IS NOT NULL THEN 'paused' WHEN {_LAST_REQUEST} IS NULL THEN 'waiting' "
            f"WHEN {_IS_FAILING} THEN 'failing' ELSE 'connected' END)",
            "text",
        ),
        "last_request_at": Field(_LAST_REQUEST, "instant", nullable=True),
        "url_reached": Field(f"({_LAST_REQUEST} IS NOT NULL)", "boolean"),
        "token_accepted": Field(
            f"({_USED} IS NOT NULL OR EXISTS (SELECT 1 FROM {_LOGGED} AND p.status <> 401))", "boolean"
        ),
        "first_user": Field(_there("users"), "boolean"),
        "first_group": Field(_there("teams"), "boolean"),
        "user_count": Field(
            "(SELECT count(*) FROM users s WHERE s.integration_id = i.id AND s.deleted_at IS NULL)", "integer"
        ),
        "team_count": Field(
            "(SELECT count(*) FROM teams s WHERE s.integration_id = i.id AND s.deleted_at IS NULL AND s.is_listed)",
            "integer",
        ),
        "letters_waiting": _letters("waiting", "sending"),
        "letters_held": _letters("held"),
        "letters_failed": _letters("failed"),
        "letters_sent": _letters("sent"),
    },
    links={
        # The same row, for what is not everybody's to see of it.
        "itself": Link("integrations", "{self}.id = {parent}.id", one="joined", required=True),
        "tokens": Link("tokens", "{self}.integration_id = {parent}.id", orders=(Order(Column("id"), descending=True),)),
        "decisions": Link(
            "decisions",
            "{self}.integration_id = {parent}.id AND {self}.decided_at IS NULL",
            orders=(Order(Column("first_asked_at")),),
        ),
        "deliveries": Link(
            "deliveries",
            "{self}.account_id = {parent}.account_id AND {self}.integration_id = {parent}.id",
            orders=NEWEST_FIRST,
        ),
    },
)

TOKENS = Noun(
    "api_tokens",
    "k",
    "TRUE",
    {
        "id": Field("k.id", "uuid", names="ApiToken"),
        "name": Field("k.name", "text"),
        "prefix": Field("k.prefix", "text"),
        "scope": Field("k.scope", "text"),
        "integration_id": Field("k.integration_id", "uuid", nullable=True),
        "user_id": Field("k.user_id", "uuid", nullable=True),
        "created_by": Field("k.created_by", "text"),
        "created_at": Field("k.created_at", "instant"),
        "last_used_at": Field("k.last_used_at", "instant", nullable=True),
        "expires_at": Field("k.expires_at", "instant"),
        "revoked_at": Field("k.revoked_at", "instant", nullable=True),
    },
    links={"integration": integration(), "user": person("user_id")},
)

DECISIONS = Noun(
    "pending_decisions",
    "d",
    "d.decided_at IS NULL",
    {
        "id": Field("d.id", "uuid", names="PendingDecision"),
        "kind": Field("d.kind", "text"),
        "name": Field("d.name", "text"),
        "external_id": Field("d.external_id", "text", nullable=True),
        "attempts": Field("d.attempts", "integer"),
        "first_asked_at": Field("d.first_asked_at", "instant"),
        "last_asked_at": Field("d.last_asked_at", "instant"),
        "integration_id": Field("d.integration_id", "uuid"),
        "subject_id": Field("d.subject_id", "uuid"),
    },
    links={
        "integration": integration(required=True),
        "user": person("subject_id"),
        "team": team("subject_id"),
    },
)
