"""G25: where there is loopback alone, Muster does all that it does elsewhere, and asks for no other machine."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.doses import IS_FULL
from tests.guarantees.ledger import Ledger

ROOT = Path(__file__).parent.parent.parent
LAUNCHER = Path(__file__).parent / "without_a_network.py"

SOME = [
    "tests/web/rehearsal/test_command.py::test_it_says_how_it_went_and_exits_so",
    "tests/web/sso/test_oidc.py::test_whoever_the_provider_names_comes_in_and_goes_on_to_where_they_were_going",
    "tests/web/sso/test_saml.py::test_whoever_is_asserted_comes_in_and_goes_on",
    "tests/web/test_postman.py::test_a_mail_server_gets_the_letter_whole",
]
ALL = ["tests/scim_facade", "tests/web"]

# Whoever is not root is made root of a namespace of users, in which PostgreSQL does not run.
UNSHARE = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--net", "--map-root-user"]
NO_POSTGRES = [] if os.geteuid() == 0 and IS_FULL else ["-m", "not postgres"]


def within(*command: str) -> "subprocess.CompletedProcess[str]":
    """The command in a network namespace of its own. Skips where nobody may make one."""
    try:
        subprocess.run([*UNSHARE, "true"], check=True, capture_output=True, text=True)
    except OSError as missing:
        pytest.skip(f"There is no unshare (util-linux) here: {missing.strerror}.")
    except subprocess.CalledProcessError as refused:
        pytest.skip(f"No network namespace can be made here: {refused.stderr.strip()}")
    # The suite within is one of its own.
    ours = ("PYTEST_", "MUSTER_TEST_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return subprocess.run(
        [*UNSHARE, sys.executable, str(LAUNCHER), *command],
        cwd=ROOT, env=environment, capture_output=True, text=True,
    )  # fmt: skip


def test_g25_without_a_network_all_is_as_ever_and_no_other_machine_is_asked_for(ledger: Ledger) -> None:
    named = ALL if IS_FULL else SOME
    ended = within(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *NO_POSTGRES, *named)
    assert ended.returncode == 0, ended.stdout[-5_000:] + ended.stderr[-2_000:]
    ledger(without_a_network=ended.stdout.splitlines()[-2].strip("= "))


def test_g25_who_asks_for_another_machine_is_told_of() -> None:
    asking = "import socket; socket.socket().connect_ex(('192.0.2.2', 443))"
    ended = within(sys.executable, "-c", asking)
    assert (ended.returncode, ended.stdout) == (4, "Other machines that somebody tried to reach: 1.\n")
