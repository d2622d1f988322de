"""How to ask for rows: conditions, order and windows, as values.

A SCIM `filter` and a GraphQL `filter:` both become one of these trees; `catalog.sql` alone makes SQL of them. What a
condition speaks of is named in the catalog's words: a column of the noun, a path into a person's attributes, or what
is related to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

Value = str | int | float | bool | datetime | UUID
Sort = Literal["text", "number", "boolean", "instant"]
Op = Literal["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the noun, by its name in `catalog.sql.TABLES`."""

    name: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """A path into the document of attributes, or, within `Element`, into the element.

    `exact` says whether case matters: without it both sides are folded. An empty path is the element itself.
    """

    path: tuple[str, ...]
    exact: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Compare:
    """`field op value`; never true of what has no value."""

    field: Column | Attribute
    op: Op
    value: Value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Compare) and self._told() == other._told()

    def __hash__(self) -> int:
        return hash(self._told())

    def _told(self) -> tuple[object, ...]:
        # To Python True is 1 and 1.0; to a document they are three things.
        return self.field, self.op, type(self.value), self.value


@dataclass(frozen=True, slots=True)
class Present:
    """The field has a value that is not empty."""

    field: Column | Attribute


@dataclass(frozen=True, slots=True)
class Element:
    """At least one element of the multi-valued attribute meets the condition."""

    path: tuple[str, ...]
    where: Where


@dataclass(frozen=True, slots=True)
class Related:
    """At least one related row meets the condition; `name` is a relation of the noun in `catalog.sql.RELATIONS`."""

    name: str
    where: Where


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every term holds; with no terms, always."""

    terms: tuple[Where, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one term holds; with no terms, never."""

    terms: tuple[Where, ...] = ()


@dataclass(frozen=True, slots=True)
class Not:
    """The term does not hold. Two-valued: what has no value does not equal, so its negation holds."""

    term: Where


Where = Compare | Present | Element | Related | AllOf | AnyOf | Not

def is_keyed(where: Where) -> bool:
    """Whether the condition looks rows up by equality alone: whatever the values are, one plan is the best."""
    match where:
        case Compare(Column(), "eq"):
            return True
        case Related(_, inner):
            return is_keyed(inner)
        case AllOf(terms):
            return all(map(is_keyed, terms))
    return False


EVERYTHING = AllOf()
NOTHING = AnyOf()


@dataclass(frozen=True, slots=True)
class Best:
    """For ordering: the value at `sub` of the primary element of a multi-valued attribute, or else of the first."""

    path: tuple[str, ...]
    sub: tuple[str, ...]
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """By which field, and how; rows without a value come last ascending and first descending (RFC 7644 §3.4.2.3).

    `sort` says what a value of the document is compared as; one of another kind counts as none. A column knows.
    """

    field: Column | Attribute | Best
    descending: bool = False
    sort: Sort = "text"


@dataclass(frozen=True, slots=True)
class Position:
    """Where a row stands in an order: its key (None where it has no value), and its id to break ties."""

    key: Value | None
    id: UUID


@dataclass(frozen=True, slots=True)
class Window:
    """Which part of the ordered rows: `limit` of them, after skipping `offset` or after the row at `after`.

    `after` is the position of the last row that was seen: its sort key and its id. `backwards` asks for the rows
    before it instead (without it: the last ones), nearest first.
    """

    limit: int
    offset: int = 0
    after: Position | None = None
    backwards: bool = False
