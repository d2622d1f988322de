"""Integrations that send events about services: the reference has them, Muster does not, and says so."""

from __future__ import annotations

from enum import StrEnum

import strawberry

from graphql_api.integration_mutations import IntegrationCreatePayload, IntegrationUpdatePayload
from graphql_api.payloads import Error

NOT_SUPPORTED = "NOT_SUPPORTED"

_KINDS = (
    *("apiDoc", "aquaSecurity", "argocd", "awsEcr", "bugsnag", "circleci", "codacy", "coveralls", "customEvent"),
    *("datadogCheck", "deploy", "dynatrace", "flux", "githubActions", "gitlabCi", "grafana", "grype", "jenkins"),
    *("jfrogXray", "lacework", "newRelicCheck", "octopus", "prismaCloud", "prometheus", "rollbar", "sentry", "snyk"),
    *("sonarqube", "stackhawk", "sumoLogic", "veracode"),
)

_Kind = StrEnum("EventIntegrationEnum", {name: name for name in _KINDS})  # type: ignore[misc]  # named as in GraphQL
strawberry.enum(_Kind, description="What the reference takes events of.")


@strawberry.input
class EventIntegrationInput:
    """An integration that would send events."""

    type: _Kind
    name: str | None = strawberry.UNSET


@strawberry.input
class EventIntegrationUpdateInput:
    """Another name for one."""

    id: strawberry.ID
    name: str


def event_integration_create(input: EventIntegrationInput) -> IntegrationCreatePayload:
    return IntegrationCreatePayload(integration=None, errors=[_refused("type")])


def event_integration_update(input: EventIntegrationUpdateInput) -> IntegrationUpdatePayload:
    return IntegrationUpdatePayload(integration=None, errors=[_refused("id")])


def _refused(field: str) -> Error:
    return Error(
        message="Muster is a directory of people and teams; it takes no events of services.",
        path=[field],
        code=NOT_SUPPORTED,
    )
