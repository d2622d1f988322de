"""`make bench`: SCIM requests on each database, beside a bare Starlette answer and another server, in one run.

Runs are interleaved and medians are shown, as the machine is shared and absolute rates are noisy; the server's CPU
milliseconds per request are steadier than its rate. Nothing fails because of a figure.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sqlite3
import statistics
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.benchmarks import report
from tests.benchmarks.peers import scim2_server
from tests.benchmarks.report import CEILING, RAW, Results
from tests.benchmarks.requests import CONNECTIONS, Filled, load
from tests.benchmarks.servers import Server, bare, muster, postgres_database, start_s

ROUNDS = 3
SMALL = 10
OURS = (CEILING, "sqlite", "postgres", f"{RAW}sqlite", f"{RAW}postgres")
PEER_SHARE = 10
"""Another server is sent a tenth of the requests: it takes longer for each."""

Kind = tuple[str, Callable[[Filled], Callable[[int], list[str]]], int, int]
"""Its name, the requests, how many connections send how many of them."""


Started = tuple[dict[str, str], list[Server], list[Server], Server | None]
"""The databases' addresses; the servers that answer everything; raw SQL; the other server, if there is one."""


def kinds(large: int, reads: int, writes: int) -> list[Kind]:
    """What is measured."""
    return [
        ("GET by id", lambda filled: filled.get, CONNECTIONS, reads),
        ("filter userName eq", lambda filled: filled.filter, CONNECTIONS, reads),
        ("list of 100", lambda filled: filled.page, CONNECTIONS, reads // 10),
        ("POST user", lambda filled: filled.post, CONNECTIONS, writes),
        (f"PATCH member, team of {SMALL}", lambda filled: filled.patch(SMALL), 1, writes // 4),
        (f"PATCH member, team of {large:,}", lambda filled: filled.patch(large), 1, writes // 4),
    ]


def measure(all_filled: Sequence[Filled], raw: Sequence[Filled], asked: Sequence[Kind], rounds: int) -> Results:
    """Every kind of request on every server, interleaved: the median of the rounds."""
    results: Results = {}
    for kind, make, connections, count in asked:
        print(f"measuring: {kind}", file=sys.stderr)
        runs: dict[str, list[dict[str, float]]] = {}
        among = [*all_filled, *raw] if kind.startswith("list") else all_filled
        for _ in range(rounds):
            for filled in among:
                share = 1 if filled.server.name in OURS else PEER_SHARE
                done = load(filled.server, make(filled)(max(2, count // share)), connections)
                runs.setdefault(filled.server.name, []).append(done)
        results[kind] = {
            name: {figure: statistics.median(run[figure] for run in done) for figure in done[0]}
            for name, done in runs.items()
        }
    return results


def started(stack: ExitStack, folder: Path, *, with_peer: bool) -> Started:
    """The ceiling and Muster on both databases; raw SQL over the same; the other server."""
    urls = {"sqlite": f"sqlite://{folder}/muster.db"}
    urls["postgres"] = stack.enter_context(postgres_database(folder / "cluster"))
    ours = [stack.enter_context(muster(name, url, folder / name)) for name, url in urls.items()]
    raw = [stack.enter_context(bare(RAW + name, url)) for name, url in urls.items()]
    peer = stack.enter_context(scim2_server(folder / "peer")) if with_peer else None
    return urls, [stack.enter_context(bare(CEILING)), *ours], raw, peer


def facts() -> dict[str, Any]:
    """What the machine is."""
    return {
        "cores": os.cpu_count(),
        "Python": platform.python_version(),
        "SQLite": sqlite3.sqlite_version,
        "system": platform.system(),
    }


def main() -> None:
    """Measures, and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=20_000)
    parser.add_argument("--large", type=int, default=10_000, help="members of the large team")
    parser.add_argument("--reads", type=int, default=20_000)
    parser.add_argument("--writes", type=int, default=4_000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--without-peer", action="store_true", help="do not install and measure scim2-server")
    parser.add_argument("--json", type=Path, help="write the figures there")
    parser.add_argument("--chart", type=Path, help="draw them there, as SVG")
    chosen = parser.parse_args()
    if chosen.large > chosen.users:
        parser.error(f"--large {chosen.large} has more members than there are people: give --users as many, or more.")
    with ExitStack() as stack, tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        urls, servers, raw, peer = started(stack, folder, with_peer=not chosen.without_peer)
        starts = {
            name: statistics.median(start_s(url, folder / name) for _ in range(chosen.rounds))
            for name, url in urls.items()
        }
        idle = {server.name: server.rss_mib() for server in servers}
        sizes = (SMALL, chosen.large)
        all_filled = [Filled(server, chosen.users, sizes) for server in servers]
        over_raw = [Filled(server, chosen.users, ()) for server in raw]
        if peer is not None:
            all_filled.append(Filled(peer, chosen.users, sizes))
        asked = kinds(chosen.large, chosen.reads, chosen.writes)
        results = measure(all_filled, over_raw, asked, chosen.rounds)
        busy = {server.name: server.rss_mib() for server in servers}
    report.show(results)
    print(report.machine(facts()))
    print("start to first answer, s:", {name: round(took, 2) for name, took in starts.items()})
    print("memory, MiB, idle → after it all:", {name: (round(idle[name]), round(busy[name])) for name in idle})
    if chosen.json:
        told = {"machine": facts(), "results": results, "start_s": starts, "memory_mib": {"idle": idle, "busy": busy}}
        chosen.json.write_text(json.dumps(told, indent=2))
    if chosen.chart:
        chosen.chart.write_text(report.chart(results))


if __name__ == "__main__":
    sys.exit(main())
