"""What a person reads at the end of a sign-on that was refused, or of one that was a test: a page without a script."""

from __future__ import annotations

from html import escape

from starlette.responses import HTMLResponse

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)

_PAGE = """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · Muster</title>
<style>
  body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 34rem; margin: 18vh auto 0; padding: 0 1.5rem;
         color: #1b1f24; background: #fff }}
  h1 {{ font-size: 1.4rem }}
  @media (prefers-color-scheme: dark) {{ body {{ color: #e6e8eb; background: #14171a }} a {{ color: #8ab4ff }} }}
</style>
<main>
<h1>{title}</h1>
{sentences}
<p><a href="{link}">{label}</a></p>
</main>
</html>
"""


def refused(request_id: str) -> HTMLResponse:
    """Nobody was let in. Why, administrators find beside the connection: a stranger is told nothing."""
    return _page(
        403,
        "You could not be signed in",
        "Your identity provider sent you here, and Muster did not let you in.",
        "An administrator finds the reason in Muster under Settings, Sign-in.",
        f"Request {request_id}",
        link="/sign-in",
        label="Back to signing in",
    )


def tested(subject: str, name: str) -> HTMLResponse:
    """The connection works; who tried it is told whom it would have let in."""
    return _page(
        200,
        "The test went well",
        f"The provider calls you “{subject}”, and that is {name} here.",
        "Nobody was signed in, and nothing was changed. The connection can be switched on now.",
        link="/settings?tab=sign-in",
        label="Back to the settings",
    )


def test_failed(reason: str) -> HTMLResponse:
    """The connection does not work yet; the administrator who tried it is told why."""
    return _page(
        403,
        "The test failed",
        reason,
        "Nothing was changed.",
        link="/settings?tab=sign-in",
        label="Back to the settings",
    )


def _page(status: int, title: str, *sentences: str, link: str, label: str) -> HTMLResponse:
    told = "\n".join(f"<p>{escape(sentence)}</p>" for sentence in sentences)
    page = _PAGE.format(title=escape(title), sentences=told, link=escape(link), label=escape(label))
    return HTMLResponse(page, status, {"Content-Security-Policy": CONTENT_SECURITY_POLICY})
