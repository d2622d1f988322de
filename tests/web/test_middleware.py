"""What every request meets before an application does, and what every answer carries."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from catalog.models import AuditEvent, ProvisioningEvent
from tests.conftest import ON_SQLITE
from web import middleware
from web.app import create_app
from web.middleware import DEFAULT_MAX_BODY_BYTES, DISCARDED, MAX_BODY_BYTES, Gate, Refused, refuse
from web.settings import Settings

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
SCIM_LIMIT = MAX_BODY_BYTES["/scim/"]
Product = Callable[..., httpx.AsyncClient]


async def echo(request: Request) -> Response:
    """How long the body was, and which id the request has."""
    return PlainTextResponse(f"{len(await request.body())} {request.scope['request_id']}")


def behind_the_gate(*, https: bool = False) -> httpx.AsyncClient:
    paths = ("/", "/graphql", "/scim/v2/Users")
    inner = Starlette(
        routes=[Route(path, echo, methods=["GET", "POST"]) for path in paths], exception_handlers={Refused: refuse}
    )
    app = Gate(inner, https=https)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://muster.test")


@pytest.fixture
async def product(scim: httpx.AsyncClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> httpx.AsyncClient:
    """The whole application, on the test's database, with a good SCIM token."""
    monkeypatch.setenv("MUSTER_DATA_DIR", str(tmp_path))
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(create_app(Settings())),
        base_url="http://muster.test",
        headers={"Authorization": scim.headers["Authorization"]},
    )


async def in_pieces(size: int, piece: int = 64 * 1024) -> AsyncIterator[bytes]:
    """A body whose length nobody announced."""
    for start in range(0, size, piece):
        yield b" " * min(piece, size - start)


# --- sizes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "limit"),
    [("/", DEFAULT_MAX_BODY_BYTES), ("/graphql", MAX_BODY_BYTES["/graphql"]), ("/scim/v2/Users", SCIM_LIMIT)],
)
@pytest.mark.parametrize("announced", [True, False])
async def test_g12_a_body_may_be_as_large_as_the_limit_and_no_larger(path: str, limit: int, announced: bool) -> None:
    def body(size: int) -> Any:
        return b" " * size if announced else in_pieces(size)

    async with behind_the_gate() as client:
        whole = await client.post(path, content=body(limit))
        assert (whole.status_code, whole.text.split()[0]) == (200, str(limit))

        refused = await client.post(path, content=body(limit + 1))
        assert refused.status_code == 413
        assert str(limit) in refused.text


@pytest.mark.parametrize("announced", [True, False])
async def test_a_client_hears_that_a_body_is_too_large_unless_it_never_stops(announced: bool) -> None:
    read = 0

    async def counted(size: int) -> AsyncIterator[bytes]:
        nonlocal read
        async for piece in in_pieces(size):
            read += len(piece)
            yield piece

    limit = MAX_BODY_BYTES["/graphql"]
    for size, is_read in ((2 * limit, True), (100 * limit, False)):
        read = 0
        headers = {"Content-Length": str(size)} if announced else {}
        async with behind_the_gate() as client:
            refused = await client.post("/graphql", content=counted(size), headers=headers)
        assert refused.status_code == 413
        assert (read == size, "connection" not in refused.headers) == (is_read, is_read)
    assert read <= (DISCARDED + 1) * limit


@pytest.mark.parametrize("db", ON_SQLITE, indirect=True)
@pytest.mark.parametrize("announced", [True, False])
async def test_the_scim_api_refuses_a_large_body_as_a_scim_error(product: httpx.AsyncClient, announced: bool) -> None:
    size = SCIM_LIMIT + 1
    refused = await product.post("/scim/v2/Users", content=b" " * size if announced else in_pieces(size))
    assert (refused.status_code, refused.headers["content-type"]) == (413, "application/scim+json")
    body = refused.json()
    assert (body["schemas"], body["status"], str(SCIM_LIMIT) in body["detail"]) == ([ERROR], "413", True)


# --- time ---------------------------------------------------------------------------------------------------------


async def slowly() -> AsyncIterator[bytes]:
    yield b"{"
    await asyncio.sleep(5)
    yield b"}"


async def test_g13_a_body_that_comes_too_slowly_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "BODY_DEADLINE_S", 0.05)
    async with behind_the_gate() as client:
        refused = await client.post("/graphql", content=slowly())
        assert (refused.status_code, refused.headers["connection"]) == (408, "close")
        assert "did not arrive within" in refused.json()["errors"][0]["message"]
        assert (await client.post("/graphql", content=b"{}")).status_code == 200


@pytest.mark.parametrize("db", ON_SQLITE, indirect=True)
async def test_the_scim_api_refuses_a_slow_body_as_a_scim_error(
    product: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(middleware, "BODY_DEADLINE_S", 0.05)
    refused = await product.post("/scim/v2/Users", content=slowly())
    assert (refused.status_code, refused.json()["schemas"], refused.json()["status"]) == (408, [ERROR], "408")


async def test_an_answer_may_take_longer_than_a_body(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(middleware, "BODY_DEADLINE_S", 0.05)

    async def works_long(request: Request) -> Response:
        await request.body()
        await asyncio.sleep(0.2)
        return PlainTextResponse("done" if not await request.is_disconnected() else "gone")

    gate = Gate(Starlette(routes=[Route("/", works_long, methods=["POST"])]), https=False)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(gate), base_url="http://muster.test") as client:
        assert (await client.post("/", content=b"{}")).text == "done"


# --- headers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/scim/v2/Users", "/nothing/here"])
async def test_every_answer_carries_safe_headers(path: str) -> None:
    async with behind_the_gate() as client:
        headers = (await client.get(path)).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "strict-transport-security" not in headers, "it would lock out a server that speaks http"
    assert "server" not in headers


async def test_refusals_carry_safe_headers_too() -> None:
    async with behind_the_gate() as client:
        refused = await client.post("/", content=b" " * (DEFAULT_MAX_BODY_BYTES + 1))
    assert refused.headers["x-content-type-options"] == "nosniff"
    assert refused.headers["x-request-id"]


async def test_an_https_address_is_kept_for_a_year() -> None:
    async with behind_the_gate(https=True) as client:
        headers = (await client.get("/")).headers
    assert headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


async def test_every_request_has_an_id_of_the_servers_own() -> None:
    async with behind_the_gate() as client:
        answers = [await client.post("/", headers={"X-Request-Id": "forged"}) for _ in range(3)]
    ids = [answer.headers["x-request-id"] for answer in answers]
    assert len(set(ids)) == 3
    assert "forged" not in ids
    assert [answer.text.split()[1] for answer in answers] == ids, "the application is told the same"


@pytest.mark.parametrize("db", ON_SQLITE, indirect=True)
async def test_an_audit_event_names_the_request(product: httpx.AsyncClient) -> None:
    made = await product.post("/scim/v2/Users", json={"userName": "ada@lovelace.example"})
    assert made.status_code == 201, made.text
    id = made.headers["x-request-id"]
    assert [event.action for event in await AuditEvent.filter(request_id=id)] == ["user.created"]
    assert [event.status for event in await ProvisioningEvent.filter(request_id=id)] == [201]


# --- too many at once ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("db", ON_SQLITE, indirect=True)
async def test_g16_one_request_too_many_is_told_at_once_to_come_again(
    product: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(middleware, "MOST_AT_ONCE", 3)
    arrived, go_on = asyncio.Semaphore(0), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        arrived.release()
        await go_on.wait()
        yield b'{"schemas": [], "userName": "ada"}'

    waiting = [asyncio.ensure_future(product.post("/scim/v2/Users", content=slow())) for _ in range(3)]
    for _ in waiting:
        await arrived.acquire()
    scim, page, alive = [await product.get(path) for path in ("/scim/v2/Users", "/graphql", "/healthz")]
    assert (scim.status_code, scim.json()["schemas"], scim.json()["status"]) == (429, [ERROR], "429")
    assert (page.status_code, page.json()["errors"][0]["extensions"]["code"]) == (503, "UNAVAILABLE")
    assert all(answer.headers["retry-after"] == "2" for answer in (scim, page))
    assert alive.status_code == 200
    go_on.set()
    assert sorted(answer.status_code for answer in await asyncio.gather(*waiting)) == [201, 409, 409]
    assert (await product.get("/scim/v2/Users")).json()["totalResults"] == 1
