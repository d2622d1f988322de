"""What an answer looks like, as values: which fields, under which keys, of which rows, nested to any depth.

A facade describes the answer that it was asked for with these; `catalog.sql.answers` makes one statement of the whole,
which gives finished JSON. A key is the name that the reader chose; fields and links are named in the catalog's words
(`catalog.tables`).
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import Any, cast

from catalog.selection import EVERYTHING, Attribute, Column, Order, Where

MOST_ROWS = 500
"""Rows of one list in one answer, at most."""

USUAL_ROWS = 100
"""Rows of a list for which no number was asked."""


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of a list: `size` rows after the row at `cursor`, or before it (without it: the last) backwards."""

    size: int = USUAL_ROWS
    cursor: str | None = None
    backwards: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """Which rows a link leads to: those that meet `where`, in order.

    `given` are the values that the link's own SQL, or that of anything below it, asks for by name (`at`, an instant);
    pairs, as everything here can be compared: a statement is compiled once for all equal questions.
    """

    link: str
    where: Where = EVERYTHING
    orders: tuple[Order, ...] = ()
    page: Page = Page()
    given: tuple[tuple[str, Hashable], ...] = ()


# --- what an object has -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Constant:
    """The same for every row: `json` is JSON text."""

    key: str
    json: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A field of the row."""

    key: str
    field: str


@dataclass(frozen=True, slots=True)
class Part:
    """An object made of the same row."""

    key: str
    shape: Shape


@dataclass(frozen=True, slots=True)
class One:
    """The one row that a link leads to, or null."""

    key: str
    rows: Rows
    shape: Shape


@dataclass(frozen=True, slots=True)
class Many:
    """The rows that a link leads to, as an array."""

    key: str
    rows: Rows
    shape: Shape


@dataclass(frozen=True, slots=True)
class Connected:
    """A page of the rows that a link leads to, with what is told of the page."""

    key: str
    rows: Rows
    parts: tuple[ConnectionPart, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """How many of the rows have which value of a field, as a page of its own, the most frequent value first.

    Its rows have the fields `value`, as text, and `count`.
    """

    key: str
    rows: Rows
    field: Column | Attribute
    parts: tuple[ConnectionPart, ...]


Member = Constant | Shown | Part | One | Many | Connected | Counted
Shape = tuple[Member, ...]


# --- what a connection has ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Nodes:
    """The rows of the page."""

    key: str
    shape: Shape


@dataclass(frozen=True, slots=True)
class Cursor:
    """Of an edge: where its row stands."""

    key: str


@dataclass(frozen=True, slots=True)
class Node:
    """Of an edge: its row."""

    key: str
    shape: Shape


@dataclass(frozen=True, slots=True)
class Edges:
    """The rows of the page, each in an object of its own."""

    key: str
    parts: tuple[Cursor | Node | Constant, ...]


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What is told of the page: pairs of a key and one of `has_next has_previous start end`, or constants."""

    key: str
    facts: tuple[tuple[str, str] | Constant, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """How many rows there are on all pages."""

    key: str


ConnectionPart = Constant | Nodes | Edges | PageFacts | Total


def without(member: Member, keys: tuple[str, ...]) -> Member:
    """The member with null where these keys lead."""
    return cast(Member, _without(member, keys))


def _without(part: Any, keys: tuple[str, ...]) -> Any:
    if not keys:
        return Constant(part.key, "null")
    for name in ("shape", "parts"):
        if hasattr(part, name):
            inner = tuple(_without(one, keys[1:]) if one.key == keys[0] else one for one in getattr(part, name))
            return replace(part, **{name: inner})
    return part
