"""G16: a server that is asked for more than it can do says so at once, answers the rest, and is itself again soon."""

from __future__ import annotations

import asyncio
import statistics
from collections import defaultdict
from itertools import count
from time import monotonic, perf_counter

import httpx

from tests.doses import dose
from tests.guarantees.ledger import Ledger
from tests.web.serving import Instance
from web.middleware import MOST_AT_ONCE
from web.rehearsal.wire import Wire

WRITING = 2 * MOST_AT_ONCE
OVERLOAD_S = dose(2, 30)
RECOVERY_S = 10
PAUSE_S = 0.05
"""Before who was turned away comes again: they do not wait as long as they are told."""


class Crowd:
    """Providers that write at once, on a connection each, and note what they are answered and when."""

    def __init__(self, served: Instance, name: str) -> None:
        self.wire = Wire(timeout_s=60)
        self.took: dict[int, list[float]] = defaultdict(list)
        self.without_retry_after = 0
        self._name, self._numbers = name, count()
        self._url, self._headers = f"{served.url}/scim/v2/Users", {"Authorization": f"Bearer {served.token}"}

    async def write(self) -> float:
        """One more person; the seconds it took."""
        body = {"userName": f"{self._name}{next(self._numbers)}@crowd.example"}
        begun = perf_counter()
        answer = await self.wire.handle_async_request(
            httpx.Request("POST", self._url, headers=self._headers, json=body)
        )
        took = perf_counter() - begun
        self.took[answer.status_code].append(took)
        if answer.status_code != 201:
            self.without_retry_after += not answer.headers.get("retry-after", "").isdigit()
            await asyncio.sleep(PAUSE_S)
        return took

    async def crush(self, seconds: float) -> None:
        """All of them, again and again, for so long."""
        until = monotonic() + seconds

        async def one() -> None:
            while monotonic() < until:
                await self.write()

        await asyncio.gather(*(one() for _ in range(WRITING)))


async def test_g16_an_overloaded_server_turns_some_away_and_recovers(instance: Instance, ledger: Ledger) -> None:
    calm = Crowd(instance, "calm")
    usual = statistics.median([await calm.write() for _ in range(20)])
    crowd = Crowd(instance, "crowd")
    await crowd.crush(OVERLOAD_S)
    ended = monotonic()
    while await calm.write() > 3 * usual:
        assert monotonic() < ended + RECOVERY_S
    recovery_s = monotonic() - ended
    answered, turned_away = crowd.took[201], crowd.took[429]
    ledger(
        writing=WRITING, answered=len(answered), turned_away=len(turned_away),
        usual_ms=round(usual * 1000, 1), answered_p95_ms=round(statistics.quantiles(answered, n=20)[-1] * 1000),
        turned_away_median_ms=round(statistics.median(turned_away) * 1000), recovery_s=round(recovery_s, 2),
    )  # fmt: skip
    assert set(crowd.took) == {201, 429}
    assert not crowd.without_retry_after
    assert statistics.median(turned_away) < statistics.median(answered)
    for one in (calm, crowd):
        await one.wire.aclose()
