"""`/docs`: the guides, served by the product from the same Markdown that the repository shows."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from html import escape
from pathlib import Path

from jinja2 import Environment
from markdown_it import MarkdownIt
from markdown_it.token import Token
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"

STYLE = """
:root { color-scheme: light dark; --line: #e6e8ed; --accent: #3a52ac; --ink: #1b1f28; --page: #fff; --sunken: #f7f8fa }
@media (prefers-color-scheme: dark) {
  :root { --line: #272b33; --accent: #a1b1f0; --ink: #e8eaef; --page: #14161b; --sunken: #101216 }
}
body {
  font: 15px/1.6 "Inter Variable", system-ui, sans-serif; max-width: 46rem; margin: 3rem auto 6rem; padding: 0 1.25rem;
  color: var(--ink); background: var(--page);
}
h1 { font-size: 1.6rem; letter-spacing: -.015em; margin: 1.5rem 0 .5rem } h2 { font-size: 1.1rem; margin-top: 2.5rem }
code, pre { font: 13px/1.5 ui-monospace, monospace }
pre { border: 1px solid var(--line); border-radius: 6px; padding: .75rem 1rem; overflow-x: auto }
pre { background: var(--sunken) }
a { color: var(--accent) }
table { border-collapse: collapse; display: block; overflow-x: auto }
svg { width: 100%; height: auto }
th, td { border: 1px solid var(--line); padding: .35rem .65rem; text-align: left; vertical-align: top }
"""

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


def _picture(tokens: Sequence[Token], index: int) -> str:
    """A drawing of ours written into the page, which asks for nothing else; of any other image, what it shows."""
    image = tokens[index]
    for drawn in (place / str(image.attrs.get("src", "")) for place in PLACES):
        if drawn.suffix == ".svg" and drawn.is_file():
            return drawn.read_text(encoding="utf-8")
    return escape(image.content)


_markdown.add_render_rule("image", lambda _, tokens, index, *more: _picture(tokens, index))



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
