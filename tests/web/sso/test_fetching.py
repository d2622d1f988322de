"""Asking providers: what an address may make Muster ask, and how much it listens to."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from catalog.errors import SignInRefused
from web.sso import fetching
from web.sso.fetching import Fetcher

ANSWERS = {
    "/document": b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n" + b'{"a": 1}\n',
    "/list": b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n[]",
    "/redirect": b"HTTP/1.1 302 Found\r\nlocation: /document\r\ncontent-length: 0\r\n\r\n",
    "/large": b"HTTP/1.1 200 OK\r\ncontent-length: 2000000\r\n\r\n" + b"x" * 2_000_000,
    "/silent": b"",
}


@pytest.fixture
async def server() -> AsyncIterator[str]:
    connections: list[asyncio.StreamWriter] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        path = (await reader.readline()).split()[1].decode()
        if path != "/silent":
            writer.write(ANSWERS[path])
            writer.close()

    listening = await asyncio.start_server(answer, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    for writer in connections:
        writer.transport.abort()
    listening.close()
    await listening.wait_closed()


async def refused(fetcher: Fetcher, url: str) -> str:
    with pytest.raises(SignInRefused) as problem:
        await fetcher.document(url)
    return problem.value.why


async def test_an_instance_of_ones_own_machine_asks_that_machine(server: str) -> None:
    assert await Fetcher("http://127.0.0.1:8000").document(f"{server}/document") == {"a": 1}


async def test_an_instance_that_others_reach_does_not(server: str) -> None:
    fetcher = Fetcher("https://muster.example.com")
    assert await refused(fetcher, f"{server}/document") == "provider_forbidden"
    assert await refused(fetcher, server.replace("http://127.0.0.1", "https://localhost")) == "provider_forbidden"


PRIVATE = "10.0.0.1 192.168.1.1 169.254.169.254 100.64.0.1 127.0.0.1 ::1 fd00::1 ::ffff:10.0.0.1 0.0.0.0"


@pytest.mark.parametrize("address", PRIVATE.split())
async def test_g26_a_name_that_leads_into_a_private_network_is_not_asked(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    async def leads_there(*args: Any, **more: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", leads_there, raising=False)
    assert await refused(Fetcher("https://muster.example.com"), "https://idp.example.com/x") == "provider_forbidden"
    if address.startswith("10."):
        known = Fetcher("https://muster.example.com", "idp.example.com, other.example.com")
        monkeypatch.setattr(fetching, "TIMEOUT_S", 0.2)
        assert await refused(known, "https://idp.example.com/x") == "provider_silent"


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/redirect", "provider_refused"),
        ("/large", "provider_forbidden"),
        ("/list", "provider_refused"),
        ("/silent", "provider_silent"),
    ],
)
async def test_what_is_no_answer_is_refused(server: str, monkeypatch: pytest.MonkeyPatch, path: str, why: str) -> None:
    monkeypatch.setattr(fetching, "TIMEOUT_S", 0.5)
    assert await refused(Fetcher("http://127.0.0.1:8000"), f"{server}{path}") == why
