"""The product as one application: everything mounted, the database opened, the worker started."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from catalog import database
from catalog.services import deliveries
from catalog.vault import Vault
from graphql_api.app import Endpoint
from scim_facade import answers
from scim_facade.app import create_app as create_scim
from scim_facade.errors import ScimError
from web import guides, metrics, pages
from web.door import Door
from web.exporting import addresses
from web.limiting import WriteLimit
from web.middleware import COME_AGAIN_S, Gate, Refused, refuse
from web.readiness import Readiness
from web.settings import Settings, signing_key
from web.sign_in import create_app as create_auth
from web.sso import routes as sso
from web.sso.fetching import Fetcher
from web.throttling import SignInLimit
from web.worker import Worker

log = structlog.get_logger("web")


def create_app(settings: Settings) -> ASGIApp:
    """The product, to be served by uvicorn. Opens the database when it starts, closes it when it stops."""
    journal = deliveries.Buffer()
    base_url = settings.public_url
    tries = SignInLimit(settings.rate_limit_url, workers=settings.workers)
    readiness = Readiness(settings.drain_s)
    limit = WriteLimit(settings.rate_limit_url, settings.scim_writes_per_s, workers=settings.workers)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await database.connect(
            settings.database_url,
            pool_size=settings.database_pool_size,
            replica_url=settings.database_replica_url,
        )
        worker = Worker(settings, journal)
        try:
            async with worker:
                with readiness.announced():
                    yield
        finally:
            await database.disconnect()

    application = Starlette(
        routes=[
            Route("/graphql", Endpoint(base_url, signing_key(settings).decode())),
            *addresses.routes(base_url),
            *sso.routes(
                Door(base_url, tries),
                Vault(signing_key(settings).decode()),
                Fetcher(base_url, settings.sso_private_hosts),
            ),
            Mount("/auth", create_auth(base_url, tries)),
            Route("/healthz", healthz),
            Route("/readyz", readiness.readyz),
            Route("/metrics", metrics.metrics(settings.metrics_secret)),
            Route("/docs", guides.guide),
            Route("/docs/{name}", guides.guide),
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


async def healthz(request: Request) -> Response:
    """200 while the process answers at all."""
    return PlainTextResponse("alive\n")
