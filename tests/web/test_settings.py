"""What the environment may say, and what is refused before anything is served."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import ValidationError

from web.settings import Settings, signing_key

EXPOSED = {"MUSTER_HOST": "0.0.0.0", "MUSTER_BASE_URL": "https://muster.example.com"}  # noqa: S104 - what is tested
KEY = "0123456789abcdef" * 2


@pytest.fixture(autouse=True)
def no_settings_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("MUSTER_")]:
        monkeypatch.delenv(name)


def settings(monkeypatch: pytest.MonkeyPatch, **variables: str) -> Settings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return Settings()


def test_an_empty_environment_serves_this_machine_from_an_embedded_database() -> None:
    chosen = Settings()
    assert chosen.public_url == "http://127.0.0.1:8000"
    assert chosen.database_url == "sqlite://muster-data/muster.db"


def test_the_database_follows_the_data_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = settings(monkeypatch, MUSTER_DATA_DIR="/srv/muster")
    assert chosen.database_url == "sqlite:///srv/muster/muster.db"


def test_the_public_address_is_told_without_a_slash_at_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (
        settings(monkeypatch, MUSTER_BASE_URL="https://muster.example.com/").public_url == "https://muster.example.com"
    )


def test_an_ipv6_address_is_bracketed_in_the_public_address(monkeypatch: pytest.MonkeyPatch) -> None:
    assert settings(monkeypatch, MUSTER_HOST="::1", MUSTER_PORT="81").public_url == "http://[::1]:81"


@pytest.mark.parametrize(
    "variables",
    [
        {},
        {"MUSTER_HOST": "localhost", "MUSTER_DATABASE_URL": "postgres://muster@127.0.0.1/muster"},
        EXPOSED,
        {**EXPOSED, "MUSTER_DATABASE_URL": "postgres://muster@db.internal/muster", "MUSTER_SECRET_KEY": KEY},
        {"MUSTER_SMTP_URL": "smtps://mail.example.com", "MUSTER_MAIL_FROM": "muster@example.com"},
        {"MUSTER_TRUSTED_PROXIES": "10.0.0.5, 10.1.0.0/16, fd00::/8"},
        {"MUSTER_RATE_LIMIT_URL": "redis://cache:6379/0"},
    ],
)
def test_is_accepted(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]) -> None:
    settings(monkeypatch, **variables)


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"MUSTER_HOST": "0.0.0.0"}, "MUSTER_BASE_URL does not say"),  # noqa: S104 - what is tested
        ({**EXPOSED, "MUSTER_BASE_URL": "http://muster.example.com"}, "send tokens in the clear"),
        ({"MUSTER_BASE_URL": "http://muster.example.com"}, "send tokens in the clear"),
        ({**EXPOSED, "MUSTER_DATABASE_URL": "postgres://muster@db.internal/muster"}, "set MUSTER_SECRET_KEY"),
        ({"MUSTER_SECRET_KEY": ""}, "at least 32 random characters"),
        ({"MUSTER_SECRET_KEY": " " * 64}, "at least 32 random characters"),
        ({"MUSTER_SMTP_URL": "smtp://mail.example.com"}, "without MUSTER_MAIL_FROM"),
        ({"MUSTER_SMTP_URL": "mail.example.com", "MUSTER_MAIL_FROM": "m@example.com"}, "smtp://"),
        ({"MUSTER_DATABASE_URL": "mysql://db/muster"}, "postgres://"),
        ({"MUSTER_BASE_URL": "muster.example.com"}, "https://muster.example.com"),
        ({"MUSTER_BASE_URL": "https://muster.example.com/?x=1"}, "no query"),
        ({"MUSTER_TRUSTED_PROXIES": "*"}, "not an address"),
        ({"MUSTER_TRUSTED_PROXIES": "0.0.0.0/0"}, "every client"),
        ({"MUSTER_RATE_LIMIT_URL": "memcached://cache"}, "redis://"),
        ({"MUSTER_SCIM_WRITES_PER_S": "-1"}, "greater than or equal to 0"),
        ({"MUSTER_LOG_FORMAT": "xml"}, "'console' or 'json'"),
    ],
)
def test_g36_is_refused_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], sentence: str
) -> None:
    with pytest.raises(ValidationError, match=sentence):
        settings(monkeypatch, **variables)


def test_a_password_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = settings(
        monkeypatch,
        MUSTER_DATABASE_URL="postgres://muster:hunter2hunter2@localhost/muster",
        MUSTER_SMTP_URL="smtp://muster:hunter2hunter2@localhost",
        MUSTER_MAIL_FROM="muster@example.com",
        MUSTER_SECRET_KEY="hunter2" * 8,
    )
    assert "hunter2" not in repr(chosen)
    with pytest.raises(ValidationError) as refused:
        settings(monkeypatch, MUSTER_DATABASE_URL="mysql://muster:hunter2hunter2@localhost/muster")
    assert "hunter2" not in str(refused.value)


def test_processes_that_start_together_sign_with_one_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    chosen = settings(monkeypatch, MUSTER_DATA_DIR=str(tmp_path / "new"))
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: signing_key(chosen), range(64)))
    assert len(keys) == 1
    assert len(keys.pop()) == 64
    assert [file.name for file in chosen.data_dir.iterdir()] == ["secret.key"]
    assert (chosen.data_dir / "secret.key").stat().st_mode & 0o077 == 0


def test_a_key_that_was_given_is_the_key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    chosen = settings(monkeypatch, MUSTER_SECRET_KEY=KEY, MUSTER_DATA_DIR=str(tmp_path))
    assert signing_key(chosen) == KEY.encode()
    assert not list(tmp_path.iterdir())


def test_a_secret_may_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in (("key", KEY), ("database", "postgres://muster:secret@db.internal/muster")):
        (tmp_path / name).write_text(f"{value}\n")
    chosen = settings(
        monkeypatch,
        **EXPOSED,
        MUSTER_SECRET_KEY_FILE=str(tmp_path / "key"),
        MUSTER_DATABASE_URL_FILE=str(tmp_path / "database"),
    )
    assert signing_key(chosen) == KEY.encode()
    assert chosen.database_url == "postgres://muster:secret@db.internal/muster"


def test_a_file_that_is_not_there_or_is_one_too_many_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with pytest.raises(ValidationError, match=r"MUSTER_SECRET_KEY_FILE=.* can't be read: No such file"):
        settings(monkeypatch, MUSTER_SECRET_KEY_FILE=str(tmp_path / "key"))
    with pytest.raises(ValidationError, match="MUSTER_SECRET_KEY and MUSTER_SECRET_KEY_FILE are both set"):
        settings(monkeypatch, MUSTER_SECRET_KEY=KEY)
