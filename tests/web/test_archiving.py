"""`muster backup`, `muster restore` and `muster resync`, as an operator types them: from one database to the other."""

import asyncio
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from tests import postgres
from tests.conftest import ON_POSTGRES
from web.cli import app

On = Callable[..., Result]


@pytest.fixture
def on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> On:
    """The command on a database: `on("first", "backup", …)`; sqlite's, or the one PostgreSQL for `postgres`."""
    urls = {name: f"sqlite://{tmp_path}/{name}.db" for name in ("first", "second")}
    monkeypatch.setenv("MUSTER_DATA_DIR", str(tmp_path))

    def run(name: str, *words: str) -> Result:
        if name not in urls:
            urls[name] = asyncio.run(postgres.fresh("archiving"))
        monkeypatch.setenv("MUSTER_DATABASE_URL", urls[name])
        return CliRunner().invoke(app, list(words))

    return run


@pytest.mark.parametrize("other", [pytest.param("second", id="sqlite"), *ON_POSTGRES])
def test_a_backup_is_restored_into_an_empty_database_and_the_checklist_opens_it(
    on: On, other: str, tmp_path: Path
) -> None:
    file = tmp_path / "everything.backup"
    file.write_text("an older one")
    assert on("first", "user", "create", "--email", "ada@lovelace.example", "--name", "Ada").exit_code == 0
    assert on("first", "token", "create", "--integration", "Okta").exit_code == 0
    made = on("first", "backup", str(file))
    assert (made.exit_code, "not the secret key" in made.stderr) == (0, True)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not list(tmp_path.glob(".*.part"))

    read = on(other, "restore", str(file))
    assert (read.exit_code, "only break-glass people" in read.stderr) == (0, True), read.stderr
    again = on(other, "restore", str(file))
    assert (again.exit_code, "not empty" in again.stderr) == (1, True)

    told = on(other, "resync").stderr
    assert "Okta: 0 requests since the restore" in told
    assert "muster_scim_" in told
    doctor = on(other, "doctor", "--verify-audit")
    assert (doctor.exit_code, "was restored" in doctor.stderr) == (1, True)
    assert on(other, "resync", "--done").exit_code == 2
    assert on(other, "resync", "--done", "--letters", "discard").exit_code == 0
    assert "nothing to do" in on(other, "resync").stderr
    assert on(other, "doctor", "--verify-audit").exit_code == 0
    assert "ada@lovelace.example" in on(other, "export", "users").stdout


def test_what_is_no_backup_is_refused_with_a_sentence(on: On, tmp_path: Path) -> None:
    file = tmp_path / "nonsense"
    file.write_text("nonsense")
    refused = on("first", "restore", str(file))
    assert (refused.exit_code, "no backup of Muster" in refused.stderr) == (1, True)
    assert refused.exception is None or isinstance(refused.exception, SystemExit)
