"""Deliveries: the provisioning log, one row per request of a provider, kept for 30 days.

The row of a write is part of its change (`record`). Reads and failures are gathered (`Buffer`) and written within a
second: like reads as one row with their number, so that an hourly import neither fills the disk nor turns reads into
writes; a crash may lose them. What is kept of bodies is masked and cut in `masking`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from catalog import masking, permissions, sql
from catalog.actors import Actor
from catalog.changes import Change, uninterrupted
from catalog.database import database, everywhere
from catalog.engines import Row, Statement
from catalog.ids import as_uuid, new_id, now
from catalog.models import ProvisioningEvent
from catalog.selection import EVERYTHING, Column, Order, Where, Window
from catalog.services import recognition

KEPT = timedelta(days=30)
PRUNED_AT_ONCE = 5_000
MAX_BUFFERED = 5_000
"""Rows that wait to be written. Beyond it failures are counted together too, and at twice as many, dropped."""

NEWEST_FIRST = (Order(Column("at"), descending=True),)
LATEST = Window(100)


def record(this: Change, **event: Any) -> None:
    """The row of a write, kept if and only if the change is; nothing, where no integration asks.

    `event` is `method path status duration_ms`, and where they are known `resource_kind resource_id resource_name
    request_body response_body reason`.
    """
    if this.actor.integration_id is not None:
        this.add(_row(this.actor, this.at, event))


class Buffer:
    """Reads and failures of one process, until they are written."""

    def __init__(self) -> None:
        self._rows: list[ProvisioningEvent] = []
        self._alike: dict[tuple[Any, ...], _Alike] = {}

    def note(self, actor: Actor, *, shape: str | None = None, **event: Any) -> None:
        """A request that belongs to no change; `event` as in `record`. Bodies are kept of failures only.

        `shape` is what the paths of like requests have in common: without it, the path without its ids and question.
        """
        if actor.integration_id is None:
            return
        failed = event["status"] >= 400
        if failed and len(self._rows) < MAX_BUFFERED:
            self._rows.append(_row(actor, now(), event))
            return
        shape = shape or _shape(event["path"])
        key = (actor.token_id, actor.integration_id, event["method"], shape, event["status"])
        known = self._alike.get(key)
        if known is not None:
            known.requests += 1
            known.duration_ms += event["duration_ms"]
        elif len(self._alike) < MAX_BUFFERED:
            bare = {**event, "request_body": None, "response_body": None}
            self._alike[key] = _Alike(_row(actor, now(), bare), shape, event["duration_ms"])

    async def flush(self) -> None:
        """What was gathered, and when tokens were used, written. Raises Unavailable, and keeps it for the next time."""
        rows = [*self._rows, *(alike.row() for alike in self._alike.values())]
        if rows:

            async def write() -> None:
                async with everywhere().unit() as unit:
                    await unit.batch([sql.insert(ProvisioningEvent, rows)])

            self._rows, self._alike = [], {}
            try:
                await uninterrupted(write)
            except Exception:
                self._rows = [*rows, *self._rows][: 2 * MAX_BUFFERED]
                raise
        await recognition.write_uses()


@dataclass(slots=True)
class _Alike:
    """Requests that differ in nothing that is kept, counted: the row of the first one, until there is a second."""

    first: ProvisioningEvent
    shape: str
    duration_ms: float
    """Of all of them together."""
    requests: int = 1

    def row(self) -> ProvisioningEvent:
        """What is written of them."""
        row = self.first
        if self.requests > 1:
            row.requests, row.duration_ms = self.requests, self.duration_ms / self.requests
            row.path = self.shape
            row.resource_id = row.resource_name = row.request_id = None
        return row


async def list_(actor: Actor, where: Where = EVERYTHING, window: Window = LATEST) -> Sequence[Row]:
    """The log, newest first; `where` speaks of the columns of `catalog.tables.DELIVERIES`.

    `sort_key` and `id` are the position that `window.after` takes. Raises NotPermitted to all but administrators.
    """
    permissions.need(actor, "provisioning.read")
    db = database(actor.account_id)
    query = sql.Query(db.dialect, "deliveries", actor.account_id)
    for name in (
        *("id", "integration_id", "token_id", "method", "path", "status", "duration_ms", "requests"),
        *("resource_kind", "resource_id", "resource_name", "request_body", "response_body", "reason", "request_id"),
    ):
        query.column(name, f"p.{name}")
    query.column("at", query.dialect.instant("p.at"))
    query.where(where)
    query.window(NEWEST_FIRST, window)
    rows = await db.rows(query.text(), *query.params)
    return list(reversed(rows)) if window.backwards else rows


async def failures_of_last_day(actor: Actor) -> int:
    """How many requests were refused or failed in the last 24 hours. Raises NotPermitted to all but administrators."""
    permissions.need(actor, "provisioning.read")
    rows = await database(actor.account_id).rows(
        "SELECT coalesce(sum(requests), 0) AS n FROM provisioning_events "
        "WHERE account_id = $1 AND status >= 400 AND at > $2",
        actor.account_id,
        now() - timedelta(days=1),
    )
    return int(rows[0]["n"])


async def prune() -> None:
    """Every account's rows older than 30 days deleted, a few thousand at a time so that nobody waits for it."""
    oldest = now() - KEPT

    async def some() -> bool:
        async with everywhere().unit() as unit:
            # Account by account, as the index by time begins with it.
            rows = await unit.rows(
                "SELECT p.id FROM accounts a JOIN provisioning_events p ON p.account_id = a.id "
                "WHERE p.at < $1 LIMIT $2",
                oldest,
                PRUNED_AT_ONCE,
            )
            if rows:
                ids = [[row["id"]] for row in rows]
                await unit.batch([Statement("DELETE FROM provisioning_events WHERE id = $1", ids, many=True)])
        return len(rows) == PRUNED_AT_ONCE

    while await uninterrupted(some):
        pass


def _row(actor: Actor, at: datetime, event: dict[str, Any]) -> ProvisioningEvent:
    resource_id = event.get("resource_id")
    return ProvisioningEvent(
        id=new_id(),
        account_id=actor.account_id,
        integration_id=actor.integration_id,
        token_id=actor.token_id,
        at=at,
        method=masking.text(event["method"]),
        path=masking.text(event["path"]),
        status=event["status"],
        duration_ms=event["duration_ms"],
        requests=1,
        resource_kind=event.get("resource_kind"),
        resource_id=as_uuid(resource_id) if isinstance(resource_id, str) else resource_id,
        resource_name=masking.text(event.get("resource_name")),
        request_body=masking.body(event.get("request_body")),
        response_body=masking.body(event.get("response_body")),
        reason=masking.text(event.get("reason")),
        request_id=masking.text(actor.request_id),
    )


def _shape(path: str) -> str:
    """The path without its question and with `{id}` for ids: what like requests have in common."""
    bare = path.partition("?")[0]
    return "/".join("{id}" if as_uuid(part) else part for part in bare.split("/"))[:200]
