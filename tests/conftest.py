"""A database, an account, and who is asking."""

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from tortoise.apps import Apps
from tortoise.backends.base.client import PoolConnectionWrapper
from tortoise.models import MetaInfo

from catalog import actors, database, hashing
from catalog.actors import Actor
from catalog.changes import change
from catalog.engines import Database
from catalog.engines.loans import EVERYWHERE
from catalog.models import Account, Integration, Team, User
from tests import builders, databases, doses, postgres, walls
from tests.emptying import Emptied
from tests.guarantees.ledger import Ledger, writer
from tests.web.serving import Instance, running

ON_SQLITE = [pytest.param("sqlite")]
ON_POSTGRES = [pytest.param("postgres", marks=pytest.mark.postgres)]
ENGINES = [*ON_SQLITE, *ON_POSTGRES]


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        postgres.prepare()
        databases.prepare()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where the dose is small, tests marked `long` are left out."""
    if not doses.IS_FULL:
        long = [item for item in items if item.get_closest_marker("long")]
        items[:] = [item for item in items if not item.get_closest_marker("long")]
        config.hook.pytest_deselected(items=long)


def pytest_unconfigure(config: pytest.Config) -> None:
    for one in _emptied:
        one.leave()
    postgres.leave()
    if not hasattr(config, "workerinput"):
        postgres.tidy()
        databases.tidy()


@pytest.fixture(autouse=True, scope="session")
def quick_hashes() -> None:
    """Passwords hashed in a millisecond, within the suite's own processes: a server's are as slow as they should be."""
    hashing._hasher = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))


@pytest.fixture(autouse=True, scope="session")
def quick_connections() -> None:
    """What the models are in a dialect, found out once: Tortoise does so whenever a database is connected, which is
    half of what beginning a test costs."""
    build = Apps._build_initial_querysets
    built: dict[type, dict[MetaInfo, dict[str, Any]]] = {}

    def built_once(apps: Apps) -> None:
        dialect = type(apps._connections.get("default"))
        metas = [model._meta for models in apps.apps.values() for model in models.values()]
        if dialect not in built:
            build(apps)
            built[dialect] = {meta: {name: _own(getattr(meta, name)) for name in _OF_A_DIALECT} for meta in metas}
        for meta in metas:
            for name, value in built[dialect][meta].items():
                setattr(meta, name, _own(value))

    Apps._build_initial_querysets = built_once  # type: ignore[method-assign]


_OF_A_DIALECT = (
    "filters",
    "db_native_fields",
    "db_default_fields",
    "db_complex_fields",
    "basetable",
    "basequery",
    "basequery_all_fields",
)
"""What Tortoise knows of a model once it knows the database."""


def _own(value: Any) -> Any:
    """What Tortoise writes into, anew; queries stay as they are."""
    return value.copy() if isinstance(value, dict | list) else value


@pytest.fixture(autouse=True, scope="session")
def models_of_every_account() -> None:
    """What a test reads by its model, as nothing of Muster does outside of a change, is there in every account."""
    enter = PoolConnectionWrapper.__aenter__

    async def entered(wrapper: PoolConnectionWrapper[Any]) -> Any:
        connection: Any = await enter(wrapper)
        connection._con.within = ""
        await connection.execute(f"SET muster.account = '{EVERYWHERE}'")
        return connection

    PoolConnectionWrapper.__aenter__ = entered  # type: ignore[method-assign]


@pytest.fixture
def ledger(request: pytest.FixtureRequest) -> Ledger:
    """Notes the figures of this test of a guarantee: `ledger(kills=20, lost=0)`."""
    return writer(request.node.name)


@pytest.fixture(params=ENGINES)
async def db(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """The connected database, migrated and empty; the test runs once with each engine.

    A test may ask for PostgreSQL with one of its two walls between accounts alone (`tests.walls`).
    """
    try:
        address = await (_sqlite(tmp_path) if request.param == "sqlite" else _postgres())
        if request.param == walls.CONDITIONS_ALONE:
            address = postgres.above_the_wall(address)
        if request.param == walls.POLICIES_ALONE:
            walls.take_conditions_away(request.getfixturevalue("monkeypatch"))
        yield await database.connect(address)
    finally:
        await database.disconnect()


@pytest.fixture
async def account(db: Database) -> Account:
    """The account in which the test happens."""
    return await builders.an_account()


@pytest.fixture
def actor(account: Account) -> Actor:
    """The operator at the machine, who may do everything in the account."""
    return actors.command(account.id)


@pytest.fixture
async def elsewhere(db: Database) -> Account:
    """Another account, whose rows nobody of the first may see."""
    return await builders.an_account("Elsewhere")


@pytest.fixture
async def integration(actor: Actor) -> Integration:
    """An integration of the account."""
    return await builders.an_integration(actor)


@pytest.fixture
def scim_actor(integration: Integration) -> Actor:
    """The identity provider behind the integration."""
    return builders.a_scim_client(integration)


@pytest.fixture
def a_user(actor: Actor) -> Callable[..., Awaitable[User]]:
    """Makes a person by hand: `await a_user("ada@lovelace.example", title="Countess")`."""
    return partial(builders.a_user, actor)


@pytest.fixture
def a_team(actor: Actor) -> Callable[..., Awaitable[Team]]:
    """Makes a team by hand: `await a_team("Payments", members=[ada])`."""
    return partial(builders.a_team, actor)


@pytest.fixture
async def scim(actor: Actor, integration: Integration) -> AsyncIterator[httpx.AsyncClient]:
    """The identity provider's side of the SCIM facade: HTTP, with a good token of the integration."""
    from starlette.applications import Starlette
    from starlette.routing import Mount

    from catalog.services import deliveries, tokens
    from scim_facade.app import create_app

    async with change(actor) as this:
        _, secret = await tokens.create_for_integration(this, integration, name="test")
    facade = create_app("http://muster.test/scim/v2", deliveries.Buffer(), "test secret key of 32 characters")
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(Starlette(routes=[Mount("/scim/v2", facade)])),
        base_url="http://muster.test/scim/v2",
        headers={"Authorization": f"Bearer {secret}"},
    ) as client:
        yield client


@pytest.fixture(params=ENGINES)
async def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database of the test's own, as `muster migrate` leaves it, on each engine."""
    return await databases.ready(request.param, tmp_path, "own")


@pytest.fixture
async def instance(address: str, tmp_path: Path) -> AsyncIterator[Instance]:
    """A real server in a process of its own, on each engine."""
    async with running(address, tmp_path) as served:
        yield served


async def _sqlite(tmp_path: Path) -> str:
    return await databases.migrated("sqlite", tmp_path, "muster")


async def _postgres() -> str:
    if not _emptied:
        _emptied.append(Emptied(await databases.migrated("postgres", Path(), "muster")))
    await _emptied[0].empty()
    return _emptied[0].address


_emptied: list[Emptied] = []
"""This process's own database of the fixture `db` on PostgreSQL, once there is one."""
