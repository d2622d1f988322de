"""Passwords: which will do, how they are kept, and that nobody's is the password of nothing."""

from __future__ import annotations

import pytest

from catalog import hashing
from catalog.errors import Invalid

GOOD = "correct horse battery"


async def test_a_password_is_kept_as_argon2id_and_recognised() -> None:
    first, second = await hashing.make(GOOD), await hashing.make(GOOD)
    assert first.startswith("$argon2id$")
    assert GOOD not in first
    assert first != second, "each has a salt of its own"
    assert await hashing.is_right(GOOD, first)
    assert not await hashing.is_right(GOOD + "!", first)
    assert not await hashing.is_right("", first)


async def test_nothing_is_the_password_of_nobody() -> None:
    for password in (GOOD, "", "nobody's"):
        assert not await hashing.is_right(password, None)


async def test_the_same_keys_are_the_same_password_on_every_system() -> None:
    composed, decomposed = "caf\u00e9 au lait bitte", "cafe\u0301 au lait bitte"
    assert await hashing.is_right(decomposed, await hashing.make(composed))


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("elevenchars", "at least 12 characters"),
        ("x" * 201, "at most 200 characters"),
        ("password1234", "very common"),
        ("passwordpassword", "easily guessed"),
        ("aaaaaaaaaaaaaaa", "easily guessed"),
        ("abcdefghijklmn", "easily guessed"),
        ("qwertyuiop12", "easily guessed"),
        ("Ada Lovelace 1", "easily guessed"),
        ("ada@lovelace.dev", "easily guessed"),
    ],
)
async def test_a_password_that_is_easily_guessed_is_refused_with_the_reason(password: str, why: str) -> None:
    about = ("ada@lovelace.dev", "Ada Lovelace", None)
    with pytest.raises(Invalid, match=why) as refused:
        await hashing.check(password, about=about)
    assert refused.value.field == "password"
    await hashing.check(GOOD, about=about)


@pytest.mark.parametrize("password", ["ночь улица фонарь аптека", "x7$kQ2!mZp9w", " " + GOOD + " ", (GOOD + " ") * 9])
async def test_any_characters_will_do(password: str) -> None:
    await hashing.check(password)
    assert await hashing.is_right(password, await hashing.make(password))
