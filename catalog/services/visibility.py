"""What an actor sees of people, by what the account chose; asked by every read that shows, filters or sorts them."""

from __future__ import annotations

from time import monotonic
from uuid import UUID

import orjson

from catalog import access, permissions
from catalog.actors import Actor
from catalog.changes import Change
from catalog.database import database
from catalog.services import extensions
from catalog.visibility import ADMINISTRATORS, USUAL, Visibility, choice

CACHED_S = 0.9
"""How long a process may go on with a choice that was changed elsewhere."""

SETTING = "visible_attributes"

_cache: dict[UUID, tuple[float, Visibility]] = {}


async def of(actor: Actor) -> Visibility:
    """What the actor sees; for whoever does not see everything, at most `CACHED_S` seconds old."""
    if permissions.may(actor, "users.read_hidden"):
        return ADMINISTRATORS
    kept = _cache.get(actor.account_id)
    if kept is not None and kept[0] > monotonic():
        return kept[1]
    found = await everybodys(actor)
    _cache[actor.account_id] = (monotonic() + CACHED_S, found)
    return found


async def everybodys(actor: Actor) -> Visibility:
    """What anybody in the account sees, whoever asks: the account's settings show it."""
    row = await database(actor.account_id).one("SELECT settings FROM accounts WHERE id = $1", actor.account_id)
    stored = row["settings"] if row else None
    settings = orjson.loads(stored) if isinstance(stored, str) else stored or {}
    return Visibility(everything=False, chosen=frozenset(settings.get(SETTING, USUAL)))


async def choose(this: Change, names: list[str] | None) -> None:
    """From now on everybody sees these attributes, and those by which people know one another; None: the usual ones.

    Raises NotPermitted; Invalid for a name that is no attribute of the standard's or of the account's extension.
    """
    permissions.need(this.actor, "account.update")
    account = await access.account(this, lock=True)
    extension = account.settings.get(extensions.SETTING)
    chosen = None if names is None else choice(names, [extension["urn"]] if extension else [])
    before = account.settings.get(SETTING)
    if before != chosen:
        others = {name: value for name, value in account.settings.items() if name != SETTING}
        account.settings = others if chosen is None else {**others, SETTING: chosen}
        this.record(
            "account.updated",
            account,
            kind="account",
            name=account.name,
            before={SETTING: before},
            after={SETTING: chosen},
        )
        await this.flush()
    _cache.pop(this.account_id, None)
