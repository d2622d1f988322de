"""Invitations: the welcome letter of a new person, held back where a first sync would mail thousands.

A letter is put into the outbox by the change that makes the person, so there is one if and only if the person is
kept; `catalog.outbox` sends it. Whether they answered is told by `User.invitation`.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from catalog import access, letters, permissions
from catalog.changes import Change
from catalog.ids import new_id
from catalog.models import OutboxMessage, User
from catalog.services.integration_settings import Settings

HELD_ABOVE = 50
HELD_WITHIN = timedelta(hours=1)
"""More letters of one integration than that in an hour wait until an administrator sends or discards them. Writes at
the same moment do not see each other, so a few more may pass."""


async def welcome(this: Change, user: User) -> None:
    """A welcome letter for a new active person, and their invitation `sent`, or `held` where many come at once.

    None for a throw-away account, without an address that gets mail, where the integration is set to send none, or if
    the person had one before.
    """
    if user.deactivated_at is not None or not letters.can_get_mail(user.email):
        return
    integration_id = this.actor.integration_id
    rows = await this.rows(
        "SELECT a.name AS account, a.is_rehearsal, i.name AS integration, i.settings, "
        "(SELECT count(*) FROM (SELECT 1 FROM outbox_messages o WHERE o.integration_id = $2 AND o.created_at > $3 "
        "AND o.letter = $4 LIMIT $5) recent) AS recent, "
        "(SELECT count(*) FROM outbox_messages p WHERE p.user_id = $6 AND p.letter = $4) AS had "
        "FROM accounts a LEFT JOIN integrations i ON i.id = $2 WHERE a.id = $1",
        *(this.account_id, integration_id, this.at - HELD_WITHIN, letters.WELCOME, HELD_ABOVE, user.id),
    )
    found = rows[0]
    if found["is_rehearsal"] or found["had"] or not Settings.read(found["settings"]).welcome_letters:
        return
    held = integration_id is not None and found["recent"] >= HELD_ABOVE
    user.invitation = "held" if held else "sent"
    this.touch(user)
    letter_id = new_id()
    this.send(
        OutboxMessage(
            id=letter_id,
            account_id=this.account_id,
            integration_id=integration_id,
            user_id=user.id,
            letter=letters.WELCOME,
            recipient=user.email,
            facts={
                "name": user.name,
                "user_name": user.user_name,
                "account": found["account"],
                "integration": found["integration"],
            },
            state="held" if held else "waiting",
            next_attempt_at=this.at,
            message_id=f"<{letter_id}@muster.local>",
            created_at=this.at,
        )
    )


async def withdraw(this: Change, user: User) -> None:
    """Letters of this person that are not on their way are discarded, and an invitation not yet answered revoked."""
    this.run(
        "UPDATE outbox_messages SET state = 'discarded' "
        "WHERE account_id = $1 AND user_id = $2 AND state IN ('held', 'waiting', 'sending')",
        *(this.account_id, user.id),
    )
    if user.invitation in ("held", "sent"):
        user.invitation = "revoked"


async def release(this: Change, integration_id: UUID) -> int:
    """The letters of this integration that were held are sent from now on; how many.

    Raises NotFound; NotPermitted to all but administrators.
    """
    return await _decide(this, integration_id, state="waiting", invitation="sent", action="letters.released")


async def discard(this: Change, integration_id: UUID) -> int:
    """The letters of this integration that were held will not be sent; how many. Raises as `release` does."""
    return await _decide(this, integration_id, state="discarded", invitation="none", action="letters.discarded")


async def _decide(this: Change, integration_id: UUID, *, state: str, invitation: str, action: str) -> int:
    permissions.need(this.actor, "integrations.manage")
    integration = await access.integration(this, integration_id, lock=True)
    rows = await this.rows(
        "SELECT count(*) AS n FROM outbox_messages WHERE account_id = $1 AND integration_id = $2 AND state = 'held'",
        this.account_id,
        integration_id,
    )
    held = int(rows[0]["n"])
    if not held:
        return 0
    this.run(
        "UPDATE users SET invitation = $1 WHERE account_id = $2 AND invitation = 'held' AND id IN "
        "(SELECT user_id FROM outbox_messages WHERE account_id = $2 AND integration_id = $3 AND state = 'held')",
        *(invitation, this.account_id, integration_id),
    )
    this.run(
        "UPDATE outbox_messages SET state = $1, next_attempt_at = $2 "
        "WHERE account_id = $3 AND integration_id = $4 AND state = 'held'",
        *(state, this.at, this.account_id, integration_id),
    )
    this.record(action, integration, kind="integration", name=integration.name, after={"letters": held})
    await this.flush()
    return held
