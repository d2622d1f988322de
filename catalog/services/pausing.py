"""Pausing: an integration whose writes are refused until an administrator lets it go on; what it reads is answered.

By an administrator's hand, or by itself where it deactivates or empties more than usual (`alerts`).
"""

from __future__ import annotations

from time import monotonic
from uuid import UUID

from catalog import access, permissions
from catalog.actors import Actor
from catalog.changes import Change
from catalog.database import database
from catalog.errors import Paused
from catalog.models import Integration

REMEMBERED_S = 0.9
"""How long a process may go on with an integration that was paused elsewhere."""

BY_HAND = "An administrator paused it."

_known: dict[UUID, tuple[float, Paused | None]] = {}


async def need_running(actor: Actor) -> None:
    """Nothing, unless an integration asks that is paused. Raises Paused; at most `REMEMBERED_S` seconds late."""
    if actor.integration_id is None:
        return
    kept = _known.get(actor.integration_id)
    if kept is None or kept[0] <= monotonic():
        row = await database(actor.account_id).one(
            "SELECT name, pause_reason FROM integrations "
            "WHERE account_id = $1 AND id = $2 AND paused_at IS NOT NULL AND deleted_at IS NULL",
            actor.account_id,
            actor.integration_id,
        )
        problem = Paused(row["name"], row["pause_reason"] or BY_HAND) if row else None
        kept = monotonic() + REMEMBERED_S, problem
        _known[actor.integration_id] = kept
    if kept[1] is not None:
        raise kept[1]


async def pause(this: Change, integration_id: UUID) -> Integration:
    """The integration, whose writes are refused from now on: here at once, by every process within a second.

    Nothing, if it is paused already. Raises NotFound, NotPermitted.
    """
    permissions.need(this.actor, "integrations.manage")
    integration = await access.integration(this, integration_id, lock=True)
    hold(this, integration, BY_HAND)
    await this.flush()
    return integration


async def resume(this: Change, integration_id: UUID) -> Integration:
    """The integration, which may write again. Nothing, if it may already. Raises NotFound, NotPermitted."""
    permissions.need(this.actor, "integrations.manage")
    integration = await access.integration(this, integration_id, lock=True)
    if integration.paused_at is not None:
        before = {"reason": integration.pause_reason}
        integration.paused_at = integration.pause_reason = None
        this.record("integration.resumed", integration, kind="integration", name=integration.name, before=before)
        await this.flush()
    forget()
    return integration


def hold(this: Change, integration: Integration, reason: str) -> None:
    """The integration, which is held, is paused with the change; `reason` is a sentence."""
    if integration.paused_at is None:
        integration.paused_at, integration.pause_reason = this.at, reason
        after = {"reason": reason}
        this.record("integration.paused", integration, kind="integration", name=integration.name, after=after)
    forget()


def forget() -> None:
    """Every integration is looked up anew by this process."""
    _known.clear()
