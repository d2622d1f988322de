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
LATEST = 10_000
"""Rows of the log, the latest, that p95 is told from: to sort all those of a busy day would take too long."""


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
    of the latest requests took at most, None where there was none; a row of like reads counts with its mean.
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
    db = database(actor.account_id)
    say = DIALECTS[db.dialect]
    logged = "provisioning_events p WHERE p.account_id = $1 AND p.at >= $3 AND p.integration_id"
    rows = await db.rows(
        "WITH slow AS MATERIALIZED (SELECT i.id, (SELECT min(r.duration_ms) FROM (SELECT n.duration_ms, "
        "sum(n.requests) OVER () AS whole, "
        "sum(n.requests) OVER (ORDER BY n.duration_ms ROWS UNBOUNDED PRECEDING) AS upto "
        f"FROM (SELECT p.duration_ms, p.requests FROM {logged} = i.id ORDER BY p.at DESC LIMIT {LATEST}) n) r "
        "WHERE r.upto >= 0.95 * r.whole) AS p95 FROM integrations i "
        f"WHERE i.account_id = $1 AND {say.one_of('i.id', '$2', 'uuid')}), "
        f"told AS MATERIALIZED (SELECT p.integration_id, {say.seconds('p.at')} / {size} AS bucket, "
        "sum(p.requests) AS requests, sum(CASE WHEN p.status >= 400 THEN p.requests ELSE 0 END) AS failed, "
        "sum(CASE WHEN p.status = 429 THEN p.requests ELSE 0 END) AS rate_limited "
        f"FROM {logged} IN (SELECT id FROM slow) GROUP BY 1, 2) "
        "SELECT t.integration_id, t.bucket, t.requests, t.failed, t.rate_limited, s.p95 "
        "FROM told t JOIN slow s ON s.id = t.integration_id",
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
