"""A SELECT of one noun's rows as columns: what SCIM, the commands and the services read.

A `Query` is scoped by account from its first line: there is no other way to begin one. Every value is bound; every
name comes from `catalog.tables`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from catalog.dialects import DIALECTS
from catalog.selection import (
    AllOf,
    Column,
    Compare,
    Order,
    Position,
    Where,
    Window,
)
from catalog.sql.conditions import Conditions
from catalog.tables import NOUNS


class Query(Conditions):
    """SELECT over one noun's visible rows in one account, put together piece by piece."""

    def __init__(self, dialect: str, noun: str, account_id: UUID) -> None:
        super().__init__(DIALECTS[dialect], NOUNS[noun], self._bind)
        self.params: list[Any] = []
        self._columns: list[str] = []
        self._conditions = [f"{self.noun.alias}.account_id = {self.bind(account_id)}", self.noun.visible]
        self._tail = ""
        self._is_one = False

    def again(self, *params: Any) -> Query:
        """The same query so far, with other parameters: what is often begun alike is begun once."""
        other = Query.__new__(Query)
        Conditions.__init__(other, self.dialect, self.noun, other._bind, self.sees)
        other.params = list(params)
        other._columns, other._tail = self._columns.copy(), self._tail
        other._conditions, other._is_one = self._conditions.copy(), self._is_one
        return other

    # --- putting together -------------------------------------------------------------------------------------

    def column(self, name: str, expression: str) -> None:
        """One more column of the answer."""
        self._columns.append(f'{expression} AS "{name}"')

    def where(self, condition: Where) -> None:
        """Only rows that meet the condition. Raises Invalid for a field that the noun does not have."""
        if condition != AllOf():
            self._conditions.append(self.condition(condition))
            self._is_one = self._is_one or self._names_one(condition)

    def window(self, orders: Sequence[Order], window: Window) -> None:
        """Ordered (by id at last, so that the order is total) and cut to the window.

        Adds the column `sort_key` where there is an order: the position of a row is its sort key and its id. Nothing is
        ordered where at most one row can be met: PostgreSQL, before it knows the table, would read a whole account in
        that order to find it.
        """
        identity = f"{self.noun.alias}.id"
        order = orders[0] if orders else Order(Column("id"))
        by_id = order.field == Column("id")
        key, nullable = (identity, False) if by_id else self.sortable(order)
        if not by_id:
            self.column("sort_key", key)
        if window.after is not None:
            self._conditions.append(self._after(key, nullable, by_id, order, window.after, window.backwards))
        down = order.descending != window.backwards
        direction = "DESC" if down else "ASC"
        nulls = "" if not nullable else " NULLS FIRST" if down else " NULLS LAST"
        ordering = f"{identity} {direction}" if by_id else f"sort_key {direction}{nulls}, {identity} {direction}"
        self._tail = "" if self._is_one else f" ORDER BY {ordering}"
        self._tail += f" LIMIT {self.bind(window.limit)}"
        if window.offset:
            self._tail += f" OFFSET {self.bind(window.offset)}"

    def text(self, *, for_update: bool = False) -> str:
        """The statement."""
        alias = self.noun.alias
        return (
            f"SELECT {', '.join(self._columns)} FROM {self.noun.table} {alias}"
            f" WHERE {' AND '.join(self._conditions)}{self._tail}"
            + (f"{self.dialect.for_update} OF {alias}" if for_update and self.dialect.for_update else "")
        )

    def counting(self) -> str:
        """The statement that counts instead, as `n`; for a query that was given no window."""
        return f"SELECT count(*) AS n FROM {self.noun.table} {self.noun.alias} WHERE {' AND '.join(self._conditions)}"

    def _names_one(self, condition: Where) -> bool:
        match condition:
            case Compare(Column(name), "eq"):
                return self.noun.fields[name].is_unique
            case AllOf(terms):
                return any(map(self._names_one, terms))
        return False

    def _bind(self, value: Any) -> str:
        self.params.append(value)
        return f"${len(self.params)}"

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
