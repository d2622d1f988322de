"""Changes on both databases: whole or not at all, next to one another, whatever becomes of their callers."""

import asyncio
import sqlite3
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any, cast

import pytest

from catalog import actors, changes, database
from catalog.actors import Actor
from catalog.changes import Change, change, uninterrupted
from catalog.engines import Conflict, Database, UniqueViolation, reader
from catalog.engines.sqlite import GROUP_LIMIT, SqliteDatabase
from catalog.errors import AlreadyTaken, NotFound, Unavailable
from catalog.ids import fold, new_id
from catalog.models import Account, User
from tests import builders
from tests.conftest import ON_POSTGRES, ON_SQLITE


async def count(db: Database, table: str = "users") -> int:
    found = await db.one(f"SELECT count(*) AS n FROM {table}")
    assert found is not None
    return int(found["n"])


async def still_writes(actor: Actor) -> None:
    """Raises TimeoutError where something is left locked."""
    async with asyncio.timeout(3):
        await builders.a_user(actor, f"somebody-{new_id()}")


# --- whole or not at all --------------------------------------------------------------------------------------------


async def test_a_change_that_raises_leaves_nothing(db: Database, actor: Actor) -> None:
    async def work() -> None:
        async with change(actor) as this:
            this.add(_person(this, "ada"))
            await this.flush()
            assert await this.rows("SELECT id FROM users") != []
            raise NotFound("team", "x")

    with pytest.raises(NotFound):
        await work()
    assert await count(db) == 0


async def test_a_statement_for_each_of_none_changes_nothing(db: Database, actor: Actor) -> None:
    async with change(actor) as this:
        this.run("UPDATE accounts SET name = 'First' WHERE id = $1", actor.account_id)
        this.run("UPDATE accounts SET name = $1", [], many=True)
        this.run("UPDATE accounts SET slug = 'last' WHERE id = $1", actor.account_id)
    found = await db.one("SELECT name, slug FROM accounts WHERE id = $1", actor.account_id)
    assert found is not None
    assert (found["name"], found["slug"]) == ("First", "last")


async def test_nobody_sees_a_change_before_it_is_kept(db: Database, actor: Actor) -> None:
    async with change(actor) as this:
        this.add(_person(this, "ada"))
        await this.flush()
        async with asyncio.timeout(1):
            assert await count(db) == 0
            assert await db.rows("SELECT id FROM users") == []
    assert await count(db) == 1


async def test_who_has_taken_a_value_is_told_even_when_the_row_was_stated_earlier(db: Database, actor: Actor) -> None:
    await builders.a_user(actor, "ada")

    async def work() -> None:
        async with change(actor) as this:
            this.add(_person(this, "ADA"))
            this.run("UPDATE users SET title = $1 WHERE id = $2", "x", new_id())

    with pytest.raises(AlreadyTaken) as refused:
        await work()
    assert (refused.value.kind, refused.value.field, refused.value.value) == ("user", "user_name", "ADA")
    assert await count(db) == 1


async def test_an_error_that_was_swallowed_still_undoes_the_change(db: Database, actor: Actor) -> None:
    await builders.a_user(actor, "ada")

    async def work() -> None:
        async with change(actor) as this:
            this.add(_person(this, "grace"))
            await this.flush()
            this.add(_person(this, "ada"))
            with pytest.raises(AlreadyTaken):
                await this.flush()

    with pytest.raises(UniqueViolation):
        await work()
    assert await count(db) == 1
    await still_writes(actor)


# --- sharing commits ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("db", ON_SQLITE, indirect=True)
async def test_changes_that_queue_up_share_commits(db: SqliteDatabase, actor: Actor) -> None:
    statements: list[str] = []
    await db.connection.set_trace_callback(statements.append)
    await asyncio.gather(*(builders.a_user(actor, f"user{number}") for number in range(2 * GROUP_LIMIT)))
    await db.connection.set_trace_callback(cast(Any, None))
    assert await count(db) == 2 * GROUP_LIMIT
    assert 2 <= statements.count("COMMIT") <= 4


async def test_a_change_that_fails_undoes_itself_alone(db: Database, actor: Actor) -> None:
    async def one(number: int) -> None:
        async with change(actor) as this:
            this.add(_person(this, f"user{number}"))
            if number % 3 == 0:
                await this.flush()
                raise NotFound("team", number)

    ended = await asyncio.gather(*(one(number) for number in range(30)), return_exceptions=True)
    assert [type(end) for end in ended] == [NotFound if number % 3 == 0 else type(None) for number in range(30)]
    assert await count(db) == 20


@pytest.mark.parametrize("db", ON_SQLITE, indirect=True)
async def test_a_commit_that_fails_is_told_to_all_who_share_it(db: Database, actor: Actor) -> None:
    async def one(number: int) -> None:
        async with change(actor) as this:
            this.add(_person(this, f"user{number}"))
            if number == 5:
                await this.rows("PRAGMA defer_foreign_keys = ON")
                this.run("UPDATE users SET manager_id = $1", new_id())

    ended = await asyncio.gather(*(one(number) for number in range(10)), return_exceptions=True)
    assert [type(end) for end in ended] == [sqlite3.IntegrityError] * 10
    assert await count(db) == 0
    await still_writes(actor)


@pytest.mark.parametrize("db", ON_SQLITE, indirect=True)
async def test_g03_a_full_disk_loses_nothing_that_was_acknowledged(db: SqliteDatabase, actor: Actor) -> None:
    pages = (await db.rows("PRAGMA page_count"))[0][0]
    await db.connection.execute(f"PRAGMA max_page_count = {pages + 60}")
    sizes = [10, 10, 10_000_000, 10, 10, 50_000, 10, 10_000_000, 10, 10] * 3

    async def one(number: int, size: int) -> str:
        async with change(actor) as this:
            person = _person(this, f"user{number}")
            person.title = "x" * size
            this.add(person)
        return f"user{number}"

    ended = await asyncio.gather(*(one(*each) for each in enumerate(sizes)), return_exceptions=True)
    acknowledged = {end for end in ended if isinstance(end, str)}
    refused = [end for end in ended if not isinstance(end, str)]
    assert len(refused) >= 6
    assert {type(end) for end in refused} == {Unavailable}
    assert {row["user_name"] for row in await db.rows("SELECT user_name FROM users")} == acknowledged
    await db.connection.execute("PRAGMA max_page_count = 1073741823")
    await still_writes(actor)


# --- callers that go away -------------------------------------------------------------------------------------------


async def test_a_caller_that_is_cancelled_at_any_moment_leaves_nothing_locked(db: Database, actor: Actor) -> None:
    async def one(number: int) -> None:
        async with change(actor) as this:
            this.add(_person(this, f"user{number}"))
            await this.flush()
            await asyncio.sleep(0)

    for number in range(60):
        task = asyncio.create_task(one(number))
        other = asyncio.create_task(one(1000 + number))
        for _ in range(number):
            await asyncio.sleep(0)
        await asyncio.sleep(0.0002 * (number % 7))
        task.cancel()
        async with asyncio.timeout(3):
            await other
            await asyncio.gather(task, return_exceptions=True)
    await asyncio.gather(*(still_writes(actor) for _ in range(20)))
    kept = {row["user_name"] for row in await db.rows("SELECT user_name FROM users")}
    assert {f"user{1000 + number}" for number in range(60)} <= kept


@pytest.mark.parametrize("db", ON_SQLITE, indirect=True)
@pytest.mark.parametrize("leaves", ["while it waits", "while it commits"])
async def test_who_goes_leaves_nobody_waiting_for_the_commit(db: SqliteDatabase, actor: Actor, leaves: str) -> None:
    entered, go = asyncio.Event(), asyncio.Event()

    async def one(user_name: str) -> None:
        async with change(actor) as this:
            this.add(_person(this, user_name))
            await this.flush()
            entered.set()
            await go.wait()

    first = asyncio.create_task(one("ada"))
    await entered.wait()
    second = asyncio.create_task(one("grace"))
    await asyncio.sleep(0.01)
    if leaves == "while it commits":
        entered.clear()
        go.set()
        await asyncio.sleep(0)
        go.clear()
        await entered.wait()
    async with _held(db):
        go.set()
        await asyncio.sleep(0.02)
        assert not first.done()
        second.cancel()
        await asyncio.sleep(0.02)
    async with asyncio.timeout(3):
        await first
    await asyncio.gather(second, return_exceptions=True)
    await still_writes(actor)


@asynccontextmanager
async def _held(db: SqliteDatabase) -> AsyncIterator[None]:
    """The connection that writes gets nothing done meanwhile."""
    go_on = threading.Event()
    holding = asyncio.ensure_future(db.connection._execute(go_on.wait))
    await asyncio.sleep(0)
    try:
        yield
    finally:
        go_on.set()
        await holding


async def test_uninterrupted_work_is_finished_when_its_caller_has_gone(db: Database, actor: Actor) -> None:
    entered, go, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def work() -> None:
        async with change(actor) as this:
            this.add(_person(this, "ada"))
            entered.set()
            await go.wait()
        ended.set()

    caller = asyncio.create_task(uninterrupted(work))
    await entered.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    go.set()
    async with asyncio.timeout(3):
        await ended.wait()
    assert await count(db) == 1
    await still_writes(actor)


# --- next to one another --------------------------------------------------------------------------------------------


async def test_a_read_does_not_wait_for_a_change(db: Database, actor: Actor) -> None:
    ada = await builders.a_user(actor, "ada", title="Countess")
    async with change(actor) as this:
        this.run("UPDATE users SET title = $1 WHERE id = $2", "Lady", ada.id)
        await this.flush()
        async with asyncio.timeout(1):
            many = await db.rows("SELECT title FROM users WHERE id = $1", ada.id)
            found = await db.one("SELECT title FROM users WHERE id = $1", ada.id)
    assert found is not None
    assert [many[0]["title"], found["title"]] == ["Countess", "Countess"]


@pytest.mark.parametrize("db", ON_SQLITE, indirect=True)
async def test_processes_that_write_to_one_file_at_once_wait_for_one_another(db: Database, actor: Actor) -> None:
    program = (
        "import asyncio, sys, uuid\n"
        "from catalog import actors, database\n"
        "from catalog.changes import change\n"
        "async def main():\n"
        "    await database.connect(sys.argv[1])\n"
        "    actor = actors.command(uuid.UUID(sys.argv[2]))\n"
        "    async def one(worker):\n"
        "        for number in range(25):\n"
        "            async with change(actor) as this:\n"
        "                row, = await this.rows('SELECT version FROM users')\n"
        "                this.run('UPDATE users SET version = $1', row['version'] + 1)\n"
        "    try:\n"
        "        await asyncio.gather(*(one(worker) for worker in range(8)))\n"
        "    finally:\n"
        "        await database.disconnect()\n"
        "asyncio.run(main())\n"
    )
    pipes: dict[str, Any] = {"stdout": asyncio.subprocess.PIPE, "stderr": asyncio.subprocess.PIPE}
    ada = await builders.a_user(actor)
    running = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-c", program, database.address(), str(actor.account_id), **pipes
        )
        for _ in range(3)
    ]
    ended = [await process.communicate() for process in running]
    assert [errors.decode() for _, errors in ended] == [""] * 3
    found = await db.one("SELECT version FROM users")
    assert found is not None
    assert found["version"] == ada.version + 3 * 8 * 25


@pytest.mark.parametrize("db", ON_POSTGRES, indirect=True)
async def test_of_two_changes_that_wait_for_each_other_one_is_tried_again(db: Database, actor: Actor) -> None:
    ada, grace = await builders.a_user(actor, "ada"), await builders.a_user(actor, "grace")
    met = asyncio.Barrier(2)
    tries = 0

    async def both(first: User, second: User) -> None:
        nonlocal tries
        tries += 1
        async with change(actor) as this:
            this.run("UPDATE users SET version = version + 1 WHERE id = $1", first.id)
            await this.flush()
            if tries <= 2:
                await met.wait()
            this.run("UPDATE users SET version = version + 1 WHERE id = $1", second.id)

    await asyncio.gather(uninterrupted(lambda: both(ada, grace)), uninterrupted(lambda: both(grace, ada)))
    assert tries == 3
    assert [row["version"] for row in await db.rows("SELECT version FROM users")] == [3, 3]


async def test_a_change_that_always_gives_way_is_unavailable_in_the_end() -> None:
    tries = 0

    async def unlucky() -> None:
        nonlocal tries
        tries += 1
        raise Conflict("deadlock detected")

    with pytest.raises(Unavailable):
        await uninterrupted(unlucky)
    assert tries == changes.TRIES


ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"


@pytest.mark.parametrize("db", ON_SQLITE, indirect=True)
async def test_g15_a_read_of_sqlite_that_takes_too_long_is_given_up_and_others_are_answered(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "STATEMENT_TIMEOUT_S", 0.3)
    async with asyncio.timeout(10):
        with pytest.raises(Unavailable, match="in time"):
            await db.rows(ENDLESS)
        monkeypatch.undo()
        long = ENDLESS.replace("FROM n)", "FROM n WHERE x < 500000)")
        assert [tuple(row) for row in await db.rows(long)] == [(500_000,)]


@pytest.mark.parametrize("db", ON_SQLITE, indirect=True)
async def test_g15_the_wait_for_reads_before_it_counts_as_a_reads_own_time(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "STATEMENT_TIMEOUT_S", 0.3)
    begun = monotonic()
    outcomes = await asyncio.gather(*(db.rows(ENDLESS) for _ in range(20)), return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {Unavailable}
    assert monotonic() - begun < 20 * 0.3 / 2


async def test_another_accounts_change_is_its_own(db: Database, actor: Actor, elsewhere: Account) -> None:
    await builders.a_user(actor, "ada")
    await builders.a_user(actors.command(elsewhere.id), "ada")
    rows = await db.rows("SELECT account_id FROM users ORDER BY account_id")
    assert [str(row["account_id"]) for row in rows] == sorted([str(actor.account_id), str(elsewhere.id)])


def _person(this: Change, user_name: str) -> User:
    return User(
        id=new_id(),
        account_id=this.account_id,
        user_name=user_name,
        user_name_key=fold(user_name),
        name=user_name,
        name_key=fold(user_name),
        created_at=this.at,
        updated_at=this.at,
    )
