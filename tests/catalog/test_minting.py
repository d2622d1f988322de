"""Secrets of tokens: their form, their check digits, and what is kept of them."""

from __future__ import annotations

import hashlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import minting
from catalog.ids import new_id


@pytest.mark.parametrize("kind", ["scim", "api"])
def test_a_secret_has_its_form_and_is_plausible(kind: minting.Kind) -> None:
    secret = minting.mint(kind)
    assert re.fullmatch(rf"muster_{kind}_[0-9A-Za-z]{{49}}", secret)
    assert minting.plausible(secret)
    assert minting.kind_of(secret) == kind


def test_no_two_secrets_are_alike() -> None:
    assert len({minting.mint("api") for _ in range(1000)}) == 1000


@given(place=st.integers(min_value=0, max_value=59), character=st.sampled_from("0aZ_é"))
def test_a_secret_with_one_other_character_is_not_plausible(place: int, character: str) -> None:
    secret = "muster_api_" + "7" * 43
    secret += minting._check(secret)
    altered = secret[:place] + character + secret[place + 1 :]
    assert minting.plausible(altered) is (altered == secret)


@pytest.mark.parametrize("secret", ["", "muster_scim_", "muster_api_" + "a" * 49, "ghp_" + "a" * 49, "é" * 60])
def test_what_was_never_minted_is_not_plausible(secret: str) -> None:
    assert not minting.plausible(secret)


@given(st.text(max_size=80))
def test_any_text_may_be_asked_about(text: str) -> None:
    assert minting.plausible(text) is False


def test_a_token_of_one_kind_does_not_pass_for_the_other() -> None:
    scim = minting.mint("scim")
    assert not minting.plausible(scim.replace("muster_scim_", "muster_api_"))


def test_the_check_digits_are_the_crc_32_in_base_62() -> None:
    # 0xCBF43926 is the CRC-32 of "123456789" (the check value of the algorithm's catalogue entry).
    value = 0
    for digit in minting._check("123456789"):
        value = value * 62 + minting._ALPHABET.index(digit)
    assert value == 0xCBF43926


def test_only_the_digest_and_a_short_prefix_are_kept() -> None:
    secret = minting.mint("scim")
    assert minting.digest(secret) == hashlib.sha256(secret.encode()).hexdigest()
    assert minting.is_of(secret, minting.digest(secret))
    assert not minting.is_of(minting.mint("scim"), minting.digest(secret))
    assert minting.prefix(secret) == secret[: len("muster_scim_") + 4]
    assert minting.prefix("something else") == ""


@pytest.mark.parametrize("kind", minting.PREFIXES)
def test_a_secret_may_be_derived_and_is_as_good_as_a_drawn_one(kind: minting.Kind) -> None:
    first, second = new_id(), new_id()
    secret = minting.derive(kind, b"key", first)
    assert minting.plausible(secret)
    assert minting.kind_of(secret) == kind
    assert len(secret) == len(minting.mint(kind))
    assert secret == minting.derive(kind, b"key", first)
    others = [minting.derive(kind, b"key", second), minting.derive(kind, b"another key", first)]
    others += [minting.derive(other, b"key", first) for other in minting.PREFIXES if other != kind]
    assert secret not in others
    randoms = {other.rpartition("_")[2] for other in [secret, *others]}
    assert len(randoms) == len(others) + 1
