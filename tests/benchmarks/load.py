"""A load in a process of its own: HTTP/1.1 over kept connections, no more work per request than is needed.

`python -m tests.benchmarks.load` reads a plan as JSON from standard input and prints what it measured. Requests are
given as finished bytes, so that the client spends about ten microseconds on each, and the server is what is measured.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from time import perf_counter


class Connection(asyncio.Protocol):
    """One connection that sends the next request as soon as the last one is answered."""

    def __init__(self, requests: Iterator[bytes], done: asyncio.Future[None]) -> None:
        self._requests, self._done = requests, done
        self._buffer = b""
        self._sent_at = 0.0
        self.latencies: list[float] = []
        self.failures = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def _next(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self._transport.close()
            if not self._done.done():
                self._done.set_result(None)
            return
        self._sent_at = perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._buffer[:end].lower()
        at = head.find(b"content-length:")
        if at >= 0:
            is_whole = len(self._buffer) >= end + 4 + int(head[at + 15 :].split(b"\r\n", 1)[0])
        else:
            is_whole = b"\r\ntransfer-encoding: chunked" not in head or self._buffer.endswith(b"\r\n0\r\n\r\n")
        if not is_whole:
            return
        if not b"200" <= head[9:12] < b"300":
            self.failures += 1
        self._buffer = b""
        self.latencies.append(perf_counter() - self._sent_at)
        self._next()

    def connection_lost(self, problem: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(problem or ConnectionError("The server closed the connection."))


async def run(host: str, port: int, requests: list[bytes], connections: int) -> dict[str, float]:
    """Every request sent once over so many connections: requests a second, median and p95 in milliseconds."""
    loop = asyncio.get_running_loop()
    queue = iter(requests)
    ends = [loop.create_future() for _ in range(connections)]
    began = perf_counter()
    made = [await loop.create_connection(lambda end=end: Connection(queue, end), host, port) for end in ends]
    await asyncio.gather(*ends)
    took = perf_counter() - began
    latencies = sorted(latency for _, connection in made for latency in connection.latencies)
    return {
        "requests": len(latencies),
        "failures": sum(connection.failures for _, connection in made),
        "per_s": len(latencies) / took,
        "median_ms": latencies[len(latencies) // 2] * 1000,
        "p95_ms": latencies[int(len(latencies) * 0.95)] * 1000,
    }


if __name__ == "__main__":
    plan = json.load(sys.stdin)
    texts = [request.encode() for request in plan["requests"]]
    print(json.dumps(asyncio.run(run(plan["host"], plan["port"], texts, plan["connections"]))))
