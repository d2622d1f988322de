"""Anchors: the ends of the audit chains, told outside of the database, so that cutting one off is found.

Lines of a file in the data folder, and the same in the log, from where they can be shipped to another
machine; `muster doctor --verify-audit` holds the chains to them.
"""

from __future__ import annotations

import os
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import orjson
import structlog

from catalog.sealing import Head, Sealer
from web.settings import Settings, signing_key

FILE = "audit-heads.ndjson"
"""In the data folder."""
PAUSE = timedelta(minutes=1)
"""An account's end is told once in this time, however much happens in it,"""
EVENTS = 1000
"""or after so many events."""

log = structlog.get_logger("audit")


class Anchors:
    """Seals what was committed, and tells the ends."""

    def __init__(self, settings: Settings) -> None:
        self.sealer = Sealer(signing_key(settings).decode())
        self._path = settings.data_dir / FILE
        self._told: dict[UUID, Head] = {}

    async def seal(self) -> None:
        """What is committed sealed; the ends that are due are told. Raises Unavailable, OSError."""
        due = [head for head in await self.sealer.seal() if self._is_due(head)]
        if due:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("ab") as file:
                file.write(b"".join(orjson.dumps(asdict(head)) + b"\n" for head in due))
                file.flush()
                os.fsync(file.fileno())
        for head in due:
            self._told[head.account_id] = head
            log.info("audit head", account=str(head.account_id), seq=head.seq, seal=head.seal, proof=head.proof)

    def _is_due(self, head: Head) -> bool:
        last = self._told.get(head.account_id)
        return last is None or head.at >= last.at + PAUSE or head.seq >= last.seq + EVENTS


def read(path: Path) -> list[Head]:
    """The ends that were told; none where there is no such file. Raises ValueError for a line that is none."""
    if not path.exists():
        return []
    return [_head(line) for line in path.read_bytes().splitlines() if line.strip()]


def _head(line: bytes) -> Head:
    told = orjson.loads(line)
    return Head(UUID(told["account_id"]), told["seq"], told["seal"], told["proof"], datetime.fromisoformat(told["at"]))
