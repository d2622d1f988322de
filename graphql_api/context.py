"""What every resolver is given: who asks, and where the product stands."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import Any, TypeVar

from strawberry.types import Info

from catalog.actors import Actor
from catalog.services.erasure import Eraser
from catalog.vault import Vault

T = TypeVar("T")

STATEMENTS_AT_ONCE = 2


@dataclass(slots=True)
class Context:
    """One request."""

    actor: Actor
    base_url: str
    """The product's public address, without a slash at its end."""
    vault: Vault
    """Seals what must be read again: a client secret."""
    eraser: Eraser
    """Erases people, and seals what remains of the trail."""
    zone: tzinfo = UTC
    """The account's time zone, by which bare dates are read; known where the question has any."""
    statements: int = 0
    """How many statements of answers it has asked so far."""
    selected: dict[tuple[str, int], Any] = field(default_factory=dict)
    """What is selected where in the document: kept with it, from one request to the next."""
    facts: dict[str, Any] = field(default_factory=dict)
    """What was found out once for the whole request."""
    _begun: set[asyncio.Future[Any]] = field(default_factory=set)
    _turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(STATEMENTS_AT_ONCE))

    async def asking(self, statement: Awaitable[T]) -> T:
        """What the statement answers, in its turn: no request alone takes the connections that all share."""
        async with self._turns:
            self.statements += 1
            return await statement

    def begin(self, work: Awaitable[T]) -> asyncio.Future[T]:
        """What comes of the work, which is done whether or not somebody waits for it."""
        begun = asyncio.ensure_future(work)
        self._begun.add(begun)
        return begun

    async def settle(self) -> None:
        """Returns once nothing is on its way any more: no statement outlives the request that asked it."""
        while self._begun:
            await asyncio.gather(*(self._begun.pop() for _ in range(len(self._begun))), return_exceptions=True)


def of(info: Info) -> Context:
    """The context of the request in which the resolver runs."""
    context: Context = info.context
    return context


def actor(info: Info) -> Actor:
    """Who asks."""
    return of(info).actor
