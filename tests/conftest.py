"""A database, an account, and who is asking."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from tortoise.backends.base.client import PoolConnectionWrapper
from tortoise.models import MetaInfo

from catalog import actors, database, hashing, schema
from catalog.actors import Actor
from catalog.changes import change
from catalog.engines import Database, Statement
from catalog.engines.loans import EVERYWHERE
from catalog.models import Account, Integration, Team, User
from tests import builders, databases, doses, postgres, walls
from tests.guarantees.ledger import Ledger, writer
from tests.web.serving import Instance, running

ON_SQLITE = [pytest.param("sqlite")]
ON_POSTGRES = [pytest.param("postgres", marks=pytest.mark.postgres)]
ENGINES = [*ON_SQLITE, *ON_POSTGRES]


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        postgres.prepare()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where the dose is small, tests marked `long` are left out."""
    if not doses.IS_FULL:
        long = [item for item in items if item.get_closest_marker("long")]
        items[:] = [item for item in items if not item.get_closest_marker("long")]
        config.hook.pytest_deselected(items=long)


def pytest_unconfigure(config: pytest.Config) -> None:
    databases.leave()
    postgres.leave()
    if not hasattr(config, "workerinput"):
        postgres.tidy()


@pytest.fixture(autouse=True, scope="session")
def quick_hashes() -> None:
    """Passwords hashed in a millisecond, within the suite's own processes: a server's are as slow as they should be."""
    hashing._hasher = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))


@pytest.fixture(autouse=True, scope="session")
def quick_connections() -> None:
    """What a model's filters are in a dialect, found out once: Tortoise does so whenever a database is connected, which
    is half of what beginning a test costs."""
    find = MetaInfo._generate_filters

    def known(meta: MetaInfo) -> None:
        # With the model, so that the models which each migration makes for itself are not kept for the sake of these.
        found = meta._model.__dict__.get("_known_filters", {})
        if meta.db.executor_class not in found:
            find(meta)
            found = {**found, meta.db.executor_class: dict(meta.filters)}
            type.__setattr__(meta._model, "_known_filters", found)
        meta.filters = dict(found[meta.db.executor_class])

    MetaInfo._generate_filters = known  # type: ignore[method-assign]


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
async def db(request: pytest.FixtureRequest, tmp_path: Path, migrated: dict[str, str]) -> AsyncIterator[Database]:
    """The connected database, migrated and empty; the test runs once with each engine.

    A test may ask for PostgreSQL with one of its two walls between accounts alone (`tests.walls`).
    """
    try:
        if request.param == "sqlite":
            yield await _sqlite(migrated, request.getfixturevalue("tmp_path_factory"), tmp_path)
        else:
            connected = await _postgres(migrated)
            if request.param == walls.CONDITIONS_ALONE:
                connected = await database.connect(postgres.above_the_wall(migrated["postgres"]))
            if request.param == walls.POLICIES_ALONE:
                walls.take_conditions_away(request.getfixturevalue("monkeypatch"))
            yield connected
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


@pytest.fixture(scope="session")
def migrated() -> dict[str, str]:
    """What this process has migrated already: SQLite's template, PostgreSQL's database."""
    return {}


async def _sqlite(migrated: dict[str, str], factory: pytest.TempPathFactory, tmp_path: Path) -> Database:
    if "sqlite" not in migrated:
        template = factory.mktemp("template") / "muster.db"
        await database.connect(f"sqlite://{template}")
        await schema.migrate()
        await database.disconnect()
        migrated["sqlite"] = str(template)
    shutil.copyfile(migrated["sqlite"], tmp_path / "muster.db")
    return await database.connect(f"sqlite://{tmp_path}/muster.db")


async def _postgres(migrated: dict[str, Any]) -> Database:
    if "postgres" not in migrated:
        migrated["postgres"] = await postgres.fresh("muster")
        connected = await database.connect(migrated["postgres"])
        await schema.migrate()
        tables = await connected.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        kept = [row["tablename"] for row in tables if row["tablename"] != "tortoise_migrations"]
        # TRUNCATE makes new files for every table and index, and takes twice as long. In one statement, as then nobody
        # asks whether a row is referred to before all of them are gone.
        emptied = ", ".join(f"of_{table} AS (DELETE FROM {table})" for table in kept)
        migrated["emptying"] = f"WITH {emptied} SELECT 1"
        return connected
    connected = await database.connect(migrated["postgres"])
    async with connected.unit() as unit:
        # What a large test leaves takes longer than a statement may, on a busy machine.
        await unit.batch([Statement("SET LOCAL statement_timeout = 0"), Statement(migrated["emptying"])])
    return connected
