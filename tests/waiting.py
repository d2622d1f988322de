"""Waiting in tests for what another thread or process does, of which nothing tells them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic


async def until(is_so: Callable[[], Awaitable[bool]], *, within_s: float = 60, pause_s: float = 0.005) -> None:
    """Returns once it is so; `within_s` is what a busy machine may take. Raises TimeoutError where it never is."""
    since = monotonic()
    while not await is_so():
        if monotonic() - since > within_s:
            raise TimeoutError
        await asyncio.sleep(pause_s)
