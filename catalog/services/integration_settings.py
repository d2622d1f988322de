"""What an administrator chose for an integration; and the reading of it, which every SCIM request does.

Stored as JSON without the defaults, so that a better default reaches everybody who never chose.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from time import monotonic
from typing import Any
from uuid import UUID

import orjson

from catalog.actors import Actor
from catalog.changes import Change
from catalog.database import database
from catalog.errors import Invalid

CACHED_S = 0.9
"""How long a process may go on with settings that were changed elsewhere."""


@dataclass(frozen=True, slots=True)
class Settings:
    """One integration's settings."""

    link_exact_user_names: bool = False
    """Somebody made by hand, of exactly the userName that is sent, is linked unasked; administrators never are."""
    nested_groups: bool = True
    """A group within a group sets the team's parent."""
    strict: bool = False
    """The letter of the RFC instead of what clients get wrong."""
    allow_edits: bool = False
    """People may change what the provider manages; its next push wins."""
    welcome_letters: bool = True
    """A new active person gets a letter."""

    @classmethod
    def read(cls, stored: dict[str, Any] | str | None) -> Settings:
        """The settings as stored, defaults for the rest; what a later version stored is passed over."""
        chosen = orjson.loads(stored) if isinstance(stored, str) else stored or {}
        return cls(**{field.name: chosen[field.name] for field in fields(cls) if field.name in chosen})

    def altered(self, choices: dict[str, Any]) -> Settings:
        """The same with these choices. Raises Invalid for a setting that does not exist or can't have the value."""
        known = {field.name: field.default for field in fields(self)}
        for name, value in choices.items():
            if name not in known:
                raise Invalid(name, "an integration has no such setting.")
            if type(value) is not type(known[name]):
                raise Invalid(name, f"it must be a {type(known[name]).__name__}.")
        return replace(self, **choices)

    def stored(self) -> dict[str, Any]:
        """What is kept of them: the choices that differ from the defaults."""
        usual = asdict(Settings())
        return {name: value for name, value in asdict(self).items() if value != usual[name]}


_cache: dict[UUID, tuple[float, Settings]] = {}


async def settings(actor: Actor) -> Settings:
    """The settings of the integration that asks; the defaults for anybody else. At most `CACHED_S` seconds old."""
    if actor.integration_id is None:
        return Settings()
    kept = _cache.get(actor.integration_id)
    if kept is not None and kept[0] > monotonic():
        return kept[1]
    row = await database().one(
        "SELECT settings FROM integrations WHERE account_id = $1 AND id = $2", actor.account_id, actor.integration_id
    )
    found = Settings.read(row["settings"] if row else None)
    _cache[actor.integration_id] = (monotonic() + CACHED_S, found)
    return found


async def settings_of(this: Change) -> Settings:
    """The settings of the integration that writes, as they are now; the defaults for anybody else."""
    if this.actor.integration_id is None:
        return Settings()
    rows = await this.rows(
        "SELECT settings FROM integrations WHERE account_id = $1 AND id = $2",
        this.account_id,
        this.actor.integration_id,
    )
    return Settings.read(rows[0]["settings"] if rows else None)


def forget(integration_id: UUID) -> None:
    """The settings are read anew by this process the next time somebody asks."""
    _cache.pop(integration_id, None)
