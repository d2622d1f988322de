"""After a restore: an account stands behind a fence until somebody has been through what a backup cannot know.

The backup is older than the world. Letters that wait in it may have been sent, people who are active in it may have
left, tokens that are live in it may have been revoked since. So sessions and personal tokens have ended, links that
were sent open nothing, no letter leaves, and only break-glass people sign in, while providers push what they know. The
checklist says what is to be done; `finish` takes the fence away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from catalog import access, permissions, sql
from catalog.actors import Actor, command
from catalog.changes import Change
from catalog.database import database
from catalog.dialects import Dialect
from catalog.engines import Row
from catalog.engines.streams import Filling
from catalog.errors import Invalid, Restored
from catalog.ids import new_id
from catalog.models import AuditEvent, User
from catalog.services import tokens

FLAG, SETTING = "is_restored", "restored"
"""Where the account's settings say so, and since when: `at` of the restore, `backup` when the backup was made."""

_UNSENT = "state IN ('waiting', 'sending', 'failed')"


@dataclass(frozen=True, slots=True)
class Checklist:
    """What is to be looked at: since when, and what there is of it."""

    restored_at: datetime
    backup_at: datetime
    letters: int
    """Letters of the backup that were not sent when it was made."""
    integrations: Sequence[Row]
    """`name requests`: how many requests each has sent since."""
    tokens: Sequence[Row]
    """Live tokens of integrations and services, as `tokens.list_` tells them: one revoked since the backup is back."""


def behind_fence(say: Dialect, account: str) -> str:
    """SQL: whether the account under this alias was restored, and nobody has been through the checklist yet."""
    return say.flag(f"{account}.settings", FLAG)


async def need_open(this: Change, user: User) -> None:
    """Nothing, if this person may sign in. Raises Restored."""
    if not user.is_break_glass and (await access.account(this)).settings.get(FLAG):
        raise Restored


async def raise_fence(filled: Filling, at: datetime, backup_at: datetime) -> None:
    """Everything that was just filled in put behind the fence, within the same transaction; the trail tells of it."""
    for table in ("api_tokens", "one_time_links"):
        await filled.run(f"UPDATE {table} SET revoked_at = $1 WHERE user_id IS NOT NULL AND revoked_at IS NULL", at)
    facts = {"at": at.isoformat(), "backup": backup_at.isoformat()}
    told = filled.rows("SELECT id, name, settings FROM accounts WHERE NOT is_rehearsal")
    for id, name, settings in [row async for some in told for row in some]:
        fenced = {**orjson.loads(settings), FLAG: True, SETTING: facts}
        await filled.run("UPDATE accounts SET settings = $1 WHERE id = $2", orjson.dumps(fenced).decode(), id)
        actor = command(UUID(str(id)))
        event = AuditEvent(
            id=new_id(),
            account_id=actor.account_id,
            at=at,
            change_id=new_id(),
            actor_kind=actor.kind.value,
            actor_name=actor.name,
            action="account.restored",
            subject_kind="account",
            subject_id=actor.account_id,
            subject_name=name,
            after={"backup": facts["backup"]},
        )
        statement = sql.insert(AuditEvent, [event])
        # Documents go in as text here, on both engines.
        params = [orjson.dumps(value).decode() if isinstance(value, dict) else value for value in statement.params]
        await filled.run(statement.sql, *params)


async def checklist(actor: Actor) -> Checklist | None:
    """What is to be looked at before the fence is taken away; None where there is none. Raises NotPermitted."""
    permissions.need(actor, "account.update")
    db = database(actor.account_id)
    (row,) = await db.rows("SELECT settings FROM accounts WHERE id = $1", actor.account_id)
    since = _since(row["settings"])
    if since is None:
        return None
    at, backup_at = since
    (unsent,) = await db.rows(
        f"SELECT count(*) AS n FROM outbox_messages WHERE account_id = $1 AND {_UNSENT} AND created_at <= $2",
        *(actor.account_id, at),
    )
    integrations = await db.rows(
        "SELECT i.name, (SELECT coalesce(sum(p.requests), 0) FROM provisioning_events p WHERE p.account_id = $1 "
        "AND p.integration_id = i.id AND p.at > $2) AS requests FROM integrations i WHERE i.account_id = $1 "
        "AND i.deleted_at IS NULL ORDER BY i.name",
        *(actor.account_id, at),
    )
    live = [token for token in await tokens.list_(actor) if token["user_id"] is None and token["revoked_at"] is None]
    return Checklist(at, backup_at, int(unsent["n"]), integrations, live)


async def finish(this: Change, *, send_letters: bool) -> None:
    """The fence taken away: everybody signs in again, and letters leave. Those of the backup that were not sent are
    sent now, or never will be.

    Raises NotPermitted; Invalid where there is no fence.
    """
    permissions.need(this.actor, "account.update")
    account = await access.account(this, lock=True)
    since = _since(account.settings)
    if since is None:
        raise Invalid("account", f"{account.slug} was not restored, or somebody has been through the checklist.")
    if not send_letters:
        this.run(
            f"UPDATE outbox_messages SET state = 'discarded' WHERE account_id = $1 AND {_UNSENT} AND created_at <= $2",
            *(this.account_id, since[0]),
        )
    account.settings = {name: value for name, value in account.settings.items() if name not in (FLAG, SETTING)}
    told = {"letters": "sent" if send_letters else "discarded"}
    this.record("account.resynced", account, kind="account", name=account.name, after=told)
    await this.flush()


def _since(stored: Any) -> tuple[datetime, datetime] | None:
    """When the account was restored, and when that backup was made."""
    settings = orjson.loads(stored) if isinstance(stored, str) else stored or {}
    if not settings.get(FLAG):
        return None
    facts = settings[SETTING]
    return datetime.fromisoformat(facts["at"]), datetime.fromisoformat(facts["backup"])
