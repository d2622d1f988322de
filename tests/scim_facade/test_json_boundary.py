"""JSON at the boundary: what is read is what a plain parser reads, and what is ambiguous or poisonous is refused."""

import json
from time import process_time
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scim_facade.errors import InvalidSyntax
from scim_facade.json_boundary import MAX_DEPTH, load_object, loads

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
TRICKY = st.sampled_from(['"', "\\", '\\"', '":', "{", "}]", "a:b", "\\u0000", "\\\\u0000", "é", "😀"])
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    TEXTS,
    TRICKY,
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(st.one_of(TEXTS, TRICKY), inner, max_size=4)),
    max_leaves=20,
)


@settings(deadline=None)
@given(VALUES, st.booleans(), st.sampled_from([None, 2]))
def test_json_is_read_as_it_was_written(value: Any, ascii: bool, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=ascii, indent=indent)
    assert loads(text.encode()) == value


@settings(deadline=None)
@given(st.dictionaries(st.one_of(TEXTS, TRICKY), VALUES, min_size=1, max_size=4), st.data())
def test_a_name_that_comes_twice_is_refused_wherever_it_stands(value: dict[str, Any], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(list(value)))
    twice = f"{json.dumps(value)[:-1]}, {json.dumps(name)}: null}}"
    wrapped = data.draw(st.sampled_from(["{}", "[1, {}]", '{{"value": {}}}', '[[{{}}, {{"a": [{}]}}]]']))
    with pytest.raises(InvalidSyntax, match="twice"):
        loads(wrapped.format(twice).encode())


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"   \n",
        b"{",
        b"{}{}",
        b'{"a": 1,}',
        b"{'a': 1}",
        b"[1, 2",
        b"// comment\n{}",
        b"\xef\xbb\xbf{}",
        b'{"a": 1, "a": 2}',
        b'{"a": 1, "\\u0061": 2}',
        b'{"Operations": [{"op": "add", "op": "remove"}]}',
        b"NaN",
        b'{"a": NaN}',
        b'{"a": Infinity}',
        b'{"a": -Infinity}',
        b'{"a": 1e400}',
        b'{"a": 01}',
        b'{"a": 18446744073709551616}',
        b'{"a": -9223372036854775809}',
        b'{"a": ' + b"9" * 300 + b"}",
        b'{"a": ' + b"9" * 10_000 + b"}",
        b'{"a": "\\u0000"}',
        b'{"a\\u0000": 1}',
        b'{"a": "\\\\\\u0000"}',
        b'{"a": "\x00"}',
        b'{"a": "\n"}',
        b'{"a": "\\ud800"}',
        b'{"a": "\\udc00\\ud800"}',
        b'{"a": "\\ud83d x"}',
        b'{"a": "\xed\xa0\x80"}',
        b'{"a": "\xff"}',
        b'{"a": "\xc0\xaf"}',
        "{}".encode("utf-16"),
        b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
        b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1),
        b"[" * 100_000,
        b'[{"a":' * 50_000,
    ],
    ids=lambda raw: repr(raw[:24]),
)
def test_what_parsers_differ_about_is_refused(raw: bytes) -> None:
    with pytest.raises(InvalidSyntax) as refused:
        loads(raw)
    assert (refused.value.status, refused.value.scim_type) == (400, "invalidSyntax")


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, None),
        (b'{"a": "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}', {"a": "[" * 36}),
        (b'{"a": "x:y", "b": "\\":\\""}', {"a": "x:y", "b": '":"'}),
        (b'{"a": "c:\\\\", "b": 1}', {"a": "c:\\", "b": 1}),
        (b'{"a": "\\\\u0000"}', {"a": "\\u0000"}),
        (b'{"a": 18446744073709551615, "b": -9223372036854775808}', {"a": 2**64 - 1, "b": -(2**63)}),
        (
            b'{"a": 0.12345678901234567890123, "b": "12345678901234567890123"}',
            {"a": 0.12345678901234568, "b": "12345678901234567890123"},
        ),
        (b'{"a": "\\ud83d\\ude00"}', {"a": "😀"}),
        (b' {"a": {}, "b": [], "A": null} ', {"a": {}, "b": [], "A": None}),
    ],
    ids=lambda raw: repr(raw)[:32],
)
def test_what_is_only_unusual_is_read(raw: bytes, value: Any) -> None:
    assert loads(raw) == (orjson.loads(raw) if value is None else value)


@pytest.mark.parametrize("raw", [b"[]", b'"text"', b"1", b"null", b"true"])
def test_a_body_is_an_object(raw: bytes) -> None:
    with pytest.raises(InvalidSyntax, match="object"):
        load_object(raw)


def test_a_group_of_fifty_thousand_is_read_in_little_time() -> None:
    members = [
        {"value": f"0193a7c2-7f76-753a-919d-{number:012}", "type": "User", "display": f"Person {number}"}
        for number in range(50_000)
    ]
    raw = orjson.dumps({"displayName": "Everybody", "members": members})
    before = process_time()
    body = load_object(raw)
    spent_s = process_time() - before
    assert len(body["members"]) == 50_000
    assert spent_s < 1.0
