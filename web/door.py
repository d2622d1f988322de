"""What every request below `/auth` has in common: cookies, proof that a page of ours sent it, bodies, and refusals.

Who may do what is decided in the catalog; here is what HTTP calls it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import orjson
import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from catalog import errors
from catalog.actors import Actor
from catalog.changes import Change, change, uninterrupted
from catalog.engines import Row
from catalog.ids import as_text, public_id
from catalog.services import callers, sessions
from catalog.services.sessions import Browser
from web.throttling import SignInLimit

log = structlog.get_logger("sign-in")

CSRF = {"header": "X-Muster-Csrf", "value": callers.CSRF_VALUE}

MAX_CHARACTERS = 1_000
"""Of any text in a body: nothing that belongs into one is longer."""


class Door:
    """What the handlers share: where the product is found, the limit on tries, how refusals are answered."""

    def __init__(self, public_url: str, limit: SignInLimit) -> None:
        self.public_url, self.limit = public_url, limit

    async def answer(self, request: Request, handler: Callable[[Door, Request], Awaitable[Response]]) -> Response:
        """The handler's answer, or the refusal; nobody keeps either."""
        try:
            if request.method not in ("GET", "HEAD"):
                callers.need_own_page(request.headers.items(), self.public_url)
            response = await handler(self, request)
        except errors.CatalogError as problem:
            response = refusal(problem)
        except HTTPException as problem:
            response = told(problem.status_code, "INVALID", str(problem.detail))
        except Exception:
            log.exception("unforeseen", handler=getattr(handler, "__name__", ""))
            response = told(500, "BROKEN", "Something went wrong on our side; please try again.")
        response.headers["Cache-Control"] = "no-store"
        return response

    async def me(self, request: Request) -> Actor:
        """Who is signed in. Raises Unauthenticated."""
        secret = callers.cookie(request.headers.items(), self.public_url)
        if secret is None:
            raise errors.Unauthenticated("none", "You are signed out: sign in again.")
        return await sessions.recognise(secret, request_id=request.scope.get("request_id"))

    async def signed_in(self, actor: Actor) -> Response:
        """The session of the actor, as it is told."""
        row = await sessions.mine(actor)
        idle_expires_at = datetime.fromisoformat(row["last_seen_at"]) + sessions.IDLE
        return JSONResponse(
            {
                "signedIn": True,
                "user": {
                    "id": public_id("User", str(row["user_id"])),
                    "name": row["name"],
                    "email": row["email"] or "",
                    "role": row["role"],
                    "isBreakGlass": bool(row["is_break_glass"]),
                    "isManaged": bool(row["managed"]),
                },
                "account": {
                    "id": public_id("Account", str(row["account"])),
                    "name": row["account_name"],
                    "slug": row["slug"],
                },
                "session": {
                    **told_of(row),
                    "confirmedAt": row["confirmed_at"],
                    "idleExpiresAt": as_text(idle_expires_at),
                    "confirmBy": f"{sso_path(row['method'], row['connection_id'])}/start?again=1"
                    if row["connection_id"]
                    else None,
                },
                "csrf": CSRF,
            }
        )

    async def entered(self, request: Request, secret: str) -> Response:
        """The answer to whoever has just come in: their session, and its cookie."""
        actor = await sessions.recognise(secret, request_id=request.scope.get("request_id"))
        return await self.with_session(request, await self.signed_in(actor), secret)

    async def with_session(self, request: Request, response: Response, secret: str) -> Response:
        """The answer, with the session's cookie; an older session of the browser's ends."""
        former = callers.cookie(request.headers.items(), self.public_url)
        if former is not None:
            await self.end(former)
        response.set_cookie(value=secret, max_age=int(sessions.LONGEST.total_seconds()), **self._session_cookie())
        return response

    def left(self, response: Response) -> Response:
        """The answer, with which the browser forgets the session's cookie."""
        response.delete_cookie(**self._session_cookie())
        return response

    @property
    def is_secure(self) -> bool:
        """Whether browsers come by https alone."""
        return self.public_url.startswith("https://")

    def cookie(self, name: str) -> dict[str, Any]:
        """What every cookie of ours is given: no script reads it, and no other site's form brings it."""
        return {"key": name, "path": "/", "secure": self.is_secure, "httponly": True, "samesite": "lax"}

    def _session_cookie(self) -> dict[str, Any]:
        return self.cookie(callers.cookie_name(self.public_url))

    async def end(self, secret: str) -> None:
        """The session of this secret has ended, if there was one."""
        try:
            former = await sessions.recognise(secret)
            await changed(former, lambda this: sessions.end(this, former.session_id or ""))
        except (errors.NotPermitted, errors.NotFound):
            return


Handler = Callable[[Door, Request], Awaitable[Response]]


async def changed(actor: Actor, work: Callable[[Change], Awaitable[Any]]) -> Any:
    """What `work(this)` gives, within one change of the actor's, carried to its end whatever becomes of the client."""

    async def whole() -> Any:
        async with change(actor) as this:
            return await work(this)

    return await uninterrupted(whole)


async def read(request: Request, *names: str, **more: None) -> dict[str, Any]:
    """The body, an object that has a text under each of the names, and perhaps under each of `more`.

    What else is in it is passed over. Raises Invalid, naming the field.
    """
    sent = await request.body()
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise errors.Invalid("body", "send application/json.")
    try:
        found = orjson.loads(sent)
    except orjson.JSONDecodeError:
        raise errors.Invalid("body", "it is no JSON.") from None
    if not isinstance(found, dict):
        raise errors.Invalid("body", "it must be an object.")
    body: dict[str, Any] = {}
    for name in (*names, *more):
        value = found.get(name)
        if value is None and name in more:
            body[name] = None
        elif not isinstance(value, str):
            raise errors.Invalid(name, "it must be a text.")
        elif len(value) > MAX_CHARACTERS or "\0" in value:
            raise errors.Invalid(name, f"it has at most {MAX_CHARACTERS} characters, and none that no text can have.")
        else:
            body[name] = value
    return body


def told_of(row: Row) -> dict[str, Any]:
    """One session, as it is told."""
    return {
        "id": str(row["id"]),
        "method": row["method"],
        "createdAt": row["created_at"],
        "lastSeenAt": row["last_seen_at"],
        "expiresAt": row["expires_at"],
    }


def sso_path(kind: str, connection_id: Any) -> str:
    """Where the steps of this single sign-on are found."""
    return f"/auth/{kind}/{connection_id}"


def browser(request: Request) -> Browser:
    """Who asks, as a session remembers it."""
    return Browser(address(request), request.headers.get("user-agent"))


def address(request: Request) -> str:
    """Whence the request comes: what a proxy says of it counts only where it is trusted."""
    return request.client.host if request.client else "unknown"


def told(status: int, code: str, message: str, **more: Any) -> Response:
    """A refusal: a code for the program, a sentence for the person."""
    return JSONResponse({"code": code, "message": message, **more}, status)


def refusal(problem: errors.CatalogError) -> Response:
    """What the catalog refused, in HTTP's words."""
    message = str(problem)
    match problem:
        case errors.LinkSpent(why=why):
            return told(404 if why == "unknown" else 410, f"LINK_{why.upper()}", message)
        case errors.Unauthenticated():
            return told(401, "SIGNED_OUT", message)
        case errors.NotPermitted():
            return told(403, problem.code, message)
        case errors.NotFound():
            return told(404, problem.code, message)
        case errors.AccountNotChosen(accounts=accounts):
            return told(409, problem.code, message, accounts=[{"slug": slug, "name": name} for slug, name in accounts])
        case errors.AlreadyTaken():
            return told(409, problem.code, message)
        case errors.Invalid(field=field, reason=reason):
            return told(400, problem.code, reason[:1].upper() + reason[1:], field=field)
        case errors.TooManyRequests(retry_after_s=seconds):
            response = told(429, problem.code, message, retryAfter=seconds)
            response.headers["Retry-After"] = str(seconds)
            return response
        case errors.Unavailable():
            response = told(503, problem.code, message)
            response.headers["Retry-After"] = "5"
            return response
    return told(409, problem.code, message)


async def nowhere(request: Request, problem: Exception) -> Response:
    """An address or a method that there is not."""
    status = problem.status_code if isinstance(problem, HTTPException) else 500
    headers = dict(problem.headers or {}) if isinstance(problem, HTTPException) else {}
    message = f"{request.method} is not possible here." if status == 405 else "There is nothing at this address."
    return JSONResponse({"code": "NOT_FOUND", "message": message}, status, headers)
