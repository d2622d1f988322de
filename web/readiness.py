"""Whether requests should be sent to this process: `/readyz`, and a stop that is announced before it comes.

Whoever shares out requests looks every few seconds. A server that closed its door at once would refuse what is sent to
it until then. So, where `MUSTER_DRAIN_S` says for how long, it first is not ready, answers all the same, and lets no
connection be used again.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from catalog import schema
from catalog.errors import CatalogError

DATABASE_ANSWERS_WITHIN_S = 3

SAME_WITHIN_S = 1
"""Two signals so close are one: whoever stops a group of processes tells a worker, and then its supervisor does too."""

NOT_THIS_VERSIONS = {
    "empty": "The database is empty: run `muster migrate`.",
    "behind": "The database schema is older than this version: run `muster migrate`.",
    "ahead": "The database schema is newer than this version: run a newer Muster.",
}


class Readiness:
    """Of one process; `drain_s` seconds lie between its being told to stop and its beginning to."""

    def __init__(self, drain_s: int) -> None:
        self._told_at: float | None = None
        self._drain_s = drain_s
        self._was_current = False

    @property
    def is_stopping(self) -> bool:
        """Whether it has been told to stop."""
        return self._told_at is not None

    async def readyz(self, request: Request) -> Response:
        """200 when the database answers and its schema is one to work with; else 503 and why."""
        reason = await self._lacking()
        if reason is not None:
            return JSONResponse({"ready": False, "reason": reason}, 503)
        return JSONResponse({"ready": True})

    async def _lacking(self) -> str | None:
        if self.is_stopping:
            return "The server is stopping."
        try:
            async with asyncio.timeout(DATABASE_ANSWERS_WITHIN_S):
                state = await schema.state()
        except (CatalogError, TimeoutError) as problem:
            return f"The database does not answer: {problem}"
        if state == "current":
            self._was_current = True
        elif state == "ahead" and self._was_current:
            # A later release migrates while this one serves: it has added something, and is about to take over.
            return None
        return NOT_THIS_VERSIONS.get(state)

    @contextmanager
    def announced(self) -> Iterator[None]:
        """Within, SIGTERM reaches the server's own handler `drain_s` seconds late; one that follows later than
        `SAME_WITHIN_S`, at once."""
        stop = signal.getsignal(signal.SIGTERM)
        if not self._drain_s or not callable(stop):
            yield
            return
        loop = asyncio.get_running_loop()

        def told() -> None:
            if self._told_at is None:
                self._told_at = loop.time()
                loop.call_later(self._drain_s, stop, signal.SIGTERM, None)
            elif loop.time() - self._told_at > SAME_WITHIN_S:
                stop(signal.SIGTERM, None)

        loop.add_signal_handler(signal.SIGTERM, told)
        try:
            yield
        finally:
            loop.remove_signal_handler(signal.SIGTERM)
            signal.signal(signal.SIGTERM, stop)
