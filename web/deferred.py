"""Applications that are imported and made when they are first asked, or sooner, once the server answers.

GraphQL's schema and the libraries of single sign-on take longer to import than all else together. Who starts a server
waits for neither: a balancer asks whether it is ready, a provider asks for SCIM.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from math import inf
from time import monotonic

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

log = structlog.get_logger("web")

MADE_AFTER_S = 0.25
"""Once the server has started. What is imported in a thread takes turns with the first answers."""

AGAIN_S = 5
"""After a failure: what was out of files or memory may have found some."""

_making = ThreadPoolExecutor(1, "making")
"""One after the other: two threads that import what imports each other could meet half of a module."""


class NotMade(Exception):
    """The application that was asked can't be made; the log has why."""


class Deferred:
    """The ASGI application that `make` gives."""

    def __init__(self, make: Callable[[], ASGIApp]) -> None:
        self._make = make
        self._begun: Future[ASGIApp | None] | None = None
        self._again_at = inf

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await (await self.made())(scope, receive, send)

    async def made(self) -> ASGIApp:
        """The application, made in a thread by the first who asks.

        Raises NotMade where it can't be, after why was logged. Who asks `AGAIN_S` later or more has it tried again.
        """
        if self._begun is None or monotonic() > self._again_at:
            self._begun, self._again_at = _making.submit(self._logged), inf
        # Whoever asked may go away; the others wait for it all the same.
        begun = self._begun
        made = begun.result() if begun.done() else await asyncio.shield(asyncio.wrap_future(begun))
        if made is None:
            raise NotMade
        return made

    def _logged(self) -> ASGIApp | None:
        """What was made; None, where it can't be. An exception kept for all who ask would grow with each of them."""
        try:
            return self._make()
        except Exception:
            log.exception("an application can't be made")
            self._again_at = monotonic() + AGAIN_S
            return None


async def make_soon(applications: Sequence[Deferred]) -> None:
    """Returns when all are made. One that can't be answers with 500, and the others go on."""
    await asyncio.sleep(MADE_AFTER_S)
    for application in applications:
        with suppress(NotMade):
            await application.made()
