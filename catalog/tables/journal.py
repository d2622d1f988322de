"""The journal, as SQL sees it: audit events, provisioning events, letters.

A field that ends in `_lowered` is for searching without regard to case; the engines lower ASCII alone, so whoever
searches asks the field itself as well.
"""

from __future__ import annotations

from catalog.dialects import Dialect
from catalog.selection import Column, Order
from catalog.tables.nouns import Field, Link, Noun
from catalog.tables.users import integration

NEWEST_FIRST = (Order(Column("at"), descending=True),)


def person(column: str) -> Link:
    """The person of this id, as long as there is one."""
    return Link("users", f"{{self}}.id = {{parent}}.{column} AND {{self}}.deleted_at IS NULL", one="joined")


def team(column: str) -> Link:
    """The team of this id, as long as there is one."""
    return Link("teams", f"{{self}}.id = {{parent}}.{column} AND {{self}}.deleted_at IS NULL", one="joined")


def lowered(column: str, *, nullable: bool = False) -> Field:
    """A text for searching."""
    return Field(f"lower({column})", "folded", nullable)


PUBLIC = {
    "account": "Account",
    "user": "User",
    "team": "Team",
    "integration": "Integration",
    "token": "ApiToken",
    "decision": "PendingDecision",
    "letter": "Letter",
    "link": "OneTimeLink",
    "property_definition": "PropertyDefinition",
    "sign_in_connection": "SignInConnection",
}
"""What an event's subject is called in public ids; of a later version's kind its own word."""


def _subject(say: Dialect) -> str:
    cases = " ".join(f"WHEN '{kind}' THEN '{name}'" for kind, name in PUBLIC.items())
    named = f"CASE a.subject_kind {cases} ELSE a.subject_kind END"
    return say.encoded(f"'gid://muster/' || {named} || '/' || {say.text('a.subject_id')}")


AUDIT = Noun(
    "audit_events",
    "a",
    "TRUE",
    {
        "id": Field("a.id", "uuid", names="AuditEvent"),
        "at": Field("a.at", "instant"),
        "change_id": Field("a.change_id", "uuid", names="Change"),
        "actor_kind": Field("a.actor_kind", "text"),
        "actor_id": Field("a.actor_id", "uuid", nullable=True),
        "actor_name": Field("a.actor_name", "text"),
        "actor_lowered": lowered("a.actor_name"),
        "action": Field("a.action", "text"),
        "subject_kind": Field("a.subject_kind", "text"),
        "subject_id": Field("a.subject_id", "uuid"),
        "subject": Field("a.subject_id", "text", shown=_subject),
        "subject_name": Field("a.subject_name", "text"),
        "subject_lowered": lowered("a.subject_name"),
        "before": Field("a.before", "json", nullable=True),
        "after": Field("a.after", "json", nullable=True),
        "request_id": Field("a.request_id", "text", nullable=True),
    },
    links={"user": person("subject_id"), "team": team("subject_id")},
)

DELIVERIES = Noun(
    "provisioning_events",
    "p",
    "TRUE",
    {
        "id": Field("p.id", "uuid", names="ProvisioningEvent"),
        "at": Field("p.at", "instant"),
        "integration_id": Field("p.integration_id", "uuid"),
        "integration_name": Field("{integration}.name", "text"),
        "token_id": Field("p.token_id", "uuid", nullable=True),
        "method": Field("p.method", "text"),
        "path": Field("p.path", "text"),
        "path_lowered": lowered("p.path"),
        "status": Field("p.status", "integer"),
        # Written out, so that the index of what failed is taken.
        "failed": Field("(p.status >= 400)", "boolean"),
        "duration_ms": Field("p.duration_ms", "number"),
        "requests": Field("p.requests", "integer"),
        "resource_kind": Field("p.resource_kind", "text", nullable=True),
        "resource_id": Field("p.resource_id", "uuid", nullable=True),
        "resource_name": Field("p.resource_name", "text", nullable=True),
        "resource_lowered": lowered("p.resource_name", nullable=True),
        "request_body": Field("p.request_body", "text", nullable=True),
        "response_body": Field("p.response_body", "text", nullable=True),
        "reason": Field("p.reason", "text", nullable=True),
        "reason_lowered": lowered("p.reason", nullable=True),
        "request_id": Field("p.request_id", "text", nullable=True),
    },
    links={
        "integration": integration(required=True),
        "user": person("resource_id"),
        "team": team("resource_id"),
    },
)

LETTERS = Noun(
    "outbox_messages",
    "o",
    "TRUE",
    {
        "id": Field("o.id", "uuid", names="Letter"),
        "integration_id": Field("o.integration_id", "uuid", nullable=True),
        "user_id": Field("o.user_id", "uuid", nullable=True),
        "letter": Field("o.letter", "text"),
        "recipient": Field("o.recipient", "text"),
        "state": Field("o.state", "text"),
        "attempts": Field("o.attempts", "integer"),
        "last_error": Field("o.last_error", "text", nullable=True),
        "created_at": Field("o.created_at", "instant"),
        "sent_at": Field("o.sent_at", "instant", nullable=True),
    },
    links={"user": person("user_id"), "integration": integration()},
)
