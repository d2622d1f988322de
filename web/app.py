"""The product as one application: everything mounted, the database opened, the worker started."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route, Router
from starlette.types import ASGIApp

from catalog import database
from catalog.engines.watched import Watch
from catalog.services import deliveries
from catalog.vault import Vault
from scim_facade import answers
from scim_facade.app import create_app as create_scim
from scim_facade.errors import ScimError
from web import metrics, pages
from web.deferred import Deferred, make_soon
from web.door import Door
from web.limiting import WriteLimit
from web.middleware import COME_AGAIN_S, Gate, Refused, refuse
from web.readiness import Readiness
from web.settings import Settings, signing_key
from web.sign_in import create_app as create_auth
from web.throttling import SignInLimit
from web.worker import Worker

log = structlog.get_logger("web")


def create_app(settings: Settings, watch: Watch | None = None) -> ASGIApp:
    """The product, to be served by uvicorn. Opens the database when it starts, closes it when it stops.

    `watch` is told of each statement (`web.tracing`).
    """
    journal = deliveries.Buffer()
    base_url = settings.public_url
    tries = SignInLimit(settings.rate_limit_url, workers=settings.workers)
    readiness = Readiness(settings.drain_s)
    limit = WriteLimit(settings.rate_limit_url, settings.scim_writes_per_s, workers=settings.workers)
    graphql = Deferred(partial(_graphql, settings))
    exports = Deferred(partial(_exports, settings))
    single_sign_on = Deferred(partial(_single_sign_on, settings, tries))
    guides = Deferred(_guides)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await database.connect(
            settings.database_url,
            pool_size=settings.database_pool_size,
            replica_url=settings.database_replica_url,
            watch=watch,
        )
        worker = Worker(settings, journal)
        # Not the other two: most installations are asked neither, and those libraries take memory.
        making = asyncio.create_task(make_soon([graphql, exports]))
        try:
            async with worker:
                with readiness.announced():
                    yield
        finally:
            making.cancel()
            await database.disconnect()

    application = Starlette(
        routes=[
            Route("/graphql", graphql),
            Route("/exports/{what}", exports),
            Route("/auth/oidc/{connection}/{step}", single_sign_on),
            Route("/auth/saml/{connection}/{step}", single_sign_on),
            Mount("/auth", create_auth(base_url, tries)),
            Route("/healthz", healthz),
            Route("/readyz", readiness.readyz),
            Route("/metrics", metrics.metrics(settings.metrics_secret)),
            Route("/docs", guides),
            Route("/docs/{name:path}", guides),
            *pages.routes(),
        ],
        exception_handlers={Refused: refuse},
        lifespan=lifespan,
    )
    scim = create_scim(f"{base_url}/scim/v2", journal, signing_key(settings).decode(), limit)
    # Okta is documented to try again what was answered with 429, and nothing else.
    busy = answers.refusal(ScimError(429, "Muster is busy: please try again.", retry_after_s=COME_AGAIN_S))
    return Gate(
        application,
        https=base_url.startswith("https://"),
        readiness=readiness,
        doors={"/scim/v2": scim},
        busy={"/scim/v2": busy},
    )


def _graphql(settings: Settings) -> ASGIApp:
    from graphql_api.app import Endpoint

    return Endpoint(settings.public_url, signing_key(settings).decode())


def _exports(settings: Settings) -> ASGIApp:
    from web.exporting import addresses

    return Router(addresses.routes(settings.public_url))


def _single_sign_on(settings: Settings, tries: SignInLimit) -> ASGIApp:
    from web.sso import routes
    from web.sso.fetching import Fetcher

    door = Door(settings.public_url, tries)
    fetcher = Fetcher(settings.public_url, settings.sso_private_hosts)
    return Router(routes.routes(door, Vault(signing_key(settings).decode()), fetcher))


def _guides() -> ASGIApp:
    from web import guides

    return Router([Route("/docs", guides.guide), Route("/docs/{name:path}", guides.guide)])


async def healthz(request: Request) -> Response:
    """200 while the process answers at all."""
    return PlainTextResponse("alive\n")
