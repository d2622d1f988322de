"""How often somebody may try to sign in: for one email address, and from one network address.

Counted where `MUSTER_RATE_LIMIT_URL` says, as `limiting` does for SCIM; but where it can't be counted, nobody may: a
password that can be guessed without a limit protects nothing.
"""

from __future__ import annotations

import hashlib
from math import ceil
from time import time

import structlog
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage, Storage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from catalog.errors import TooManyRequests, Unavailable
from catalog.ids import fold

OF_ONE_EMAIL = (5, 30)
"""Tries a minute, and an hour. Five are what a person needs, and a guesser can do nothing with thirty."""
LEAST_OF_ONE_EMAIL = (3, 10)
"""What each of many workers allows at least: nobody has to wait because of one slip of the finger."""
FROM_ONE_ADDRESS = (60, 600)
"""Tries a minute, and an hour. A whole office may sign in from one address on a Monday morning."""

log = structlog.get_logger("sign-in")


class SignInLimit:
    """The limit on tries. Without Redis each of N workers takes its part of it, though no less than `LEAST…`."""

    def __init__(self, url: str, *, workers: int = 1) -> None:
        shared = url.startswith("redis")
        storage: Storage = RedisStorage(f"async+{url}", implementation="redispy") if shared else MemoryStorage()
        self._limiter = SlidingWindowCounterRateLimiter(storage)
        among = 1 if shared else workers
        self._emails = _limits(OF_ONE_EMAIL, among, LEAST_OF_ONE_EMAIL)
        self._addresses = _limits(FROM_ONE_ADDRESS, among, LEAST_OF_ONE_EMAIL)

    async def attempt(self, address: str, email: str | None = None) -> None:
        """One try more, from this network address and for this email. Raises TooManyRequests, with whole seconds to
        wait; Unavailable where tries can't be counted."""
        kept = [(limit, ("address", address)) for limit in self._addresses]
        if email is not None:
            kept += [(limit, ("email", _key(email))) for limit in self._emails]
        try:
            for limit, key in kept:
                if not await self._limiter.hit(limit, "sign-in", *key):
                    stats = await self._limiter.get_window_stats(limit, "sign-in", *key)
                    raise TooManyRequests(max(1, ceil(stats.reset_time - time())))
        except TooManyRequests:
            raise
        except Exception as problem:  # noqa: BLE001 - whatever the storage raises, nobody comes in
            log.warning("tries can't be counted", problem=str(problem))
            raise Unavailable("Nobody can sign in at this moment: tries can't be counted. Try again soon.") from None

    async def forgive(self, email: str) -> None:
        """The password was right: what was tried for this email before counts no more."""
        try:
            for limit in self._emails:
                await self._limiter.clear(limit, "sign-in", "email", _key(email))
        except Exception as problem:  # noqa: BLE001 - whoever has proved who they are comes in all the same
            log.warning("tries can't be forgotten", problem=str(problem))


def _limits(of: tuple[int, int], among: int, least: tuple[int, int]) -> tuple[RateLimitItem, ...]:
    a_minute, an_hour = (max(bound, number // among) for number, bound in zip(of, least, strict=True))
    return RateLimitItemPerMinute(a_minute), RateLimitItemPerHour(an_hour)


def _key(email: str) -> str:
    """The email as it is counted under: who reads the counters learns no address."""
    return hashlib.sha256(fold(email.strip()).encode(errors="replace")).hexdigest()
