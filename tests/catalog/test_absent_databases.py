"""A database that is not there, or goes away, is Unavailable: nothing hangs, and nothing else is said of it."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import asyncpg
import pytest

from catalog import database, schema
from catalog.actors import Actor
from catalog.changes import change
from catalog.engines import Database
from catalog.errors import Unavailable
from tests import builders, postgres
from tests.conftest import ON_POSTGRES


@pytest.fixture
async def through_a_wire(db: Database, actor: Actor) -> AsyncIterator[Callable[[], Any]]:
    """The database reached through a relay; the function given cuts it."""
    host, *_ = dict(parse_qsl(urlsplit(postgres.server()).query)).values()
    relay = Path(host) / "relay"
    relay.mkdir(exist_ok=True)
    writers: list[asyncio.StreamWriter] = []

    async def forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        while data := await reader.read(65536):
            writer.write(data)
        writer.close()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(f"{host}/.s.PGSQL.5432")
        await asyncio.gather(forward(reader, back), forward(there, writer), return_exceptions=True)

    server = await asyncio.start_unix_server(accept, f"{relay}/.s.PGSQL.5432")

    async def cut() -> None:
        server.close()
        for writer in writers:
            writer.transport.abort()

    address = urlsplit(database.address())._replace(query=f"host={relay}").geturl()
    await database.connect(address)
    yield cut
    await cut()


@pytest.mark.parametrize("db", ON_POSTGRES, indirect=True)
@pytest.mark.skipif(
    "MUSTER_TEST_POSTGRES_URL" in os.environ, reason="The relay needs the socket of the wheel's server."
)
async def test_a_server_that_goes_away_is_unavailable(
    db: Database, actor: Actor, through_a_wire: Callable[[], Any]
) -> None:
    reached = database.database()
    await builders.a_user(actor, "ada")

    async def work() -> None:
        async with change(actor) as this:
            await this.rows("SELECT 1")
            await through_a_wire()
            await this.rows("SELECT 1")

    with pytest.raises(Unavailable):
        await work()
    for read in (reached.rows, reached.one):
        with pytest.raises(Unavailable):
            await read("SELECT 1")
    with pytest.raises(Unavailable):
        await builders.a_user(actor, "grace")
    with pytest.raises(Unavailable):
        await schema.state()


@pytest.mark.parametrize(
    "address",
    ["postgres://nobody@127.0.0.1:1/muster", "sqlite:///proc/no/muster.db", "sqlite:///dev"],
)
async def test_a_database_that_cannot_be_opened_is_unavailable_and_leaves_room_for_another(
    address: str, tmp_path: Path
) -> None:
    with pytest.raises(Unavailable):
        await database.connect(address)
    with pytest.raises(Unavailable):
        database.database()
    await database.connect(f"sqlite://{tmp_path}/muster.db")
    await database.disconnect()


async def test_a_file_that_is_no_database_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "muster.db").write_bytes(b"Dear diary, " * 1000)
    with pytest.raises(Unavailable):
        await database.connect(f"sqlite://{tmp_path}/muster.db")


async def test_an_address_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="mysql"):
        await database.connect("mysql://root@localhost/muster")


@pytest.mark.parametrize("db", ON_POSTGRES, indirect=True)
async def test_a_mistake_in_a_statement_does_not_pass_for_an_absent_server(db: Database) -> None:
    with pytest.raises(asyncpg.InterfaceError):
        await db.rows("SELECT $1::int", "not a number", 2)
