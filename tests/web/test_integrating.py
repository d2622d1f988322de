"""What an operator types to set an integration, to move house, and to define attributes; on an embedded database."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

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
