"""A filter as a tree, resolved against the schema, and back to text.

Pure. Inside a `ValuePath`, paths are relative: their attribute is the sub-attribute itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import orjson

from scim_facade.names import AttributePath

Op = Literal["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]
Value = str | bool | int | float | datetime


@dataclass(frozen=True, slots=True)
class Compare:
    """`path op value`. A dateTime is an instant in UTC."""

    path: AttributePath
    op: Op
    value: Value

    def __str__(self) -> str:
        return f"{self.path} {self.op} {_literal(self.value)}"


@dataclass(frozen=True, slots=True)
class Present:
    """`path pr`."""

    path: AttributePath

    def __str__(self) -> str:
        return f"{self.path} pr"


@dataclass(frozen=True, slots=True)
class ValuePath:
    """`path[filter]`: one element meets the whole of it."""

    path: AttributePath
    filter: Filter

    def __str__(self) -> str:
        return f"{self.path}[{self.filter}]"


@dataclass(frozen=True, slots=True)
class And:
    """Every term."""

    terms: tuple[Filter, ...]

    def __str__(self) -> str:
        return " and ".join(f"({term})" if isinstance(term, And | Or) else str(term) for term in self.terms)


@dataclass(frozen=True, slots=True)
class Or:
    """At least one term."""

    terms: tuple[Filter, ...]

    def __str__(self) -> str:
        return " or ".join(f"({term})" if isinstance(term, Or) else str(term) for term in self.terms)


@dataclass(frozen=True, slots=True)
class Not:
    """Not the term."""

    term: Filter

    def __str__(self) -> str:
        return f"not ({self.term})"


Filter = Compare | Present | ValuePath | And | Or | Not


def _literal(value: Value) -> str:
    if isinstance(value, datetime):
        return f'"{value.isoformat().replace("+00:00", "Z")}"'
    return orjson.dumps(value).decode()
