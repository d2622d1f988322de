"""Linking: who manages a person or a team made by hand or by another integration, and what waits for an administrator.

The same name is no proof that it is the same person. So a provider's wish to write somebody it does not own is kept
here, and an administrator decides; memberships and history are not touched by either answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from catalog import access, permissions, sql
from catalog.actors import Actor
from catalog.changes import Change
from catalog.database import database
from catalog.dialects import DIALECTS, FOREVER
from catalog.engines import Row
from catalog.errors import NotPermitted
from catalog.ids import fold, new_id
from catalog.models import Integration, Team, User
from catalog.services import account_roles
from catalog.services.external_ids import Subject, remember_external_id


@dataclass(frozen=True, slots=True)
class Linked:
    """How many were linked, and how many still wait: administrators, and those of another name by now."""

    users: int
    teams: int
    left: int
    user_ids: tuple[UUID, ...] = field(default=(), compare=False)
    team_ids: tuple[UUID, ...] = field(default=(), compare=False)


async def ask(this: Change, *, kind: str, subject_id: UUID, name: str, external_id: str | None) -> None:
    """The asking integration's wish put into the queue: `link_user`, `link_team` or `rehire`.

    One that waits already is asked once more. Nothing, if nobody asks for an integration.
    """
    if this.actor.integration_id is None:
        return
    this.run(
        "INSERT INTO pending_decisions (id, account_id, integration_id, kind, subject_id, name, external_id, attempts, "
        "first_asked_at, last_asked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $8, $9) "
        "ON CONFLICT (integration_id, kind, subject_id) WHERE decided_at IS NULL DO UPDATE SET "
        "attempts = pending_decisions.attempts + 1, last_asked_at = excluded.last_asked_at, name = excluded.name, "
        "external_id = coalesce(excluded.external_id, pending_decisions.external_id)",
        *(new_id(), this.account_id, this.actor.integration_id, kind, subject_id, name, external_id),
        *(this.at, this.at),
    )


async def pending(actor: Actor, integration_id: UUID | None = None) -> Sequence[Row]:
    """What waits, oldest first: `id kind subject_id name external_id attempts integration_id integration` and when.

    `there` is what the person or team is called here, `owner` the integration that has them now, if any. Raises
    NotPermitted.
    """
    permissions.need(actor, "provisioning.read")
    db = database(actor.account_id)
    say = DIALECTS[db.dialect]
    params: list[Any] = [actor.account_id]
    among = ""
    if integration_id is not None:
        params.append(integration_id)
        among = "AND d.integration_id = $2 "
    return await db.rows(
        "SELECT d.id, d.kind, d.subject_id, d.name, d.external_id, d.attempts, d.integration_id, "
        "i.name AS integration, coalesce(u.name, t.name) AS there, o.name AS owner, "
        f"{say.instant('d.first_asked_at')} AS first_asked_at, {say.instant('d.last_asked_at')} AS last_asked_at "
        "FROM pending_decisions d JOIN integrations i ON i.id = d.integration_id "
        "LEFT JOIN users u ON u.id = d.subject_id LEFT JOIN teams t ON t.id = d.subject_id "
        "LEFT JOIN integrations o ON o.id = coalesce(u.integration_id, t.integration_id) "
        f"WHERE d.account_id = $1 AND d.decided_at IS NULL {among}ORDER BY d.first_asked_at, d.id",
        *params,
    )


async def link_user(this: Change, integration_id: UUID, who: UUID | User) -> None:
    """The person is the integration's from now on. Nothing, if they are already.

    Somebody's row may be given where the caller goes on to alter it. Raises NotFound; NotPermitted for a break-glass
    administrator, and for an integration that takes anybody but people made by hand who are not administrators.
    """
    user = who if isinstance(who, User) else await access.user(this, who, lock=True)
    integration = await access.integration(this, integration_id)
    if user.is_break_glass:
        raise NotPermitted(f"{user.name} may always sign in with a password, so no integration manages them.")
    if this.actor.integration_id is None:
        _need_administrator(this)
    elif this.actor.integration_id != integration_id or user.integration_id is not None or user.role == "admin":
        raise NotPermitted(f"{this.actor.name} may not link {user.name}: an administrator decides that.")
    await _link(this, integration, user, "user")
    await account_roles.follow(this, [user.id], at_hand=user)


async def link_team(this: Change, integration_id: UUID, who: UUID | Team) -> None:
    """The team is the integration's from now on, with everybody in it. Nothing, if it is already.

    Raises NotFound, NotPermitted, AlreadyTaken where the integration pushes another team of that name.
    """
    _need_administrator(this)
    team = who if isinstance(who, Team) else await access.team(this, who, lock=True)
    await _link(this, await access.integration(this, integration_id), team, "team")
    await account_roles.follow_group(this, team, integration_id)
    await this.flush()


async def link_all_exact(this: Change, integration_id: UUID) -> Linked:
    """All who wait and are called here exactly as the integration calls them, linked; case does not matter.

    Administrators are left waiting: whoever hands one to a provider says so one by one (`link_user`).
    """
    _need_administrator(this)
    integration = await access.integration(this, integration_id)
    waiting = await this.rows(
        "SELECT kind, subject_id, name FROM pending_decisions WHERE account_id = $1 AND integration_id = $2 "
        "AND decided_at IS NULL AND kind IN ('link_user', 'link_team')",
        this.account_id,
        integration_id,
    )
    asked = {(row["kind"], str(row["subject_id"])): fold(row["name"]) for row in waiting}
    users = [
        user
        for user in await _waiting(this, User, "link_user", integration_id)
        if user.role != "admin" and not user.is_break_glass and asked[("link_user", str(user.id))] == user.user_name_key
    ]
    teams = [
        team
        for team in await _waiting(this, Team, "link_team", integration_id)
        if asked[("link_team", str(team.id))] in (team.provider_name_key, team.name_key)
    ]
    for user in users:
        await _link(this, integration, user, "user")
    for team in teams:
        await _link(this, integration, team, "team")
        await account_roles.follow_group(this, team, integration_id)
    await account_roles.follow(this, [user.id for user in users])
    return Linked(
        *(len(users), len(teams), len(waiting) - len(users) - len(teams)),
        user_ids=tuple(user.id for user in users),
        team_ids=tuple(team.id for team in teams),
    )


async def detach_user(this: Change, user_id: UUID) -> None:
    """The person is managed by nobody but Muster from now on. Nothing, if they are not managed. Raises NotFound."""
    if await _detach(this, await access.user(this, user_id, lock=True), "user"):
        await account_roles.follow(this, [user_id])


async def detach_team(this: Change, team_id: UUID) -> None:
    """The team is managed by nobody but Muster from now on, and listed. Nothing, if it is not managed.

    Raises NotFound.
    """
    team = await access.team(this, team_id, lock=True)
    team.is_listed = True
    await account_roles.follow_group(this, team, await _detach(this, team, "team"))


# --- what the verbs lean on ---------------------------------------------------------------------------------------


async def _link(this: Change, integration: Integration, subject: User | Team, kind: Subject) -> None:
    if subject.integration_id != integration.id:
        before, subject.integration_id = subject.integration_id, integration.id
        this.record(
            f"{kind}.linked",
            subject,
            kind=kind,
            name=subject.name,
            before={"integration_id": str(before)} if before else None,
            after={"integration_id": str(integration.id), "integration": integration.name},
        )
    wishes = await this.rows(
        "SELECT external_id FROM pending_decisions WHERE account_id = $1 AND integration_id = $2 AND kind = $3 "
        "AND subject_id = $4 AND decided_at IS NULL",
        *(this.account_id, integration.id, f"link_{kind}", subject.id),
    )
    if wishes and wishes[0]["external_id"] is not None:
        await remember_external_id(this, integration.id, kind, subject.id, wishes[0]["external_id"])
    if wishes:
        this.run(
            "UPDATE pending_decisions SET decided_at = $1, decision = 'linked' WHERE account_id = $2 "
            "AND integration_id = $3 AND kind = $4 AND subject_id = $5 AND decided_at IS NULL",
            *(this.at, this.account_id, integration.id, f"link_{kind}", subject.id),
        )


async def _detach(this: Change, subject: User | Team, kind: Subject) -> UUID | None:
    """The integration that had them until now, if any."""
    _need_administrator(this)
    if subject.integration_id is None:
        return None
    former, subject.integration_id = subject.integration_id, None
    this.run(
        "UPDATE external_ids SET until = $1 WHERE account_id = $2 AND integration_id = $3 AND subject_kind = $4 "
        f"AND subject_id = $5 AND until = {FOREVER}",
        *(this.at, this.account_id, former, kind, subject.id),
    )
    this.record(f"{kind}.detached", subject, kind=kind, name=subject.name, before={"integration_id": str(former)})
    await this.flush()
    return former


async def _waiting(this: Change, model: Any, kind: str, integration_id: UUID) -> list[Any]:
    """The rows for which a decision of this kind is open, held until the change ends."""
    held = DIALECTS[this.dialect].for_update
    rows = await this.rows(
        f"SELECT {sql.columns(model, 'r')} FROM {model._meta.db_table} r WHERE r.account_id = $1 "
        "AND r.deleted_at IS NULL AND r.id IN (SELECT subject_id FROM pending_decisions "
        f"WHERE integration_id = $2 AND kind = $3 AND decided_at IS NULL) ORDER BY r.id{held}",
        *(this.account_id, integration_id, kind),
    )
    return [access.loaded(model, row) for row in rows]


def _need_administrator(this: Change) -> None:
    permissions.need(this.actor, "integrations.manage")
