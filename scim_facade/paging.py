"""What a list asks for: filter, order, and which part, by number (RFC 7644 §3.4.2.4) or by cursor (RFC 9865).

`count` above the most that is answered is answered with that; below zero it is zero; `startIndex` below one is one.
What is no number is refused: a client that sends it would otherwise read the first page for ever.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scim_facade.errors import InvalidCount, InvalidSyntax, InvalidValue

DEFAULT_COUNT = 100
MAX_COUNT = 1000
SEARCH_REQUEST = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"


@dataclass(frozen=True, slots=True)
class Asked:
    """The question. `cursor` is None for a page by number, and empty for the first page by cursor."""

    filter: str | None = None
    sort_by: str | None = None
    descending: bool = False
    start_index: int = 1
    count: int = DEFAULT_COUNT
    cursor: str | None = None
    attributes: str | Sequence[str] | None = None
    excluded_attributes: str | Sequence[str] | None = None


def read(query: Mapping[str, str]) -> Asked:
    """The question of query parameters, whose names are lower-case; unknown ones are ignored.

    Raises InvalidValue, InvalidCount.
    """
    return Asked(
        filter=query.get("filter") or None,
        sort_by=query.get("sortby") or None,
        descending=query.get("sortorder", "").lower() == "descending",
        start_index=_start_index(query.get("startindex")),
        count=_count(query.get("count"), query.get("cursor")),
        cursor=query.get("cursor"),
        attributes=query.get("attributes") or None,
        excluded_attributes=query.get("excludedattributes") or None,
    )


def read_search(body: Mapping[str, Any]) -> Asked:
    """The question of a SearchRequest (§3.4.3). Raises InvalidSyntax, InvalidValue, InvalidCount."""
    members = {name.lower(): value for name, value in body.items() if value is not None}
    schemas = members.get("schemas")
    if not isinstance(schemas, list) or SEARCH_REQUEST not in schemas:
        raise InvalidSyntax(f"schemas must name {SEARCH_REQUEST}.")
    for name in ("filter", "sortby", "sortorder", "cursor"):
        if not isinstance(members.get(name, ""), str):
            raise InvalidValue(f"{name} must be a text.")
    for name in ("attributes", "excludedattributes"):
        names = members.get(name, [])
        if not isinstance(names, list | str) or not all(isinstance(one, str) for one in names):
            raise InvalidValue(f"{name} must be a list of texts.")
    return Asked(
        filter=members.get("filter") or None,
        sort_by=members.get("sortby") or None,
        descending=members.get("sortorder", "").lower() == "descending",
        start_index=_start_index(members.get("startindex")),
        count=_count(members.get("count"), members.get("cursor")),
        cursor=members.get("cursor"),
        attributes=members.get("attributes") or None,
        excluded_attributes=members.get("excludedattributes") or None,
    )


def _start_index(given: Any) -> int:
    return max(1, _integer("startIndex", given, 1))


def _count(given: Any, cursor: str | None) -> int:
    try:
        return min(MAX_COUNT, max(0, _integer("count", given, DEFAULT_COUNT)))
    except InvalidValue as problem:
        if cursor is None:
            raise
        raise InvalidCount(problem.detail) from None


def _integer(name: str, given: Any, default: int) -> int:
    if given is None or (isinstance(given, str) and not given.strip()):
        return default
    try:
        value = int(given) if isinstance(given, str) and len(given) < 40 else given
    except ValueError:
        value = None
    if not isinstance(value, int) or isinstance(value, bool):
        raise InvalidValue(f"{name} must be an integer, not {str(given)[:50]!r}.")
    # Nothing is beyond what a database can skip.
    return max(-1, min(value, 2**31 - 1))
