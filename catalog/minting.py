"""Secrets of API tokens, sessions, links and single sign-ons: made, recognised, digested. Knows no database, no clock.

`muster_scim_`, `muster_api_`, `muster_session_`, `muster_link_` or `muster_sso_`, 43 base62 characters drawn at random
(256 bits), and 6 of a CRC-32 over all before them: so that secret scanners can find a leaked one, logs can mask it, and
a typing error is refused without a look into the database. Only the SHA-256 is ever stored; with 256 random bits it
needs neither salt nor stretching.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import string
import zlib
from typing import Literal
from uuid import UUID

Kind = Literal["scim", "api", "session", "link", "sso"]

PREFIXES: dict[Kind, str] = {
    "scim": "muster_scim_",
    "api": "muster_api_",
    "session": "muster_session_",
    "link": "muster_link_",
    "sso": "muster_sso_",
}
RANDOM_CHARACTERS = 43
"""62 ** 43 is just above 2 ** 256."""
CHECK_CHARACTERS = 6
"""62 ** 6 is above 2 ** 32."""
SHOWN_CHARACTERS = 4

_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase


def mint(kind: Kind) -> str:
    """A new secret, from the system's own randomness."""
    body = PREFIXES[kind] + "".join(secrets.choice(_ALPHABET) for _ in range(RANDOM_CHARACTERS))
    return body + _check(body)


def derive(kind: Kind, key: bytes, id: UUID) -> str:
    """The secret that belongs to an id, made of the installation's key and always the same.

    For what is written down long before it is handed out: the database then holds nothing that could be used.
    """
    number = int.from_bytes(hmac.digest(key, f"muster {kind} {id}".encode(), "sha256"))
    digits = "".join(
        _ALPHABET[number // len(_ALPHABET) ** place % len(_ALPHABET)] for place in range(RANDOM_CHARACTERS)
    )
    body = PREFIXES[kind] + digits
    return body + _check(body)


def plausible(secret: str) -> bool:
    """Whether a secret has the form of a token and its check digits agree: what fails here was never minted."""
    kind = kind_of(secret)
    if kind is None or len(secret) != len(PREFIXES[kind]) + RANDOM_CHARACTERS + CHECK_CHARACTERS:
        return False
    if not secret.isascii():
        return False
    return secrets.compare_digest(_check(secret[:-CHECK_CHARACTERS]), secret[-CHECK_CHARACTERS:])


def kind_of(secret: str) -> Kind | None:
    """Which kind of token a secret claims to be."""
    return next((kind for kind, prefix in PREFIXES.items() if secret.startswith(prefix)), None)


def digest(secret: str) -> str:
    """What is stored of a secret: SHA-256 of the whole of it, in hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()


def is_of(secret: str, kept: str) -> bool:
    """Whether this digest was kept of the secret; it takes as long whatever is different."""
    return secrets.compare_digest(digest(secret), kept)


def prefix(secret: str) -> str:
    """What a secret is recognised by in lists and logs: its kind and the first four of its random characters."""
    kind = kind_of(secret)
    return secret[: len(PREFIXES[kind]) + SHOWN_CHARACTERS] if kind else ""


def _check(body: str) -> str:
    number, digits = zlib.crc32(body.encode()), ""
    for _ in range(CHECK_CHARACTERS):
        number, place = divmod(number, len(_ALPHABET))
        digits = _ALPHABET[place] + digits
    return digits
