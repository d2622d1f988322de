"""What is kept of a person, told whole; and a person erased: the GDPR's articles 15 and 17, for administrators."""

from __future__ import annotations

from uuid import UUID

import strawberry
from strawberry.types import Info

from catalog.changes import Change
from catalog.errors import Invalid, NotFound
from catalog.services import disclosure, erasure
from catalog.services.erasure import Erased
from graphql_api import context, ids
from graphql_api.inputs import UserIdentifierInput, given
from graphql_api.payloads import Error, carried_out, mutation
from graphql_api.scalars import JSON


@strawberry.type
class UserExportPayload:
    """Everything that is kept of the person."""

    document: JSON | None = strawberry.field(description="The rows that are about them, by table.")
    errors: list[Error]


@strawberry.type
class StillNamed:
    """Where texts that others wrote name an erased person: whoever wrote them, changes them."""

    table: str
    rows: int


@strawberry.type
class UserErasePayload:
    """The person is erased, if there are no errors."""

    events: int | None = strawberry.field(description="How many events of the audit trail say less than before.")
    still_named_in: list[StillNamed] | None
    errors: list[Error]


async def _export(info: Info, user: UserIdentifierInput) -> UserExportPayload:
    async def work(this: Change) -> JSON:
        return JSON(await disclosure.disclose(this, await _meant(this, user)))

    document, errors = await carried_out(info, work, {"user": "user"})
    return UserExportPayload(document=document, errors=errors)


async def _erase(
    info: Info, user: UserIdentifierInput, expected_version: int | None = strawberry.UNSET
) -> UserErasePayload:
    async def work(this: Change) -> Erased:
        meant = await _meant(this, user)
        return await context.of(info).eraser.erase(this, meant, version=given(expected_version))

    done, errors = await carried_out(info, work, {"user": "user"})
    if done is None:
        return UserErasePayload(events=None, still_named_in=None, errors=errors)
    left = await erasure.mentions(context.actor(info), done.traces)
    named = [StillNamed(table=table, rows=rows) for table, rows in left.items()]
    return UserErasePayload(events=done.events, still_named_in=named, errors=errors)


@strawberry.type
class PrivacyMutations:
    """What a person may ask of whoever keeps something of them."""

    user_export = mutation(_export, "Everything that is kept of a person, also of one who was deleted.")
    user_erase = mutation(
        _erase,
        "Nothing that is kept leads to the person any more. It can't be undone; remove them at their provider first, "
        "as what it pushes again makes a new person.",
    )


async def _meant(this: Change, user: UserIdentifierInput) -> UUID:
    """The person's id, also of one who was deleted. Raises NotFound, Invalid."""
    id, email = given(user.id), given(user.email)
    if not id and not email:
        raise Invalid("user", "say who, by id or by email.")
    by_id = ids.read("User", id) if id else None
    by_email = await disclosure.find(this, email) if email else None
    if by_id and by_email and by_id != by_email:
        raise NotFound("user", id)
    return by_id or by_email  # type: ignore[return-value]
