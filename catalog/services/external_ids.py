"""External ids: what an integration calls our people and teams.

A name that it uses, opaque and never parsed; no row is found by it without saying whose name it is, and none is made
from it (CVE-2025-41115). A name that is given up stays, dormant, with the instant since when.
"""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from catalog.changes import Change
from catalog.dialects import FOREVER
from catalog.ids import FOREVER as NEVER_ENDED
from catalog.ids import new_id
from catalog.models import ExternalId

Subject = Literal["user", "team"]


async def remember_external_id(
    this: Change, integration_id: UUID, kind: Subject, subject_id: UUID, value: str | None
) -> bool:
    """The integration calls this person or team `value` from now on, or nothing; whether that is new.

    The former name ends at the change's instant.
    """
    rows = await this.rows(
        "SELECT id, value FROM external_ids WHERE integration_id = $1 AND subject_kind = $2 "
        f"AND subject_id = $3 AND until = {FOREVER} AND account_id = $4",
        *(integration_id, kind, subject_id, this.account_id),
    )
    known = rows[0]["value"] if rows else None
    if known == value:
        return False
    if rows:
        this.run("UPDATE external_ids SET until = $1 WHERE id = $2", this.at, rows[0]["id"])
    if value is not None:
        this.add(_named(this, integration_id, kind, subject_id, value))
    return True


def current(kind: Subject, subject: str, integration: str) -> str:
    """What an integration calls somebody now, as an expression of SQL over their id and the integration's.

    No join, as PostgreSQL, before it knows the tables, would read every name of the integration for it.
    """
    return (
        f"(SELECT x.value FROM external_ids x WHERE x.integration_id = {integration} AND x.subject_kind = '{kind}' "
        f"AND x.subject_id = {subject} AND x.until = {FOREVER})"
    )


def first(this: Change, kind: Subject, subject_id: UUID, value: str) -> ExternalId:
    """What the asking integration calls somebody who is new here: a row to be added, as there can be no former one."""
    return _named(this, this.actor.integration_id, kind, subject_id, value)


async def external_id_of(this: Change, kind: Subject, subject_id: UUID) -> str | None:
    """What the asking integration calls this person or team now, or called it last; None if it never did.

    The last one counts too: whoever comes back under another name may be somebody else (a rehire is asked about).
    """
    whose = "FROM external_ids WHERE account_id = $1 AND integration_id = $2 AND subject_kind = $3 AND subject_id = $4"
    params = (this.account_id, this.actor.integration_id, kind, subject_id)
    # Apart, as each has an index of its own: to read all that the integration ever called anybody takes 120 ms.
    rows = await this.rows(f"SELECT value {whose} AND until = {FOREVER}", *params) or await this.rows(
        f"SELECT value {whose} AND until < {FOREVER} ORDER BY until DESC, since DESC, id DESC LIMIT 1", *params
    )
    return str(rows[0]["value"]) if rows else None


async def forget_external_ids(this: Change, kind: Subject, subject_id: UUID) -> None:
    """No integration calls this person or team anything from now on."""
    this.run(
        "UPDATE external_ids SET until = $1 "
        f"WHERE account_id = $2 AND subject_kind = $3 AND subject_id = $4 AND until = {FOREVER}",
        *(this.at, this.account_id, kind, subject_id),
    )


def _named(this: Change, integration_id: UUID | None, kind: Subject, subject_id: UUID, value: str) -> ExternalId:
    return ExternalId(
        id=new_id(),
        account_id=this.account_id,
        integration_id=integration_id,
        subject_kind=kind,
        subject_id=subject_id,
        value=value,
        since=this.at,
        until=NEVER_ENDED,
    )
