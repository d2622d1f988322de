"""Traces by OpenTelemetry: a span for each request, and within it one for each statement.

On where the SDK is installed (`pip install muster-catalog[otel]`) and its own variables name a collector
(`OTEL_EXPORTER_OTLP_ENDPOINT`); else nothing of it is imported. Names and attributes are those of the semantic
conventions for HTTP servers and SQL databases. Nothing in a span is anybody's: of an address only its route is told, as
there may be a link in it that lets somebody in, or a filter with a name; of a statement only its text, which has
placeholders where values go, and where constants stand, as among those are the names that a query gives its fields; of
a failure only its class.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from importlib.metadata import version
from typing import TYPE_CHECKING

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from catalog.engines.watched import Watch
from web.middleware import ALWAYS

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.trace import Span, SpanKind

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")

SYSTEMS = {"sqlite": "sqlite", "postgres": "postgresql"}
"""Our names of the engines, and the conventions' ones."""

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY"})
"""Any other is `_OTHER`, so that nobody makes up names for us."""

log = structlog.get_logger("web")


class Tracing:
    """What is traced: requests by `of_requests`, statements by `of_statements`."""

    def __init__(self, processor: SpanProcessor) -> None:
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider

        # What OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say.
        resource = Resource.create({"service.version": version("muster-catalog")})
        if str(resource.attributes["service.name"]).startswith("unknown_service"):
            resource = resource.merge(Resource({"service.name": "muster"}))
        self._provider = TracerProvider(resource=resource)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("muster", version("muster-catalog"))

    def of_requests(self, app: ASGIApp) -> ASGIApp:
        """The application, each of whose requests is a span; what is still untold is told when it stops."""
        from opentelemetry import propagate
        from opentelemetry.trace import SpanKind

        async def traced(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "lifespan":
                await app(scope, receive, self._telling_the_rest(send))
                return
            if scope["type"] != "http" or scope["path"] in ALWAYS:
                await app(scope, receive, send)
                return
            # Before those within note in the scope who answers.
            path, method = scope["path"], scope["method"] if scope["method"] in METHODS else "_OTHER"
            headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
            name, status = "HTTP" if method == "_OTHER" else method, 0
            given = {"http.request.method": method, "url.scheme": scope["scheme"]}
            with self._span(name, SpanKind.SERVER, given, propagate.extract(headers)) as span:

                async def noting(message: Message) -> None:
                    nonlocal status
                    if message["type"] == "http.response.start":
                        status = message["status"]
                    await send(message)

                try:
                    await app(scope, receive, noting)
                finally:
                    if status:
                        span.set_attribute("http.response.status_code", status)
                    if status >= 500:
                        _failed(span, str(status))
                    route = _route(path, scope, status)
                    if route is not None:
                        span.set_attribute("http.route", route)
                        span.update_name(f"{name} {route}")

        return traced

    def _telling_the_rest(self, send: Send) -> Send:
        """For the life of a server: it waits with its end until the collector has been told, or does not answer."""

        async def sending(message: Message) -> None:
            if message["type"].startswith("lifespan.shutdown"):
                await asyncio.to_thread(self._provider.shutdown)
            await send(message)

        return sending

    @property
    def of_statements(self) -> Watch:
        """For `catalog.database.connect`: what is asked for a request. What the worker does by itself is nobody's."""
        from opentelemetry.trace import SpanKind, get_current_span

        @contextmanager
        def watch(dialect: str, texts: Sequence[str]) -> Iterator[None]:
            if not texts or not get_current_span().is_recording():
                yield
                return
            name, attributes = _described(dialect, tuple(texts))
            with self._span(name, SpanKind.CLIENT, attributes):
                yield

        return watch

    @contextmanager
    def _span(
        self, name: str, kind: SpanKind, attributes: Mapping[str, str | int], context: Context | None = None
    ) -> Iterator[Span]:
        """The current span until the block is left; a message of what is raised there would tell too much."""
        with self._tracer.start_as_current_span(
            name, context, kind, attributes, record_exception=False, set_status_on_exception=False
        ) as span:
            try:
                yield span
            except BaseException as problem:
                _failed(span, type(problem).__qualname__)
                raise


def _failed(span: Span, kind: str) -> None:
    from opentelemetry.trace import StatusCode

    span.set_attribute("error.type", kind)
    span.set_status(StatusCode.ERROR)


def asked_for() -> Tracing | None:
    """What the variables of OpenTelemetry ask for; None, where they do not, or the SDK is not installed."""
    given = os.environ.get
    if given("OTEL_SDK_DISABLED", "").lower() == "true" or given("OTEL_TRACES_EXPORTER") == "none":
        return None
    if not any(given(name) for name in ENDPOINTS):
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        log.warning("traces are asked for, but not installed: pip install 'muster-catalog[otel]'")
        return None
    return Tracing(BatchSpanProcessor(OTLPSpanExporter()))


def _route(path: str, scope: Scope, status: int) -> str | None:
    """The path with names in place of what was put into it: `/scim/v2/Users/{id}`; None where there is no such route.

    Below an address whose rest nobody answered, or sent on to one without a slash, anything may stand.
    """
    params = scope.get("path_params")
    if status in (0, 307, 404):
        return None
    if "http.route" in scope:
        return str(scope["http.route"])
    if params is None:
        return None
    for name, value in params.items():
        before, found, after = path.rpartition(f"/{value}")
        if not found:
            return None
        path = f"{before}/{{{name}}}{after}"
    return path


# Not a function's name, which stands before a parenthesis; that of a table into which rows go does too.
_TABLE = re.compile(r"\b(?:INTO|(?:FROM|UPDATE|JOIN)(?= [a-z_]+\b(?!\s*[(.]))) ([a-z_]+)")
_NAMED = re.compile(r"\b([a-z_]\w*)(?: \([^)]*\))? AS (?:NOT )?(?:MATERIALIZED )?\(")
_CONSTANT = re.compile(r"'(?:[^']|'')*'")


@lru_cache(maxsize=256)
def _described(dialect: str, texts: tuple[str, ...]) -> tuple[str, dict[str, str | int]]:
    """The name of the span, which is the summary of what it does, and its attributes."""
    together = _CONSTANT.sub("'?'", "; ".join(texts))
    verbs = dict.fromkeys(text.split(maxsplit=1)[0].upper() for text in texts)
    named = set(_NAMED.findall(together))
    tables = dict.fromkeys(table for table in _TABLE.findall(together) if table not in named)
    summary = " ".join([*(["BATCH"] if len(texts) > 1 else []), *verbs, *tables])[:255]
    attributes: dict[str, str | int] = {
        "db.system.name": SYSTEMS[dialect],
        "db.query.text": together,
        "db.query.summary": summary,
    }
    if len(tables) == 1:
        attributes["db.collection.name"] = next(iter(tables))
    if len(texts) > 1:
        attributes["db.operation.batch.size"] = len(texts)
    return summary, attributes
