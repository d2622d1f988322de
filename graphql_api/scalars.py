"""The scalars beside GraphQL's own: each is text or plain JSON on the wire."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NewType

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.types.scalar import ScalarDefinition

from catalog.ids import as_text

Instant = NewType("Instant", str)
"""Out: RFC 3339 text in UTC with milliseconds, as the catalog gives it. In: what `read_instant` gives."""

JSON = NewType("JSON", object)
JSONSchema = NewType("JSONSchema", object)
JsonString = NewType("JsonString", str)


YEARS = range(1900, 9999)
"""Nobody joined earlier; and at either end of the calendar there is no day before, or no day after."""


def read_instant(text: Any) -> datetime | date:
    """An instant with a zone, or a bare date. Raises ValueError for anything else."""
    if not isinstance(text, str):
        raise ValueError("An instant is a text such as 2026-03-01T12:00:00Z, or a date.")  # noqa: TRY004
    try:
        at = date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("An instant is written as 2026-03-01T12:00:00Z; a date as 2026-03-01.") from None
    if isinstance(at, datetime) and at.tzinfo is None:
        raise ValueError("An instant needs a zone, as in 2026-03-01T12:00:00Z.")
    if at.year not in YEARS:
        raise ValueError(f"An instant lies between the years {YEARS[0]} and {YEARS[-1]}.")
    return at


def shown_instant(at: datetime | None) -> Instant | None:
    """The instant as every answer shows instants."""
    return None if at is None else Instant(as_text(at))


def _as_it_is(value: Any) -> Any:
    return value


SCALARS: dict[object, ScalarDefinition] = {
    Instant: strawberry.scalar(
        name="ISO8601DateTime",
        description="An instant, RFC 3339. As an argument also a bare date: that day's end in the account's time zone.",
        serialize=_as_it_is,
        parse_value=read_instant,
    ),
    JSON: strawberry.scalar(name="JSON", description="Any JSON value.", serialize=_as_it_is, parse_value=_as_it_is),
    JSONSchema: strawberry.scalar(
        name="JSONSchema", description="A JSON schema.", serialize=_as_it_is, parse_value=_as_it_is
    ),
    JsonString: strawberry.scalar(
        name="JsonString", description="A JSON value as text.", serialize=_as_it_is, parse_value=_as_it_is
    ),
}


def by_name(source: Any, name: str) -> Any:
    """A field that has no resolver: a column of the row, or an attribute of what a resolver made."""
    return source[name] if isinstance(source, dict) else getattr(source, name)


CONFIG = StrawberryConfig(scalar_map=SCALARS, default_resolver=by_name)
