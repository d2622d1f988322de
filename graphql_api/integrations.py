"""Integrations: what each is set to, how it is doing, and what hangs on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from enum import StrEnum
from typing import Any, cast
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader
from strawberry.types import Info

from catalog import permissions
from catalog.services import integration_health
from catalog.services.integration_health import Health
from catalog.services.integrations import Settings
from graphql_api import context
from graphql_api.connections import Connection
from graphql_api.describing import Description, column, computed, described, lazily, linked, listing, part
from graphql_api.provisioning import ProvisioningEvents, ProvisioningFilterInput, matching
from graphql_api.scalars import JSON, Instant, shown_instant

USUAL_HOURS = 24


@strawberry.enum
class IntegrationType(StrEnum):
    """The kinds of integrations that can be made."""

    scim = "scim"


@strawberry.enum
class IntegrationStatus(StrEnum):
    """Waiting for the first request; connected; failing (most of the latest requests were refused); or paused."""

    waiting = "waiting"
    connected = "connected"
    failing = "failing"
    paused = "paused"


@strawberry.interface
class Integration:
    """A connection to another system."""

    id: strawberry.ID
    name: str
    type: str
    display_name: str | None = column("name")
    created_at: Instant
    installed_at: Instant | None = column("created_at")

    @described(str | None, description="Always null: nothing is sent to an identity provider.")
    def webhook_url(self, info: Info) -> Description | None:
        return None


def _setting(name: str) -> Callable[[Mapping[str, Any]], Any]:
    return lambda row: getattr(Settings.read(row["settings"]), name)


@strawberry.type
class ScimIntegrationSettings:
    """What an administrator chose; docs/integrations.md explains each."""

    strict: bool = computed(_setting("strict"), "settings")
    allow_edits: bool = computed(_setting("allow_edits"), "settings")
    welcome_letters: bool = computed(_setting("welcome_letters"), "settings")
    nested_groups: bool = computed(_setting("nested_groups"), "settings")
    link_exact_user_names: bool = computed(_setting("link_exact_user_names"), "settings")
    raw: JSON = computed(
        lambda row: asdict(Settings.read(row["settings"])), "settings", description="All settings, by their names."
    )


@strawberry.type
class ScimChecklist:
    """How far the connection has come."""

    url_reached: bool
    token_accepted: bool
    first_user: bool
    first_group: bool


@strawberry.type
class ScimHealthBucket:
    """An hour, or a day where more than 48 hours are asked for."""

    at: Instant
    requests: int
    failed: int


@strawberry.type
class ScimHealth:
    """The requests of the last hours, counted from the provisioning log."""

    requests: int
    failed: int
    rate_limited: int
    p95_ms: float | None
    buckets: list[ScimHealthBucket]


@strawberry.type
class LetterCounts:
    """Letters that an integration's people were to get."""

    waiting: int = column("letters_waiting")
    held: int = column("letters_held")
    failed: int = column("letters_failed")
    sent: int = column("letters_sent")


async def _health(root: Any, info: Info, hours: int | None = USUAL_HOURS) -> ScimHealth:
    found = await _healths(info, USUAL_HOURS if hours is None else hours).load(root.id)
    return ScimHealth(
        requests=found.requests,
        failed=found.failed,
        rate_limited=found.rate_limited,
        p95_ms=found.p95_ms,
        buckets=[
            ScimHealthBucket(at=cast(Instant, shown_instant(one.at)), requests=one.requests, failed=one.failed)
            for one in found.buckets
        ],
    )


@strawberry.type
class ScimIntegration(Integration):
    """A connection to an identity provider."""

    html_url: str
    scim_url: str = strawberry.field(description="The SCIM API URL, for the provider's settings.")
    status: IntegrationStatus
    last_request_at: Instant | None
    paused_at: Instant | None
    pause_reason: str | None
    version: int
    settings: ScimIntegrationSettings = part()
    checklist: ScimChecklist = part()
    user_count: int
    team_count: int
    health: ScimHealth = strawberry.field(resolver=_health, description="At most the last 720 hours.")

    @listing(lazily("tokens", "ApiTokenConnection"))
    def api_tokens(self, info: Info) -> Description:
        permissions.need(context.actor(info), "tokens.read")
        return linked("tokens")

    @listing(lazily("decisions", "PendingDecisionConnection"))
    def pending_decisions(self, info: Info) -> Description:
        permissions.need(context.actor(info), "provisioning.read")
        return linked("decisions")

    @listing(ProvisioningEvents)
    def provisioning_events(self, info: Info, filter: ProvisioningFilterInput | None = strawberry.UNSET) -> Description:
        permissions.need(context.actor(info), "provisioning.read")
        return linked("deliveries", where=matching(info, filter or None))

    @described(LetterCounts)
    def letters(self, info: Info) -> Description:
        permissions.need(context.actor(info), "provisioning.read")
        return linked("itself")


@strawberry.type
class IntegrationConnection(Connection[Integration]):
    """A page of integrations."""


@strawberry.type
class ScimIntegrationConnection(Connection[ScimIntegration]):
    """A page of connections to identity providers."""


def _healths(info: Info, hours: int) -> DataLoader[UUID, Health]:
    """The health of all integrations of one answer, asked in one statement."""

    async def load(ids: list[UUID]) -> list[Health]:
        found = await integration_health.of(context.actor(info), ids, hours=hours)
        return [found[id] for id in ids]

    facts = context.of(info).facts
    key = f"health of {hours} hours"
    if key not in facts:
        facts[key] = DataLoader(load_fn=load)
    return cast("DataLoader[UUID, Health]", facts[key])
