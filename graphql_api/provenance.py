"""Where a person, a team or a membership comes from: the integration that manages it, and what providers call it."""

from __future__ import annotations

import strawberry
from strawberry.types import Info

from graphql_api.connections import Connection
from graphql_api.describing import Description, described, lazily, linked, listing
from graphql_api.scalars import Instant

SomeIntegration = lazily("integrations", "ScimIntegration")


@strawberry.type
class Managed:
    """What has an integration that manages it, or nobody but people."""

    @described(SomeIntegration | None)
    def managed_by(self, info: Info) -> Description:
        return linked("integration")


@strawberry.type
class Pushed:
    """What an integration pushed, or somebody made by hand."""

    @described(SomeIntegration | None)
    def integration(self, info: Info) -> Description:
        return linked("integration")


@strawberry.type
class ExternalId:
    """What an integration calls a person; earlier names stay, each until it was replaced."""

    value: str
    since: Instant
    until: Instant | None

    @described(SomeIntegration)
    def integration(self, info: Info) -> Description:
        return linked("integration")


@strawberry.type
class Known:
    """Whom integrations know by names of their own."""

    @listing(Connection[ExternalId])
    def external_ids(self, info: Info) -> Description:
        return linked("external_ids")
