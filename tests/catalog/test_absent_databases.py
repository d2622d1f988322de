"""A database that is not there, or goes away, is Unavailable: nothing hangs, and nothing else is said of it."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import asyncpg
import pytest

from catalog import database, schema
from catalog.actors import Actor
from catalog.changes import change
from catalog.engines import Database
from catalog.engines.postgres import PostgresDatabase
from catalog.errors import Unavailable
from catalog.patience import be_patient
from tests import builders, postgres
from tests.conftest import ON_POSTGRES


class Wire:
    """A relay between us and the server."""

    def __init__(self, host: str) -> None:
        self.there = f"{host}/.s.PGSQL.5432"
        self.folder = Path(host) / "relay"
        self.folder.mkdir(exist_ok=True)
        self._writers: list[asyncio.StreamWriter] = []
        self._server: asyncio.Server | None = None

    async def mend(self) -> None:
        self._server = await asyncio.start_unix_server(self._accept, f"{self.folder}/.s.PGSQL.5432")

    async def cut(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in self._writers:
            writer.transport.abort()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_unix_connection(self.there)
        await asyncio.gather(self._forward(reader, back), self._forward(there, writer), return_exceptions=True)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        while data := await reader.read(65536):
            writer.write(data)
        writer.close()


@pytest.fixture
async def wire(db: Database, actor: Actor) -> AsyncIterator[Wire]:
    """The database reached through a relay, which may be cut and mended."""
    host, *_ = dict(parse_qsl(urlsplit(postgres.server()).query)).values()
    wire = Wire(host)
    await wire.mend()
    await database.connect(urlsplit(database.address())._replace(query=f"host={wire.folder}").geturl())
    yield wire
    await wire.cut()


@pytest.mark.parametrize("db", ON_POSTGRES, indirect=True)
@pytest.mark.skipif(
    "MUSTER_TEST_POSTGRES_URL" in os.environ, reason="The relay needs the socket of the wheel's server."
)
async def test_g34_a_server_that_goes_away_is_unavailable(
    db: Database, actor: Actor, wire: Wire
) -> None:
    reached = database.everywhere()
    await builders.a_user(actor, "ada")

    async def work() -> None:
        async with change(actor) as this:
            await this.rows("SELECT 1")
            await wire.cut()
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


@pytest.mark.parametrize("db", ON_POSTGRES, indirect=True)
@pytest.mark.skipif(
    "MUSTER_TEST_POSTGRES_URL" in os.environ, reason="The relay needs the socket of the wheel's server."
)
async def test_who_is_patient_reads_and_writes_once_the_server_is_back(
    db: Database, actor: Actor, wire: Wire
) -> None:
    await builders.a_user(actor, "ada")
    await wire.cut()
    be_patient(30)
    read = database.everywhere().rows("SELECT user_name FROM users WHERE user_name = 'ada'")
    waiting = asyncio.gather(read, builders.a_user(actor, "grace"))
    await asyncio.sleep(1)
    assert not waiting.done()
    await wire.mend()
    (ada,), grace = await waiting
    assert (ada["user_name"], grace.user_name) == ("ada", "grace")


@pytest.mark.parametrize("db", ON_POSTGRES, indirect=True)
@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="This system gives up when it likes.")
@pytest.mark.skipif(
    "MUSTER_TEST_POSTGRES_URL" in os.environ, reason="The relay needs the socket of the wheel's server."
)
async def test_g34_a_connection_to_a_machine_that_is_gone_ends_within_fifteen_seconds(db: Database, wire: Wire) -> None:
    """No test without privileges takes a machine away; what the system is told to do then, it tells."""
    server = await asyncio.start_server(wire._accept, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    address = urlsplit(database.address())
    user, _, _ = address.netloc.rpartition("@")
    opened = await database.connect(address._replace(netloc=f"{user}@127.0.0.1:{port}", query="").geturl())
    assert isinstance(opened, PostgresDatabase)
    connection = await opened._loans.borrow("fresh", "*")
    told = connection._transport.get_extra_info("socket")
    assert told.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    idle, every, times, unacknowledged = (
        told.getsockopt(socket.IPPROTO_TCP, option)
        for option in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL, socket.TCP_KEEPCNT, socket.TCP_USER_TIMEOUT)
    )
    opened._loans.give_back(connection)
    await database.disconnect()
    server.close()
    assert idle + every * times <= 15
    assert 0 < unacknowledged <= 15_000


@pytest.mark.parametrize("db", ON_POSTGRES, indirect=True)
@pytest.mark.skipif(
    "MUSTER_TEST_POSTGRES_URL" in os.environ, reason="The relay needs the socket of the wheel's server."
)
async def test_patience_ends(db: Database, actor: Actor, wire: Wire) -> None:
    await wire.cut()
    be_patient(1)
    for read in (database.everywhere().rows, database.everywhere().one):
        with pytest.raises(Unavailable):
            await read("SELECT 1")
    with pytest.raises(Unavailable):
        await builders.a_user(actor, "grace")


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
        database.everywhere()
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


@pytest.mark.parametrize("db", ON_POSTGRES, indirect=True)
@pytest.mark.skipif(
    "MUSTER_TEST_POSTGRES_URL" in os.environ, reason="The relay needs the socket of the wheel's server."
)
async def test_a_commit_without_an_answer_is_in_doubt(db: Database, actor: Actor, wire: Wire) -> None:
    async def work() -> None:
        async with database.everywhere().unit() as unit:
            await unit.rows("SELECT 1")
            await wire.cut()

    with pytest.raises(Unavailable) as lost:
        await work()
    assert lost.value.in_doubt
