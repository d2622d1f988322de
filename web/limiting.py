"""Rate limits: how fast one token may write, counted in this process or, for several hosts, in Redis.

Without Redis each of N workers takes a part of the limit. While Redis does not answer, SCIM stays open: a provider
that is turned away for the limiter's sake would lose more than a limit protects.
"""

from __future__ import annotations

from math import ceil
from time import time

import structlog
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage, RedisStorage, Storage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from catalog.actors import Actor
from catalog.errors import TooManyRequests

BURST_S = 4
"""A burst may hold as many writes as so many seconds."""

log = structlog.get_logger("limits")


class WriteLimit:
    """At most `per_s` SCIM writes a second and token over any few seconds; 0 turns it off."""

    def __init__(self, url: str, per_s: int, *, workers: int = 1) -> None:
        shared = url.startswith("redis")
        storage: Storage = RedisStorage(f"async+{url}", implementation="redispy") if shared else MemoryStorage()
        self._limiter = SlidingWindowCounterRateLimiter(storage)
        part = per_s * BURST_S if shared else max(1, per_s * BURST_S // workers)
        self._limit: RateLimitItem | None = RateLimitItemPerSecond(part, BURST_S) if per_s else None

    async def __call__(self, actor: Actor) -> None:
        """Nothing, if the actor may write now. Raises TooManyRequests with whole seconds to wait."""
        if self._limit is None:
            return
        key = str(actor.token_id)
        try:
            if await self._limiter.hit(self._limit, "scim", key):
                return
            stats = await self._limiter.get_window_stats(self._limit, "scim", key)
        except Exception as problem:  # noqa: BLE001 - whatever the storage raises, see above
            log.warning("rate limits are not counted", problem=str(problem))
            return
        raise TooManyRequests(max(1, ceil(stats.reset_time - time())))
