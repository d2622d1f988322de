"""Where a reader of a long list stands: sealed cursors, which the reader keeps, and bookmarks, which are kept for them.

A cursor (RFC 9865) is encrypted and authenticated, so that it shows nothing of the row it stands at, and is good for
one question of one asker for a while. A bookmark remembers, for ten minutes, after which row the next page of a crawl
by `startIndex` begins, so that what is deleted behind the reader skips nobody.
"""

from __future__ import annotations

import base64
import hashlib
from collections import OrderedDict
from datetime import UTC, datetime
from time import monotonic
from uuid import UUID

import orjson
from cryptography.fernet import Fernet, InvalidToken

from catalog.selection import Position, Value

CURSOR_LIFETIME_S = 3600
BOOKMARK_LIFETIME_S = 600
MOST_BOOKMARKS = 20_000


class Expired(Exception):
    """The cursor was good once."""


class Foreign(Exception):
    """The cursor is none of ours, or belongs to another question."""


class Cursors:
    """Seals and opens cursors with the installation's secret key."""

    def __init__(self, secret_key: str) -> None:
        derived = hashlib.sha256(b"muster cursor" + secret_key.encode()).digest()
        self._fernet = Fernet(base64.urlsafe_b64encode(derived))

    def seal(self, question: str, position: Position, *, backwards: bool = False) -> str:
        """A cursor to what follows the position (or precedes it), of unreserved characters only (RFC 3986)."""
        content = [question, _told(position.key), str(position.id), backwards]
        return self._fernet.encrypt(orjson.dumps(content)).decode().rstrip("=")

    def open(self, question: str, cursor: str) -> tuple[Position, bool]:
        """The position, and whether what precedes it is asked for. Raises Expired, Foreign."""
        token = cursor.encode() + b"=" * (-len(cursor) % 4)
        try:
            content = orjson.loads(self._fernet.decrypt(token))
            if content[0] != question:
                raise Foreign
            made_at = self._fernet.extract_timestamp(token)
        except (InvalidToken, ValueError):
            raise Foreign from None
        if datetime.now(UTC).timestamp() - made_at > CURSOR_LIFETIME_S:
            raise Expired
        return Position(_heard(content[1]), UUID(content[2])), bool(content[3])


class Bookmarks:
    """Where each asker's crawl goes on; kept by this process, as a crawl that loses its mark only goes on by number.

    A mark is good once, for the crawl that left it. Where a page finds none, others of its crawl went to other
    processes: then what is left here may be of an earlier one, and is forgotten.
    """

    def __init__(self) -> None:
        self._crawls: OrderedDict[str, dict[int, tuple[float, Position]]] = OrderedDict()
        self._count = 0

    def keep(self, question: str, start_index: int, position: Position) -> None:
        """The page that begins at `start_index` begins after this row."""
        marks = self._crawls.setdefault(question, {})
        self._count += start_index not in marks
        marks[start_index] = (monotonic() + BOOKMARK_LIFETIME_S, position)
        self._crawls.move_to_end(question)
        while self._count > MOST_BOOKMARKS:
            self._forget(next(iter(self._crawls)))

    def take(self, question: str, start_index: int) -> Position | None:
        """The row after which that page begins, or None if nobody knows."""
        until, position = self._crawls.get(question, {}).pop(start_index, (0.0, None))
        self._count -= position is not None
        if until > monotonic():
            return position
        self._forget(question)
        return None

    def _forget(self, question: str) -> None:
        self._count -= len(self._crawls.pop(question, ()))


def question(*parts: object) -> str:
    """A short name of a question: who asks, of what, which filter, which order."""
    return hashlib.blake2b(orjson.dumps([str(part) for part in parts]), digest_size=16).hexdigest()


def _told(key: Value | None) -> object:
    if isinstance(key, datetime):
        return {"at": key.isoformat()}
    return {"id": str(key)} if isinstance(key, UUID) else key


def _heard(told: object) -> Value | None:
    match told:
        case {"at": str(at)}:
            return datetime.fromisoformat(at)
        case {"id": str(id)}:
            return UUID(id)
        case None | str() | int() | float() | bool():
            return told
    raise Foreign
