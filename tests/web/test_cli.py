"""What an operator types: exit codes, secrets alone on standard output, and what is done to the catalog."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from catalog import database
from catalog.actors import Actor, Role
from catalog.changes import change
from catalog.errors import Unauthenticated
from catalog.models import Team, User
from catalog.services import integrations, tokens
from tests import builders, databases
from tests.conftest import ENGINES, ON_POSTGRES, ON_SQLITE
from web.cli import app
from web.commanding import operator

T = TypeVar("T")
Muster = Callable[..., Result]
Within = Callable[[Callable[[], Awaitable[T]]], T]


def command(url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Muster:
    """The command, which is told of this database."""
    monkeypatch.setenv("MUSTER_DATABASE_URL", url)
    monkeypatch.setenv("MUSTER_DATA_DIR", str(folder))
    return lambda *words: CliRunner().invoke(app, list(words))


@pytest.fixture(params=ENGINES)
async def empty(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Muster:
    """The command, on a database without a schema."""
    return command(await databases.empty(request.param, tmp_path, "command"), tmp_path, monkeypatch)


@pytest.fixture
def muster(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Muster:
    """The command, on a database that is ready."""
    return command(address, tmp_path, monkeypatch)


@pytest.fixture
def within(address: str) -> Within[object]:
    """Does something with the database between two commands."""

    def run(work: Callable[[], Awaitable[T]]) -> T:
        async def whole() -> T:
            await database.connect(address)
            try:
                return await work()
            finally:
                await database.disconnect()

        return asyncio.run(whole())

    return run


def recognised(within: Within[Actor], secret: str) -> Actor:
    return within(lambda: tokens.recognise(secret))


def done(result: Result) -> str:
    """Standard output of a command that succeeded."""
    assert result.exit_code == 0, result.stderr
    return result.stdout


def refused(result: Result, code: int, why: str) -> None:
    """Checks that the command failed with one sentence, and left standard output alone."""
    assert (result.exit_code, result.stdout) == (code, ""), result.stderr
    assert why in " ".join(result.stderr.split()), result.stderr
    assert "Traceback" not in result.stderr


# --- the database -------------------------------------------------------------------------------------------------


def test_migrate_makes_the_schema_and_the_first_account_once(empty: Muster) -> None:
    first, second = empty("migrate"), empty("migrate")
    assert (done(first), done(second)) == ("", "")
    assert "Made the account 'default'." in first.stderr
    assert "The schema is current." in second.stderr
    assert "Made" not in second.stderr


@pytest.mark.parametrize("empty", ON_POSTGRES, indirect=True)
def test_a_command_does_not_alter_the_schema_of_postgresql(empty: Muster) -> None:
    refused(empty("account", "create", "Acme"), 1, "run `muster migrate` first")


def test_doctor_says_what_is_wrong_and_how_to_mend_it(empty: Muster) -> None:
    ill = empty("doctor")
    assert ill.exit_code == 1
    assert "run `muster migrate`" in ill.stderr
    done(empty("migrate"))
    well = empty("doctor")
    assert (well.exit_code, well.stdout) == (0, "")
    for finding in ("database schema: current", "public address: http://127.0.0.1:8000", "account default: 0 wait"):
        assert finding in well.stderr


@pytest.mark.parametrize("empty", ON_SQLITE, indirect=True)
@pytest.mark.parametrize(
    ("variable", "value", "why"),
    [
        ("MUSTER_DATABASE_URL", "mysql://x/y", "MUSTER_DATABASE_URL: Value error, give sqlite://PATH"),
        ("MUSTER_PORT", "many", "MUSTER_PORT: Input should be a valid integer"),
        ("MUSTER_DATABASE_URL", "postgres://127.0.0.1:1/nowhere", "database"),
    ],
)
def test_settings_that_cannot_be_used_are_told_in_a_sentence(
    empty: Muster, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, why: str
) -> None:
    monkeypatch.setenv(variable, value)
    refused(empty("migrate"), 1, why)


# --- accounts and people ------------------------------------------------------------------------------------------


def test_an_account_has_a_slug_and_people_of_its_own(muster: Muster, within: Within[Role]) -> None:
    made = muster("account", "create", "Babbage & Sons")
    assert (done(made), "its slug is babbage-sons" in made.stderr) == ("", True)
    done(muster("user", "create", "--email", "ada@lovelace.example", "--role", "admin"))
    done(muster("user", "create", "--email", "ada@lovelace.example", "--account", "babbage-sons"))

    async def roles() -> list[str]:
        return [user.role for user in await User.all().order_by("created_at")]

    assert within(roles) == ["admin", "user"]
    refused(muster("user", "create", "--email", "x@y.example", "--account", "nowhere"), 1, "nowhere")
    refused(muster("account", "create", "Other", "--slug", "babbage-sons"), 1, "babbage-sons")


def test_a_person_made_by_hand_is_called_by_their_email(muster: Muster, within: Within[User]) -> None:
    done(muster("user", "create", "--email", "ada.lovelace@engines.example"))
    user = within(lambda: User.get(email_key="ada.lovelace@engines.example"))
    assert (user.user_name, user.name) == ("ada.lovelace@engines.example", "Ada Lovelace")
    refused(muster("user", "create", "--email", "ADA.lovelace@engines.example"), 1, "ADA.lovelace@engines.example")
    refused(muster("user", "create", "--email", "nonsense"), 1, "no address")
    assert muster("user", "create", "--email", "x@y.example", "--role", "emperor").exit_code == 2


def test_a_person_is_deactivated_with_their_tokens_and_reactivated(muster: Muster, within: Within[Actor]) -> None:
    done(muster("user", "create", "--email", "ada@lovelace.example"))
    secret = done(muster("token", "create", "--user", "ada@lovelace.example")).strip()
    assert recognised(within, secret).name == "Ada"

    ended = muster("user", "deactivate", "ADA@lovelace.example")
    assert (done(ended), "Ada is deactivated." in ended.stderr) == ("", True)
    with pytest.raises(Unauthenticated):
        recognised(within, secret)
    refused(muster("token", "create", "--user", "ada@lovelace.example"), 1, "deactivated")

    assert "Ada is active." in muster("user", "reactivate", "ada@lovelace.example").stderr
    done(muster("token", "create", "--user", "ada@lovelace.example"))
    refused(muster("user", "deactivate", "nobody@lovelace.example"), 1, "nobody@lovelace.example")


# --- tokens -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "beginning", "kind", "scopes"),
    [
        (["--integration", "Okta"], "muster_scim_", "integration", {"scim"}),
        (["--rehearsal"], "muster_scim_", "integration", {"scim"}),
        (["--service", "Reports"], "muster_api_", "service", {"read"}),
        (["--service", "Reports", "--scope", "write"], "muster_api_", "service", {"read", "write"}),
    ],
)
def test_a_token_is_alone_on_standard_output(
    muster: Muster, within: Within[Actor], words: list[str], beginning: str, kind: str, scopes: set[str]
) -> None:
    made = muster("token", "create", *words, "--expires-in-days", "7")
    [secret] = done(made).splitlines()
    assert secret.startswith(beginning)
    assert secret not in made.stderr
    assert "7 days" in made.stderr
    actor = recognised(within, secret)
    assert (actor.kind, actor.scopes) == (kind, scopes)


def test_a_rehearsal_happens_in_an_account_of_its_own(muster: Muster, within: Within[object]) -> None:
    secret = done(muster("token", "create", "--rehearsal")).strip()
    real = done(muster("token", "create", "--integration", "Okta")).strip()

    async def apart() -> bool:
        return (await tokens.recognise(secret)).account_id != (await tokens.recognise(real)).account_id

    assert within(apart)


def test_an_integration_may_have_several_tokens(muster: Muster, within: Within[Actor]) -> None:
    secrets = [done(muster("token", "create", "--integration", "Okta")).strip() for _ in range(2)]
    first, second = [recognised(within, secret) for secret in secrets]
    assert (first.integration_id, first.token_id == second.token_id) == (second.integration_id, False)


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--rehearsal", "--integration", "Okta"],
        ["--service", "x", "--scope", "admin"],
        ["--service", "x", "--scope", "scim"],
        ["--service", "x", "--expires-in-days", "366"],
        ["--service", "x", "--expires-in-days", "0"],
    ],
)
def test_a_token_of_no_kind_or_of_two_is_wrong_usage(words: list[str]) -> None:
    wrong = CliRunner().invoke(app, ["token", "create", *words])
    assert (wrong.exit_code, wrong.stdout) == (2, "")


# --- linking ------------------------------------------------------------------------------------------------------


@pytest.fixture
def waiting(muster: Muster, within: Within[None]) -> None:
    """Okta wishes to write Ada, an administrator and the team Payments, who were made by hand."""
    for email, role in (("ada@lovelace.example", "user"), ("root@lovelace.example", "admin")):
        done(muster("user", "create", "--email", email, "--role", role))
    done(muster("token", "create", "--integration", "Okta"))

    async def ask() -> None:
        by_hand = await operator(None)
        team = await builders.a_team(by_hand, "Payments")
        async with change(by_hand) as this:
            okta = await integrations.known(this, "Okta")
        async with change(builders.a_scim_client(okta)) as this:
            for user in await User.all():
                await integrations.ask(
                    this, kind="link_user", subject_id=user.id, name=user.user_name.upper(), external_id="00u1"
                )
            await integrations.ask(this, kind="link_team", subject_id=team.id, name="Payments", external_id="00g1")

    within(ask)


def managed(within: Within[set[str]]) -> set[str]:
    """Names of the people and teams that an integration manages."""

    async def read() -> set[str]:
        everybody = [*await User.all(), *await Team.all()]
        return {one.name for one in everybody if one.integration_id is not None}

    return within(read)


@pytest.mark.usefixtures("waiting")
def test_all_who_wait_are_linked_by_exact_name_but_no_administrator(muster: Muster, within: Within[set[str]]) -> None:
    assert "3 wait to be linked" in muster("doctor").stderr
    linked = muster("integration", "link", "--integration", "Okta", "--all-exact")
    assert done(linked) == ""
    assert "Linked 1 people and 1 teams." in linked.stderr
    assert managed(within) == {"Ada", "Payments"}
    assert "1 wait to be linked" in muster("doctor").stderr


@pytest.mark.usefixtures("waiting")
def test_one_is_linked_by_name_an_administrator_too(muster: Muster, within: Within[set[str]]) -> None:
    done(muster("integration", "link", "--integration", "Okta", "--user", "root@lovelace.example"))
    done(muster("integration", "link", "--integration", "Okta", "--team", "payments"))
    assert managed(within) == {"Root", "Payments"}


@pytest.mark.usefixtures("waiting")
@pytest.mark.parametrize(
    ("words", "code", "why"),
    [
        (["--integration", "Ping", "--all-exact"], 1, "Ping"),
        (["--integration", "Okta", "--user", "nobody@lovelace.example"], 1, "nobody@lovelace.example"),
        (["--integration", "Okta", "--team", "nothing"], 1, "nothing"),
        (["--integration", "Okta"], 2, "Give one of"),
        (["--integration", "Okta", "--all-exact", "--team", "payments"], 2, "Give one of"),
    ],
)
def test_what_cannot_be_linked_is_refused(
    muster: Muster, within: Within[set[str]], words: list[str], code: int, why: str
) -> None:
    refused(muster("integration", "link", *words), code, why)
    assert managed(within) == set()


# --- the command itself -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [["nonsense"], ["token", "nonsense"], ["serve", "--workers", "0"], ["rehearse"]])
def test_wrong_usage_ends_with_2(words: list[str]) -> None:
    assert CliRunner().invoke(app, words).exit_code == 2


def test_every_command_explains_itself() -> None:
    def commands(group: object, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
        inner = getattr(group, "commands", None)
        if inner is None:
            return [path]
        return [one for name, child in inner.items() for one in commands(child, (*path, name))]

    found = commands(typer.main.get_command(app))
    assert {("serve",), ("migrate",), ("doctor",), ("rehearse",), ("token", "create")} <= set(found)
    for words in found:
        told = CliRunner().invoke(app, [*words, "--help"])
        assert told.exit_code == 0
        assert told.stdout.strip().count("\n") > 2, words
