"""Callers: who sent a request, by an API token or by a session. What both the product and GraphQL ask first.

It reads headers as plain texts. A browser sends a session's cookie along with whatever any site makes it send, so a
cookie alone is not enough: a header that only a page of ours can add must be there, and where the browser says whence a
request comes, that must be us.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

from catalog.actors import Actor
from catalog.database import read_from_replica
from catalog.errors import Forged, Unauthenticated
from catalog.services import recognition, sessions

CSRF_HEADER = "x-muster-csrf"
CSRF_VALUE = "1"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")

Headers = Iterable[tuple[str, str]]
"""Each header with its value, names in lower case; a name may be there several times."""


async def of_request(headers: Headers, public_url: str, *, request_id: str | None = None, reads: bool = False) -> Actor:
    """Who sent the request: by `Authorization: Bearer`, or else by a session's cookie.

    With `reads` it changes nothing and is no mutation in disguise (a plain GET): then a cookie is enough. Raises
    Unauthenticated; Forged for a session's request of which nothing shows that a page of ours sent it.
    """
    sent = list(headers)
    authorization = _all(sent, "authorization")
    if authorization:
        scheme, _, secret = authorization[0].partition(" ")
        if len(authorization) > 1 or scheme.lower() != "bearer" or not secret.strip():
            raise Unauthenticated("unknown", "Send one header `Authorization: Bearer muster_api_…`.")
        return await recognition.recognise(secret.strip(), request_id=request_id)
    of_session = cookie(sent, public_url)
    if of_session is None:
        raise Unauthenticated("none", "Sign in, or send `Authorization: Bearer muster_api_…`.")
    if not reads:
        need_own_page(sent, public_url)
    return await sessions.recognise(of_session, request_id=request_id)


def only_reads(actor: Actor) -> None:
    """The actor's request changes nothing: from here on it is answered by the read replica, where there is one.

    Not in a browser, as a page must show what its reader has just done.
    """
    if actor.token_id is not None:
        read_from_replica()


def need_own_page(headers: Headers, public_url: str) -> None:
    """Nothing, if a page of ours sent the request, or a program that is no browser. Raises Forged."""
    sent = list(headers)
    origins, sites = _all(sent, "origin"), _all(sent, "sec-fetch-site")
    if _all(sent, CSRF_HEADER) != [CSRF_VALUE]:
        raise Forged
    if any(site != "same-origin" for site in sites) or any(origin not in _own(public_url) for origin in origins):
        raise Forged


def cookie_name(public_url: str) -> str:
    """What a session's cookie is called: on https with the prefix by which browsers bind it to this very host."""
    return "__Host-muster" if public_url.startswith("https://") else "muster_session"


def cookie(headers: Headers, public_url: str) -> str | None:
    """The secret of the session's cookie; None for none, or for several, of which one is somebody else's doing."""
    name = cookie_name(public_url)
    pairs = [pair.strip().partition("=") for line in _all(headers, "cookie") for pair in line.split(";")]
    values = [value for key, _, value in pairs if key == name]
    return values[0] if len(values) == 1 and values[0] else None


def _own(public_url: str) -> set[str]:
    """Where our own pages come from: the public address, and on a loopback one its other names too."""
    parts = urlsplit(public_url)
    port = f":{parts.port}" if parts.port else ""
    hosts = _LOOPBACK if parts.hostname in _LOOPBACK else (parts.hostname or "",)
    return {f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{port}" for host in hosts}


def _all(headers: Headers, name: str) -> list[str]:
    return [value for key, value in headers if key == name]
