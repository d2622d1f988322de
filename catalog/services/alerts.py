"""Alerts: a provider that deactivates people, or empties teams, faster than is usual, and whom that is told to.

A group taken from an application by mistake deactivates a whole company. So each deactivation and each emptied team by
an integration leaves a mark in the very change, the marks of an hour are counted, and one too many writes letters to
the administrators and may pause the integration.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal
from uuid import UUID

from catalog import access, letters, permissions
from catalog.actors import Actor
from catalog.changes import Change, uninterrupted
from catalog.database import database, everywhere
from catalog.dialects import DIALECTS
from catalog.engines import Row, Statement
from catalog.errors import Paused
from catalog.ids import new_id, now
from catalog.models import Alert, AlertMark
from catalog.services import pausing, post
from catalog.services.integration_settings import MOST_PER_HOUR, Settings

Kind = Literal["deactivations", "emptied_teams"]

WITHIN = timedelta(hours=1)
QUIET = timedelta(hours=1)
"""After an alert, and after an administrator let the integration go on: who was told need not be told again."""

_HEADLINES: dict[Kind, str] = {
    "deactivations": "more than {number} people deactivated within an hour",
    "emptied_teams": "more than {number} teams emptied within an hour",
}
_DEEDS: dict[Kind, str] = {
    "deactivations": "deactivated more than {number} people",
    "emptied_teams": "emptied more than {number} teams",
}


async def note(this: Change, kind: Kind, subject_id: UUID) -> None:
    """The asking integration deactivates this person, or empties this team; one too many of an hour is told.

    Nothing, where no integration asks. Raises Paused where it was paused since its request began: nothing of the kind
    happens then any more.
    """
    integration_id = this.actor.integration_id
    if integration_id is None:
        return
    rows = await this.rows(
        "SELECT i.name, i.settings, i.paused_at IS NOT NULL AS paused, i.pause_reason, "
        "(SELECT count(*) FROM (SELECT 1 FROM alert_marks m WHERE m.integration_id = $2 AND m.kind = $3 AND m.at > $4 "
        f"LIMIT {MOST_PER_HOUR + 1}) counted) AS marks FROM integrations i WHERE i.account_id = $1 AND i.id = $2",
        *(this.account_id, integration_id, kind, this.at - WITHIN),
    )
    found = rows[0]
    if found["paused"]:
        raise _paused(found["name"], found["pause_reason"])
    settings = Settings.read(found["settings"])
    threshold = _threshold(settings, kind)
    if not threshold:
        return
    this.add(
        AlertMark(
            id=new_id(),
            account_id=this.account_id,
            integration_id=integration_id,
            kind=kind,
            subject_id=subject_id,
            at=this.at,
        )
    )
    if found["marks"] >= threshold:
        await _raise(this, integration_id, kind, threshold, pauses=settings.pause_on_alert)


async def list_(actor: Actor, *, integration_id: UUID | None = None, limit: int = 100) -> Sequence[Row]:
    """Alerts, newest first: `id integration_id integration kind threshold has_paused at`. Raises NotPermitted."""
    permissions.need(actor, "provisioning.read")
    db = database(actor.account_id)
    among, params = ("AND a.integration_id = $3 ", [integration_id]) if integration_id else ("", [])
    return await db.rows(
        "SELECT a.id, a.integration_id, i.name AS integration, a.kind, a.threshold, a.has_paused, "
        f"{DIALECTS[db.dialect].instant('a.at')} AS at FROM alerts a JOIN integrations i ON i.id = a.integration_id "
        f"WHERE a.account_id = $1 {among}ORDER BY a.id DESC LIMIT $2",
        *(actor.account_id, limit, *params),
    )


async def prune() -> None:
    """Every account's marks deleted that are counted no more."""

    async def delete() -> None:
        async with everywhere().unit() as unit:
            await unit.batch([Statement("DELETE FROM alert_marks WHERE at < $1", [now() - WITHIN])])

    await uninterrupted(delete)


async def _raise(this: Change, integration_id: UUID, kind: Kind, threshold: int, *, pauses: bool) -> None:
    """Administrators told, and the integration paused where it is set so; not within `QUIET` of the last time.

    Raises Paused where another change was quicker to pause it.
    """
    if await _is_quiet(this, integration_id, kind) or not await _is_first(this, integration_id, kind):
        return
    # Who was first before may have told them meanwhile.
    if await _is_quiet(this, integration_id, kind):
        return
    integration = await access.integration(this, integration_id, lock=pauses)
    if integration.paused_at is not None:
        raise _paused(integration.name, integration.pause_reason)
    self = {"integration_id": integration_id, "account_id": this.account_id}
    this.add(Alert(id=new_id(), **self, kind=kind, threshold=threshold, has_paused=pauses, at=this.at))
    this.record(
        "alert.raised",
        integration,
        kind="integration",
        name=integration.name,
        after={"kind": kind, "threshold": threshold, "has_paused": pauses},
        rises=False,
    )
    headline = _HEADLINES[kind].format(number=threshold)
    if pauses:
        pausing.hold(this, integration, f"{headline[0].upper()}{headline[1:]}.")
    facts = {"integration": integration.name, "headline": headline, "deed": _DEEDS[kind].format(number=threshold)}
    await post.tell_administrators(this, letters.ALERT, {**facts, "has_paused": pauses})


async def _is_first(this: Change, integration_id: UUID, kind: Kind) -> bool:
    """Whether no other change is about to raise this alert. The others go on, as many hold the integration's settings
    (`settings_held`): who waited with these for the first would be waited for by it. SQLite has one writer."""
    if this.dialect == "sqlite":
        return True
    lock = "SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0)) AS mine"
    rows = await this.rows(lock, f"alert {kind} {integration_id}")
    return bool(rows[0]["mine"])


async def _is_quiet(this: Change, integration_id: UUID, kind: Kind) -> bool:
    """Whether administrators know: they were told, or let the integration go on, within `QUIET`."""
    rows = await this.rows(
        "SELECT 1 FROM alerts WHERE integration_id = $1 AND kind = $2 AND at > $3 UNION ALL "
        "SELECT 1 FROM audit_events WHERE account_id = $4 AND subject_id = $1 AND action = 'integration.resumed' "
        "AND at > $3 LIMIT 1",
        *(integration_id, kind, this.at - QUIET, this.account_id),
    )
    return bool(rows)


def _paused(name: str, reason: str | None) -> Paused:
    pausing.forget()
    return Paused(name, reason or pausing.BY_HAND)


def _threshold(settings: Settings, kind: Kind) -> int:
    if kind == "deactivations":
        return settings.alert_deactivations_per_hour
    return settings.alert_emptied_teams_per_hour
