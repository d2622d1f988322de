"""Calendars: what a bare date means in an account, and how a time is cut into days, weeks and months there."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from datetime import time as clock
from time import monotonic
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from catalog.actors import Actor
from catalog.database import database
from catalog.errors import Invalid

Interval = Literal["day", "week", "month"]

CACHED_S = 0.9
"""How long a process may go on with a time zone that was changed elsewhere."""

_TICK = timedelta(milliseconds=1)
_cache: dict[UUID, tuple[float, ZoneInfo]] = {}


async def zone_of(actor: Actor) -> ZoneInfo:
    """The time zone of the account, at most `CACHED_S` seconds old."""
    kept = _cache.get(actor.account_id)
    if kept is not None and kept[0] > monotonic():
        return kept[1]
    row = await database(actor.account_id).one("SELECT time_zone FROM accounts WHERE id = $1", actor.account_id)
    zone = named(row["time_zone"]) if row else ZoneInfo("UTC")
    _cache[actor.account_id] = (monotonic() + CACHED_S, zone)
    return zone


def forget(account_id: UUID) -> None:
    """The account's time zone is another one from now on."""
    _cache.pop(account_id, None)


def named(name: str) -> ZoneInfo:
    """The zone of an IANA name. Raises Invalid."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid("timeZone", f"there is no time zone {name[:100]!r}; give one such as Europe/Vienna.") from None


def instant(when: date | datetime, zone: tzinfo) -> datetime:
    """The instant in UTC: a bare date is the last millisecond of that day in the zone. Raises Invalid."""
    try:
        if isinstance(when, datetime):
            at = when.astimezone(UTC)
            return at.replace(microsecond=at.microsecond // 1000 * 1000)
        return beginning(when + timedelta(days=1), zone) - _TICK
    except (OverflowError, ValueError):
        raise Invalid("asOf", f"{when} is out of the calendar.") from None


def ends(begin: datetime, end: datetime, every: Interval, zone: tzinfo, *, most: int) -> list[datetime]:
    """The last instants of the days, weeks (to Sunday) or months that end after `begin` and before `end`, and `end`.

    Raises Invalid where there are more than `most`.
    """
    found: list[datetime] = []
    day = begin.astimezone(zone).date()
    while True:
        day = _last_day(day, every)
        last = beginning(day + timedelta(days=1), zone) - _TICK
        if last >= end:
            return [*found, end]
        if last > begin:
            found.append(last)
        if len(found) >= most:
            raise Invalid("every", f"there are more than {most} {every}s between the two; take a longer one.")
        day += timedelta(days=1)


def beginning(day: date, zone: tzinfo) -> datetime:
    """The first instant of the day in the zone, in UTC."""
    return datetime.combine(day, clock.min, zone).astimezone(UTC)


def _last_day(day: date, every: Interval) -> date:
    match every:
        case "day":
            return day
        case "week":
            return day + timedelta(days=6 - day.weekday())
        case _:
            following = day.replace(day=28) + timedelta(days=4)
            return following - timedelta(days=following.day)
