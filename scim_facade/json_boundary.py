"""Strict JSON at the boundary: what a database or a later parser would take otherwise is refused here.

Pure. Duplicate names (parsers differ in which one wins), NaN and Infinity, more than 32 levels, NUL and lone
surrogates (PostgreSQL takes neither), integers beyond 64 bits: 400 invalidSyntax. orjson refuses the most of it by
itself; depth is measured before, names are counted after.
"""

from __future__ import annotations

import json
from typing import Any

import orjson

from scim_facade.errors import InvalidSyntax

MAX_DEPTH = 32

_BRACKETS = bytes.maketrans(b"[]", b"{}")
_NO_BRACKETS = bytes(byte for byte in range(256) if byte not in b"[]{}")
_DIGITS = bytes.maketrans(b"123456789", b"000000000")
_LONG_NUMBER = b"0" * 19
_SMALLEST, _GREATEST = -(2**63), 2**64 - 1


def loads(raw: bytes) -> Any:
    """The value that the bytes spell. Raises InvalidSyntax."""
    if not raw.strip():
        raise InvalidSyntax("The request has no body.")
    if b"\\u0000" in raw and b"\\u0000" in raw.replace(b"\\\\", b""):
        raise InvalidSyntax("A text holds the character NUL.")
    bare = _without_texts(raw)
    if _is_too_deep(bare) and bare.count(b"{") + bare.count(b"[") > MAX_DEPTH:
        raise InvalidSyntax(f"The JSON nests more than {MAX_DEPTH} deep.")
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as problem:
        raise InvalidSyntax(f"The body is not JSON: {problem}.") from None
    if _LONG_NUMBER in bare.translate(_DIGITS):
        # orjson makes a float of it, and another number.
        json.loads(raw, parse_int=_integer)
    # Outside of texts a colon stands for a name, so there are as many as names, unless one came twice.
    if bare.count(b":") != _names(value):
        raise InvalidSyntax("An object has the same name twice.")
    return value


def load_object(raw: bytes) -> dict[str, Any]:
    """The object that the bytes spell. Raises InvalidSyntax."""
    value = loads(raw)
    if not isinstance(value, dict):
        raise InvalidSyntax("The body must be a JSON object.")
    return value


def _without_texts(raw: bytes) -> bytes:
    """The JSON with its texts cut out: at every second quote, once escaped ones are gone."""
    plain = raw.replace(b"\\\\", b"").replace(b'\\"', b"") if b"\\" in raw else raw
    return b"".join(plain.split(b'"')[::2])


def _is_too_deep(bare: bytes) -> bool:
    """Whether brackets nest deeper than allowed: every pass takes the innermost pairs away."""
    brackets = bare.translate(_BRACKETS, _NO_BRACKETS)
    for _ in range(MAX_DEPTH):
        brackets = brackets.replace(b"{}", b"")
        if not brackets:
            return False
    return True


def _integer(digits: str) -> int:
    """The integer, which has 64 bits at most. Raises InvalidSyntax."""
    value = int(digits) if len(digits) <= 20 else None
    if value is None or not _SMALLEST <= value <= _GREATEST:
        raise InvalidSyntax("An integer has more than 64 bits.")
    return value


def _names(value: Any) -> int:
    """How many names the objects of a value have in all. The depth is bounded, the stack is not needed."""
    count = 0
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            count += len(one)
            waiting.extend(part for part in one.values() if isinstance(part, dict | list))
        elif isinstance(one, list):
            waiting.extend(part for part in one if isinstance(part, dict | list))
    return count
