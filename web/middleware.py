"""What happens to every request before an application sees it: an id, a place, a size, a deadline, safe headers.

Plain ASGI, in one layer: each further layer would cost every request as much as looking a person up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from os import urandom
from time import perf_counter

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web import metrics
from web.readiness import Readiness

BODY_DEADLINE_S = 15
"""From the first byte of a body to its last; a slower client is let go."""

DEFAULT_MAX_BODY_BYTES = 256 * 1024
MAX_BODY_BYTES: Mapping[str, int] = {
    # A group of 50,000 members fits in one request.
    "/scim/": 8 * 1024 * 1024,
    "/graphql": 64 * 1024,
}

DISCARDED = 4
"""Of a body that is too large, so many times the limit are read all the same."""

MOST_AT_ONCE = 256
"""Requests under way in this process, about half a second's work: one more would wait longer than it is worth."""

COME_AGAIN_S = 2

ALWAYS = frozenset({"/healthz", "/readyz", "/metrics"})
"""Asked by those who decide whether the process is ended: that it is busy is no reason."""

SECURITY_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
]


class Refused(HTTPException):
    """The body is too large (413), or came too slowly (408): raised where the application reads it.

    It is HTTP's own exception, so that every application below answers it in its own dialect.
    """


class Gate:
    """The outermost layer.

    `doors` are applications under a path of their own, reached without the routing of `app`: for those that are asked
    so often that looking through routes would show. `busy` says for such a path, in its own dialect, that there is no
    place for one more request; elsewhere it is 503. While `readiness` says that the process is stopping, each answer
    is the last on its connection.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        https: bool,
        readiness: Readiness | None = None,
        doors: Mapping[str, ASGIApp] | None = None,
        busy: Mapping[str, ASGIApp] | None = None,
    ) -> None:
        self._app = app
        self._doors = [(path, f"{path}/", door) for path, door in (doors or {}).items()]
        self._busy = busy or {}
        self._readiness = readiness or Readiness(drain_s=0)
        self._under_way = 0
        self._headers = list(SECURITY_HEADERS)
        if https:
            self._headers.append((b"strict-transport-security", b"max-age=31536000; includeSubDomains"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = perf_counter(), 0
        request_id = urandom(16).hex()
        scope["request_id"] = request_id
        # uvicorn gives each request a task, and with it a context, of its own.
        structlog.contextvars.bind_contextvars(request_id=request_id)
        body = _Body(scope, receive)
        extra = [*self._headers, (b"x-request-id", request_id.encode())]

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                # What is left of the body is not read, so nothing can follow it on the connection.
                is_last = body.is_cut_off or self._readiness.is_stopping
                closing = [(b"connection", b"close")] if is_last else []
                message["headers"] = [*message["headers"], *extra, *closing]
            await send(message)

        self._under_way += 1
        try:
            application = self._behind(scope)
            if self._under_way > MOST_AT_ONCE and scope["path"] not in ALWAYS:
                application = self._busy.get(scope.get("root_path", ""), _BUSY)
            await application(scope, body, send_with_headers)
        finally:
            self._under_way -= 1
            metrics.observe(scope, status, perf_counter() - began)

    def _behind(self, scope: Scope) -> ASGIApp:
        """Which application the request is for; it is told where it stands, as Starlette's `Mount` tells it."""
        path = scope["path"]
        for at, below, door in self._doors:
            if path.startswith(below) or path == at:
                scope["root_path"] = at
                return door
        return self._app


_BUSY = JSONResponse(
    {"errors": [{"message": "Muster is busy: please try again.", "extensions": {"code": "UNAVAILABLE"}}]},
    503,
    {"Retry-After": str(COME_AGAIN_S)},
)


async def refuse(request: Request, problem: Exception) -> Response:
    """A refused body, answered where no dialect has anything to say."""
    status, detail = (problem.status_code, problem.detail) if isinstance(problem, Refused) else (500, "")
    return JSONResponse({"errors": [{"message": detail}]}, status)


class _Body:
    """`receive`, which raises Refused once the body is larger or slower than it may be."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._scope, self._receive = scope, receive
        self._limit = -1
        self._announced = self._got = 0
        self._deadline: float | None = None
        self._is_whole = False
        self.is_cut_off = False

    async def __call__(self) -> Message:
        if self._is_whole:
            return await self._receive()
        if self._limit < 0:
            self._find_limit()
        if self._announced > self._limit:
            raise await self._too_large(f"The body is {self._announced} bytes; at most {self._limit} are taken.")
        message = await self._piece()
        if self._got > self._limit:
            raise await self._too_large(f"The body is larger than {self._limit} bytes.")
        return message

    def _find_limit(self) -> None:
        """How large the body may be, and says it is: most requests have none, so only who reads it asks."""
        path = self._scope["path"]
        self._limit = next(
            (size for prefix, size in MAX_BODY_BYTES.items() if path.startswith(prefix)), DEFAULT_MAX_BODY_BYTES
        )
        announced = next((value for name, value in self._scope["headers"] if name == b"content-length"), b"0")
        self._announced = int(announced) if announced.isdigit() else 0

    async def _piece(self) -> Message:
        if self._deadline is None:
            self._deadline = asyncio.get_running_loop().time() + BODY_DEADLINE_S
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError:
            self.is_cut_off = True
            raise Refused(408, f"The body did not arrive within {BODY_DEADLINE_S} seconds.") from None
        self._got += len(message.get("body", b""))
        self._is_whole = not message.get("more_body")
        return message

    async def _too_large(self, detail: str) -> Refused:
        """413, once the rest was read and thrown away: a client that is still sending would see a broken connection
        in its place, and try again. Who sends far too much sees just that."""
        most = DISCARDED * self._limit
        with suppress(Refused):
            while self._announced <= most and self._got <= most and not self._is_whole:
                await self._piece()
        self.is_cut_off = not self._is_whole
        return Refused(413, detail)
