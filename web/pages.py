"""Pages that are not the product's UI: the one that says what this is and how to connect a provider."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from jinja2 import Environment
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

STYLE = """
:root { color-scheme: light dark; --line: #d9dde5; --accent: #3f59b8 }
@media (prefers-color-scheme: dark) { :root { --line: #343a46; --accent: #8ea2ee } }
body { font: 15px/1.55 system-ui, sans-serif; max-width: 44rem; margin: 4rem auto; padding: 0 1.25rem }
h1 { font-size: 1.6rem; margin: 0 0 .25rem } h2 { font-size: 1.05rem; margin-top: 2.25rem }
code, pre { font: 13px/1.5 ui-monospace, monospace }
pre { border: 1px solid var(--line); border-radius: 6px; padding: .75rem 1rem; overflow-x: auto }
a { color: var(--accent) }
table { border-collapse: collapse } th, td { border: 1px solid var(--line); padding: .3rem .6rem; text-align: left }
"""

WELCOME = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Muster</title>
<style>{{ style | safe }}</style>
<h1>Muster is running</h1>
<p>A catalog of a company's people and teams that its identity provider keeps fresh.</p>
<h2>Connect Okta</h2>
<ol>
  <li>On this machine, make a token (it is shown once):
    <pre>muster token create --integration Okta</pre></li>
  <li>In Okta, open the application's <b>Provisioning → Integration</b> and enter
    <pre>SCIM connector base URL   {{ scim_url }}
Unique identifier field   userName
Authentication mode       HTTP Header: the token</pre></li>
  <li>Press <b>Test Connector Configuration</b>, save, switch on Create, Update and Deactivate Users under
    <b>To App</b>, and assign one person first.</li>
</ol>
{% if not public %}<p>Okta's cloud reaches public https addresses only, and this one is not: set
<code>MUSTER_BASE_URL</code> to the address under which your proxy or tunnel serves Muster.</p>{% endif %}
<h2>Try it without a provider</h2>
<pre>muster rehearse --url {{ scim_url }} --token "$(muster token create --rehearsal)"</pre>
</html>
"""

_page = Environment(autoescape=True).from_string(WELCOME)
CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"


def welcome(base_url: str) -> Callable[[Request], Awaitable[Response]]:
    """The handler of `/` while no UI is built: what this is, and how to connect Okta."""
    public = base_url.startswith("https://")
    body = _page.render(style=STYLE, scim_url=f"{base_url}/scim/v2", public=public)

    async def page(request: Request) -> Response:
        return HTMLResponse(body, headers={"Content-Security-Policy": CONTENT_SECURITY_POLICY})

    return page
