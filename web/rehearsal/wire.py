"""Kept HTTP/1.1 connections for the rehearsal, at a fraction of a general client's work per request.

An `httpx` transport in form, so that tests may put another in its place; httptools reads the answers. What a rehearsal
has no use for is not here: no proxies, no redirects, no HTTP/2, no streaming. It opens as many connections as there
are requests under way: bounding those is the client's business.
"""

from __future__ import annotations

import asyncio
import ssl
from typing import cast

import httptools
import httpx

CONNECT_TIMEOUT_S = 10


class Wire(httpx.AsyncBaseTransport):
    """Connections to one server, opened when needed and kept for the next request."""

    def __init__(self, *, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._idle: list[_Connection] = []
        self._tls: ssl.SSLContext | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The whole answer, read to its end.

        Raises httpx.ConnectError, ReadError, RemoteProtocolError, ConnectTimeout or ReadTimeout, as `httpx` does.
        """
        connection = self._kept() or await self._opened(request.url)
        try:
            async with asyncio.timeout(self._timeout_s):
                answer = await connection.ask(_as_bytes(request))
        except TimeoutError:
            raise httpx.ReadTimeout(f"No answer within {self._timeout_s} s.", request=request) from None
        finally:
            if connection.is_free:
                self._idle.append(connection)
            else:
                connection.close()
        return answer

    async def aclose(self) -> None:
        """Every connection closed."""
        while self._idle:
            self._idle.pop().close()
        await asyncio.sleep(0)  # a transport is closed a turn of the loop later

    def _kept(self) -> _Connection | None:
        while self._idle:
            # The latest used is the least likely to have been closed by the server meanwhile.
            connection = self._idle.pop()
            if connection.is_free:
                return connection
        return None

    async def _opened(self, url: httpx.URL) -> _Connection:
        if url.scheme == "https" and self._tls is None:
            self._tls = ssl.create_default_context()
        port = url.port or (443 if url.scheme == "https" else 80)
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                _, connection = await asyncio.get_running_loop().create_connection(
                    _Connection, url.host, port, ssl=self._tls if url.scheme == "https" else None
                )
        except TimeoutError:
            raise httpx.ConnectTimeout(f"No connection within {CONNECT_TIMEOUT_S} s.") from None
        except OSError as problem:
            raise httpx.ConnectError(str(problem)) from None
        return connection


class _Connection(asyncio.Protocol):
    """One connection, on which one request at a time is under way; and what httptools tells of the answer."""

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._waiting: asyncio.Future[httpx.Response] | None = None
        self._headers: list[tuple[bytes, bytes]] = []
        self._body: list[bytes] = []
        self._ends_with_connection = False
        self.is_free = False

    async def ask(self, request: bytes) -> httpx.Response:
        """The answer to this request."""
        self.is_free = False
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting

    def close(self) -> None:
        """The connection closed, whatever is under way on it."""
        self.is_free = False
        self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by inheritance
        self.is_free = True

    def data_received(self, data: bytes) -> None:
        if self._waiting is None:
            self.close()  # an answer to nothing, such as a 408 to an idle connection
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as problem:
            self._fail(httpx.RemoteProtocolError(f"The answer is not HTTP: {problem}"))

    def connection_lost(self, problem: Exception | None) -> None:
        self.is_free = False
        if self._ends_with_connection and problem is None:
            self._answer()
        self._fail(httpx.ReadError(str(problem or "The server closed the connection without an answer.")))

    def on_message_begin(self) -> None:
        self._headers, self._body, self._ends_with_connection = [], [], False

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        names = {name.lower() for name, _ in self._headers}
        self._ends_with_connection = not names & {b"content-length", b"transfer-encoding"}

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_message_complete(self) -> None:
        # 1xx announces the answer; it is none.
        if self._parser.get_status_code() >= 200:
            self.is_free = self._parser.should_keep_alive()
            self._answer()

    def _answer(self) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is None or waiting.done():
            return
        headers = [(name, value) for name, value in self._headers if name.lower() != b"transfer-encoding"]
        try:
            waiting.set_result(
                httpx.Response(self._parser.get_status_code(), headers=headers, content=b"".join(self._body))
            )
        except httpx.HTTPError as problem:  # a compressed body that is none
            waiting.set_exception(problem)

    def _fail(self, problem: httpx.HTTPError) -> None:
        waiting, self._waiting = self._waiting, None
        if waiting is not None and not waiting.done():
            waiting.set_exception(problem)
        self.close()


def _as_bytes(request: httpx.Request) -> bytes:
    lines = [request.method.encode() + b" " + request.url.raw_path + b" HTTP/1.1"]
    lines += [name + b": " + value for name, value in request.headers.raw]
    return b"\r\n".join(lines) + b"\r\n\r\n" + request.content
