"""Decisions: an administrator's answers to what `linking.ask` put into the queue and linking alone does not settle."""

from __future__ import annotations

from uuid import UUID

from catalog import access, permissions
from catalog.changes import Change
from catalog.errors import Invalid
from catalog.models import PendingDecision
from catalog.services import account_roles, users


async def dismiss(this: Change, decision_id: UUID) -> PendingDecision:
    """Nothing is done about what waits: it is out of the queue, and comes back if the integration asks once more.

    (An answer for good would hide what the integration is told: that its wish waits.) Of a rehire it says no more than
    that the question is closed. Raises NotFound, NotPermitted; Invalid for a decision that is taken.
    """
    decision = await _open(this, decision_id)
    _take(this, decision, "dismissed")
    return decision


async def decide_rehire(this: Change, decision_id: UUID, *, same_person: bool) -> None:
    """Whether somebody who came back under another externalId is the same person.

    The same: they stay as they are. (Their account role was reset when they came back: by their groups it is given
    again now; one that was given by hand may be given again.)
    Somebody else: the record ends here with its memberships and history, and the provider's next push of the userName
    makes a new person. Raises NotFound, NotPermitted; Invalid for another kind of decision or one that is taken.
    """
    decision = await _open(this, decision_id)
    if decision.kind != "rehire":
        raise Invalid("decision", "it is not about a rehire.")
    _take(this, decision, "same person" if same_person else "somebody else")
    await this.flush()
    if same_person:
        await account_roles.follow(this, [decision.subject_id])
    else:
        await users.delete(this, await users.lock(this, decision.subject_id))
        await this.flush()


async def _open(this: Change, decision_id: UUID) -> PendingDecision:
    """The decision that waits, held until the change ends. Raises NotFound, NotPermitted, Invalid."""
    permissions.need(this.actor, "integrations.manage")
    decision = await access.decision(this, decision_id, lock=True)
    if decision.decided_at is not None:
        raise Invalid("decision", "it has been taken already.")
    return decision


def _take(this: Change, decision: PendingDecision, answer: str) -> None:
    decision.decided_at, decision.decision = this.at, answer
    this.record("decision.taken", decision, kind="decision", name=decision.name, after={"decision": answer})
