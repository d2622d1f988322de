"""Applications that are imported and made when they are first asked, or sooner, once the server answers.

GraphQL's schema and the libraries of single sign-on take longer to import than all else together. Who starts a server
waits for neither: a balancer asks whether it is ready, a provider asks for SCIM.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

log = structlog.get_logger("web")

MADE_AFTER_S = 0.25
"""Once the server has started. What is imported in a thread takes turns with the first answers."""

_making = ThreadPoolExecutor(1, "making")
"""One after the other: two threads that import what imports each other could meet half of a module."""


class Deferred:
    """The ASGI application that `make` gives."""

    def __init__(self, make: Callable[[], ASGIApp]) -> None:
        self._make = make
        self._begun: Future[ASGIApp] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (await self.made())(scope, receive, send)

    async def made(self) -> ASGIApp:
        """The application, made in a thread by the first who asks. Raises whatever making it raised, each time."""
        if self._begun is None:
            self._begun = _making.submit(self._make)
        if self._begun.done():
            return self._begun.result()
        # Whoever asked may go away; the others wait for it all the same.
        return await asyncio.shield(asyncio.wrap_future(self._begun))


async def make_soon(applications: Sequence[Deferred]) -> None:
    """Returns when all are made. One that can't be is logged: it answers with 500, and the others go on."""
    await asyncio.sleep(MADE_AFTER_S)
    for application in applications:
        try:
            await application.made()
        except Exception:
            log.exception("an application can't be made")
