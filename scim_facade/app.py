"""The facade as an application: the guard, the paths, the refusals.

Mounted alone it still lets no stranger in: every request needs a SCIM integration's token, discovery too (nothing in
it is secret, but nothing is gained by answering strangers). Whatever goes wrong is answered as a SCIM Error.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Receive, Scope, Send

from catalog.actors import Actor
from catalog.actors import Scope as Permission
from catalog.errors import CatalogError, NotFound, NotPermitted
from catalog.services import deliveries, integrations, tokens
from scim_facade import answers, discovery, endpoints, groups, users
from scim_facade.answers import Answer
from scim_facade.endpoints import Call
from scim_facade.errors import ScimError
from scim_facade.resources import Caller, ResourceType

log = structlog.get_logger("scim")

TYPES: dict[str, ResourceType] = {"users": users, "groups": groups}  # type: ignore[dict-item]


def create_app(base_url: str, journal: deliveries.Buffer) -> ASGIApp:
    """The facade, whose resources stand under `base_url` (`https://…/scim/v2`).

    `journal` takes the rows of the provisioning log that belong to no change: reads and refusals.
    """
    base_url = base_url.rstrip("/")

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        path = scope["path"].removeprefix(scope.get("root_path", "")) or "/"
        call: Call | None = None
        reason: str | None = None
        try:
            actor = await _guard(request)
            call = Call(request, Caller(actor, base_url, await integrations.settings(actor)), path)
            answer = await _answer(call, path)
        except ClientDisconnect:
            return
        except Exception as problem:
            refused = _refused(problem, call)
            answer, reason = answers.refusal(refused), refused.detail
        if call is not None and not call.is_logged:
            journal.note(call.caller.actor, **call.event(answer, reason))
        await answer(scope, receive, send)

    return app


async def _guard(request: Request) -> Actor:
    """Whose token this is. Raises ScimError 401 for none that is good, 403 for one of another kind."""
    sent = request.headers.getlist("authorization")
    scheme, _, secret = sent[0].partition(" ") if len(sent) == 1 else ("", "", "")
    if scheme.lower() != "bearer" or not secret.strip():
        raise ScimError(401, "Send the integration's API token: one header `Authorization: Bearer muster_scim_…`.")
    try:
        actor = await tokens.recognise(secret.strip(), request_id=request.scope.get("request_id"))
    except NotPermitted as refused:
        raise ScimError(401, str(refused)) from None
    if Permission.SCIM not in actor.scopes:
        raise ScimError(403, "This token is not one of a SCIM integration's.")
    return actor


async def _answer(call: Call, path: str) -> Answer:
    """The handler that the path and the method name, carried out."""
    method, request = call.request.method, call.request
    match path.strip("/").split("/"):
        case [""]:
            raise ScimError(404, "Resources are at /Users and /Groups.")
        case [name] if (kind := TYPES.get(name.lower())) is not None:
            handlers: dict[str, Callable[[], Awaitable[Answer]]] = {
                "GET": lambda: endpoints.search(call, kind),
                "POST": lambda: endpoints.create(call, kind),
            }
        case [name, id] if (kind := TYPES.get(name.lower())) is not None:
            handlers = {
                "GET": lambda: endpoints.get(call, kind, id),
                "PUT": lambda: endpoints.replace(call, kind, id),
                "PATCH": lambda: endpoints.patch(call, kind, id),
                "DELETE": lambda: endpoints.delete(call, kind, id),
            }
        case ["Me", *_]:
            raise ScimError(501, "The token is an integration's: there is no person behind it (RFC 7644 §3.11).")
        case [name, *rest] if (found := discovery.find(call.caller, name, rest, request.query_params)) is not None:
            handlers = {"GET": found}
        case _:
            raise ScimError(404, f"There is nothing at {path[:200]!r}.")
    handler = handlers.get("GET" if method == "HEAD" else method)
    if handler is None:
        raise ScimError(405, f"{method} is not possible here; try {', '.join(handlers)}.")
    return await handler()


def _refused(problem: Exception, call: Call | None) -> ScimError:
    """What the client is told. What nobody foresaw is logged with the request's id, and tells nothing."""
    match problem:
        case ScimError():
            return problem
        case NotFound(key=key) if call is not None and call.path.rstrip("/").endswith(f"/{key}"):
            return ScimError(404, f"Resource {str(key)[:100]!r} not found.")
        case CatalogError():
            return answers.translated(problem)
    log.error("unforeseen", exc_info=problem, path=call.path if call else None)
    return ScimError(500, "Something went wrong on our side; the request changed nothing and may be sent again.")
