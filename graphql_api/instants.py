"""Instants that a question is about: what a bare date means, and lists as they were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from strawberry.types import Info

from catalog import permissions
from catalog.ids import now
from catalog.selection import EVERYTHING, Order, Where
from catalog.services import calendars
from graphql_api import context
from graphql_api.describing import Description, linked
from graphql_api.scalars import shown_instant


def dated(
    info: Info,
    as_of: Any,
    link: str,
    *,
    where: Where = EVERYTHING,
    orders: Sequence[Order] = (),
    given: Mapping[str, Any] | None = None,
) -> Description:
    """The rows to which the link leads; with `as_of` (an argument that may be absent) those of that instant.

    Raises NotPermitted, Invalid.
    """
    if not as_of:
        return linked(link, where=where, orders=orders, given=given)
    permissions.need(context.actor(info), "history.read")
    at = instant(info, as_of)
    facts = {"as_of": f'"{shown_instant(at)}"'}
    return linked(f"past_{link}", where=where, orders=orders, given={**(given or {}), "at": at}, facts=facts)


def between(info: Info, begin: Any, end: Any) -> dict[str, datetime]:
    """What a question about the time between two instants gives: until now, where no end is said. Raises Invalid."""
    permissions.need(context.actor(info), "history.read")
    return {"begin": instant(info, begin), "end": instant(info, end) if end else now()}


def instant(info: Info, when: date | datetime) -> datetime:
    """The instant in UTC: a bare date is that day's end in the account's time zone. Raises Invalid."""
    return calendars.instant(when, context.of(info).zone)
