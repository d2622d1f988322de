"""What SQLite and PostgreSQL say differently.

Each method writes one expression. Paths into a document are always bound, never written, as an account may choose the
names of its own attributes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

FOREVER = "'9999-12-31 00:00:00+00:00'"
"""`catalog.ids.FOREVER`, written: an index over what is open is taken only where the statement itself says so."""

Bind = Callable[[Any], str]
"""Makes a value a parameter, and gives its placeholder."""

_TIME = r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-](0\d|1[0-4]):[0-5]\d)?"
_LEAP = r"(\d\d(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)"
_INSTANT = (
    r"^(?!0000)(\d{4}-((0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)|02-(0[1-9]|1\d|2[0-8]))"
    rf"|{_LEAP}-02-29)T{_TIME}$"
)
"""A text that PostgreSQL can take for an instant: the cast of another would fail the whole statement."""


class Dialect(Protocol):
    """The pieces of SQL that differ."""

    for_update: str
    """Appended to a SELECT: hold these rows until the change ends."""

    for_share: str
    """Appended to a SELECT: nobody alters these rows until the change ends; others may hold them in the same way."""

    sorts_whole: bool
    """Whether rows are made whole before they are sorted and cut to a page."""

    patience: str
    """What lets the statements of a transaction take a minute each; empty where there is no limit."""

    shard: str
    """A small number that transactions at the same time mostly do not share: each raises a counter of its own."""

    def by_index(self, name: str) -> str:
        """After a table's name: which index to take, where the engine's own choice would read a whole team."""

    def instant(self, expression: str) -> str:
        """An instant as RFC 3339 text in UTC with milliseconds, null if it is null."""

    def seconds(self, expression: str) -> str:
        """The whole seconds from 1970 to an instant."""

    def milliseconds(self, earlier: str, later: str) -> str:
        """The whole milliseconds between two instants."""

    def uuid(self, text: str) -> str:
        """A text that spells a uuid, as ids are stored."""

    def json_text(self, expression: str) -> str:
        """A stored document as JSON text."""

    def path(self, names: Sequence[str], bind: Bind, place: str | None) -> str:
        """A path into a document: from its root, or from the element of an array at `place`."""

    def at(self, document: str, path: str, kind: str) -> str:
        """The value at a path, as text, number, boolean or instant; null if there is none of that kind."""

    def scalar(self, document: str, path: str) -> str:
        """The value at a path as text, whether it is a text, a number, true or false; null if it is anything else."""

    def part(self, document: str, path: str) -> str:
        """What stands at a path, as JSON text; null if nothing does."""

    def flag(self, document: str, name: str) -> str:
        """Whether the document has `true` under a name of ours."""

    def present(self, document: str, path: str) -> str:
        """Whether the path leads to something: not to null, an empty text, or what has no parts."""

    def elements(self, document: str, path: str, alias: str) -> str:
        """A FROM item: the elements of the array at a path, in the order of `{alias}.key`; none, if it is no array."""

    def place(self, alias: str) -> str:
        """Where in the document the element is that `elements` gives."""

    def number(self, value: float) -> Any:
        """The parameter to compare a number of a document with."""

    def moment(self, at: datetime) -> Any:
        """The parameter to compare an instant of a document with, which has milliseconds at most."""

    def one_of(self, expression: str, parameter: str, kind: str) -> str:
        """Whether the expression is one of the list given as one parameter."""

    def contains(self, text: str, parameter: str) -> str:
        """Whether `parameter` is a part of the text."""

    def ends_with(self, text: str, parameter: str) -> str:
        """Whether the text ends with `parameter`, which is not empty."""

    def objects(self, parts: Mapping[str, str], source: str, order: str) -> str:
        """A subquery: the rows of `source` as the JSON text of an array of objects, `[]` where there are none."""

    def quoted(self, expression: str) -> str:
        """A text, number or null as JSON text. On PostgreSQL null stays null."""

    def array(self, expression: str, source: str, order: str) -> str:
        """A subquery: the texts that the rows of `source` have, as the JSON text of an array, `[]` where none."""

    def gathered(self, expression: str, which: str = "") -> str:
        """An aggregate: the texts of the rows, or of those `which` is true of, with commas, as they come in."""

    def encoded(self, expression: str) -> str:
        """An ASCII text in base64url, without padding."""

    def hexadecimal(self, expression: str) -> str:
        """The bytes of a text as hexadecimal digits."""

    def text(self, expression: str) -> str:
        """A uuid or a number as text."""


class Sqlite:
    """SQLite 3.38 or later."""

    for_update = ""
    for_share = ""
    sorts_whole = True
    patience = ""
    shard = "0"

    def by_index(self, name: str) -> str:
        return f" INDEXED BY {name}"

    def instant(self, expression: str) -> str:
        # As it is written with a fraction, it is cut to milliseconds as PostgreSQL does, in a third of the time.
        cut = f"substr({expression}, 1, 10) || 'T' || substr({expression}, 12, 12) || 'Z'"
        whole = f"strftime('%Y-%m-%dT%H:%M:%fZ', {expression})"
        return f"CASE length({expression}) WHEN 32 THEN {cut} ELSE {whole} END"

    def seconds(self, expression: str) -> str:
        return f"CAST(strftime('%s', {expression}) AS INTEGER)"

    def milliseconds(self, earlier: str, later: str) -> str:
        return f"CAST(round((julianday({later}) - julianday({earlier})) * 86400000) AS INTEGER)"

    def uuid(self, text: str) -> str:
        return f"({text})"

    def json_text(self, expression: str) -> str:
        return expression

    def path(self, names: Sequence[str], bind: Bind, place: str | None) -> str:
        steps = "".join(f'."{name}"' for name in names)
        if place is None:
            return bind(f"${steps}")
        return f"({place} || {bind(steps)})" if steps else place

    def at(self, document: str, path: str, kind: str) -> str:
        # CASE keeps a JSON object or array, which json_extract would give as text, from being compared.
        types = {"text": "'text'", "number": "'integer', 'real'", "boolean": "'true', 'false'", "instant": "'text'"}
        value = f"json_extract({document}, {path})"
        if kind == "instant":
            # What does not begin as a date does might be taken for a Julian day.
            value = f"(CASE WHEN {value} GLOB '????-??-??T*' THEN strftime('%Y-%m-%d %H:%M:%f', {value}) END)"
        return f"(CASE WHEN json_type({document}, {path}) IN ({types[kind]}) THEN {value} END)"

    def scalar(self, document: str, path: str) -> str:
        value = f"CAST(json_extract({document}, {path}) AS TEXT)"
        return (
            f"(CASE json_type({document}, {path}) WHEN 'true' THEN 'true' WHEN 'false' THEN 'false' "
            f"WHEN 'object' THEN NULL WHEN 'array' THEN NULL ELSE {value} END)"
        )

    def part(self, document: str, path: str) -> str:
        return f"({document} -> {path})"

    def flag(self, document: str, name: str) -> str:
        return f"coalesce({document} ->> '{name}', FALSE)"

    def present(self, document: str, path: str) -> str:
        kind, value = f"json_type({document}, {path})", f"json_extract({document}, {path})"
        return (
            f"(CASE coalesce({kind}, 'null') WHEN 'null' THEN FALSE WHEN 'text' THEN {value} <> '' "
            f"WHEN 'array' THEN {value} <> '[]' WHEN 'object' THEN {value} <> '{{}}' ELSE TRUE END)"
        )

    def elements(self, document: str, path: str, alias: str) -> str:
        array = f"CASE json_type({document}, {path}) WHEN 'array' THEN {document} END"
        return f"json_each({array}, {path}) {alias}"

    def place(self, alias: str) -> str:
        return f"{alias}.fullkey"

    def number(self, value: float) -> Any:
        return value if isinstance(value, int) and abs(value) < 2**63 else float(value)

    def moment(self, at: datetime) -> Any:
        return at.isoformat(" ", "milliseconds").removesuffix("+00:00")

    def one_of(self, expression: str, parameter: str, kind: str) -> str:
        return f"{expression} IN (SELECT value FROM json_each({parameter}))"

    def contains(self, text: str, parameter: str) -> str:
        return f"instr({text}, {parameter}) > 0"

    def ends_with(self, text: str, parameter: str) -> str:
        return f"substr({text}, -length({parameter})) = {parameter}"

    def objects(self, parts: Mapping[str, str], source: str, order: str) -> str:
        made = ", ".join(f"'{name}', {expression}" for name, expression in parts.items())
        return (
            f"(SELECT json_group_array(json(o)) FROM (SELECT json_object({made}) AS o FROM {source} ORDER BY {order}))"
        )

    def quoted(self, expression: str) -> str:
        return f"json_quote({expression})"

    def array(self, expression: str, source: str, order: str) -> str:
        return f"(SELECT json_group_array(v) FROM (SELECT {expression} AS v FROM {source} ORDER BY {order}))"

    def gathered(self, expression: str, which: str = "") -> str:
        return f"coalesce(group_concat({expression}){f' FILTER (WHERE {which})' if which else ''}, '')"

    def encoded(self, expression: str) -> str:
        return f"muster_base64({expression})"

    def hexadecimal(self, expression: str) -> str:
        return f"lower(hex({expression}))"

    def text(self, expression: str) -> str:
        return f"CAST({expression} AS TEXT)"


class Postgres:
    """PostgreSQL 14 or later. Columns that are compared have the collation "C", as SQLite compares bytes too."""

    for_update = " FOR NO KEY UPDATE"
    for_share = " FOR SHARE"
    sorts_whole = False
    patience = "SET LOCAL statement_timeout = '60s'"
    shard = "pg_backend_pid() % 32"

    def by_index(self, name: str) -> str:
        return ""

    def instant(self, expression: str) -> str:
        return f"""to_char({expression} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')"""

    def seconds(self, expression: str) -> str:
        return f"CAST(floor(extract(epoch FROM {expression})) AS BIGINT)"

    def milliseconds(self, earlier: str, later: str) -> str:
        return f"CAST(round(extract(epoch FROM {later} - {earlier}) * 1000) AS BIGINT)"

    def uuid(self, text: str) -> str:
        return f"CAST({text} AS UUID)"

    def json_text(self, expression: str) -> str:
        return f"{expression}::text"

    def path(self, names: Sequence[str], bind: Bind, place: str | None) -> str:
        steps = f"{bind(list(names))}::text[]"
        return steps if place is None else f"({place} || {steps})"

    def at(self, document: str, path: str, kind: str) -> str:
        value, found = f"({document} #>> {path})", f"jsonb_typeof({document} #> {path})"
        if kind == "text":
            return f"(CASE WHEN {found} = 'string' THEN {value} END COLLATE \"C\")"
        if kind == "number":
            return f"(CASE WHEN {found} = 'number' THEN {value}::numeric END)"
        if kind == "boolean":
            return f"(CASE WHEN {found} = 'boolean' THEN {value}::boolean END)"
        instant = f"date_trunc('milliseconds', {value}::timestamptz)"
        return f"(CASE WHEN {found} = 'string' AND {value} ~ '{_INSTANT}' THEN {instant} END)"

    def scalar(self, document: str, path: str) -> str:
        found = f"jsonb_typeof({document} #> {path}) IN ('string', 'number', 'boolean')"
        return f'(CASE WHEN {found} THEN {document} #>> {path} END COLLATE "C")'

    def part(self, document: str, path: str) -> str:
        return f"({document} #> {path})::text"

    def flag(self, document: str, name: str) -> str:
        return f"coalesce(({document} ->> '{name}')::boolean, FALSE)"

    def present(self, document: str, path: str) -> str:
        return f"""coalesce(({document} #> {path}) NOT IN ('null', '""', '[]', '{{}}'), FALSE)"""

    def elements(self, document: str, path: str, alias: str) -> str:
        array = f"{document} #> {path}"
        count = f"jsonb_array_length(CASE WHEN jsonb_typeof({array}) = 'array' THEN {array} END)"
        return f"(SELECT n AS key, {path} || n::text AS place FROM generate_series(0, {count} - 1) AS n) {alias}"

    def place(self, alias: str) -> str:
        return f"{alias}.place"

    def number(self, value: float) -> Any:
        return Decimal(str(value))

    def moment(self, at: datetime) -> Any:
        return at.replace(microsecond=at.microsecond // 1000 * 1000)

    def one_of(self, expression: str, parameter: str, kind: str) -> str:
        return f"{expression} = ANY({parameter}::{kind}[])"

    def contains(self, text: str, parameter: str) -> str:
        return f"strpos({text}, {parameter}) > 0"

    def ends_with(self, text: str, parameter: str) -> str:
        return f"right({text}, length({parameter})) = {parameter}"

    def objects(self, parts: Mapping[str, str], source: str, order: str) -> str:
        made = ", ".join(f"'{name}', {expression}" for name, expression in parts.items())
        return f"(SELECT coalesce(json_agg(json_build_object({made}) ORDER BY {order})::text, '[]') FROM {source})"

    def quoted(self, expression: str) -> str:
        return f"to_json({expression})::text"

    def array(self, expression: str, source: str, order: str) -> str:
        return f"(SELECT coalesce(json_agg({expression} ORDER BY {order})::text, '[]') FROM {source})"

    def gathered(self, expression: str, which: str = "") -> str:
        return f"coalesce(string_agg({expression}, ','){f' FILTER (WHERE {which})' if which else ''}, '')"

    def encoded(self, expression: str) -> str:
        # Lines of 76 characters, and padding, are MIME's. Ids have no bytes that would give a plus or a slash.
        return f"translate(encode(convert_to({expression}, 'UTF8'), 'base64'), E'=\\n', '')"

    def hexadecimal(self, expression: str) -> str:
        return f"encode(convert_to({expression}, 'UTF8'), 'hex')"

    def text(self, expression: str) -> str:
        return f"{expression}::text"


DIALECTS: dict[str, Dialect] = {"sqlite": Sqlite(), "postgres": Postgres()}
