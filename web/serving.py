"""`muster serve`: the checks before, the addresses printed, uvicorn started with the settings that were measured."""

from __future__ import annotations

import gc
import os
from contextlib import nullcontext

import uvicorn

from catalog import schema
from catalog.services import accounts
from web import admitting, metrics, observability, tracing
from web.commanding import ready, run, say
from web.settings import Settings

WORKER_ANSWERS_WITHIN_S = 60
"""A worker that is silent for longer is replaced. uvicorn's five seconds end one that is still starting on a machine
that is busy, and the next one after it, for ever."""

YOUNG_OBJECTS = 10_000
"""So many more objects than before, and the collector looks for circles among them: a megabyte or two. At Python's own
700 it took a twentieth of a POST, and once in a thousand of them looked through all that was imported, for 70 ms."""


def serve(host: str | None, port: int | None, workers: int | None) -> None:
    """Serves until it is told to stop. Exits with 1 and a sentence where it cannot."""
    # The workers read their settings from the environment, as every other process does.
    for name, value in (("HOST", host), ("PORT", port), ("WORKERS", workers)):
        if value is not None:
            os.environ[f"MUSTER_{name}"] = str(value)
    chosen = run(_prepare, migrated=False)
    told = f"Muster serves at [bold]{chosen.public_url}[/bold]  (SCIM API URL: {chosen.public_url}/scim/v2)"
    say.print(told, soft_wrap=True)
    with metrics.shared_between_workers() if chosen.workers > 1 else nullcontext():
        _run(chosen)


def _run(chosen: Settings) -> None:
    uvicorn.run(
        "web.serving:application",
        factory=True,
        host=chosen.host,
        port=chosen.port,
        workers=chosen.workers,
        loop="uvloop",
        http="web.protocol:Protocol",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(chosen.trusted_proxies),
        forwarded_allow_ips=chosen.trusted_proxies or None,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=25,
        timeout_worker_healthcheck=WORKER_ANSWERS_WITHIN_S,
        h11_max_incomplete_event_size=32 * 1024,
    )


def application() -> object:
    """The application of one worker process."""
    gc.disable()
    # Here, as no other command needs the two interfaces: they take as long to import as all else together.
    from web.app import create_app

    chosen = Settings()
    observability.configure(chosen)
    traced = tracing.asked_for()
    made = create_app(chosen) if traced is None else traced.of_requests(create_app(chosen, traced.of_statements))
    _collect_rarely()
    return made


def _collect_rarely() -> None:
    """What was made so far stays, so it is not looked through for garbage; and few requests leave any in circles."""
    gc.freeze()
    gc.enable()
    gc.set_threshold(YOUNG_OBJECTS)


async def _prepare(chosen: Settings) -> Settings:
    """An embedded database migrated; PostgreSQL served as it is, and not ready if behind. The first account made, and
    the link printed by which somebody becomes its first administrator. Raises Failure where a newer Muster was here."""
    if chosen.database_url.startswith("sqlite:") or await schema.state() == "ahead":
        await ready(chosen)
    if await schema.state() == "current":
        await accounts.first()
        unheld = await schema.unheld()
        if unheld is not None:
            say.print(f"[yellow]{unheld}[/]", soft_wrap=True)
        link = await admitting.set_up_link(chosen)
        if link is not None:
            say.print(f"Set up Muster: {link}", soft_wrap=True)
            say.print("(good once, for 24 hours; whoever opens it is the first administrator)")
    return chosen
