"""A company on a server for hours: a provider, a script and an administrator's browser, one request after the other."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from itertools import count
from time import monotonic, perf_counter
from typing import Any

import httpx

from tests.processes import muster
from tests.web.door import PROOF
from tests.web.serving import Killable

PACE_S = 0.2
"""From the beginning of one request to that of the next."""
STAY_DAYS = 30
"""Long enough that the letter of who comes is sent before they leave."""
CHUNK = 50
"""People in one bulk request: what a large one frees would hide what grows afterwards."""
EMAIL, PASSWORD = "root@lovelace.dev", "correct horse battery staple"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
PAGE = """query($after: String) { account { users(first: 50, after: $after) {
    nodes { name teams { nodes { name } } } pageInfo { endCursor hasNextPage } } } }"""
TRAIL = """query { account {
    auditEvents(first: 50) { nodes { action } } provisioningEvents(first: 50) { nodes { id } } } }"""
RENAME = (
    "mutation($e: String!, $n: String!) { userUpdate(user: {email: $e}, input: {name: $n}) { errors { message } } }"
)


class Company:
    """`took` has the seconds of each kind of request until somebody empties it, `statuses` how all were answered."""

    def __init__(self, scim: httpx.AsyncClient, api: httpx.AsyncClient, browser: httpx.AsyncClient) -> None:
        self.took: dict[str, list[float]] = defaultdict(list)
        self.statuses: Counter[int] = Counter()
        self._scim, self._api, self._browser = scim, api, browser
        self._team, self._after, self._first, self._days = "", None, 1, count()
        self._people: deque[str] = deque()

    @classmethod
    @asynccontextmanager
    async def on(cls, server: Killable) -> AsyncIterator[Company]:
        """One with an administrator who has a password, and with a team."""
        at = server.environment
        await muster("user", "create", "--email", EMAIL, "--role", "admin", environment=at)
        link = await muster("user", "link", EMAIL, environment=at)
        provider = await muster("token", "create", "--integration", "soak", environment=at)
        script = await muster("token", "create", "--user", EMAIL, "--scope", "write", environment=at)
        async with (
            _client(f"{server.url}/scim/v2", _bearer(provider)) as scim,
            _client(server.url, _bearer(script)) as api,
            _client(server.url, PROOF) as browser,
        ):
            company = cls(scim, api, browser)
            invitation = f"/auth/invitations/{link.strip().rpartition('/')[2]}"
            await company._ask("accept", browser.post(invitation, json={"password": PASSWORD}))
            made = await company._ask("make team", scim.post("/Groups", json={"displayName": "Everybody"}))
            company._team = made.json()["id"]
            yield company

    async def grow(self, people: int, is_enough: Callable[[], Awaitable[bool]]) -> None:
        """So many people come, and others come and go until it is enough."""
        there = 0
        for first in count(0, CHUNK):
            bodies = [{"userName": f"founder-{number}"} for number in range(first, first + CHUNK)]
            made = await self._bulk(
                {"method": "POST", "path": "/Users", "bulkId": body["userName"], "data": body} for body in bodies
            )
            ids = [one["location"].rpartition("/")[2] for one in made]
            if there < people:
                there += CHUNK
            elif await is_enough():
                return
            else:
                await self._bulk({"method": "DELETE", "path": f"/Users/{id}"} for id in ids)

    async def work(self, until: float) -> None:
        """Its days, until this moment of `monotonic()`."""
        began = monotonic()
        pace = count(1)
        for day in self._days:
            for kind, request in self._day(day):
                await self._ask(kind, request())
                await asyncio.sleep(max(0.0, began + next(pace) * PACE_S - monotonic()))
            if monotonic() > until:
                return

    def _day(self, day: int) -> list[tuple[str, Callable[[], Awaitable[httpx.Response]]]]:
        """The requests of one day; each finds what those before it have made."""
        scim, browser, people = self._scim, self._browser, self._people
        # Every twentieth has an address, and is sent a letter.
        name = f"day-{day}@lovelace.dev" if day % 20 == 0 else f"day-{day}"

        async def come() -> httpx.Response:
            answer = await scim.post("/Users", json={"userName": name})
            people.append(answer.json().get("id", ""))
            return answer

        async def read_on() -> httpx.Response:
            answer = await self._query(PAGE, after=self._after)
            page = answer.json()["data"]["account"]["users"]["pageInfo"]
            self._after = page["endCursor"] if page["hasNextPage"] else None
            return answer

        async def list_on() -> httpx.Response:
            answer = await scim.get("/Users", params={"startIndex": self._first, "count": 100})
            self._first = self._first + 100 if self._first + 100 < answer.json()["totalResults"] else 1
            return answer

        def patch(whom: str, **operation: Any) -> Awaitable[httpx.Response]:
            return scim.patch(whom, json={"schemas": [PATCH_OP], "Operations": [operation]})

        requests: list[tuple[str, Callable[[], Awaitable[httpx.Response]]]] = [
            ("come", come),
            ("patch", lambda: patch(f"/Users/{people[-1]}", op="replace", path="title", value=f"Countess {day}")),
            ("find", lambda: scim.get("/Users", params={"filter": f'userName eq "{name}"'})),
            ("join", lambda: patch(f"/Groups/{self._team}", op="add", path="members", value=[{"value": people[-1]}])),
            ("list", list_on),
            ("pages", read_on),
            ("read", lambda: scim.get(f"/Users/{people[-1]}")),
            ("mutation", lambda: self._query(RENAME, e=EMAIL, n=f"Root {day}")),
            ("trail", lambda: self._query(TRAIL)),
        ]
        if len(people) == STAY_DAYS:
            requests.append(("leave", lambda: scim.delete(f"/Users/{people.popleft()}")))
        if day % 8 == 0:
            credentials = {"email": EMAIL, "password": PASSWORD}
            requests += [
                ("sign in", lambda: browser.post("/auth/sign-in", json=credentials)),
                ("session", lambda: browser.get("/auth/session")),
                ("sign out", lambda: browser.post("/auth/sign-out")),
            ]
        return requests

    def _query(self, query: str, **variables: Any) -> Awaitable[httpx.Response]:
        return self._api.post("/graphql", json={"query": query, "variables": variables})

    async def _ask(self, kind: str, request: Awaitable[httpx.Response]) -> httpx.Response:
        """The answer. Raises AssertionError where it refuses."""
        began = perf_counter()
        answer = await request
        self.took[kind].append(perf_counter() - began)
        self.statuses[answer.status_code] += 1
        assert answer.status_code < 300, (kind, answer.status_code, answer.text)
        assert '"errors":[{' not in answer.text, (kind, answer.text)
        return answer

    async def _bulk(self, operations: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        """The results of one bulk request. Raises AssertionError where one of them is a refusal."""
        body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": list(operations)}
        answer = await self._ask("bulk", self._scim.post("/Bulk", json=body))
        results: list[dict[str, Any]] = answer.json()["Operations"]
        assert all(result["status"] in ("201", "204") for result in results), results
        return results


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token.strip()}"}


def _client(url: str, headers: dict[str, str]) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url=url, headers=headers, timeout=60)
