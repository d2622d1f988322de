"""How an integration is doing: its requests of the last hours, counted from the provisioning log.

The same rows as the log shows, so that bars and counts equal what is listed. A row of like reads counts as often as
its number says. The log goes back 30 days, and so does this.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from catalog import permissions
from catalog.actors import Actor
from catalog.database import database
from catalog.dialects import DIALECTS
from catalog.errors import Invalid
from catalog.ids import now

MOST_HOURS = 30 * 24
HOURLY_UP_TO = 48
"""Hours that are counted one by one; longer times are counted by days."""
HOUR_S, DAY_S = 3600, 86400


@dataclass(frozen=True, slots=True)
class Bucket:
    """One hour, or one day (UTC), from `at` on: its requests, and those that failed (a status of 400 or more)."""

    at: datetime
    requests: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Health:
    """The whole time: sums of its buckets, which follow one another without a gap; the last one is not over yet.

    `rate_limited` are those answered with 429, which count as failed too. `p95_ms` is how long nineteen of twenty
    requests took at most, None where there was none; a row of like reads counts with its mean.
    """

    requests: int
    failed: int
    rate_limited: int
    p95_ms: float | None
    buckets: tuple[Bucket, ...]


async def of(actor: Actor, integration_ids: Sequence[UUID], *, hours: int = 24) -> Mapping[UUID, Health]:
    """The health of each of the integrations, in one statement; of one that nobody knows, as of one that is silent.

    Raises NotPermitted to all but administrators; Invalid for a time of no hour or of more than 30 days.
    """
    permissions.need(actor, "provisioning.read")
    if not 1 <= hours <= MOST_HOURS:
        raise Invalid("hours", f"1 to {MOST_HOURS} can be counted.")
    size = HOUR_S if hours <= HOURLY_UP_TO else DAY_S
    count = -(-hours * HOUR_S // size)
    last = int(now().timestamp()) // size
    starts = range(last - count + 1, last + 1)
    db = database()
    say = DIALECTS[db.dialect]
    rows = await db.rows(
        "WITH told AS (SELECT p.integration_id, p.status, p.requests, p.duration_ms, "
        f"{say.seconds('p.at')} / {size} AS bucket FROM provisioning_events p "
        f"WHERE p.account_id = $1 AND {say.one_of('p.integration_id', '$2', 'uuid')} AND p.at >= $3), "
        "ranked AS (SELECT integration_id, duration_ms, "
        "sum(requests) OVER (PARTITION BY integration_id ORDER BY duration_ms ROWS UNBOUNDED PRECEDING) AS upto, "
        "sum(requests) OVER (PARTITION BY integration_id) AS whole FROM told), "
        "slow AS (SELECT integration_id, min(duration_ms) AS p95 FROM ranked WHERE upto >= 0.95 * whole "
        "GROUP BY integration_id) "
        "SELECT t.integration_id, t.bucket, sum(t.requests) AS requests, "
        "sum(CASE WHEN t.status >= 400 THEN t.requests ELSE 0 END) AS failed, "
        "sum(CASE WHEN t.status = 429 THEN t.requests ELSE 0 END) AS rate_limited, max(s.p95) AS p95 "
        "FROM told t JOIN slow s ON s.integration_id = t.integration_id GROUP BY t.integration_id, t.bucket",
        *(actor.account_id, list(integration_ids), datetime.fromtimestamp(starts[0] * size, UTC)),
    )
    found: dict[UUID, dict[int, Mapping[str, float]]] = {id: {} for id in integration_ids}
    for row in rows:
        found[UUID(str(row["integration_id"]))][int(row["bucket"])] = row
    return {id: _health(buckets, starts, size) for id, buckets in found.items()}


def _health(found: Mapping[int, Mapping[str, float]], starts: range, size: int) -> Health:
    def of_bucket(number: int) -> Bucket:
        row = found.get(number, {"requests": 0, "failed": 0})
        return Bucket(datetime.fromtimestamp(number * size, UTC), int(row["requests"]), int(row["failed"]))

    buckets = tuple(of_bucket(number) for number in starts)
    return Health(
        requests=sum(bucket.requests for bucket in buckets),
        failed=sum(bucket.failed for bucket in buckets),
        rate_limited=sum(int(row["rate_limited"]) for row in found.values()),
        p95_ms=max((float(row["p95"]) for row in found.values()), default=None),
        buckets=buckets,
    )
