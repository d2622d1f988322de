"""Somebody at the door: a browser that signs in, with the headers that a page of the product sends."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.routing import Mount

from tests.builders import PASSWORD
from web.sign_in import create_app
from web.throttling import SignInLimit

EMAIL = "ada@lovelace.dev"
URL = "http://127.0.0.1:8000"
PROOF = {"X-Muster-Csrf": "1"}


@asynccontextmanager
async def door(
    url: str = URL, *, limit: SignInLimit | None = None, address: str = "192.0.2.7"
) -> AsyncIterator[httpx.AsyncClient]:
    """A browser of its own before the routes of `/auth`, at this network address."""
    application = Starlette(routes=[Mount("/auth", create_app(url, limit or SignInLimit("memory")))])
    transport = httpx.ASGITransport(application, client=(address, 1234))
    async with httpx.AsyncClient(transport=transport, base_url=url, headers=PROOF) as client:
        yield client


async def sign_in(client: httpx.AsyncClient, email: str, password: str = PASSWORD, **more: Any) -> httpx.Response:
    return await client.post("/auth/sign-in", json={"email": email, "password": password, **more})


async def who(client: httpx.AsyncClient) -> Any:
    """What the server says of who is signed in."""
    answer = await client.get("/auth/session")
    assert answer.status_code == 200, answer.text
    return answer.json()


def code(answer: httpx.Response) -> tuple[int, str]:
    """How the server refused."""
    told = answer.json()
    assert told["message"].endswith("."), told
    return answer.status_code, told["code"]
