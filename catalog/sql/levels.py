"""A table in a statement, under an alias of its own, with the tables that are joined to it on demand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from catalog.dialects import FOREVER, Dialect
from catalog.errors import Invalid
from catalog.sql.conditions import Conditions
from catalog.tables import NOUNS, Link, Noun
from catalog.visibility import Visibility

_NAMED = re.compile(r"\{([a-z_]+)\}")


class Statement:
    """What the levels of one statement share: its parameters, its aliases, and what the reader may see."""

    def __init__(self, dialect: Dialect, sees: Visibility) -> None:
        self.dialect = dialect
        self.sees = sees
        self.params: list[Any] = []
        self._given: dict[tuple[str, Any], str] = {}
        self._aliases = 0

    def bind(self, value: Any) -> str:
        """The placeholder of `value`."""
        self.params.append(value)
        return f"${len(self.params)}"

    def given(self, name: str, value: Any) -> str:
        """The placeholder of what a question gives by name: the same wherever the same is given."""
        if (name, value) not in self._given:
            self._given[name, value] = self.bind(value)
        return self._given[name, value]

    def alias(self, noun: Noun) -> str:
        """A short name that no other table of the statement has."""
        self._aliases += 1
        return f"{noun.alias}{self._aliases}"


class Level(Conditions):
    """The rows of one noun at one place of a statement."""

    def __init__(self, statement: Statement, noun: Noun, given: Mapping[str, Any], parent: Level | None = None) -> None:
        super().__init__(statement.dialect, noun, statement.bind, statement.sees)
        self.statement = statement
        self.alias = statement.alias(noun)
        self.given = given
        self._parent = parent
        self._joined: dict[str, Level] = {}
        self.is_single = False
        """Whether it has one row at most in the whole statement."""
        self.joins: list[str] = []
        """What follows the noun's own table in FROM."""

    def sql(self, text: str) -> str:
        return _NAMED.sub(self._name, _renamed(text, self.noun.alias, self.alias))

    @property
    def table(self) -> str:
        """The noun's table, or what stands for it, under the level's alias."""
        return f"{self.noun.table if self.noun.source is None else self.sql(self.noun.source)} {self.alias}"

    def joined(self, name: str) -> Level:
        """The one row that a link leads to, joined once however often it is asked for."""
        if name not in self._joined:
            link = self.link(name)
            level = Level(self.statement, NOUNS[link.noun], self.given, parent=self)
            level.joins, level.is_single = self.joins, self.is_single
            self._joined[name] = level
            kind = "JOIN" if link.required else "LEFT JOIN"
            self.joins.append(f"{kind} {level.table} ON {level.sql(link.where)}")
        return self._joined[name]

    def link(self, name: str) -> Link:
        """The link of this name. Raises Invalid."""
        found = self.noun.links.get(name)
        if found is None:
            raise Invalid("answer", f"{self.noun.table} have no {name!r}.")
        return found

    def _name(self, found: re.Match[str]) -> str:
        name = found[1]
        if name == "forever":
            return FOREVER
        if name == "self":
            return self.alias
        if name == "parent" and self._parent is not None:
            return self._parent.alias
        if name in self.given:
            return self.statement.given(name, self.given[name])
        if name.startswith("sees_"):
            return "TRUE" if self.statement.sees.sees_column(name.removeprefix("sees_")) else "FALSE"
        return self.joined(name).alias


@lru_cache(maxsize=4096)
def _renamed(text: str, old: str, new: str) -> str:
    return re.sub(rf"(?<![\w.\"']){old}\.", f"{new}.", text)
