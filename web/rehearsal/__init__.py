"""`muster rehearse`: a synthetic identity provider that drives an instance over HTTP, and believes nothing.

It keeps a model of its own, sends what a provider of the chosen style sends, reads everything back and tells where the
two differ. It knows no more of the instance than its SCIM API, so any other server may be rehearsed too.
"""

from __future__ import annotations

import secrets
from time import perf_counter

import httpx

from web.rehearsal.client import Client
from web.rehearsal.directory import Directory
from web.rehearsal.life import live
from web.rehearsal.report import Report
from web.rehearsal.stage import Progress, Stage
from web.rehearsal.styles import Style
from web.rehearsal.styles.entra import Entra
from web.rehearsal.styles.okta import Okta, OktaAiw

STYLES: dict[str, Style] = {style.name: style for style in (Okta(), OktaAiw(), Entra())}


async def rehearse(
    url: str,
    token: str,
    *,
    users: int,
    groups: int,
    style: str = "okta",
    connections: int = 16,
    keep: bool = False,
    seed: int | None = None,
    progress: Progress = lambda step, done, of: None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> Report:
    """The whole life of so many people and groups at the SCIM API under `url`; what came of it.

    `transport` carries the requests where the network does not. Raises KeyError for a style that is not in STYLES.
    """
    manner = STYLES[style]
    run = secrets.token_hex(3)
    directory = Directory(run=run, seed=secrets.randbits(32) if seed is None else seed, users=users, groups=groups)
    client = Client(url, token, manner.headers, connections, transport)
    stage = Stage(client, manner, directory, connections, progress)
    began = perf_counter()
    try:
        await live(stage, keep=keep)
    finally:
        await client.close()
    return Report(style, dict(client.steps), stage.differences, perf_counter() - began)
