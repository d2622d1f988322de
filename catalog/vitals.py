"""Vital signs: what an operator watches over all accounts, as numbers with nobody's name in them.

Read by whoever scrapes the metrics: two small statements, answered from an index.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from catalog.database import everywhere
from catalog.dialects import DIALECTS
from catalog.ids import now

STATES = ("held", "waiting", "sending", "failed")
"""The states of a letter that somebody may have to look at; what was sent or discarded is only kept."""


@dataclass(frozen=True, slots=True)
class Vitals:
    """How many letters there are in each state, and for how many seconds the oldest one has been due."""

    letters: dict[str, int]
    oldest_letter_due_s: float


async def vitals() -> Vitals:
    """The signs at this moment. Raises Unavailable when the database does not answer."""
    db = everywhere()
    named = ", ".join(f"'{state}'" for state in STATES)
    counted = await db.rows(f"SELECT state, count(*) AS n FROM outbox_messages WHERE state IN ({named}) GROUP BY state")
    first = DIALECTS[db.dialect].instant("min(next_attempt_at)")
    oldest = await db.one(f"SELECT {first} AS due FROM outbox_messages WHERE state = 'waiting'")
    late = 0.0
    if oldest is not None and oldest["due"] is not None:
        late = max(0.0, (now() - datetime.fromisoformat(oldest["due"])).total_seconds())
    return Vitals(dict.fromkeys(STATES, 0) | {row["state"]: int(row["n"]) for row in counted}, late)
