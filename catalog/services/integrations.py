"""Integrations: connections to identity providers, from their making to their end.

What they call our people and teams is in `external_ids`, who manages whom in `linking`, what an administrator chose in
`integration_settings`; all of it is said here as `integrations.…`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from catalog import access, permissions, sql
from catalog.actors import Actor
from catalog.changes import Change
from catalog.database import database
from catalog.dialects import DIALECTS, FOREVER
from catalog.engines import Row
from catalog.errors import Invalid, NotFound
from catalog.ids import as_uuid, new_id, now
from catalog.models import Integration
from catalog.services import account_roles, invitations, mapping, recognition, tokens
from catalog.services.external_ids import external_id_of, forget_external_ids, remember_external_id
from catalog.services.integration_settings import Settings, forget, settings, settings_held, settings_of
from catalog.services.linking import (
    Linked,
    ask,
    detach_team,
    detach_user,
    link_all_exact,
    link_team,
    link_user,
    pending,
)

__all__ = [
    "Linked",
    "Settings",
    "ask",
    "create",
    "delete",
    "detach_team",
    "detach_user",
    "external_id_of",
    "forget_external_ids",
    "get",
    "known",
    "link_all_exact",
    "link_team",
    "link_user",
    "list_",
    "lock",
    "name_of",
    "named",
    "pending",
    "remember_external_id",
    "rename",
    "settings",
    "settings_held",
    "settings_of",
    "update_settings",
]

TYPES = ("scim",)
MAX_NAME_CHARACTERS = 200


async def create(this: Change, *, name: str, type: str = "scim") -> Integration:
    """A new integration, which has neither tokens nor people yet.

    Raises NotPermitted; Invalid for a blank or overlong name, or another type; AlreadyTaken.
    """
    _need_administrator(this)
    name = _checked_name(name)
    if type not in TYPES:
        raise Invalid("type", f"an integration is of type {' or '.join(TYPES)}.")
    integration = Integration(
        id=new_id(),
        account_id=this.account_id,
        type=type,
        name=name,
        settings={},
        created_at=this.at,
        updated_at=this.at,
    )
    this.add(integration)
    this.record("integration.created", integration, kind="integration", name=name, after={"name": name, "type": type})
    await this.flush()
    return integration


async def known(this: Change, name: str) -> Integration:
    """The integration of this name. Raises NotFound."""
    rows = await this.rows(
        f"SELECT {sql.columns(Integration, 'r')} FROM integrations r "
        "WHERE r.account_id = $1 AND r.name = $2 AND r.deleted_at IS NULL",
        this.account_id,
        name.strip(),
    )
    if not rows:
        raise NotFound("integration", name)
    return access.loaded(Integration, rows[0])


async def named(this: Change, name: str) -> Integration:
    """The integration of this name, made if there is none. Raises as `create` does."""
    try:
        return await known(this, name)
    except NotFound:
        return await create(this, name=name)


async def name_of(this: Change, integration_id: UUID | None) -> str | None:
    """What the integration is called; None for none."""
    if integration_id is None:
        return None
    rows = await this.rows(
        "SELECT name FROM integrations WHERE account_id = $1 AND id = $2", this.account_id, integration_id
    )
    return str(rows[0]["name"]) if rows else None


async def get(actor: Actor, id: UUID | str) -> Row:
    """The integration, as a row of `list_`. Raises NotFound; NotPermitted."""
    key = as_uuid(id) if isinstance(id, str) else id
    rows = await _read(actor, key) if key else []
    if not rows:
        raise NotFound("integration", id)
    return rows[0]


async def list_(actor: Actor) -> Sequence[Row]:
    """The account's integrations by name: `id type name settings version paused pause_reason created_at updated_at`,
    and how many `users`, `teams` and live `tokens` each has. Raises NotPermitted."""
    return await _read(actor, None)


async def lock(this: Change, integration_id: UUID, *, version: int | None = None) -> Integration:
    """The integration, held until the change ends; with `version`, only if it is still at it.

    Raises NotFound, VersionMismatch, NotPermitted.
    """
    _need_administrator(this)
    return await access.integration(this, integration_id, lock=True, version=version)


async def rename(this: Change, integration: Integration, name: str) -> bool:
    """The integration, which must be locked, under another name; whether it is another one.

    Raises Invalid for a blank or overlong name, AlreadyTaken, NotPermitted.
    """
    _need_administrator(this)
    before, after = integration.name, _checked_name(name)
    if before == after:
        return False
    integration.name = after
    told = {"name": before}, {"name": after}
    this.record("integration.updated", integration, kind="integration", name=after, before=told[0], after=told[1])
    await this.flush()
    recognition.forget()
    return True


async def update_settings(this: Change, integration_id: UUID, **choices: Any) -> Settings:
    """The settings with these choices, and people, teams and roles that are there already as they have them now.

    Raises NotFound, NotPermitted, Invalid.
    """
    _need_administrator(this)
    integration = await access.integration(this, integration_id, lock=True)
    before = Settings.read(integration.settings)
    after = before.altered(choices)
    if after != before:
        integration.settings = after.stored()
        this.record(
            "integration.updated",
            integration,
            kind="integration",
            name=integration.name,
            before={name: kept for name, kept in asdict(before).items() if name in choices},
            after={name: kept for name, kept in asdict(after).items() if name in choices},
        )
        await this.flush()
        await mapping.apply(this, integration_id, before, after)
    forget(integration_id)
    return after


async def delete(this: Change, integration_id: UUID) -> None:
    """The integration is gone: its tokens are refused from now on, its held letters discarded, what waited is moot.

    People and teams stay, with memberships and history, and are managed by hand from now on; account roles that its
    groups gave end. External ids stay as dormant names. Raises NotFound, NotPermitted.
    """
    _need_administrator(this)
    integration = await access.integration(this, integration_id, lock=True)
    with_roles = await account_roles.holders(this, integration_id)
    await tokens.revoke_all_of_integration(this, integration_id)
    await invitations.discard(this, integration_id)
    for table in ("users", "teams"):
        this.run(
            f"UPDATE {table} SET integration_id = NULL, version = version + 1, updated_at = $1 "
            "WHERE account_id = $2 AND integration_id = $3",
            *(this.at, this.account_id, integration_id),
        )
    this.run(
        f"UPDATE external_ids SET until = $1 WHERE account_id = $2 AND integration_id = $3 AND until = {FOREVER}",
        *(this.at, this.account_id, integration_id),
    )
    this.run(
        "UPDATE pending_decisions SET decided_at = $1, decision = 'moot' "
        "WHERE account_id = $2 AND integration_id = $3 AND decided_at IS NULL",
        *(this.at, this.account_id, integration_id),
    )
    integration.deleted_at = this.at
    this.record(
        "integration.deleted", integration, kind="integration", name=integration.name, before={"name": integration.name}
    )
    await account_roles.follow(this, with_roles)
    forget(integration_id)


async def _read(actor: Actor, id: UUID | None) -> Sequence[Row]:
    permissions.need(actor, "integrations.read")
    db = database(actor.account_id)
    say = DIALECTS[db.dialect]
    chosen, params = ("AND i.id = $3 ", [id]) if id is not None else ("", [])
    return await db.rows(
        f"SELECT i.id, i.type, i.name, {say.json_text('i.settings')} AS settings, i.version, "
        "i.paused_at IS NOT NULL AS paused, i.pause_reason, "
        f"{say.instant('i.created_at')} AS created_at, {say.instant('i.updated_at')} AS updated_at, "
        "(SELECT count(*) FROM users u WHERE u.account_id = i.account_id AND u.integration_id = i.id "
        "AND u.deleted_at IS NULL) AS users, "
        "(SELECT count(*) FROM teams t WHERE t.integration_id = i.id AND t.deleted_at IS NULL) AS teams, "
        "(SELECT count(*) FROM api_tokens k WHERE k.integration_id = i.id AND k.revoked_at IS NULL "
        "AND k.expires_at > $2) AS tokens "
        f"FROM integrations i WHERE i.account_id = $1 AND i.deleted_at IS NULL {chosen}ORDER BY i.name, i.id",
        *(actor.account_id, now(), *params),
    )


def _checked_name(name: str) -> str:
    """The name as it is kept. Raises Invalid."""
    name = name.strip()
    if not name or len(name) > MAX_NAME_CHARACTERS:
        raise Invalid("name", f"an integration's name has 1 to {MAX_NAME_CHARACTERS} characters.")
    return name


def _need_administrator(this: Change) -> None:
    permissions.need(this.actor, "integrations.manage")
