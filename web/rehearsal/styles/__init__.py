"""How each provider says what it wants: the requests themselves, as SCIM clients are known to send them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from web.rehearsal.client import Client
from web.rehearsal.directory import Group, Member
from web.rehearsal.people import Person

Json = dict[str, Any]

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

DONE = (200, 204)
"""Both are an answer to a PATCH (RFC 7644 §3.5.2)."""


class Style(Protocol):
    """One provider's manner of speaking. `members` is always the whole membership, as it is to be."""

    name: str
    headers: Mapping[str, str]
    group_query: str
    """What it adds when it reads one group."""

    async def connect(self, client: Client, step: str) -> str | None:
        """The connection tried, as when an administrator presses the button; what was wrong with the answers."""

    def profile(self, person: Person) -> Json:
        """The attributes it maps, as they must be given back, under the schemas that it names."""

    def new_user(self, person: Person) -> Json:
        """The body of a new person."""

    def user_query(self, person: Person) -> str:
        """The query that finds the person."""

    def same_user_query(self, person: Person) -> str:
        """The query that finds the person though it is not worded as they are: in capitals."""

    def page_query(self, start: int, count: int) -> str:
        """The query for one page of everybody."""

    async def update(self, client: Client, step: str, before: Person, after: Person) -> Json:
        """The person as they are now, sent whole or in part; the answer."""

    async def set_active(self, client: Client, step: str, person: Person) -> Json:
        """The person deactivated or reactivated; the answer."""

    def find_group_query(self, name: str) -> str:
        """The query that finds the group of that name."""

    async def create_group(self, client: Client, step: str, group: Group, members: Sequence[Member]) -> Json:
        """A new group and its members; the answer to the creation."""

    async def move(
        self, client: Client, step: str, group: Group, *, joined: Sequence[Member], left: Sequence[Member],
        members: Sequence[Member], expect: tuple[int, ...] = DONE,
    ) -> Json:  # fmt: skip
        """Some joined the group, others left it; the last answer."""

    async def rename(self, client: Client, step: str, group: Group, name: str, members: Sequence[Member]) -> None:
        """The group under its new name."""

    async def replace(self, client: Client, step: str, group: Group, members: Sequence[Member]) -> None:
        """The whole membership pushed."""

    async def empty(self, client: Client, step: str, group: Group, left: Sequence[Member]) -> None:
        """Everybody, which is those who `left`, out of the group."""


async def patch(
    client: Client, step: str, path: str, operations: Iterable[Json], *, expect: tuple[int, ...] = DONE
) -> Json:
    """A PATCH of these operations; its answer, `{}` where it has no body."""
    return await client.send(
        step, "PATCH", path, {"schemas": [PATCH_OP], "Operations": list(operations)}, expect=expect
    )


def text(value: str) -> str:
    """The value as a filter has it: a JSON string (RFC 7644 §3.4.2.2)."""
    return json.dumps(value, ensure_ascii=False)
