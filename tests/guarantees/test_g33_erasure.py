"""G33: a person is erased from everywhere, and the trail holds; and is told everything that is kept of them."""

import gzip
import json
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest

from catalog import actors, archive, models
from catalog.actors import Actor
from catalog.changes import change
from catalog.database import address
from catalog.engines import Database
from catalog.errors import NotFound, NotPermitted
from catalog.models import Integration
from catalog.personal import HOLDINGS
from catalog.sealing import Sealer
from catalog.services import audit, disclosure, erasure, teams, users
from catalog.services.erasure import Eraser
from catalog.services.users import Draft
from tests.catalog.persons import DOCUMENT, MARKS, USER_NAME, Told, a_person_everywhere, everything, run

KEY = "a secret key of the tests, long enough"


@pytest.fixture
async def told(actor: Actor, scim_actor: Actor, integration: Integration) -> Told:
    return await a_person_everywhere(actor, scim_actor, integration)


async def erased(actor: Actor, user_id: UUID) -> erasure.Erased:
    async with change(actor) as this:
        return await Eraser(KEY).erase(this, user_id)


def bytes_of(file: str) -> bytes:
    return Path(file).read_bytes()


async def marks_in_bytes(db: Database) -> list[str]:
    """Which marks the database holds: of SQLite every byte of its file, of PostgreSQL every value of every row."""
    if db.dialect == "sqlite":
        await db.compact()
        whole = bytes_of(address().removeprefix("sqlite://")).lower()
    else:
        whole = json.dumps(await everything()).lower().encode()
    return [mark for mark in MARKS if mark.encode() in whole]


@pytest.mark.parametrize("is_sealed", [True, False])
async def test_g33_of_an_erased_person_no_byte_is_left_and_the_trail_holds(
    db: Database, actor: Actor, told: Told, is_sealed: bool
) -> None:
    sealer = Sealer(KEY)
    if is_sealed:
        await sealer.seal()
    heads = [] if not is_sealed else await db.rows("SELECT seq, seal FROM audit_heads")
    before = (await sealer.verify(actor.account_id)).events
    assert set(await marks_in_bytes(db)) == set(MARKS), "every mark is there before"

    done = await erased(actor, told.user.id)

    assert await marks_in_bytes(db) == []
    assert await erasure.mentions(actor, done.traces) == {}
    await sealer.seal()
    verified = await sealer.verify(actor.account_id)
    assert verified.fault is None
    assert verified.events > before
    for head in heads:
        row = await db.one("SELECT seal FROM audit_events WHERE seq = $1", head["seq"])
        assert row is not None
        assert row["seal"] == head["seal"], "what was told outside of the database still is so"
    backup = BytesIO()
    await archive.write(backup, KEY.encode())
    assert not [mark for mark in MARKS if mark.encode() in gzip.decompress(backup.getvalue()).lower()]


async def test_an_event_that_is_altered_after_the_erasure_is_found(db: Database, actor: Actor, told: Told) -> None:
    sealer = Sealer(KEY)
    await sealer.seal()
    await erased(actor, told.user.id)
    await sealer.seal()
    (row, *_) = await db.rows(
        "SELECT id, seq, erased_seal FROM audit_events WHERE erased_seal IS NOT NULL ORDER BY seq"
    )
    plain = await db.one("SELECT id, seq FROM audit_events WHERE erased_seal IS NULL AND seq IS NOT NULL ORDER BY seq")
    assert plain is not None
    forged = row["erased_seal"][::-1]
    for one, column, value in (
        (row, "action", "team.deleted"),
        (row, "subject_name", "Somebody"),
        (row, "erased_seal", None),
        (row, "seal", forged),
        (plain, "erased_seal", row["erased_seal"]),
        (plain, "subject_name", "Somebody"),
    ):
        (was,) = await db.rows(f"SELECT {column} AS was FROM audit_events WHERE id = $1", one["id"])
        await run(f"UPDATE audit_events SET {column} = $1 WHERE id = $2", value, one["id"])
        found = await sealer.verify(actor.account_id)
        assert found.fault is not None, column
        assert found.events <= one["seq"], column
        await run(f"UPDATE audit_events SET {column} = $1 WHERE id = $2", was["was"], one["id"])
    assert (await sealer.verify(actor.account_id)).fault is None


async def test_a_team_keeps_how_many_it_had_and_others_keep_what_is_theirs(
    db: Database, actor: Actor, told: Told
) -> None:
    before = await db.rows("SELECT team_id, user_id, valid_from FROM memberships")
    await erased(actor, told.user.id)
    after = await db.rows("SELECT team_id, user_id, valid_from FROM memberships")
    assert [tuple(row) for row in after] == [tuple(row) for row in before]
    (claim,) = await db.rows("SELECT asker_id, answer, changed_at FROM idempotency_claims")
    assert (str(claim["asker_id"]), claim["answer"]) == (str(told.colleague.id), None)
    assert claim["changed_at"] is not None, "who sends it again is told that the answer is lost, and not done twice"
    (letter,) = await db.rows("SELECT recipient, facts FROM outbox_messages WHERE letter = 'Invitation'")
    assert letter["recipient"] == "grace@lovelace.dev"
    assert "Erased person" in str(letter["facts"])
    (report,) = await db.rows("SELECT user_name, manager_value FROM users WHERE id = $1", told.report.id)
    assert (report["user_name"], report["manager_value"]) == ("report@lovelace.dev", None)


async def test_the_trail_is_still_told_in_sentences_without_the_person(db: Database, actor: Actor, told: Told) -> None:
    await erased(actor, told.user.id)
    events = await audit.list_(actor)
    said = await audit.told(actor, [UUID(str(event["id"])) for event in events])
    assert len(said) == len(events)
    assert not [sentence for sentence in said.values() for mark in MARKS if mark in sentence.lower()]
    assert [sentence for sentence in said.values() if sentence.endswith("erased a person.")]


async def test_whoever_comes_under_the_same_names_is_a_new_person(
    db: Database, actor: Actor, scim_actor: Actor, told: Told
) -> None:
    await erased(actor, told.user.id)
    async with change(scim_actor) as this:
        again = await users.create(this, Draft(USER_NAME, DOCUMENT, "qx-7731-okta", True))
    assert again.id != told.user.id
    rows = await db.rows("SELECT id FROM user_periods WHERE user_id = $1", again.id)
    assert len(rows) == 1
    assert not await db.rows("SELECT 1 FROM memberships WHERE user_id = $1", again.id)


async def test_somebody_who_was_deleted_long_ago_is_erased_as_well(db: Database, actor: Actor, told: Told) -> None:
    async with change(actor) as this:
        await users.delete(this, await users.lock(this, told.user.id))
    async with change(actor) as this:
        assert await disclosure.find(this, USER_NAME) == told.user.id
    await erased(actor, told.user.id)
    assert await marks_in_bytes(db) == []


async def test_what_others_wrote_of_a_person_is_left_and_told(db: Database, actor: Actor, told: Told) -> None:
    async with change(actor) as this:
        await teams.create(this, name="Gates", responsibilities=f"Ask {USER_NAME} for the keys.")
    done = await erased(actor, told.user.id)
    assert await erasure.mentions(actor, done.traces) == {"teams": 1}


async def test_what_is_told_of_a_person_is_every_row_that_holds_their_id(
    db: Database, actor: Actor, told: Told
) -> None:
    async with change(actor) as this:
        document = await disclosure.disclose(this, told.user.id)
    assert set(document["tables"]) == {getattr(models, name)._meta.db_table for name, held in HOLDINGS.items() if held}
    given = {row["id"] for rows in document["tables"].values() for row in rows}
    others = {
        (getattr(models, name)._meta.db_table, column)
        for name, held in HOLDINGS.items()
        for column in (held.others if held else ())
    } | {("sign_in_states", "facts"), ("provisioning_events", "request_body")}
    for table, rows in (await everything()).items():
        for row in rows:
            holding = [column for column, value in row.items() if str(told.user.id) in value]
            aside = [column for column in holding if (table, column) in others or table == "audit_events"]
            assert not holding or row["id"] in given or aside == holding, (table, row)
    assert not [word for word in ("hash", "digest", "seal") for rows in document["tables"].values() if word in rows[0]]
    assert json.loads(json.dumps(document)) == document
    assert document["tables"]["users"][0]["attributes"]["title"] == "Wharfinger"


def test_every_table_and_every_column_that_leads_to_people_has_a_verdict() -> None:
    assert set(HOLDINGS) == set(models.__all__), "a new table says in catalog.personal what it holds of people"
    for name, holding in HOLDINGS.items():
        meta = getattr(models, name)._meta
        columns = {column for column in meta.fields_db_projection.values() if column != "account_id"}
        leading = {"user_id", "manager_id", "owner_id", "asker_id", "actor_id"} & columns
        for column in leading:
            assert holding is not None, f"{name}.{column}"
            assert column in holding.of or column in holding.others, f"{name}.{column}"
        for column in (*(holding.blank if holding else ()), *(holding.hidden if holding else ())):
            assert column in columns, f"{name}.{column}"


def test_nothing_of_a_person_is_kept_when_their_row_is_blanked() -> None:
    holding = HOLDINGS["User"]
    assert holding is not None
    columns = set(models.User._meta.fields_db_projection.values()) - set(holding.blank)
    assert columns == {
        *("id", "account_id", "role", "is_break_glass", "deactivated_at", "invitation", "provisioned_by"),
        *("integration_id", "version", "created_at", "updated_at", "deleted_at"),
    }


@pytest.mark.parametrize("how", ["break-glass", "oneself", "the last administrator"])
async def test_some_are_not_erased(db: Database, actor: Actor, told: Told, how: str) -> None:
    asking, whom = actor, told.colleague.id
    if how == "break-glass":
        await run("UPDATE users SET is_break_glass = $1 WHERE id = $2", True, told.colleague.id)
    elif how == "oneself":
        asking = Actor(actor.account_id, actor.kind, "Grace", actor.scopes, id=told.colleague.id)
    before = await db.rows("SELECT count(*) AS n FROM audit_events")
    with pytest.raises(NotPermitted):
        await erased(asking, whom)
    assert [tuple(row) for row in await db.rows("SELECT count(*) AS n FROM audit_events")] == [tuple(before[0])]


async def test_another_accounts_person_is_nobody(db: Database, elsewhere: models.Account, told: Told) -> None:
    theirs = actors.command(elsewhere.id)
    with pytest.raises(NotFound):
        await erased(theirs, told.user.id)
    async with change(theirs) as this:
        with pytest.raises(NotFound):
            await disclosure.disclose(this, told.user.id)
        with pytest.raises(NotFound):
            await disclosure.find(this, USER_NAME)
