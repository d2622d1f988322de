"""ETag, If-Match and If-None-Match (RFC 7644 §3.14): the version of a resource is a number that rises.

No identity provider is known to send If-Match, so nothing requires it.
"""

from __future__ import annotations

from scim_facade.errors import ScimError


def etag(version: int) -> str:
    """The weak entity tag of a version, as `meta.version` and the ETag header have it."""
    return f'W/"{version}"'


def required(header: str | None) -> int | None:
    """The version that an If-Match header asks for; None without one, or for `*`.

    Raises ScimError 412 for a tag that is none of ours: it cannot be the resource's. Of several, the greatest counts,
    as an older one cannot be current.
    """
    if header is None or header.strip() == "*":
        return None
    known = [version for tag in header.split(",") if (version := _version(tag)) is not None]
    if not known:
        raise ScimError(412, f"If-Match: {header[:100]!r} is not a version of this resource.")
    return max(known)


def is_known(header: str | None, version: int) -> bool:
    """Whether an If-None-Match header says that the caller has this version already (304)."""
    if header is None:
        return False
    return header.strip() == "*" or any(_version(tag) == version for tag in header.split(","))


def _version(tag: str) -> int | None:
    inside = tag.strip().removeprefix("W/")
    if len(inside) > 2 and inside[0] == inside[-1] == '"' and inside[1:-1].isascii() and inside[1:-1].isdigit():
        return int(inside[1:-1]) if len(inside) < 20 else None
    return None
