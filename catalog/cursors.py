"""Where a reader of a long list stands: sealed cursors, which the reader keeps, and bookmarks, which are kept for them.

A cursor (RFC 9865) is encrypted and authenticated, so that it shows nothing of the row it stands at, and is good for
one question of one asker for a while. A bookmark remembers, for ten minutes, after which row the next page of a crawl
by `startIndex` begins, so that what is deleted behind the reader skips nobody.
"""

from __future__ import annotations

import base64
import hashlib
from collections import OrderedDict
from dataclasses import dataclass, field
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


@dataclass(frozen=True, slots=True)
class Mark:
    """The row after which a page begins; `is_own`, where every page before it came to this process, one by one."""

    position: Position
    is_own: bool


@dataclass(slots=True)
class _Marks:
    of_pages: dict[int, tuple[Position, int, float]] = field(default_factory=dict)
    """For each page the row before it, how many rows there were, and until when it is kept."""
    own: set[int] = field(default_factory=set)
    """The pages that begin at own marks which nobody has used."""


class Bookmarks:
    """Where each asker's crawl goes on; kept by this process, as a crawl that loses its mark only goes on by number.

    While there are as many rows as when it was left, a mark is good for whoever asks for that page. Afterwards it is
    good once, for the crawl that left it; others are further on or behind by then. Where a page finds no mark, some of
    its crawl went to other processes, and what is left here may be an earlier one's.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[str, _Marks] = OrderedDict()
        self._count = 0

    def keep(self, question: str, start_index: int, position: Position, total: int, *, is_own: bool) -> None:
        """The page that begins at `start_index` begins after this row; there are `total` rows."""
        marks = self._kept.setdefault(question, _Marks())
        self._count += start_index not in marks.of_pages
        marks.of_pages[start_index] = position, total, monotonic() + BOOKMARK_LIFETIME_S
        if is_own:
            marks.own.add(start_index)
        self._kept.move_to_end(question)
        while self._count > MOST_BOOKMARKS:
            _, oldest = self._kept.popitem(last=False)
            self._count -= len(oldest.of_pages)

    def find(self, question: str, start_index: int, total: int) -> Mark | None:
        """Where that page begins, now that there are `total` rows; None if nobody knows."""
        marks = self._kept.get(question, _Marks())
        position, total_then, until = marks.of_pages.get(start_index, (None, 0, 0.0))
        is_own = start_index in marks.own
        if position is not None and until > monotonic() and (is_own or total_then == total):
            marks.own.discard(start_index)
            return Mark(position, is_own)
        marks.own.clear()
        return None


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
