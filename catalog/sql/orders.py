"""The order of a list, the place of a row in it, and the condition that a row stands behind a place.

A cursor tells the row's sort keys and its id in letters, digits and underscores. It is not sealed: every list is
scoped by account anyway, so that a made-up cursor leads nowhere that a condition would not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from catalog.errors import Invalid
from catalog.selection import Column, Order, Value
from catalog.sql.levels import Level
from catalog.tables.nouns import Kind


@dataclass(frozen=True, slots=True)
class Key:
    """One thing that the rows are ordered by."""

    sql: str
    kind: Kind
    nullable: bool
    down: bool


class Ordering:
    """A total order of a level's rows: by the keys, and then by id. Backwards it is the same order from its end."""

    def __init__(self, level: Level, orders: Sequence[Order], *, backwards: bool) -> None:
        self._level = level
        self._identity = level.sql(f"{level.noun.alias}.id")
        down = bool(orders) and orders[-1].descending
        self._down = down != backwards
        self._keys = [self._key(order, backwards) for order in orders if order.field != Column("id")]

    def text(self) -> str:
        """What ORDER BY says."""
        keys = [f"{key.sql} {_direction(key)}" for key in self._keys]
        return ", ".join([*keys, f"{self._identity} {'DESC' if self._down else 'ASC'}"])

    def cursor(self) -> str:
        """The place of a row, as text."""
        say = self._level.dialect
        identity = f"replace({say.text(self._identity)}, '-', '')"
        told = ""
        for key in self._keys:
            text = key.sql if key.kind in ("text", "folded") else say.text(key.sql)
            shown = say.instant(key.sql) if key.kind == "instant" else text
            # Not coalesce: SQLite's hex of null is an empty text.
            told += f"CASE WHEN {key.sql} IS NULL THEN 'n' ELSE 'x' || {say.hexadecimal(shown)} END || '_' || "
        return told + identity

    def behind(self, cursor: str) -> str:
        """The condition that a row comes after the one at the cursor. Raises Invalid for what is no cursor of it."""
        *texts, last = cursor.split("_")
        if len(texts) != len(self._keys):
            raise _foreign()
        values = [_heard(key, text) for key, text in zip(self._keys, texts, strict=True)]
        bind = self._level.bind
        identity = bind(_identity(self._level.noun.fields["id"].kind, last))
        by_id = f"{self._identity} {'<' if self._down else '>'} {identity}"
        if not self._keys:
            return by_id
        key = self._keys[0]
        if len(self._keys) == 1 and not key.nullable and key.down == self._down:
            # One comparison of both, which an index on both answers at once.
            beyond = "<" if key.down else ">"
            return f"({key.sql}, {self._identity}) {beyond} ({bind(values[0])}, {identity})"
        behind = by_id
        for key, value in reversed(list(zip(self._keys, values, strict=True))):
            behind = f"({self._further(key, value)} OR ({self._alike(key, value)} AND {behind}))"
        return behind

    def _key(self, order: Order, backwards: bool) -> Key:
        text, nullable = self._level.sortable(order)
        kind: Kind = "text"
        match order.field:
            case Column(name):
                kind = self._level.noun.fields[name].kind
            case _ if order.sort == "number":
                kind = "number"
            case _ if order.sort in ("boolean", "instant"):
                kind = order.sort
        return Key(text, kind, nullable, order.descending != backwards)

    def _alike(self, key: Key, value: Value | None) -> str:
        return f"{key.sql} IS NULL" if value is None else f"{key.sql} = {self._level.bind(value)}"

    def _further(self, key: Key, value: Value | None) -> str:
        """Rows without a value come last going up, and first going down."""
        if value is None:
            return f"{key.sql} IS NOT NULL" if key.down else "FALSE"
        if key.down:
            return f"{key.sql} < {self._level.bind(value)}"
        further = f"{key.sql} > {self._level.bind(value)}"
        return f"({further} OR {key.sql} IS NULL)" if key.nullable else further


def _identity(kind: Kind, text: str) -> UUID | int:
    try:
        if kind == "uuid":
            return UUID(text)
        number = int(text)
    except ValueError:
        raise _foreign() from None
    if not 0 <= number < 2**63:
        raise _foreign()
    return number


def _direction(key: Key) -> str:
    nulls = "" if not key.nullable else " NULLS FIRST" if key.down else " NULLS LAST"
    return f"{'DESC' if key.down else 'ASC'}{nulls}"


def _heard(key: Key, text: str) -> Value | None:
    if text == "n" and key.nullable:
        return None
    try:
        heard = bytes.fromhex(text.removeprefix("x")).decode()
        if not text.startswith("x") or "\0" in heard:
            raise _foreign()
        match key.kind:
            case "instant":
                return datetime.fromisoformat(heard)
            case "boolean":
                return heard in ("true", "1")
            case "integer":
                return int(heard)
            case "number":
                return float(heard)
            case "uuid":
                return UUID(heard)
    except ValueError:
        raise _foreign() from None
    return heard


def _foreign() -> Invalid:
    return Invalid("after", "this is no cursor of this list; take `endCursor` or `cursor` of an answer as it is.")
