"""What the provisioning log may keep of a request: no secret, and not much of it.

Passwords, tokens and the like are masked wherever a client puts them: under a key of that name at any depth, as the
value of a PATCH operation whose path names one, in a header's form inside a text. Then it is cut to `MAX_BYTES`.
"""

from __future__ import annotations

import re
from typing import Any

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
"""A text of ASCII without any of these has nothing that the patterns find, and is not looked through by them."""
_CUT = "… (cut)"


def body(raw: bytes | str | None) -> str | None:
    """A body as it may be kept; None for none."""
    if not raw:
        return None
    given = raw.encode(errors="replace") if isinstance(raw, str) else bytes(raw)
    lowered = given.lower()
    if any(mark in lowered for mark in _MARKS):
        try:
            given = orjson.dumps(_masked(orjson.loads(given)))
        except (orjson.JSONDecodeError, orjson.JSONEncodeError, RecursionError):
            # It is no JSON, so it is masked as the text it is; more than is kept need not be looked at.
            return text(given[: 2 * MAX_BYTES].decode(errors="replace"))
    return text(given[: MAX_BYTES + 1].decode(errors="replace"))


def text(value: str | None) -> str | None:
    """A text as it may be kept: tokens masked, cut, and without what a database can't hold (NUL, lone surrogates)."""
    if value is None:
        return None
    whole = value.replace("\x00", "\ufffd").encode(errors="replace").decode()
    masked = whole
    if _may_hold_secrets(whole):
        masked = _UNDER_KEY.sub(_mask, _TOKEN.sub(MASK, whole))
    if len(masked.encode()) <= MAX_BYTES:
        return masked
    room = MAX_BYTES - len(_CUT.encode())
    return masked.encode()[:room].decode(errors="ignore") + _CUT


def _may_hold_secrets(whole: str) -> bool:
    lowered = whole.lower()
    return not whole.isascii() or any(hint in lowered for hint in _HINTS)


def _mask(found: re.Match[str]) -> str:
    """The mask in place of a key's value, as a text of JSON, so that what is kept can still be read."""
    return f'{found["key"]}"{MASK}"'


def _masked(value: Any) -> Any:
    match value:
        case dict():
            hidden = _is_secret(str(value.get("path", "")))
            return {
                key: MASK if _is_secret(key) or (hidden and key.lower() == "value") else _masked(part)
                for key, part in value.items()
            }
        case list():
            return [_masked(part) for part in value]
    return value


def _is_secret(name: str) -> bool:
    plain = name.lower().replace("_", "").replace("-", "")
    return any(secret in plain for secret in _SECRET_NAMES)
