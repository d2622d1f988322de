"""How the operator lets people in: with a password from the beginning, or by a link that is good once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from catalog import database
from catalog.errors import LinkSpent
from catalog.services import links, sign_in
from tests.conftest import ON_SQLITE
from web.cli import app

EMAIL, PASSWORD = "ada@lovelace.dev", "correct horse battery"


@pytest.fixture
def url(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A database that is ready, which the command is told of."""
    monkeypatch.setenv("MUSTER_DATABASE_URL", address)
    monkeypatch.setenv("MUSTER_DATA_DIR", str(tmp_path))
    return address


def muster(*words: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(app, list(words), input=typed)


def within(url: str, work: Callable[[], Awaitable[Any]]) -> Any:
    async def whole() -> Any:
        await database.connect(url)
        try:
            return await work()
        finally:
            await database.disconnect()

    return asyncio.run(whole())


def test_a_person_may_have_a_password_from_the_beginning(url: str) -> None:
    made = muster("user", "create", "--email", EMAIL, "--role", "admin", "--password-stdin", typed=f"{PASSWORD}\n")
    assert (made.exit_code, made.stdout) == (0, ""), made.stderr
    assert PASSWORD not in made.stderr
    proven = within(url, lambda: sign_in.prove(EMAIL, PASSWORD))
    assert (proven.actor.name, proven.actor.role) == ("Ada", "admin")
    letters = within(url, lambda: database.everywhere().rows("SELECT id FROM outbox_messages"))
    assert letters == [], "they need no link"


@pytest.mark.parametrize("url", ON_SQLITE, indirect=True)
@pytest.mark.parametrize("typed", ["", "password1234\n"])
def test_a_password_that_will_not_do_makes_nobody(url: str, typed: str) -> None:
    refused = muster("user", "create", "--email", EMAIL, "--password-stdin", typed=typed)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert refused.stderr.startswith("password: ")
    assert within(url, lambda: database.everywhere().rows("SELECT id FROM users")) == []


def test_a_link_is_printed_alone_and_the_next_one_replaces_it(url: str) -> None:
    assert muster("user", "create", "--email", EMAIL).exit_code == 0
    first, second = muster("user", "link", EMAIL), muster("user", "link", EMAIL.upper())
    secrets = [made.stdout.strip().rpartition("/")[2] for made in (first, second)]
    assert first.stdout == f"http://127.0.0.1:8000/invitations/{secrets[0]}\n"
    link = within(url, lambda: links.look(secrets[1]))
    assert (link.purpose, link.email) == ("password", EMAIL)
    with pytest.raises(LinkSpent):
        within(url, lambda: links.look(secrets[0]))


def test_nobody_who_is_not_there_gets_a_link(url: str) -> None:
    assert muster("user", "create", "--email", EMAIL).exit_code == 0
    assert muster("user", "deactivate", EMAIL).exit_code == 0
    for email, why in ((EMAIL, "deactivated"), ("nobody@lovelace.dev", "nobody@lovelace.dev")):
        refused = muster("user", "link", email)
        assert (refused.exit_code, refused.stdout) == (1, "")
        assert why in refused.stderr
