"""A browser's session asks GraphQL as a token does, if a page of ours sends the request."""

from __future__ import annotations

import httpx
import pytest

from catalog.actors import Actor
from catalog.changes import change
from catalog.models import User
from catalog.services import sessions
from catalog.services.callers import cookie_name

BASE_URL = "https://muster.test"
PROBE = {"query": "{viewer{actorName role confirmedAt user{email}}}"}


@pytest.fixture
async def cookie(actor: Actor, admin: User) -> str:
    """The administrator's session, as a browser sends it."""
    async with change(actor) as this:
        _, secret = sessions.start(this, admin, method="password")
    return f"{cookie_name(BASE_URL)}={secret}"


async def test_a_session_asks_as_its_person(client: httpx.AsyncClient, cookie: str) -> None:
    del client.headers["authorization"]
    headers = {"cookie": cookie, "x-muster-csrf": "1", "origin": BASE_URL}
    viewer = (await client.post("/graphql", json=PROBE, headers=headers)).json()["data"]["viewer"]
    assert viewer["confirmedAt"].endswith("Z")
    assert (viewer["role"], viewer["user"]) == ("admin", {"email": "root@muster.example"})


@pytest.mark.parametrize("headers", [{}, {"x-muster-csrf": "1", "origin": "https://evil.example"}])
async def test_a_cookie_that_another_site_makes_a_browser_send_is_refused(
    client: httpx.AsyncClient, cookie: str, headers: dict[str, str]
) -> None:
    del client.headers["authorization"]
    answer = await client.post("/graphql", json=PROBE, headers={"cookie": cookie, **headers})
    assert answer.status_code == 403
    assert "data" not in answer.json()
