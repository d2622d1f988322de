"""ResourceType: what HTTP, `/.search` and `/Bulk` need of users and of groups (RFC 7643 §6).

Everything about the protocol is written once, over this; what a resource means in the catalog is written once per
type, in `users` and `groups`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from catalog.actors import Actor
from catalog.changes import Change
from catalog.selection import Order, Position, Value, Where, Window
from catalog.services.integrations import Settings
from scim_facade.projection import Projection
from scim_facade.schemas import ResourceSchema
from scim_facade.selecting import Meanings

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, under which address their resources stand, and what their integration is set to."""

    actor: Actor
    base_url: str
    settings: Settings
    extension: Json | None = None
    """The definition of the account's own attributes of users, where it has any."""

    @property
    def strict(self) -> bool:
        """Whether the integration wants the letter of the RFC instead of what clients get wrong."""
        return self.settings.strict


@dataclass(slots=True)
class Found:
    """A resource as it is answered: finished JSON, and what headers and the log say of it.

    Not frozen, as a page makes a hundred of them, which then would take four times as long.
    """

    id: str
    version: int
    name: str
    text: bytes
    """The whole resource; empty where an answer without a body was chosen (204, RFC 7644 §3.5.2)."""
    warnings: Sequence[str] = ()
    sort_key: Value | None = None
    """What it stands by in the order of the list it was asked in."""

    @property
    def position(self) -> Position:
        """Where it stands in that order."""
        return Position(self.sort_key, UUID(self.id))


class ResourceType(Protocol):
    """Users, or groups. Writes happen within the change; ids of another shape are nobody's."""

    name: str
    """User or Group."""
    endpoint: str
    """/Users or /Groups."""
    kind: str
    """The catalog's noun, as the log and the audit trail have it: user or team."""

    def schema(self, caller: Caller) -> ResourceSchema:
        """The schema, with the account's own extension where it has one."""

    def meanings(self, caller: Caller) -> Meanings:
        """What an attribute stands for that is not simply a part of the document (for filters and sorting)."""

    async def create(self, this: Change, caller: Caller, body: Json) -> Found:
        """The resource that POST asks for (§3.3)."""

    async def get(self, caller: Caller, id: UUID, wanted: Projection) -> Found | None:
        """One resource (§3.4.1)."""

    async def page(
        self, caller: Caller, where: Where, orders: Sequence[Order], window: Window, wanted: Projection
    ) -> Sequence[Found]:
        """Some of them (§3.4.2)."""

    async def count(self, caller: Caller, where: Where) -> int:
        """How many there are."""

    async def replace(self, this: Change, caller: Caller, id: UUID, body: Json, version: int | None) -> Found:
        """The resource after PUT (§3.5.1)."""

    async def change(
        self, this: Change, caller: Caller, id: UUID, body: Json, version: int | None, wanted: Projection
    ) -> Found:
        """The resource after PATCH (§3.5.2)."""

    async def delete(self, this: Change, caller: Caller, id: UUID, version: int | None) -> str:
        """The resource is gone (§3.6); what it was called."""
