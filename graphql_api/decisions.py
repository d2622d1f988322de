"""What waits for an administrator: wishes of integrations to write whom they do not own, and people who came back."""

from __future__ import annotations

from uuid import UUID

import strawberry
from strawberry.types import Info

from catalog.changes import Change
from catalog.ids import public_id
from catalog.services import decisions
from graphql_api import ids
from graphql_api.connections import Connection
from graphql_api.describing import Description, described, lazily, linked
from graphql_api.payloads import Error, carried_out
from graphql_api.scalars import Instant


@strawberry.type
class PendingDecision:
    """A wish of an integration's. `kind` is link_user, link_team or rehire."""

    id: strawberry.ID
    kind: str
    name: str = strawberry.field(description="The userName or displayName as the integration sent it.")
    external_id: str | None
    attempts: int
    first_asked_at: Instant
    last_asked_at: Instant

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
class PendingDecisionConnection(Connection[PendingDecision]):
    """A page of what waits, oldest first."""


@strawberry.type
class DecisionPayload:
    """The decision that was taken."""

    decision_id: strawberry.ID | None
    errors: list[Error]


async def decision_dismiss(info: Info, id: strawberry.ID) -> DecisionPayload:
    async def work(this: Change) -> UUID:
        return (await decisions.dismiss(this, ids.read("PendingDecision", id))).id

    return _payload(*await carried_out(info, work, {"decision": "id"}))


async def rehire_decide(info: Info, id: strawberry.ID, same_person: bool) -> DecisionPayload:
    async def work(this: Change) -> UUID:
        decision_id = ids.read("PendingDecision", id)
        await decisions.decide_rehire(this, decision_id, same_person=same_person)
        return decision_id

    return _payload(*await carried_out(info, work, {"decision": "id"}))


def _payload(taken: UUID | None, errors: list[Error]) -> DecisionPayload:
    shown = None if taken is None else strawberry.ID(public_id("PendingDecision", taken))
    return DecisionPayload(decision_id=shown, errors=errors)
