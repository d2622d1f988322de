"""What SQLite and PostgreSQL say differently.

Each method writes one expression. Paths into a document are always bound, never written, as an account may choose the
names of its own attributes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class Dialect(Protocol):
    """The pieces of SQL that differ."""

    for_update: str
    """Appended to a SELECT: hold these rows until the change ends."""

    def instant(self, expression: str) -> str:
        """An instant as RFC 3339 text in UTC with milliseconds, null if it is null."""

    def json_text(self, expression: str) -> str:
        """A stored document as JSON text."""

    def path(self, names: Sequence[str]) -> Any:
        """The parameter that stands for a path into a document."""

    def at(self, document: str, path: str, kind: str) -> str:
        """The value at a bound path, as text, number, boolean or instant; null if there is none of that kind."""

    def elements(self, document: str, path: str, alias: str) -> str:
        """A FROM item with the elements of the array at a bound path, in `{alias}.value` and, in order, `{alias}.key`."""

    def one_of(self, expression: str, parameter: str, kind: str) -> str:
        """Whether the expression is one of the list given as one parameter."""

    def contains(self, text: str, parameter: str) -> str:
        """Whether `parameter` is a part of the text."""

    def ends_with(self, text: str, parameter: str) -> str:
        """Whether the text ends with `parameter`, which is not empty."""

    def objects(self, parts: Mapping[str, str], source: str, order: str) -> str:
        """A subquery: the rows of `source` as the JSON text of an array of objects, `[]` where there are none."""


class Sqlite:
    """SQLite 3.38 or later."""

    for_update = ""

    def instant(self, expression: str) -> str:
        return f"strftime('%Y-%m-%dT%H:%M:%fZ', {expression})"

    def json_text(self, expression: str) -> str:
        return expression

    def path(self, names: Sequence[str]) -> Any:
        return "$" + "".join(f'."{name}"' for name in names)

    def at(self, document: str, path: str, kind: str) -> str:
        # CASE keeps a JSON object or array, which json_extract would give as text, from being compared.
        types = {"text": "'text'", "number": "'integer', 'real'", "boolean": "'true', 'false'", "instant": "'text'"}
        value = f"json_extract({document}, {path})"
        if kind == "instant":
            value = f"strftime('%Y-%m-%d %H:%M:%f', {value})"
        return f"(CASE WHEN json_type({document}, {path}) IN ({types[kind]}) THEN {value} END)"

    def elements(self, document: str, path: str, alias: str) -> str:
        return f"json_each({document}, {path}) {alias}"

    def one_of(self, expression: str, parameter: str, kind: str) -> str:
        return f"{expression} IN (SELECT value FROM json_each({parameter}))"

    def contains(self, text: str, parameter: str) -> str:
        return f"instr({text}, {parameter}) > 0"

    def ends_with(self, text: str, parameter: str) -> str:
        return f"substr({text}, -length({parameter})) = {parameter}"

    def objects(self, parts: Mapping[str, str], source: str, order: str) -> str:
        made = ", ".join(f"'{name}', {expression}" for name, expression in parts.items())
        return f"(SELECT json_group_array(json(o)) FROM (SELECT json_object({made}) AS o FROM {source} ORDER BY {order}))"


class Postgres:
    """PostgreSQL 14 or later. Columns that are compared have the collation "C", as SQLite compares bytes too."""

    for_update = " FOR NO KEY UPDATE"

    def instant(self, expression: str) -> str:
        return f"""to_char({expression} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')"""

    def json_text(self, expression: str) -> str:
        return f"{expression}::text"

    def path(self, names: Sequence[str]) -> Any:
        return list(names)

    def at(self, document: str, path: str, kind: str) -> str:
        value, found = f"({document} #>> {path}::text[])", f"jsonb_typeof({document} #> {path}::text[])"
        if kind == "text":
            return f"(CASE WHEN {found} = 'string' THEN {value} END COLLATE \"C\")"
        if kind == "number":
            return f"(CASE WHEN {found} = 'number' THEN {value}::numeric END)"
        if kind == "boolean":
            return f"(CASE WHEN {found} = 'boolean' THEN {value}::boolean END)"
        return f"(CASE WHEN {found} = 'string' THEN {value}::timestamptz END)"

    def elements(self, document: str, path: str, alias: str) -> str:
        array = f"{document} #> {path}::text[]"
        return (
            f"jsonb_array_elements(CASE WHEN jsonb_typeof({array}) = 'array' THEN {array} END) "
            f"WITH ORDINALITY AS {alias}(value, key)"
        )

    def one_of(self, expression: str, parameter: str, kind: str) -> str:
        return f"{expression} = ANY({parameter}::{kind}[])"

    def contains(self, text: str, parameter: str) -> str:
        return f"strpos({text}, {parameter}) > 0"

    def ends_with(self, text: str, parameter: str) -> str:
        return f"right({text}, length({parameter})) = {parameter}"

    def objects(self, parts: Mapping[str, str], source: str, order: str) -> str:
        made = ", ".join(f"'{name}', {expression}" for name, expression in parts.items())
        return f"(SELECT coalesce(json_agg(json_build_object({made}) ORDER BY {order})::text, '[]') FROM {source})"


DIALECTS: dict[str, Dialect] = {"sqlite": Sqlite(), "postgres": Postgres()}
