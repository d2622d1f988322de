"""Endings: what goes with a person's access, their address, or their being the same person. Each within one change."""

from __future__ import annotations

from catalog.changes import Change
from catalog.models import User
from catalog.services import alerts, invitations, passwords, sessions, tokens


async def of_access(this: Change, user: User) -> None:
    """Nothing lets this person in any more: no session, no token of theirs, no link; letters on their way stay here.

    Raises Paused, where an integration has ended too much.
    """
    await alerts.note(this, "deactivations", user.id)
    await tokens.revoke_all_of(this, user.id)
    sessions.end_all_of(this, user.id)
    await invitations.withdraw(this, user)


async def of_address(this: Change, user: User, before: str) -> None:
    """The person's email was another one: who is let in by the new one was not let in by the old (CVE-2022-1680)."""
    await invitations.withdraw(this, user)
    await passwords.address_changed(this, user, before)


def of_identity(this: Change, user: User) -> None:
    """The person is gone, or may be somebody else on the same userName: their password, and what
    providers assert of them, are nobody's."""
    passwords.forget(this, user.id)
    this.run("DELETE FROM sign_in_identities WHERE account_id = $1 AND user_id = $2", this.account_id, user.id)
