"""Account roles given by groups: who is in a pushed group of the allowlist has its role, and loses it on leaving.

Off unless an integration's setting `group_roles` names groups. Only people whom the integration owns, in groups that
it owns, by memberships that a provider has pushed (nobody makes themselves an administrator by joining by hand). A
role given by hand is never lowered: a person has the higher of theirs and their groups'. Break-glass people are left
alone, an open question about a rehire suspends what groups give, and the last administrator stays one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from catalog import access, sql
from catalog.actors import Role
from catalog.changes import Change
from catalog.dialects import DIALECTS, FOREVER
from catalog.mapping import highest
from catalog.models import Team, User
from catalog.services import administrators, recognition, sessions
from catalog.services.integration_settings import Settings, settings_held

CHUNK = 500
"""People held, and written, at once."""

_PUSHED = f"m.valid_to = {FOREVER} AND m.integration_id IS NOT NULL"


async def follow_members(this: Change, team: Team, user_ids: Collection[UUID]) -> None:
    """These people joined the team or left it: their roles follow, if its group gives one."""
    if team.integration_id is None or not user_ids:
        return
    settings = await settings_held(this, team.integration_id)
    if settings.role_of(team.provider_name_key) is not None:
        await follow(this, user_ids)


async def follow_group(this: Change, team: Team, integration_id: UUID | None) -> None:
    """The team of this integration was renamed, deleted, restored, linked or detached: roles follow."""
    if integration_id is None or not (await settings_held(this, integration_id)).group_roles:
        return
    await this.flush()
    rows = await this.rows(f"SELECT m.user_id FROM memberships m WHERE m.team_id = $1 AND {_PUSHED}", team.id)
    await follow(this, {*_ids(rows), *await holders(this, integration_id)})


async def follow_integration(this: Change, integration_id: UUID) -> None:
    """The integration's groups give other roles than before: everybody's follow."""
    await this.flush()
    settings = await settings_held(this, integration_id)
    giving = [team_id for team_id, key in await _groups(this, integration_id) if settings.role_of(key)]
    chosen = DIALECTS[this.dialect].one_of("m.team_id", "$1", "uuid")
    rows = await this.rows(f"SELECT m.user_id FROM memberships m WHERE {chosen} AND {_PUSHED}", giving)
    await follow(this, {*_ids(rows), *await holders(this, integration_id)})


async def holders(this: Change, integration_id: UUID) -> list[UUID]:
    """The integration's people whose role a group gives."""
    return _ids(
        await this.rows(
            "SELECT id AS user_id FROM users WHERE account_id = $1 AND integration_id = $2 AND deleted_at IS NULL "
            "AND role_by_hand IS NOT NULL",
            this.account_id,
            integration_id,
        )
    )


async def follow(this: Change, user_ids: Iterable[UUID], *, at_hand: User | None = None) -> int:
    """Everybody of these has the role that is theirs by hand, or the highest that their groups give; how many changed.

    A lower role holds at once: what was remembered of tokens is forgotten. `at_hand`: one of them whose row the caller
    goes on to alter.
    """
    await this.flush()
    settings: dict[UUID | None, Settings] = {}
    ids, changed = sorted(set(user_ids)), 0
    for start in range(0, len(ids), CHUNK):
        people = await _held(this, ids[start : start + CHUNK], at_hand)
        for owner in {user.integration_id for user in people} - set(settings):
            settings[owner] = await settings_held(this, owner)
        # Asked once they are held: whoever changed another group of theirs at the same time is done with it.
        given = await _given(this, [user.id for user in people])
        wanted = {
            user.id: highest(
                user.role_by_hand or user.role,
                *(role for key in given.get(user.id, ()) if (role := settings[user.integration_id].role_of(key))),
            )
            for user in people
        }
        kept = await _last_administrator(this, people, wanted)
        for user in people:
            if user.id != kept:
                changed += _give(this, user, wanted[user.id])
        await this.flush()
    return changed


# --- what the verbs lean on ---------------------------------------------------------------------------------------


def _give(this: Change, user: User, role: str) -> bool:
    own = user.role_by_hand or user.role
    before, user.role = user.role, role
    user.role_by_hand = own if role != own else None
    if before == role:
        return False
    if highest(before, role) == before:
        # What is open in a browser was opened by somebody who might do more.
        sessions.end_all_of(this, user.id)
    this.record("user.role_changed", user, kind="user", name=user.name, before={"role": before}, after={"role": role})
    recognition.forget()
    return True


async def _held(this: Change, ids: Sequence[UUID], at_hand: User | None) -> list[User]:
    """The people, held until the change ends, without those who always may sign in with a password."""
    say = DIALECTS[this.dialect]
    rows = await this.rows(
        f"SELECT {sql.columns(User, 'u')} FROM users u WHERE u.account_id = $1 AND u.deleted_at IS NULL "
        f"AND NOT u.is_break_glass AND {say.one_of('u.id', '$2', 'uuid')} ORDER BY u.id{say.for_update}",
        this.account_id,
        list(ids),
    )
    people = [access.loaded(User, row) for row in rows]
    return [at_hand if at_hand is not None and user.id == at_hand.id else user for user in people]


async def _given(this: Change, ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """The groups of each person, by folded displayName, that count: pushed, and of the integration that owns them."""
    rows = await this.rows(
        "SELECT m.user_id, t.provider_name_key FROM users u JOIN memberships m ON m.user_id = u.id "
        "JOIN teams t ON t.id = m.team_id AND t.integration_id = u.integration_id AND t.deleted_at IS NULL "
        f"WHERE u.account_id = $1 AND {DIALECTS[this.dialect].one_of('u.id', '$2', 'uuid')} AND {_PUSHED} "
        "AND NOT EXISTS (SELECT 1 FROM pending_decisions d WHERE d.subject_id = u.id AND d.kind = 'rehire' "
        "AND d.decided_at IS NULL)",
        this.account_id,
        list(ids),
    )
    groups: dict[UUID, list[str]] = {}
    for row in rows:
        groups.setdefault(UUID(str(row["user_id"])), []).append(row["provider_name_key"])
    return groups


async def _groups(this: Change, integration_id: UUID) -> list[tuple[UUID, str]]:
    rows = await this.rows(
        "SELECT id, provider_name_key FROM teams WHERE account_id = $1 AND integration_id = $2 AND deleted_at IS NULL",
        this.account_id,
        integration_id,
    )
    return [(UUID(str(row["id"])), row["provider_name_key"]) for row in rows]


async def _last_administrator(this: Change, people: Sequence[User], wanted: dict[UUID, str]) -> UUID | None:
    """Who of them stays an administrator, though no group says so any more, because nobody else would be one."""
    leaving = [
        user
        for user in people
        if user.role == Role.ADMIN and wanted[user.id] != Role.ADMIN and user.deactivated_at is None
    ]
    if not leaving:
        return None
    coming = any(
        user.role != Role.ADMIN and wanted[user.id] == Role.ADMIN and user.deactivated_at is None for user in people
    )
    if coming or await administrators.are_left(this, [user.id for user in leaving]):
        return None
    return leaving[0].id


def _ids(rows: Iterable[Any]) -> list[UUID]:
    return [UUID(str(row["user_id"])) for row in rows]
