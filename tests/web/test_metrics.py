"""What Prometheus is told, by whom it may be asked, and that nobody is named in it."""

import asyncio
from pathlib import Path

import httpx
import pytest

from tests import databases
from tests.web.serving import running

TOKEN = "a token for metrics alone"


def counted(text: str, name: str, **labels: str) -> float:
    """The sum of a metric's samples that have these labels."""
    samples = [line for line in text.splitlines() if line.startswith((f"{name}{{", f"{name} "))]
    wanted = [f'{key}="{value}"' for key, value in labels.items()]
    return sum(float(line.rsplit(" ", 1)[1]) for line in samples if all(label in line for label in wanted))


async def test_requests_are_counted_by_surface_method_and_status_for_who_has_the_token(tmp_path: Path) -> None:
    async with (
        running(f"sqlite://{tmp_path}/muster.db", tmp_path, MUSTER_METRICS_TOKEN=TOKEN) as served,
        httpx.AsyncClient(base_url=served.url) as client,
    ):
        scim = {"Authorization": f"Bearer {served.token}"}
        for _ in range(3):
            assert (await client.get("/scim/v2/Users", headers=scim)).status_code == 200
        assert (await client.get("/scim/v2/Users")).status_code == 401
        text = (await client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})).text
        assert counted(text, "muster_requests_total", surface="scim", method="GET", status="200") == 3
        assert counted(text, "muster_requests_total", surface="scim", method="GET", status="401") == 1
        everything = counted(text, "muster_requests_total", surface="scim")
        assert counted(text, "muster_request_seconds_count", surface="scim") == everything
        assert counted(text, "muster_database_up") == 1
        assert counted(text, "muster_letters", state="waiting") == 0
        for wrong in ({}, {"Authorization": "Bearer something else"}, {"Authorization": f"Bearer {served.token}"}):
            assert (await client.get("/metrics", headers=wrong)).status_code == 401


async def test_without_a_token_there_are_no_metrics(tmp_path: Path) -> None:
    async with (
        running(f"sqlite://{tmp_path}/muster.db", tmp_path) as served,
        httpx.AsyncClient(base_url=served.url) as client,
    ):
        assert (await client.get("/metrics", headers={"Authorization": "Bearer None"})).status_code == 404


@pytest.mark.postgres
async def test_any_of_several_workers_tells_the_numbers_of_all_and_their_files_end_with_them(tmp_path: Path) -> None:
    url = await databases.ready("postgres", tmp_path, "metrics")
    (shared := tmp_path / "shared").mkdir()
    settings = {"MUSTER_METRICS_TOKEN": TOKEN, "MUSTER_WORKERS": "2", "TMPDIR": str(shared)}
    async with running(url, tmp_path, **settings) as served:
        scim = {"Authorization": f"Bearer {served.token}"}

        async def ask() -> None:
            # A connection each, so that both workers are asked.
            async with httpx.AsyncClient(base_url=served.url) as client:
                assert (await client.get("/scim/v2/Users", headers=scim)).status_code == 200

        await asyncio.gather(*(ask() for _ in range(20)))
        for _ in range(4):
            async with httpx.AsyncClient(base_url=served.url) as client:
                text = (await client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})).text
            assert counted(text, "muster_requests_total", surface="scim", status="200") == 20
        assert list(shared.glob("muster-metrics-*/*.db"))
    assert not list(shared.glob("muster-metrics-*"))
