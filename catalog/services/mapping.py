"""Mapping, carried out: people and teams that are there already follow what an administrator chooses anew.

All of an integration's rows in the same change, a few hundred at a time; what becomes of none of them is not written.
The rules themselves are in `catalog.mapping`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, TypeVar
from uuid import UUID

from catalog import access, sql
from catalog.attributes import derive
from catalog.changes import Change
from catalog.dialects import DIALECTS
from catalog.errors import Invalid
from catalog.mapping import team_names
from catalog.models import Team, User
from catalog.services import account_roles, aliases
from catalog.services.integration_settings import Settings

CHUNK = 500
"""Rows held, and written, at once: within a statement's time on a busy machine."""

M = TypeVar("M", User, Team)

_NAMES = ("name", "given_name", "family_name", "email")


async def apply(this: Change, integration_id: UUID, before: Settings, after: Settings) -> None:
    """The integration's people and teams as `after` has them, where it differs from `before`.

    Raises Invalid, naming the people, where one would get another's email.
    """
    if before.email_from != after.email_from:
        # All old emails are given up before the first new one is taken.
        async for people in _of_integration(this, User, integration_id):
            await free_emails(this, people, after)
    if (before.name_from, before.email_from) != (after.name_from, after.email_from):
        async for people in _of_integration(this, User, integration_id):
            await map_people(this, people, after)
    if before.team_rules != after.team_rules:
        async for teams in _of_integration(this, Team, integration_id):
            await map_teams(this, teams, after)
    if before.group_roles != after.group_roles:
        await account_roles.follow_integration(this, integration_id)


async def map_teams(this: Change, teams: list[Team], settings: Settings) -> int:
    """The teams under the names that the settings give them; how many have another one now."""
    renamed = [team for team in teams if rename(this, team, team_names(settings.team_rules, team.provider_name))]
    await this.flush()
    await aliases.keep_all(this, renamed)
    return len(renamed)


def rename(this: Change, team: Team, names: Mapping[str, Any]) -> bool:
    """The columns that follow from a team's name, set and recorded; whether any differed."""
    if all(getattr(team, field) == value for field, value in names.items()):
        return False
    before, was_listed = names_of(team), team.is_listed
    for field, value in names.items():
        setattr(team, field, value)
    after = names_of(team)
    if before != after:
        this.record("team.renamed", team, kind="team", name=team.name, before=before, after=after)
    if team.is_listed != was_listed:
        shown = {"is_listed": was_listed}, {"is_listed": team.is_listed}
        this.record("team.updated", team, kind="team", name=team.name, before=shown[0], after=shown[1])
    return True


def names_of(team: Team) -> dict[str, str]:
    """What the team is called, as the audit trail tells it: its provider's name only where it is another one."""
    other = {"provider_name": team.provider_name} if team.provider_name != team.name else {}
    return {"name": team.name, **other}


def draw(user: User, settings: Settings) -> tuple[dict[str, Any], dict[str, Any]]:
    """The columns of the person's name and email as the settings have them; what differed, before and after."""
    before = {field: getattr(user, field) for field in _NAMES}
    derive(user, user.attributes, name_from=settings.name_from, email_from=settings.email_from)
    changed = [field for field in _NAMES if before[field] != getattr(user, field)]
    return {field: before[field] for field in changed}, {field: getattr(user, field) for field in changed}


async def map_people(this: Change, people: list[User], settings: Settings) -> int:
    """The people under the names and emails that the settings give them; how many differ from before.

    Raises Invalid where one would get another's email. Whoever's email is to change has none when this is called, or
    two that are exchanged would meet.
    """
    altered = 0
    for user in people:
        before, after = draw(user, settings)
        if after:
            altered += 1
            this.record("user.updated", user, kind="user", name=user.name, before=before, after=after)
    await _refuse_shared_emails(this, people)
    await this.flush()
    return altered


async def free_emails(this: Change, people: list[User], settings: Settings) -> None:
    """The emails that these people are about to give up are nobody's until they are written."""
    leaving = []
    for user in people:
        email_key = user.email_key
        draw(user, settings)
        if user.email_key != email_key and email_key is not None:
            leaving.append(user.id)
    chosen = DIALECTS[this.dialect].one_of("id", "$2", "uuid")
    this.run(f"UPDATE users SET email_key = NULL WHERE account_id = $1 AND {chosen}", this.account_id, leaving)
    await this.flush()


# --- what the verbs lean on ---------------------------------------------------------------------------------------


async def _of_integration(this: Change, model: type[M], integration_id: UUID) -> AsyncIterator[list[M]]:
    """The integration's rows in order of their ids, held until the change ends, in chunks."""
    last = UUID(int=0)
    text = (
        f"SELECT {sql.columns(model, 'r')} FROM {model._meta.db_table} r WHERE r.account_id = $1 "
        f"AND r.integration_id = $2 AND r.deleted_at IS NULL AND r.id > $3 ORDER BY r.id LIMIT {CHUNK}"
        f"{DIALECTS[this.dialect].for_update}"
    )
    while rows := [access.loaded(model, row) for row in await this.rows(text, this.account_id, integration_id, last)]:
        yield rows
        last = rows[-1].id


async def _refuse_shared_emails(this: Change, people: list[User]) -> None:
    wanted: dict[str, User] = {}
    for user in people:
        if user.email_key is not None:
            _refuse(user.email, wanted.setdefault(user.email_key, user).user_name, user)
    rows = await this.rows(
        "SELECT id, user_name, email_key FROM users WHERE account_id = $1 AND deleted_at IS NULL "
        f"AND {DIALECTS[this.dialect].one_of('email_key', '$2', 'text')}",
        this.account_id,
        list(wanted),
    )
    for row in rows:
        user = wanted[row["email_key"]]
        if str(row["id"]) != str(user.id):
            _refuse(user.email, row["user_name"], user)


def _refuse(email: str | None, holder: str, user: User) -> None:
    if holder != user.user_name:
        raise Invalid("email_from", f"{holder} and {user.user_name} would have the same email {email!r}.")
