"""What the provisioning log may keep of a request: no secret, and not much of it.

Passwords, tokens and the like are masked wherever a client puts them: under a key of that name at any depth, as the
value of a PATCH operation whose path names one, in a header's form inside a text. Then it is cut to `MAX_BYTES`. Of a
body that has a secret's name in it and can't be read as JSON, nothing is kept but how long it was: where a value ends,
or which name it is under, cannot be told there.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any, AnyStr

import orjson

MAX_BYTES = 16 * 1024
MASK = "••••"

_SECRET_NAMES = ("password", "passwd", "secret", "token", "authorization", "credential", "apikey", "privatekey")
_MARKS = tuple(name.encode() for name in (*_SECRET_NAMES, "\\u"))
"""A body without any of these needs no reading: no key of it is a secret's. An escape may spell any name."""

# Each begins with a set of characters: that is tried at every place of a text, and fails fastest.
_TOKEN = re.compile(r"(?i:[mb](?:uster_(?:scim|api|session|link|sso)_[0-9a-z_]*|earer\s+[^\s\"',]{16,}))")
_UNDER_KEY = re.compile(
    r"(?P<key>(?i:[pstac](?:assword|asswd|ecret|oken|uthorization|redential)[^\"]{0,60}\"\s*:\s*))"
    r"(?:\"[^\"]*\"?|[^\s,}\]]+)"
)
_HINTS = ("muster_", "bearer", "password", "passwd", "secret", "token", "authorization", "credential")
"""A text without any of these has nothing that the patterns find, and is not looked through by them."""
_AS_LETTERS = "\u0130\u0131\u017f\u212a"
"""Beyond ASCII, what a pattern without regard to case takes for one of its letters: i, s, k."""
_CUT = "… (cut)"


def body(raw: bytes | str | None) -> str | None:
    """A body as it may be kept; None for none."""
    if not raw:
        return None
    given = raw.encode(errors="replace") if isinstance(raw, str) else bytes(raw)
    if _holds(_MARKS, _plain(given.lower())):
        names: set[str] = set()
        try:
            given = orjson.dumps(_masked(orjson.loads(given), names))
        except (orjson.JSONDecodeError, orjson.JSONEncodeError, RecursionError):
            return f"({len(given):,} bytes, not kept: they are no JSON, and may hold a secret)"
        return _kept(given[: MAX_BYTES + 1].decode(errors="replace"), names)
    return text(given[: MAX_BYTES + 1].decode(errors="replace"))


def text(value: str | None) -> str | None:
    """A text as it may be kept: tokens masked, cut, and without what a database can't hold (NUL, lone surrogates)."""
    return None if value is None else _kept(value, ())


def _kept(value: str, names: Collection[str]) -> str:
    """`text`, where what stands under these names is masked already: they alone are no hint of a secret."""
    kept = value
    if not value.isascii() or "\x00" in value:
        kept = value.replace("\x00", "\ufffd").encode(errors="replace").decode()
    if _may_hold_secrets(kept, names):
        kept = _UNDER_KEY.sub(_mask, _TOKEN.sub(MASK, kept))
    if len(kept) * 4 <= MAX_BYTES or len(kept.encode()) <= MAX_BYTES:
        return kept
    room = MAX_BYTES - len(_CUT.encode())
    return kept.encode()[:room].decode(errors="ignore") + _CUT


def _may_hold_secrets(whole: str, names: Collection[str]) -> bool:
    for name in names:
        whole = whole.replace(f'"{name}":"{MASK}"', "")
    return _holds(_HINTS, whole.lower()) or (not whole.isascii() and _holds(_AS_LETTERS, whole))


def _mask(found: re.Match[str]) -> str:
    """The mask in place of a key's value, as a text of JSON, so that what is kept can still be read."""
    return f'{found["key"]}"{MASK}"'


def _masked(value: Any, names: set[str]) -> Any:
    """The value with every secret masked, and the names under which there was one; not those that hold a token."""
    if isinstance(value, dict):
        hidden = _is_secret(str(value.get("path", "")))
        made = {}
        for key, part in value.items():
            if _is_secret(key) or (hidden and key.lower() == "value"):
                if not _TOKEN.search(key):
                    names.add(key)
                made[key] = MASK
            else:
                made[key] = _masked(part, names) if isinstance(part, dict | list) else part
        return made
    return [_masked(part, names) for part in value] if isinstance(value, list) else value


def _is_secret(name: str) -> bool:
    return _holds(_SECRET_NAMES, _plain(name.lower()))


def _plain(name: AnyStr) -> AnyStr:
    """A name, or a text full of them, without what joins words."""
    if isinstance(name, bytes):
        return name.replace(b"_", b"").replace(b"-", b"")
    return name.replace("_", "").replace("-", "")


def _holds(words: Iterable[AnyStr], whole: AnyStr) -> bool:
    """Whether one of the words is in the text."""
    # Not by a generator, which would cost more than the search.
    return any(map(whole.__contains__, words))
