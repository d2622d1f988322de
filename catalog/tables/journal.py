"""The journal, as SQL sees it: audit events and provisioning events."""

from __future__ import annotations

from catalog.tables.nouns import Field, Noun

AUDIT = Noun(
    "audit_events",
    "a",
    "TRUE",
    {
        "id": Field("a.id", "uuid"),
        "at": Field("a.at", "instant"),
        "change_id": Field("a.change_id", "uuid"),
        "actor_kind": Field("a.actor_kind", "text"),
        "actor_id": Field("a.actor_id", "uuid", nullable=True),
        "actor_name": Field("a.actor_name", "text"),
        "action": Field("a.action", "text"),
        "subject_kind": Field("a.subject_kind", "text"),
        "subject_id": Field("a.subject_id", "uuid"),
        "subject_name": Field("a.subject_name", "text"),
        "request_id": Field("a.request_id", "text", nullable=True),
    },
)

DELIVERIES = Noun(
    "provisioning_events",
    "p",
    "TRUE",
    {
        "id": Field("p.id", "uuid"),
        "at": Field("p.at", "instant"),
        "integration_id": Field("p.integration_id", "uuid"),
        "token_id": Field("p.token_id", "uuid", nullable=True),
        "method": Field("p.method", "text"),
        "path": Field("p.path", "text"),
        "status": Field("p.status", "integer"),
        "resource_kind": Field("p.resource_kind", "text", nullable=True),
        "resource_id": Field("p.resource_id", "uuid", nullable=True),
        "resource_name": Field("p.resource_name", "text", nullable=True),
        "request_id": Field("p.request_id", "text", nullable=True),
    },
)
