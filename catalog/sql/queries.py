"""Conditions, orders and windows to SQL; rows to INSERT and UPDATE. Only here.

A `Query` is scoped by account from its first line: there is no other way to begin one. Every value is bound; every
name comes from `catalog.tables`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from catalog.dialects import DIALECTS, FOREVER
from catalog.errors import Invalid
from catalog.ids import fold
from catalog.selection import (
    AllOf,
    AnyOf,
    Attribute,
    Best,
    Column,
    Compare,
    Element,
    Not,
    Order,
    Position,
    Present,
    Related,
    Value,
    Where,
    Window,
)
from catalog.tables import NOUNS, Field

_OPERATORS = {"eq": "=", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_LAST_CHARACTER = 0x10FFFF


class Query:
    """SELECT over one noun's visible rows in one account, put together piece by piece."""

    def __init__(self, dialect: str, noun: str, account_id: UUID) -> None:
        self.dialect = DIALECTS[dialect]
        self.noun = NOUNS[noun]
        self.params: list[Any] = []
        self._columns: list[str] = []
        self._conditions = [f"{self.noun.alias}.account_id = {self.bind(account_id)}", self.noun.visible]
        self._joins: list[str] = []
        self._tail = ""
        self._scopes: list[dict[str, Field]] = [self.noun.fields]
        self._place: str | None = None
        self._elements = 0

    # --- putting together -------------------------------------------------------------------------------------

    def bind(self, value: Any) -> str:
        """The placeholder of `value`."""
        self.params.append(value)
        return f"${len(self.params)}"

    def column(self, name: str, expression: str) -> None:
        """One more column of the answer."""
        self._columns.append(f'{expression} AS "{name}"')

    def join(self, clause: str) -> None:
        """One more table beside the noun's."""
        self._joins.append(clause)

    def where(self, condition: Where) -> None:
        """Only rows that meet the condition. Raises Invalid for a field that the noun does not have."""
        if condition != AllOf():
            self._conditions.append(self._where(condition))

    def window(self, orders: Sequence[Order], window: Window) -> None:
        """Ordered (by id at last, so that the order is total) and cut to the window.

        Adds the column `sort_key` where there is an order: the position of a row is its sort key and its id.
        """
        identity = f"{self.noun.alias}.id"
        order = orders[0] if orders else Order(Column("id"))
        by_id = order.field == Column("id")
        key, nullable = (identity, False) if by_id else self._sortable(order)
        if not by_id:
            self.column("sort_key", key)
        if window.after is not None:
            self._conditions.append(self._after(key, nullable, by_id, order, window.after, window.backwards))
        down = order.descending != window.backwards
        direction = "DESC" if down else "ASC"
        nulls = "" if not nullable else " NULLS FIRST" if down else " NULLS LAST"
        ordering = f"{identity} {direction}" if by_id else f"sort_key {direction}{nulls}, {identity} {direction}"
        self._tail = f" ORDER BY {ordering} LIMIT {self.bind(window.limit)}"
        if window.offset:
            self._tail += f" OFFSET {self.bind(window.offset)}"

    def text(self, *, for_update: bool = False) -> str:
        """The statement."""
        alias = self.noun.alias
        return (
            f"SELECT {', '.join(self._columns)} FROM {self.noun.table} {alias}"
            + "".join(f" {join}" for join in self._joins)
            + f" WHERE {' AND '.join(self._conditions)}{self._tail}"
            + (f"{self.dialect.for_update} OF {alias}" if for_update and self.dialect.for_update else "")
        )

    def counting(self) -> str:
        """The statement that counts instead, as `n`; for a query that was given no window."""
        return (
            f"SELECT count(*) AS n FROM {self.noun.table} {self.noun.alias}"
            + "".join(f" {join}" for join in self._joins)
            + f" WHERE {' AND '.join(self._conditions)}"
        )

    # --- conditions -------------------------------------------------------------------------------------------

    def _where(self, condition: Where) -> str:
        match condition:
            case AllOf(terms):
                return f"({' AND '.join(map(self._where, terms))})" if terms else "TRUE"
            case AnyOf(terms):
                return f"({' OR '.join(map(self._where, terms))})" if terms else "FALSE"
            case Not(term):
                return f"NOT coalesce({self._where(term)}, FALSE)"
            case Compare(field, "ne", value):
                return self._where(Not(Compare(field, "eq", value)))
            case Compare(Column(name), op, value):
                return self._compare_column(self._field(name), op, value)
            case Compare(Attribute() as attribute, op, value):
                return self._compare_attribute(attribute, op, value)
            case Present(Column(name)):
                known = self._field(name)
                empty = f" AND {known.sql} <> ''" if known.kind in ("folded", "text") else ""
                return f"({known.sql} IS NOT NULL{empty})"
            case Present(Attribute(path)):
                return self.dialect.present(self._document(exact=True), self._path(path))
            case Element(path, where):
                return self._any_element(path, where)
            case Related(name, where):
                return self._related(name, where)
        raise Invalid("filter", f"{condition!r} is not a condition.")

    def _field(self, name: str) -> Field:
        found = self._scopes[-1].get(name)
        if found is None:
            raise Invalid("filter", f"there is no field {name!r}.")
        return found

    def _compare_column(self, known: Field, op: str, value: Value) -> str:
        """Never true where the value is of another kind than the column, or can't be compared in this way."""
        if op not in _OPERATORS and known.kind not in ("folded", "text"):
            return "FALSE"
        match known.kind:
            case "folded":
                return self._compare_text(known.sql, op, fold(str(value)))
            case "text":
                return self._compare_text(known.sql, op, str(value))
            case "boolean":
                if op != "eq" or not isinstance(value, bool):
                    return "FALSE"
                return known.sql if value else f"NOT {known.sql}"
            case "uuid" if isinstance(value, UUID):
                bound = self.bind(value)
            case "instant" if isinstance(value, datetime):
                bound = self.bind(_utc(value))
            case "integer" if isinstance(value, int) and not isinstance(value, bool):
                bound = f"CAST({self.bind(max(-(2**63), min(value, 2**63 - 1)))} AS BIGINT)"
            case _:
                return "FALSE"
        return f"{known.sql} {_OPERATORS[op]} {bound}"

    def _compare_attribute(self, attribute: Attribute, op: str, value: Value) -> str:
        match value:
            case bool():
                # Nothing is bound for what will not be asked: PostgreSQL refuses parameters that have no use.
                if op != "eq":
                    return "FALSE"
                found = self._at(attribute, "boolean")
                return found if value else f"NOT {found}"
            case str():
                text = value if attribute.exact else fold(value)
                return self._compare_text(self._at(attribute, "text"), op, text)
            case datetime() if op in _OPERATORS:
                bound = self.dialect.moment(_utc(value))
                # As it is: folding has made the T and the Z small.
                as_it_is = Attribute(attribute.path, exact=True)
                return f"{self._at(as_it_is, 'instant')} {_OPERATORS[op]} {self.bind(bound)}"
            case int() | float() if op in _OPERATORS:
                bound = self.dialect.number(value)
                return f"{self._at(attribute, 'number')} {_OPERATORS[op]} {self.bind(bound)}"
        return "FALSE"

    def _compare_text(self, text: str, op: str, value: str) -> str:
        _check_text(value)
        if op in _OPERATORS:
            return f"{text} {_OPERATORS[op]} {self.bind(value)}"
        if not value:
            return f"{text} IS NOT NULL"
        match op:
            case "co":
                return self.dialect.contains(text, self.bind(value))
            case "ew":
                return self.dialect.ends_with(text, self.bind(value))
            case _:
                # A range, as no engine takes an index for LIKE under every collation.
                low = f"{text} >= {self.bind(value)}"
                beyond = _beyond(value)
                return f"({low} AND {text} < {self.bind(beyond)})" if beyond else low

    def _at(self, attribute: Attribute, kind: str) -> str:
        return self.dialect.at(self._document(attribute.exact), self._path(attribute.path), kind)

    def _document(self, exact: bool) -> str:
        if self.noun.documents is None:
            raise Invalid("filter", f"{self.noun.table} have no attributes.")
        return self.noun.documents[0 if exact else 1]

    def _path(self, names: tuple[str, ...]) -> str:
        for name in names:
            _check_text(name)
            if '"' in name or "\\" in name:
                # SQLite has no way to write such a name.
                raise Invalid("filter", f"there is no attribute {name!r}.")
        return self.dialect.path(names, self.bind, self._place)

    def _any_element(self, path: tuple[str, ...], where: Where) -> str:
        self._elements += 1
        alias = f"e{self._elements}"
        # Both documents have the same shape: what one calls a place is the same element in the other.
        source = self.dialect.elements(self._document(exact=True), self._path(path), alias)
        outer, self._place = self._place, self.dialect.place(alias)
        condition = self._where(where)
        self._place = outer
        return f"EXISTS (SELECT 1 FROM {source} WHERE {condition})"

    def _related(self, name: str, where: Where) -> str:
        relation = self.noun.relations.get(name)
        if relation is None or len(self._scopes) > 1:
            raise Invalid("filter", f"{self.noun.table} have no {name!r}.")
        self._scopes.append(relation.fields)
        condition = self._where(where)
        self._scopes.pop()
        counted = relation.where.format(forever=FOREVER)
        return f"{self.noun.alias}.id IN (SELECT {relation.key} FROM {relation.source} WHERE {counted} AND {condition})"

    # --- order ------------------------------------------------------------------------------------------------

    def _sortable(self, order: Order) -> tuple[str, bool]:
        match order.field:
            case Column(name):
                known = self._field(name)
                return known.sql, known.nullable
            case Attribute(path, exact):
                document = self._document(exact or order.sort == "instant")
                return self._sorted(document, self._path(path), order), True
            case Best(path, sub, exact):
                document = self._document(exact or order.sort == "instant")
                source = self.dialect.elements(document, self._path(path), "best")
                self._place = self.dialect.place("best")
                value = self._sorted(document, self._path(sub), order)
                primary = self.dialect.at(document, self._path(("primary",)), "boolean")
                self._place = None
                # Twice nested, as SQLite does not find the outer row from the ORDER BY of a subquery.
                ranked = f"SELECT {value} AS v, coalesce({primary}, FALSE) AS p, best.key AS k FROM {source}"
                return f"(SELECT v FROM ({ranked}) ranked ORDER BY p DESC, k LIMIT 1)", True

    def _sorted(self, document: str, path: str, order: Order) -> str:
        value = self.dialect.at(document, path, order.sort)
        # A number of either engine's kind could not be sealed into a cursor and come back the same.
        return f"CAST({value} AS DOUBLE PRECISION)" if order.sort == "number" else value

    def _after(self, key: str, nullable: bool, by_id: bool, order: Order, position: Position, backwards: bool) -> str:
        identity = f"{self.noun.alias}.id"
        down = order.descending != backwards
        beyond = "<" if down else ">"
        if by_id:
            return f"{identity} {beyond} {self.bind(position.id)}"
        if position.key is None:
            # Among those without a value; behind them, going down, come those with one.
            among = f"({key} IS NULL AND {identity} {beyond} {self.bind(position.id)})"
            return f"({among} OR {key} IS NOT NULL)" if down else among
        further = f"({key}, {identity}) {beyond} ({self.bind(position.key)}, {self.bind(position.id)})"
        return f"({further} OR {key} IS NULL)" if nullable and not down else further


def _check_text(value: str) -> None:
    """Raises Invalid for what no stored text can hold, so that no engine is asked for it."""
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise Invalid("filter", "a text has a character that no text can have.")


def _utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise Invalid("filter", f"{at} is out of the calendar.") from None


def _beyond(prefix: str) -> str | None:
    """The least text greater than every text that begins with `prefix`, by code points; None if there is none."""
    while prefix:
        last = ord(prefix[-1])
        if last < _LAST_CHARACTER:
            following = 0xE000 if 0xD7FF <= last < 0xE000 else last + 1
            return prefix[:-1] + chr(following)
        prefix = prefix[:-1]
    return None
