"""How long a request waits for a database that is away, before anything of it has begun.

A provider that is refused comes again minutes later, a server that restarts is back within seconds: SCIM waits. A page
does not, as somebody sits before it. What was under way when the database went is undone, and said so at once.
"""

from __future__ import annotations

import asyncio
from contextvars import ContextVar
from time import monotonic

PAUSE_S = 0.2
"""Between two tries."""

_until: ContextVar[float] = ContextVar("patient_until", default=0.0)


def be_patient(seconds: float) -> None:
    """From here on, this task and those it starts wait for the database, so many seconds altogether."""
    _until.set(monotonic() + seconds)


async def another_try() -> bool:
    """True after a pause; False at once where there is no time left."""
    if monotonic() + PAUSE_S > _until.get():
        return False
    await asyncio.sleep(PAUSE_S)
    return True
