"""G8: whatever was acknowledged is seen by the very next read, whichever process answers it, over SCIM and GraphQL."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.doses import dose
from tests.guarantees.ledger import Ledger
from tests.web.serving import muster, running
from tests.web.two_workers import both_workers

ROUNDS = dose(6, 200)
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
PEOPLE = "query($e: String!) { account { user(input: {email: $e}) { title } users { totalCount } } }"
RENAME = "mutation($a: String!, $n: String!) { teamUpdate(input: {alias: $a, name: $n}) { errors { message } } }"
CREATE = "mutation($n: String!) { teamCreate(input: {name: $n}) { team { alias id } errors { message } } }"
TEAM = "query($a: String!) { account { team(alias: $a) { name } } }"


@dataclass(frozen=True)
class Workers:
    """A connection to each of the two workers, with what an identity provider and a script have to show."""

    clients: tuple[httpx.AsyncClient, httpx.AsyncClient]
    scim: str
    api: str

    async def ask(self, which: int, method: str, path: str, body: Any = None) -> Any:
        """The SCIM answer of this worker, which must be a good one."""
        headers = {"Authorization": f"Bearer {self.scim}", "Content-Type": "application/scim+json"}
        answer = await self.clients[which].request(method, f"/scim/v2{path}", json=body, headers=headers)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    async def query(self, which: int, query: str, **variables: Any) -> Any:
        """`data` of the GraphQL answer of this worker."""
        headers = {"Authorization": f"Bearer {self.api}"}
        sent = {"query": query, "variables": variables}
        answer = (await self.clients[which].post("/graphql", json=sent, headers=headers)).json()
        assert "errors" not in answer, answer
        return answer["data"]


@pytest.fixture
async def workers(address: str, tmp_path: Path) -> AsyncIterator[Workers]:
    """A server of two workers on each engine."""
    async with AsyncExitStack() as stack:
        served = await stack.enter_async_context(running(address, tmp_path, MUSTER_WORKERS="2"))
        named = ("token", "create", "--integration", "Okta"), ("token", "create", "--service", "s", "--scope", "write")
        scim, api = [(await muster(*words, environment=served.environment)).strip() for words in named]
        clients = await stack.enter_async_context(both_workers(served.url))
        yield Workers(clients, scim, api)


async def test_g08_a_read_after_a_write_sees_it_on_every_process(workers: Workers, ledger: Ledger) -> None:
    reads = 0
    for round, (writer, reader) in ((n, pair) for n in range(ROUNDS) for pair in product((0, 1), (0, 1))):
        email = f"p{round}-{writer}{reader}@reads.example"
        created = await workers.ask(writer, "POST", "/Users", {"userName": email, "title": "first"})
        path = f"/Users/{created['id']}"
        assert (await workers.ask(reader, "GET", path))["title"] == "first"
        found = await workers.ask(reader, "GET", f'/Users?filter=userName eq "{email}"')
        assert found["totalResults"] == 1
        seen = (await workers.query(reader, PEOPLE, e=email))["account"]
        assert seen["user"]["title"] == "first"
        assert seen["users"]["totalCount"] == round * 4 + writer * 2 + reader + 1

        change = {"schemas": [PATCH_OP], "Operations": [{"op": "replace", "path": "title", "value": "second"}]}
        await workers.ask(writer, "PATCH", path, change)
        assert (await workers.ask(reader, "GET", path))["title"] == "second"
        assert (await workers.query(reader, PEOPLE, e=email))["account"]["user"]["title"] == "second"

        made = (await workers.query(writer, CREATE, n=f"T{round} {writer}{reader}"))["teamCreate"]
        alias = made["team"]["alias"]
        assert (await workers.query(reader, TEAM, a=alias))["account"]["team"]["name"] == f"T{round} {writer}{reader}"
        done = await workers.query(writer, RENAME, a=alias, n=f"R{round} {writer}{reader}")
        assert done["teamUpdate"]["errors"] == []
        assert (await workers.query(reader, TEAM, a=alias))["account"]["team"]["name"] == f"R{round} {writer}{reader}"
        reads += 7
    ledger(reads=reads, stale=0)
