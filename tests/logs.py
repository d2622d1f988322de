"""What the suite's servers say at debug level is read when they stop: nothing in it opens a door (G23)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

SECRETS = {
    "one of our tokens": r"muster_[a-z]+_[0-9A-Za-z]{12}",
    "a bearer token": r"[Bb]earer [0-9A-Za-z_-]{8}",
    "a JSON Web Token": r"\beyJ[0-9A-Za-z_-]{8,}\.eyJ",
    "a SAML response": r"SAMLResponse=|<(?:\w+:)?Assertion\b|\bPHNhbWxw[0-9A-Za-z+/]{8}",
    "a code or a ticket": r"[?&](?:code|ticket|state)=[0-9A-Za-z._%-]{8}",
    "a password's hash": r"\$argon2",
    "a password": r"correct horse|\bpassword['\"]?[:=] ?['\"][^'\"*]",
}

PRINTED_TO_BE_READ = ("Set up Muster: ", "Become its administrator")
"""Lines for whoever stands before the console, which are no log."""


def need_no_secret(log: Path) -> None:
    """As `need_none`, of a server's log."""
    need_none(log.read_text(errors="replace").splitlines())


def need_none(lines: Iterable[str]) -> None:
    """Raises AssertionError, without repeating it, where a line has a secret."""
    for number, line in enumerate(lines, 1):
        if not line.startswith(PRINTED_TO_BE_READ):
            for name, pattern in SECRETS.items():
                assert not re.search(pattern, line), f"Line {number} of a log has {name}."
