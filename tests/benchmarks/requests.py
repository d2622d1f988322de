"""The requests that are measured, and a server filled so that it can be asked them."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

import httpx

from tests.benchmarks.servers import Server

CONNECTIONS = 16
PAGE = 100
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"


def request(server: Server, method: str, path: str, body: Any = None) -> str:
    """A finished HTTP request."""
    text = "" if body is None else json.dumps(body)
    head = (
        f"{method} {server.path}{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {server.token or 'x'}\r\n"
    )
    if body is not None:
        head += f"Content-Type: application/scim+json\r\nContent-Length: {len(text.encode())}\r\n"
    return f"{head}\r\n{text}"


def a_user(number: str) -> dict[str, Any]:
    """A body as Okta sends it; the address is one that gets mail, so that a letter is written too."""
    address = f"p{number}@lovelace.dev"
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


class Filled:
    """One server with people and two teams. A server without a token answers anything, and is filled with nothing."""

    def __init__(self, server: Server, users: int, sizes: Sequence[int]) -> None:
        self.server, self.users = server, users
        self._numbers = iter(range(10**9))
        if server.token:
            load(server, [request(server, "POST", "/Users", a_user(f"{n}")) for n in range(users)])
        self.ids = self._ids() if server.token else ["x"]
        self.teams = {size: self._team(size) if server.token else "x" for size in sizes if size <= users}

    def get(self, count: int) -> list[str]:
        """GET by id."""
        return [request(self.server, "GET", f"/Users/{self.ids[n % len(self.ids)]}") for n in range(count)]

    def filter(self, count: int) -> list[str]:
        """GET by a filter on userName."""
        sought = (quote(f'userName eq "p{n % self.users}@lovelace.dev"') for n in range(count))
        return [request(self.server, "GET", f"/Users?filter={one}&startIndex=1&count=100") for one in sought]

    def page(self, count: int) -> list[str]:
        """GET of a hundred people, wherever in the list."""
        pages = max(1, self.users // PAGE)
        starts = (n % pages * PAGE + 1 for n in range(count))
        return [request(self.server, "GET", f"/Users?startIndex={start}&count={PAGE}") for start in starts]

    def post(self, count: int) -> list[str]:
        """POST of new people: of each an audit event, a provisioning event, an external id and a letter are written."""
        return [request(self.server, "POST", "/Users", a_user(f"-{next(self._numbers)}")) for _ in range(count)]

    def patch(self, size: int) -> Callable[[int], list[str]]:
        """PATCH that adds one member to a team of this size, and then takes them out."""

        def requests(count: int) -> list[str]:
            made: list[str] = []
            outside = self.ids[max(self.teams) :] or self.ids
            for n in range(count // 2):
                who = outside[n % len(outside)]
                joins = {"op": "add", "path": "members", "value": [{"value": who}]}
                for operation in (joins, {"op": "remove", "path": f'members[value eq "{who}"]'}):
                    body = {"schemas": [PATCH_OP], "Operations": [operation]}
                    made.append(request(self.server, "PATCH", f"/Groups/{self.teams[size]}", body))
            return made

        return requests

    def _fetch(self, method: str, path: str, body: Any = None) -> Any:
        answer = httpx.request(
            method,
            f"http://127.0.0.1:{self.server.port}{self.server.path}{path}",
            content=None if body is None else json.dumps(body),
            headers={"Authorization": f"Bearer {self.server.token}", "Content-Type": "application/scim+json"},
            timeout=120,
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def _ids(self) -> list[str]:
        ids: list[str] = []
        while len(ids) < self.users:
            page = self._fetch("GET", f"/Users?startIndex={len(ids) + 1}&count=1000&attributes=id")
            if not page.get("Resources"):
                raise AssertionError(f"{self.server.name} has {len(ids)} people of {self.users}.")
            ids += [user["id"] for user in page["Resources"]]
        return ids

    def _team(self, size: int) -> str:
        members = [{"value": id} for id in self.ids[:size]]
        body = {"schemas": [GROUP], "displayName": f"Team of {size}", "members": members}
        return str(self._fetch("POST", "/Groups", body)["id"])
