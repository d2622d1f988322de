"""Arrivals: what is asked before somebody new is made, in one statement; and what they are once they are made, in none.

A first sync is arrivals and little else. Each question of its own costs PostgreSQL a round trip, and SQLite as much
Python as a row that is written.
"""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from catalog.changes import Change
from catalog.dialects import DIALECTS
from catalog.engines import Row
from catalog.ids import as_text, fold
from catalog.models import User
from catalog.services import invitations
from catalog.services.integration_settings import Settings
from catalog.services.invitations import Sender


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the account before somebody arrives in it."""

    is_here: bool
    """Somebody has the userName."""
    is_awaited: bool
    """Somebody's provider has named them as manager."""
    settings: Settings
    """The asking integration's, which stay so until the change ends; the defaults for anybody else."""
    sender: Sender


async def known(this: Change, user_name: str, employee_number: str | None) -> Known:
    """What is known before a person of this userName and employee number arrives."""
    say = DIALECTS[this.dialect]
    rows = await this.rows(
        "SELECT a.name AS account, a.is_rehearsal, i.name AS integration, i.settings, "
        f"{invitations.recent('$2', '$3')} AS recent, "
        "EXISTS (SELECT 1 FROM users u WHERE u.account_id = $1 AND u.user_name_key = $4 AND u.deleted_at IS NULL) "
        f"AS is_here, EXISTS (SELECT 1 FROM users w{say.by_index('users_manager_sought')} WHERE w.account_id = $1 "
        "AND w.manager_id IS NULL AND w.deleted_at IS NULL AND w.manager_key IN ($4, $5)) AS is_awaited "
        "FROM accounts a LEFT JOIN "
        f"(SELECT name, settings FROM integrations WHERE account_id = $1 AND id = $2{say.for_share}) i ON TRUE "
        "WHERE a.id = $1",
        *(this.account_id, this.actor.integration_id, this.at - invitations.HELD_WITHIN),
        *(fold(user_name), fold(employee_number) if employee_number else None),
    )
    found = rows[0]
    settings = Settings.read(found["settings"])
    return Known(
        is_here=bool(found["is_here"]),
        is_awaited=bool(found["is_awaited"]),
        settings=settings,
        sender=Sender.read(found, settings),
    )


def as_row(user: User, external_id: str | None) -> Row:
    """Somebody whom this change makes, as a row of `users.page`: what is about to be written is known already.

    The members of `attributes` are in the order in which they came, where PostgreSQL would give its own.
    """
    return {
        "id": user.id,
        "user_name": user.user_name,
        "given_name": user.given_name,
        "family_name": user.family_name,
        "version": user.version,
        "integration_id": user.integration_id,
        "attributes": orjson.dumps(user.attributes).decode(),
        "active": user.deactivated_at is None,
        "created_at": as_text(user.created_at),
        "updated_at": as_text(user.updated_at),
        "external_id": external_id,
        "teams": "",
    }
