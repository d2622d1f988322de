"""What is kept of a person, printed; and a person erased at the machine."""

import json
from pathlib import Path

import pytest

from tests.conftest import ON_SQLITE
from tests.web.test_cli import Muster, done, muster, refused

__all__ = ["muster"]

ADA = "ada@lovelace.dev"


def test_a_person_is_exported_and_erased_and_the_trail_holds(muster: Muster) -> None:
    done(muster("user", "create", "--email", ADA, "--name", "Ada Lovelace"))
    document = json.loads(done(muster("user", "export", ADA)))
    (row,) = document["tables"]["users"]
    assert (row["email"], document["person"]["id"]) == (ADA, row["id"])
    assert {event["action"] for event in document["tables"]["audit_events"]} == {"user.created"}

    erased = muster("user", "erase", ADA, "--yes")
    assert (done(erased), row["id"] in erased.stderr) == ("", True)
    refused(muster("user", "export", ADA), 1, f"There is no user '{ADA}'.")
    left = json.loads(done(muster("user", "export", row["id"])))
    assert "lovelace" not in json.dumps(left).lower()
    assert "events hold" in muster("doctor", "--verify-audit").stderr
    assert muster("doctor", "--verify-audit").exit_code == 0


@pytest.mark.parametrize("address", ON_SQLITE, indirect=True)
def test_the_file_of_sqlite_holds_nothing_of_whom_the_command_erased(muster: Muster, tmp_path: Path) -> None:
    done(muster("user", "create", "--email", ADA))
    done(muster("user", "erase", ADA, "--yes"))
    assert b"lovelace" not in b"".join(file.read_bytes() for file in tmp_path.glob("muster.db*")).lower()


@pytest.mark.parametrize("address", ON_SQLITE, indirect=True)
def test_nobody_is_erased_before_it_was_confirmed(muster: Muster) -> None:
    done(muster("user", "create", "--email", ADA))
    unsaid = muster("user", "erase", ADA)
    assert unsaid.exit_code == 1
    assert "Erase ada@lovelace.dev for good?" in unsaid.stderr
    done(muster("user", "export", ADA))
