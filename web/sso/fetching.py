"""Asking a provider: discovery, keys, tokens, metadata. The address comes from an administrator or from the provider.

So that no such address makes Muster ask its own network (SSRF): https alone, no redirects, only public addresses, each
checked as it is connected to; five seconds, a megabyte. An instance that only its own machine can reach may ask that
machine, and `MUSTER_SSO_PRIVATE_HOSTS` names providers within one's network.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from functools import cached_property
from ipaddress import ip_address
from typing import Any, cast
from urllib.parse import urlsplit

import httpx
import orjson

from catalog.errors import SignInRefused
from web.settings import is_loopback

TIMEOUT_S = 5.0
MAX_BYTES = 1024 * 1024


class Fetcher:
    """Asks providers for an instance that is found under `public_url`."""

    def __init__(self, public_url: str, private_hosts: str = "") -> None:
        self._transport = _Guarded(
            own_machine=is_loopback(urlsplit(public_url).hostname or ""),
            private_hosts=frozenset(filter(None, (host.strip().lower() for host in private_hosts.split(",")))),
        )

    async def bytes(self, url: str, *, form: Mapping[str, str] | None = None, **more: Any) -> tuple[int, bytes]:
        """The status and the body of what is at the address; `form` is sent by POST. Raises SignInRefused."""
        method = "GET" if form is None else "POST"
        try:
            async with (
                asyncio.timeout(TIMEOUT_S),
                httpx.AsyncClient(
                    transport=self._transport, follow_redirects=False, timeout=TIMEOUT_S, trust_env=False
                ) as client,
                client.stream(method, url, data=form, **more) as answer,
            ):
                return answer.status_code, await _whole(answer)
        except Forbidden as problem:
            raise SignInRefused("provider_forbidden", f"{_where(url)} is not asked: {problem}") from None
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError) as problem:
            reason = type(problem).__name__
            raise SignInRefused(
                "provider_silent", f"The provider does not answer at {_where(url)} ({reason})."
            ) from None

    async def document(self, url: str, **more: Any) -> dict[str, Any]:
        """The JSON object at the address. Raises SignInRefused."""
        status, body = await self.bytes(url, **more)
        try:
            found = orjson.loads(body)
        except orjson.JSONDecodeError:
            found = None
        if status != 200 or not isinstance(found, dict):
            said = str(found.get("error", ""))[:100] if isinstance(found, dict) else ""
            told = f" and {said!r}" if said else ""
            raise SignInRefused("provider_refused", f"The provider answers {status}{told} at {_where(url)}.")
        return cast("dict[str, Any]", found)


class Forbidden(Exception):
    """The address is one that is not asked."""


class _Guarded(httpx.AsyncBaseTransport):
    """Connects to the very address that it has checked, whatever the name resolves to a moment later."""

    def __init__(self, *, own_machine: bool, private_hosts: frozenset[str]) -> None:
        self._own_machine, self._private_hosts = own_machine, private_hosts

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """The authorities that are trusted, read once."""
        return httpx.create_ssl_context(trust_env=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host, scheme = request.url.host, request.url.scheme
        port = request.url.port or (443 if scheme == "https" else 80)
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(one[4][0]) for one in found]
        for address in addresses:
            self._check(scheme, host, address)
        # The name stays in the Host header and in what the certificate is held to.
        request.extensions = {**request.extensions, "sni_hostname": host}
        # A transport of its own: connections are kept for no second request, which might mean another host.
        inner = httpx.AsyncHTTPTransport(verify=self._tls)
        answer = await _of_any(inner, request, addresses)
        return httpx.Response(
            answer.status_code,
            headers=answer.headers,
            stream=_Closing(cast(httpx.AsyncByteStream, answer.stream), inner),
            extensions=answer.extensions,
        )

    def _check(self, scheme: str, host: str, address: str) -> None:
        """Raises Forbidden."""
        where = ip_address(address.partition("%")[0])
        if self._own_machine and where.is_loopback:
            return
        if scheme != "https":
            raise Forbidden("it is no https address.")
        if not where.is_global and host.lower() not in self._private_hosts:
            raise Forbidden("it lies in a private network. MUSTER_SSO_PRIVATE_HOSTS may name such a host.")


async def _of_any(transport: httpx.AsyncHTTPTransport, request: httpx.Request, addresses: list[str]) -> httpx.Response:
    """The answer of the first of the addresses at which somebody listens. Raises httpx.ConnectError for none."""
    for address in addresses[:-1]:
        request.url = request.url.copy_with(host=address)
        try:
            return await transport.handle_async_request(request)
        except httpx.ConnectError:
            continue
    request.url = request.url.copy_with(host=addresses[-1])
    return await transport.handle_async_request(request)


class _Closing(httpx.AsyncByteStream):
    """The body, with whose end the connection ends."""

    def __init__(self, stream: httpx.AsyncByteStream, transport: httpx.AsyncHTTPTransport) -> None:
        self._stream, self._transport = stream, transport

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._stream:
            yield piece

    async def aclose(self) -> None:
        await self._stream.aclose()
        await self._transport.aclose()


async def _whole(answer: httpx.Response) -> bytes:
    """The body, decompressed. Raises Forbidden for one that is too large."""
    body = bytearray()
    async for piece in answer.aiter_bytes():
        body += piece
        if len(body) > MAX_BYTES:
            raise Forbidden(f"what it answers is larger than {MAX_BYTES} bytes.")
    return bytes(body)


def _where(url: str) -> str:
    """The address without its query, which may hold what nobody else should read."""
    return url.partition("?")[0][:200]
