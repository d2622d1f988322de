"""Letters: what became of each, and what an administrator does about those that are held or could not be sent."""

from __future__ import annotations

import strawberry
from strawberry.types import Info

from catalog.changes import Change
from catalog.selection import EVERYTHING, AllOf, AnyOf, Column, Compare, Where
from catalog.services import invitations, post
from graphql_api import ids
from graphql_api.connections import Connection
from graphql_api.describing import Description, described, lazily, linked
from graphql_api.payloads import Error, carried_out
from graphql_api.scalars import Instant


@strawberry.type
class Letter:
    """A mail to one person. `state` is held, waiting, sending, sent, failed or discarded."""

    id: strawberry.ID
    letter: str = strawberry.field(description="Which letter it is.")
    recipient: str
    state: str
    attempts: int
    last_error: str | None
    created_at: Instant
    sent_at: Instant | None

    @described(lazily("users", "User") | None)
    def user(self, info: Info) -> Description:
        return linked("user")


@strawberry.type
class LetterConnection(Connection[Letter]):
    """A page of letters, newest first."""


@strawberry.input
class LetterFilterInput:
    """What is given must all be so."""

    states: list[str] | None = strawberry.UNSET
    integration: strawberry.ID | None = strawberry.UNSET


@strawberry.type
class LettersPayload:
    """How many letters it was about."""

    count: int
    errors: list[Error]


def matching(filter: LetterFilterInput | None) -> Where:
    """The condition. Raises NotFound for an id that is no integration's."""
    if filter is None:
        return EVERYTHING
    terms: list[Where] = []
    if filter.states:
        terms.append(AnyOf(tuple(Compare(Column("state"), "eq", state) for state in filter.states)))
    if filter.integration:
        terms.append(Compare(Column("integration_id"), "eq", ids.read("Integration", filter.integration)))
    return AllOf(tuple(terms))


async def letters_release(info: Info, integration: strawberry.ID) -> LettersPayload:
    async def work(this: Change) -> int:
        return await invitations.release(this, ids.read("Integration", integration))

    return _payload(*await carried_out(info, work, {"integration": "integration"}))


async def letters_discard(info: Info, integration: strawberry.ID) -> LettersPayload:
    async def work(this: Change) -> int:
        return await invitations.discard(this, ids.read("Integration", integration))

    return _payload(*await carried_out(info, work, {"integration": "integration"}))


async def letter_retry(info: Info, id: strawberry.ID) -> LettersPayload:
    async def work(this: Change) -> int:
        await post.retry(this, ids.read("Letter", id))
        return 1

    return _payload(*await carried_out(info, work, {"letter": "id"}))


def _payload(count: int | None, errors: list[Error]) -> LettersPayload:
    return LettersPayload(count=count or 0, errors=errors)
