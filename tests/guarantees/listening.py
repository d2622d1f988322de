"""What a process of tests logs at DEBUG, as an instance writes it, is held against every secret that was used.

`pytest -p tests.guarantees.listening …` does so with each test of a suite: one in which a secret was logged fails.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass, field
from typing import Any

import pytest
import structlog

from catalog import hashing, minting
from tests import logs
from web import observability
from web.settings import Settings

LONG_ENOUGH = 8
"""A shorter one, among the passwords with which tests try the door, is a word that any line may have."""

MADE = [(minting, "mint"), (minting, "derive")]
GIVEN = [(hashing, "make"), (hashing, "is_right")]


@dataclass
class Heard:
    """The lines that were logged, and the secrets that were made or given meanwhile."""

    lines: list[str] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)

    def note(self, secret: str) -> None:
        """One of the secrets. Of our own the beginning may be told, by which it is recognised."""
        hidden = secret[len(minting.prefix(secret)) :]
        if len(hidden) >= LONG_ENOUGH:
            self.secrets.add(hidden)

    def need_no_secret(self) -> None:
        """Raises AssertionError, without repeating it, where a line has a secret."""
        for number, line in enumerate(self.lines, 1):
            assert not any(secret in line for secret in self.secrets), f"Line {number} of the log has a secret."
        logs.need_none(self.lines)


@contextmanager
def listening() -> Iterator[Heard]:
    """What is heard until the block is left."""
    heard, stream, root = Heard(), io.StringIO(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    with redirect_stderr(stream):
        observability.configure(Settings(log_level="debug", log_format="json"))
    root.handlers = [*handlers, *root.handlers]
    with pytest.MonkeyPatch.context() as patch:
        for module, name in MADE:
            patch.setattr(module, name, _made(getattr(module, name), heard))
        for module, name in GIVEN:
            patch.setattr(module, name, _given(getattr(module, name), heard))
        try:
            yield heard
        finally:
            heard.lines = stream.getvalue().splitlines()
            root.handlers, root.level = handlers, level
            for library in observability.QUIET:
                logging.getLogger(library).setLevel(logging.NOTSET)
            structlog.reset_defaults()


def _made(make: Any, heard: Heard) -> Any:
    def noted(*arguments: Any) -> Any:
        secret = make(*arguments)
        heard.note(secret)
        return secret

    return noted


def _given(take: Any, heard: Heard) -> Any:
    def noted(secret: str, *arguments: Any) -> Any:
        heard.note(secret)
        return take(secret, *arguments)

    return noted


# --- as a plugin ----------------------------------------------------------------------------------------------------

_all = Heard()


@pytest.fixture(autouse=True)
def listened() -> Iterator[None]:
    """To each test."""
    with listening() as heard:
        yield
    _all.lines += heard.lines
    _all.secrets |= heard.secrets
    heard.need_no_secret()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    told = f"Lines that were logged: {len(_all.lines)}. Secrets that were used: {len(_all.secrets)}."
    terminalreporter.write_line(told)
