"""Names and keys: how ids are made, and how texts are compared."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from uuid import UUID

from uuid_utils.compat import uuid7

FOREVER = datetime(9999, 12, 31, tzinfo=UTC)
"""`valid_to` of a period that is still open: an instant, so that one comparison answers 'as of'."""


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562 §5.7): the server's own, in the order of creation, never taken from a client."""
    return uuid7()


def now() -> datetime:
    """This instant in UTC, cut to milliseconds: what is stored is what every API prints, so comparisons agree."""
    at = datetime.now(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def fold(text: str) -> str:
    """`text` as it is compared where case and Unicode form do not matter: NFKC, then full case folding.

    Normalised once more at the end, because folding may decompose (Unicode 3.13, D146).
    """
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def as_uuid(text: str) -> UUID | None:
    """The UUID that `text` spells in its canonical form, or None: an id of another shape is nobody's."""
    if len(text) != 36:
        return None
    try:
        return UUID(text)
    except ValueError:
        return None
