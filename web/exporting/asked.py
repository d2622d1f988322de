"""What somebody asked to be exported, as text, to what the catalog takes; the same words for the command and HTTP."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import orjson

from catalog.actors import Actor
from catalog.errors import Invalid
from catalog.selection import EVERYTHING, AllOf, Where
from catalog.services import calendars
from catalog.services.exports import WHATS, Export, What
from graphql_api.filters import USERS, Condition, ConditionOp, searched
from graphql_api.inputs import IdentifierInput
from web.exporting.formats import FORMATS, Format

MOST_DEPTH = 10
"""Of conditions within conditions."""


async def export(actor: Actor, what: str, **asked: str | bool | None) -> Export:
    """The export that these words ask for: `as_of`, `begin`, `end`, `after`, `where`, `search`, `with_deactivated`.

    A bare date means that day's end in the account's time zone; as the beginning of a time, the end of the day before
    it. Raises Invalid.
    """
    return Export(
        what=kind(what),
        at=await _instant(actor, "as_of", asked.get("as_of")),
        begin=await _instant(actor, "from", asked.get("begin")),
        end=await _instant(actor, "to", asked.get("end")),
        after=str(asked["after"]) if asked.get("after") else None,
        where=_people(str(asked.get("where") or ""), str(asked.get("search") or "")),
        with_deactivated=bool(asked.get("with_deactivated")),
    )


def kind(what: str) -> What:
    """What is exported. Raises Invalid."""
    if what not in WHATS:
        raise Invalid("what", f"there are {', '.join(WHATS)}.")
    return what


def form(format: str) -> Format:
    """The format. Raises Invalid."""
    if format not in FORMATS:
        raise Invalid("format", f"it is one of {', '.join(FORMATS)}.")
    return format


def _people(where: str, search: str) -> Where:
    """Whom both the condition, as JSON, and the words of the search meet, as GraphQL's `users` takes them."""
    terms = [*searched(search, "name", "email", "user_name")]
    if where:
        terms.append(USERS.where(_condition(_document(where))))
    return AllOf(tuple(terms)) if terms else EVERYTHING


async def _instant(actor: Actor, name: str, text: Any) -> datetime | None:
    if not text:
        return None
    try:
        when = date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(name, "write an instant as 2026-03-01T12:00:00Z, or a date as 2026-03-01.") from None
    if isinstance(when, datetime) and when.tzinfo is None:
        raise Invalid(name, "an instant needs a zone, as in 2026-03-01T12:00:00Z.")
    return calendars.instant(when, await calendars.zone_of(actor) if not isinstance(when, datetime) else UTC)


def _document(text: str) -> dict[str, Any]:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError as problem:
        raise Invalid("where", f"it is no JSON ({problem}).") from None
    if not isinstance(found, dict):
        raise Invalid("where", "it is a condition as GraphQL's `where` takes it.")
    return found


def _condition(found: Any, depth: int = 0) -> Condition:
    """GraphQL's input, made from its JSON."""
    if not isinstance(found, dict) or depth > MOST_DEPTH:
        raise Invalid("where", "it is a condition as GraphQL's `where` takes it.")
    given: dict[str, Any] = {}
    for name, value in found.items():
        match name:
            case "all" | "any" if isinstance(value, list):
                given[name] = [_condition(term, depth + 1) for term in value]
            case "not":
                given["not_"] = _condition(value, depth + 1)
            case "op":
                given["op"] = _op(value)
            case "field" | "value":
                given[name] = value
            case "team" if isinstance(value, dict):
                given["team"] = IdentifierInput(id=value.get("id"), alias=value.get("alias"))
            case _:
                raise Invalid("where", f"{name!r} is no part of a condition about people.")
    return Condition(**given)


def _op(name: Any) -> ConditionOp:
    try:
        return ConditionOp["in_" if name == "in" else name]
    except (KeyError, TypeError):
        raise Invalid("where", f"there is no comparison {str(name)[:100]!r}.") from None
