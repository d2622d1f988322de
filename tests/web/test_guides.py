"""The guides are served by the product."""

import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from web import guides

ROOT = Path(__file__).parents[2]


@pytest.fixture
async def product() -> AsyncIterator[httpx.AsyncClient]:
    routes = [
        Route("/docs", guides.guide),
        Route("/docs/{name:path}", guides.guide),
    ]
    transport = httpx.ASGITransport(Starlette(routes=routes))
    async with httpx.AsyncClient(transport=transport, base_url="http://muster.test") as client:
        yield client


async def test_the_list_leads_to_every_guide(product: httpx.AsyncClient) -> None:
    answer = await product.get("/docs")
    assert '<a href="/docs/settings">' in answer.text
    assert (await product.get("/docs/settings")).status_code == 200


async def test_the_list_is_found_with_a_slash_too(product: httpx.AsyncClient) -> None:
    listed, with_slash = await product.get("/docs"), await product.get("/docs/")
    assert (with_slash.status_code, with_slash.text) == (200, listed.text)


async def test_every_link_leads_to_a_guide_and_to_a_heading_of_it(product: httpx.AsyncClient) -> None:
    """As somebody who follows every link from the list would see it: what is not served is not linked."""
    pages: dict[str, str] = {}
    waiting = ["/docs"]
    led: set[tuple[str, str]] = set()
    while waiting:
        here = waiting.pop()
        answer = await product.get(here)
        assert answer.status_code == 200, here
        pages[here] = answer.text
        for target in re.findall(r'<a href="([^"]+)"', answer.text):
            page, _, heading = urljoin(f"http://muster.test{here}", target).partition("#")
            if not page.startswith("http://muster.test/docs"):
                assert target == "/" or target.startswith("https://"), f"{here} leads to {target}"
                continue
            path = page.removeprefix("http://muster.test")
            led.add((path, heading))
            if path not in pages and path not in waiting:
                waiting.append(path)
    assert not [(page, heading) for page, heading in led if heading and f'id="{heading}"' not in pages[page]]
    files = {path.relative_to(ROOT / "docs").with_suffix("").as_posix() for path in (ROOT / "docs").rglob("*.md")}
    assert {page.removeprefix("/docs").strip("/") or "README" for page in pages} == {*files, "decisions"}


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
