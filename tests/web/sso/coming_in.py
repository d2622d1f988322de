"""A browser that signs on: before the product's own routes, with a provider in place of the network."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from starlette.applications import Starlette
from starlette.routing import Mount

from catalog.services.sign_in_connections import Connection
from catalog.vault import Vault
from tests.web.door import PROOF, URL
from web.door import Door
from web.middleware import Gate, Refused, refuse
from web.sign_in import create_app
from web.sso.fetching import Fetcher
from web.sso.routes import routes
from web.throttling import SignInLimit

VAULT = Vault("a secret key of at least 32 characters")


class NoLimit(SignInLimit):
    """As many tries as a test needs."""

    async def attempt(self, address: str, email: str | None = None) -> None:
        return


@asynccontextmanager
async def at_the_door(
    fetcher: Fetcher, url: str = URL, limit: SignInLimit | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    """A browser in which nobody is signed in; it follows no redirect by itself."""
    limit = limit or NoLimit("memory")
    application = Starlette(
        routes=[*routes(Door(url, limit), VAULT, fetcher), Mount("/auth", create_app(url, limit))],
        exception_handlers={Refused: refuse},
    )
    transport = httpx.ASGITransport(Gate(application, https=url.startswith("https://")))
    async with httpx.AsyncClient(transport=transport, base_url=url, headers=PROOF) as client:
        yield client


def path(connection: Connection, step: str) -> str:
    return f"/auth/{connection.kind}/{connection.id}/{step}"


async def starts(browser: httpx.AsyncClient, connection: Connection, **asked: str) -> str:
    """Where the browser is sent."""
    answer = await browser.get(path(connection, "start"), params=asked)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def is_in(browser: httpx.AsyncClient) -> str | None:
    """The email of whoever is signed in, by which way; None for nobody."""
    told = (await browser.get("/auth/session")).json()
    return told["user"]["email"] if told["signedIn"] else None
