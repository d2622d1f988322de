"""The endpoint: who asks, what they ask, and the answer's bytes.

POST only, one operation a request, JSON in and out. A bearer API token, or a session's cookie with the header that
only our own pages can send; SCIM tokens are refused. Mounted alone it still lets no stranger in. Thin, as it stands on
every request's way: documents are remembered, and what the database answered goes through as it is. What a document
may be is `limits`' business, what is told of errors that of `errors`.
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, tzinfo
from typing import Any

import orjson
from graphql import GraphQLError, OperationType
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from catalog.actors import Actor
from catalog.actors import Scope as Permission
from catalog.errors import CatalogError, NotPermitted, TooManyRequests, Unauthenticated, Unavailable
from catalog.services import calendars, callers
from catalog.services.erasure import Eraser
from catalog.services.idempotency import Answer, Keys
from catalog.vault import Vault
from graphql_api import errors, limits
from graphql_api.context import Context
from graphql_api.documents import Document, Documents
from graphql_api.execution import carry_out
from graphql_api.schema import schema

_DAY = re.compile(r'"\d{4}-\d\d-\d\d"')

RETRY_AFTER_S = 2
"""When to come again where the database is away: it waits as long for a lock or for a connection."""


class Refused(Exception):
    """The request is answered with this status, without asking anything."""

    def __init__(self, status: int, message: str, code: str, **headers: str) -> None:
        self.status, self.message, self.code, self.headers = status, message, code, headers
        super().__init__(message)


class Endpoint:
    """The endpoint of the product whose public address is `base_url`, as an ASGI application.

    `secret_key` seals the answers that are kept for requests which are sent again, client secrets, and what remains
    of the audit trail where a person is erased.
    """

    def __init__(self, base_url: str, secret_key: str) -> None:
        self._base_url = base_url.rstrip("/")
        self._documents = Documents(schema._schema)
        self._keys = Keys(secret_key)
        self._vault = Vault(secret_key)
        self._eraser = Eraser(secret_key)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        try:
            response = await self._respond(request)
        except ClientDisconnect:
            return
        except HTTPException:
            # Whoever serves the endpoint refused the body: too large, or too slow.
            raise
        except Exception as problem:  # noqa: BLE001 - whatever goes wrong is answered as GraphQL answers
            response = _refusal(problem, scope.get("request_id"))
        await response(scope, receive, send)

    async def _respond(self, request: Request) -> Response:
        """The answer. Raises Refused, limits.Refused, GraphQLError, CatalogError."""
        if request.method != "POST":
            raise Refused(405, "GraphQL is asked with POST.", "METHOD_NOT_ALLOWED", Allow="POST")
        actor = await _asking(request, self._base_url)
        body = await request.body()
        asked = _read(request, body)
        document = self._documents.read(asked["query"])
        document.gate.check(asked["variables"], asked["operationName"])
        if mistakes := document.mistakes():
            return _json({"errors": [errors.shown(mistake, actor.request_id) for mistake in mistakes]})
        key = _key(request)
        is_mutation = document.operation(asked["operationName"]) is OperationType.MUTATION
        if not is_mutation:
            callers.only_reads(actor)
        if key is None or not is_mutation:
            content, status = await self._carry_out(actor, document, asked)
            return _json(content, status)
        status = 200

        async def once(claimant: Actor) -> Answer:
            nonlocal status
            content, status = await self._carry_out(claimant, document, asked)
            return Answer(orjson.dumps(content), is_final=status == 200)

        answer = await self._keys.once(actor, key, hashlib.sha256(body).hexdigest(), once)
        return _sent(answer, status)

    async def _carry_out(self, actor: Actor, document: Document, asked: dict[str, Any]) -> tuple[dict[str, Any], int]:
        """The answer's content, and its status: 503 where nothing came of it, and another try may do better."""
        zone = await _zone(actor, asked)
        context = Context(actor, self._base_url, self._vault, self._eraser, zone=zone, selected=document.selected)
        result = await carry_out(schema._schema, document.node, context, asked["variables"], asked["operationName"])
        content: dict[str, Any] = {"data": result.data}
        if not result.errors:
            return content, 200
        content["errors"] = [errors.shown(error, actor.request_id) for error in result.errors]
        came_to_nothing = not any(value is not None for value in (result.data or {}).values())
        away = any(error["extensions"]["code"] == Unavailable.code for error in content["errors"])
        return content, 503 if away and came_to_nothing else 200


async def _zone(actor: Actor, asked: dict[str, Any]) -> tzinfo:
    """The account's time zone, looked up where the question has a bare date."""
    variables = orjson.dumps(asked["variables"]).decode() if asked["variables"] else ""
    has_day = _DAY.search(asked["query"]) or _DAY.search(variables)
    return await calendars.zone_of(actor) if has_day else UTC


async def _asking(request: Request, base_url: str) -> Actor:
    """Whose token or session this is. Raises Refused 401 for none that is good; NotPermitted."""
    try:
        actor = await callers.of_request(request.headers.items(), base_url, request_id=request.scope.get("request_id"))
    except Unauthenticated as refused:
        raise Refused(401, str(refused), refused.code, **{"WWW-Authenticate": "Bearer"}) from None
    if Permission.READ not in actor.scopes:
        raise NotPermitted("A SCIM token is good for SCIM alone; make an API token.")
    return actor


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


def _key(request: Request) -> str | None:
    """The request's Idempotency-Key. Raises Refused 400 for more than one."""
    sent = request.headers.getlist("idempotency-key")
    if len(sent) > 1:
        raise Refused(400, "Send one Idempotency-Key.", "BAD_REQUEST")
    return sent[0].strip() if sent else None


def _refusal(problem: Exception, request_id: str | None) -> Response:
    """The answer to a request of which nothing came."""
    headers: dict[str, str] = {}
    match problem:
        case Refused(status=status, message=message, code=code, headers=headers):
            told = {"message": message, "extensions": {"code": code, "requestId": request_id}}
            return _json({"errors": [told]}, status, headers)
        case limits.Refused() | GraphQLError():
            status = 200
        case TooManyRequests(retry_after_s=seconds):
            status, headers = 429, {"Retry-After": str(seconds)}
        case CatalogError():
            status = errors.status(problem)
        case _:
            status = 500
    wrapped = problem if isinstance(problem, GraphQLError) else GraphQLError("", original_error=problem)
    return _json({"errors": [errors.shown(wrapped, request_id)]}, status, headers)


def _json(content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return _sent(orjson.dumps(content), status, headers)


def _sent(body: bytes, status: int, headers: dict[str, str] | None = None) -> Response:
    if status == 503:
        headers = {**(headers or {}), "Retry-After": str(RETRY_AFTER_S)}
    return Response(body, status, headers, media_type="application/json")
