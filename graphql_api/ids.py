"""Public ids: base64url of `gid://muster/Team/<uuid>`. The reference's clients look for `gid://` in them."""

from __future__ import annotations

from uuid import UUID

from catalog.errors import NotFound
from catalog.ids import opened, public_id

NOUNS = {
    "User": "user",
    "Team": "team",
    "Account": "account",
    "Integration": "integration",
    "ApiToken": "token",
    "PendingDecision": "decision",
    "SignInConnection": "sign-in connection",
}
"""What the errors call a kind; others are called by their own name in small letters."""

write = public_id


def heard(kind: str, public: str) -> UUID | None:
    """The id that a public id of this kind stands for; None for any other text."""
    known = opened(str(public))
    return known[1] if known is not None and known[0] == kind else None


def read(kind: str, public: str) -> UUID:
    """The id that a public id of this kind stands for. Raises NotFound for any other text: an id is nobody's."""
    id = heard(kind, public)
    if id is None:
        raise NotFound(NOUNS.get(kind, kind.lower()), public)
    return id


def read_any(public: str) -> UUID:
    """The id that a public id of whatever kind stands for. Raises NotFound for any other text."""
    known = opened(str(public))
    if known is None:
        raise NotFound("object", public)
    return known[1]
