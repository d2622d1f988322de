"""How each provider says what it wants: the requests themselves, as scim clients are known to send them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from web.rehearsal.client import Client
from web.rehearsal.people import Group, Person

Json = dict[str, Any]

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


class Style(Protocol):
    """One provider's manner. `ids` maps people's numbers to their ids at the server."""

    name: str
    headers: Mapping[str, str]

    async def connect(self, client: Client, step: str) -> None:
        """The connection tried, as when an administrator presses the button."""

    def user(self, person: Person) -> Json:
        """The body of a new person."""

    def group(self, group: Group, ids: Mapping[int, str]) -> Json:
        """The body of a new group."""

    async def update(self, client: Client, step: str, person: Person) -> Json:
        """The person as they are now, sent whole or in part; the answer."""

    async def set_active(self, client: Client, step: str, person: Person) -> Json:
        """The person deactivated or reactivated; the answer."""

    async def rename(self, client: Client, step: str, group: Group, ids: Mapping[int, str]) -> None:
        """The group under its new name."""

    async def move(
        self, client: Client, step: str, group: Group, joined: frozenset[int], left: frozenset[int],
        ids: Mapping[int, str],
    ) -> None:  # fmt: skip
        """Some joined the group, others left it; `group` is as it is now."""

    async def replace(self, client: Client, step: str, group: Group, ids: Mapping[int, str]) -> None:
        """The whole membership pushed."""


async def patch(client: Client, step: str, path: str, *operations: Json) -> Json:
    """A PATCH of these operations; 200 and 204 are both an answer."""
    body = {"schemas": [PATCH_OP], "Operations": list(operations)}
    return await client.send(step, "PATCH", path, body, expect=(200, 204))


def members(numbers: frozenset[int], ids: Mapping[int, str]) -> list[Json]:
    """Members as their ids, in a stable order; people whose creation failed are left out."""
    return [{"value": ids[number]} for number in sorted(numbers) if number in ids]
