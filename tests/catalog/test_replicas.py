"""A read replica: what may be a moment old is read there, and nothing else."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from catalog import database
from catalog.actors import Actor, Scope, system
from catalog.changes import change
from catalog.engines import Database
from catalog.models import Account
from catalog.services import accounts, deliveries, tokens, users
from graphql_api.app import Endpoint
from scim_facade.app import create_app
from tests import builders, databases
from tests.conftest import ON_POSTGRES

KEY = "a secret key of 32 characters, or more"
AWAY = "postgres://postgres@127.0.0.1:1/nowhere"

pytestmark = pytest.mark.parametrize("db", ON_POSTGRES, indirect=True)


@pytest.fixture
async def replica(db: Database, account: Account, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a database that has the account under another name, and nobody in it: it lags behind for ever."""
    primary = database.address()
    url = await databases.ready("postgres", tmp_path, "replica")
    await database.connect(url)
    async with change(system(account.id)) as this:
        this.add(Account(id=account.id, name="On the replica", slug=account.slug, created_at=this.at))
    await database.connect(primary, replica_url=url)
    yield url
    await database.disconnect()


async def a_token(actor: Actor) -> str:
    async with change(actor) as this:
        return (await tokens.create_for_service(this, name="warehouse", scope=Scope.WRITE))[1]


async def asked(secret: str, query: str) -> dict[str, object]:
    """The answer's data; in a task of its own, as a server gives each request one."""
    return await asyncio.create_task(_asked(secret, query))


async def _asked(secret: str, query: str) -> dict[str, object]:
    transport = httpx.ASGITransport(Endpoint("https://muster.test", KEY))
    async with httpx.AsyncClient(transport=transport, base_url="https://muster.test") as client:
        answer = await client.post("/graphql", json={"query": query}, headers={"Authorization": f"Bearer {secret}"})
    data: dict[str, object] = answer.json()["data"]
    return data


async def test_a_tokens_query_is_answered_by_the_replica_and_its_mutation_is_not(actor: Actor, replica: str) -> None:
    secret = await a_token(actor)
    assert await asked(secret, "{ account { name } }") == {"account": {"name": "On the replica"}}
    made = await asked(secret, 'mutation { teamCreate(input: {name: "Payments"}) { team { name } } }')
    assert made == {"teamCreate": {"team": {"name": "Payments"}}}
    assert await asked(secret, "{ account { teams { totalCount } } }") == {"account": {"teams": {"totalCount": 0}}}


async def test_scim_reads_what_it_has_written(actor: Actor, integration_token: str, replica: str) -> None:
    await builders.a_user(actor, "ada")
    facade = create_app("http://muster.test/scim/v2", deliveries.Buffer(), KEY)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(facade), base_url="http://muster.test") as client:
        found = await client.get("/Users", headers={"Authorization": f"Bearer {integration_token}"})
    assert found.json()["totalResults"] == 1


async def test_who_reads_from_the_replica_still_writes_to_the_database(actor: Actor, replica: str) -> None:
    database.read_from_replica()
    await builders.a_user(actor, "ada")
    assert await users.count(actor) == 0
    async with change(actor) as this:
        assert len(await this.rows("SELECT id FROM users")) == 1


async def test_while_the_replica_is_away_the_database_answers(actor: Actor, account: Account) -> None:
    await database.connect(database.address(), replica_url=AWAY)
    secret = await a_token(actor)
    assert await asked(secret, "{ account { name } }") == {"account": {"name": account.name}}
    database.read_from_replica()
    assert [one.name for one in await accounts.every()] == [account.name]


@pytest.fixture
async def integration_token(actor: Actor) -> str:
    """A SCIM token."""
    integration = await builders.an_integration(actor)
    async with change(actor) as this:
        return (await tokens.create_for_integration(this, integration, name="test"))[1]
