"""The rehearsal's connections, to servers that speak HTTP in every way that one may, and in some that it may not."""

import asyncio
import gzip
from collections.abc import Sequence
from contextlib import suppress

import httpx
import pytest

from web.rehearsal.wire import Wire


class Server:
    """Answers each request on a connection with the next of these bytes; after the last it hangs up."""

    def __init__(self, *answers: bytes, pause_s: float = 0) -> None:
        self._answers, self._pause_s = answers, pause_s
        self.connections = 0
        self.requests: list[bytes] = []
        self._under_way: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Server":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/scim/v2"
        return self

    async def __aexit__(self, *problem: object) -> None:
        self._server.close()
        await asyncio.gather(*self._under_way)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._under_way.append(task)
        # The client may hang up at any time.
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            for answer in self._answers:
                await self._answer(answer, reader, writer)
                if b"Connection: close" in answer:
                    break
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async def _answer(self, answer: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
        self.requests.append(head + await reader.readexactly(length))
        await asyncio.sleep(self._pause_s)
        for part in (answer[:20], answer[20:]):  # no answer comes in one piece
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0)


def answer(body: bytes, *headers: bytes) -> bytes:
    return b"\r\n".join([b"HTTP/1.1 200 OK", *headers, b"", body])


ONE = answer(b'{"a":1}', b"Content-Length: 7", b"Content-Type: application/scim+json")


async def asked(server: Server, times: int = 1, *, timeout_s: float = 5) -> list[httpx.Response]:
    async with Wire(timeout_s=timeout_s) as wire:
        request = httpx.Request("POST", f"{server.url}/Users?x=%20", headers={"Accept": "a"}, content=b"{}")
        return [await wire.handle_async_request(request) for _ in range(times)]


async def test_a_request_goes_out_as_it_was_written() -> None:
    async with Server(ONE) as server:
        await asked(server)
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    host = server.url.removeprefix("http://").partition("/")[0].encode()
    assert head.splitlines() == [
        b"POST /scim/v2/Users?x=%20 HTTP/1.1", b"Host: " + host, b"Accept: a", b"Content-Length: 2",
    ]  # fmt: skip
    assert body == b"{}"


async def test_a_connection_is_kept_for_the_next_request() -> None:
    async with Server(ONE, ONE, ONE) as server:
        answers = await asked(server, times=3)
    assert [one.json() for one in answers] == [{"a": 1}] * 3
    assert server.connections == 1


@pytest.mark.parametrize(
    "sent",
    [
        answer(b'{"a":1}', b"Content-Length: 7"),
        answer(b'{"a":1}', b"Content-Length: 7", b"Connection: close"),
        answer(b'{"a":1}', b"Connection: close"),  # ends with the connection
        answer(b'4\r\n{"a"\r\n3\r\n:1}\r\n0\r\n\r\n', b"Transfer-Encoding: chunked"),
        answer(gzip.compress(b'{"a":1}', mtime=0), b"Content-Encoding: gzip", b"Content-Length: 27"),
        b"HTTP/1.1 100 Continue\r\n\r\n" + ONE,
    ],
)
async def test_an_answer_is_read_to_its_end(sent: bytes) -> None:
    async with Server(sent, sent) as server:
        answers = await asked(server, times=2)
    assert [one.json() for one in answers] == [{"a": 1}] * 2


@pytest.mark.parametrize(
    ("sent", "problem"),
    [
        ([b""], httpx.ReadError),
        ([answer(b"{", b"Content-Length: 7")], httpx.ReadError),
        ([b"SSH-2.0-OpenSSH_9.6\r\n"], httpx.RemoteProtocolError),
        ([answer(b"not gzip", b"Content-Encoding: gzip", b"Content-Length: 8")], httpx.DecodingError),
    ],
)
async def test_an_answer_that_is_none_is_an_error(sent: Sequence[bytes], problem: type[Exception]) -> None:
    async with Server(*sent) as server:
        with pytest.raises(problem):
            await asked(server)


async def test_a_slow_answer_is_given_up() -> None:
    async with Server(ONE, pause_s=0.3) as server:
        with pytest.raises(httpx.ReadTimeout):
            await asked(server, timeout_s=0.05)


async def test_a_server_that_is_not_there_is_an_error() -> None:
    async with Server(ONE) as server:
        pass
    with pytest.raises(httpx.ConnectError):
        await asked(server)


async def test_a_connection_closed_meanwhile_is_not_used_again() -> None:
    async with Server(ONE) as server, Wire(timeout_s=5) as wire:
        for _ in range(2):
            request = httpx.Request("GET", f"{server.url}/Users")
            assert (await wire.handle_async_request(request)).status_code == 200
            await asyncio.sleep(0.05)
    assert server.connections == 2
