"""What administrators do with integrations: make, set, end, link, detach, move house."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import strawberry
from strawberry.types import Info

from catalog.changes import Change
from catalog.errors import Invalid
from catalog.ids import public_id
from catalog.services import integrations, moving, pausing
from catalog.services.integrations import Settings
from catalog.services.moving import Found, Preview
from catalog.shapes import MOST_ROWS
from graphql_api import context, finding, ids
from graphql_api.inputs import IdentifierInput, UserIdentifierInput
from graphql_api.integrations import Integration, IntegrationType
from graphql_api.payloads import Error, all_read_back, attempted, carried_out, changed, read_back
from graphql_api.scalars import JSON
from graphql_api.teams import Team
from graphql_api.users import User

NAMES = {"integration": "id", **{name: f"settings.{name}" for name in Settings.__dataclass_fields__}}
"""What the input of an update calls the catalog's nouns and fields."""

SHOWN_PAIRS = 1000


@strawberry.input
class IntegrationCreateInput:
    """An integration that is to be made."""

    type: IntegrationType
    name: str


@strawberry.input
class IntegrationUpdateInput:
    """What is not said stays as it is. `settings` are some of those that docs/integrations.md lists."""

    id: strawberry.ID
    name: str | None = strawberry.UNSET
    settings: JSON | None = strawberry.UNSET
    paused: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether what it writes is refused until it is let go on."
    )
    expected_version: int | None = strawberry.UNSET


@strawberry.input
class IntegrationLinkInput:
    """People and teams that are the integration's from now on; with `allExact`, all who wait by exactly their name."""

    integration: strawberry.ID
    users: list[UserIdentifierInput] | None = strawberry.UNSET
    teams: list[IdentifierInput] | None = strawberry.UNSET
    all_exact: bool | None = strawberry.UNSET


@strawberry.input
class IntegrationDetachInput:
    """People and teams that are managed by hand from now on."""

    users: list[UserIdentifierInput] | None = strawberry.UNSET
    teams: list[IdentifierInput] | None = strawberry.UNSET


@strawberry.input
class IntegrationMoveInput:
    """Moving house: what the one integration manages becomes the other's."""

    from_: strawberry.ID = strawberry.field(name="from")
    to: strawberry.ID
    match: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="asked (whom the new one has asked for; the default), or everybody.",
    )
    dry_run: bool | None = strawberry.field(default=True, description="Say what would become of whom, and do nothing.")


@strawberry.type
class IntegrationCreatePayload:
    """The new integration."""

    integration: Integration | None
    errors: list[Error]


@strawberry.type
class IntegrationUpdatePayload:
    """The integration as it is now."""

    integration: Integration | None
    errors: list[Error]


@strawberry.type
class IntegrationReactivatePayload:
    """The integration that may write again."""

    integration: Integration | None
    errors: list[Error]


@strawberry.type
class IntegrationDeletePayload:
    """The integration that is gone; its alias is its name."""

    deleted_alias: str | None
    deleted_id: strawberry.ID | None
    errors: list[Error]


@strawberry.type
class IntegrationLinkPayload:
    """Who was linked (or detached): the first 500 of them, their number, and how many still wait."""

    linked_users: list[User] | None
    linked_teams: list[Team] | None
    count: int
    left: int
    errors: list[Error]


@strawberry.type
class IntegrationMovePayload:
    """What became, or would become, of whom.

    A pair is `{kind, id, name, externalId, by, reason}`: `by` says how it was recognised and is null for what stays.
    """

    pairs: JSON | None = strawberry.field(description="At most 1,000: first what something stands against.")
    moved: int
    matched: int
    not_asked_for: int
    conflicts: int
    errors: list[Error]


async def integration_create(info: Info, input: IntegrationCreateInput) -> IntegrationCreatePayload:
    async def work(this: Change) -> UUID:
        return (await integrations.create(this, name=input.name, type=IntegrationType(input.type).value)).id

    id, errors = await carried_out(info, work)
    return IntegrationCreatePayload(integration=read_back("integrations", id), errors=errors)


async def integration_update(info: Info, input: IntegrationUpdateInput) -> IntegrationUpdatePayload:
    async def work(this: Change) -> UUID:
        integration = await integrations.lock(
            this, ids.read("Integration", input.id), version=input.expected_version or None
        )
        if isinstance(input.name, str):
            await integrations.rename(this, integration, input.name)
        if choices := _choices(input.settings):
            await integrations.update_settings(this, integration.id, **choices)
        if isinstance(input.paused, bool):
            await this.flush()
            await (pausing.pause if input.paused else pausing.resume)(this, integration.id)
        return integration.id

    id, errors = await carried_out(info, work, NAMES)
    return IntegrationUpdatePayload(integration=read_back("integrations", id), errors=errors)


async def integration_reactivate(info: Info, integration: IdentifierInput) -> IntegrationReactivatePayload:
    async def work(this: Change) -> UUID:
        return (await pausing.resume(this, await _meant(this, integration))).id

    id, errors = await carried_out(info, work, {"integration": "integration"})
    return IntegrationReactivatePayload(integration=read_back("integrations", id), errors=errors)


async def integration_delete(
    info: Info, resource: IdentifierInput, expected_version: int | None = strawberry.UNSET
) -> IntegrationDeletePayload:
    async def work(this: Change) -> tuple[UUID, str]:
        integration = await integrations.lock(this, await _meant(this, resource), version=expected_version or None)
        await integrations.delete(this, integration.id)
        return integration.id, integration.name

    deleted, errors = await carried_out(info, work, {"integration": "resource"})
    if deleted is None:
        return IntegrationDeletePayload(deleted_alias=None, deleted_id=None, errors=errors)
    id, name = deleted
    return IntegrationDeletePayload(
        deleted_alias=name, deleted_id=strawberry.ID(public_id("Integration", id)), errors=errors
    )


async def integration_link(info: Info, input: IntegrationLinkInput) -> IntegrationLinkPayload:
    async def work(this: Change) -> _Linked:
        wanted = ids.read("Integration", input.integration)
        people, teams = await _named(this, input.users, input.teams)
        for user_id in people:
            await integrations.link_user(this, wanted, user_id)
        for team_id in teams:
            await integrations.link_team(this, wanted, team_id)
        if not input.all_exact:
            return people, teams, 0
        found = await integrations.link_all_exact(this, wanted)
        return [*people, *found.user_ids], [*teams, *found.team_ids], found.left

    return _linked(*await carried_out(info, work, {"user": "users", "team": "teams", "integration": "integration"}))


async def integration_detach(info: Info, input: IntegrationDetachInput) -> IntegrationLinkPayload:
    async def work(this: Change) -> _Linked:
        people, teams = await _named(this, input.users, input.teams)
        for user_id in people:
            await integrations.detach_user(this, user_id)
        for team_id in teams:
            await integrations.detach_team(this, team_id)
        return people, teams, 0

    return _linked(*await carried_out(info, work, {"user": "users", "team": "teams"}))


async def integration_move(info: Info, input: IntegrationMoveInput) -> IntegrationMovePayload:
    async def whole() -> Preview:
        if (input.match or "asked") not in ("asked", "everybody"):
            raise Invalid("match", "it is asked or everybody.")
        source, target = ids.read("Integration", input.from_), ids.read("Integration", input.to)
        everybody = input.match == "everybody"
        if input.dry_run is not False:
            return await moving.preview(context.actor(info), source, target, everybody=everybody)
        return await changed(info, lambda this: moving.move(this, source, target, everybody=everybody))

    plan, errors = await attempted(whole, {"target": "to"})
    if plan is None:
        return IntegrationMovePayload(pairs=None, moved=0, matched=0, not_asked_for=0, conflicts=0, errors=errors)
    told = [*plan.conflicts, *plan.matched, *plan.only_in_source][:SHOWN_PAIRS]
    return IntegrationMovePayload(
        pairs=JSON([_pair(found) for found in told]),
        moved=0 if input.dry_run is not False else len(plan.matched),
        matched=len(plan.matched),
        not_asked_for=len(plan.only_in_source),
        conflicts=len(plan.conflicts),
        errors=errors,
    )


# --- what the mutations lean on -----------------------------------------------------------------------------------

_Linked = tuple[list[UUID], list[UUID], int]


async def _named(
    this: Change, people: Sequence[UserIdentifierInput] | None, teams: Sequence[IdentifierInput] | None
) -> tuple[list[UUID], list[UUID]]:
    """Who is meant. Raises NotFound, Invalid."""
    return await finding.people(this, people or ()), [await finding.team(this, one) for one in teams or ()]


def _linked(done: _Linked | None, errors: list[Error]) -> IntegrationLinkPayload:
    if done is None:
        return IntegrationLinkPayload(linked_users=None, linked_teams=None, count=0, left=0, errors=errors)
    people, teams, left = done
    return IntegrationLinkPayload(
        linked_users=all_read_back("users", people[:MOST_ROWS]),
        linked_teams=all_read_back("teams", teams[:MOST_ROWS]),
        count=len(people) + len(teams),
        left=left,
        errors=errors,
    )


async def _meant(this: Change, resource: IdentifierInput) -> UUID:
    """The integration by id, or by the name that is its alias. Raises NotFound, Invalid."""
    if resource.id:
        return ids.read("Integration", resource.id)
    if resource.alias:
        return (await integrations.known(this, resource.alias)).id
    raise Invalid("integration", "an integration is named by `id` or by `alias`.")


def _choices(settings: Any) -> dict[str, Any]:
    """The settings that are chosen. Raises Invalid for what is none."""
    if settings in (None, strawberry.UNSET):
        return {}
    if not isinstance(settings, dict):
        raise Invalid("settings", "they are an object of settings by name.")
    for name in settings:
        if name not in Settings.__dataclass_fields__:
            raise Invalid("settings", f"an integration has no setting {str(name)[:100]!r}.")
    return settings


def _pair(found: Found) -> dict[str, Any]:
    return {
        "kind": found.kind,
        "id": public_id("User" if found.kind == "user" else "Team", found.id),
        "name": found.name,
        "externalId": found.external_id,
        "by": found.by,
        "reason": found.reason,
    }
