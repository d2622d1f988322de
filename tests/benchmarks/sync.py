"""A big first sync: `python -m tests.benchmarks.sync --users 100000 --groups 2000`.

`muster rehearse` drives a real server over 16 connections, from the first look-up to the last member who leaves a
group, and reads everything back on the way: six requests for each person. Nothing is deleted at the end (`--keep`).
Then everybody is read by pages once more. Beside the time: the CPU of the server, that of the client, as it must not be
what bounds, and the server's memory. What is promised: no failure, no difference, and at most 220 MiB.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import httpx

from tests.benchmarks.requests import PAGE
from tests.benchmarks.servers import Server, muster, postgres_database

LOOKED_EVERY_S = 1


def rehearsed(server: Server, users: int, groups: int, style: str) -> dict[str, float]:
    """What the rehearsal came to, and what it took of the server and of the client. Prints the steps that failed."""
    command = ("rehearse", "--url", f"http://127.0.0.1:{server.port}{server.path}", "--token", server.token)
    sizes = ("--users", f"{users}", "--groups", f"{groups}", "--style", style, "--keep", "--json")
    began, before, peak, client_s = time.perf_counter(), server.cpu_s(), 0.0, 0.0
    with tempfile.TemporaryFile() as told:
        process = subprocess.Popen([sys.executable, "-m", "web.cli", *command, *sizes], stdout=told)
        # Left unreaped, so that what it used by its end can still be read.
        while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
            peak, client_s = max(peak, server.rss_mib()), replace(server, pid=process.pid).cpu_s()
            time.sleep(LOOKED_EVERY_S)
        process.wait()
        told.seek(0)
        report = json.load(told)
    for step in report["steps"]:
        print(
            f"  {step['name']}: {step['requests']:,} requests, {step['median_ms']:.1f} ms",
            *step["reasons"],
            sep="\n    ",
        )
    print(*report["examples"], sep="\n")
    return {
        "requests": report["requests"],
        "failures": report["failures"],
        "differences": report["differences"],
        "s": time.perf_counter() - began,
        "s of the server's CPU": server.cpu_s() - before,
        "s of the client's CPU": client_s,
        "MiB at most": peak,
        "MiB at the end": server.rss_mib(),
    }


def read_by_pages(server: Server) -> int:
    """How many people the list has, each page of it read."""
    address, headers = f"http://127.0.0.1:{server.port}{server.path}/Users", {"Authorization": f"Bearer {server.token}"}
    seen = 0
    with httpx.Client(headers=headers, timeout=60) as client:
        while people := client.get(address, params={"startIndex": seen + 1, "count": PAGE}).json()["Resources"]:
            seen += len(people)
    return seen


def measure(engine: str, folder: Path, users: int, groups: int, style: str) -> dict[str, float]:
    """Every figure of one engine."""
    url = f"sqlite://{folder}/muster.db"
    with ExitStack() as stack:
        if engine == "postgres":
            url = stack.enter_context(postgres_database(folder / "cluster"))
        server = stack.enter_context(muster(engine, url, folder))
        figures = {"MiB before": server.rss_mib()} | rehearsed(server, users, groups, style)
        return figures | {"people on pages": read_by_pages(server), "MiB after reading": server.rss_mib()}


def main() -> None:
    """Measures, and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=100_000)
    parser.add_argument("--groups", type=int, default=2_000)
    parser.add_argument("--style", default="okta")
    parser.add_argument("--engines", nargs="+", default=["sqlite", "postgres"])
    chosen = parser.parse_args()
    for engine in chosen.engines:
        with tempfile.TemporaryDirectory() as folder:
            figures = measure(engine, Path(folder), chosen.users, chosen.groups, chosen.style)
        print(engine, json.dumps(figures, indent=2), flush=True)


if __name__ == "__main__":
    main()
