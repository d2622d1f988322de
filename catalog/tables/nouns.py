"""What a noun is to SQL: a table under a short name, its fields, and what is related to it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["folded", "text", "instant", "boolean", "integer", "uuid"]


@dataclass(frozen=True, slots=True)
class Field:
    """A column, or an expression over the row: how it is written, what it holds, whether it may be null."""

    sql: str
    kind: Kind
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Relation:
    """Rows that belong to a noun's row: `key` of them equals its id, and `where` tells which of them count.

    `{forever}` stands for the end of an open period.
    """

    source: str
    key: str
    where: str
    fields: dict[str, Field]


@dataclass(frozen=True, slots=True)
class Noun:
    """A table under a short name, its visible rows, and what may be asked of them."""

    table: str
    alias: str
    visible: str
    fields: dict[str, Field]
    documents: tuple[str, str] | None = None
    """The attributes as they are, and folded."""
    relations: dict[str, Relation] = field(default_factory=dict)
