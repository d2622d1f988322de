"""A server in a process of its own: when it is alive and ready, what it says at its door, how it starts and stops."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from catalog import database
from catalog.database import everywhere as connected
from tests import postgres
from tests.conftest import ON_SQLITE
from tests.processes import muster
from tests.web.serving import Instance, free_port
from web.app import create_app
from web.middleware import MAX_BODY_BYTES
from web.settings import Settings

on_sqlite = pytest.mark.parametrize("instance", ON_SQLITE, indirect=True)


async def test_a_server_that_runs_is_alive_and_ready(instance: Instance) -> None:
    async with httpx.AsyncClient(base_url=instance.url) as client:
        alive, ready = await client.get("/healthz"), await client.get("/readyz")
    assert (alive.status_code, alive.text) == (200, "alive\n")
    assert (ready.status_code, ready.json()) == (200, {"ready": True})


@on_sqlite
async def test_the_door_is_the_product_and_an_unknown_api_address_is_none(instance: Instance) -> None:
    async with httpx.AsyncClient(base_url=instance.url) as client:
        page = await client.get("/users?status=active", headers={"Accept": "text/html"})
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert page.headers["content-security-policy"].startswith("default-src 'self'; script-src 'self';")
        assert (page.headers["x-frame-options"], "server" in page.headers) == ("DENY", False)
        unknown = await client.get("/scim/v3/Users")
        assert (unknown.status_code, unknown.json()["code"]) == (404, "NOT_FOUND")


@on_sqlite
async def test_the_scim_api_lets_no_stranger_in(instance: Instance) -> None:
    async with httpx.AsyncClient(base_url=f"{instance.url}/scim/v2") as client:
        for headers in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": f"Basic {instance.token}"}):
            refused = await client.get("/Users", headers=headers)
            assert (refused.status_code, refused.json()["status"]) == (401, "401")
            assert refused.headers["www-authenticate"].startswith("Bearer")
        good = await client.get("/Users", headers={"Authorization": f"Bearer {instance.token}"})
        assert good.status_code == 200


@on_sqlite
async def test_a_body_that_is_too_large_is_refused_and_the_server_goes_on(instance: Instance) -> None:
    headers = {"Authorization": f"Bearer {instance.token}"}
    async with httpx.AsyncClient(base_url=f"{instance.url}/scim/v2", headers=headers) as client:
        refused = await client.post("/Users", content=b" " * (MAX_BODY_BYTES["/scim/"] + 1))
        assert (refused.status_code, refused.json()["status"]) == (413, "413")
        assert (await client.get("/Users")).status_code == 200


# --- not ready ----------------------------------------------------------------------------------------------------


@pytest.fixture
async def behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    """The application on an empty PostgreSQL database, which only `muster migrate` may alter."""
    url = await postgres.fresh("behind")
    monkeypatch.setenv("MUSTER_DATABASE_URL", url)
    monkeypatch.setenv("MUSTER_DATA_DIR", str(tmp_path))
    app = create_app(Settings())
    await database.connect(url)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://muster.test") as client:
        yield client
    await database.disconnect()


async def ready(client: httpx.AsyncClient) -> tuple[int, Any]:
    answer = await client.get("/readyz")
    return answer.status_code, answer.json()


@pytest.mark.postgres
async def test_a_server_whose_schema_is_not_its_own_is_not_ready_and_says_why(behind: httpx.AsyncClient) -> None:
    status, told = await ready(behind)
    assert (status, told["ready"]) == (503, False)
    assert "run `muster migrate`" in told["reason"]
    assert (await behind.get("/healthz")).status_code == 200, "it lives all the same"

    await muster("migrate", environment=dict(os.environ))
    assert await ready(behind) == (200, {"ready": True})


@pytest.mark.postgres
async def test_whoever_serves_while_a_later_release_migrates_goes_on_and_whoever_starts_then_does_not(
    behind: httpx.AsyncClient,
) -> None:
    await muster("migrate", environment=dict(os.environ))
    assert await ready(behind) == (200, {"ready": True})
    await connected().rows(
        "INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('catalog', '9999_of_the_future', now()) "
        "RETURNING id"
    )
    assert await ready(behind) == (200, {"ready": True})
    late = httpx.ASGITransport(create_app(Settings()))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=late, base_url="http://muster.test") as client:
        status, told = await ready(client)
    assert (status, "newer" in told["reason"]) == (503, True)


@pytest.mark.postgres
async def test_a_server_whose_database_is_gone_is_not_ready(behind: httpx.AsyncClient) -> None:
    await database.disconnect()
    status, told = await ready(behind)
    assert (status, told["ready"]) == (503, False)
    assert "database" in told["reason"]


# --- starting and stopping ----------------------------------------------------------------------------------------


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A new installation on a free port, in a folder that is not there yet."""
    return {
        **os.environ,
        "MUSTER_DATA_DIR": str(tmp_path / "data"),
        "MUSTER_PORT": str(free_port()),
        "MUSTER_LOG_FORMAT": "json",
    }


async def started(environment: dict[str, str]) -> asyncio.subprocess.Process:
    """`muster serve`, once it answers."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "web.cli", "serve", env=environment, stderr=asyncio.subprocess.PIPE
    )
    async with httpx.AsyncClient() as client:
        for _ in range(1200):
            try:
                if (await client.get(f"http://127.0.0.1:{environment['MUSTER_PORT']}/readyz")).status_code == 200:
                    return process
            except httpx.TransportError:
                await asyncio.sleep(0.05)
    raise TimeoutError


async def test_a_first_start_needs_nothing_and_a_stop_loses_nothing(environment: dict[str, str]) -> None:
    process = await started(environment)
    token = (await muster("token", "create", "--integration", "Okta", environment=environment)).strip()
    url = f"http://127.0.0.1:{environment['MUSTER_PORT']}/scim/v2"
    async with httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {token}"}) as client:
        for number in range(5):
            made = await client.post("/Users", json={"userName": f"p{number}@lovelace.example"})
            assert made.status_code == 201, made.text
        assert (await client.get("/Users", params={"filter": 'userName eq "nobody"'})).status_code == 200

        process.send_signal(signal.SIGTERM)
        _, errors = await asyncio.wait_for(process.communicate(), 30)

    assert process.returncode in (0, -signal.SIGTERM), errors.decode()
    said = errors.decode()
    assert url in said, "it says where it serves"
    assert "Traceback" not in said
    assert token not in said

    # What had been gathered for the provisioning log was written before the end.
    await database.connect(f"sqlite://{environment['MUSTER_DATA_DIR']}/muster.db")
    try:
        rows = await connected().rows("SELECT method, sum(requests) AS n FROM provisioning_events GROUP BY method")
        assert {row["method"]: row["n"] for row in rows} == {"POST": 5, "GET": 1}
    finally:
        await database.disconnect()

    again = await started(environment)
    async with httpx.AsyncClient(base_url=url, headers={"Authorization": f"Bearer {token}"}) as client:
        assert (await client.get("/Users")).json()["totalResults"] == 5
    again.terminate()
    await asyncio.wait_for(again.communicate(), 30)


async def test_g27_a_request_that_is_under_way_is_answered_before_the_end(environment: dict[str, str]) -> None:
    process = await started(environment)
    port = int(environment["MUSTER_PORT"])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = "POST /scim/v2/Users HTTP/1.1\r\nHost: muster\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{"
    writer.write(head.encode())
    await writer.drain()
    await asyncio.sleep(0.3)
    process.send_signal(signal.SIGTERM)
    await asyncio.sleep(0.5)
    writer.write(b"}")
    await writer.drain()
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    await asyncio.wait_for(process.communicate(), 30)
    assert answer.startswith(b"HTTP/1.1 401")


async def test_g27_a_connection_that_was_made_or_kept_before_the_end_is_heard_out(environment: dict[str, str]) -> None:
    process = await started(environment)
    port = int(environment["MUSTER_PORT"])
    made, kept, silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
    kept[1].write(b"GET /healthz HTTP/1.1\r\nHost: muster\r\n\r\n")
    before = (await kept[0].readuntil(b"\r\n\r\n")).lower()
    await asyncio.sleep(0.3)
    process.send_signal(signal.SIGTERM)
    await asyncio.sleep(0.5)
    for reader, writer in (made, kept):
        writer.write(b"POST /scim/v2/Users HTTP/1.1\r\nHost: muster\r\nContent-Length: 2\r\n\r\n{}")
        answer = await asyncio.wait_for(reader.read(), 10)
        head = answer[answer.index(b"HTTP/1.1") :].partition(b"\r\n\r\n")[0].lower()
        assert head.startswith(b"http/1.1 401")
        assert b"\r\nconnection: close" in head, "nothing more may follow"
    assert b"\r\nconnection:" not in before
    assert await asyncio.wait_for(silent[0].read(), 10) == b""
    for _, writer in (made, kept, silent):
        writer.close()
    await asyncio.wait_for(process.communicate(), 30)


async def test_a_server_that_is_told_to_stop_is_not_ready_first_and_answers_meanwhile(
    environment: dict[str, str],
) -> None:
    process = await started(environment | {"MUSTER_DRAIN_S": "60"})
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{environment['MUSTER_PORT']}") as client:
        assert "connection" not in (await client.get("/healthz")).headers
        told_at = asyncio.get_running_loop().time()
        # As where a worker is told by systemd and, a moment later, by its supervisor: that is once.
        process.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        for _ in range(20):
            ready = await client.get("/readyz")
            if ready.status_code == 503:
                break
            await asyncio.sleep(0.05)
        await asyncio.sleep(told_at + 1.5 - asyncio.get_running_loop().time())
        alive = await client.get("/healthz")
    assert (ready.status_code, ready.json()["reason"]) == (503, "The server is stopping.")
    assert (alive.status_code, alive.headers["connection"]) == (200, "close")
    process.send_signal(signal.SIGTERM)  # whoever says it again does not want to wait
    await asyncio.wait_for(process.communicate(), 30)


@pytest.mark.parametrize(
    ("setting", "value", "why"),
    [
        ("MUSTER_DATABASE_URL", "mysql://somewhere/x", "sqlite://PATH or postgres://"),
        ("MUSTER_HOST", "0.0.0.0", "MUSTER_BASE_URL"),  # noqa: S104 - that is refused
        ("MUSTER_SECRET_KEY", "short", "at least 32"),
        ("MUSTER_DATABASE_URL", "postgres://127.0.0.1:1/nowhere", "database"),
    ],
)
async def test_a_start_that_is_not_possible_ends_with_a_sentence(
    environment: dict[str, str], setting: str, value: str, why: str
) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "web.cli",
        "serve",
        env={**environment, setting: value},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await asyncio.wait_for(process.communicate(), 60)
    assert (process.returncode, out) == (1, b"")
    assert why.lower() in " ".join(errors.decode().lower().split())
    assert "Traceback" not in errors.decode()
