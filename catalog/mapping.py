"""Mapping: which pushed groups become teams, under which name, and which of them give a role in the account.

Pure. What an administrator chose for an integration, read from plain data; the settings that hold it, and what follows
for people and teams that are there already, stand in the services.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypedDict

from catalog.actors import Role
from catalog.errors import Invalid
from catalog.ids import fold

MAX_RULES = 100
MAX_CHARACTERS = 255

RANKED = tuple(Role)
"""Roles in the account, the highest first."""

_REST, _GROUP = "{rest}", "{group}"


@dataclass(frozen=True, slots=True)
class TeamRule:
    """Groups whose name begins and ends so, in any case, become teams that are called after `name`.

    In `name`, `{rest}` stands for what is between the beginning and the end, `{group}` for the group's whole name.
    """

    begins_with: str = ""
    ends_with: str = ""
    name: str = _REST

    def team_name(self, group: str) -> str | None:
        """What the team is called; None if the rule does not take the group, or would leave it without a name."""
        begin, end = len(self.begins_with), len(group) - len(self.ends_with)
        if begin > end or fold(group[:begin]) != fold(self.begins_with) or fold(group[end:]) != fold(self.ends_with):
            return None
        rest = group[begin:end].strip()
        return group.join(part.replace(_REST, rest) for part in self.name.split(_GROUP)).strip() or None


class TeamNames(TypedDict):
    """The columns of a team that follow from its group's name."""

    name: str
    name_key: str
    provider_name: str
    provider_name_key: str
    is_listed: bool


def team_names(rules: Sequence[TeamRule], group: str) -> TeamNames:
    """The names of the team for a pushed group: the first rule that takes it decides; without rules it is as it is.

    A group that no rule takes is kept for SCIM alone. SCIM answers the provider's name in every case.
    """
    found = next((name for rule in rules if (name := rule.team_name(group)) is not None), None)
    name = found if found is not None else group
    return {
        "name": name,
        "name_key": fold(name),
        "provider_name": group,
        "provider_name_key": fold(group),
        "is_listed": found is not None or not rules,
    }


def read_rules(given: Any) -> tuple[TeamRule, ...]:
    """The rules from plain data: a list of objects with `begins_with`, `ends_with` and `name`. Raises Invalid."""
    if not isinstance(given, list | tuple) or len(given) > MAX_RULES:
        raise Invalid("team_rules", f"it must be a list of at most {MAX_RULES} rules.")
    return tuple(_rule(one) for one in given)


def read_roles(given: Any) -> dict[str, str]:
    """The roles that groups give, from plain data: an object from a group's displayName to a role. Raises Invalid."""
    if not isinstance(given, dict) or len(given) > MAX_RULES:
        raise Invalid("group_roles", f"it must be an object of at most {MAX_RULES} groups, each with a role.")
    for group, role in given.items():
        if not isinstance(group, str) or not group.strip():
            raise Invalid("group_roles", "a group is named by its displayName.")
        if role not in RANKED[:-1]:
            raise Invalid("group_roles", f"a group gives {', '.join(RANKED[:-2])} or {RANKED[-2]}, not {role!r}.")
    if len({fold(group) for group in given}) < len(given):
        raise Invalid("group_roles", "the names of two groups differ in case alone.")
    return dict(given)


def highest(*roles: str) -> str:
    """The highest of the roles."""
    return min(roles, key=[role.value for role in RANKED].index)


def _rule(given: Any) -> TeamRule:
    if isinstance(given, TeamRule):
        return given
    known = TeamRule.__slots__
    if not isinstance(given, dict) or not given:
        raise Invalid("team_rules", "a rule is an object such as {\"begins_with\": \"App-\", \"name\": \"{rest}\"}.")
    for name, value in given.items():
        if name not in known:
            raise Invalid("team_rules", f"a rule has {', '.join(known)}, and no {name!r}.")
        if not isinstance(value, str) or len(value) > MAX_CHARACTERS:
            raise Invalid("team_rules", f"{name} must be a text of at most {MAX_CHARACTERS} characters.")
    rule = TeamRule(**given)
    plain = rule.name.replace(_REST, "").replace(_GROUP, "")
    if "{" in plain or "}" in plain or not rule.name.strip():
        raise Invalid("team_rules", f"a name is made of {_REST}, {_GROUP} and other text, not {rule.name!r}.")
    if plain == rule.name:
        raise Invalid("team_rules", f"every group would get the same name {rule.name!r}: use {_REST} or {_GROUP}.")
    return rule
