"""`/docs`: the guides, served by the product from the same Markdown that the repository shows.

A link from one to another leads there as well; what lies beside them in the repository is named, and not linked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from html import escape
from itertools import pairwise
from pathlib import Path
from posixpath import dirname, join, normpath

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

FIRST = "README"
"""The guide that lists the others."""

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
    name = request.path_params.get("name", "").removesuffix(".md") or FIRST
    text = _guides().get(name)
    if text is None:
        return _answer(_shown(FIRST, "# There is no such guide\n\nSee the [list](README.md)."), 404)
    return _answer(_shown(name, text))


@lru_cache
def _guides() -> dict[str, str]:
    """Each guide's text, by its path without `.md`; and a list of the decisions."""
    folder = next((place for place in PLACES if place.is_dir()), None)
    pages = sorted(folder.rglob("*.md")) if folder else []
    texts = {page.relative_to(folder).with_suffix("").as_posix(): page.read_text("utf-8") for page in pages if folder}
    decisions = [f"- [{_title(text)}]({name}.md)" for name, text in texts.items() if name.startswith("decisions/")]
    return {**texts, "decisions": "# Decisions\n\n" + "\n".join(decisions)}


def _title(text: str) -> str:
    return text.partition("\n")[0].lstrip("# ")


def _shown(name: str, text: str) -> str:
    tokens = _markdown.parse(text)
    for token, after in pairwise(tokens):
        if token.type == "heading_open":
            token.attrs["id"] = _anchor(after.content)
    for token in tokens:
        token.children = list(_linked(token.children or (), name))
    # The renderer escapes HTML; the text is ours in any case.
    body = _markdown.renderer.render(tokens, _markdown.options, {})
    return _page.render(title=_title(text), style=STYLE, body=body)


def _linked(tokens: Sequence[Token], name: str) -> Iterator[Token]:
    """The pieces of a paragraph of this guide, with each link leading to where its page is served."""
    is_kept = True
    for token in tokens:
        if token.type == "link_open":
            target = _address(str(token.attrs["href"]), name)
            is_kept = target is not None
            token.attrs["href"] = target or ""
        if is_kept or token.type not in ("link_open", "link_close"):
            yield token


def _address(target: str, name: str) -> str | None:
    """Where a link of this guide leads; None where that is not served."""
    page, mark, anchor = target.partition("#")
    if not page or ":" in page:
        return target
    path = normpath(join(dirname(name), page)).removesuffix(".md")
    return f"/docs/{path}{mark}{anchor}" if path in _guides() else None


def _anchor(heading: str) -> str:
    """A heading's name in addresses, as the repository's pages have it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def _answer(page: str, status: int = 200) -> Response:
    return HTMLResponse(page, status, {"Content-Security-Policy": CONTENT_SECURITY_POLICY})
