"""A mutation that is sent again with its Idempotency-Key, over HTTP: in one process, and with several."""

from __future__ import annotations

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import httpx
import pytest

from catalog.actors import Actor
from catalog.engines import Database
from catalog.errors import Unavailable
from catalog.models import User
from catalog.services import integrations
from tests import builders, databases
from tests.graphql_api.conftest import asked_by
from tests.processes import muster
from tests.web.serving import running

KEY = {"Idempotency-Key": "9f0c8a52-2c0e-4f57-9a86-0d7c1a0f2f11"}
CREATE = "mutation($name:String!){integrationCreate(input:{type:scim,name:$name}){integration{id} errors{code}}}"
TOKEN = '{apiTokenCreate(input:{name:"nightly",scope:"read"}){secret apiToken{prefix} errors{code}}}'


def create(name: str = "Okta") -> dict[str, Any]:
    return {"query": CREATE, "variables": {"name": name}}


async def sent(
    client: httpx.AsyncClient, body: dict[str, Any], headers: dict[str, str] | None = None
) -> httpx.Response:
    return await client.post("/graphql", json=body, headers=KEY if headers is None else headers)


def codes(answer: httpx.Response) -> list[str]:
    return [error["extensions"]["code"] for error in answer.json()["errors"]]


async def number_made(db: Database) -> int:
    row = await db.one("SELECT count(*) AS n FROM integrations")
    assert row is not None
    return int(row["n"])


async def test_the_same_mutation_is_answered_in_the_same_bytes_and_carried_out_once(
    client: httpx.AsyncClient, db: Database
) -> None:
    first, again = await sent(client, create()), await sent(client, create())
    assert first.json()["data"]["integrationCreate"]["errors"] == []
    assert (again.status_code, again.content) == (200, first.content)
    assert again.headers["content-type"] == first.headers["content-type"]
    assert await number_made(db) == 1


async def test_another_mutation_under_the_key_is_422(client: httpx.AsyncClient, db: Database) -> None:
    await sent(client, create())
    refused = await sent(client, create("Entra"))
    assert (refused.status_code, codes(refused)) == (422, ["IDEMPOTENCY_KEY_REUSED"])
    assert await number_made(db) == 1


async def test_a_mutation_under_a_key_that_is_being_carried_out_is_409(
    client: httpx.AsyncClient, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()
    as_it_is = integrations.create

    async def slowly(*arguments: Any, **named: Any) -> Any:
        begun.set()
        await go_on.wait()
        return await as_it_is(*arguments, **named)

    monkeypatch.setattr(integrations, "create", slowly)
    first = asyncio.create_task(sent(client, create()))
    await asyncio.wait_for(begun.wait(), 30)
    if db.dialect == "postgres":
        # On SQLite the first one has the only turn to write, so that the second waits for it.
        refused = await sent(client, create())
        assert (refused.status_code, codes(refused)) == (409, ["IN_PROGRESS"])
    go_on.set()
    assert (await first).status_code == 200
    assert (await sent(client, create())).content == (await first).content
    assert await number_made(db) == 1


async def test_a_refusal_is_an_answer_too(client: httpx.AsyncClient, db: Database, actor: Actor) -> None:
    connection = await builders.an_integration(actor)
    first = await sent(client, create())
    assert [error["code"] for error in first.json()["data"]["integrationCreate"]["errors"]] == ["ALREADY_TAKEN"]
    async with db.unit() as unit:
        await unit.rows("DELETE FROM integrations WHERE id = $1 RETURNING id", connection.id)
    assert (await sent(client, create())).content == first.content
    assert await number_made(db) == 0


async def test_a_secret_that_is_shown_once_is_shown_to_who_lost_it_and_to_nobody_else(
    client: httpx.AsyncClient, actor: Actor, admin: User, db: Database
) -> None:
    body = {"query": f"mutation{TOKEN}"}
    first = (await sent(client, body)).json()["data"]["apiTokenCreate"]
    assert (await sent(client, body)).json()["data"]["apiTokenCreate"] == first
    kept = " ".join(
        str(value) for row in await db.rows("SELECT * FROM idempotency_claims") for value in dict(row).values()
    )
    assert first["secret"] not in kept
    async with asked_by(actor, admin) as another:
        assert (await sent(another, body)).json()["data"]["apiTokenCreate"]["secret"] != first["secret"]


async def test_what_the_database_did_not_take_may_be_sent_again(
    client: httpx.AsyncClient, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object, **__: object) -> None:
        raise Unavailable("The database can't be reached.")

    with monkeypatch.context() as patched:
        patched.setattr(integrations, "create", away)
        refused = await sent(client, create())
        assert (refused.status_code, codes(refused)) == (503, ["UNAVAILABLE"])
    assert (await sent(client, create())).json()["data"]["integrationCreate"]["errors"] == []
    assert await number_made(db) == 1


async def test_what_is_no_valid_mutation_claims_no_key(client: httpx.AsyncClient, db: Database) -> None:
    assert codes(await sent(client, {"query": "mutation{integrationCreat}"})) == ["INVALID_REQUEST"]
    assert codes(await sent(client, {"query": "mutation"})) == ["SYNTAX_ERROR"]
    assert (await sent(client, create())).json()["data"]["integrationCreate"]["errors"] == []
    assert await number_made(db) == 1


async def test_a_query_does_not_look_at_the_key(client: httpx.AsyncClient) -> None:
    assert "errors" not in (await sent(client, {"query": "{account{id}}"})).json()
    assert "errors" not in (await sent(client, {"query": "{account{name}}"})).json()


@pytest.mark.parametrize("key", ["", "two words", "x" * 256])
async def test_a_key_that_is_none_is_400(client: httpx.AsyncClient, db: Database, key: str) -> None:
    refused = await sent(client, create(), {"Idempotency-Key": key})
    assert (refused.status_code, codes(refused)) == (400, ["INVALID"])
    assert await number_made(db) == 0


async def test_two_keys_are_400(client: httpx.AsyncClient, db: Database) -> None:
    twice = httpx.Headers([("idempotency-key", "a"), ("idempotency-key", "b")])
    refused = await client.post("/graphql", json=create(), headers=twice)
    assert (refused.status_code, codes(refused)) == (400, ["BAD_REQUEST"])
    assert await number_made(db) == 0


@pytest.mark.postgres
async def test_g05_several_processes_agree_that_it_was_carried_out(tmp_path: Path) -> None:
    url = await databases.ready("postgres", tmp_path, "idempotency")
    async with running(url, tmp_path, MUSTER_WORKERS="2") as served:
        email = "root@muster.example"
        await muster("user", "create", "--email", email, "--role", "admin", environment=served.environment)
        token = await muster("token", "create", "--user", email, "--scope", "write", environment=served.environment)

        async def send() -> httpx.Response:
            # A connection each, so that both workers are asked.
            headers = {"Authorization": f"Bearer {token.strip()}"}
            async with httpx.AsyncClient(base_url=served.url, headers=headers, timeout=30) as client:
                return await sent(client, create())

        answers = await asyncio.gather(*(send() for _ in range(16)))
        answers += [await send() for _ in range(6)]
        statuses = Counter(answer.status_code for answer in answers)
        assert set(statuses) <= {200, 409}, statuses
        assert statuses[200] >= 7, statuses
        carried_out = {answer.content for answer in answers if answer.status_code == 200}
        assert len(carried_out) == 1
        assert b'"errors":[]' in carried_out.pop()
