"""G35: the same requests over and over cost the same memory and the same files, however long it goes on."""

import gc
import os
import tracemalloc
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from catalog.actors import Actor, Scope
from catalog.changes import change
from catalog.models import Integration
from catalog.services import deliveries, sessions, tokens
from graphql_api.app import Endpoint
from scim_facade.app import create_app as create_scim
from tests import builders
from tests.doses import dose
from tests.guarantees.ledger import Ledger

KEY = "a secret key of thirty-two characters"
WARM_UP = 60
REQUESTS = dose(240, 5_000)
"""Of each kind."""
GROWTH_MAX_BYTES = 200
"""Per request, for what is kept of it: a row in a statement cache, an entry in a bounded memory. A request that is
remembered whole costs thousands."""

PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
QUERY = "query($e: String!) { account { user(input: {email: $e}) { name teams { nodes { name } } } } }"
RENAME = (
    "mutation($e: String!, $n: String!) { userUpdate(user: {email: $e}, input: {name: $n}) { errors { message } } }"
)

Request = Callable[[int], Awaitable[httpx.Response]]


class Clients:
    """An identity provider's side and a script's side of both facades in this process, with their journal."""

    def __init__(self, scim_secret: str, api_secret: str) -> None:
        self.journal = deliveries.Buffer()
        facade = create_scim("http://muster.test/scim/v2", self.journal, KEY)
        self.scim = _client(Starlette(routes=[Mount("/scim/v2", facade)]), "/scim/v2", scim_secret)
        self.api = _client(Endpoint("http://muster.test", KEY), "", api_secret)

    def ask(self, query: str, **variables: str) -> Awaitable[httpx.Response]:
        return self.api.post("/graphql", json={"query": query, "variables": variables})

    async def many(self, kinds: dict[str, Request], first: int, count: int) -> None:
        """So many of each kind, one after the other; what the worker does each second, is done after each hundred."""
        for number in range(first, first + count):
            for kind, request in kinds.items():
                answer = await request(number)
                assert answer.status_code < 300 or kind == "refused", (kind, answer.text)
            if number % 100 == 0:
                await self.journal.flush()
                await sessions.write_uses()
        await self.journal.flush()


def _client(application: Any, path: str, secret: str) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {secret}"}
    transport = httpx.ASGITransport(application)
    return httpx.AsyncClient(transport=transport, base_url=f"http://muster.test{path}", headers=headers)


@pytest.fixture
async def clients(actor: Actor, integration: Integration) -> Clients:
    root = await builders.a_user(actor, "root@soak.example", role="admin")
    async with change(actor) as this:
        _, scim = await tokens.create_for_integration(this, integration, name="soak")
        _, api = await tokens.create_for_user(this, root, name="soak", scope=Scope.WRITE)
    return Clients(scim, api)


async def kinds_of(clients: Clients) -> dict[str, Request]:
    """A request of each kind, by its number; none makes a row more than the one before, save in the journals.

    Whatever may be remembered by its text (a filter, a document) is one of a few, so that what is measured is no memory
    that fills up to its bound.
    """
    made = (await clients.scim.post("/Users", json={"userName": "ada@soak.example"})).json()
    path, root = f"/Users/{made['id']}", {"e": "root@soak.example"}

    def patched(number: int) -> Awaitable[httpx.Response]:
        operation = {"op": "replace", "path": "title", "value": f"Countess {number}"}
        return clients.scim.patch(path, json={"schemas": [PATCH_OP], "Operations": [operation]})

    def filtered(number: int) -> Awaitable[httpx.Response]:
        return clients.scim.get("/Users", params={"filter": f'userName eq "n{number % 20}@soak.example"'})

    return {
        "read": lambda number: clients.scim.get(path),
        "filter": filtered,
        "patch": patched,
        "refused": lambda number: clients.scim.post("/Users", json={"userName": "ada@soak.example"}),
        "query": lambda number: clients.ask(QUERY, **root),
        "mutation": lambda number: clients.ask(RENAME, **root, n=f"Root {number}"),
    }


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="counts what Linux tells under /proc")
async def test_g35_memory_and_files_stay_the_same_however_many_requests_come(clients: Clients, ledger: Ledger) -> None:
    kinds = await kinds_of(clients)
    await clients.many(kinds, 0, WARM_UP)
    files, before = open_files(), resident()
    tracemalloc.start()
    try:
        await clients.many(kinds, WARM_UP, REQUESTS // 4)
        gc.collect()
        held, _ = tracemalloc.get_traced_memory()
        await clients.many(kinds, WARM_UP + REQUESTS // 4, REQUESTS - REQUESTS // 4)
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - held
    finally:
        tracemalloc.stop()
    count = (REQUESTS - REQUESTS // 4) * len(kinds)
    assert open_files() <= files + 2
    assert grown / count < GROWTH_MAX_BYTES, f"{grown} bytes more after {count} requests"
    ledger(
        requests=REQUESTS * len(kinds),
        files=open_files() - files,
        bytes_per_request=round(grown / count, 1),
        resident_mib=round((resident() - before) / 2**20, 1),
    )
