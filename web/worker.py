"""What Muster does by itself, in the server's own process: log reads, seal the audit trail, send letters, prune.

Every process runs one; what must happen once is claimed in the database.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from types import TracebackType

import structlog

from catalog import database, outbox
from catalog.actors import Actor, system
from catalog.changes import Change, change, uninterrupted
from catalog.services import (
    accounts,
    alerts,
    deliveries,
    idempotency,
    invitations,
    links,
    notices,
    one_time_states,
    sessions,
)
from web.anchors import Anchors
from web.postman import postman
from web.settings import Settings, signing_key

log = structlog.get_logger("worker")


class Worker:
    """The periodic duties, from the server's start to its stop."""

    def __init__(self, settings: Settings, journal: deliveries.Buffer) -> None:
        self._journal = journal
        self._anchors = Anchors(settings)
        self._postman = postman(settings)
        self._secret_key = signing_key(settings)
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Worker:
        self._tasks = [
            asyncio.create_task(_every(1, self._journal.flush)),
            asyncio.create_task(_every(0.5, self._anchors.seal)),
            asyncio.create_task(_every(2, lambda: outbox.deliver(self._postman, self._secret_key))),
            asyncio.create_task(_every(1, sessions.write_uses)),
            asyncio.create_task(_every(5, lambda: database.everywhere().upkeep())),
            asyncio.create_task(_every(600, lambda: _in_each_account(invitations.expire))),
            asyncio.create_task(_every(3600, lambda: _in_each_account(notices.of_expiring_tokens))),
            asyncio.create_task(_every(3600, alerts.prune)),
            asyncio.create_task(_every(3600, deliveries.prune)),
            asyncio.create_task(_every(3600, sessions.prune)),
            asyncio.create_task(_every(3600, links.prune)),
            asyncio.create_task(_every(600, one_time_states.prune)),
            asyncio.create_task(_every(3600, idempotency.prune)),
        ]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await _tried(self._journal.flush)
        await _tried(self._anchors.seal)
        await _tried(sessions.write_uses)


async def _in_each_account(duty: Callable[[Change], Awaitable[int]]) -> None:
    """`duty`, in one change of every account after another, until it has nothing left to do there."""
    for account in await accounts.every():

        async def some(actor: Actor) -> int:
            async with change(actor) as this:
                return await duty(this)

        while await uninterrupted(partial(some, system(account.id))):
            pass


async def _every(seconds: float, duty: Callable[[], Awaitable[object]]) -> None:
    """`duty`, again and again; one that fails is logged, and tried again in its turn."""
    while True:
        await asyncio.sleep(seconds)
        await _tried(duty)


async def _tried(duty: Callable[[], Awaitable[object]]) -> None:
    try:
        await duty()
    except Exception as problem:  # noqa: BLE001 - the worker outlives whatever a duty meets
        log.warning("duty failed", duty=getattr(duty, "__qualname__", str(duty)), problem=str(problem))
