"""What an operator types to set an integration, to move house, and to define attributes; on an embedded database."""

import asyncio
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import Result
from typer.testing import CliRunner

from catalog import actors, database
from catalog.changes import change
from catalog.services import accounts, integrations, users
from web.cli import app

Muster = Callable[..., Result]


@pytest.fixture
def muster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Muster:
    """The command, in an account with two integrations."""
    monkeypatch.setenv("MUSTER_DATABASE_URL", f"sqlite://{tmp_path}/muster.db")
    monkeypatch.setenv("COLUMNS", "160")

    def run(*words: str) -> Result:
        return CliRunner().invoke(app, list(words))

    for name in ("Okta", "Entra"):
        assert run("token", "create", "--integration", name).exit_code == 0
    return run


def test_what_is_set_is_shown_and_nothing_of_it_goes_to_standard_output(muster: Muster) -> None:
    rules = json.dumps([{"begins_with": "App-"}])
    choices = ("name_from=formatted", f"team_rules={rules}", "strict=true")
    done = muster("integration", "set", "--integration", "Okta", *choices)
    assert (done.exit_code, done.stdout) == (0, "")
    shown = muster("integration", "show", "--integration", "Okta")
    for text in ("formatted", '"begins_with":"App-"', "strict"):
        assert text in shown.stderr
    assert "formatted" not in muster("integration", "show", "--integration", "Entra").stderr
    listed = muster("integration", "show").stderr
    assert "Okta" in listed
    assert "Entra" in listed


@pytest.mark.parametrize(
    ("choice", "code", "why"),
    [
        ("strict", 2, "KEY=VALUE"),
        ("=true", 2, "KEY=VALUE"),
        ("strict=yes", 1, "true or false"),
        ("colour=red", 1, "no such setting"),
        ("email_from=home", 1, "primary, work or userName"),
    ],
)
def test_what_cannot_be_set_is_refused_in_a_sentence(muster: Muster, choice: str, code: int, why: str) -> None:
    refused = muster("integration", "set", "--integration", "Okta", choice)
    assert refused.exit_code == code
    assert why in refused.stderr
    assert "Traceback" not in refused.stderr


def test_an_unknown_integration_is_told_from_those_there_are(muster: Muster) -> None:
    for words in (("show", "--integration", "Ping"), ("move", "--from", "Okta", "--to", "Ping")):
        refused = muster("integration", *words)
        assert refused.exit_code == 1
        assert "There is no integration 'Ping'; there is Entra, Okta." in refused.stderr


def test_a_move_is_shown_before_it_is_made(muster: Muster) -> None:
    foreseen = muster("integration", "move", "--from", "Okta", "--to", "Entra", "--everybody", "--dry-run")
    assert foreseen.exit_code == 0
    assert "0 people and 0 teams would move from Okta to Entra." in foreseen.stderr
    made = muster("integration", "move", "--from", "Okta", "--to", "Entra")
    assert "0 people and 0 teams moved from Okta to Entra." in made.stderr
    assert muster("integration", "move", "--from", "Okta", "--to", "Okta").exit_code == 1


def test_an_account_defines_attributes_from_a_file(muster: Muster, tmp_path: Path) -> None:
    file = tmp_path / "extension.json"
    file.write_text('{"type": "object", "properties": {"badge": {"type": "integer"}}}')
    urn = "urn:acme:params:scim:2.0:User"
    assert muster("account", "extension", urn, str(file)).exit_code == 0
    for bad, why in (("{", "is not JSON"), ('{"type": "object"}', "properties"), ("[]", "must be an object")):
        file.write_text(bad)
        refused = muster("account", "extension", urn, str(file))
        assert (refused.exit_code, why in refused.stderr) == (1, True)
    assert muster("account", "extension", urn, str(tmp_path / "nowhere.json")).exit_code == 2


def test_who_waits_is_shown_linked_detached_and_stays_when_the_integration_ends(muster: Muster) -> None:
    assert muster("user", "create", "--email", "ada@ada.example").exit_code == 0
    asyncio.run(ask_for_ada())
    shown = muster("integration", "show", "--integration", "Okta").stderr
    assert "link user" in shown
    assert "hand" in shown
    assert muster("integration", "link", "--integration", "Okta", "--all-exact").exit_code == 0
    assert "link user" not in muster("integration", "show", "--integration", "Okta").stderr
    assert "Okta        │ 1" in muster("integration", "show").stderr
    assert muster("integration", "detach", "--user", "ada@ada.example").exit_code == 0
    assert "Okta        │ 0" in muster("integration", "show").stderr
    assert muster("integration", "detach", "--team", "nowhere").exit_code == 1
    assert muster("integration", "detach").exit_code == 2
    assert muster("integration", "delete", "--integration", "Okta").exit_code == 0
    assert "Okta" not in muster("integration", "show").stderr
    assert muster("integration", "delete", "--integration", "Okta").exit_code == 1
    assert muster("user", "deactivate", "ada@ada.example").exit_code == 0


async def ask_for_ada() -> None:
    """The provider's push of somebody who was made by hand, which is put into the queue."""
    await database.connect(os.environ["MUSTER_DATABASE_URL"])
    try:
        actor = actors.command((await accounts.default()).id)
        row = next(row for row in await integrations.list_(actor) if row["name"] == "Okta")
        client = replace(actor, integration_id=UUID(str(row["id"])))
        async with change(client) as this:
            await integrations.ask(
                this,
                kind="link_user",
                subject_id=await users.id_of_email(actor, "ada@ada.example"),
                name="ada@ada.example",
                external_id="00u1",
            )
    finally:
        await database.disconnect()


def test_an_integration_is_paused_and_doctor_says_so_until_it_goes_on(muster: Muster) -> None:
    assert muster("doctor").exit_code == 0
    paused = muster("integration", "pause", "--integration", "Okta")
    assert (paused.exit_code, paused.stdout) == (0, "")
    assert "what it writes is refused" in paused.stderr
    ill = muster("doctor")
    assert (ill.exit_code, "integration Okta is paused. An administrator paused it." in ill.stderr) == (1, True)
    assert "Entra is paused" not in ill.stderr
    assert "may write again" in muster("integration", "resume", "--integration", "Okta").stderr
    well = muster("doctor")
    assert well.exit_code == 0
    assert "letters of default: 0 waiting, 0 held, 0 failed" in well.stderr
    assert "no administrator can sign in yet" in well.stderr
    assert muster("integration", "pause", "--integration", "Nobody").exit_code == 1
