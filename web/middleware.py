"""What happens to every request before an application sees it: an id, a size, a deadline, a rate, safe headers.

Plain ASGI, in one layer: each further layer would cost every request as much as looking a person up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from uuid import uuid4

import orjson
import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_DEADLINE_S = 15
"""From the first byte of a body to its last; a slower client is let go."""

DEFAULT_MAX_BODY_BYTES = 256 * 1024
MAX_BODY_BYTES: Mapping[str, int] = {
    # A group of 50,000 members fits in one request.
    "/scim/": 8 * 1024 * 1024,
    "/graphql": 64 * 1024,
}

SECURITY_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"DENY"),
    (b"cross-origin-opener-policy", b"same-origin"),
]
SCIM_ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


class Refused(Exception):
    """The body is too large (413), or came too slowly (408)."""

    def __init__(self, status: int, detail: str) -> None:
        self.status, self.detail = status, detail
        super().__init__(detail)


class Gate:
    """The outermost layer."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._headers = list(SECURITY_HEADERS)
        if https:
            self._headers.append((b"strict-transport-security", b"max-age=31536000; includeSubDomains"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = uuid4().hex
        scope["request_id"] = request_id
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        extra = [*self._headers, (b"x-request-id", request_id.encode())]
        started = False

        async def send_with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message["headers"], *extra]
            await send(message)

        try:
            await self._app(scope, _bounded(scope, receive), send_with_headers)
        except Refused as refused:
            if started:
                raise
            await _refuse(scope, send_with_headers, refused)


def _bounded(scope: Scope, receive: Receive) -> Receive:
    """`receive`, which raises Refused once the body is larger or slower than it may be."""
    path = scope["path"]
    limit = next((size for prefix, size in MAX_BODY_BYTES.items() if path.startswith(prefix)), DEFAULT_MAX_BODY_BYTES)
    announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
    if announced.isdigit() and int(announced) > limit:
        too_large = Refused(413, f"The body is {int(announced)} bytes; at most {limit} are taken.")

        async def refuse() -> Message:
            raise too_large

        return refuse
    got = 0
    deadline: float | None = None

    async def bounded() -> Message:
        nonlocal got, deadline
        loop = asyncio.get_running_loop()
        if deadline is None:
            deadline = loop.time() + BODY_DEADLINE_S
        if got < 0:
            return await receive()
        try:
            async with asyncio.timeout_at(deadline):
                message = await receive()
        except TimeoutError:
            raise Refused(408, f"The body did not arrive within {BODY_DEADLINE_S} seconds.") from None
        if message["type"] == "http.request":
            got += len(message.get("body", b""))
            if got > limit:
                raise Refused(413, f"The body is larger than {limit} bytes.")
            if not message.get("more_body"):
                got = -1
        return message

    return bounded


async def _refuse(scope: Scope, send: Send, refused: Refused) -> None:
    scim = scope["path"].startswith("/scim/")
    body = (
        {"schemas": [SCIM_ERROR], "status": str(refused.status), "detail": refused.detail}
        if scim
        else {"errors": [{"message": refused.detail}]}
    )
    media_type = b"application/scim+json" if scim else b"application/json"
    headers = [(b"content-type", media_type), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": refused.status, "headers": headers})
    await send({"type": "http.response.body", "body": orjson.dumps(body)})
