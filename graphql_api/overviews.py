"""What an administrator looks at in the account: integrations, tokens, the trail, the log, what waits, letters."""

from __future__ import annotations

import strawberry
from strawberry.types import Info

from catalog import permissions
from catalog.actors import ActorKind
from catalog.selection import EVERYTHING, NOTHING, Column, Compare, Where
from graphql_api import audit, context, ids, letters, provisioning
from graphql_api.audit import AuditEventConnection, AuditFilterInput
from graphql_api.decisions import PendingDecisionConnection
from graphql_api.describing import Description, described, linked, listing
from graphql_api.integrations import Integration, IntegrationConnection, ScimIntegrationConnection
from graphql_api.letters import LetterConnection, LetterFilterInput
from graphql_api.provisioning import ProvisioningEventConnection, ProvisioningFilterInput
from graphql_api.tokens import ApiTokenConnection


@strawberry.type
class Overviews:
    """A part of `Account`."""

    @described(Integration | None)
    def integration(self, info: Info, id: strawberry.ID | None = strawberry.UNSET) -> Description | None:
        permissions.need(context.actor(info), "integrations.read")
        wanted = ids.heard("Integration", id) if id else None
        return linked("integration", where=Compare(Column("id"), "eq", wanted)) if wanted else None

    @listing(IntegrationConnection | None)
    def integrations(self, info: Info, type: str | None = strawberry.UNSET) -> Description:
        permissions.need(context.actor(info), "integrations.read")
        return linked("integrations", where=Compare(Column("type"), "eq", type) if type else EVERYTHING)

    @listing(ScimIntegrationConnection)
    def scim_integrations(self, info: Info) -> Description:
        permissions.need(context.actor(info), "integrations.read")
        return linked("integrations", where=Compare(Column("type"), "eq", "scim"))

    @listing(ApiTokenConnection, description="An administrator sees all, everybody else their own.")
    def api_tokens(self, info: Info) -> Description:
        return linked("tokens", where=_own_tokens(info))

    @listing(AuditEventConnection)
    def audit_events(self, info: Info, filter: AuditFilterInput | None = strawberry.UNSET) -> Description:
        permissions.need(context.actor(info), "audit.read")
        return linked("audit", where=audit.matching(info, filter or None))

    @listing(ProvisioningEventConnection)
    def provisioning_events(self, info: Info, filter: ProvisioningFilterInput | None = strawberry.UNSET) -> Description:
        permissions.need(context.actor(info), "provisioning.read")
        return linked("deliveries", where=provisioning.matching(info, filter or None))

    @listing(PendingDecisionConnection)
    def pending_decisions(self, info: Info, integration: strawberry.ID | None = strawberry.UNSET) -> Description:
        permissions.need(context.actor(info), "provisioning.read")
        where: Where = EVERYTHING
        if integration:
            where = Compare(Column("integration_id"), "eq", ids.read("Integration", integration))
        return linked("decisions", where=where)

    @listing(LetterConnection)
    def letters(self, info: Info, filter: LetterFilterInput | None = strawberry.UNSET) -> Description:
        permissions.need(context.actor(info), "provisioning.read")
        return linked("letters", where=letters.matching(filter or None))


def _own_tokens(info: Info) -> Where:
    """Raises NotPermitted for who may see no tokens, not even their own."""
    asking = context.actor(info)
    if permissions.may(asking, "tokens.read"):
        return EVERYTHING
    permissions.need(asking, "tokens.read", own=asking.kind is ActorKind.PERSON)
    return Compare(Column("user_id"), "eq", asking.id) if asking.id else NOTHING
