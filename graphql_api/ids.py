"""Public ids: base64url of `gid://muster/Team/<uuid>`. The reference's clients look for `gid://` in them."""

from __future__ import annotations

from uuid import UUID

from catalog.errors import NotFound
from catalog.ids import opened, public_id

NOUNS = {"User": "user", "Team": "team", "Account": "account", "Integration": "integration", "ApiToken": "token"}
"""What the errors call a kind; others are called by their own name in small letters."""

write = public_id


def read(kind: str, public: str) -> UUID:
    """The id that a public id of this kind stands for. Raises NotFound for any other text: an id is nobody's."""
    heard = opened(str(public))
    if heard is None or heard[0] != kind:
        raise NotFound(NOUNS.get(kind, kind.lower()), public)
    return heard[1]
