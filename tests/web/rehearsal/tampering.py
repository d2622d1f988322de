"""Somebody on the way between the rehearsal and the real facade, who tampers with what passes."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from tests.conftest import ON_SQLITE
from web.rehearsal import rehearse
from web.rehearsal.report import Report

Answer = httpx.Response
Forward = Callable[[httpx.Request], Awaitable[Answer]]
Tampering = Callable[[httpx.Request, Forward], Awaitable[Answer]]

PEOPLE, GROUPS = 12, 2

on_sqlite = pytest.mark.parametrize("db", ON_SQLITE, indirect=True)
"""What is looked at here is the rehearsal, which does not know the database."""


class Wire(httpx.AsyncBaseTransport):
    """The way to the facade, on which somebody may tamper with what passes."""

    def __init__(self, scim: httpx.AsyncClient, tampering: Tampering | None = None) -> None:
        self._scim, self._tampering = scim, tampering

    async def handle_async_request(self, request: httpx.Request) -> Answer:
        return await (self._tampering(request, self._forward) if self._tampering else self._forward(request))

    async def _forward(self, request: httpx.Request) -> Answer:
        answer = await self._scim.send(request)
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


async def rehearsed(scim: httpx.AsyncClient, tampering: Tampering | None = None, *, style: str = "okta") -> Report:
    return await rehearse(
        "http://muster.test/scim/v2",
        scim.headers["Authorization"].removeprefix("Bearer "),
        users=PEOPLE,
        groups=GROUPS,
        style=style,
        connections=4,
        seed=7,
        transport=Wire(scim, tampering),
    )


def with_body(answer: Answer, body: Any) -> Answer:
    return httpx.Response(answer.status_code, json=body)


def is_read(request: httpx.Request, of: str) -> bool:
    """Whether one resource is read, such as `GET /Users/{id}`."""
    return request.method == "GET" and f"/{of}/" in request.url.path


class Once:
    """Tampers with the first request that qualifies, and with no other."""

    def __init__(self, qualifies: Callable[[httpx.Request], bool], tamper: Tampering) -> None:
        self._qualifies, self._tamper, self.done = qualifies, tamper, False

    async def __call__(self, request: httpx.Request, forward: Forward) -> Answer:
        if self.done or not self._qualifies(request):
            return await forward(request)
        self.done = True
        return await self._tamper(request, forward)
