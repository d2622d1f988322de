"""The facade as an application: the guard, the paths, the refusals.

Mounted alone it still lets no stranger in: every request needs a SCIM integration's token, discovery too (nothing in
it is secret, but nothing is gained by answering strangers). Whatever goes wrong is answered as a SCIM Error.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import lru_cache
from time import perf_counter
from urllib.parse import unquote_to_bytes

import structlog
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from catalog.actors import Actor, ActorKind
from catalog.actors import Scope as Permission
from catalog.cursors import Bookmarks, Cursors
from catalog.errors import CatalogError, NotFound, Unauthenticated
from catalog.patience import be_patient
from catalog.services import deliveries, extensions, integrations, pausing, tokens
from scim_facade import answers, bulk, discovery, endpoints, groups, listing, users
from scim_facade.answers import Answer
from scim_facade.endpoints import Call
from scim_facade.errors import ScimError
from scim_facade.listing import Places
from scim_facade.resources import Caller, ResourceType

log = structlog.get_logger("scim")

PATIENCE_S = 30
"""For a database that is away: a restart takes less, and Okta waits longer for the next try than for this answer."""

Handlers = dict[str, Callable[[], Awaitable[Answer]]]

TYPES: dict[str, ResourceType] = {"users": users, "groups": groups}


async def unlimited(actor: Actor) -> None:
    """No limit on how fast anybody writes."""


def create_app(
    base_url: str,
    journal: deliveries.Buffer,
    secret_key: str,
    limit: Callable[[Actor], Awaitable[None]] = unlimited,
) -> ASGIApp:
    """The facade, whose resources stand under `base_url` (`https://…/scim/v2`).

    `journal` takes the rows of the provisioning log that belong to no change: reads and refusals. `secret_key` seals
    cursors. `limit` is asked before each write, and raises TooManyRequests.
    """
    base_url = base_url.rstrip("/")
    places = Places(Cursors(secret_key), Bookmarks())

    async def carry(call: Call) -> Answer:
        """The answer to a call, refusals too; logged."""
        reason: str | None = None
        try:
            if call.method not in ("GET", "HEAD"):
                if not call.path.endswith("/.search"):
                    await pausing.need_running(call.caller.actor)
                await limit(call.caller.actor)
            answer = await _answer(call, places, carry)
        except Exception as problem:  # noqa: BLE001 - whatever goes wrong is answered as a SCIM Error
            refused = _refused(problem, call)
            answer, reason = answers.refusal(refused), refused.detail
        if not call.is_logged:
            journal.note(call.caller.actor, shape=call.shape, **call.event(answer, reason))
        return answer

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        started = perf_counter()
        be_patient(PATIENCE_S)
        try:
            call = await _call(scope, receive, base_url)
            answer = await carry(call)
            if call.shape is not None:
                # For whoever traces requests, as Starlette's routes leave `path_params`.
                scope["http.route"] = f"{scope.get('root_path', '')}{call.shape}"
        except ClientDisconnect:
            return
        except Exception as problem:  # noqa: BLE001 - as above, before there is a caller
            answer = answers.refusal(_refused(problem, None))
            if isinstance(problem, Spent):
                path = scope["path"].removeprefix(scope.get("root_path", "")) or "/"
                took_ms = (perf_counter() - started) * 1000
                event = {"method": scope["method"], "path": path, "status": 401, "duration_ms": took_ms}
                journal.note(problem.actor, **event, reason=problem.detail)
        await answer(scope, receive, send)

    return app


async def _call(scope: Scope, receive: Receive, base_url: str) -> Call:
    """The request as a call, once its token is recognised. Raises ScimError 401, 403."""
    actor = await _guard(scope)
    path = scope["path"].removeprefix(scope.get("root_path", "")) or "/"
    query = scope["query_string"]
    return Call(
        Caller(actor, base_url, await integrations.settings(actor), await extensions.of(actor)),
        scope["method"],
        path,
        query=_query(query) if query else {},
        headers=Headers(raw=scope["headers"]),
        body=lambda: _body(receive),
        shown_path=f"{path}?{query.decode('latin-1')}" if query else path,
    )


async def _body(receive: Receive) -> bytes:
    """The whole body. Raises ClientDisconnect, and what whoever serves the facade raises of it."""
    pieces: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        pieces.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(pieces)


def _query(raw: bytes) -> dict[str, str]:
    """The parameters, under names in lower case; of one that is there twice, the last."""
    pairs = [part.partition(b"=") for part in raw.replace(b"+", b" ").split(b"&") if part]
    return {_name(name): _unquoted(value) for name, _, value in pairs}


@lru_cache(maxsize=256)
def _name(raw: bytes) -> str:
    return _unquoted(raw).lower()


def _unquoted(raw: bytes) -> str:
    return (unquote_to_bytes(raw) if b"%" in raw else raw).decode(errors="replace")


async def _guard(scope: Scope) -> Actor:
    """Whose token this is. Raises ScimError 401 for none that is good, 403 for one of another kind."""
    sent = [value.decode("latin-1") for name, value in scope["headers"] if name == b"authorization"]
    scheme, _, secret = sent[0].partition(" ") if len(sent) == 1 else ("", "", "")
    if scheme.lower() != "bearer" or not secret.strip():
        raise ScimError(401, "Send the integration's API token: one header `Authorization: Bearer muster_scim_…`.")
    try:
        actor = await tokens.recognise(secret.strip(), request_id=scope.get("request_id"))
    except Unauthenticated as refused:
        raise _spent(refused, scope.get("request_id")) from None
    if Permission.SCIM not in actor.scopes:
        raise ScimError(403, "This token is not one of a SCIM integration's.")
    return actor


class Spent(ScimError):
    """401 for a token that was good once: its integration is told, in the provisioning log."""

    def __init__(self, actor: Actor, detail: str) -> None:
        self.actor = actor
        super().__init__(401, detail)


def _spent(refused: Unauthenticated, request_id: str | None) -> ScimError:
    if refused.account_id is None or refused.integration_id is None:
        return ScimError(401, str(refused))
    owner = Actor(
        *(refused.account_id, ActorKind.INTEGRATION, "", frozenset()),
        integration_id=refused.integration_id,
        token_id=refused.token_id,
        request_id=request_id,
    )
    return Spent(owner, str(refused))


async def _answer(call: Call, places: Places, carry: bulk.Carry) -> Answer:
    """The handler that the path and the method name, carried out."""
    kinds = list(TYPES.values())
    path = call.path.strip("/").split("/")
    kind = TYPES.get(path[0].lower())
    if kind is not None:
        handlers = _of_kind(call, kind, path[1:], places)
    else:
        handlers = _of_root(call, path, kinds, places, carry)
    handler = handlers.get("GET" if call.method == "HEAD" else call.method)
    if handler is None:
        raise ScimError(405, f"{call.method} is not possible here; try {', '.join(handlers)}.", allow=tuple(handlers))
    return await handler()


def _of_kind(call: Call, kind: ResourceType, path: list[str], places: Places) -> Handlers:
    """What can be done at `/Users…` or `/Groups…`. Raises ScimError 404."""
    call.shape = f"{kind.endpoint}/{{id}}" if path else kind.endpoint
    match path:
        case []:
            return {
                "GET": lambda: listing.search(call, kind, places),
                "POST": lambda: endpoints.create(call, kind),
            }
        case [".search"]:
            return {"POST": lambda: listing.post_search(call, [kind], places)}
        case [id]:
            return {
                "GET": lambda: endpoints.get(call, kind, id),
                "PUT": lambda: endpoints.replace(call, kind, id),
                "PATCH": lambda: endpoints.patch(call, kind, id),
                "DELETE": lambda: endpoints.delete(call, kind, id),
            }
    raise _nothing_at(call)


def _of_root(call: Call, path: list[str], kinds: list[ResourceType], places: Places, carry: bulk.Carry) -> Handlers:
    """What can be done elsewhere. Raises ScimError 404; 501 for `/Me`."""
    match path:
        case [""]:
            return {"GET": lambda: listing.root(call, kinds, places)}
        case [".search"]:
            return {"POST": lambda: listing.post_search(call, kinds, places)}
        case [name] if name.lower() == "bulk":
            return {"POST": lambda: bulk.carry_out(call, carry)}
        case [name, *_] if name.lower() == "me":
            raise ScimError(501, "The token is an integration's: there is no person behind it (RFC 7644 §3.11).")
        case [name, *rest] if (found := discovery.find(call.caller, name, rest, call.query)) is not None:
            return {"GET": found}
    raise _nothing_at(call)


def _nothing_at(call: Call) -> ScimError:
    return ScimError(404, f"There is nothing at {call.path[:200]!r}.")


def _refused(problem: Exception, call: Call | None) -> ScimError:
    """What the client is told. What nobody foresaw is logged with the request's id, and tells nothing."""
    match problem:
        case ScimError():
            return problem
        case HTTPException(status_code=status, detail=detail):
            # Whoever serves the facade refused the body: too large, or too slow.
            return ScimError(status, detail)
        case NotFound(key=key) if call is not None and call.path.rstrip("/").endswith(f"/{key}"):
            return ScimError(404, f"Resource {str(key)[:100]!r} not found.")
        case CatalogError():
            return answers.translated(problem)
    if isinstance(problem, ClientDisconnect):
        raise problem
    log.error("unforeseen", exc_info=problem, path=call.path if call else None)
    return ScimError(500, "Something went wrong on our side; the request changed nothing and may be sent again.")
