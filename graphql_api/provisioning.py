"""The provisioning log: what providers sent, what became of it, and what to do about what failed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import strawberry
from strawberry.types import Info

from catalog import remedies
from catalog.selection import EVERYTHING, AllOf, AnyOf, Column, Compare, Where
from graphql_api import ids
from graphql_api.connections import Connection
from graphql_api.describing import Description, computed, described, lazily, linked
from graphql_api.instants import instant
from graphql_api.scalars import Instant

ProvisioningEvents = lazily("provisioning", "ProvisioningEventConnection")


def _fix(row: Mapping[str, Any]) -> str | None:
    return remedies.remedy(row, row["integration_name"])


@strawberry.type
class ProvisioningEvent:
    """One request of a provider, or a summary of like reads (`requests` of them). Kept for 30 days."""

    id: strawberry.ID
    at: Instant
    method: str
    path: str
    status: int
    duration_ms: float
    requests: int
    resource_kind: str | None
    resource_name: str | None
    request_body: str | None = strawberry.field(description="Secrets masked, at most 16 KiB.")
    response_body: str | None
    reason: str | None = strawberry.field(description="Why it failed, or what was passed over.")
    fix: str | None = computed(
        _fix,
        *("method", "path", "status", "reason", "response_body", "integration_name"),
        description="What the provider's administrator can do about it; null for what succeeded.",
    )
    request_id: str | None

    @described(lazily("integrations", "ScimIntegration"))
    def integration(self, info: Info) -> Description:
        return linked("integration")

    @described(lazily("users", "User") | None)
    def user(self, info: Info) -> Description:
        return linked("user")

    @described(lazily("teams", "Team") | None)
    def team(self, info: Info) -> Description:
        return linked("team")


@strawberry.type
class ProvisioningEventConnection(Connection[ProvisioningEvent]):
    """A page of the log, newest first."""


@strawberry.input
class ProvisioningFilterInput:
    """What is given must all be so."""

    integration: strawberry.ID | None = strawberry.UNSET
    only_errors: bool | None = strawberry.UNSET
    resource_kind: str | None = strawberry.field(default=strawberry.UNSET, description="user or team.")
    search: str | None = strawberry.field(
        default=strawberry.UNSET, description="A part of the path, the name or the reason, or a whole request id."
    )
    from_: Instant | None = strawberry.field(
        name="from", default=strawberry.UNSET, description="An instant, or a date: from its beginning on."
    )
    to: Instant | None = strawberry.field(default=strawberry.UNSET, description="An instant, or a date: until its end.")


def matching(info: Info, filter: ProvisioningFilterInput | None) -> Where:
    """The condition. Raises NotFound for an id that is no integration's, Invalid."""
    if filter is None:
        return EVERYTHING
    terms = [*between(info, "at", filter.from_, filter.to), *searched(filter.search, "path", "resource", "reason")]
    if filter.integration:
        terms.append(Compare(Column("integration_id"), "eq", ids.read("Integration", filter.integration)))
    if filter.only_errors:
        terms.append(Compare(Column("failed"), "eq", True))
    if filter.resource_kind:
        terms.append(Compare(Column("resource_kind"), "eq", filter.resource_kind))
    return AllOf(tuple(terms))


def between(info: Info, column: str, start: Any, end: Any) -> list[Where]:
    """From the one instant up to, not including, the other; bare dates are whole days of the account's time zone.

    Raises Invalid.
    """
    terms: list[Where] = []
    if isinstance(start, datetime):
        terms.append(Compare(Column(column), "ge", instant(info, start)))
    elif start:
        # The day begins when the one before it has ended.
        terms.append(Compare(Column(column), "gt", instant(info, start - timedelta(days=1))))
    if end:
        terms.append(Compare(Column(column), "lt" if isinstance(end, datetime) else "le", instant(info, end)))
    return terms


def searched(text: str | None, *names: str) -> list[Where]:
    """That the text is a part of one of these columns, or is the request's id; nothing, where there is no text.

    Case does not matter to ASCII letters: the engines know it of no others, so others are sought as they are.
    """
    if not text:
        return []
    asked = [Compare(Column(f"{name}_lowered"), "co", text) for name in names]
    asked += [Compare(Column(_COLUMNS.get(name, name)), "co", text) for name in names]
    return [AnyOf((*asked, Compare(Column("request_id"), "eq", text)))]


_COLUMNS = {"resource": "resource_name", "actor": "actor_name", "subject": "subject_name"}
