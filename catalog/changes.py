"""Change: one transaction, with everything that belongs to it.

A service that writes takes a `Change`, so it cannot write without a transaction, an actor and an audit trail. Only
the edges (an endpoint, a mutation, a command, the worker) open one:

    async with change(actor) as this:
        team = await teams.lock(this, team_id)
        await memberships.add(this, team, user_ids)

Rows are gathered and written together when the block is left, in few round trips; `flush` writes them earlier, where
a statement that follows must see them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.models import Model

from catalog import sql, tallies, timekeeping
from catalog.actors import Actor
from catalog.database import database
from catalog.engines import Conflict, Row, Statement, UniqueViolation, Unit
from catalog.errors import AlreadyTaken, Unavailable
from catalog.ids import new_id, now
from catalog.models import AuditEvent, OutboxMessage
from catalog.tables import UNIQUE

T = TypeVar("T")

TRIES = 3
"""How often a change is tried that gave way to another one (a deadlock), before it is Unavailable."""


class Change:
    """A transaction with its actor, its only clock (`at`) and its journal."""

    def __init__(self, actor: Actor, unit: Unit, dialect: str) -> None:
        self.actor = actor
        self.dialect = dialect
        self.at: datetime = now()
        self.id: UUID = new_id()
        self._unit = unit
        self._has_written = False
        self._new: list[Model] = []
        self._made: set[UUID] = set()
        self._touched: dict[UUID, Any] = {}
        self._risen: set[UUID] = set()
        self._statements: list[Statement] = []
        self._stated: list[Model] = []
        self._tally = tallies.NOTHING

    @property
    def account_id(self) -> UUID:
        """The account in which everything of this change happens."""
        return self.actor.account_id

    @property
    def orm(self) -> BaseDBAsyncClient:
        """For Tortoise's `using_db`: reads within this change."""
        return self._unit.orm

    async def rows(self, statement: str, *params: Any) -> Sequence[Row]:
        """What the statement returns, within this change."""
        return await self._unit.rows(statement, *params)

    def add(self, row: Any) -> None:
        """A new row, written when the change is left."""
        self._new.append(row)
        self._made.add(row.id)
        if hasattr(row, "version"):
            self._risen.add(row.id)

    def touch(self, row: Any, *, rises: bool = True) -> None:
        """A row that was altered: once per change its version and `updated_at` rise, and it is written when left.

        `updated_at` never goes back: a change that waited for the row may have begun before the one that had it.
        Without `rises` they stay: for what no provider has sent and none is told. Raises RuntimeError for a second copy
        of a row that waits to be written: rows are written whole, so one copy would undo what the other says.
        """
        if row.id in self._made:
            return
        if self._touched.setdefault(row.id, row) is not row:
            raise RuntimeError(f"Two copies of {type(row).__name__} {row.id} were altered in one change; flush before.")
        if rises and hasattr(row, "version") and row.id not in self._risen:
            self._risen.add(row.id)
            row.version += 1
            row.updated_at = max(row.updated_at, self.at)

    def run(self, statement: str, *params: Any, many: bool = False, table: str | None = None) -> None:
        """A writing statement, carried out after the rows gathered so far. With `many`, once per parameter list.

        `table`, where it reads and writes no other one, and finds its rows by keys: at most one, or those of a list.
        """
        self._gather()
        rows = max((len(param) for param in params if isinstance(param, list)), default=1)
        self._statements.append(Statement(statement, params[0] if many else params, many, table, rows))

    def record(
        self,
        action: str,
        subject: Any,
        *,
        kind: str,
        name: str,
        before: Any = None,
        after: Any = None,
        rises: bool = True,
    ) -> None:
        """The audit event of something done to `subject`, which counts as touched (`rises` is said there).

        `before` and `after` hold what differs. Only what really changed is recorded: a change that records nothing
        leaves every version alone (RFC 7644 §3.5.2.1).
        """
        self.touch(subject, rises=rises)
        actor = self.actor
        self.add(
            AuditEvent(
                id=new_id(),
                account_id=actor.account_id,
                at=self.at,
                change_id=self.id,
                actor_kind=actor.kind.value,
                actor_id=actor.id,
                actor_name=actor.name,
                action=action,
                subject_kind=kind,
                subject_id=subject.id,
                subject_name=name,
                before=before,
                after=after,
                request_id=actor.request_id,
            )
        )

    def send(self, message: OutboxMessage) -> None:
        """A letter, put into the outbox: it is sent if, and only if, the change is kept."""
        self.add(message)

    async def flush(self) -> None:
        """Everything gathered so far, written. Raises AlreadyTaken when a unique value is somebody else's."""
        self._gather()
        statements, self._statements = self._statements, []
        rows, self._stated = self._stated, []
        if not statements:
            return
        try:
            await self._unit.batch(statements)
        except UniqueViolation as problem:
            # Nothing of the change is kept any more, even where somebody swallows this.
            self._tally = tallies.NOTHING
            raise _taken(problem, rows) from None
        self._has_written = True

    async def finish(self) -> None:
        """Everything written that is not yet, the account's tally last: whoever raises the same one waits for it."""
        self._gather()
        if self._tally != tallies.NOTHING:
            self._statements.append(tallies.raising(self.account_id, self._tally, self.dialect))
            self._tally = tallies.NOTHING
        await self.flush()
        await self._stand_by_claim()

    async def _stand_by_claim(self) -> None:
        """Under a claim (an Idempotency-Key), that something was changed: known if, and only if, the change is kept.

        Raises Unavailable where another runner has the claim by now: this one was given up for dead, so it changes
        nothing any more.
        """
        claim = self.actor.claim
        if claim is None or not self._has_written:
            return
        mine = "UPDATE idempotency_claims SET changed_at = $1 WHERE id = $2 AND runner = $3 RETURNING id"
        if not await self._unit.rows(mine, self.at, claim.id, claim.runner):
            raise Unavailable("The request was sent again, and is carried out there; here nothing was changed.")

    def _gather(self) -> None:
        """New rows by table in order of their first one, altered rows, and then their periods, made into statements."""
        if not self._new and not self._touched:
            return
        touched = list(self._touched.values())
        self._tally += tallies.of(self._new, touched)
        for model, rows in _by_model(self._new).items():
            self._statements.append(sql.insert(model, rows))
        for model, rows in _by_model(touched).items():
            self._statements.append(sql.update(model, rows))
        self._statements += timekeeping.statements(self._new, touched, self.at)
        self._stated += [*self._new, *touched]
        self._new.clear()
        self._made.clear()
        self._touched.clear()


def _by_model(rows: Sequence[Model]) -> dict[type[Model], list[Model]]:
    grouped: dict[type[Model], list[Model]] = {}
    for row in rows:
        grouped.setdefault(type(row), []).append(row)
    return grouped


def _taken(problem: UniqueViolation, rows: Sequence[Model]) -> Exception:
    """AlreadyTaken for the index that refused, or the violation itself where no index of ours is known."""
    known = UNIQUE.get(problem.index)
    if known is None:
        return problem
    kind, field, model = known
    value = next((getattr(row, field, None) for row in rows if type(row).__name__ == model), None)
    return AlreadyTaken(kind, field, value)


@asynccontextmanager
async def change(actor: Actor) -> AsyncIterator[Change]:
    """A change by `actor`: kept whole when the block is left, undone whole when it raises."""
    db = database(actor.account_id)
    async with db.unit() as unit:
        this = Change(actor, unit, db.dialect)
        yield this
        await this.finish()


async def uninterrupted(work: Callable[[], Awaitable[T]]) -> T:
    """What `work()` gives, carried to its end even if the caller is cancelled, and tried again after a conflict.

    A task that is cancelled while it enters a transaction would leave Tortoise's lock or a connection behind, so
    that a client's disconnect could stop the server. Raises Unavailable after the last try.
    """
    return await to_the_end(lambda: _tried(work))


async def to_the_end(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """What `work()` gives, carried to its end even if the caller is cancelled."""
    task = asyncio.ensure_future(work())
    _running.add(task)
    task.add_done_callback(_running.discard)
    return await asyncio.shield(task)


_running: set[asyncio.Future[Any]] = set()
"""What goes on without its caller: the event loop itself holds tasks only weakly."""


async def _tried(work: Callable[[], Awaitable[T]]) -> T:
    for _ in range(TRIES):
        try:
            return await work()
        except Conflict:
            continue
    raise Unavailable("Others were changing the same rows; nothing was changed.")
