"""What goes back: media type, Location, ETag; and every refusal as a SCIM Error (RFC 7644 §3.12)."""

from __future__ import annotations

from collections.abc import Iterable

import orjson
from starlette.types import Receive, Scope, Send

from catalog import errors
from scim_facade.errors import InvalidFilter, InvalidValue, Mutability, ScimError, Uniqueness
from scim_facade.resources import Found, Json
from scim_facade.versions import etag

MEDIA_TYPE = "application/scim+json"
LIST_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


class Answer:
    """JSON in SCIM's media type, or nothing; the names of its headers are in lower case.

    Not a `Response` of Starlette's, which builds and encodes its headers for each answer as if they were any.
    """

    __slots__ = ("body", "headers", "status_code")

    def __init__(self, body: bytes = b"", status_code: int = 200, headers: dict[str, str] | None = None) -> None:
        self.body, self.status_code = body, status_code
        self.headers = headers or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sent; the head alone where that was asked for."""
        head = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in self.headers.items()]
        if self.body:
            head.append(_TYPE)
            head.append((b"content-length", b"%d" % len(self.body)))
        elif self.status_code not in _WITHOUT_BODY:
            head.append((b"content-length", b"0"))
        await send({"type": "http.response.start", "status": self.status_code, "headers": head})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else self.body})


_TYPE = (b"content-type", MEDIA_TYPE.encode())
_WITHOUT_BODY = (204, 304)


def found(resource: Found, location: str, status: int = 200) -> Answer:
    """The resource, or nothing but its ETag where it has no text (204)."""
    headers = {"etag": etag(resource.version)}
    if not resource.text:
        return Answer(status_code=204, headers=headers)
    headers["location"] = location
    return Answer(resource.text, status, headers)


def unchanged(resource: Found) -> Answer:
    """304: the caller has it (§3.14)."""
    return Answer(status_code=304, headers={"etag": etag(resource.version)})


def gone() -> Answer:
    """204: deleted."""
    return Answer(status_code=204)


def listed(resources: Iterable[Found], total: int | None, extra: Json) -> Answer:
    """A ListResponse (§3.4.2): the numbers are integers, `itemsPerPage` is what is really in it."""
    texts = [resource.text for resource in resources]
    head: Json = {"schemas": [LIST_RESPONSE]}
    if total is not None:
        head["totalResults"] = total
    head |= {"itemsPerPage": len(texts), **extra}
    return Answer(b'%s,"Resources":[%s]}' % (orjson.dumps(head)[:-1], b",".join(texts)))


def message(body: Json, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    """Any other message."""
    return Answer(orjson.dumps(body), status, headers)


def refusal(problem: ScimError) -> Answer:
    """The error as its own message, with what HTTP wants beside it."""
    headers = {}
    if problem.status == 401:
        headers["www-authenticate"] = 'Bearer realm="Muster SCIM"'
    if problem.allow:
        headers["allow"] = ", ".join(problem.allow)
    if problem.retry_after_s is not None:
        # Okta reads whole seconds only; a date, or nothing, means five minutes to it.
        headers["retry-after"] = str(problem.retry_after_s)
    return message(problem.as_json(), problem.status, headers)


NAMES = {"user_name": "userName", "email": "emails.value", "provider_name": "displayName"}
"""The catalog's fields, where a SCIM client knows them under another name."""


def translated(problem: errors.CatalogError, *, of_path: bool = False) -> ScimError:
    """What the catalog says, in SCIM's words. `of_path` tells that what was not found is what the URL names."""
    match problem:
        case errors.NotFound():
            return ScimError(404, str(problem)) if of_path else InvalidValue(str(problem))
        case errors.AlreadyTaken(kind=kind, field=field, value=value):
            noun = "User" if kind == "user" else "Group"
            return Uniqueness(f"{noun} already exists: another one has the {NAMES.get(field, field)} {str(value)!r}.")
        case errors.WaitsToBeLinked(taken=True):
            return Uniqueness(str(problem))
        case errors.WaitsToBeLinked():
            return ScimError(403, str(problem))
        case errors.VersionMismatch():
            return ScimError(412, str(problem))
        case errors.Managed():
            return Mutability(str(problem))
        case errors.NotPermitted():
            return ScimError(403, str(problem))
        case errors.Invalid(field="filter"):
            return InvalidFilter(str(problem))
        case errors.Invalid():
            return InvalidValue(str(problem))
        case errors.TooManyRequests() | errors.Paused() | errors.Unavailable():
            return _later(problem)
    return ScimError(500, "Something went wrong.")


def _later(problem: errors.TooManyRequests | errors.Paused | errors.Unavailable) -> ScimError:
    """429 in any case, as that is the answer that Okta is documented to try again by itself."""
    match problem:
        case errors.TooManyRequests(retry_after_s=seconds):
            return ScimError(429, str(problem), retry_after_s=seconds)
        case errors.Paused():
            # Okta waits so long, and twice as long after each further one, ten times: for a week.
            return ScimError(429, str(problem), retry_after_s=600)
        case errors.Unavailable(in_doubt=True):
            return ScimError(429, f"{problem} Please look, or try again.", retry_after_s=10)
    return ScimError(429, f"{problem} Nothing was changed; please try again.", retry_after_s=10)


def dumps(value: Json) -> bytes:
    """A message or a resource as JSON."""
    return orjson.dumps(value)
