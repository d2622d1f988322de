"""G13: the proxy that the guide sets up closes who sends its header or its body slowly, or nothing at all."""

import asyncio
import re
from collections.abc import Iterator
from time import monotonic
from urllib.parse import urlsplit

import pytest

from tests import nginx

WITHIN_S = {"client_header_timeout": 10, "client_body_timeout": 15, "keepalive_timeout": 30}
TIMES_FASTER = 10


def patience() -> dict[str, int]:
    """The seconds that the configuration gives to clients, by their directive."""
    (block,) = re.findall(r"\n    listen 443.*", nginx.TEMPLATE.read_text(), re.DOTALL)
    return {name: int(re.findall(rf"\b{name} (\d+)s;", block)[0]) for name in WITHIN_S}


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """Where nginx listens, with a tenth of its patience."""
    faster = {f"    {name} {s}s;": f"    {name} {s * 1000 // TIMES_FASTER}ms;" for name, s in patience().items()}
    # What is asked here, it answers by itself.
    nobody = ["127.0.0.1:1", "127.0.0.1:1"]
    with nginx.running(tmp_path_factory.mktemp("proxy") / "nginx", nobody, faster) as url:
        parts = urlsplit(url)
        yield str(parts.hostname), int(parts.port or 0)


HEAD = b"GET /metrics HTTP/1.1\r\nHost: muster.test\r\n"
SLOW = {
    "client_header_timeout": (HEAD + b"X-Slow: ", b"a"),
    "client_body_timeout": (b"POST / HTTP/1.1\r\nHost: muster.test\r\nContent-Length: 100\r\n\r\n{", b""),
    "keepalive_timeout": (HEAD + b"\r\n", b""),
}
"""What is sent at once, and again and again from then on."""


@pytest.mark.parametrize("directive", SLOW)
async def test_g13_the_proxy_closes_who_sends_slowly_or_nothing(proxy: tuple[str, int], directive: str) -> None:
    reader, writer = await asyncio.open_connection(*proxy)
    first, further = SLOW[directive]
    began = monotonic()
    writer.write(first)

    async def drip() -> None:
        while further:
            await asyncio.sleep(0.2)
            writer.write(further)

    dripping = asyncio.create_task(drip())
    try:
        async with asyncio.timeout(WITHIN_S[directive]):
            told = await reader.read()
    finally:
        dripping.cancel()
        writer.close()
    took_s = monotonic() - began
    assert took_s > patience()[directive] / TIMES_FASTER * 0.9, "who is not slow is not closed"
    assert told.startswith(b"HTTP/1.1 404") == (directive == "keepalive_timeout")


def test_g13_the_proxy_is_as_patient_as_is_promised() -> None:
    assert all(given <= WITHIN_S[name] for name, given in patience().items())
