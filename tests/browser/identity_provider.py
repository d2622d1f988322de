"""An identity provider that others wrote (nanoidp), in a process of its own and under another host's name."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.web.serving import free_port

CLIENT_ID, CLIENT_SECRET = "muster", "xK3-a_client-of-the-tests"
PERSON, EMAIL, PASSWORD = "grace", "grace@navy.example", "a nanosecond of wire"

_SETTINGS = """
config_version: 1
server: {{host: "127.0.0.1", port: {port}}}
oauth:
  issuer: "{url}"
  require_pkce: true
  clients:
    - client_id: "{client_id}"
      client_secret: "{client_secret}"
      redirect_uris: ["{muster}/*"]
saml:
  entity_id: "{url}/saml"
  sso_url: "{url}/saml/sso"
  c14n_algorithm: "exc_c14n"
"""
_USERS = """
config_version: 1
users:
  {person}: {{password: "{password}", email: "{email}", roles: ["USER"]}}
"""


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """Where it is found: `localhost`, where the product is at `127.0.0.1`, so that the two are two sites."""

    url: str


@asynccontextmanager
async def providing(folder: Path, redirect_uri: str) -> AsyncIterator[IdentityProvider]:
    """The provider with one person, for a product that is come back to at this address, until the block is left."""
    port = free_port()
    url = f"http://localhost:{port}"
    settings = _SETTINGS.replace('["{muster}/*"]', f'["{redirect_uri}"]').format(
        port=port, url=url, client_id=CLIENT_ID, client_secret=CLIENT_SECRET
    )
    _write(folder, settings)
    with (folder / "said.log").open("wb") as said:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "nanoidp", "--config", str(folder), "--port", str(port)),
            cwd=folder,
            env={**os.environ, "NO_COLOR": "1"},
            stdout=said,
            stderr=said,
        )
    try:
        await _ready(url)
        yield IdentityProvider(url)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(process.wait(), 15)


def _write(folder: Path, settings: str) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "settings.yaml").write_text(settings)
    (folder / "users.yaml").write_text(_USERS.format(person=PERSON, password=PASSWORD, email=EMAIL))


async def _ready(url: str) -> None:
    async with httpx.AsyncClient(base_url=url.replace("localhost", "127.0.0.1")) as client:
        for _ in range(600):
            try:
                if (await client.get("/.well-known/openid-configuration")).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)
    raise TimeoutError(f"{url} does not answer.")
