"""One assertion is one session, on however many processes it is posted at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from catalog import database
from catalog.actors import command
from catalog.services import accounts
from catalog.services.sign_in_connections import Connection
from tests import builders
from tests.catalog.certificates import a_certificate
from tests.web.serving import Instance, running
from tests.web.sso.coming_in import path
from tests.web.sso.identity_provider import ENTITY, Says, asked
from tests.web.two_workers import both_workers

SETTINGS = {"entity_id": ENTITY, "sso_url": "https://idp.example/sso", "certificates": [a_certificate().pem]}


@pytest.fixture
async def served(address: str, tmp_path: Path) -> AsyncIterator[tuple[Instance, Connection]]:
    """A server of two workers on each engine, with a connection whose people Grace is one of."""
    async with running(address, tmp_path, MUSTER_WORKERS="2") as instance:
        await database.connect(address)
        try:
            actor = command((await accounts.default()).id)
            integration = await builders.an_integration(actor)
            await builders.a_user(builders.a_scim_client(integration), "grace@navy.example")
            connection = await builders.a_connection(actor, integration, kind="saml", settings=SETTINGS)
        finally:
            await database.disconnect()
        yield instance, connection


async def test_an_assertion_that_is_posted_often_at_once_to_both_workers_is_one_session(
    served: tuple[Instance, Connection],
) -> None:
    instance, connection = served
    async with both_workers(instance.url) as (first, second):
        start = await first.get(path(connection, "start"))
        form = {"SAMLResponse": Says(asked(start.headers["location"])).encoded()}

        async def posts(client: httpx.AsyncClient) -> list[httpx.Response]:
            return [await client.post(path(connection, "acs"), data=form) for _ in range(8)]

        async def posts_alone() -> list[httpx.Response]:
            async with httpx.AsyncClient(base_url=instance.url, timeout=30) as client:
                return [await client.post(path(connection, "acs"), data=form) for _ in range(2)]

        done = await asyncio.gather(posts(first), posts(second), *(posts_alone() for _ in range(8)))
        answers = [answer for some in done for answer in some]
        assert len(answers) == 32
        assert sorted({answer.status_code for answer in answers}) in ([303, 403], [303, 403, 429])
        (ticket,) = [answer.headers["location"] for answer in answers if answer.status_code == 303]
        cookie = {"Cookie": f"muster_sso={start.cookies['muster_sso']}"}
        finished = await asyncio.gather(*(client.get(ticket, headers=cookie) for client in (first, second)))
        assert sorted(answer.status_code for answer in finished) == [303, 403]
