"""The audit trail on a running server: sealed within a moment, its ends told outside of the database, and verified."""

import asyncio
from pathlib import Path

import httpx
import orjson
import pytest
from click.testing import Result
from typer.testing import CliRunner

from catalog import database, schema
from catalog.actors import command
from catalog.changes import change
from catalog.engines import Statement
from catalog.services import accounts, teams
from tests.conftest import ON_SQLITE
from tests.waiting import until
from tests.web.serving import Instance
from web import anchors
from web.cli import app
from web.settings import Settings


@pytest.mark.parametrize("instance", ON_SQLITE, indirect=True)
async def test_a_server_seals_what_was_committed_and_tells_the_end(instance: Instance) -> None:
    kept = Path(instance.environment["MUSTER_DATA_DIR"]) / anchors.FILE
    body = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "ada@rehearsal.example"}
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {instance.token}"}) as client:
        made = await client.post(f"{instance.url}/scim/v2/Users", json=body)
        assert made.status_code == 201

        async def is_told() -> bool:
            return any(head.seq > 1 for head in anchors.read(kept))

        await until(is_told)


@pytest.fixture
async def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An account with a few events, sealed, whose end was told."""
    monkeypatch.setenv("MUSTER_DATABASE_URL", f"sqlite://{tmp_path}/muster.db")
    monkeypatch.setenv("MUSTER_DATA_DIR", str(tmp_path))
    chosen = Settings()
    await database.connect(chosen.database_url)
    await schema.migrate()
    await accounts.first()
    actor = command((await accounts.default()).id)
    for name in ("One", "Two"):
        async with change(actor) as this:
            await teams.create(this, name=name)
    await anchors.Anchors(chosen).seal()
    await database.disconnect()
    return chosen


async def tampered(settings: Settings, *statements: str) -> None:
    db = await database.connect(settings.database_url)
    async with db.unit() as unit:
        await unit.batch([Statement(text) for text in statements])
    await database.disconnect()


async def doctor(*more: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, app, ["doctor", "--verify-audit", *more])


async def test_doctor_verifies_the_trail(settings: Settings) -> None:
    well = await doctor()
    assert well.exit_code == 0
    assert "audit trail of default: 3 events hold" in well.stderr
    await tampered(settings, "UPDATE audit_events SET subject_name = 'Three' WHERE subject_name = 'Two'")
    ill = await doctor()
    assert ill.exit_code == 1
    assert "2 events hold; event 3" in ill.stderr.replace("\n", " ")


async def test_doctor_verifies_over_a_change_of_the_key_with_the_earlier_one(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUSTER_SECRET_KEY", "the key that came after it, as long as that")
    assert (await doctor()).exit_code == 1
    both = await doctor("--earlier-key", str(settings.data_dir / "secret.key"))
    assert both.exit_code == 0, both.stderr


async def test_doctor_holds_the_trail_to_the_ends_that_were_told(settings: Settings) -> None:
    [told] = anchors.read(settings.data_dir / anchors.FILE)
    assert told.seq == 3
    await tampered(
        settings,
        "DELETE FROM audit_events WHERE seq = 3",
        "DELETE FROM audit_heads",
        "UPDATE audit_events SET seq = NULL, seal = NULL",
    )
    await database.connect(settings.database_url)
    await anchors.Anchors(settings).sealer.seal()
    await database.disconnect()
    ill = await doctor()
    assert ill.exit_code == 1
    assert "events 3 to 3 are missing" in ill.stderr.replace("\n", " ")


async def test_an_end_is_told_once_a_minute_or_after_a_thousand_events(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(anchors, "EVENTS", 3)
    await database.connect(settings.database_url)
    actor = command((await accounts.default()).id)
    telling = anchors.Anchors(settings)
    kept = settings.data_dir / anchors.FILE
    kept.unlink()
    for number in range(7):
        async with change(actor) as this:
            await teams.create(this, name=f"Team {number}")
        await telling.seal()
    await database.disconnect()
    assert [orjson.loads(line)["seq"] for line in kept.read_bytes().splitlines()] == [4, 7, 10]
