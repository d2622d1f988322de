"""Entities of a Backstage catalog, brought in: a Group becomes a team, a User a person. Other kinds are none of ours.

What an integration manages is left to it; who is on a team too, as a provider knows better than a file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
import strawberry
from strawberry.types import Info

from catalog.changes import Change
from catalog.errors import Invalid, NotFound
from catalog.services import administration, contacts, teams, users
from graphql_api import context, ids
from graphql_api.payloads import Error, carried_out
from graphql_api.scalars import JSON


@strawberry.type
class ImportEntityFromBackstagePayload:
    """What was done, in a sentence, and where it is seen."""

    action_message: str
    html_url: str | None
    errors: list[Error]


_NAMES = dict.fromkeys(("user_name", "userName", "email", "name", "alias", "address"), "entity")


@strawberry.type
class BackstageMutations:
    """What can be brought in from Backstage."""

    @strawberry.mutation
    async def import_entity_from_backstage(
        self, info: Info, entity_ref: str, entity: JSON
    ) -> ImportEntityFromBackstagePayload | None:
        async def work(this: Change) -> tuple[str, str]:
            read = _read(entity)
            match str(read.get("kind", "")).lower():
                case "group":
                    return await _group(this, entity_ref, read)
                case "user":
                    return await _user(this, entity_ref, read)
                case kind:
                    raise Invalid("entity", f"Muster takes in a Group or a User, but {kind[:50]!r} is none.")

        done, errors = await carried_out(info, work, _NAMES)
        said, page = done or ("Nothing was brought in.", None)
        url = None if page is None else f"{context.of(info).base_url}{page}"
        return ImportEntityFromBackstagePayload(action_message=said, html_url=url, errors=errors)


async def _group(this: Change, reference: str, entity: dict[str, Any]) -> tuple[str, str]:
    metadata, spec = _part(entity, "metadata"), _part(entity, "spec")
    profile = _part(spec, "profile")
    alias = _text(metadata, "name") or _last(reference)
    name = _text(profile, "displayName") or _text(metadata, "title") or alias
    try:
        team = await teams.lock(this, await teams.id_of_alias(this.actor, alias))
    except NotFound:
        team = await teams.create(this, name=name, alias=alias)
        await this.flush()
        said = f"Made the team {name}."
    else:
        said = f"Updated the team {team.name}."
        if team.integration_id is None:
            await teams.rename(this, team, name)
    if description := _text(metadata, "description"):
        await teams.update(this, team, responsibilities=description)
    if above := _text(spec, "parent"):
        try:
            await teams.set_parent(this, team, await teams.id_of_alias(this.actor, _last(above)))
        except NotFound:
            said += f" There is no team {_last(above)} yet to put it under."
    known = {contact.address for contact in await contacts.of(this, team)}
    for kind, address in _addresses(metadata, profile):
        if address not in known:
            await contacts.create(this, team, type=kind, address=address)
    return said, f"/teams/{team.alias}"


async def _user(this: Change, reference: str, entity: dict[str, Any]) -> tuple[str, str]:
    profile = _part(_part(entity, "spec"), "profile")
    email, name = _text(profile, "email"), _text(profile, "displayName")
    if not email:
        raise Invalid("entity", f"{reference[:100]!r} has no email, by which a person is known here.")
    try:
        user = await users.lock(this, await users.id_of_email(this.actor, email))
    except NotFound:
        called = {"name": name} if name else {}
        user = await administration.invite(this, email=email, provisioned_by="backstage", welcome=False, **called)
        return f"Brought in {user.name}.", f"/users/{ids.write('User', user.id)}"
    if name and user.integration_id is None:
        await administration.rename(this, user, name)
    return f"Updated {user.name}.", f"/users/{ids.write('User', user.id)}"


def _read(entity: Any) -> dict[str, Any]:
    """The entity; the reference's own client sends it as text. Raises Invalid for what is no object."""
    if isinstance(entity, str):
        try:
            entity = orjson.loads(entity)
        except orjson.JSONDecodeError:
            raise Invalid("entity", "it is no JSON.") from None
    if not isinstance(entity, dict):
        raise Invalid("entity", "an entity is an object.")
    return entity


def _addresses(metadata: dict[str, Any], profile: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """How the group is reached: its email, and its links."""
    if email := _text(profile, "email"):
        yield "email", email
    links = metadata.get("links")
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and (url := _text(link, "url")).startswith(("https://", "http://")):
            yield "web", url


def _part(of: dict[str, Any], name: str) -> dict[str, Any]:
    part = of.get(name)
    return part if isinstance(part, dict) else {}


def _text(of: dict[str, Any], name: str) -> str:
    text = of.get(name)
    return text.strip() if isinstance(text, str) else ""


def _last(reference: str) -> str:
    """The name in `group:default/payments`."""
    return reference.rpartition("/")[2].rpartition(":")[2]
