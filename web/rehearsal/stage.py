"""What every step of a life has at hand: the provider's connections, its manner, its directory, and what it noticed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from web.rehearsal.client import Client, Failed
from web.rehearsal.directory import Directory
from web.rehearsal.model import Differences
from web.rehearsal.styles import Style

Progress = Callable[[str, int, int], None]
"""Told of a step, how much of it is done, and how much there is."""


@dataclass(slots=True)
class Stage:
    """One rehearsal."""

    client: Client
    style: Style
    directory: Directory
    connections: int
    progress: Progress
    differences: Differences = field(default_factory=Differences)

    async def each(self, step: str, items: Sequence[int], work: Callable[[int], Awaitable[Any]]) -> None:
        """`work` for every item, as many at once as there are connections; what fails is counted and passed over."""
        self.client.steps[step]  # a step without work is shown all the same
        done = 0
        waiting = iter(items)

        async def worker() -> None:
            nonlocal done
            for item in waiting:
                with suppress(Failed):
                    await work(item)
                done += 1
                self.progress(step, done, len(items))

        async with asyncio.TaskGroup() as workers:
            for _ in range(min(self.connections, len(items))):
                workers.create_task(worker())

    async def found(self, step: str, path: str, query: str) -> list[dict[str, Any]]:
        """The resources that the query finds. Raises Failed."""
        answer = await self.client.send(step, "GET", path, query=query)
        return [one for one in answer.get("Resources") or [] if isinstance(one, dict)]

    async def expect_one(self, step: str, path: str, query: str, id: str, whose: str) -> None:
        """The query finds the resource of that id and no other; otherwise that is a difference."""
        found = [one.get("id") for one in await self.found(step, path, query)]
        if found != [id]:
            self.differences.add(f"{whose}: {query.partition('&startIndex')[0]} finds {found}, not [{id!r}]", "filter")

    async def delete(self, step: str, path: str) -> None:
        """Deleted, then looked for, which is answered with 404 (RFC 7644 §3.6)."""
        await self.client.send(step, "DELETE", path, expect=(204,))
        await self.client.send(step, "GET", path, expect=(404,))
