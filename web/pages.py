"""The product's pages: the built UI and its assets. What they show, they ask the APIs for.

An asset's name holds its content's hash, so browsers keep it for a year; every other address that is no API's gets the
one document, and the UI finds out by itself what to show. Nothing is asked of another host.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route

STATIC = Path(__file__).parent / "static"

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; "
    "font-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
)
FOR_A_YEAR = "public, max-age=31536000, immutable"

ASSET = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*")
"""The build writes one flat folder; no other name is looked for."""

COMPRESSED = (("br", ".br"), ("gzip", ".gz"))
"""What the build lays beside an asset, the smallest first."""

NOT_PAGES = {"assets", "auth", "docs", "exports", "graphql", "healthz", "metrics", "readyz", "scim"}
"""First parts of addresses where an unknown one is a program's mistake, and told as one."""

NOT_BUILT = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Muster</title>
<p>Muster is running, and its APIs answer. Its pages are not built in this checkout: <code>make serve</code> and
<code>pip install .</code> build them.</p>
</html>
"""


def routes(static: Path = STATIC) -> list[BaseRoute]:
    """The last routes of the application: they take whatever no other one took."""
    return [
        Route("/assets/{name}", asset_of(static / "assets")),
        Route("/{path:path}", document_of(static / "index.html")),
    ]


def document_of(page: Path) -> Callable[[Request], Response]:
    """The handler that answers every address of the UI with its one document, read when the server starts."""
    content = page.read_bytes() if page.is_file() else None
    headers = {
        "Cache-Control": "no-cache",
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "ETag": f'"{hashlib.sha256(content or b"").hexdigest()[:20]}"',
    }

    def document(request: Request) -> Response:
        if request.url.path.split("/")[1] in NOT_PAGES:
            return _nothing()
        if content is None:
            return HTMLResponse(NOT_BUILT, 503, {"Content-Security-Policy": CONTENT_SECURITY_POLICY})
        if request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        return HTMLResponse(content, headers=headers)

    return document


def asset_of(folder: Path) -> Callable[[Request], Response]:
    """The handler that answers with a file of the build, compressed where it was and the browser takes it."""

    def asset(request: Request) -> Response:
        name = request.path_params["name"]
        path = folder / name
        if not ASSET.fullmatch(name) or not path.is_file():
            return _nothing()
        headers = {"Cache-Control": FOR_A_YEAR, "Vary": "Accept-Encoding"}
        kind = _media_type(path.suffix)
        for coding, suffix in COMPRESSED:
            smaller = folder / f"{name}{suffix}"
            if coding in _accepted(request) and smaller.is_file():
                return FileResponse(smaller, headers={**headers, "Content-Encoding": coding}, media_type=kind)
        return FileResponse(path, headers=headers, media_type=kind)

    return asset


def _accepted(request: Request) -> set[str]:
    """The codings of Accept-Encoding (RFC 9110 §12.5.3), without those whose weight is nought."""
    offered = [part.split(";") for part in request.headers.get("accept-encoding", "").split(",")]
    return {
        name.strip().lower()
        for name, *parameters in offered
        if not any(re.fullmatch(r"\s*q=0(\.0*)?\s*", parameter) for parameter in parameters)
    }


def _media_type(suffix: str) -> str:
    """Of what the build makes. The machine's own tables differ, and a script of a wrong type is not run."""
    return {
        ".js": "text/javascript; charset=utf-8",
        ".css": "text/css; charset=utf-8",
        ".svg": "image/svg+xml",
        ".woff2": "font/woff2",
        ".ttf": "font/ttf",
        ".json": "application/json",
        ".png": "image/png",
    }.get(suffix, "application/octet-stream")


def _nothing() -> Response:
    return JSONResponse({"code": "NOT_FOUND", "message": "There is no such address."}, 404)
