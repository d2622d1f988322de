"""Ownership: who may write what an integration manages. One rule for a team's name, its members and its end.

An integration writes only its own teams; what was made by hand, or by another integration, waits to be linked. People
and service tokens leave a managed team's name and members alone, as its provider would only push them again; whatever
the provider does not send (parent, alias, responsibilities, roles) is theirs.
"""

from __future__ import annotations

from catalog import access
from catalog.actors import ActorKind, Scope
from catalog.changes import Change
from catalog.errors import Managed, WaitsToBeLinked
from catalog.models import Team
from catalog.services import integrations


def need(this: Change) -> None:
    """Nothing, if the actor may write at all: an integration, or whoever has the scope for it. Raises NotPermitted."""
    if this.actor.integration_id is None:
        this.actor.need(Scope.WRITE)


async def claim(this: Change, team: Team, field: str, *, external_id: str | None = None) -> None:
    """Nothing, if the actor may write what the provider sends of this team; `field` is what they want to write.

    Raises WaitsToBeLinked for an integration that does not own the team; Managed for a person or a service where an
    integration does, unless it is set to allow edits.
    """
    need(this)
    asking = this.actor.integration_id
    if team.integration_id == asking:
        return
    if asking is not None:
        owner = await integrations.name_of(this, team.integration_id)
        raise WaitsToBeLinked("team", team.provider_name, team.id, owner=owner, external_id=external_id, taken=False)
    if this.actor.kind in (ActorKind.PERSON, ActorKind.SERVICE) and team.integration_id is not None:
        manager = await access.integration(this, team.integration_id)
        if not integrations.Settings.read(manager.settings).allow_edits:
            raise Managed("team", field, manager.name)
