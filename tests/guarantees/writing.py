"""Sixteen writers that go on whatever happens to the server, and remember what it has acknowledged."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from catalog import database

WRITERS = 16
PAUSE_S = 0.05


class Writers:
    """Each makes one person after the other. Who got no answer asks again, as identity providers do: 201 and 409 both
    say that the person is there."""

    def __init__(self, url: str, token: str) -> None:
        self.acknowledged: set[str] = set()
        self.statuses: Counter[int] = Counter()
        self.without_an_answer = 0
        self.without_retry_after = 0
        self._url, self._headers = f"{url}/scim/v2", {"Authorization": f"Bearer {token}"}
        self._is_over, self._has_grown = asyncio.Event(), asyncio.Event()

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """They write until the block is left, and then finish what they have begun."""
        tasks = [asyncio.create_task(self._write(number)) for number in range(WRITERS)]
        try:
            yield
        finally:
            self._is_over.set()
            await asyncio.gather(*tasks)

    async def more(self, count: int) -> None:
        """Waits until so many more people were acknowledged."""
        enough = len(self.acknowledged) + count
        async with asyncio.timeout(120):
            while len(self.acknowledged) < enough:
                self._has_grown.clear()
                await self._has_grown.wait()

    async def _write(self, number: int) -> None:
        written = 0
        async with httpx.AsyncClient(base_url=self._url, headers=self._headers, timeout=60) as client:
            while not self._is_over.is_set():
                name = f"w{number}-{written}@writers.example"
                await self._until_there(client, name)
                self.acknowledged.add(name)
                self._has_grown.set()
                written += 1

    async def _until_there(self, client: httpx.AsyncClient, name: str) -> None:
        while True:
            try:
                answer = await client.post("/Users", json={"userName": name})
            except httpx.TransportError:
                self.without_an_answer += 1
            else:
                self.statuses[answer.status_code] += 1
                if answer.status_code in (201, 409):
                    return
                self.without_retry_after += not answer.headers.get("retry-after", "").isdigit()
            await asyncio.sleep(PAUSE_S)


async def found(database_url: str) -> dict[str, Any]:
    """What is in the database: the writers' people, who is there twice, and who has no event in the trail."""
    db = await database.connect(database_url)
    try:
        names = [row["user_name"] for row in await db.rows("SELECT user_name FROM users WHERE user_name LIKE 'w%'")]
        partial = await db.rows(
            "SELECT u.user_name FROM users u LEFT JOIN audit_events e ON e.subject_id = u.id AND "
            "e.action = 'user.created' WHERE u.user_name LIKE 'w%' GROUP BY u.id, u.user_name HAVING count(e.id) <> 1"
        )
        if db.dialect == "sqlite":
            assert [tuple(row) for row in await db.rows("PRAGMA integrity_check")] == [("ok",)]
        return {"names": set(names), "doubled": len(names) - len(set(names)), "partial": len(partial)}
    finally:
        await database.disconnect()
