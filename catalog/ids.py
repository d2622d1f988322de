"""Names and keys: how ids are made, and how texts are compared."""

from __future__ import annotations

import base64
import unicodedata
from datetime import UTC, datetime
from functools import lru_cache
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


def as_text(at: datetime) -> str:
    """The instant as every API prints it: RFC 3339 in UTC, with milliseconds."""
    return f"{at.astimezone(UTC).isoformat(timespec='milliseconds')[:-6]}Z"


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


# --- public ids ---------------------------------------------------------------------------------------------------


def public_id(kind: str, id: UUID | str) -> str:
    """The id that scripts know: base64url of `gid://muster/User/<uuid>`, without padding."""
    return _encoded(f"{_WHERE}{kind}/{id}")


def opened(public: str) -> tuple[str, UUID] | None:
    """The kind and the id that a public id stands for, or None where it is none of ours."""
    try:
        text = base64.urlsafe_b64decode(public + "=" * (-len(public) % 4)).decode("ascii")
    except (ValueError, UnicodeEncodeError):
        return None
    kind, slash, key = text.removeprefix(_WHERE).partition("/")
    id = as_uuid(key)
    return (kind, id) if text.startswith(_WHERE) and slash and id is not None else None


@lru_cache
def public_beginning(kind: str) -> tuple[str, str]:
    """How every public id of a kind begins, encoded, and the characters that are left to be encoded with the uuid.

    Three bytes become four characters, so all but a remainder of the beginning is the same whatever follows.
    """
    text = f"{_WHERE}{kind}/"
    whole = len(text) // 3 * 3
    return _encoded(text[:whole]), text[whole:]


_WHERE = "gid://muster/"


def _encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
