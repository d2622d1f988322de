"""How each engine is asked: what runs on the event loop, what is planned once, who gets a connection."""

import asyncio
import sqlite3
from typing import Any, cast

import asyncpg
import pytest

from catalog import database, sql
from catalog.actors import Actor
from catalog.changes import change
from catalog.engines import Database
from catalog.engines.loans import Connection
from catalog.engines.sqlite import SqliteDatabase
from catalog.engines.writer import QUICK_ROWS
from catalog.ids import new_id, now
from catalog.models import Account
from catalog.selection import EVERYTHING, Window
from catalog.services import teams, users
from catalog.services.users import Draft
from tests import builders
from tests.catalog.teamwork import many_people
from tests.conftest import ON_POSTGRES, ON_SQLITE


@pytest.mark.parametrize("db", ON_SQLITE, indirect=True)
async def test_a_short_read_stays_short_however_often_it_is_asked(db: SqliteDatabase, actor: Actor) -> None:
    elsewhere: list[str] = []
    reader = cast(Any, db.orm)._connection
    await reader.set_trace_callback(elsewhere.append)
    short = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500) SELECT count(*) FROM n"
    for _ in range(100):
        await db.rows(short)
    assert elsewhere == []
    await db.rows(short.replace("500", "1000000"))
    assert len(elsewhere) == 1


@pytest.mark.parametrize("db", ON_SQLITE, indirect=True)
async def test_no_read_is_planned_anew_each_time(db: SqliteDatabase, scim_actor: Actor) -> None:
    # SQLite does so where a parameter is compared that decides whether a partial index may be taken.
    options = {row[0] for row in await db.rows("PRAGMA compile_options")}
    if "ENABLE_STMTVTAB" not in options:
        pytest.skip("This SQLite does not tell how often it planned a statement.")
    ada = await builders.a_user(scim_actor, external_id="00u1")
    team = await builders.a_team(scim_actor, members=[ada], external_id="00g1")
    for _ in range(5):
        assert await users.one(scim_actor, ada.id) is not None
        assert await teams.one(scim_actor, team.id) is not None
        assert len(await users.page(scim_actor, EVERYTHING, (), Window(5))) == 1
        assert len(await teams.page(scim_actor, EVERYTHING, (), Window(5))) == 1
    told = await db.rows("SELECT sql, reprep FROM sqlite_stmt WHERE sql LIKE 'SELECT%FROM%'")
    assert len(told) >= 4
    assert [row["sql"] for row in told if row["reprep"]] == []


@pytest.fixture
def hops(db: SqliteDatabase, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the connection that writes is given to do in its thread."""
    given: list[Any] = []
    in_thread = cast(Any, db.connection._execute)

    def noted(work: Any, *args: Any) -> Any:
        given.append(work)
        return in_thread(work, *args)

    monkeypatch.setattr(db.connection, "_execute", noted)
    return given


@pytest.mark.parametrize("db", ON_SQLITE, indirect=True)
async def test_a_change_of_a_few_rows_goes_to_the_thread_for_its_commit_alone(
    db: SqliteDatabase, actor: Actor, hops: list[Any]
) -> None:
    async with change(actor) as this:
        await users.create(this, Draft("ada", {}))
        await teams.create(this, name="Payments")
        await this.flush()
        assert hops == []
    assert len(hops) == 1
    assert (await users.count(actor), await teams.count(actor)) == (1, 1)


@pytest.mark.parametrize("db", ON_SQLITE, indirect=True)
async def test_many_rows_and_long_reads_of_a_change_leave_the_event_loop_alone(
    db: SqliteDatabase, actor: Actor, hops: list[Any]
) -> None:
    long = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT i FROM n"
    async with change(actor) as this:
        for number in range(QUICK_ROWS + 1):
            this.add(Account(id=new_id(), name=f"Account {number}", slug=f"a{number}", created_at=this.at))
        await this.flush()
        assert len(hops) == 1
        assert (await this.rows(f"SELECT count(*) AS n FROM ({long})"))[0]["n"] == 300_000
        assert len(hops) == 2
        assert len(await this.rows("SELECT id FROM accounts")) == QUICK_ROWS + 2
        assert len(hops) == 2


@pytest.mark.parametrize("db", ON_SQLITE, indirect=True)
async def test_nobody_waits_while_a_change_waits_for_another_process(db: SqliteDatabase, actor: Actor) -> None:
    other = sqlite3.connect(database.address().removeprefix("sqlite://"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writing = asyncio.create_task(builders.a_user(actor, "ada"))
    for _ in range(5):
        await asyncio.sleep(0.01)
        assert await users.count(actor) == 0
    assert not writing.done()
    other.execute("COMMIT")
    other.close()
    async with asyncio.timeout(3):
        await writing
    assert await users.count(actor) == 1


@pytest.mark.parametrize("db", ON_SQLITE, indirect=True)
async def test_who_comes_and_goes_costs_the_same_among_few_and_many(db: SqliteDatabase, actor: Actor) -> None:
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 1
        return 0

    async def steps(name: str) -> int:
        nonlocal counted
        counted = 0
        async with change(actor) as this:
            await users.delete(this, await users.create(this, Draft(name, {"title": "Countess"})))
        return counted

    await many_people(actor, 10)
    await db.connection.set_progress_handler(count, 10)
    among_few = await steps("ada")
    await many_people(actor, 3_000, "q")
    assert await steps("grace") < 1.5 * among_few


@pytest.mark.parametrize("db", ON_POSTGRES, indirect=True)
async def test_rows_of_different_tables_are_written_in_one_round_trip(db: Database, scim_actor: Actor) -> None:
    sent: list[str] = []

    def note(record: Any) -> None:
        sent.append(record.query)

    async with change(scim_actor) as this:
        connection = cast(Any, this.orm)._connection
        connection.add_query_logger(note)
        await users.create(this, Draft("ada", {"title": "Countess"}, external_id="00u1"))
        connection.remove_query_logger(note)
    written = [text for text in sent if "INSERT" in text]
    assert len(written) == 1
    for table in ("users", "external_ids", "audit_events", "user_periods"):
        assert f"INSERT INTO {table} " in written[0]
    assert await users.count(scim_actor) == 1


@pytest.mark.parametrize("db", ON_POSTGRES, indirect=True)
async def test_postgresql_looks_at_tables_that_have_grown(db: Database) -> None:
    async def believed() -> float:
        found = await db.one("SELECT reltuples FROM pg_class WHERE oid = 'accounts'::regclass")
        assert found is not None
        return float(found["reltuples"])

    rows = [Account(id=new_id(), name=f"Account {n}", slug=f"a{n}", created_at=now()) for n in range(300)]
    async with db.unit() as unit:
        await unit.batch([sql.insert(Account, rows)])
    # The server counts what a session has written when it is idle, ten seconds later at the latest.
    async with asyncio.timeout(60):
        while await believed() < 300:
            await asyncio.sleep(0.2)
            await db.upkeep()


@pytest.mark.parametrize("db", ON_POSTGRES, indirect=True)
async def test_what_is_looked_up_by_keys_is_planned_once_and_what_is_asked_each_time(db: Database) -> None:
    for number in range(20):
        await db.keyed("SELECT id FROM users WHERE id = $1", new_id())
        await db.rows("SELECT id FROM users WHERE version > $1", number)
    kept, anew = [], []
    for ask in (db.keyed, db.rows):
        told = await ask("SELECT statement, generic_plans, custom_plans FROM pg_prepared_statements")
        kept += [row["generic_plans"] > 0 for row in told if "WHERE id = $1" in row["statement"]]
        anew += [row["generic_plans"] == 0 for row in told if "WHERE version > $1" in row["statement"]]
    assert kept
    assert anew
    assert all(kept + anew)


@pytest.mark.parametrize("db", ON_POSTGRES, indirect=True)
async def test_more_readers_and_writers_than_connections_all_get_their_turn(db: Database, actor: Actor) -> None:
    await database.connect(database.address(), pool_size=3)
    crowded = database.everywhere()

    async def one(number: int) -> None:
        await crowded.rows("SELECT pg_sleep(0.001)")
        await builders.a_user(actor, f"user{number}")
        await crowded.keyed("SELECT 1")

    await asyncio.gather(*(one(number) for number in range(60)))
    assert len(await crowded.rows("SELECT id FROM users")) == 60


@pytest.mark.parametrize("db", ON_POSTGRES, indirect=True)
async def test_a_reader_that_is_cut_off_leaves_its_connection_usable(db: Database, actor: Actor) -> None:
    await database.connect(database.address(), pool_size=3)
    crowded = database.everywhere()
    for number in range(12):
        reading = asyncio.create_task(crowded.rows("SELECT pg_sleep(5)"))
        await asyncio.sleep(0.005 * (number % 3))
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
    async with asyncio.timeout(4):
        assert [row["n"] for row in await crowded.rows("SELECT 1 AS n")] == [1]
        await builders.a_user(actor)


@pytest.mark.parametrize("db", ON_POSTGRES, indirect=True)
async def test_connections_go_from_one_reader_to_the_next_past_the_pool(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    acquire, asked = asyncpg.Pool.acquire, 0

    def counted(pool: Any, **options: Any) -> Any:
        nonlocal asked
        asked += 1
        return acquire(pool, **options)

    async def read() -> None:
        for _ in range(20):
            assert await db.one("SELECT 1 AS n") is not None

    monkeypatch.setattr(asyncpg.Pool, "acquire", counted)
    most = cast(Any, db.orm)._pool.get_max_size()
    await asyncio.gather(*(read() for _ in range(2 * most)))
    assert asked <= most
    # Whoever leaves while waiting takes no connection away from those who stay.
    readers = [asyncio.create_task(read()) for _ in range(4 * most)]
    await asyncio.sleep(0.01)
    for leaver in readers[::2]:
        leaver.cancel()
    async with asyncio.timeout(30):
        await asyncio.gather(*readers, return_exceptions=True)
        await asyncio.gather(*(read() for _ in range(2 * most)))
    assert [str(one.exception()) for one in readers[1::2] if one.exception()] == []


@pytest.mark.parametrize("db", ON_POSTGRES, indirect=True)
async def test_a_loan_that_was_cut_off_leaves_no_setting_that_nobody_knows_of(
    db: Database, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    show = "SELECT current_setting('plan_cache_mode') AS mode FROM pg_sleep(0.1)"
    mine = database.database(actor.account_id)
    await mine.rows(show)
    execute = Connection.execute

    async def cut_off(connection: Connection, statement: str, *params: Any, **options: Any) -> Any:
        await execute(connection, statement, *params, **options)
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr(Connection, "execute", cut_off)
        with pytest.raises(asyncio.CancelledError):
            await mine.keyed(show)
    on_all = await asyncio.gather(*(mine.rows(show) for _ in range(16)))
    assert {row["mode"] for rows in on_all for row in rows} == {"force_custom_plan"}
