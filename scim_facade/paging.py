"""startIndex and count (RFC 7644 §3.4.2.4).

`count` above the most that is answered is answered with that; below zero it is zero; `startIndex` below one is one.
What is no number is refused, as a client that sends it would otherwise read the first page for ever.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from scim_facade.errors import InvalidValue

DEFAULT_COUNT = 100
MAX_COUNT = 1000


@dataclass(frozen=True, slots=True)
class Asked:
    """What a list or a search was asked for, as texts: the query parameters, or a SearchRequest's members."""

    filter: str | None
    sort_by: str | None
    descending: bool
    start_index: int
    count: int
    attributes: str | None
    excluded_attributes: str | None


def read(query: Mapping[str, str]) -> Asked:
    """The question that a list's query parameters put; unknown ones are ignored. Raises InvalidValue."""
    by_name = {name.lower(): value for name, value in query.items()}
    return Asked(
        filter=by_name.get("filter") or None,
        sort_by=by_name.get("sortby") or None,
        descending=by_name.get("sortorder", "").lower() == "descending",
        start_index=max(1, _integer("startIndex", by_name.get("startindex"), 1)),
        count=min(MAX_COUNT, max(0, _integer("count", by_name.get("count"), DEFAULT_COUNT))),
        attributes=by_name.get("attributes") or None,
        excluded_attributes=by_name.get("excludedattributes") or None,
    )


def _integer(name: str, text: str | None, default: int) -> int:
    if text is None or not text.strip():
        return default
    try:
        value = int(text)
    except ValueError:
        raise InvalidValue(f"{name} must be an integer, not {text[:50]!r}.") from None
    # Beyond what a database can skip, nothing is there in any case.
    return max(-1, min(value, 2**31 - 1))
