"""How fast one token may write, and what it is told when it goes faster."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

import httpx
import pytest
from limits.aio.storage import MemoryStorage
from starlette.applications import Starlette
from starlette.routing import Mount

from catalog.actors import Actor, ActorKind, Scope
from catalog.changes import change
from catalog.errors import TooManyRequests
from catalog.ids import new_id
from catalog.models import Integration
from catalog.services import deliveries, tokens
from scim_facade.app import create_app
from tests.conftest import ON_SQLITE
from tests.web.serving import free_port
from web.limiting import BURST_S, WriteLimit

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
USER = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"]}
on_sqlite = pytest.mark.parametrize("db", ON_SQLITE, indirect=True)


async def taken(limit: WriteLimit, actor: Actor, tries: int) -> int:
    """How many of so many writes at once are let through."""
    count = 0
    for _ in range(tries):
        with suppress(TooManyRequests):
            await limit(actor)
            count += 1
    return count


@pytest.fixture
def client() -> Actor:
    """An identity provider with a token."""
    return Actor(new_id(), ActorKind.INTEGRATION, "Okta", frozenset({Scope.SCIM}), token_id=new_id())


@pytest.mark.parametrize(
    ("per_s", "workers", "expected"),
    [
        pytest.param(5, 1, 5 * BURST_S, id="a burst of four seconds"),
        pytest.param(5, 4, 5, id="a worker's part of it"),
        pytest.param(1, 64, 1, id="at least one"),
        pytest.param(0, 1, 100, id="no limit"),
    ],
)
async def test_a_token_may_write_so_much_at_once(client: Actor, per_s: int, workers: int, expected: int) -> None:
    assert await taken(WriteLimit("memory", per_s, workers=workers), client, 100) == expected


async def test_each_token_has_a_limit_of_its_own(client: Actor) -> None:
    limit = WriteLimit("memory", 1)
    assert await taken(limit, client, 10) == BURST_S
    assert await taken(limit, replace(client, token_id=new_id()), 10) == BURST_S


async def test_g14_whoever_waits_as_long_as_told_may_write_again(client: Actor) -> None:
    limit = WriteLimit("memory", 1)
    await taken(limit, client, 2 * BURST_S)
    with pytest.raises(TooManyRequests) as refused:
        await limit(client)
    assert 1 <= refused.value.retry_after_s <= BURST_S
    await asyncio.sleep(refused.value.retry_after_s)
    await limit(client)


async def test_a_limiter_that_cannot_count_lets_writes_through(client: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    limit = WriteLimit("memory", 1)
    assert await taken(limit, client, 20) == BURST_S

    async def unreachable(*of: object, **more: object) -> None:
        raise ConnectionError("The storage does not answer.")

    monkeypatch.setattr(MemoryStorage, "acquire_sliding_window_entry", unreachable)
    assert await taken(limit, client, 20) == 20


@pytest.mark.parametrize("scheme", ["redis", "rediss"])
async def test_a_redis_may_count_and_while_it_does_not_answer_writes_go_on(client: Actor, scheme: str) -> None:
    limit = WriteLimit(f"{scheme}://127.0.0.1:{free_port()}", 1)
    assert await taken(limit, client, 2 * BURST_S) == 2 * BURST_S


# --- over HTTP ----------------------------------------------------------------------------------------------------


@asynccontextmanager
async def limited(actor: Actor, integration: Integration, per_s: int) -> AsyncIterator[httpx.AsyncClient]:
    async with change(actor) as this:
        _, secret = await tokens.create_for_integration(this, integration, name="test")
    url = "http://muster.test/scim/v2"
    facade = create_app(url, deliveries.Buffer(), "k" * 32, WriteLimit("memory", per_s))
    transport = httpx.ASGITransport(Starlette(routes=[Mount("/scim/v2", facade)]))
    headers = {"Authorization": f"Bearer {secret}"}
    async with httpx.AsyncClient(transport=transport, base_url=url, headers=headers) as client:
        yield client


async def write(client: httpx.AsyncClient, number: int) -> httpx.Response:
    return await client.post("/Users", json={**USER, "userName": f"p{number}@lovelace.example"})


@on_sqlite
async def test_a_provider_that_writes_too_fast_is_told_when_to_come_back(
    actor: Actor, integration: Integration
) -> None:
    async with limited(actor, integration, 1) as client:
        answers = [await write(client, number) for number in range(BURST_S + 1)]
        assert [answer.status_code for answer in answers] == [*[201] * BURST_S, 429]

        refused = answers[-1]
        assert refused.headers["retry-after"].isdigit(), "Okta reads whole seconds only"
        assert 1 <= int(refused.headers["retry-after"]) <= BURST_S
        assert refused.headers["content-type"] == "application/scim+json"
        assert (refused.json()["schemas"], refused.json()["status"]) == ([ERROR], "429")

        people = await client.get("/Users")
        assert (people.status_code, people.json()["totalResults"]) == (200, BURST_S), "reads are not limited"


@on_sqlite
async def test_the_limit_may_be_turned_off(actor: Actor, integration: Integration) -> None:
    async with limited(actor, integration, 0) as client:
        assert {(await write(client, number)).status_code for number in range(3 * BURST_S)} == {201}


@on_sqlite
async def test_each_operation_of_a_bulk_counts(actor: Actor, integration: Integration) -> None:
    operations = [
        {
            "method": "POST",
            "path": "/Users",
            "bulkId": str(number),
            "data": {**USER, "userName": f"p{number}@lovelace.example"},
        }
        for number in range(2 * BURST_S)
    ]
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations}
    async with limited(actor, integration, 1) as client:
        answer = await client.post("/Bulk", json=body)
        statuses = [operation["status"] for operation in answer.json()["Operations"]]
        assert (await client.get("/Users")).json()["totalResults"] == statuses.count("201")
    assert set(statuses) == {"201", "429"}
