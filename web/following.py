"""`muster audit follow`: the audit trail sent on as it grows, to a SIEM or to whatever collects logs.

Events leave in the order of their numbers (`catalog.sealing`), so one that was committed late is never missed, and each
at least once: how far every account was told stands in a file, which is written after its events were handed over. It
holds the seal of the last one too, so that a trail that was restored, cut off or altered is noticed where it goes on.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import orjson

from catalog import sealing
from catalog.engines import Row
from catalog.errors import Unavailable
from catalog.services import accounts
from web.commanding import Failure, say

PAUSE_S = 1.0
"""Between two looks at what is new."""
LONGEST_WAIT_S = 60.0
"""For a collector that is away: the waits between two tries double up to this one."""
CONNECT_S = 10.0

PRIORITY = 13 * 8 + 5
"""Syslog: facility 13, log audit; severity 5, notice (RFC 5424 §6.2.1)."""

Send = Callable[[list[tuple[Row, bytes]]], Awaitable[None]]
"""Hands events over, each with its line of JSON. Raises OSError."""


@dataclass(frozen=True, slots=True)
class Told:
    """How far an account was told: the number of an event, and its seal."""

    seq: int
    seal: str


class Following:
    """The trails of these accounts, or of all where none is named, from where the file says."""

    def __init__(self, state: Path, account_id: UUID | None = None) -> None:
        self._state, self._account_id = state, account_id
        self._told = _read(state)
        self._checked: set[UUID] = set()

    async def tell(self, send: Send) -> int:
        """Everything that is sealed and was not told yet, handed over; how many events.

        Raises OSError where nobody takes them: those are handed over again next time. Raises Failure where the trail
        does not go on from what was told.
        """
        count = 0
        for account in await accounts.every():
            if self._account_id in (None, account.id):
                count += await self._tell_of(account.id, account.slug, send)
        return count

    async def _tell_of(self, id: UUID, slug: str, send: Send) -> int:
        count, told = 0, self._told.get(id, Told(0, ""))
        if told.seq and id not in self._checked:
            await self._check(id, slug, told)
        self._checked.add(id)
        while rows := await sealing.page(id, told.seq):
            await send([(row, _line(row, slug)) for row in rows])
            told = self._told[id] = Told(rows[-1]["seq"], rows[-1]["seal"])
            self._write()
            count += len(rows)
        return count

    async def _check(self, id: UUID, slug: str, told: Told) -> None:
        last = await sealing.page(id, told.seq - 1)
        if not last or (last[0]["seq"], last[0]["seal"]) != (told.seq, told.seal):
            raise Failure(
                f"The trail of {slug!r} does not go on from event {told.seq}, which was told: it was restored from a "
                f"backup, or altered (`muster doctor --verify-audit`). To tell it anew, take {str(id)!r} out of "
                f"{self._state}."
            )

    def _write(self) -> None:
        text = orjson.dumps({str(id): asdict(told) for id, told in self._told.items()}, option=orjson.OPT_INDENT_2)
        self._state.parent.mkdir(parents=True, exist_ok=True)
        draft = self._state.with_name(f".{self._state.name}.part")
        with draft.open("wb") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._state)


async def follow(following: Following, to: str | None, *, once: bool) -> int:
    """Tells what is new again and again, or `once`; how many events.

    A collector or a database that is away is waited for, but not where it is `once`. Raises Failure.

    `to` is `tcp://HOST:PORT` or `tls://HOST:PORT` of a syslog collector; standard output without it.
    """
    wait, count = PAUSE_S, 0
    while True:
        try:
            async with _way(to) as send:
                while True:
                    count += await following.tell(send)
                    wait = PAUSE_S
                    if once:
                        return count
                    await asyncio.sleep(PAUSE_S)
        except Unavailable as problem:
            if once:
                raise
            wait = await _waited(wait, problem)
        except OSError as problem:
            if once or isinstance(problem, BrokenPipeError):
                raise Failure(f"{to or 'Standard output'} takes nothing: {problem}.") from None
            wait = await _waited(wait, problem)


async def _waited(wait: float, problem: Exception) -> float:
    """How long to wait after the next failure."""
    say.print(f"Nothing can be told now ({problem}); the next try is in {wait:.0f} s.", style="yellow")
    await asyncio.sleep(wait)
    return min(2 * wait, LONGEST_WAIT_S)


@asynccontextmanager
async def _way(to: str | None) -> AsyncIterator[Send]:
    """How events leave. Raises Failure for an address that is none, OSError where nobody is."""
    if to is None:
        yield _print
        return
    address = urlsplit(to)
    if address.scheme not in ("tcp", "tls") or not address.hostname or not address.port:
        raise Failure(f"{to!r} is no collector: give tcp://HOST:PORT or tls://HOST:PORT.")
    context = ssl.create_default_context() if address.scheme == "tls" else None
    async with asyncio.timeout(CONNECT_S):
        reader, writer = await asyncio.open_connection(address.hostname, address.port, ssl=context)

    async def send(events: list[tuple[Row, bytes]]) -> None:
        # Syslog answers nothing; that the other side has closed is all that can be known of it.
        if reader.at_eof():
            raise ConnectionResetError("the connection was closed")
        writer.write(b"".join(_framed(row, line) for row, line in events))
        await writer.drain()

    try:
        yield send
    finally:
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)


async def _print(events: list[tuple[Row, bytes]]) -> None:
    sys.stdout.buffer.write(b"".join(line + b"\n" for _, line in events))
    sys.stdout.buffer.flush()


def _line(row: Row, account: str) -> bytes:
    """The event as one line of JSON."""
    told: dict[str, Any] = {"account": account, "seq": row["seq"], "at": row["at"]}
    told |= {name: None if row[name] is None else str(row[name]) for name in _TEXTS}
    told |= {name: None if row[name] is None else orjson.loads(row[name]) for name in ("before", "after")}
    return orjson.dumps(told | {"seal": row["seal"]})


_TEXTS = (
    *("id", "action", "actor_kind", "actor_id", "actor_name", "subject_kind", "subject_id", "subject_name"),
    *("change_id", "request_id"),
)


def _framed(row: Row, line: bytes) -> bytes:
    """The event as a syslog message (RFC 5424), with its length before it (RFC 5425 §4.3, RFC 6587 §3.4.1)."""
    header = f"<{PRIORITY}>1 {row['at']} {_HOST} muster {os.getpid()} {row['action'][:32]} - "
    message = header.encode("ascii", "replace") + line
    return b"%d %s" % (len(message), message)


_HOST = socket.gethostname()[:255] or "-"


def _read(path: Path) -> dict[UUID, Told]:
    """What was told; nothing where there is no such file. Raises Failure for one that is none."""
    if not path.exists():
        return {}
    try:
        found = orjson.loads(path.read_bytes())
        return {UUID(id): Told(int(told["seq"]), str(told["seal"])) for id, told in found.items()}
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Failure(f"{path} does not say how far the trail was told: name another file.") from None
