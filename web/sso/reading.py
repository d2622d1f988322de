"""What a request of a single sign-on says: its parameters, each once, and where it wants to go on to."""

from __future__ import annotations

from urllib.parse import parse_qsl

from starlette.requests import Request

from catalog.errors import SignInRefused

MAX_FIELDS = 10


def own_path(wanted: str | None) -> str:
    """The path of the product's own that is wanted, or its first page: no other site is ever gone on to."""
    if not wanted or len(wanted) > 1_000 or not wanted.startswith("/") or wanted.startswith("//"):
        return "/"
    return wanted if wanted.isascii() and wanted.isprintable() and "\\" not in wanted and " " not in wanted else "/"


def once(query: str) -> dict[str, str]:
    """The parameters, each of which is there once. Raises SignInRefused."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
    except ValueError:
        raise SignInRefused("bad_response", "The address has parameters that can't be read.") from None
    if len({name for name, _ in pairs}) != len(pairs) or any("\0" in value for _, value in pairs):
        raise SignInRefused("bad_response", "The address has a parameter twice.")
    return dict(pairs)


async def form(request: Request) -> dict[str, str]:
    """The fields that were posted. Raises SignInRefused; HTTPException for a body that is too large."""
    body = await request.body()
    if not request.headers.get("content-type", "").lower().startswith("application/x-www-form-urlencoded"):
        raise SignInRefused("bad_response", "What was posted is no form.")
    try:
        return once(body.decode("ascii"))
    except UnicodeDecodeError:
        raise SignInRefused("bad_response", "What was posted is no form.") from None
