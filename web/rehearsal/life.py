"""The life of a company's people and groups, from the first connection to the last deletion, step by step."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

from web.rehearsal.client import Client, Failed
from web.rehearsal.model import Differences
from web.rehearsal.people import DOMAIN, Group, Person, group, person, promoted
from web.rehearsal.styles import Style

T = TypeVar("T")
PAGE = 100
AT_ONCE = 256
"""Pieces of work begun at once; the connections bound how many requests are under way."""

Progress = Callable[[str, int, int], None]
"""Told of a step, how much of it is done, and how much there is."""


class Life:
    """One rehearsal: the provider's own model of its people and groups, and what it does to them."""

    def __init__(
        self, client: Client, style: Style, *, run: str, seed: int, users: int, groups: int, progress: Progress
    ) -> None:
        self._client, self._style, self._run, self._progress = client, style, run, progress
        self.differences = Differences()
        self._people = {number: person(number, run, seed) for number in range(users)}
        self._groups = {number: group(number, run, seed, users) for number in range(groups)}
        self._ids: dict[int, str] = {}

    async def whole(self, *, keep: bool) -> None:
        """Every step. What fails is counted and passed over; the later steps do without."""
        await self._each("connect", [None], lambda _: self._style.connect(self._client, "connect"))
        await self._each("match and create people", list(self._people), self._create)
        self._forget_failed()
        await self._each("create again (409)", list(self._people)[:20], self._create_again)
        await self._each("read people back", list(self._people), self._read)
        await self._each("update people", [n for n in self._people if n % 3 == 0], self._update)
        await self._each("give managers", [n for n in self._people if n % 4 == 1], self._give_manager)
        await self._each("push groups", list(self._groups), self._push)
        self._groups = {number: one for number, one in self._groups.items() if one.id}
        await self._each("join and leave groups", list(self._groups), self._move)
        await self._each("rename groups", [n for n in self._groups if n % 2 == 0], self._rename)
        await self._each("push groups now", [n for n in self._groups if n % 3 == 0], self._replace)
        await self._each("empty and refill groups", [n for n in self._groups if n % 4 == 0], self._empty_and_refill)
        await self._each("deactivate people", [n for n in self._people if n % 5 == 0], self._deactivate)
        await self._each("reactivate people", [n for n in self._people if n % 10 == 0], self._reactivate)
        await self._import("import people", "/Users", len(self._people))
        await self._import("import groups", "/Groups", len(self._groups))
        if not keep:
            await self._each("delete groups", list(self._groups), self._delete_group)
            await self._each("delete people", list(self._people), self._delete_person)

    async def _each(self, step: str, items: list[Any], work: Callable[[Any], Awaitable[Any]]) -> None:
        """`work` for every item, as many at once as the connections carry."""
        self._client.steps[step]  # a step without work is shown all the same
        done = 0
        waiting = iter(items)

        async def worker() -> None:
            nonlocal done
            for item in waiting:
                with suppress(Failed):
                    await work(item)
                done += 1
                self._progress(step, done, len(items))

        await asyncio.gather(*(worker() for _ in range(min(AT_ONCE, len(items)))))

    # --- people -------------------------------------------------------------------------------------------------

    async def _create(self, number: int) -> None:
        one, step = self._people[number], "match and create people"
        if await self._found(step, "/Users", f'userName eq "{one.user_name}"'):
            self.differences.add(f"{one.user_name}: somebody is there already", "not new")
        made = await self._client.send(step, "POST", "/Users", self._style.user(one), expect=(201,))
        self._people[number] = replace(one, id=str(made.get("id")))
        self._ids[number] = str(made.get("id"))
        self.differences.user(self._people[number], made)

    def _forget_failed(self) -> None:
        self._people = {number: one for number, one in self._people.items() if one.id}
        self._groups = {
            number: replace(one, members=frozenset(n for n in one.members if n in self._ids))
            for number, one in self._groups.items()
        }

    async def _create_again(self, number: int) -> None:
        step, one = "create again (409)", self._people[number]
        await self._client.send(step, "POST", "/Users", self._style.user(one), expect=(409,))
        found = await self._found(step, "/Users", f'userName eq "{one.user_name.upper()}"')
        if [user.get("id") for user in found] != [one.id]:
            self.differences.add(f"{one.user_name}: in capitals, the filter finds {len(found)}", "filter")

    async def _read(self, number: int) -> None:
        one = self._people[number]
        self.differences.user(one, await self._client.send("read people back", "GET", f"/Users/{one.id}"))

    async def _update(self, number: int) -> None:
        await self._change("update people", promoted(self._people[number], self._run))

    async def _give_manager(self, number: int) -> None:
        manager = self._ids.get(number // 8)
        if manager is not None:
            await self._change("give managers", replace(self._people[number], manager=manager))

    async def _change(self, step: str, changed: Person) -> None:
        answer = await self._style.update(self._client, step, changed)
        self._people[changed.number] = changed
        if answer:
            self.differences.user(changed, answer)

    async def _deactivate(self, number: int) -> None:
        await self._set_active("deactivate people", replace(self._people[number], active=False))

    async def _reactivate(self, number: int) -> None:
        await self._set_active("reactivate people", replace(self._people[number], active=True))

    async def _set_active(self, step: str, changed: Person) -> None:
        await self._style.set_active(self._client, step, changed)
        self._people[changed.number] = changed
        self.differences.user(changed, await self._client.send(step, "GET", f"/Users/{changed.id}"))

    async def _delete_person(self, number: int) -> None:
        await self._delete("delete people", f"/Users/{self._people[number].id}")

    # --- groups -------------------------------------------------------------------------------------------------

    async def _push(self, number: int) -> None:
        one, step = self._groups[number], "push groups"
        if await self._found(step, "/Groups", f'displayName eq "{one.name}"'):
            self.differences.add(f"{one.name}: a group is there already", "not new")
        made = await self._client.send(step, "POST", "/Groups", self._style.group(one, self._ids), expect=(201,))
        one = self._groups[number] = replace(one, id=str(made.get("id")))
        if len(made.get("members") or ()) < len(one.members):
            await self._style.replace(self._client, step, one, self._ids)
        await self._compare(step, one)

    async def _move(self, number: int) -> None:
        one, step = self._groups[number], "join and leave groups"
        outside = [n for n in self._people if n not in one.members]
        joined = frozenset(outside[number % 7 : number % 7 + 3])
        left = frozenset(sorted(one.members)[:2])
        changed = replace(one, members=one.members - left | joined)
        # Somebody who is there is added once more, and nobody minds.
        await self._style.move(self._client, step, changed, joined, left, self._ids)
        await self._style.move(self._client, step, changed, joined, left, self._ids)
        await self._compare(step, self._remember(changed))

    async def _rename(self, number: int) -> None:
        changed = replace(self._groups[number], name=f"{self._groups[number].name} & Friends")
        await self._style.rename(self._client, "rename groups", changed, self._ids)
        await self._compare("rename groups", self._remember(changed))

    async def _replace(self, number: int) -> None:
        one = self._groups[number]
        stayers = sorted(one.members)[1:]
        changed = replace(one, members=frozenset([*stayers, *[n for n in self._people if n % 11 == number % 11][:5]]))
        await self._style.replace(self._client, "push groups now", changed, self._ids)
        await self._compare("push groups now", self._remember(changed))

    async def _empty_and_refill(self, number: int) -> None:
        step, one = "empty and refill groups", self._groups[number]
        empty = replace(one, members=frozenset())
        await self._style.replace(self._client, step, empty, self._ids)
        await self._compare(step, empty)
        await self._style.replace(self._client, step, one, self._ids)
        await self._compare(step, one)

    async def _compare(self, step: str, one: Group) -> None:
        self.differences.group(one, await self._client.send(step, "GET", f"/Groups/{one.id}"), self._ids)

    def _remember(self, changed: Group) -> Group:
        self._groups[changed.number] = changed
        return changed

    async def _delete_group(self, number: int) -> None:
        await self._delete("delete groups", f"/Groups/{self._groups[number].id}")

    # --- both ---------------------------------------------------------------------------------------------------

    async def _found(self, step: str, path: str, condition: str) -> list[dict[str, Any]]:
        params = {"filter": condition, "startIndex": "1", "count": "100"}
        answer = await self._client.send(step, "GET", path, params=params)
        return list(answer.get("Resources") or [])

    async def _delete(self, step: str, path: str) -> None:
        await self._client.send(step, "DELETE", path, expect=(204,))
        await self._client.send(step, "GET", path, expect=(404,))

    async def _import(self, step: str, path: str, most: int) -> None:
        """Everything read by pages, as on a schedule; each of ours must be there once, as it is now."""
        mine: dict[str, Person | Group] = {one.id: one for one in self._of(path)}
        seen: set[str] = set()
        start, total = 1, 1
        while start <= total:
            params = {"startIndex": str(start), "count": str(PAGE)}
            try:
                page = await self._client.send(step, "GET", path, params=params)
            except Failed:
                return
            resources = page.get("Resources") or []
            total = int(page.get("totalResults") or 0)
            if not resources:
                break
            for found in resources:
                self._import_one(path, mine, seen, found)
            start += len(resources)
            self._progress(step, min(start - 1, total), max(total, most))
        for id, one in mine.items():
            if id not in seen:
                self.differences.add(f"{step}: {_called(one)} was on no page", "not imported")

    def _of(self, path: str) -> Iterable[Person | Group]:
        return self._people.values() if path == "/Users" else self._groups.values()

    def _import_one(self, path: str, mine: dict[str, Person | Group], seen: set[str], found: dict[str, Any]) -> None:
        id = str(found.get("id"))
        one = mine.get(id)
        if one is None:
            return
        if id in seen:
            self.differences.add(f"{path}: {_called(one)} was on two pages", "imported twice")
        seen.add(id)
        if isinstance(one, Person):
            self.differences.user(one, found)
        else:
            self.differences.group(one, found, self._ids)


def _called(one: Person | Group) -> str:
    return one.user_name.removesuffix(f"@{DOMAIN}") if isinstance(one, Person) else one.name
