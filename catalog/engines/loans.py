"""Connections of a PostgreSQL pool, lent for one statement or one transaction.

asyncpg's pool alone makes a keyed read twice as dear: a task and a round trip (`RESET ALL`) whenever a connection is
given back. Here they are kept at hand between loans; what they are lent for says how statements are planned on them,
anew for each set of parameters or once. Planning the read of one person takes PostgreSQL ten times as long as reading
them; yet one plan for every parameter of a filter by time once read a whole table.
"""

from __future__ import annotations

import asyncio
from collections import deque
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal, cast

import asyncpg

Plans = Literal["fresh", "kept"]

MODES: dict[Plans, str] = {"fresh": "force_custom_plan", "kept": "auto"}
"""`plan_cache_mode`: `auto` keeps a plan once PostgreSQL finds it as good as the first five."""

EVERYWHERE = "*"
"""The setting `muster.account` of a session that sees every account's rows; else it is the id of one account. The
policies of migration 0014 compare with it: where it was never set, no row is there."""

WAIT_S = 2
"""For a connection, at most."""

RESERVED = 2
"""Connections that are always given back to the pool, for Tortoise."""

STALE_S = 240
"""A connection that nobody borrowed for so long is not trusted: a firewall may have forgotten it."""

USES = 50_000
"""After so many loans a connection goes through the pool, which knows when one is too old."""


if TYPE_CHECKING:
    _Connection = asyncpg.Connection[Any]
else:
    _Connection = asyncpg.Connection


class Connection(_Connection):
    """A connection whose session holds nothing but `plans` and `within`, so that nothing has to be reset after a loan.

    Both are set outside of any transaction: no ROLLBACK takes them back.
    """

    plans: Plans = "fresh"
    within = ""
    """Whose rows are there: an account's id, or EVERYWHERE; nobody's until it is lent."""
    uses = 0
    idle_since = 0.0
    lent_as: Any = None
    """How the pool knows it while it is lent. Not asked for anything: each call through it takes a detour."""

    def get_reset_query(self) -> str:
        """None: every statement and lock of ours ends with its transaction."""
        return ""


class Loans:
    """Who has a connection, and what waits at hand."""

    def __init__(self, pool: asyncpg.Pool[Any]) -> None:
        self._pool = pool
        self._most = max(0, pool.get_max_size() - RESERVED)
        self._idle: dict[Plans, list[Connection]] = {"fresh": [], "kept": []}
        self._held = 0
        """How many the pool has given: lent, or at hand."""
        self._queue: deque[asyncio.Future[Connection | None]] = deque()
        """Who waits for a connection to be given back; None tells them that the pool has a place again."""
        self._returns: set[asyncio.Future[None]] = set()

    def at_hand(self, plans: Plans, within: str) -> Connection | None:
        """A connection that plans so and sees these rows, without waiting; None, if there is none at hand."""
        idle = self._idle[plans]
        for place in reversed(range(len(idle))):
            if idle[place].within == within and (connection := self._trusted(idle.pop(place))) is not None:
                return connection
        return None

    async def borrow(self, plans: Plans, within: str) -> Connection:
        """A connection that plans so and sees these rows.

        Raises TimeoutError where none gets free; what asyncpg raises.
        """
        other: Plans = "kept" if plans == "fresh" else "fresh"
        connection = self.at_hand(plans, within) or self._least_used(plans) or self._least_used(other)
        if connection is None and self._held >= self._pool.get_max_size():
            connection = await self._returned_one()
        if connection is None:
            connection = await self._new()
        if (connection.plans, connection.within) != (plans, within):
            # Whoever is cut off here may leave them set or not: no loan is within nothing, so the next one sets both.
            connection.within = ""
            try:
                await connection.execute(f"SET plan_cache_mode = {MODES[plans]}; SET muster.account = '{within}'")
            except BaseException:
                self.give_back(connection, is_whole=False)
                raise
            connection.plans, connection.within = plans, within
        return connection

    def _least_used(self, plans: Plans) -> Connection | None:
        """Of those at hand that plan so, the one that nobody has asked for in the longest time."""
        idle = self._idle[plans]
        while idle:
            if (connection := self._trusted(idle.pop(0))) is not None:
                return connection
        return None

    def _trusted(self, connection: Connection) -> Connection | None:
        """The connection, if it can be relied on; else it is ended, and the pool makes a new one when it is asked."""
        if monotonic() - connection.idle_since < STALE_S and not connection.is_closed():
            return connection
        connection.terminate()
        self._held -= 1
        return None

    def give_back(self, connection: Connection, *, is_whole: bool = True) -> None:
        """The loan is over; not `is_whole`, where a statement failed or was cut off."""
        connection.uses += 1
        is_good = is_whole and connection.uses % USES
        if is_good and self._tell_next(connection):
            return
        at_hand = len(self._idle["fresh"]) + len(self._idle["kept"])
        if is_good and at_hand < self._most:
            connection.idle_since = monotonic()
            self._idle[connection.plans].append(connection)
            return
        # A task of its own: whoever had the connection may be cancelled.
        returning = asyncio.ensure_future(self._pool.release(connection.lent_as))
        self._returns.add(returning)
        returning.add_done_callback(self._returned)
        self._held -= 1
        self._tell_next(None)

    async def close(self) -> None:
        """Every connection at hand given back to the pool."""
        for idle in self._idle.values():
            while idle:
                self.give_back(idle.pop(), is_whole=False)
        await asyncio.gather(*self._returns, return_exceptions=True)

    async def _new(self) -> Connection:
        """One more of the pool's."""
        self._held += 1
        try:
            lent: Any = await self._pool.acquire(timeout=WAIT_S)
        except BaseException:
            self._held -= 1
            self._tell_next(None)
            raise
        connection = cast(Connection, lent._con)
        connection.lent_as = lent
        return connection

    async def _returned_one(self) -> Connection | None:
        """The next that is given back, handed over without a detour by the pool; None where the pool has a place."""
        turn: asyncio.Future[Connection | None] = asyncio.get_running_loop().create_future()
        self._queue.append(turn)
        try:
            async with asyncio.timeout(WAIT_S):
                return await turn
        except BaseException:
            if turn.done() and not turn.cancelled():
                # It was handed over while its taker was leaving.
                connection = turn.result()
                if connection is None:
                    self._tell_next(None)
                else:
                    self.give_back(connection)
            raise

    def _tell_next(self, connection: Connection | None) -> bool:
        """Whether somebody waits, who is told."""
        while self._queue:
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_result(connection)
                return True
        return False

    def _returned(self, returning: asyncio.Future[None]) -> None:
        self._returns.discard(returning)
        if not returning.cancelled():
            # A connection that could not even be given back is gone, and the pool knows: nothing is left to do.
            returning.exception()
