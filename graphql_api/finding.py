"""Whom and what a mutation's input means: ids and emails, ids and aliases, as the catalog's ids.

Where an input gives both, they must mean the same; where it gives neither, it is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from catalog.changes import Change
from catalog.errors import Invalid, NotFound
from catalog.ids import opened
from catalog.services import crowds, ownership, property_definitions, teams
from catalog.services.ownership import Described
from graphql_api import ids
from graphql_api.inputs import IdentifierInput, UserIdentifierInput


async def user(this: Change, meant: UserIdentifierInput) -> UUID:
    """The person's id. Raises NotFound; Invalid where neither an id nor an email is given."""
    return (await people(this, [meant]))[0]


async def people(this: Change, meant: Sequence[UserIdentifierInput]) -> list[UUID]:
    """The people's ids, in order: emails are looked up together. Raises as `user` does."""
    by_email = await crowds.ids_of_emails(this, [one.email for one in meant if one.email])
    found = []
    for one in meant:
        if not one.id and not one.email:
            raise Invalid("user", "say who, by id or by email.")
        id = ids.read("User", one.id) if one.id else by_email[str(one.email)]
        if one.id and one.email and by_email[one.email] != id:
            raise NotFound("user", one.id)
        found.append(id)
    return found


async def team(this: Change, meant: IdentifierInput) -> UUID:
    """The team's id, by its own or by an alias of today or earlier. Raises NotFound, Invalid."""
    by_id = ids.read("Team", meant.id) if meant.id else None
    by_alias = await teams.id_of_alias(this.actor, meant.alias) if meant.alias else None
    found = by_id or by_alias
    if found is None:
        raise Invalid("team", "say which, by id or by alias.")
    if by_alias not in (None, found):
        raise NotFound("team", meant.id)
    return found


async def definition(this: Change, meant: IdentifierInput) -> UUID:
    """The id of a property's definition. Raises NotFound, Invalid."""
    if meant.id:
        return ids.read("PropertyDefinition", meant.id)
    if not meant.alias:
        raise Invalid("definition", "say which, by id or by alias.")
    return (await property_definitions.of_alias(this, meant.alias)).id


async def owner(
    this: Change,
    id: str | None,
    alias: IdentifierInput | UserIdentifierInput | None,
    *,
    version: int | None = None,
) -> Described:
    """The team or the person on whom something hangs, held until the change ends; with `version`, only if still at it.

    Raises NotFound, Invalid, VersionMismatch.
    """
    if id:
        kind, key = opened(id) or ("", None)
        if key is None or kind not in ("Team", "User"):
            raise NotFound("owner", id)
        return await ownership.lock_described(this, kind.lower(), key, version=version)
    if isinstance(alias, UserIdentifierInput):
        return await ownership.lock_described(this, "user", await user(this, alias), version=version)
    if alias is None:
        raise Invalid("owner", "say whose, by id or by alias.")
    return await ownership.lock_described(this, "team", await team(this, alias), version=version)
