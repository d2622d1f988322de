"""What must be read again, unlike a password: a client secret, a signing key. Sealed under the installation's key.

A copy of the database alone shows none of them. Each is bound to the row it belongs to, so that a sealed text that was
put into another row opens nothing.
"""

from __future__ import annotations

import base64
import hashlib
from uuid import UUID

import orjson
from cryptography.fernet import Fernet, InvalidToken


class Vault:
    """Seals and opens with the installation's secret key."""

    def __init__(self, secret_key: str) -> None:
        derived = hashlib.sha256(b"muster vault" + secret_key.encode()).digest()
        self._fernet = Fernet(base64.urlsafe_b64encode(derived))

    def seal(self, owner: UUID, secret: str) -> str:
        """The secret as it is stored in the row of this id."""
        return self._fernet.encrypt(orjson.dumps([str(owner), secret])).decode()

    def open(self, owner: UUID, sealed: str) -> str | None:
        """The secret of this row; None where it was sealed with another key, or for another row."""
        try:
            belongs_to, secret = orjson.loads(self._fernet.decrypt(sealed))
        except (InvalidToken, ValueError):
            return None
        return str(secret) if belongs_to == str(owner) else None
