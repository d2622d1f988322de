"""`/auth`: signing in and out, sessions, passwords, and links that are good once. docs/sign-in.md has every shape.

JSON in, JSON out. What a handler promises is in the catalog; what all of them have in common is `door`'s.
"""

from __future__ import annotations

from functools import wraps
from uuid import UUID

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from catalog import errors, hashing
from catalog.actors import Actor, command
from catalog.changes import Change
from catalog.ids import as_text, as_uuid, opened
from catalog.services import (
    accounts,
    administration,
    callers,
    invitations,
    links,
    passwords,
    sessions,
    set_up,
    sign_in,
    sign_in_connections,
    users,
)
from catalog.services.links import Link
from web.door import CSRF, Door, Handler, address, browser, changed, nowhere, read, sso_path, told, told_of
from web.throttling import SignInLimit

log = structlog.get_logger("sign-in")


def create_app(public_url: str, limit: SignInLimit) -> ASGIApp:
    """The routes below `/auth`, for a product that is found under `public_url`."""
    door = Door(public_url, limit)

    def route(path: str, handler: Handler, *methods: str) -> Route:
        @wraps(handler)
        async def endpoint(request: Request) -> Response:
            return await door.answer(request, handler)

        return Route(path, endpoint, methods=list(methods))

    return Starlette(
        routes=[
            route("/session", who, "GET"),
            route("/sign-in", enter, "POST"),
            route("/sign-out", leave, "POST"),
            route("/sign-out-everywhere", leave_everywhere, "POST"),
            route("/confirm", confirm, "POST"),
            route("/sessions", own_sessions, "GET"),
            route("/sessions/{id}", end_session, "DELETE"),
            route("/password", change_password, "POST"),
            route("/profile", change_profile, "POST"),
            route("/setup/{secret}", link_of("setup"), "GET"),
            route("/setup/{secret}", carry_out_set_up, "POST"),
            route("/invitations/{secret}", link_of("invitations"), "GET"),
            route("/invitations/{secret}", accept, "POST"),
            route("/password-links", send_password_link, "POST"),
            route("/sign-outs", sign_somebody_out, "POST"),
        ],
        exception_handlers={HTTPException: nowhere},
    )


# --- who is signed in -------------------------------------------------------------------------------------------------


async def who(door: Door, request: Request) -> Response:
    """GET /session."""
    try:
        return await door.signed_in(await door.me(request))
    except errors.Unauthenticated:
        pass
    try:
        account = await accounts.default()
        is_set_up = not await set_up.is_needed(command(account.id))
    except errors.NotFound:
        is_set_up = False
    except errors.Invalid:
        # Several accounts, none of them the default one: nobody has been waiting for a link.
        is_set_up = True
    return JSONResponse({"signedIn": False, "isSetUp": is_set_up, "connections": await _ways_in(request), "csrf": CSRF})


async def enter(door: Door, request: Request) -> Response:
    """POST /sign-in."""
    body = await read(request, "email", "password", account=None)
    whence = address(request)
    await door.limit.attempt(whence, body["email"])
    try:
        proven = await sign_in.prove(body["email"], body["password"], account=body["account"])
        secret = await changed(
            _with_id(proven.actor, request),
            lambda this: sign_in.begin(this, proven, browser(request)),
        )
    except errors.Unauthenticated as refused:
        log.info("sign-in refused", address=whence)
        return told(401, "WRONG_CREDENTIALS", str(refused))
    await door.limit.forgive(body["email"])
    return await door.entered(request, secret)


async def leave(door: Door, request: Request) -> Response:
    """POST /sign-out."""
    secret = callers.cookie(request.headers.items(), door.public_url)
    if secret is None:
        return door.left(Response(status_code=204))
    try:
        row = await sessions.mine(await door.me(request))
    except errors.Unauthenticated:
        return door.left(Response(status_code=204))
    await door.end(secret)
    if row["method"] != "oidc":
        return door.left(Response(status_code=204))
    # The session at the provider is another one; a shared computer should not let the next person in by it.
    return door.left(JSONResponse({"goTo": f"{sso_path(row['method'], row['connection_id'])}/sign-out"}))


async def leave_everywhere(door: Door, request: Request) -> Response:
    """POST /sign-out-everywhere."""
    me = await door.me(request)

    async def work(this: Change) -> int:
        return await sessions.end_everywhere(this, await users.lock(this, _id(me)))

    await changed(me, work)
    return door.left(Response(status_code=204))


async def confirm(door: Door, request: Request) -> Response:
    """POST /confirm."""
    me = await door.me(request)
    body = await read(request, "password")
    await door.limit.attempt(address(request), str(me.id))
    await sign_in.prove_again(me, body["password"])
    await changed(me, sessions.confirm)
    await door.limit.forgive(str(me.id))
    return await door.signed_in(me)


async def own_sessions(door: Door, request: Request) -> Response:
    """GET /sessions."""
    me = await door.me(request)
    listed = [
        {
            **told_of(row),
            "ip": row["ip"],
            "userAgent": row["user_agent"],
            "isCurrent": str(row["id"]) == str(me.session_id),
        }
        for row in await sessions.list_(me)
    ]
    return JSONResponse({"sessions": listed})


async def end_session(door: Door, request: Request) -> Response:
    """DELETE /sessions/{id}."""
    me, id = await door.me(request), request.path_params["id"]
    await changed(me, lambda this: sessions.end(this, id))
    return Response(status_code=204)


# --- oneself ----------------------------------------------------------------------------------------------------------


async def change_password(door: Door, request: Request) -> Response:
    """POST /password."""
    me = await door.me(request)
    body = await read(request, "password", "newPassword")
    await door.limit.attempt(address(request), str(me.id))
    proven = await sign_in.prove_again(me, body["password"])
    hash = await _hash(body["newPassword"], me.name, field="newPassword")
    await changed(me, lambda this: passwords.change_own(this, proven=proven, hash=hash))
    await door.limit.forgive(str(me.id))
    return Response(status_code=204)


async def change_profile(door: Door, request: Request) -> Response:
    """POST /profile."""
    me = await door.me(request)
    body = await read(request, "name")

    async def work(this: Change) -> None:
        await administration.rename(this, await users.lock(this, _id(me)), body["name"])

    await changed(me, work)
    sessions.forget()
    return await door.signed_in(me)


# --- links ------------------------------------------------------------------------------------------------------------


def link_of(page: str) -> Handler:
    """GET /setup/{secret}, /invitations/{secret}: what the link is; for a browser, the page that asks for it."""

    async def look(door: Door, request: Request) -> Response:
        secret = request.path_params["secret"]
        if "text/html" in request.headers.get("accept", ""):
            # Nothing but the alphabet of secrets goes into an address.
            bare = secret if secret.replace("_", "").isalnum() and secret.isascii() else "unknown"
            return RedirectResponse(f"/{page}/{bare}", 303)
        link = await _look(page, secret)
        return JSONResponse(
            {
                "purpose": link.purpose,
                "account": {"name": link.account, "slug": link.slug},
                "email": link.email,
                "name": link.name,
                "expiresAt": as_text(link.expires_at),
            }
        )

    return look


async def carry_out_set_up(door: Door, request: Request) -> Response:
    """POST /setup/{secret}."""
    body = await read(request, "name", "email", "password")
    await door.limit.attempt(address(request))
    link = await _look("setup", request.path_params["secret"])
    hash = await _hash(body["password"], body["name"], body["email"], link.account)

    async def work(this: Change) -> str:
        given = {"name": str(body["name"]), "email": str(body["email"]), "hash": hash}
        return (await set_up.carry_out(this, link, **given, browser=browser(request)))[1]

    return await door.entered(request, await changed(_with_id(links.bearer(link), request), work))


async def accept(door: Door, request: Request) -> Response:
    """POST /invitations/{secret}."""
    body = await read(request, "password")
    await door.limit.attempt(address(request))
    link = await _look("invitations", request.path_params["secret"])
    hash = await _hash(body["password"], link.name, link.email, link.account)

    async def work(this: Change) -> str:
        return (await invitations.accept(this, link, hash=hash, browser=browser(request)))[1]

    return await door.entered(request, await changed(_with_id(links.bearer(link), request), work))


# --- administrators ---------------------------------------------------------------------------------------------------


async def send_password_link(door: Door, request: Request) -> Response:
    """POST /password-links."""
    me = await door.me(request)
    body = await read(request, "user")

    async def work(this: Change) -> str:
        return await passwords.send_link(this, await users.lock(this, await _named(me, body["user"])))

    return JSONResponse({"sentTo": await changed(me, work)})


async def sign_somebody_out(door: Door, request: Request) -> Response:
    """POST /sign-outs."""
    me = await door.me(request)
    body = await read(request, "user")

    async def work(this: Change) -> int:
        return await sessions.end_everywhere(this, await users.lock(this, await _named(me, body["user"])))

    await changed(me, work)
    return Response(status_code=204)


# --- what the handlers lean on ----------------------------------------------------------------------------------------


async def _ways_in(request: Request) -> list[dict[str, str]]:
    """The single sign-ons of the account whose slug the address names, or of the only one there is."""
    slug = request.query_params.get("account")
    try:
        account = await accounts.by_slug(slug) if slug else await accounts.only()
    except errors.NotFound:
        account = None
    if account is None:
        return []
    found = await sign_in_connections.offered(account.id)
    return [{"name": row["name"], "start": f"{sso_path(row['kind'], row['id'])}/start"} for row in found]


async def _look(page: str, secret: str) -> Link:
    """The link, if it belongs on this page. Raises LinkSpent."""
    link = await links.look(secret)
    if (link.purpose == "setup") != (page == "setup"):
        raise errors.LinkSpent("unknown")
    return link


async def _hash(password: str, *about: str | None, field: str = "password") -> str:
    """The hash of a password that will do for somebody. Raises Invalid, Unavailable."""
    try:
        await hashing.check(password, about=about)
    except errors.Invalid as problem:
        raise errors.Invalid(field, problem.reason) from None
    return await hashing.make(password)


async def _named(me: Actor, user: str) -> UUID:
    """The person of this id, of either form, or of this email. Raises NotFound."""
    public = opened(user)
    if public is not None and public[0] == "User":
        return public[1]
    return as_uuid(user) or await users.id_of_email(me, user)


def _id(me: Actor) -> UUID:
    if me.id is None:
        raise errors.Unauthenticated("none", "You are signed out: sign in again.")
    return me.id


def _with_id(actor: Actor, request: Request) -> Actor:
    return actor.during(request.scope.get("request_id"))
