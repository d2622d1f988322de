"""Post: letters put into the outbox, and what became of them; those that failed are sent again or thrown away.

What letters say is in `catalog.letters`, how they are sent in `catalog.outbox`, whom a new person's is kept back from
in `invitations`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from catalog import access, letters, permissions, sql
from catalog.actors import Actor
from catalog.changes import Change
from catalog.database import database
from catalog.dialects import DIALECTS
from catalog.engines import Row
from catalog.errors import Invalid, NotFound
from catalog.ids import new_id
from catalog.models import OutboxMessage, User

STATES = ("held", "waiting", "sending", "sent", "failed", "discarded")
MOST_AT_ONCE = 1_000


def put(
    this: Change,
    letter: str,
    recipient: str,
    facts: dict[str, Any],
    *,
    user_id: UUID | None = None,
    integration_id: UUID | None = None,
    state: str = "waiting",
) -> None:
    """A letter in the outbox, if and only if the change is kept."""
    letter_id = new_id()
    this.send(
        OutboxMessage(
            id=letter_id,
            account_id=this.account_id,
            integration_id=integration_id,
            user_id=user_id,
            letter=letter,
            recipient=recipient,
            facts=facts,
            state=state,
            next_attempt_at=this.at,
            message_id=f"<{letter_id}@muster.local>",
            created_at=this.at,
        )
    )


async def tell(
    this: Change, letter: str, user: User, facts: dict[str, Any] | None = None, *, at: str | None = None
) -> bool:
    """A letter to this person, at their address or another one; whether there is one: not in a throw-away account, and
    not to an address that gets no mail. `name` and `account` are among its facts in any case."""
    recipient = at or user.email
    rows = await this.rows("SELECT name, is_rehearsal FROM accounts WHERE id = $1", this.account_id)
    if recipient is None or not letters.can_get_mail(recipient) or rows[0]["is_rehearsal"]:
        return False
    put(this, letter, recipient, {"name": user.name, "account": rows[0]["name"], **(facts or {})}, user_id=user.id)
    return True


async def tell_administrators(this: Change, letter: str, facts: dict[str, Any]) -> int:
    """A letter to every administrator who is active and gets mail; how many."""
    rows = await this.rows(
        f"SELECT {sql.columns(User, 'u')} FROM users u WHERE u.account_id = $1 AND u.role = 'admin' "
        "AND u.deactivated_at IS NULL AND u.deleted_at IS NULL ORDER BY u.id",
        this.account_id,
    )
    return sum([await tell(this, letter, access.loaded(User, row), facts) for row in rows])


def withdraw(this: Change, user_id: UUID, *names: str) -> None:
    """Letters to this person that are not there yet will not be sent: all, or those of these names."""
    among = f" AND letter IN ({', '.join(f'${place}' for place in range(3, 3 + len(names)))})" if names else ""
    this.run(
        "UPDATE outbox_messages SET state = 'discarded' "
        f"WHERE account_id = $1 AND user_id = $2 AND state IN ('held', 'waiting', 'sending', 'failed'){among}",
        *(this.account_id, user_id, *names),
    )


async def counts(actor: Actor, integration_id: UUID | None = None) -> dict[str, int]:
    """How many letters there are in each of `STATES`, of one integration where one is said. Raises NotPermitted."""
    permissions.need(actor, "provisioning.read")
    among, params = ("AND integration_id = $2 ", [integration_id]) if integration_id else ("", [])
    rows = await database(actor.account_id).rows(
        f"SELECT state, count(*) AS n FROM outbox_messages WHERE account_id = $1 {among}GROUP BY state",
        *(actor.account_id, *params),
    )
    return dict.fromkeys(STATES, 0) | {row["state"]: row["n"] for row in rows}


async def list_(
    actor: Actor,
    *,
    states: Sequence[str] = ("held", "failed"),
    integration_id: UUID | None = None,
    after: UUID | None = None,
    limit: int = 100,
) -> Sequence[Row]:
    """Letters in these states, newest first: `id letter recipient state attempts last_error integration_id user_id`,
    and when `created_at next_attempt_at sent_at`. `after` is the id of the last one seen. Raises NotPermitted.

    What a letter says is not told: it may let somebody in.
    """
    permissions.need(actor, "provisioning.read")
    db = database(actor.account_id)
    say = DIALECTS[db.dialect]
    params: list[Any] = [actor.account_id, list(states)]
    among = ""
    for condition, value in (("o.integration_id =", integration_id), ("o.id <", after)):
        if value is not None:
            params.append(value)
            among += f"AND {condition} ${len(params)} "
    instants = ", ".join(
        f"{say.instant(f'o.{name}')} AS {name}" for name in ("created_at", "next_attempt_at", "sent_at")
    )
    return await db.rows(
        "SELECT o.id, o.letter, o.recipient, o.state, o.attempts, o.last_error, o.integration_id, o.user_id, "
        f"{instants} FROM outbox_messages o WHERE o.account_id = $1 AND {say.one_of('o.state', '$2', 'text')} {among}"
        f"ORDER BY o.id DESC LIMIT {min(max(limit, 1), MOST_AT_ONCE)}",
        *params,
    )


async def retry(this: Change, letter_id: UUID) -> None:
    """A letter that failed is tried again from the beginning. Raises NotFound, NotPermitted; Invalid for another."""
    letter = await _failed(this, letter_id)
    before, letter.state = letter.last_error, "waiting"
    letter.attempts, letter.next_attempt_at, letter.leased_until = 0, this.at, None
    this.record("letter.retried", letter, kind="letter", name=letter.recipient, before={"error": before})
    await this.flush()


async def retry_all(this: Change) -> int:
    """Every letter that failed is tried again, the oldest `MOST_AT_ONCE` of them; how many. Raises NotPermitted."""
    permissions.need(this.actor, "integrations.manage")
    rows = await this.rows(
        "SELECT id FROM outbox_messages WHERE account_id = $1 AND state = 'failed' ORDER BY id LIMIT $2",
        this.account_id,
        MOST_AT_ONCE,
    )
    for row in rows:
        await retry(this, UUID(str(row["id"])))
    return len(rows)


async def discard(this: Change, letter_id: UUID) -> None:
    """A letter that failed is not tried again, and not counted as failed. Raises as `retry` does."""
    letter = await _failed(this, letter_id)
    letter.state = "discarded"
    this.record("letter.discarded", letter, kind="letter", name=letter.recipient, before={"error": letter.last_error})
    await this.flush()


async def _failed(this: Change, letter_id: UUID) -> OutboxMessage:
    permissions.need(this.actor, "integrations.manage")
    rows = await this.rows(
        f"SELECT {sql.columns(OutboxMessage, 'o')} FROM outbox_messages o WHERE o.account_id = $1 AND o.id = $2"
        f"{DIALECTS[this.dialect].for_update}",
        this.account_id,
        letter_id,
    )
    if not rows:
        raise NotFound("letter", letter_id)
    letter = access.loaded(OutboxMessage, rows[0])
    if letter.state != "failed":
        raise Invalid("letter", f"it has not failed, it is {letter.state}.")
    return letter
