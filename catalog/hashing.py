"""Passwords hashed and compared, and which of them will do. Knows no person and no database.

argon2id by its authors' present defaults. It is meant to be slow and to take memory, so it has threads of its own, few
of them: whatever arrives, the event loop goes on and the memory is bounded.
"""

from __future__ import annotations

import asyncio
import re
import unicodedata
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TypeVar

from pwdlib import PasswordHash

from catalog.errors import Invalid, Unavailable

MIN_CHARACTERS = 12
MAX_CHARACTERS = 200
"""Characters after Unicode's NFC; no rule says of which kind they must be (NIST SP 800-63B §3.1.1.2)."""
LEAST_GUESSES = 10**8
"""What somebody who knows the person, and what others choose, would need: more than the limits let them try."""
ESTIMATED_CHARACTERS = 72
"""So many of them are looked at for the estimate, which takes more time the more there are."""
AT_ONCE = 2
"""Hashes in the making, of 64 MiB each."""
MOST_WAITING = 64
"""Beyond that nobody would wait as long as it takes."""

T = TypeVar("T")

_hasher = PasswordHash.recommended()
_threads = ThreadPoolExecutor(AT_ONCE, "argon2")
_waiting = 0


async def make(password: str) -> str:
    """The hash that is kept of a password. Raises Unavailable while too many others wait."""
    return await _in_thread(lambda: _hasher.hash(_normal(password)))


async def is_right(password: str, hash: str | None) -> bool:
    """Whether it is the password of that hash; never of none, after the same time. Raises as `make` does."""
    sent = _normal(password)

    def compared() -> bool:
        # First of all, as making it takes time the first time.
        nobodys = _nobodys()
        return _hasher.verify(sent, hash or nobodys) and hash is not None

    return await _in_thread(compared)


async def check(password: str, *, about: Iterable[str | None] = ()) -> None:
    """Nothing, if the password will do for somebody; `about` them are name, email and the like.

    Raises Invalid with what is wrong, in a sentence; Unavailable as `make` does.
    """
    normal = _normal(password)
    if len(normal) < MIN_CHARACTERS:
        raise Invalid("password", f"take at least {MIN_CHARACTERS} characters; a few words are easily remembered.")
    if len(normal) > MAX_CHARACTERS:
        raise Invalid("password", f"take at most {MAX_CHARACTERS} characters.")
    known = [part for text in about if text for part in (text, *re.split(r"[\s@._-]+", text)) if len(part) > 2]
    guesses, warning = await _in_thread(lambda: _guessed(normal[:ESTIMATED_CHARACTERS], known))
    if guesses < LEAST_GUESSES:
        raise Invalid("password", f"it is too easily guessed. {warning or 'Add another word or two.'}")


def _guessed(password: str, known: list[str]) -> tuple[float, str]:
    # Its dictionaries take 14 MiB, which most processes never need.
    from zxcvbn import zxcvbn

    found = zxcvbn(password, user_inputs=known, max_length=ESTIMATED_CHARACTERS)
    return float(found["guesses"]), str(found["feedback"]["warning"])


@cache
def _nobodys() -> str:
    """A hash of no password, to compare with where there is none."""
    return _hasher.hash("nobody's")


def _normal(password: str) -> str:
    # The same keys give other code points on other systems (RFC 8265 §4.2.2).
    return unicodedata.normalize("NFC", password)


async def _in_thread(work: Callable[[], T]) -> T:
    global _waiting
    if _waiting >= MOST_WAITING:
        raise Unavailable("Too many people are signing in at this moment: try again in a few seconds.")
    _waiting += 1
    try:
        return await asyncio.get_running_loop().run_in_executor(_threads, work)
    finally:
        _waiting -= 1
