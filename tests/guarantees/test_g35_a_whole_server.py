"""G35: a server that is at work for two hours takes no more memory, files, threads and connections at their end."""

from __future__ import annotations

import json
import os
import statistics
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
from aiosmtpd.controller import Controller

from tests import databases
from tests.conftest import ENGINES
from tests.guarantees.ledger import Ledger
from tests.guarantees.soaking import Company
from tests.web.mailbox import Mailbox
from tests.web.serving import Killable, free_port

MINUTES = int(os.environ.get("MUSTER_SOAK_MINUTES", "120"))
WARM_UP_MINUTES = 15
PEOPLE = 2_000
LARGE_BYTES = 48 * 2**20
"""More than SQLite's connections keep of a file in memory (`PRAGMA cache_size`): what they keep grows no further."""
GROWTH_MAX_MIB_PER_HOUR = 1.0


class Watch:
    """What the server takes, minute for minute."""

    def __init__(self, server: Killable, database_url: str) -> None:
        self.minutes: list[dict[str, Any]] = []
        self._server, self._database_url = server, database_url

    async def look(self, company: Company, minute: int) -> None:
        """One line more, with the median of each kind of request since the last."""
        process = Path(f"/proc/{self._server.pid}")
        status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines())
        connections, size = await self._database()
        medians = {kind: round(statistics.median(took) * 1000, 1) for kind, took in company.took.items()}
        company.took.clear()
        self.minutes.append(
            {
                "minute": minute,
                "resident_kib": int(status["VmRSS"].split()[0]),
                "files": len(list((process / "fd").iterdir())),
                "threads": int(status["Threads"]),
                "connections": connections,
                "database_mib": round(size / 2**20, 1),
                "answered": company.statuses.total(),
                "faults": sum(times for code, times in company.statuses.items() if code >= 500),
                "median_ms": medians,
            }
        )

    async def is_large(self) -> bool:
        return (await self._database())[1] >= LARGE_BYTES

    async def _database(self) -> tuple[int, int]:
        """Connections to the database, as far as somebody counts them, and its bytes."""
        address = urlsplit(self._database_url)
        if address.scheme == "sqlite":
            return 0, sum(path.stat().st_size for path in Path(address.path).parent.glob("muster.db*"))
        connection = await asyncpg.connect(self._database_url)
        try:
            row = await connection.fetchrow(
                "SELECT count(*) - 1, pg_database_size(current_database()) "
                "FROM pg_stat_activity WHERE datname = current_database()"
            )
            return row[0], row[1]
        finally:
            await connection.close()


@pytest.fixture
def mail_server() -> Iterator[tuple[str, Mailbox]]:
    """A mail server that takes everything: its address, and what it was given."""
    mailbox = Mailbox()
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield f"smtp://127.0.0.1:{controller.port}", mailbox
    controller.stop()


def growth_per_hour(minutes: list[dict[str, Any]], what: str) -> float:
    """By the straight line that is nearest to all of them."""
    slope, _ = statistics.linear_regression([one["minute"] for one in minutes], [one[what] for one in minutes])
    return slope * 60


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="counts what Linux tells under /proc")
@pytest.mark.parametrize("engine", ENGINES)
async def test_g35_a_server_that_works_for_hours_takes_no_more_at_their_end(
    engine: str, tmp_path: Path, mail_server: tuple[str, Mailbox], ledger: Ledger
) -> None:
    url = await databases.ready(engine, tmp_path, "soak")
    mail, mailbox = mail_server
    settings = {"MUSTER_LOG_LEVEL": "info", "MUSTER_SMTP_URL": mail, "MUSTER_MAIL_FROM": "Muster <muster@lovelace.dev>"}
    async with Killable.running(url, tmp_path / "kept", **settings) as server, Company.on(server) as company:
        watch = Watch(server, url)
        await company.grow(PEOPLE, watch.is_large)
        began = monotonic()
        for minute in range(MINUTES + 1):
            await watch.look(company, minute)
            (tmp_path / "minutes.json").write_text(json.dumps(watch.minutes, indent=1))
            if minute < MINUTES:
                await company.work(began + (minute + 1) * 60)
    first, *_, last = steady = watch.minutes[WARM_UP_MINUTES:]
    growth = growth_per_hour(steady, "resident_kib") / 1024
    resident = [round(one["resident_kib"] / 1024, 1) for one in (first, steady[len(steady) // 2], last)]
    ledger(
        minutes=MINUTES, requests=last["answered"], letters=len(mailbox.messages), faults=last["faults"],
        resident_mib=" → ".join(map(str, resident)),
        growth_mib_per_hour=round(growth, 2), files=last["files"] - first["files"],
        threads=last["threads"] - first["threads"], database_mib=last["database_mib"],
    )  # fmt: skip
    assert mailbox.messages
    assert not last["faults"]
    for what in ("files", "threads", "connections"):
        assert last[what] <= max(one[what] for one in watch.minutes[: WARM_UP_MINUTES + 1]), what
    assert growth < GROWTH_MAX_MIB_PER_HOUR
