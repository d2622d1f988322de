"""Ownership: what somebody may write because it is theirs, and what is left to the provider that manages it.

An integration writes only its own people and teams; what was made by hand, or by another integration, waits to be
linked. People and service tokens leave alone what a provider sends, as it would only push it again; whatever the
provider does not send (a team's parent, alias, responsibilities, its members' roles) is theirs, by `permissions`.
"""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from catalog import access, permissions
from catalog.actors import ActorKind
from catalog.changes import Change
from catalog.dialects import FOREVER
from catalog.errors import Managed, WaitsToBeLinked
from catalog.models import Team, User
from catalog.permissions import Verdict
from catalog.services import integrations

_OPERATION = {"name": "teams.update", "parent": "teams.update", "members": "teams.set_members"}


async def need(this: Change, operation: str, team: Team | None = None) -> None:
    """Nothing, if the actor may do this, to `team` where there is one. Raises NotPermitted.

    A person's own teams are those they are on, and every team below them. What is an integration's own, `claim` knows.
    """
    own = False
    if permissions.verdict(this.actor, operation) is Verdict.OWN:
        own = this.actor.integration_id is not None or (team is not None and await _is_on(this, team))
    permissions.need(this.actor, operation, own=own)


async def claim(this: Change, team: Team, field: str, *, external_id: str | None = None) -> None:
    """Nothing, if the actor may write what the provider sends of this team; `field` is what they want to write.

    Raises NotPermitted; WaitsToBeLinked for an integration that does not own the team; Managed for a person or a
    service where an integration does, unless it is set to allow edits.
    """
    await need(this, _OPERATION.get(field, "teams.delete"), team)
    asking = this.actor.integration_id
    if team.integration_id == asking:
        return
    if asking is not None:
        owner = await integrations.name_of(this, team.integration_id)
        raise WaitsToBeLinked("team", team.provider_name, team.id, owner=owner, external_id=external_id, taken=False)
    await _leave_to_the_provider(this, team, "team", field)


def need_for(this: Change, operation: str, user: User | None = None) -> None:
    """Nothing, if the actor may do this, to `user` where there is one; a person's own is themselves.

    Raises NotPermitted. What is an integration's own, `users.claim` knows.
    """
    own = this.actor.integration_id is not None or (user is not None and is_oneself(this, user))
    permissions.need(this.actor, operation, own=own)


Described = Team | User
"""What contacts and tags hang on."""


def kind_of(owner: Described) -> Literal["team", "user"]:
    """What the catalog calls the noun."""
    return "team" if isinstance(owner, Team) else "user"


async def lock_described(this: Change, kind: str, id: UUID, *, version: int | None = None) -> Described:
    """The team or the person, held until the change ends; with `version`, only if still at it.

    Raises NotFound, VersionMismatch.
    """
    return await (access.team if kind == "team" else access.user)(this, id, lock=True, version=version)


async def need_to_describe(this: Change, owner: Described) -> None:
    """Nothing, if the actor may change the contacts and tags of this team or person. Raises NotPermitted."""
    if isinstance(owner, Team):
        await need(this, "teams.update", owner)
    else:
        need_for(this, "users.describe", owner)


async def claim_for(this: Change, user: User, field: str) -> None:
    """Nothing, if what the provider sends of this person may be written by hand. Raises Managed, as `claim` does."""
    if this.actor.integration_id is None:
        await _leave_to_the_provider(this, user, "user", field)


def is_oneself(this: Change, user: User) -> bool:
    """Whether the actor is this person."""
    return this.actor.kind is ActorKind.PERSON and this.actor.id == user.id


async def _leave_to_the_provider(this: Change, subject: Team | User, kind: str, field: str) -> None:
    if this.actor.kind not in (ActorKind.PERSON, ActorKind.SERVICE) or subject.integration_id is None:
        return
    manager = await access.integration(this, subject.integration_id)
    if not integrations.Settings.read(manager.settings).allow_edits:
        raise Managed(kind, field, manager.name)


async def _is_on(this: Change, team: Team) -> bool:
    """Whether the actor is a person on the team, or on one above it."""
    if this.actor.kind is not ActorKind.PERSON:
        return False
    found = await this.rows(
        "WITH RECURSIVE line(id, parent_id) AS ("
        "SELECT t.id, t.parent_id FROM teams t WHERE t.account_id = $1 AND t.id = $2 "
        "UNION SELECT t.id, t.parent_id FROM teams t JOIN line l ON t.id = l.parent_id "
        "WHERE t.account_id = $1 AND t.deleted_at IS NULL) "
        "SELECT 1 FROM line l JOIN memberships m ON m.team_id = l.id "
        f"WHERE m.user_id = $3 AND m.valid_to = {FOREVER} LIMIT 1",
        *(this.account_id, team.id, this.actor.id),
    )
    return bool(found)
