"""What the provisioning log keeps of a request: no secret, wherever a client puts one, and not much."""

from __future__ import annotations

import re
import sys

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import masking, minting

SECRET = "hunter2-Tr0ub4dor"


@pytest.mark.parametrize(
    "body",
    [
        f'{{"userName": "ada", "password": "{SECRET}"}}',
        f'{{"userName": "ada", "PassWord": "{SECRET}"}}',
        f'{{"userName": "ada", "p\\u0061ssword": "{SECRET}"}}',
        f'{{"userName": "ada", "pass\\u0077ord": {{"value": "{SECRET}"}}}}',
        f'{{"userName": "ada", "api_key": "{SECRET}"}}',
        f'{{"userName": "ada", "Private-Key": "{SECRET}"}}',
        f'{{"userName": "ada", "urn:x:User": {{"deep": [{{"client_secret": "{SECRET}"}}]}}}}',
        f'{{"userName": "ada", "Operations": [{{"op": "replace", "path": "password", "value": "{SECRET}"}}]}}',
        f'{{"userName": "ada", "Operations": [{{"op": "Replace", "value": {{"password": "{SECRET}"}}}}]}}',
        f'{{"userName": "ada", "Operations": [{{"path": "urn:x:User:password", "Value": "{SECRET}"}}]}}',
        f'{{"userName": "ada", "Authorization: Bearer {SECRET}-and-longer": 1}}',
        f'{{"userName": "ada", "note": "Authorization: Bearer {SECRET}-and-longer"}}',
    ],
)
def test_a_secret_is_masked_and_the_rest_is_not(body: str) -> None:
    for given_as in (body, body.encode()):
        kept = masking.body(given_as)
        assert kept is not None
        assert SECRET not in kept
        assert masking.MASK in kept
        assert "ada" in kept


@pytest.mark.parametrize(
    "body",
    [
        f'{{"userName": "ada", "password": "{SECRET}", broken',
        f'{{"userName": "ada", "password": "{SECRET}',
        f'{{"userName": "ada", "password": "a\\"b {SECRET}",}}',
        f'{{"userName": "ada", "pass_word": "{SECRET}",}}',
        f'{{"userName": "ada", "api_key": "{SECRET}",}}',
        f'{{"userName": "ada", "\\u0070assword": "{SECRET}",}}',
        f'{{"userName": "ada", "Operations": [{{"op": "replace", "path": "password", "value": "{SECRET}"}},]}}',
        f"userName=ada&password={SECRET}",
        f'{{"userName": "ada", "password": "{SECRET}", "title": "\\ud800"}}',
        f'{{"password": {"[" * 2000}"{SECRET}"{"]" * 2000}}}',
    ],
)
def test_of_what_is_no_json_and_may_hold_a_secret_only_the_length_is_kept(body: str) -> None:
    for given_as in (body, body.encode()):
        assert masking.body(given_as) == f"({len(body):,} bytes, not kept: they are no JSON, and may hold a secret)"


def test_what_is_no_json_and_has_no_secrets_name_is_kept() -> None:
    assert masking.body('{"userName": "ada",}') == '{"userName": "ada",}'


def test_what_is_masked_can_still_be_read() -> None:
    kept = masking.body(f'{{"userName": "ada", "password": "{SECRET}", "x": {{"apiToken": 7}}}}')
    assert kept is not None
    assert orjson.loads(kept) == {"userName": "ada", "password": masking.MASK, "x": {"apiToken": masking.MASK}}


@pytest.mark.parametrize(
    "value",
    [f"Bearer {SECRET}-and-longer", f'{{"password": "{SECRET}"}}', f"muster_scim_{SECRET}", f'secret": "{SECRET}"'],
)
def test_a_secret_in_a_text_is_masked_beside_one_under_a_key(value: str) -> None:
    kept = masking.body(orjson.dumps({"password": "other", "title": value, "userName": "ada"}))
    assert kept is not None
    assert SECRET[:7] not in kept


LIKE_ASCII = {"ſ": "pa{}sword", "\u212a": "to{}en", "İ": "author{}zation", "ı": "author{}zation"}
"""Letters beyond ASCII that a pattern without regard to case takes for one of it, each in a name that has it."""


@pytest.mark.parametrize("letter", LIKE_ASCII)
def test_a_secrets_name_in_letters_like_those_of_ascii_is_known(letter: str) -> None:
    kept = masking.text(f'müde: {{"{LIKE_ASCII[letter].format(letter)}": "{SECRET}"}}')
    assert kept is not None
    assert SECRET not in kept


def test_there_are_no_other_letters_like_those_of_ascii() -> None:
    of_ascii = re.compile("(?i:[a-z_])")
    assert {one for code in range(128, sys.maxunicode + 1) if of_ascii.match(one := chr(code))} == set(LIKE_ASCII)


@pytest.mark.parametrize("kind", ["scim", "api"])
def test_a_token_is_masked_in_any_text(kind: minting.Kind) -> None:
    secret = minting.mint(kind)
    for text in (f"/Users?filter=userName eq {secret}", secret, f"({secret})"):
        kept = masking.text(text)
        assert kept is not None
        assert secret[16:] not in kept
    kept = masking.body(orjson.dumps({"displayName": secret, "title": "Countess"}))
    assert kept is not None
    assert secret[16:] not in kept
    assert "Countess" in kept


def test_what_holds_no_secret_is_kept_to_the_letter() -> None:
    body = '{ "userName":"ada",\n "title": "Bearer of Basic Training" }'
    assert masking.body(body) == body
    assert masking.text("/Users?startIndex=1&count=100") == "/Users?startIndex=1&count=100"
    assert masking.body(b"") is None
    assert masking.text(None) is None


def test_a_secret_at_the_edge_of_what_is_kept_is_masked_too() -> None:
    for length in range(masking.MAX_BYTES - 80, masking.MAX_BYTES + 5, 7):
        body = orjson.dumps({"title": "x" * length, "password": SECRET})
        kept = masking.body(body)
        assert kept is not None
        assert SECRET[:6] not in kept


@given(st.text(max_size=300).map(lambda text: text * 200) | st.binary(max_size=3000).map(lambda raw: raw * 20))
def test_whatever_is_sent_is_cut_to_16_kib_of_storable_text(raw: str | bytes) -> None:
    kept = masking.body(raw)
    if kept is not None:
        assert len(kept.encode()) <= masking.MAX_BYTES
        assert "\x00" not in kept


def test_lone_surrogates_and_nul_are_replaced() -> None:
    assert masking.text("a\x00b\ud800c") == "a\ufffdb?c"
