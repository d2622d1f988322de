"""PostgreSQL shows a connection the rows of one account alone, whatever a statement says (docs/decisions/0034)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import asyncpg
import pytest

from catalog import database, models, schema
from catalog.actors import Actor, command
from catalog.changes import change
from catalog.database import everywhere
from catalog.engines import Database, Statement
from catalog.engines.loans import Connection
from catalog.errors import Unavailable
from catalog.ids import new_id
from catalog.models import Account, User
from catalog.services import users
from tests import builders, postgres, walls
from tests.catalog.teamwork import many_people
from tests.conftest import ON_POSTGRES

pytestmark = pytest.mark.parametrize("db", ON_POSTGRES, indirect=True)

NAMES = "SELECT user_name FROM users ORDER BY user_name"


@pytest.fixture
async def both(actor: Actor, elsewhere: Account) -> tuple[Account, Account]:
    """Two accounts, with Ada in the one and Grace in the other."""
    await builders.a_user(actor, "ada")
    await builders.a_user(command(elsewhere.id), "grace")
    return await Account.get(id=actor.account_id), elsewhere


@pytest.fixture
async def stranger(db: Database) -> AsyncIterator[Any]:
    """A connection of the same role that says nothing of any account."""
    connection = await asyncpg.connect(database.address())
    yield connection
    await connection.close()


async def _names(within: Database) -> list[str]:
    return [row["user_name"] for row in await within.rows(NAMES)]


async def test_g17_a_statement_that_names_no_account_sees_one(both: tuple[Account, Account]) -> None:
    here, there = both
    assert await _names(database.database(here.id)) == ["ada"]
    assert await _names(database.database(there.id)) == ["grace"]
    assert await _names(database.database(new_id())) == []
    assert await _names(everywhere()) == ["ada", "grace"]


async def test_with_both_walls_down_another_accounts_person_is_there(
    both: tuple[Account, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, grace = command(both[0].id), await User.get(user_name="grace")
    assert await users.one(here, grace.id) is None
    await database.connect(postgres.above_the_wall(database.address()))
    assert await users.one(here, grace.id) is None, "the conditions alone"
    walls.take_conditions_away(monkeypatch)
    assert await users.one(here, grace.id) is not None, "so the tests of one wall would see it fall"


async def test_every_table_of_an_account_is_behind_the_wall(db: Database) -> None:
    rows = await db.rows(
        "SELECT c.relname FROM pg_class c JOIN pg_policies p ON p.tablename = c.relname "
        "WHERE c.relrowsecurity AND c.relforcerowsecurity AND p.cmd = 'ALL' AND p.permissive = 'PERMISSIVE'"
    )
    behind = {row["relname"] for row in rows}
    assert behind == {getattr(models, name)._meta.db_table for name in models.__all__}, "walled(…) in its migration"


async def test_who_says_no_account_sees_none(both: tuple[Account, Account], stranger: Any) -> None:
    async def seen() -> set[int]:
        tables = [getattr(models, name)._meta.db_table for name in models.__all__]
        return {await stranger.fetchval(f"SELECT count(*) FROM {table}") for table in tables}

    assert await seen() == {0}
    await stranger.execute(f"SET muster.account = '{both[0].id}'")
    assert await stranger.fetchval("SELECT count(*) FROM users") == 1
    await stranger.execute("RESET muster.account")
    assert await seen() == {0}


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE users SET name = 'taken over' WHERE user_name = 'grace'",
        "DELETE FROM user_periods WHERE name = 'Grace'",
        "UPDATE accounts SET name = 'taken over' WHERE name = 'Elsewhere'",
    ],
)
async def test_what_is_elsewhere_is_not_written(both: tuple[Account, Account], statement: str) -> None:
    async def everything() -> list[Any]:
        return [await everywhere().rows(f"SELECT * FROM {table}") for table in ("users", "user_periods", "accounts")]

    before = await everything()
    async with database.database(both[0].id).unit() as unit:
        await unit.batch([Statement(statement)])
    assert await everything() == before
    async with everywhere().unit() as unit:
        await unit.batch([Statement(statement)])
    assert await everything() != before


async def test_no_row_is_put_elsewhere(both: tuple[Account, Account]) -> None:
    here, there = both
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
        async with change(command(here.id)) as this:
            this.run("UPDATE users SET account_id = $1 WHERE user_name = 'ada'", there.id)
    assert await _names(database.database(here.id)) == ["ada"]


async def test_asking_within_the_same_account_again_costs_no_round_trip(
    both: tuple[Account, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = both
    told: list[str] = []
    execute = Connection.execute

    async def noted(self: Connection, statement: str, *params: Any, **options: Any) -> Any:
        told.append(statement)
        return await execute(self, statement, *params, **options)

    monkeypatch.setattr(Connection, "execute", noted)
    for _ in range(20):
        await database.database(here.id).keyed(NAMES)
        async with change(command(here.id)) as this:
            await this.rows(NAMES)
    assert len([text for text in told if "muster.account" in text]) <= 1
    told.clear()
    await database.database(there.id).keyed(NAMES)
    assert told == [f"SET plan_cache_mode = auto; SET muster.account = '{there.id}'"]


async def test_a_connection_goes_from_one_account_to_the_other_and_takes_nothing_along(
    both: tuple[Account, Account],
) -> None:
    here, there = both
    await database.connect(database.address(), pool_size=4)

    async def asks(account: Account, number: int) -> None:
        within = database.database(account.id)
        expected = ["ada"] if account is here else ["grace"]
        assert await _names(within) == expected
        with suppress(ZeroDivisionError):
            async with within.unit() as unit:
                assert [row["user_name"] for row in await unit.rows(NAMES)] == expected
                raise ZeroDivisionError
        assert [row["user_name"] for row in await within.keyed(NAMES)] == expected
        if number % 5 == 0:
            with pytest.raises(Unavailable):
                await within.rows("SELECT pg_terminate_backend(pg_backend_pid())")

    async with asyncio.timeout(60):
        await asyncio.gather(*(asks((here, there)[number % 2], number) for number in range(40)))


async def test_who_is_cut_off_while_a_connection_changes_accounts_leaves_it_with_nobodys(
    both: tuple[Account, Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = both
    execute = Connection.execute

    async def cut_off(self: Connection, statement: str, *params: Any, **options: Any) -> Any:
        done = await execute(self, statement, *params, **options)
        if str(there.id) in statement:
            raise asyncio.CancelledError
        return done

    assert await _names(database.database(here.id)) == ["ada"]
    with monkeypatch.context() as patch:
        patch.setattr(Connection, "execute", cut_off)
        with pytest.raises(asyncio.CancelledError):
            await database.database(there.id).rows(NAMES)
    for _ in range(5):
        assert await _names(database.database(here.id)) == ["ada"]


async def test_a_role_that_the_wall_does_not_hold_is_told_of(both: tuple[Account, Account]) -> None:
    address = database.address()
    assert await schema.unheld() is None
    await database.connect(postgres.above_the_wall(address))
    assert await _names(database.database(both[0].id)) == ["ada", "grace"]
    assert "superuser or has BYPASSRLS" in str(await schema.unheld())


@pytest.mark.parametrize(
    ("statement", "undone", "told"),
    [
        ("ALTER TABLE tags NO FORCE ROW LEVEL SECURITY", "ALTER TABLE tags FORCE ROW LEVEL SECURITY", "taken off tags"),
        (
            "CREATE POLICY all_of_it ON tags USING (true)",
            "DROP POLICY all_of_it ON tags",
            "DROP POLICY all_of_it ON tags",
        ),
        (
            "ALTER POLICY account ON tags RENAME TO mine",
            "ALTER POLICY mine ON tags RENAME TO account",
            "missing on tags",
        ),
    ],
)
async def test_a_wall_that_was_opened_is_told_of(db: Database, statement: str, undone: str, told: str) -> None:
    async with altered(statement, undone):
        assert told in str(await schema.unheld())
    assert await schema.unheld() is None


async def test_a_table_of_somebody_elses_needs_no_wall(db: Database) -> None:
    async with altered("CREATE TABLE spatial_ref_sys (srid integer)", "DROP TABLE spatial_ref_sys"):
        assert await schema.unheld() is None


@asynccontextmanager
async def altered(statement: str, undone: str) -> AsyncIterator[None]:
    """The schema as the one statement makes it; afterwards as it was."""

    async def run(text: str) -> None:
        async with everywhere().unit() as unit:
            await unit.batch([Statement(text)])

    await run(statement)
    try:
        yield
    finally:
        await run(undone)


async def test_what_is_looked_up_by_keys_still_takes_its_index(db: Database, actor: Actor) -> None:
    indexes = {
        "user_name_key = 'ada'": "users_user_name",
        "name_key > 'a' AND name_key < 'b' ORDER BY name_key, id LIMIT 100": "users_by_name",
    }
    await many_people(actor, 1_000)
    async with database.database(actor.account_id).unit() as unit:
        await unit.batch([Statement("ANALYZE users")])
        for condition, index in indexes.items():
            where = f"account_id = $1 AND deleted_at IS NULL AND {condition}"
            told = "\n".join(
                row[0]
                for row in await unit.rows(f"EXPLAIN SELECT attributes FROM users WHERE {where}", actor.account_id)
            )
            assert f"Index Scan using {index}" in told, told
            assert "_key" in told.partition("Index Cond:")[2].partition("\n")[0], told
