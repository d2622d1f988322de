"""The views of analysts tell what the exports tell, and hide what they hide; their role reads them and nothing else."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
import orjson
import pytest

from catalog import actors
from catalog.actors import Actor, ActorKind, Role, Scope
from catalog.attributes import ENTERPRISE
from catalog.changes import change
from catalog.database import address
from catalog.engines import Database
from catalog.ids import now, opened
from catalog.models import Account
from catalog.services import exports, teams, visibility
from catalog.services.exports import Export, What
from catalog.visibility import USUAL
from tests import builders, postgres
from tests.conftest import ON_POSTGRES
from tests.graphql_api.past import day, lived

GUIDE = (Path(__file__).parents[2] / "docs/analysts.md").read_text(encoding="utf-8")
ROWS = {
    name: re.findall(r"`(\w+)`", columns) for name, columns in re.findall(r"\| `(muster_\w+)` \|.*\| (.+) \|", GUIDE)
}
GRANTS = re.findall(r"```sql\n(.+?)```", GUIDE, re.DOTALL)[0]
HR = "urn:acme:params:scim:schemas:hr:1.0:User"


@pytest.fixture
def anybody(account: Account) -> Actor:
    """Somebody of the account who is no administrator."""
    return Actor(account.id, ActorKind.PERSON, "Somebody", frozenset({Scope.READ}), role=Role.USER)


@pytest.fixture
async def company(actor: Actor) -> None:
    """A company with a past; somebody with all kinds of attributes; somebody who had another role on a team."""
    company = await lived(actor)
    await company.leaves(70, "Ada", "Payments")
    await company.joins(70, "Ada", "Payments", role="manager")
    await builders.a_user(
        actor,
        "barbara@lovelace.example",
        title="Engineer",
        manager_id=company.people["Ada"].id,
        attributes={
            "title": "Engineer",
            "nickName": "Babs",
            "phoneNumbers": [{"value": "+44 1", "primary": True}],
            "addresses": [{"country": "GB"}],
            ENTERPRISE: {"department": "Chips", "costCenter": "7", "manager": {"value": "x"}},
            HR: {"floor": 3, "remote": False, "notes": None, "desk": {"number": 1.5}},
        },
    )
    async with change(actor) as this:
        await teams.lock(this, company.teams["Payments"].id)


async def _view(db: Database, name: str, account: Account, order: str = "id") -> list[dict[str, Any]]:
    rows = await db.rows(f"SELECT * FROM muster_{name}_v1 WHERE account = $1 ORDER BY {order}", account.slug)
    return [{column: _plain(column, value) for column, value in dict(row).items()} for row in rows]


def _plain(column: str, value: Any) -> Any:
    """The value as an export has it: ids and instants as text, the document read."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if column == "attributes":
        return orjson.loads(value)
    if column == "began_on_or_before":
        return bool(value)
    return str(value) if column.endswith("id") and value is not None else value


async def _exported(actor: Actor, what: What, **more: Any) -> list[dict[str, Any]]:
    prepared = await exports.prepare(actor, Export(what, **more))
    rows = [row async for some in exports.rows(actor, prepared) for row in some]
    return [{column: _uuid(column, value) for column, value in row.items()} for row in rows]


def _uuid(column: str, value: Any) -> Any:
    found = opened(value) if value and (column == "id" or column.endswith("_id")) else None
    return str(found[1]) if found else value


def _without(rows: list[dict[str, Any]], *columns: str) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name not in columns} for row in rows]


@pytest.mark.usefixtures("company")
@pytest.mark.parametrize("chosen", [None, ["department", "phoneNumbers", f"{HR}:floor"], ["manager", HR], []])
async def test_people_are_those_of_the_export_with_what_everybody_sees(
    db: Database, account: Account, actor: Actor, anybody: Actor, chosen: list[str] | None
) -> None:
    async with change(actor) as this:
        account_row = await this.rows("SELECT settings FROM accounts WHERE id = $1", account.id)
        assert account_row
        await _extend(this, account)
        await visibility.choose(this, chosen)
    exported = await _exported(anybody, "users")
    viewed = await _view(db, "users", account)
    told = list(exported[0])
    assert [{name: row[name] or ("" if name == "email" else row[name]) for name in told} for row in viewed] == exported
    hidden = set(viewed[0]) - set(told) - {"account", "account_id"}
    assert {row[name] for row in viewed for name in hidden} <= {None}
    if chosen is None:
        assert viewed[-1]["attributes"] == {
            "displayName": "Barbara",
            "name": {"formatted": "Barbara", "givenName": "Barbara", "familyName": "Barbara"},
            "emails": [{"value": "barbara@lovelace.example", "type": "work", "primary": True}],
            "title": "Engineer",
            "nickName": "Babs",
            ENTERPRISE: {"department": "Chips", "costCenter": "7", "manager": {"value": "x"}},
        }


async def _extend(this: Any, account: Account) -> None:
    """The account knows the attributes of its own extension."""
    from catalog.services import extensions

    schema = {"type": "object", "properties": {"floor": {"type": "integer"}, "remote": {"type": "boolean"}}}
    await extensions.define(this, HR, schema)


@pytest.mark.usefixtures("company")
async def test_teams_memberships_and_their_changes_are_those_of_the_exports(
    db: Database, account: Account, anybody: Actor
) -> None:
    assert _without(await _view(db, "teams", account), "account", "account_id") == await _exported(anybody, "teams")
    changed = _without(await _view(db, "membership_changes", account, "at, type, user_name"), "account", "account_id")
    exported = await _exported(anybody, "membership-changes", begin=day(-1))
    assert changed == sorted(exported, key=lambda row: (row["at"], row["type"], row["user_name"]))
    assert {row["type"] for row in changed} == {"joined", "left", "moved", "role_changed"}
    for at in (day(5), day(35), now()):
        there = [row for row in await _view(db, "memberships", account) if _is_so(row, at)]
        exported = await _exported(anybody, "memberships", at=at, with_deactivated=True)
        assert exported
        # What a team was called then is the export's to tell.
        assert _without(there, "account", "account_id", "user_status", "team_name") == _without(exported, "team_name")


@pytest.mark.usefixtures("company")
async def test_periods_tell_what_people_and_teams_were(db: Database, account: Account) -> None:
    people = await _view(db, "user_periods", account, "user_name, valid_from")
    ada = [row for row in people if row["user_name"] == "Ada"]
    assert [(row["title"], row["department"], row["manager_id"] is None) for row in ada] == [
        ("Analyst", "Engines", True),
        ("Countess", "Finance", False),
    ]
    assert [row["status"] for row in people if row["user_name"] == "Alan"] == ["active", "deactivated"]
    ledger = [row for row in await _view(db, "team_periods", account, "valid_from") if row["team_alias"] == "payments"]
    assert [row["team_name"] for row in ledger] == ["Payments", "Ledger"]
    assert ledger[0]["valid_to"] == ledger[1]["valid_from"]
    assert ledger[1]["valid_to"] is None


async def test_periods_hide_what_the_account_hides(db: Database, account: Account, actor: Actor) -> None:
    await lived(actor)
    async with change(actor) as this:
        await visibility.choose(this, ["title"])
    rows = await _view(db, "user_periods", account, "valid_from")
    assert {row["department"] for row in rows} | {row["manager_id"] for row in rows} == {None}
    assert "Countess" in {row["title"] for row in rows}


async def test_a_team_that_no_rule_takes_and_a_rehearsals_account_are_in_no_view(
    db: Database, account: Account, actor: Actor
) -> None:
    ada = await builders.a_user(actor)
    await builders.a_team(actor, "Everyone", members=[ada], is_listed=False)
    throw_away = await builders.an_account("Rehearsal", is_rehearsal=True)
    await builders.a_team(actors.command(throw_away.id), members=[await builders.a_user(actors.command(throw_away.id))])
    for name in ROWS:
        rows = await db.rows(f"SELECT account FROM {name}")
        expected = [account.slug] if name in ("muster_users_v1", "muster_user_periods_v1") else []
        assert [row["account"] for row in rows] == expected, name


@pytest.mark.usefixtures("company")
async def test_the_guide_names_every_column_of_every_view(db: Database, account: Account) -> None:
    assert len(ROWS) == 6
    for name, columns in ROWS.items():
        found = await db.one(f"SELECT * FROM {name} WHERE account = $1 LIMIT 1", account.slug)
        assert found is not None, name
        assert list(dict(found)) == ["account_id", "account", *columns], name


async def test_the_views_show_what_everybody_sees_where_an_account_has_not_chosen(
    db: Database, account: Account
) -> None:
    everything = dict.fromkeys((*USUAL, "addresses", "roles"), "x")
    await builders.a_user(actors.command(account.id), attributes=everything)
    (row,) = await _view(db, "users", account)
    assert set(row["attributes"]) - {"displayName", "name", "emails"} == USUAL


# --- the role -----------------------------------------------------------------------------------------------------


@pytest.fixture
async def analyst(db: Database) -> Any:
    """A connection that has the role of the guide, and no other."""
    connection = await asyncpg.connect(postgres.above_the_wall(address()))
    work = connection.transaction()
    await work.start()
    await connection.execute(f"{GRANTS} SET ROLE muster_analyst; SET muster.account = '*'")
    yield connection
    await work.rollback()
    await connection.close()


@pytest.mark.parametrize("db", ON_POSTGRES, indirect=True)
@pytest.mark.usefixtures("company")
async def test_the_analysts_role_reads_every_view(db: Database, account: Account, analyst: Any) -> None:
    for name in ROWS:
        mine = await analyst.fetch(f"SELECT * FROM {name}")
        assert len(mine) == len(await db.rows(f"SELECT * FROM {name}")) > 0, name


@pytest.mark.parametrize("db", ON_POSTGRES, indirect=True)
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT digest FROM api_tokens",
        "SELECT hash FROM passwords",
        "SELECT digest FROM sessions",
        "SELECT digest FROM one_time_links",
        "SELECT facts FROM outbox_messages",
        "SELECT request_body FROM provisioning_events",
        "SELECT before FROM audit_events",
        "SELECT attributes FROM users",
        "SELECT department FROM users",
        "SELECT * FROM user_periods",
        "SELECT settings FROM accounts",
        "SELECT settings FROM integrations",
        "UPDATE muster_users_v1 SET name = 'x'",
        "UPDATE users SET name = 'x'",
        "DELETE FROM memberships",
        "INSERT INTO accounts (id) VALUES (gen_random_uuid())",
        "CREATE TABLE mine (id integer)",
    ],
)
async def test_the_analysts_role_may_not(analyst: Any, statement: str) -> None:
    with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.ObjectNotInPrerequisiteStateError)):
        await analyst.execute(statement)


@pytest.mark.parametrize("db", ON_POSTGRES, indirect=True)
async def test_what_is_read_asks_as_its_reader(db: Database) -> None:
    rows = await db.rows("SELECT relname, reloptions FROM pg_class WHERE relkind = 'v' AND relname LIKE 'muster_%_v1'")
    asking = {row["relname"] for row in rows if "security_invoker=true" in (row["reloptions"] or ())}
    assert asking == set(ROWS)


def _is_so(row: dict[str, Any], at: datetime) -> bool:
    told = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return row["valid_from"] <= told and (row["valid_to"] is None or row["valid_to"] > told)
