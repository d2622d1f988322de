"""Errors as callers see them: which are told in their own words, which are masked, and the code of each.

The codes are those of `catalog.errors`, of the gate (`graphql_api.limits`), and the three below: docs/graphql-limits.md
lists them. What nobody foresaw is logged once, with the request's id, and tells the caller nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import structlog
from graphql import GraphQLError, GraphQLSyntaxError

from catalog import errors
from catalog.errors import CatalogError
from graphql_api.limits import Refused

log = structlog.get_logger("graphql")

SYNTAX_ERROR = "SYNTAX_ERROR"
INVALID_REQUEST = "INVALID_REQUEST"
"""What the schema does not have or take, in the document or in its variables."""
INTERNAL = "INTERNAL"

MAX_MESSAGE_CHARACTERS = 500
"""A message may repeat a value, and a value may be as long as a request."""

OF_THE_MOMENT = (
    errors.Unavailable,
    errors.TooManyRequests,
    errors.Unauthenticated,
    errors.KeyReused,
    errors.InProgress,
    errors.AnswerLost,
)
"""What says nothing of a mutation's input: it belongs to the whole answer, not into a payload."""


class Problem(NamedTuple):
    """One of a payload's `errors`."""

    message: str
    path: list[str]
    code: str


def problem(refused: CatalogError, names: Mapping[str, str] | None = None) -> Problem:
    """What a mutation's payload says of its input. `path` is the input's, `["base"]` for the whole of it.

    `names` tells what the input calls the catalog's fields, or the noun that was not found; other fields become
    camelCase. Raises what says nothing of the input again.
    """
    if isinstance(refused, OF_THE_MOMENT):
        raise refused
    about: str | None = getattr(refused, "field", None)
    if isinstance(refused, errors.NotFound):
        about = refused.kind if names and refused.kind in names else None
    if about is None:
        return Problem(_cut(str(refused)), ["base"], refused.code)
    called = (names or {}).get(about) or about
    return Problem(_cut(str(refused)), [_camel(part) for part in called.split(".")], refused.code)


def shown(error: GraphQLError, request_id: str | None) -> dict[str, Any]:
    """The error as an answer holds it: `message`, `locations`, `path`, and `extensions` with `code` and `requestId`.

    In its own words, if it is one of the catalog's, or the document or its variables are to blame. Anything else is
    logged with its traceback and masked.
    """
    origin = _origin(error)
    match origin:
        case CatalogError():
            code, message = origin.code, str(origin)
        case Refused():
            code, message = origin.code, origin.message
        case GraphQLSyntaxError():
            code, message = SYNTAX_ERROR, origin.message
        case GraphQLError() if origin.nodes or error.path is None:
            code, message = INVALID_REQUEST, origin.message
        case ValueError() if error.path is None:
            # Before anything is carried out: a scalar of ours can't read what a variable holds.
            code, message = INVALID_REQUEST, error.message
        case _:
            # A GraphQLError without a node is a value of ours that its type can't hold.
            log.error("unforeseen", exc_info=origin, path=error.path, request_id=request_id)
            code, message = INTERNAL, f"Something went wrong on our side; the log has it as the request {request_id}."
    told: dict[str, Any] = {"message": _cut(message)}
    if error.locations:
        told["locations"] = [{"line": place.line, "column": place.column} for place in error.locations]
    if error.path is not None:
        told["path"] = error.path
    told["extensions"] = {"code": code, "requestId": request_id}
    return told


def status(refused: CatalogError) -> int:
    """The HTTP status of an answer that is nothing but this refusal."""
    match refused:
        case errors.Unauthenticated():
            return 401
        case errors.NotPermitted():
            return 403
        case errors.InProgress() | errors.AnswerLost():
            return 409
        case errors.KeyReused():
            return 422
        case errors.TooManyRequests():
            return 429
        case errors.Unavailable():
            return 503
    return 400


def _origin(error: GraphQLError) -> Exception:
    """What was raised at first: graphql-core wraps it at each level that it passes."""
    origin: Exception = error
    while isinstance(origin, GraphQLError) and origin.original_error is not None:
        origin = origin.original_error
    return origin


def _cut(message: str) -> str:
    return message if len(message) <= MAX_MESSAGE_CHARACTERS else f"{message[:MAX_MESSAGE_CHARACTERS]}…"


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
