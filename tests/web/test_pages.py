"""The built UI on its way to a browser: which address gets what, how long it is kept, in which form it travels."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from web import pages

SCRIPT = b"console.log('Muster')\n" * 100


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """What a build leaves behind."""
    assets = tmp_path / "assets"
    assets.mkdir()
    (tmp_path / "index.html").write_text("<!doctype html><title>Muster</title>")
    (tmp_path / "sources.sha256").write_text("0" * 64)
    (assets / "index-0a1B.js").write_bytes(SCRIPT)
    (assets / "index-0a1B.js.gz").write_bytes(gzip.compress(SCRIPT))
    (assets / "brand-0a1B.svg").write_text("<svg/>")
    return tmp_path


@pytest.fixture
async def browser(static: Path) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(Starlette(routes=pages.routes(static)))
    async with httpx.AsyncClient(transport=transport, base_url="http://muster.test") as client:
        yield client


@pytest.mark.parametrize("address", ["/", "/users", "/users/abc?tab=teams", "/teams/payments", "/sign-in", "/authors"])
async def test_every_address_of_the_ui_is_the_one_document_and_is_asked_for_anew(
    browser: httpx.AsyncClient, address: str
) -> None:
    page = await browser.get(address)
    assert (page.status_code, page.text) == (200, "<!doctype html><title>Muster</title>")
    assert page.headers["cache-control"] == "no-cache"
    again = await browser.get(address, headers={"If-None-Match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


async def test_the_document_runs_no_script_but_the_products_own(browser: httpx.AsyncClient) -> None:
    policy = dict(
        part.split(" ", 1) for part in (await browser.get("/")).headers["content-security-policy"].split("; ")
    )
    assert policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert not [part for part in policy.values() if "http" in part or "*" in part]


@pytest.mark.parametrize(
    "address",
    ["/scim/v3/Users", "/graphql", "/auth/nothing", "/exports/people", "/docs/x", "/metrics", "/assets/x.js"],
)
async def test_an_unknown_address_of_an_api_is_not_a_page(browser: httpx.AsyncClient, address: str) -> None:
    answer = await browser.get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/json")


async def test_an_asset_is_kept_for_a_year(browser: httpx.AsyncClient) -> None:
    asset = await browser.get("/assets/brand-0a1B.svg")
    assert (asset.status_code, asset.text, asset.headers["content-type"]) == (200, "<svg/>", "image/svg+xml")
    assert "immutable" in asset.headers["cache-control"]


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip", "gzip"),
        ("br;q=0.5, gzip", "gzip"),  # the build made no .br of this one
        ("gzip;q=0", None),
        ("identity", None),
        ("", None),
    ],
)
async def test_an_asset_travels_compressed_where_the_browser_takes_it(
    browser: httpx.AsyncClient, accepted: str, coding: str | None
) -> None:
    asset = await browser.get("/assets/index-0a1B.js", headers={"Accept-Encoding": accepted})
    assert asset.content == SCRIPT
    assert asset.headers.get("content-encoding") == coding
    assert asset.headers["content-type"].startswith("text/javascript")
    assert asset.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("name", ["..%2Findex.html", "%2e%2e%2fsources.sha256", ".hidden", "a/b.js", "x%00.js"])
async def test_nothing_outside_the_folder_of_assets_is_served(browser: httpx.AsyncClient, name: str) -> None:
    assert (await browser.get(f"/assets/{name}")).status_code == 404


async def test_a_checkout_without_a_build_says_how_to_get_one(tmp_path: Path) -> None:
    transport = httpx.ASGITransport(Starlette(routes=pages.routes(tmp_path)))
    async with httpx.AsyncClient(transport=transport, base_url="http://muster.test") as client:
        page = await client.get("/users")
    assert (page.status_code, "make serve" in page.text) == (503, True)
