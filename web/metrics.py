"""Metrics for Prometheus: how many requests, how long, how they ended; what waits. Nobody's name, id or address.

Counted where a request leaves the process; with several workers each writes its numbers to a file of its own, and
whichever is asked adds them up. They are not for everyone: `/metrics` wants a token of its own, and without one set it
is not there.
"""

from __future__ import annotations

import hmac
import os
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import version

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Scope

from catalog.errors import Unavailable
from catalog.vitals import vitals

SURFACES = frozenset({"scim", "graphql", "auth", "exports"})
"""The first parts of paths that are counted by their own name; everything else is `pages`."""

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Where prometheus-client looks for the folder that workers share, before it is imported."""

_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})

_requests = Counter("muster_requests", "Requests answered.", ["surface", "method", "status"])
_seconds = Histogram(
    "muster_request_seconds",
    "From the first byte of a request to the last byte of its answer.",
    ["surface"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0),
)


def observe(scope: Scope, status: int, seconds: float) -> None:
    """One more request that was answered with `status` (0: not at all) after so many seconds."""
    first = scope["path"][1:].partition("/")[0]
    surface = first if first in SURFACES else "pages"
    method = scope["method"] if scope["method"] in _METHODS else "other"
    counter, histogram = _counted(surface, method, status)
    counter.inc()
    histogram.observe(seconds)


@cache
def _counted(surface: str, method: str, status: int) -> tuple[Counter, Histogram]:
    """What counts such requests, found once: to find them costs as much as to count."""
    return _requests.labels(surface, method, str(status)), _seconds.labels(surface)


@contextmanager
def shared_between_workers() -> Iterator[None]:
    """A folder for the workers' numbers, made before they start, as they inherit its name, and removed when they have
    ended. One that the environment names is left as it is."""
    if SHARED_FOLDER in os.environ:
        yield
        return
    # A worker that ends late may still write its file.
    with tempfile.TemporaryDirectory(prefix="muster-metrics-", ignore_cleanup_errors=True) as folder:
        os.environ[SHARED_FOLDER] = folder
        yield


def metrics(token: str | None) -> Callable[[Request], Awaitable[Response]]:
    """`GET /metrics` in Prometheus's text format, for who has the token; 404 for everybody where none is set."""

    async def answer(request: Request) -> Response:
        if token is None:
            return PlainTextResponse("Not Found", 404)
        given = request.headers.get("authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {token}".encode()):
            return PlainTextResponse("Unauthorized", 401, {"WWW-Authenticate": "Bearer"})
        counted = generate_latest(_everybodys() if SHARED_FOLDER in os.environ else REGISTRY)
        return Response(counted + generate_latest(await _signs()), media_type=CONTENT_TYPE_LATEST)

    return answer


def _everybodys() -> CollectorRegistry:
    registry = CollectorRegistry()
    MultiProcessCollector(registry, os.environ[SHARED_FOLDER])  # type: ignore[no-untyped-call]
    return registry


async def _signs() -> CollectorRegistry:
    """What the database says, read now."""
    registry = CollectorRegistry()
    Gauge("muster_build", "The version that answers.", ["version"], registry=registry).labels(
        version("muster-catalog")
    ).set(1)
    up = Gauge("muster_database_up", "Whether the database answers.", registry=registry)
    try:
        found = await vitals()
    except Unavailable:
        up.set(0)
        return registry
    up.set(1)
    letters = Gauge("muster_letters", "Letters, by their state.", ["state"], registry=registry)
    for state, count in found.letters.items():
        letters.labels(state).set(count)
    Gauge("muster_oldest_letter_due_seconds", "How long the oldest letter has been due.", registry=registry).set(
        found.oldest_letter_due_s
    )
    return registry
