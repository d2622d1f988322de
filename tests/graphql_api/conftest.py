"""GraphQL's side of the catalog: the real endpoint over HTTP, with a good token."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from catalog.actors import Actor, Scope
from catalog.changes import change
from catalog.models import User
from catalog.services import tokens
from graphql_api.app import Endpoint
from tests import builders

Ask = Callable[..., Awaitable[Any]]


@pytest.fixture
async def admin(actor: Actor) -> User:
    """An administrator of the account, whose token `ask` uses."""
    return await builders.a_user(actor, "root@muster.example", name="Root Admin", role="admin")


@pytest.fixture
async def client(actor: Actor, admin: User) -> AsyncIterator[httpx.AsyncClient]:
    """The endpoint, asked by the administrator."""
    async with asked_by(actor, admin) as client:
        yield client


@pytest.fixture
async def as_user(actor: Actor) -> AsyncIterator[httpx.AsyncClient]:
    """The endpoint, asked by somebody who may write but is no administrator."""
    async with asked_by(actor, await builders.a_user(actor, "somebody@muster.example")) as client:
        yield client


@asynccontextmanager
async def asked_by(actor: Actor, user: User) -> AsyncIterator[httpx.AsyncClient]:
    """The endpoint, asked by this person with a token that may write."""
    async with change(actor) as this:
        _, secret = await tokens.create_for_user(this, user, name="test", scope=Scope.WRITE)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(Endpoint("https://muster.test", "a secret key of thirty-two characters")),
        base_url="https://muster.test",
        headers={"Authorization": f"Bearer {secret}"},
    ) as client:
        yield client


@pytest.fixture
def ask(client: httpx.AsyncClient) -> Ask:
    """`data` of a document's answer; with `errors=True` the whole answer. Fails on errors that nobody expects."""

    async def answered(query: str, *, errors: bool = False, **variables: Any) -> Any:
        response = await client.post("/graphql", json={"query": query, "variables": variables})
        assert response.status_code == 200, response.text
        answer = response.json()
        if errors:
            return answer
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    return answered
