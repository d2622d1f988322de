"""The audit trail: who did what to whom, as a sentence and with what differed."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

import strawberry
from strawberry.dataloader import DataLoader
from strawberry.types import Info

from catalog.errors import Invalid
from catalog.selection import EVERYTHING, AllOf, AnyOf, Column, Compare, Where
from catalog.services import audit
from graphql_api import context, ids
from graphql_api.connections import Connection
from graphql_api.describing import Description, column, described, lazily, linked
from graphql_api.filters import MOST_VALUES
from graphql_api.provisioning import between, searched
from graphql_api.scalars import JSON, Instant


async def sentence_of(info: Info, event_id: UUID) -> str:
    """The sentence of an event: those of all events of one answer are asked for together, in two statements."""

    async def load(ids: list[UUID]) -> list[str]:
        told = await audit.told(context.actor(info), ids)
        return [told.get(id, "") for id in ids]

    facts = context.of(info).facts
    if "sentences" not in facts:
        facts["sentences"] = DataLoader(load_fn=load)
    return await cast("DataLoader[UUID, str]", facts["sentences"]).load(event_id)


async def _sentence(root: Any, info: Info) -> str:
    return await sentence_of(info, root.id)


@strawberry.type
class AuditEvent:
    """One thing done to one subject."""

    id: strawberry.ID
    at: Instant
    action: str
    sentence: str = strawberry.field(resolver=_sentence)
    actor_kind: str
    actor_name: str
    subject_kind: str
    subject_id: strawberry.ID = column("subject")
    subject_name: str
    before: JSON | None
    after: JSON | None
    request_id: str | None
    change_id: str = strawberry.field(description="What was done together has the same.")

    @described(lazily("users", "User") | None)
    def user(self, info: Info) -> Description:
        return linked("user")

    @described(lazily("teams", "Team") | None)
    def team(self, info: Info) -> Description:
        return linked("team")


@strawberry.type
class AuditEventConnection(Connection[AuditEvent]):
    """A page of the trail, newest first."""


@strawberry.input
class AuditFilterInput:
    """What is given must all be so."""

    actions: list[str] | None = strawberry.UNSET
    actor: str | None = strawberry.field(default=strawberry.UNSET, description="A part of the actor's name.")
    subject_kind: str | None = strawberry.UNSET
    subject_id: strawberry.ID | None = strawberry.UNSET
    search: str | None = strawberry.field(
        default=strawberry.UNSET, description="A part of the actor's or the subject's name, or a whole request id."
    )
    from_: Instant | None = strawberry.field(
        name="from", default=strawberry.UNSET, description="An instant, or a date: from its beginning on."
    )
    to: Instant | None = strawberry.field(default=strawberry.UNSET, description="An instant, or a date: until its end.")


def matching(info: Info, filter: AuditFilterInput | None) -> Where:
    """The condition. Raises Invalid for too many actions, NotFound for what is no id."""
    if filter is None:
        return EVERYTHING
    terms = [*between(info, "at", filter.from_, filter.to), *searched(filter.search, "actor", "subject")]
    if filter.actor:
        terms += searched(filter.actor, "actor")
    if filter.actions:
        if len(filter.actions) > MOST_VALUES:
            raise Invalid("actions", f"at most {MOST_VALUES} are taken.")
        terms.append(AnyOf(tuple(Compare(Column("action"), "eq", action) for action in filter.actions)))
    if filter.subject_kind:
        terms.append(Compare(Column("subject_kind"), "eq", filter.subject_kind))
    if filter.subject_id:
        terms.append(Compare(Column("subject_id"), "eq", ids.read_any(filter.subject_id)))
    return AllOf(tuple(terms))
