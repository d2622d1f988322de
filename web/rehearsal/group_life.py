"""What becomes of groups: they are pushed, people join and leave them, they are renamed, emptied and refilled."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from itertools import islice

from web.rehearsal.client import Failed
from web.rehearsal.directory import Group, Member
from web.rehearsal.people import DOMAIN
from web.rehearsal.stage import Stage

PUSH = "push groups"
READ = "read groups back"
REFUSE = "add nobody (400)"
MOVE = "join and leave groups"
RENAME = "rename groups"
REPLACE = "push groups now"
EMPTY = "empty and refill groups"
LEAVE = "leave groups"
DELETE = "delete groups"


class GroupLife:
    """The steps of groups, in the order in which they are written."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._client, self._style, self._directory = stage.client, stage.style, stage.directory
        self._differences = stage.differences
        self._people: list[int] = []

    async def push(self) -> None:
        """Every group is looked for, created with its members, and read."""
        self._directory.forget_failed()
        self._people = self._directory.known()
        await self._each(PUSH, 1, self._push)
        for number in [number for number, group in self._directory.groups.items() if not group.id]:
            del self._directory.groups[number]
        await self._each(READ, 1, self._read)
        await self._each(REFUSE, 5, self._refuse)

    async def change(self) -> None:
        """Members come and go, names change, whole memberships are pushed."""
        await self._each(MOVE, 1, self._move)
        await self._each(RENAME, 2, self._rename)
        await self._each(REPLACE, 3, self._replace)
        await self._each(EMPTY, 4, self._empty_and_refill)

    async def leave(self) -> None:
        """One member leaves each group."""
        await self._each(LEAVE, 1, self._leave)

    async def delete(self) -> None:
        """No group is left; its people are."""
        await self._each(DELETE, 1, self._delete)

    async def _each(self, step: str, every: int, work: Callable[[Group], Awaitable[None]]) -> None:
        groups = self._directory.groups
        await self._stage.each(step, list(groups)[::every], lambda number: work(groups[number]))

    async def _push(self, group: Group) -> None:
        if await self._stage.found(PUSH, "/Groups", self._style.find_group_query(group.name)):
            self._differences.add(f"{group.name}: a group of that name is there already", "not new")
        made = await self._style.create_group(self._client, PUSH, group, self._members(group))
        if not made:  # it was, at a first try that was not answered
            matches = await self._stage.found(PUSH, "/Groups", self._style.find_group_query(group.name))
            made = matches[0] if matches else {}
        if not isinstance(made.get("id"), str) or not made["id"]:
            self._client.steps[PUSH].fail("POST /Groups: the answer has no id")
            raise Failed("no id")
        group.id = made["id"]
        self._differences.group_without_members(group, made)

    async def _read(self, group: Group) -> None:
        await self._compare(READ, group)
        if not self._style.group_query:
            return
        found = await self._client.send(READ, "GET", f"/Groups/{group.id}", query=self._style.group_query)
        self._differences.group_without_members(group, found)
        if "members" in found:
            self._differences.add(f"{group.name}: has members with {self._style.group_query}", "excluded")

    async def _refuse(self, group: Group) -> None:
        """Somebody and nobody are added in one request: it is refused, and neither is."""
        nobody = Member(str(uuid.uuid4()), f"nobody@{DOMAIN}")
        joined = [*self._directory.members(self._outside(group, 1)), nobody]
        refusal = await self._style.move(
            self._client, REFUSE, group, joined=joined, left=[],
            members=[*self._members(group), *joined], expect=(400,),
        )  # fmt: skip
        self._differences.scim_type(f"{group.name}: a member of nobody", "invalidValue", refusal)
        await self._compare(REFUSE, group)

    async def _move(self, group: Group) -> None:
        """Told twice, as after an answer that was lost: who is there is added, who is not is removed, in peace."""
        joined, left = self._outside(group, 3), sorted(group.members)[:2]
        members = group.members - set(left) | set(joined)
        for _ in range(2):
            await self._tell(MOVE, group, joined=joined, left=left, members=members)
        group.members = members
        await self._compare(MOVE, group)

    async def _rename(self, group: Group) -> None:
        name = self._directory.rename(group)
        await self._style.rename(self._client, RENAME, group, name, self._members(group))
        group.name = name
        await self._compare(RENAME, group)
        query = self._style.find_group_query(name)
        await self._stage.expect_one(RENAME, "/Groups", query, group.id, name)

    async def _replace(self, group: Group) -> None:
        members = {*sorted(group.members)[1:], *self._outside(group, 5)}
        await self._style.replace(self._client, REPLACE, group, self._directory.members(members))
        group.members = members
        await self._compare(REPLACE, group)

    async def _empty_and_refill(self, group: Group) -> None:
        members = group.members
        await self._style.empty(self._client, EMPTY, group, self._members(group))
        group.members = set()
        await self._compare(EMPTY, group)
        await self._style.replace(self._client, EMPTY, group, self._directory.members(members))
        group.members = members
        await self._compare(EMPTY, group)

    async def _leave(self, group: Group) -> None:
        left = sorted(group.members)[-1:]
        members = group.members - set(left)
        await self._tell(LEAVE, group, joined=[], left=left, members=members)
        group.members = members
        await self._compare(LEAVE, group)

    async def _delete(self, group: Group) -> None:
        await self._stage.delete(DELETE, f"/Groups/{group.id}")

    async def _tell(self, step: str, group: Group, *, joined: list[int], left: list[int], members: set[int]) -> None:
        if not joined and not left:
            return
        known = self._directory.members
        await self._style.move(
            self._client, step, group, joined=known(joined), left=known(left), members=known(members)
        )

    async def _compare(self, step: str, group: Group) -> None:
        found = await self._client.send(step, "GET", f"/Groups/{group.id}")
        self._differences.group(group, self._directory.ids(group.members), found)

    def _members(self, group: Group) -> list[Member]:
        return self._directory.members(group.members)

    def _outside(self, group: Group, count: int) -> list[int]:
        """Some people who are not in the group, others for each group."""
        start = group.number * 7 % max(1, len(self._people))
        around = (self._people[(start + step) % len(self._people)] for step in range(len(self._people)))
        return list(islice((number for number in around if number not in group.members), count))
