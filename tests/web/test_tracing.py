"""Traces: spans of requests and of their statements, by the names of OpenTelemetry's conventions, and nobody's data."""

import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from catalog import database
from catalog.actors import Actor
from catalog.changes import change
from catalog.engines import Database
from catalog.services import tokens
from tests import builders
from tests.web.serving import running
from web import tracing
from web.app import create_app
from web.settings import Settings
from web.tracing import Tracing

SYSTEM = {"sqlite": "sqlite", "postgres": "postgresql"}
GRACE = {"userName": "grace@navy.example", "displayName": "Grace Hopper", "title": "Rear Admiral"}


@pytest.fixture
def told() -> InMemorySpanExporter:
    """What has been told of requests so far."""
    return InMemorySpanExporter()


@pytest.fixture
async def product(
    db: Database, scim: httpx.AsyncClient, told: InMemorySpanExporter, tmp_path: Path
) -> AsyncIterator[httpx.AsyncClient]:
    """The whole application, traced, with a good SCIM token."""
    traced = Tracing(SimpleSpanProcessor(told))
    await database.connect(database.address(), watch=traced.of_statements)
    app = traced.of_requests(create_app(Settings(data_dir=tmp_path)))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://muster.test",
        headers={"Authorization": scim.headers["Authorization"]},
    ) as client:
        yield client


def request_of(told: InMemorySpanExporter) -> tuple[ReadableSpan, list[ReadableSpan]]:
    """The one request that was told of, and its statements."""
    spans = told.get_finished_spans()
    (request,) = [span for span in spans if span.kind == SpanKind.SERVER]
    statements = [span for span in spans if span.kind == SpanKind.CLIENT]
    assert request.context is not None
    assert {span.parent.span_id for span in statements if span.parent} <= {request.context.span_id}
    told.clear()
    return request, statements


async def test_a_request_is_a_span_and_so_is_each_of_its_statements(
    product: httpx.AsyncClient, told: InMemorySpanExporter, db: Database
) -> None:
    made = (await product.post("/scim/v2/Users", json=GRACE)).json()
    request, statements = request_of(told)
    assert (request.name, request.attributes) == (
        "POST /scim/v2/Users",
        {
            "http.request.method": "POST",
            "url.scheme": "http",
            "http.response.status_code": 201,
            "http.route": "/scim/v2/Users",
        },
    )
    assert request.resource.attributes["service.name"] == "muster"
    written = [span for span in statements if "INSERT" in span.name]
    assert written
    assert any("users" in str(span.attributes and span.attributes["db.query.summary"]) for span in written)

    assert (await product.get(f"/scim/v2/Users/{made['id']}")).status_code == 200
    request, statements = request_of(told)
    assert request.name == "GET /scim/v2/Users/{id}"
    assert statements
    for span in statements:
        assert span.attributes is not None
        assert span.attributes["db.system.name"] == SYSTEM[db.dialect]
        assert span.name == span.attributes["db.query.summary"]
        assert "$1" in str(span.attributes["db.query.text"])


async def test_a_trace_that_a_caller_has_begun_goes_on(product: httpx.AsyncClient, told: InMemorySpanExporter) -> None:
    begun = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    await product.get("/scim/v2/ServiceProviderConfig", headers={"traceparent": begun})
    request, _ = request_of(told)
    assert request.context is not None
    assert f"{request.context.trace_id:032x}" == begun.split("-")[1]


async def test_whoever_probes_is_not_told_of(product: httpx.AsyncClient, told: InMemorySpanExporter) -> None:
    assert (await product.get("/readyz")).status_code == 200
    assert told.get_finished_spans() == ()


async def test_nothing_in_a_span_is_anybodys(product: httpx.AsyncClient, told: InMemorySpanExporter) -> None:
    made = (await product.post("/scim/v2/Users", json=GRACE)).json()
    assert (await product.post("/scim/v2/Users", json=GRACE)).status_code == 409
    assert (await product.get("/scim/v2/Users", params={"filter": 'title eq "Rear Admiral"'})).status_code == 200
    await product.patch(f"/scim/v2/Users/{made['id']}", json={"Operations": [{"op": "replace", "path": "title",
                                                                             "value": "Commodore"}]})  # fmt: skip
    secret = "a-secret-that-lets-somebody-in"
    for path in (f"/auth/invitations/{secret}", f"/auth/invitations/{secret}/", f"/auth/setup/{secret}", f"/{secret}"):
        await product.get(path)
    await product.request(secret, "/scim/v2/Users")
    everything = "".join(span.to_json() for span in told.get_finished_spans())
    assert len(told.get_finished_spans()) > 20
    assert "/scim/v2/Users/{id}" in everything
    token = product.headers["Authorization"].split()[-1]
    for ours in (*GRACE.values(), "Hopper", "Commodore", secret, token, made["id"]):
        assert ours not in everything, ours


async def test_a_name_that_a_query_gives_its_fields_is_in_no_span(
    product: httpx.AsyncClient, told: InMemorySpanExporter, actor: Actor
) -> None:
    async with change(actor) as this:
        _, token = await tokens.create_for_service(this, name="script")
    await builders.a_user(actor)
    told.clear()
    query = "{ account { of_countess: users(first: 5) { nodes { lovelace: name } } } }"
    answer = await product.post("/graphql", json={"query": query}, headers={"Authorization": f"Bearer {token}"})
    assert answer.json()["data"]["account"]["of_countess"]["nodes"][0]["lovelace"]
    _, statements = request_of(told)
    texts = [str(span.attributes and span.attributes["db.query.text"]) for span in statements]
    assert any("'?'" in text and "FROM users" in text for text in texts)
    assert not [text for text in texts if "lovelace" in text or "countess" in text]


async def test_a_failure_is_told_by_its_class_alone(product: httpx.AsyncClient, told: InMemorySpanExporter) -> None:
    await database.disconnect()
    answer = await product.get("/exports/users")
    request, _ = request_of(told)
    assert answer.status_code == 503
    assert request.attributes is not None
    assert (request.attributes["error.type"], request.status.is_ok, request.status.description) == ("503", False, None)
    assert not request.events


# --- on and off -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "more", [{}, {"OTEL_SDK_DISABLED": "true"}, {"OTEL_TRACES_EXPORTER": "none"}], ids=["unset", "disabled", "none"]
)
def test_without_being_asked_for_nothing_of_it_is_imported(more: dict[str, str]) -> None:
    endpoint = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"} if more else {}
    program = (
        "import sys\nfrom web import tracing\nassert tracing.asked_for() is None\n"
        "assert not [name for name in sys.modules if name.startswith('opentelemetry')]"
    )
    subprocess.run([sys.executable, "-c", program], check=True, env=endpoint | more, timeout=60)


def test_asked_for_and_not_installed_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    assert tracing.asked_for() is None
    assert "pip install 'muster-catalog[otel]'" in "".join(capsys.readouterr())


@pytest.fixture
def collector() -> Iterator[tuple[str, list[ExportTraceServiceRequest]]]:
    """An address that takes OTLP over HTTP, and what has come."""
    came: list[ExportTraceServiceRequest] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            came.append(ExportTraceServiceRequest.FromString(body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Collector)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", came
    server.shutdown()
    server.server_close()
    thread.join()


async def test_a_server_tells_the_collector_what_it_still_knows_when_it_stops(
    collector: tuple[str, list[ExportTraceServiceRequest]], tmp_path: Path
) -> None:
    endpoint, came = collector
    asked = {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_SERVICE_NAME": "people", "OTEL_BSP_SCHEDULE_DELAY": "60000"}
    async with running(f"sqlite://{tmp_path}/muster.db", tmp_path, **asked) as instance:
        headers = {"Authorization": f"Bearer {instance.token}"}
        async with httpx.AsyncClient(base_url=instance.url, headers=headers) as client:
            assert (await client.get("/scim/v2/Users")).status_code == 200
        assert not came
    resources = [resource for request in came for resource in request.resource_spans]
    spans = [span for resource in resources for scope in resource.scope_spans for span in scope.spans]
    assert "GET /scim/v2/Users" in {span.name for span in spans}
    said = {pair.key: pair.value.string_value for pair in resources[0].resource.attributes}
    assert said["service.name"] == "people"
