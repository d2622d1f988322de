"""Integrations of the reference that are other services' business: in the schema, as its clients spread fragments on
them, and never returned.
"""

from __future__ import annotations

import strawberry

from graphql_api.integrations import Integration


@strawberry.type
class GenericIntegration(Integration):
    """An integration of no particular kind. Never returned here."""


@strawberry.type
class AwsIntegration(Integration):
    """An AWS account. Never returned here."""

    iam_role: str | None
    external_id: str | None
    aws_tags_override_ownership: bool | None
    ownership_tag_keys: list[str] | None
    region_override: list[str] | None


@strawberry.type
class AzureResourcesIntegration(Integration):
    """An Azure subscription. Never returned here."""

    aliases: list[str] | None
    ownership_tag_keys: list[str] | None
    subscription_id: str | None
    tags_override_ownership: bool | None
    tenant_id: str | None


@strawberry.type
class GoogleCloudProject:
    """A project of Google Cloud. Never returned here."""

    id: str | None
    name: str | None
    url: str | None


@strawberry.type
class GoogleCloudIntegration(Integration):
    """Google Cloud. Never returned here."""

    aliases: list[str] | None
    client_email: str | None
    ownership_tag_keys: list[str] | None
    projects: list[GoogleCloudProject] | None
    tags_override_ownership: bool | None


@strawberry.type
class KubernetesIntegration(Integration):
    """A cluster. Never returned here."""

    extract_definition: str | None
    transform_definition: str | None


@strawberry.type
class NewRelicIntegration(Integration):
    """New Relic. Never returned here."""

    base_url: str | None
    account_key: str | None


FOREIGN = (
    GenericIntegration,
    AwsIntegration,
    AzureResourcesIntegration,
    GoogleCloudIntegration,
    KubernetesIntegration,
    NewRelicIntegration,
)
"""What only the schema knows of: nothing that is asked leads to them."""
