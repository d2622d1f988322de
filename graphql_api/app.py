"""The endpoint: who asks, what they ask, and the answer's bytes.

POST only, one operation a request, JSON in and out. A bearer API token; SCIM tokens are refused. Mounted alone it
still lets no stranger in. Thin, as it stands on every request's way: documents are remembered, and what the database
answered goes through as it is.
"""

from __future__ import annotations

import inspect
from typing import Any

import orjson
import structlog
from graphql import GraphQLError, execute
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from catalog.actors import Actor
from catalog.actors import Scope as Permission
from catalog.errors import CatalogError, NotPermitted
from catalog.services import tokens
from graphql_api.context import Context
from graphql_api.documents import Documents
from graphql_api.execution import Executor
from graphql_api.schema import schema

log = structlog.get_logger("graphql")


class Refused(Exception):
    """The request is answered with this status, without asking anything."""

    def __init__(self, status: int, message: str, code: str, **headers: str) -> None:
        self.status, self.message, self.code, self.headers = status, message, code, headers
        super().__init__(message)


class Endpoint:
    """The endpoint of the product whose public address is `base_url`, as an ASGI application."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._documents = Documents(schema._schema)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        try:
            response = await _respond(request, self._documents, self._base_url)
        except ClientDisconnect:
            return
        except Refused as refused:
            error = {"message": refused.message, "extensions": {"code": refused.code}}
            response = _json({"errors": [error]}, refused.status, refused.headers)
        await response(scope, receive, send)


async def _respond(request: Request, documents: Documents, base_url: str) -> Response:
    if request.method != "POST":
        raise Refused(405, "GraphQL is asked with POST.", "METHOD_NOT_ALLOWED", Allow="POST")
    actor = await _asking(request)
    asked = _read(request, await request.body())
    document = documents.read(asked["query"])
    if document.node is None or document.errors:
        return _json({"errors": [_shown(error, request) for error in document.errors]})
    context = Context(actor, base_url)
    result: Any = execute(
        schema._schema,
        document.node,
        context_value=context,
        variable_values=asked["variables"],
        operation_name=asked["operationName"],
        executor_class=Executor,
    )
    if inspect.isawaitable(result):
        result = await result
    answer = {"data": result.data}
    if result.errors:
        answer["errors"] = [_shown(error, request) for error in result.errors]
    return _json(answer)


async def _asking(request: Request) -> Actor:
    """Whose token this is. Raises Refused: 401 for none that is good, 403 for one of another kind."""
    sent = request.headers.getlist("authorization")
    scheme, _, secret = sent[0].partition(" ") if len(sent) == 1 else ("", "", "")
    if scheme.lower() != "bearer" or not secret.strip():
        raise _unauthenticated("Send an API token: one header `Authorization: Bearer muster_api_…`.")
    try:
        actor = await tokens.recognise(secret.strip(), request_id=request.scope.get("request_id"))
    except NotPermitted as refused:
        raise _unauthenticated(str(refused)) from None
    if Permission.READ not in actor.scopes:
        raise Refused(403, "A SCIM token is good for SCIM alone; make an API token.", "NOT_PERMITTED")
    return actor


def _unauthenticated(message: str) -> Refused:
    return Refused(401, message, "UNAUTHENTICATED", **{"WWW-Authenticate": "Bearer"})


def _read(request: Request, body: bytes) -> dict[str, Any]:
    """The request's `query`, `variables` and `operationName`. Raises Refused 415, 400."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refused(415, "Send application/json.", "UNSUPPORTED_MEDIA_TYPE")
    try:
        asked = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Refused(400, "The body is no JSON.", "BAD_REQUEST") from None
    if not isinstance(asked, dict) or not isinstance(asked.get("query"), str):
        raise Refused(400, "The body is an object with a text `query`; batches are not taken.", "BAD_REQUEST")
    variables, name = asked.get("variables"), asked.get("operationName")
    if not isinstance(variables, dict | None) or not isinstance(name, str | None):
        raise Refused(400, "`variables` is an object, `operationName` a text.", "BAD_REQUEST")
    return {"query": asked["query"], "variables": variables, "operationName": name or None}


def _shown(error: GraphQLError, request: Request) -> dict[str, Any]:
    """The error as the client sees it; of one that is ours, only the request's id."""
    told = error.formatted
    original = error.original_error
    if isinstance(original, CatalogError):
        return {**told, "message": str(original), "extensions": {"code": original.code}}
    if original is None or isinstance(original, GraphQLError):
        return dict(told)
    log.error("a field failed", exc_info=original)
    request_id = request.scope.get("request_id")
    message = f"Something went wrong here; it is in Muster's log under {request_id}."
    return {**told, "message": message, "extensions": {"code": "INTERNAL"}}


def _json(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(content), status, headers, media_type="application/json")
