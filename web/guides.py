"""`/docs`: the guides, served by the product from the same Markdown that the repository shows."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from jinja2 import Environment
from markdown_it import MarkdownIt
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from web.pages import CONTENT_SECURITY_POLICY, STYLE

# Beside the package in a checkout, inside it in a wheel.
PLACES = (Path(__file__).parent / "docs", Path(__file__).parent.parent / "docs")

PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }} · Muster</title>
<style>{{ style | safe }}</style>
<nav><a href="/">Muster</a> · <a href="/docs">Guides</a></nav>
{{ body | safe }}
</html>
"""

_page = Environment(autoescape=True).from_string(PAGE)
_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")


async def guide(request: Request) -> Response:
    """One guide, or the list of them; 404 for a name that is none."""
    name = request.path_params.get("name", "").removesuffix(".md")
    found = _guides().get(name) if name else None
    if name and found is None:
        return HTMLResponse(_shown("Not found", "# There is no such guide\n\nSee the [list](/docs)."), 404, _headers())
    if found is None:
        lines = [f"- [{title}](/docs/{name})" for name, (title, _) in sorted(_guides().items())]
        return HTMLResponse(_shown("Guides", "# Guides\n\n" + "\n".join(lines)), headers=_headers())
    title, text = found
    return HTMLResponse(_shown(title, text), headers=_headers())


@lru_cache
def _guides() -> dict[str, tuple[str, str]]:
    """Each guide's name, with its title and its text."""
    folder = next((place for place in PLACES if place.is_dir()), None)
    texts = {page.stem: page.read_text() for page in folder.glob("*.md")} if folder else {}
    return {name: (text.partition("\n")[0].lstrip("# "), text) for name, text in texts.items()}


def _shown(title: str, text: str) -> str:
    # The renderer escapes HTML; the text is ours in any case.
    return _page.render(title=title, style=STYLE, body=_markdown.render(text))


def _headers() -> dict[str, str]:
    return {"Content-Security-Policy": CONTENT_SECURITY_POLICY}
