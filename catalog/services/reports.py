"""Reports on the directory in time: how many people there were, and who came, left and moved, interval by interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from catalog import permissions
from catalog.actors import Actor
from catalog.database import database
from catalog.errors import Invalid
from catalog.services import calendars
from catalog.services.calendars import Interval

MOST_INTERVALS = 400


@dataclass(frozen=True, slots=True)
class Headcount:
    """People at the end of an interval, and what happened in it.

    Who joined became active, who left ceased to be; who moved left one team and joined another.
    """

    at: datetime
    active: int
    deactivated: int
    joined: int
    left: int
    moved: int


async def headcount(actor: Actor, begin: datetime, end: datetime, every: Interval) -> list[Headcount]:
    """One for each day, week or month of the account's calendar that ends behind `begin`, up to `end`.

    Raises NotPermitted; Invalid where the end is not behind the beginning, or there are more than `MOST_INTERVALS`.
    """
    permissions.need(actor, "history.read")
    if end <= begin:
        raise Invalid("to", "the end comes behind the beginning.")
    zone = await calendars.zone_of(actor)
    ends = [begin, *calendars.ends(begin, end, every, zone, most=MOST_INTERVALS)]
    intervals = list(pairwise(ends))
    active, deactivated = await _at(actor, begin)
    told: list[Headcount] = []
    for (_, at), row in zip(intervals, await _happened(actor, intervals), strict=True):
        active += row["begun_active"] - row["ended_active"]
        deactivated += row["begun_inactive"] - row["ended_inactive"]
        told.append(Headcount(at, active, deactivated, row["joined"], row["gone"], row["moved"]))
    return told


async def _at(actor: Actor, at: datetime) -> tuple[int, int]:
    """How many were active and deactivated then."""
    rows = await database(actor.account_id).rows(
        "SELECT count(*) AS all_of_them, count(CASE WHEN p.is_active THEN 1 END) AS active FROM user_periods p "
        "WHERE p.account_id = $1 AND p.valid_from <= $2 AND p.valid_to > $2",
        *(actor.account_id, at),
    )
    return rows[0]["active"], rows[0]["all_of_them"] - rows[0]["active"]


async def _happened(actor: Actor, intervals: Sequence[tuple[datetime, datetime]]) -> list[Any]:
    """What happened in each interval: behind its beginning, up to its end."""
    db = database(actor.account_id)
    # One short statement for each: what they read together is what one long one would, and none runs out of time.
    return [(await db.rows(_IN_INTERVAL, actor.account_id, *interval))[0] for interval in intervals]


_BEGUN = "FROM user_periods p WHERE p.account_id = $1 AND p.valid_from > $2 AND p.valid_from <= $3"
_ENDED = "FROM user_periods p WHERE p.account_id = $1 AND p.valid_to > $2 AND p.valid_to <= $3"
_LASTED = "p.valid_to > p.valid_from"
_BEFORE = (
    "SELECT 1 FROM user_periods o WHERE o.user_id = p.user_id AND o.valid_to = p.valid_from "
    "AND o.valid_from < o.valid_to AND o.is_active"
)
_AFTER = (
    "SELECT 1 FROM user_periods o WHERE o.user_id = p.user_id AND o.valid_from = p.valid_to "
    "AND o.valid_from < o.valid_to AND o.is_active"
)
# Each stay that began or ended in the interval is met once: to look up each joiner's others took ten times as long.
_CAME_OR_WENT = " UNION ALL ".join(
    f"SELECT m.user_id, m.team_id, {came} AS came FROM memberships m WHERE m.account_id = $1 "
    f"AND m.{at} > $2 AND m.{at} <= $3 AND m.valid_to > m.valid_from"
    for at, came in (("valid_from", 1), ("valid_to", 0))
)
_MOVED = (
    f"SELECT e.user_id FROM ({_CAME_OR_WENT}) e JOIN teams t ON t.id = e.team_id WHERE t.is_listed GROUP BY e.user_id "
    "HAVING max(e.came) = 1 AND min(e.came) = 0 AND count(DISTINCT e.team_id) > 1"
)
_IN_INTERVAL = (
    f"SELECT (SELECT count(*) {_BEGUN} AND {_LASTED} AND p.is_active) AS begun_active, "
    f"(SELECT count(*) {_ENDED} AND {_LASTED} AND p.is_active) AS ended_active, "
    f"(SELECT count(*) {_BEGUN} AND {_LASTED} AND NOT p.is_active) AS begun_inactive, "
    f"(SELECT count(*) {_ENDED} AND {_LASTED} AND NOT p.is_active) AS ended_inactive, "
    f"(SELECT count(*) {_BEGUN} AND {_LASTED} AND p.is_active AND NOT EXISTS ({_BEFORE})) AS joined, "
    f"(SELECT count(*) {_ENDED} AND {_LASTED} AND p.is_active AND NOT EXISTS ({_AFTER})) AS gone, "
    f"(SELECT count(*) FROM ({_MOVED}) each) AS moved"
)
