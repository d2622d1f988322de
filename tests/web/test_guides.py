"""The guides are served by the product."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from web import guides


@pytest.fixture
async def product() -> AsyncIterator[httpx.AsyncClient]:
    routes = [
        Route("/docs", guides.guide),
        Route("/docs/{name}", guides.guide),
    ]
    transport = httpx.ASGITransport(Starlette(routes=routes))
    async with httpx.AsyncClient(transport=transport, base_url="http://muster.test") as client:
        yield client


async def test_the_list_leads_to_every_guide(product: httpx.AsyncClient) -> None:
    answer = await product.get("/docs")
    assert '<a href="/docs/settings">' in answer.text
    assert (await product.get("/docs/settings")).status_code == 200


async def test_a_guide_is_shown_with_its_tables(product: httpx.AsyncClient) -> None:
    answer = await product.get("/docs/settings.md")
    assert "<table>" in answer.text
    assert "MUSTER_DATABASE_URL" in answer.text


async def test_a_drawing_is_part_of_the_page(product: httpx.AsyncClient) -> None:
    answer = await product.get("/docs/performance")
    assert '<svg xmlns="http://www.w3.org/2000/svg"' in answer.text
    assert "<img" not in answer.text


@pytest.mark.parametrize("name", ["nothing", "..%2Fpyproject", "%2Fetc%2Fpasswd"])
async def test_what_is_no_guide_is_not_found(product: httpx.AsyncClient, name: str) -> None:
    assert (await product.get(f"/docs/{name}")).status_code == 404
