"""The tables of both databases are what they must be, and come to be so whole, once, and without losing a row."""

import asyncio
import importlib
import os
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from tortoise.migrations.autodetector import MigrationAutodetector
from tortoise.migrations.operations import AlterModelOptions
from tortoise.migrations.schema_generator.state import ModelState

from catalog import actors, database, dialects, migrations, schema
from catalog.actors import Actor
from catalog.changes import change
from catalog.database import tortoise_config
from catalog.engines import Database
from catalog.errors import AlreadyTaken
from catalog.ids import now
from catalog.models import Account
from tests import builders, databases
from tests.catalog.expected_tables import INDEXES, ON_POSTGRES_ALONE, REFERENCES
from tests.conftest import ENGINES, ON_POSTGRES

SQLITE_INDEXES = """
    SELECT i.name, t.name AS "table", i."unique", i.partial,
           (SELECT group_concat(name, ' ') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)) AS columns
    FROM sqlite_master t, pragma_index_list(t.name) i
    WHERE t.type = 'table' AND i.origin = 'c' AND t.name <> 'tortoise_migrations'
"""
POSTGRES_INDEXES = """
    SELECT c.relname AS name, t.relname AS "table", i.indisunique AS "unique", i.indpred IS NOT NULL AS partial,
           (SELECT string_agg(a.attname, ' ' ORDER BY k.place)
            FROM unnest(i.indkey) WITH ORDINALITY k(number, place)
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number) AS columns
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
    WHERE t.relnamespace = 'public'::regnamespace AND NOT i.indisprimary AND t.relname <> 'tortoise_migrations'
"""
SQLITE_REFERENCES = """
    SELECT t.name AS "table", f."from" AS "column", f."table" AS target
    FROM sqlite_master t, pragma_foreign_key_list(t.name) f
    WHERE t.type = 'table'
"""
POSTGRES_REFERENCES = """
    SELECT f.conrelid::regclass::text AS "table", a.attname AS "column", f.confrelid::regclass::text AS target
    FROM pg_constraint f JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = f.conkey[1] WHERE f.contype = 'f'
"""


async def test_the_indexes_are_those_that_must_be(db: Database) -> None:
    rows = await db.rows(SQLITE_INDEXES if db.dialect == "sqlite" else POSTGRES_INDEXES)
    live = {row["name"]: (row["table"], row["columns"], bool(row["unique"]), bool(row["partial"])) for row in rows}
    assert live == INDEXES | (ON_POSTGRES_ALONE if db.dialect == "postgres" else {})


async def test_rows_refer_to_rows_that_are_there(db: Database) -> None:
    rows = await db.rows(SQLITE_REFERENCES if db.dialect == "sqlite" else POSTGRES_REFERENCES)
    live: dict[str, dict[str, str]] = {}
    for row in rows:
        live.setdefault(row["table"], {})[row["column"]] = row["target"]
    assert live == REFERENCES


@pytest.mark.parametrize("db", ON_POSTGRES, indirect=True)
async def test_every_text_of_postgres_compares_by_its_bytes(db: Database) -> None:
    rows = await db.rows(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public' "
        "AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'"
    )
    assert [tuple(row) for row in rows] == []


async def test_the_models_hold_nothing_that_no_migration_makes(db: Database) -> None:
    context = database._connected()[1]
    assert context.apps is not None
    written = await MigrationAutodetector(context.apps, tortoise_config("sqlite://unused")["apps"]).changes()
    # What an option of a model changes stands in no table: its docstring, among others.
    due = [step.describe() for one in written for step in one.operations if not isinstance(step, AlterModelOptions)]
    assert due == []


# --- what the indexes promise ---------------------------------------------------------------------------------------


async def test_an_open_period_is_stored_as_the_index_of_open_periods_says(
    db: Database, a_user: Callable[..., Any], a_team: Callable[..., Any]
) -> None:
    await a_team(members=[await a_user()])
    found = await db.one(f"SELECT count(*) AS n FROM memberships WHERE valid_to = {dialects.FOREVER}")
    assert found is not None
    assert found["n"] == 1


async def test_a_person_has_one_open_period_in_a_team_and_any_number_of_ended_ones(
    db: Database, actor: Actor, a_user: Callable[..., Any], a_team: Callable[..., Any]
) -> None:
    ada = await a_user()
    team = await a_team(members=[ada])
    async with change(actor) as this:
        for _ in range(2):
            this.add(builders.a_period(this, team, ada, until=this.at))
    with pytest.raises(AlreadyTaken) as refused:
        async with change(actor) as this:
            this.add(builders.a_period(this, team, ada))
    assert (refused.value.kind, refused.value.field, refused.value.value) == ("membership", "user_id", ada.id)


@pytest.mark.parametrize(
    ("first", "second", "field"),
    [
        ({"user_name": "ada"}, {"user_name": "ADA"}, "user_name"),
        ({"user_name": "ﬁona"}, {"user_name": "FIONA"}, "user_name"),
        ({"user_name": "ada@x.example"}, {"user_name": "b", "email": "Ada@X.example"}, "email"),
    ],
)
async def test_a_name_and_an_address_are_one_persons_without_regard_to_case_or_form(
    actor: Actor, elsewhere: Account, first: dict[str, str], second: dict[str, str], field: str
) -> None:
    def person(user_name: str, email: str | None = None) -> dict[str, Any]:
        return {"user_name": user_name} | ({"attributes": {"emails": [{"value": email}]}} if email else {})

    await builders.a_user(actor, **person(**first))
    await builders.a_user(actors.command(elsewhere.id), **person(**second))
    await builders.a_user(actor, **person(**second), deleted_at=now())
    with pytest.raises(AlreadyTaken) as refused:
        await builders.a_user(actor, **person(**second))
    assert (refused.value.kind, refused.value.field) == ("user", field)
    assert refused.value.value == second[field]


async def test_people_without_an_address_do_not_stand_in_each_others_way(actor: Actor) -> None:
    await builders.a_user(actor, "ada")
    await builders.a_user(actor, "grace")


async def test_a_pushed_name_is_one_teams_within_its_integration(actor: Actor, scim_actor: Actor) -> None:
    other = builders.a_scim_client(await builders.an_integration(actor, "Entra"))
    await builders.a_team(scim_actor, "Payments", alias="a")
    await builders.a_team(other, "payments", alias="b")
    await builders.a_team(actor, "Payments", alias="c")
    await builders.a_team(actor, "Payments", alias="d")
    await builders.a_team(scim_actor, "PAYMENTS", alias="e", deleted_at=now())
    with pytest.raises(AlreadyTaken) as refused:
        await builders.a_team(scim_actor, "PAYMENTS", alias="f")
    assert (refused.value.kind, refused.value.field) == ("team", "provider_name")


async def test_an_alias_stays_taken_when_its_team_is_deleted(actor: Actor) -> None:
    await builders.a_team(actor, "Payments", deleted_at=now())
    with pytest.raises(AlreadyTaken) as refused:
        await builders.a_team(actor, "Payments")
    assert (refused.value.kind, refused.value.field, refused.value.value) == ("team", "alias", "payments")


# --- migrating ------------------------------------------------------------------------------------------------------


@pytest.fixture(params=ENGINES)
async def empty(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """The address of a database that nobody has migrated, of this test alone; disconnected afterwards."""
    yield await databases.empty(request.param, tmp_path / "new", "schema")
    await database.disconnect()


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes the program one of a later release: its migrations are ours, and one with these operations."""

    def release(operations: str) -> None:
        package = tmp_path / f"later_{os.urandom(4).hex()}"
        package.mkdir()
        (package / "__init__.py").touch()
        ours = schema.known()
        for name in ours:
            shutil.copy(Path(migrations.__path__[0]) / f"{name}.py", package)
        (package / "9999_later.py").write_text(
            "from tortoise import fields, migrations\n"
            "from tortoise.migrations import operations as ops\n"
            "from catalog.migrations._operations import PerDialect\n\n"
            "class Migration(migrations.Migration):\n"
            f"    dependencies = {[('catalog', name) for name in ours]}\n"
            f"    operations = [{operations}]\n"
        )
        monkeypatch.syspath_prepend(tmp_path)

        def config(url: str, **options: Any) -> dict[str, Any]:
            made = tortoise_config(url, **options)
            made["apps"]["catalog"]["migrations"] = package.name
            return made

        monkeypatch.setattr(schema, "tortoise_config", config)
        monkeypatch.setattr(schema, "migrations", importlib.import_module(package.name))

    return release


REMAKE = "ops.AlterField(model_name='Team', name='name', field=fields.TextField(null=True))"
DELETE = "PerDialect(sqlite=['DELETE FROM users'], postgres=['DELETE FROM users'])"
NONSENSE = "PerDialect(sqlite=['SELECT absent FROM nowhere'], postgres=['SELECT absent FROM nowhere'])"


async def test_a_database_is_empty_then_current_and_a_second_migration_does_nothing(empty: str) -> None:
    await database.connect(empty)
    assert await schema.state() == "empty"
    told: list[str] = []
    assert await schema.migrate(told.append) == schema.known() == told
    assert await schema.state() == "current"
    assert await schema.migrate() == []
    assert await schema.state() == "current"


async def test_g28_a_database_is_behind_a_later_release_and_ahead_of_an_earlier_one(
    empty: str, later: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    await database.connect(empty)
    await schema.migrate()
    with monkeypatch.context():
        later(REMAKE)
        assert await schema.state() == "behind"
        assert await schema.migrate() == ["9999_later"]
        assert await schema.state() == "current"
    monkeypatch.undo()
    assert await schema.state() == "ahead"


async def test_a_migration_makes_models_where_an_operation_looks_at_them(
    empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    render = ModelState.render

    def noted(model: ModelState, *given: Any, **options: Any) -> Any:
        made.append(model.name)
        return render(model, *given, **options)

    monkeypatch.setattr(ModelState, "render", noted)
    await database.connect(empty)
    await schema.migrate()
    # Tortoise alone makes each model anew before each of fifty operations.
    assert made.count("AuditEvent") < 10


async def test_processes_that_migrate_at_once_take_turns(empty: str) -> None:
    program = (
        "import asyncio, sys\n"
        "from catalog import database, schema\n"
        "async def main():\n"
        "    await database.connect(sys.argv[1])\n"
        "    try:\n"
        "        print(*await schema.migrate(), await schema.state())\n"
        "    finally:\n"
        "        await database.disconnect()\n"
        "asyncio.run(main())\n"
    )
    command = [sys.executable, "-W", "error", "-c", program, empty]
    pipes: dict[str, Any] = {"stdout": asyncio.subprocess.PIPE, "stderr": asyncio.subprocess.PIPE}
    running = [await asyncio.create_subprocess_exec(*command, **pipes) for _ in range(4)]
    ended = [await process.communicate() for process in running]
    assert [errors.decode() for _, errors in ended] == [""] * 4
    assert sorted(out.decode().split() for out, _ in ended) == [[*schema.known(), "current"]] + [["current"]] * 3


async def test_making_a_table_anew_keeps_the_rows_that_refer_to_it(empty: str, later: Callable[[str], None]) -> None:
    db = await database.connect(empty)
    await schema.migrate()
    actor = actors.command((await builders.an_account()).id)
    ada = await builders.a_user(actor)
    parent = await builders.a_team(actor, "Finance")
    team = await builders.a_team(actor, "Payments", members=[ada], parent_id=parent.id)
    later(REMAKE)
    await schema.migrate()
    for table, rows in (("users", 1), ("teams", 2), ("team_aliases", 2), ("memberships", 1)):
        counted = await db.one(f"SELECT count(*) AS n FROM {table}")
        assert counted is not None
        assert counted["n"] == rows, table
    await _nobody_joins_a_team_that_is_not_there(actor, ada)
    found = await db.one("SELECT name, parent_id FROM teams WHERE id = $1", team.id)
    assert found is not None
    assert (found["name"], str(found["parent_id"])) == ("Payments", str(parent.id))


async def _nobody_joins_a_team_that_is_not_there(actor: Actor, user: Any) -> None:
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        async with change(actor) as this:
            this.add(builders.a_period(this, Account(id=user.id), user))  # type: ignore[arg-type]


@pytest.mark.parametrize("operations", [f"{REMAKE}, {NONSENSE}", f"{REMAKE}, {DELETE}"], ids=["wrong", "dangling"])
async def test_g29_a_migration_that_fails_leaves_everything_as_it_was(
    empty: str, later: Callable[[str], None], operations: str
) -> None:
    db = await database.connect(empty)
    await schema.migrate()
    actor = actors.command((await builders.an_account()).id)
    await builders.a_team(actor, members=[await builders.a_user(actor)])
    before = await _schema(db)
    later(operations)
    with pytest.raises(Exception, match=r"(?i)nowhere|refer to nothing|foreign key"):
        await schema.migrate()
    assert await schema.state() == "behind"
    assert await _schema(db) == before
    counted = await db.one("SELECT count(*) AS n FROM memberships")
    assert counted is not None
    assert counted["n"] == 1
    await builders.a_user(actor, "grace")


async def _schema(db: Database) -> list[Any]:
    sqlite = "SELECT type, name, sql FROM sqlite_master ORDER BY type, name"
    postgres_ = (
        "SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns "
        "WHERE table_schema = 'public' ORDER BY 1, 2"
    )
    return [tuple(row) for row in await db.rows(sqlite if db.dialect == "sqlite" else postgres_)]
