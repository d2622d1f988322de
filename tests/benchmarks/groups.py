"""What a large group costs: `python -m tests.benchmarks.groups --members 50000`.

A group is made by one POST, then one member joins and leaves it by PATCH, in turns with a group of ten; then it is
replaced by PUT, so that a tenth of its members go and others come. What is promised: a PATCH of one member costs at
most 1.2 times as much in the large group as in the small one.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter
from typing import Any

import httpx

from tests.benchmarks.requests import GROUP, PATCH_OP
from tests.benchmarks.scale import fill
from tests.benchmarks.servers import Server, muster, postgres_database

SMALL = 10
OF_TEN = 10
"""One in so many members is another one after the PUT."""
LARGEST_PAGE = 1000


class Groups:
    """A server with people and groups of them."""

    def __init__(self, server: Server, stack: ExitStack) -> None:
        self._server = server
        self._client = stack.enter_context(
            httpx.Client(
                base_url=f"http://127.0.0.1:{server.port}/scim/v2",
                headers={"Authorization": f"Bearer {server.token}", "Content-Type": "application/scim+json"},
                timeout=300,
            )
        )

    def people(self, count: int) -> list[str]:
        """The ids of so many people."""
        ids: list[str] = []
        while len(ids) < count:
            asked = {"startIndex": len(ids) + 1, "count": LARGEST_PAGE, "attributes": "id"}
            ids += [user["id"] for user in self._client.get("/Users", params=asked).json()["Resources"]]
        return ids[:count]

    def sent(self, method: str, path: str, body: dict[str, Any]) -> tuple[Any, float, float]:
        """The answer; the seconds that it took, and those of the server's CPU. Raises HTTPStatusError."""
        began, before = perf_counter(), self._server.cpu_s()
        answer = self._client.request(method, path, content=json.dumps(body))
        took, cpu = perf_counter() - began, self._server.cpu_s() - before
        answer.raise_for_status()
        return answer.json() if answer.content else None, took, cpu

    def create(self, name: str, members: list[str]) -> tuple[str, float, float]:
        """The id of a new group; the seconds that it took, and those of the server's CPU."""
        made, took, cpu = self.sent("POST", "/Groups", _group(name, members))
        return made["id"], took, cpu

    def replace(self, id: str, name: str, members: list[str]) -> tuple[float, float]:
        """Seconds, and seconds of the server's CPU."""
        _, took, cpu = self.sent("PUT", f"/Groups/{id}", _group(name, members))
        return took, cpu

    def join_and_leave(self, id: str, who: str) -> list[float]:
        """Milliseconds of a PATCH that adds one member, and of one that takes them out."""
        joins = {"op": "add", "path": "members", "value": [{"value": who}]}
        leaves = {"op": "remove", "path": f'members[value eq "{who}"]'}
        bodies = ({"schemas": [PATCH_OP], "Operations": [operation]} for operation in (joins, leaves))
        return [self.sent("PATCH", f"/Groups/{id}", body)[1] * 1000 for body in bodies]


def _group(name: str, members: list[str]) -> dict[str, Any]:
    return {"schemas": [GROUP], "displayName": name, "members": [{"value": id} for id in members]}


def measure(engine: str, folder: Path, members: int, patches: int) -> dict[str, float]:
    """Every figure of one engine."""
    url = f"sqlite://{folder}/muster.db"
    others = members // OF_TEN
    with ExitStack() as stack:
        if engine == "postgres":
            url = stack.enter_context(postgres_database(folder / "cluster"))
        server = stack.enter_context(muster(engine, url, folder))
        asyncio.run(fill(url, members + others + 1))
        groups = Groups(server, stack)
        *ids, newcomer = groups.people(members + others + 1)
        small, _, _ = groups.create("Ten", ids[:SMALL])
        before = server.rss_mib()
        large, made_s, made_cpu_s = groups.create("Large", ids[:members])
        took: dict[str, list[float]] = {small: [], large: []}
        for _ in range(patches):
            for id in took:
                took[id] += groups.join_and_leave(id, newcomer)
        replaced_s, replaced_cpu_s = groups.replace(large, "Large", ids[others:])
        return {
            "POST, s": made_s,
            "POST, s of CPU": made_cpu_s,
            f"PATCH of {SMALL}, ms": statistics.median(took[small]),
            f"PATCH of {members}, ms": statistics.median(took[large]),
            "PATCH, ratio": statistics.median(took[large]) / statistics.median(took[small]),
            "PUT, s": replaced_s,
            "PUT, s of CPU": replaced_cpu_s,
            "MiB before": before,
            "MiB after": server.rss_mib(),
        }


def main() -> None:
    """Measures, and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=50_000)
    parser.add_argument("--patches", type=int, default=100)
    parser.add_argument("--engines", nargs="+", default=["sqlite", "postgres"])
    chosen = parser.parse_args()
    for engine in chosen.engines:
        with tempfile.TemporaryDirectory() as folder:
            figures = measure(engine, Path(folder), chosen.members, chosen.patches)
        print(engine, json.dumps(figures, indent=2), flush=True)


if __name__ == "__main__":
    main()
