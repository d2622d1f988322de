"""What an administrator chose for an integration; and the reading of it, which every SCIM request does.

Stored as JSON without the defaults, so that a better default reaches everybody who never chose.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields, replace
from time import monotonic
from typing import Any, get_args
from uuid import UUID

import orjson

from catalog.actors import Actor
from catalog.attributes import EmailFrom, NameFrom
from catalog.changes import Change
from catalog.database import database
from catalog.dialects import DIALECTS
from catalog.errors import Invalid
from catalog.ids import fold
from catalog.mapping import TeamRule, read_roles, read_rules

MOST_PER_HOUR = 10_000
"""The largest threshold: beyond it nobody would be told in time."""

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
    alert_deactivations_per_hour: int = 50
    """Administrators are told when it deactivates more people than that within an hour; 0 for never."""
    alert_emptied_teams_per_hour: int = 10
    """The same for teams that nobody is left on."""
    pause_on_alert: bool = False
    """What it writes after that is refused until an administrator lets it go on."""
    name_from: NameFrom = "displayName"
    """Which of a person's attributes feeds their name here, where they have it."""
    email_from: EmailFrom = "primary"
    """Which of a person's attributes feeds their email here, where they have it."""
    team_rules: tuple[TeamRule, ...] = ()
    """Which groups become teams, under which name: the first that takes a group. None: all, under their own."""
    group_roles: dict[str, str] = field(default_factory=dict)
    """Groups, by displayName, whose pushed members have a role in the account as long as they are members."""

    @classmethod
    def read(cls, stored: dict[str, Any] | str | None) -> Settings:
        """The settings as stored, defaults for the rest; what a later version stored is passed over."""
        chosen = orjson.loads(stored) if isinstance(stored, str) else stored or {}
        known = {one.name: chosen[one.name] for one in fields(cls) if one.name in chosen}
        if "team_rules" in known:
            known["team_rules"] = read_rules(known["team_rules"])
        return cls(**known)

    def altered(self, choices: dict[str, Any]) -> Settings:
        """The same with these choices. Raises Invalid for a setting that does not exist or can't have the value."""
        return replace(self, **{name: _checked(name, value) for name, value in choices.items()})

    def stored(self) -> dict[str, Any]:
        """What is kept of them: the choices that differ from the defaults."""
        usual = asdict(Settings())
        return {name: value for name, value in asdict(self).items() if value != usual[name]}

    def role_of(self, group_key: str) -> str | None:
        """The role that the group of this folded displayName gives, if any."""
        return next((role for group, role in self.group_roles.items() if fold(group) == group_key), None)


def _checked(name: str, value: Any) -> Any:
    """A choice as it is kept. Raises Invalid."""
    match name:
        case "team_rules":
            return read_rules(value)
        case "group_roles":
            return read_roles(value)
        case "name_from" | "email_from":
            allowed = get_args(NameFrom if name == "name_from" else EmailFrom)
            if value not in allowed:
                raise Invalid(name, f"it must be {', '.join(allowed[:-1])} or {allowed[-1]}.")
        case "alert_deactivations_per_hour" | "alert_emptied_teams_per_hour":
            if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST_PER_HOUR:
                raise Invalid(name, f"it must be a number from 0 (never) to {MOST_PER_HOUR}.")
        case _ if name not in Settings.__dataclass_fields__:
            raise Invalid(name, "an integration has no such setting.")
        case _ if not isinstance(value, bool):
            raise Invalid(name, "it must be true or false.")
    return value


_cache: dict[UUID, tuple[float, Settings]] = {}


async def settings(actor: Actor) -> Settings:
    """The settings of the integration that asks; the defaults for anybody else. At most `CACHED_S` seconds old."""
    if actor.integration_id is None:
        return Settings()
    kept = _cache.get(actor.integration_id)
    if kept is not None and kept[0] > monotonic():
        return kept[1]
    row = await database(actor.account_id).one(
        "SELECT settings FROM integrations WHERE account_id = $1 AND id = $2", actor.account_id, actor.integration_id
    )
    found = Settings.read(row["settings"] if row else None)
    _cache[actor.integration_id] = (monotonic() + CACHED_S, found)
    return found


async def settings_of(this: Change) -> Settings:
    """The settings of the integration that writes; the defaults for anybody else. See `settings_held`."""
    return await settings_held(this, this.actor.integration_id)


async def settings_held(this: Change, integration_id: UUID | None) -> Settings:
    """An integration's settings as they are now, and stay until the change ends; the defaults for none.

    So whoever changes them waits for this change, and finds what it has made under the former ones.
    """
    if integration_id is None:
        return Settings()
    rows = await this.rows(
        f"SELECT settings FROM integrations WHERE account_id = $1 AND id = $2{DIALECTS[this.dialect].for_share}",
        this.account_id,
        integration_id,
    )
    return Settings.read(rows[0]["settings"] if rows else None)


def forget(integration_id: UUID) -> None:
    """The settings are read anew by this process the next time somebody asks."""
    _cache.pop(integration_id, None)
