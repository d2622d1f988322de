"""`make bench`: SCIM requests on each database, beside a bare Starlette answer, as ratios of one run.

Runs are interleaved and the median of three is shown, as the machine is shared and absolute rates are noisy; the
server's CPU milliseconds per request are steadier than its rate.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from tests.benchmarks.servers import Server, bare, muster, postgres_database

ROUNDS = 3
CONNECTIONS = 16
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"


def request(server: Server, method: str, path: str, body: Any = None) -> str:
    """A finished HTTP request."""
    text = "" if body is None else json.dumps(body)
    head = f"{method} /scim/v2{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {server.token or 'x'}\r\n"
    if body is not None:
        head += f"Content-Type: application/scim+json\r\nContent-Length: {len(text.encode())}\r\n"
    return f"{head}\r\n{text}"


def a_user(number: str) -> dict[str, Any]:
    """A body as Okta sends it."""
    address = f"p{number}@rehearsal.example"
    return {
        "schemas": [USER],
        "userName": address,
        "name": {"givenName": "Ada", "familyName": f"L{number}"},
        "emails": [{"primary": True, "value": address, "type": "work"}],
        "displayName": f"Ada L{number}",
        "externalId": f"00u{number}",
        "groups": [],
        "password": "x1y2z3",
        "active": True,
    }


def load(server: Server, requests: Sequence[str], connections: int = CONNECTIONS) -> dict[str, float]:
    """The requests sent by a process of its own; with the server's CPU milliseconds for each."""
    before = server.cpu_s()
    plan = {"host": "127.0.0.1", "port": server.port, "requests": list(requests), "connections": connections}
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.load"],
        input=json.dumps(plan),
        capture_output=True,
        text=True,
        check=True,
    )
    measured: dict[str, float] = json.loads(done.stdout)
    measured["cpu_ms"] = (server.cpu_s() - before) * 1000 / max(1, measured["requests"])
    return measured


class Bench:
    """One server filled with people and two teams, and the requests that are measured on it."""

    def __init__(self, server: Server, users: int, sizes: Sequence[int]) -> None:
        self.server = server
        self._numbers = iter(range(10**9))
        load(server, [request(server, "POST", "/Users", a_user(f"{n}")) for n in range(users)])
        self.users = users
        self.ids = self._ids() if server.token else ["x"]
        self.teams = {size: self._team(size) for size in sizes} if server.token else dict.fromkeys(sizes, "x")

    def _fetch(self, method: str, path: str, body: Any = None) -> Any:
        import httpx

        answer = httpx.request(
            method,
            f"http://127.0.0.1:{self.server.port}/scim/v2{path}",
            json=body,
            headers={"Authorization": f"Bearer {self.server.token}"},
            timeout=60,
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def _ids(self) -> list[str]:
        ids: list[str] = []
        while len(ids) < self.users:
            page = self._fetch("GET", f"/Users?startIndex={len(ids) + 1}&count=1000&attributes=id")
            ids += [user["id"] for user in page["Resources"]]
        return ids

    def _team(self, size: int) -> str:
        members = [{"value": id} for id in self.ids[:size]]
        body = {"schemas": [GROUP], "displayName": f"Team of {size}", "members": members}
        return str(self._fetch("POST", "/Groups", body)["id"])

    def get(self, count: int) -> list[str]:
        """GET by id."""
        return [request(self.server, "GET", f"/Users/{self.ids[n % len(self.ids)]}") for n in range(count)]

    def filter(self, count: int) -> list[str]:
        """GET by a filter on userName."""
        path = "/Users?filter=userName%20eq%20%22p{}%40rehearsal.example%22&startIndex=1&count=100"
        return [request(self.server, "GET", path.format(n % self.users)) for n in range(count)]

    def post(self, count: int) -> list[str]:
        """POST of new people: audit event, provisioning event and external id written with each."""
        return [request(self.server, "POST", "/Users", a_user(f"-{next(self._numbers)}")) for _ in range(count)]

    def patch(self, size: int) -> Callable[[int], list[str]]:
        """PATCH that adds one member to a team of this size, and then takes them out."""

        def requests(count: int) -> list[str]:
            made: list[str] = []
            outside = self.ids[max(self.teams) if self.server.token else 0 :] or self.ids
            for n in range(count // 2):
                who = outside[n % len(outside)]
                for op in ("add", "remove"):
                    operation = {"op": op, "path": "members", "value": [{"value": who}]}
                    body = {"schemas": [PATCH_OP], "Operations": [operation]}
                    made.append(request(self.server, "PATCH", f"/Groups/{self.teams[size]}", body))
            return made

        return requests


def measure(benches: Sequence[Bench], small: int, large: int, counts: dict[str, int]) -> dict[str, dict[str, Any]]:
    """Every kind of request on every server, interleaved: the median of the rounds."""
    kinds: dict[str, Callable[[Bench], Callable[[int], list[str]]]] = {
        "GET by id": lambda bench: bench.get,
        "filter userName eq": lambda bench: bench.filter,
        "POST user": lambda bench: bench.post,
        f"PATCH member, team of {small}": lambda bench: bench.patch(small),
        f"PATCH member, team of {large:,}": lambda bench: bench.patch(large),
    }
    results: dict[str, dict[str, Any]] = {}
    for kind, make in kinds.items():
        runs: dict[str, list[dict[str, float]]] = {bench.server.name: [] for bench in benches}
        count = counts["write" if kind.startswith(("POST", "PATCH")) else "read"]
        connections = 1 if kind.startswith("PATCH") else CONNECTIONS
        for _ in range(ROUNDS):
            for bench in benches:
                runs[bench.server.name].append(load(bench.server, make(bench)(count), connections))
        results[kind] = {
            name: {figure: statistics.median(run[figure] for run in done) for figure in done[0]}
            for name, done in runs.items()
        }
    return results


def show(results: dict[str, dict[str, Any]]) -> None:
    """The table: each rate, its share of the ceiling's, and the CPU of one request."""
    table = Table(title="SCIM over HTTP, one worker, against a bare Starlette answer")
    table.add_column("request")
    for name in next(iter(results.values())):
        table.add_column(name, justify="right")
    for kind, servers in results.items():
        ceiling = servers["ceiling"]["per_s"]
        table.add_row(
            kind,
            *(
                f"{figures['per_s']:,.0f}/s  {figures['per_s'] / ceiling:.2f}×  {figures['median_ms']:.2f} ms  "
                f"{figures['cpu_ms']:.3f} ms CPU"
                + (f"  {figures['failures']:.0f} FAILED" if figures["failures"] else "")
                for figures in servers.values()
            ),
        )
    Console(width=180).print(table)


def servers(stack: ExitStack, folder: Path) -> Iterator[Server]:
    """The ceiling, Muster on SQLite, and Muster on PostgreSQL."""
    yield stack.enter_context(bare())
    yield stack.enter_context(muster("sqlite", f"sqlite://{folder}/muster.db", folder))
    url = stack.enter_context(postgres_database(folder / "cluster"))
    yield stack.enter_context(muster("postgres", url, folder / "postgres"))


def main() -> None:
    """Measures, and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=20_000)
    parser.add_argument("--large", type=int, default=10_000, help="members of the large team")
    parser.add_argument("--reads", type=int, default=20_000)
    parser.add_argument("--writes", type=int, default=4_000)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    with ExitStack() as stack, tempfile.TemporaryDirectory() as folder:
        benches = [Bench(server, chosen.users, (10, chosen.large)) for server in servers(stack, Path(folder))]
        results = measure(benches, 10, chosen.large, {"read": chosen.reads, "write": chosen.writes})
    if chosen.json:
        print(json.dumps(results, indent=2))
    else:
        show(results)


if __name__ == "__main__":
    main()
