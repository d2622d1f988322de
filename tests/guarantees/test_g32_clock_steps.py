"""G32: the clock is set forth and back by hours while people write: history holds, and so does the trail."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta, tzinfo
from random import Random
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from catalog import ids
from catalog.actors import Actor
from catalog.changes import change, uninterrupted
from catalog.engines import Database
from catalog.errors import CatalogError
from catalog.sealing import Sealer
from tests.catalog.lives import Life, holds, seen_now, seen_then
from tests.doses import dose
from tests.guarantees.ledger import Ledger

WRITERS = 8
STEPS = dose(12, 500)
"""Of the clock; each writer does something about as often."""
WIDEST = timedelta(hours=2)
DEEDS = (
    *("hire", "found") * 3,
    *("title", "boss", "deactivate", "reactivate", "delete", "rename", "move", "dissolve", "restore"),
    *("join", "leave", "replace", "assign") * 2,
)


class Clock:
    """The machine's clock, until it is set."""

    def __init__(self) -> None:
        self.off = timedelta()

    def now(self, zone: tzinfo) -> datetime:
        return datetime.now(zone) + self.off

    def uuid7(self) -> UUID:
        return uuid7(nanoseconds=int(self.now(UTC).timestamp() * 1e9))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """What tells the catalog the time, and the first part of every id."""
    clock = Clock()
    monkeypatch.setattr(ids, "datetime", clock)
    monkeypatch.setattr(ids, "uuid7", clock.uuid7)
    return clock


async def write(life: Life, chance: Random, until: asyncio.Event) -> tuple[int, int]:
    """Does this and that to people and teams; how much of it was done, and how much could not be."""
    done = refused = 0
    while not until.is_set():
        what, first, second = chance.choice(DEEDS), chance.randrange(20), chance.randrange(20)

        async def deed(what: str = what, first: int = first, second: int = second) -> None:
            async with change(life.actor) as this:
                await life.do(this, what, first, second)

        try:
            await uninterrupted(deed)
            done += 1
        except CatalogError:
            refused += 1
        await asyncio.sleep(0)
    return done, refused


async def test_g32_history_holds_though_the_clock_is_set_forth_and_back_under_load(
    db: Database, actor: Actor, clock: Clock, ledger: Ledger
) -> None:
    life, chance, is_over = Life(actor), Random(STEPS), asyncio.Event()
    await life.live([("hire", 0, number, 0) for number in range(5)] + [("found", 0, 0, 0)] * 3)
    life.seen.clear()
    writers = [asyncio.create_task(write(life, Random(number), is_over)) for number in range(WRITERS)]
    for _ in range(STEPS):
        await asyncio.sleep(0.05)
        clock.off = chance.uniform(-1, 1) * WIDEST
    is_over.set()
    done, refused = map(sum, zip(*await asyncio.gather(*writers), strict=True))
    ledger(steps=STEPS, changes=done, refused=refused)
    assert done > STEPS
    await holds(life)
    later = ids.now() + 2 * WIDEST + timedelta(hours=1)
    assert await seen_then(actor, later) == await seen_now(actor), "no period begins later than what it says"
    sealer = Sealer("k" * 32)
    await sealer.seal()
    trail = await sealer.verify(actor.account_id)
    assert trail.fault is None
    assert trail.events >= done // 2
