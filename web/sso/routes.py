"""Below `/auth/oidc` and `/auth/saml`: a browser is sent to its identity provider, and comes back.

Every sign-on is bound to the browser that began it by a cookie of its own. A SAML response is posted by the provider's
page, and a browser sends no cookie of ours along with what another site posts: so a response that holds becomes a
ticket, with which the browser comes again by itself, and then its cookie is there.
"""

from __future__ import annotations

import traceback
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from catalog import access, errors, minting, permissions, request_keys
from catalog.changes import Change
from catalog.connection_settings import OidcSettings, SamlSettings
from catalog.errors import SignInRefused
from catalog.ids import as_uuid, now
from catalog.services import identities, one_time_states, resync, sessions, sign_in_connections
from catalog.services.identities import Asserted
from catalog.services.sign_in_connections import Connection
from catalog.vault import Vault
from web.door import Door, address, browser, changed, sso_path
from web.sso import pages, reading, saml
from web.sso.fetching import Fetcher
from web.sso.oidc import RelyingParty
from web.sso.saml import Addresses, ServiceProvider

log = structlog.get_logger("sign-in")

COOKIE_LIFETIME_S = 15 * 60

_Step = Callable[[Request, Connection], Awaitable[Response]]


def routes(door: Door, vault: Vault, fetcher: Fetcher) -> list[BaseRoute]:
    """The routes, for a product that is found under the door's address."""
    flow = SingleSignOn(door, vault, fetcher)

    def route(kind: str, step: str, handler: _Step, method: str = "GET") -> Route:
        async def endpoint(request: Request) -> Response:
            return await flow.carry_out(request, kind, handler)

        return Route(f"/auth/{kind}/{{connection}}/{step}", endpoint, methods=[method])

    return [
        route("oidc", "start", flow.start),
        route("oidc", "callback", flow.callback),
        route("oidc", "sign-out", flow.sign_out),
        route("saml", "metadata", flow.metadata),
        route("saml", "start", flow.start),
        route("saml", "acs", flow.consume, "POST"),
        route("saml", "finish", flow.finish),
    ]


class SingleSignOn:
    """The steps of a sign-on, each of which is one request."""

    def __init__(self, door: Door, vault: Vault, fetcher: Fetcher) -> None:
        self._door, self._vault = door, vault
        self._relying_party, self._service_provider = RelyingParty(fetcher), ServiceProvider(fetcher)

    async def carry_out(self, request: Request, kind: str, step: _Step) -> Response:
        """The step's answer. Whatever goes wrong is a page that tells a stranger nothing, and never lets anybody in."""
        request_id = str(request.scope.get("request_id", ""))
        try:
            response = await self._answered(request, await _connection(request, kind), step)
        except errors.NotFound:
            response = PlainTextResponse("There is no such connection.\n", 404)
        except HTTPException as problem:
            response = PlainTextResponse(f"{problem.detail}\n", problem.status_code)
        except (errors.TooManyRequests, errors.Unavailable) as problem:
            seconds = getattr(problem, "retry_after_s", 5)
            status = 429 if isinstance(problem, errors.TooManyRequests) else 503
            response = PlainTextResponse(f"{problem}\n", status, {"Retry-After": str(seconds)})
        except Exception as problem:  # noqa: BLE001
            # Fails closed: what a stranger's document did to a library is nobody's way in. The message may quote it,
            # so the log has the place alone.
            where = traceback.extract_tb(problem.__traceback__)[-1]
            at = f"{where.filename}:{where.lineno}"
            log.error("single sign-on failed", step=step.__name__, problem=type(problem).__name__, at=at)  # noqa: TRY400
            response = pages.refused(request_id)
        response.headers["Cache-Control"] = "no-store"
        return response

    async def _answered(self, request: Request, connection: Connection, step: _Step) -> Response:
        """The step's answer, or the page that says that it was refused.

        To begin counts as a try, and so does a refusal; to come back does not, as an office may share one address.
        """
        try:
            return await step(request, connection)
        except SignInRefused as refused:
            await self._door.limit.attempt(address(request))
            log.info("single sign-on refused", connection=str(connection.id), why=refused.why)
            await _note(connection, refused)
            return pages.refused(str(request.scope.get("request_id", "")))

    # --- there ----------------------------------------------------------------------------------------------------

    async def start(self, request: Request, connection: Connection) -> Response:
        """GET …/start: to the provider. `next` is where to go on to, `test` tries, `again` asks to prove it anew."""
        await self._door.limit.attempt(address(request))
        asked = reading.once(request.url.query)
        tester = await self._tester(request) if asked.get("test") else None
        if not connection.enabled and tester is None:
            raise errors.NotFound("sign-in connection", connection.id)
        cookie = self._cookie(request) or minting.mint("sso")
        again = bool(asked.get("again"))
        facts = {
            "browser": minting.digest(cookie),
            "next": reading.own_path(asked.get("next")),
            "tester": tester,
            "again": again,
            "at": now().timestamp(),
        }

        async def remember(this: Change) -> str:
            return one_time_states.remember(this, connection.id, "request", facts)

        state = await changed(connection.actor(), remember)
        if isinstance(connection.settings, OidcSettings):
            url = await self._relying_party.request(
                connection.settings,
                redirect_uri=self._address_of(connection, "callback"),
                state=state,
                cookie=cookie,
                again=again,
            )
        else:
            key = self._request_key(connection) if connection.settings.sign_requests else None
            url = await self._service_provider.request(
                connection.settings, self._addresses(connection), id=state, at=now(), again=again, key=key
            )
        return self._with_cookie(RedirectResponse(url, 303), cookie)

    # --- and back -------------------------------------------------------------------------------------------------

    async def callback(self, request: Request, connection: Connection) -> Response:
        """GET /auth/oidc/…/callback: the provider's code, for who it is."""
        settings = _oidc(connection)
        given = reading.once(request.url.query)
        cookie, state = self._cookie(request), given.get("state", "")
        facts = await self._redeemed(connection, "request", state)
        if cookie is None or not minting.is_of(cookie, facts["browser"]):
            raise _other_browser()
        secret = self._vault.open(connection.id, connection.secret) if connection.secret else None
        if connection.secret and secret is None:
            raise SignInRefused(
                "no_key", "The client secret can't be read: it was sealed with another key. Give it again."
            )
        try:
            asserted = await self._relying_party.answer(
                settings,
                given,
                redirect_uri=self._address_of(connection, "callback"),
                state=state,
                cookie=cookie,
                client_secret=secret,
                proven_since=facts["at"] if facts["again"] else None,
            )
        except SignInRefused as refused:
            return await self._refuse(request, connection, facts, refused)
        return await self._enter(request, connection, asserted, facts)

    async def consume(self, request: Request, connection: Connection) -> Response:
        """POST /auth/saml/…/acs: the provider's response, for a ticket (SAML Bindings §3.5)."""
        settings = _saml(connection)
        encoded = (await reading.form(request)).get("SAMLResponse")
        if not encoded:
            raise SignInRefused("bad_response", "There is no SAMLResponse in what was posted.")
        at = now()
        assertion = await self._service_provider.answer(settings, self._addresses(connection), encoded, at)
        asserted = saml.asserted(assertion)
        if assertion.in_response_to is None and not settings.idp_initiated:
            raise SignInRefused(
                "unasked", "Nobody here asked for it (no InResponseTo), and the connection does not take such ones."
            )
        fresh = minting.mint("sso")

        async def work(this: Change) -> str:
            if assertion.in_response_to is None:
                facts: dict[str, Any] = {
                    "browser": minting.digest(fresh),
                    "next": "/",
                    "tester": None,
                    "again": False,
                    "at": 0,
                }
            else:
                facts = await one_time_states.redeem(this, connection.id, "request", assertion.in_response_to)
            await one_time_states.use_assertion(this, connection.id, assertion.id, until=assertion.good_until)
            proven_at = assertion.authenticated_at
            if facts["again"] and (proven_at is None or proven_at.timestamp() < facts["at"] - 60):
                raise SignInRefused("not_proven_anew", "The provider did not ask the person again who they are.")
            facts |= {"subject": asserted.subject, "name": asserted.name, "email": asserted.email}
            return one_time_states.remember(this, connection.id, "ticket", facts)

        ticket = await changed(connection.actor(), work)
        response = RedirectResponse(f"{self._address_of(connection, 'finish')}?ticket={ticket}", 303)
        return self._with_cookie(response, fresh) if assertion.in_response_to is None else response

    async def finish(self, request: Request, connection: Connection) -> Response:
        """GET /auth/saml/…/finish: the ticket, by the browser that began it, for a session."""
        facts = await self._redeemed(connection, "ticket", reading.once(request.url.query).get("ticket", ""))
        cookie = self._cookie(request)
        if cookie is None or not minting.is_of(cookie, facts["browser"]):
            raise _other_browser()
        asserted = Asserted(facts["subject"], name=facts["name"], email=facts["email"])
        return await self._enter(request, connection, asserted, facts)

    # --- beside ---------------------------------------------------------------------------------------------------

    async def metadata(self, request: Request, connection: Connection) -> Response:
        """GET /auth/saml/…/metadata: what the provider is told of us."""
        settings = _saml(connection)
        told = saml.metadata(self._addresses(connection), settings.request_certificate or None)
        return Response(told, media_type="application/samlmetadata+xml")

    async def sign_out(self, request: Request, connection: Connection) -> Response:
        """GET /auth/oidc/…/sign-out: on to the provider's own sign-out, where it has one; the session ended before."""
        settings = _oidc(connection)
        back = f"{self._door.public_url}/sign-in"
        url = await self._relying_party.sign_out(settings, back_to=back)
        return RedirectResponse(url or back, 303)

    # --- what the steps lean on -----------------------------------------------------------------------------------

    async def _enter(
        self, request: Request, connection: Connection, asserted: Asserted, facts: dict[str, Any]
    ) -> Response:
        """The person's session, or for a test the sentence that says who it would be."""
        if facts["tester"]:
            return await self._tried(request, connection, asserted, facts)

        async def work(this: Change) -> str:
            # Held, so that who switches it off ends this session too, or is seen here.
            if not (await access.sign_in_connection(this, connection.id)).enabled:
                raise SignInRefused("off", "The connection was switched off meanwhile.")
            user = await identities.person(this, connection, asserted)
            try:
                await resync.need_open(this, user)
            except errors.Restored as fenced:
                raise SignInRefused("restored", str(fenced)) from None
            _, secret = sessions.start(
                this,
                user,
                method=connection.kind,
                browser=browser(request),
                connection_id=connection.id,
                subject=asserted.subject,
            )
            return secret

        secret = await changed(connection.actor(request.scope.get("request_id")), work)
        response = RedirectResponse(f"{self._door.public_url}{facts['next']}", 303)
        return await self._door.with_session(request, response, secret)

    async def _tried(
        self, request: Request, connection: Connection, asserted: Asserted, facts: dict[str, Any]
    ) -> Response:
        """Who it would be, of which nothing is kept."""

        async def work(this: Change) -> None:
            raise _Undone((await identities.person(this, connection, asserted)).name)

        found = ""
        try:
            await changed(connection.actor(), work)
        except _Undone as undone:
            found = undone.name
        except SignInRefused as refused:
            return await self._refuse(request, connection, facts, refused)
        await changed(connection.actor(), lambda this: sign_in_connections.passed(this, connection.id))
        return pages.tested(asserted.subject, found)

    async def _refuse(
        self, request: Request, connection: Connection, facts: dict[str, Any], refused: SignInRefused
    ) -> Response:
        """An administrator who tries the connection reads why; nobody else does. Raises SignInRefused."""
        if facts["tester"] and facts["tester"] == await self._tester(request):
            await _note(connection, refused)
            return pages.test_failed(str(refused))
        raise refused

    async def _tester(self, request: Request) -> str | None:
        """The administrator who is signed in in this browser; None for anybody else."""
        try:
            me = await self._door.me(request)
        except errors.NotPermitted:
            return None
        return str(me.id) if permissions.may(me, "sign_in.manage") else None

    async def _redeemed(self, connection: Connection, purpose: one_time_states.Purpose, secret: str) -> dict[str, Any]:
        """The facts behind the secret, used up whatever follows. Raises SignInRefused."""
        found: dict[str, Any] = await changed(
            connection.actor(), lambda this: one_time_states.redeem(this, connection.id, purpose, secret)
        )
        return found

    def _request_key(self, connection: Connection) -> RSAPrivateKey:
        """The key with which requests are signed. Raises SignInRefused."""
        private = self._vault.open(connection.id, connection.secret) if connection.secret else None
        key = request_keys.read(private) if private else None
        if key is None:
            raise SignInRefused("no_key", "The key for signing requests can't be read: it was sealed with another key.")
        return key

    def _addresses(self, connection: Connection) -> Addresses:
        return Addresses(self._address_of(connection, "metadata"), self._address_of(connection, "acs"))

    def _address_of(self, connection: Connection, step: str) -> str:
        return f"{self._door.public_url}{sso_path(connection.kind, connection.id)}/{step}"

    def _cookie_name(self) -> str:
        return "__Host-muster-sso" if self._door.is_secure else "muster_sso"

    def _cookie(self, request: Request) -> str | None:
        value = request.cookies.get(self._cookie_name(), "")
        return value if minting.kind_of(value) == "sso" and minting.plausible(value) else None

    def _with_cookie(self, response: Response, value: str) -> Response:
        response.set_cookie(value=value, max_age=COOKIE_LIFETIME_S, **self._door.cookie(self._cookie_name()))
        return response


class _Undone(Exception):
    """What a test found out, on its way out of the change that is not kept."""

    def __init__(self, name: str) -> None:
        self.name = name


async def _connection(request: Request, kind: str) -> Connection:
    """The connection that the address names. Raises NotFound."""
    id: UUID | None = as_uuid(request.path_params["connection"])
    if id is None:
        raise errors.NotFound("sign-in connection", request.path_params["connection"])
    found = await sign_in_connections.look(id)
    if found.kind != kind:
        raise errors.NotFound("sign-in connection", id)
    return found


async def _note(connection: Connection, refused: SignInRefused) -> None:
    async def work(this: Change) -> None:
        await sign_in_connections.note_error(this, connection.id, code=refused.why, message=str(refused))

    await changed(connection.actor(), work)


def _oidc(connection: Connection) -> OidcSettings:
    if not isinstance(connection.settings, OidcSettings):
        raise errors.NotFound("sign-in connection", connection.id)
    return connection.settings


def _saml(connection: Connection) -> SamlSettings:
    if not isinstance(connection.settings, SamlSettings):
        raise errors.NotFound("sign-in connection", connection.id)
    return connection.settings


def _other_browser() -> SignInRefused:
    return SignInRefused("other_browser", "The answer came back in another browser than the one that began.")
