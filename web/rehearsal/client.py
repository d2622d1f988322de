"""The HTTP side of the rehearsal: requests sent as a provider sends them, each remembered under its step.

A 429 or 503 is waited for as long as it says, and asked again, as Okta does; a refusal that is not expected is a
failure with the reason that the server gave.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import httpx

TRIES = 10
LONGEST_WAIT_S = 60
TIMEOUT_S = 60
"""Okta's own patience."""


@dataclass(slots=True)
class Step:
    """What happened in one step of the life."""

    requests: int = 0
    failures: int = 0
    durations_ms: list[float] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)


class Failed(Exception):
    """A request was not answered as expected; the step knows why."""


class Client:
    """One provider's connections to one SCIM API."""

    def __init__(
        self,
        url: str,
        token: str,
        headers: Mapping[str, str],
        connections: int,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        self._http = httpx.AsyncClient(
            base_url=url.rstrip("/"),
            headers={"Authorization": f"Bearer {token}", **headers},
            limits=limits,
            transport=transport,
            timeout=httpx.Timeout(TIMEOUT_S, pool=None),
        )
        self._gate = asyncio.Semaphore(connections)
        self.steps: dict[str, Step] = defaultdict(Step)

    async def close(self) -> None:
        """All connections closed."""
        await self._http.aclose()

    async def send(
        self,
        step: str,
        method: str,
        path: str,
        body: Any = None,
        *,
        params: Mapping[str, str] | None = None,
        expect: tuple[int, ...] = (200,),
    ) -> dict[str, Any]:
        """The answer's JSON, `{}` where it has none, once its status is one of those expected. Raises Failed."""
        record = self.steps[step]
        async with self._gate:
            answer = await self._tried(record, method, path, body, params)
        if answer is None or answer.status_code not in expect:
            reason = "no answer" if answer is None else _reason(answer)
            record.failures += 1
            record.reasons[f"{method} {_shape(path)}: {reason}"] += 1
            raise Failed(reason)
        if not answer.content:
            return {}
        found = _object(answer)
        if found is None:
            record.failures += 1
            record.reasons[f"{method} {_shape(path)}: the answer is not a JSON object"] += 1
            raise Failed("not a JSON object")
        return found

    async def _tried(
        self, record: Step, method: str, path: str, body: Any, params: Mapping[str, str] | None
    ) -> httpx.Response | None:
        answer: httpx.Response | None = None
        for _ in range(TRIES):
            record.requests += 1
            began = perf_counter()
            try:
                answer = await self._http.request(method, path, json=body, params=params)
            except httpx.HTTPError as problem:
                record.reasons[f"{method} {_shape(path)}: {type(problem).__name__}"] += 1
                answer = None
                await asyncio.sleep(1)
                continue
            record.durations_ms.append((perf_counter() - began) * 1000)
            if answer.status_code not in (429, 503):
                return answer
            wait = answer.headers.get("retry-after", "")
            # Okta reads whole seconds only.
            await asyncio.sleep(min(LONGEST_WAIT_S, int(wait) if wait.isdigit() else LONGEST_WAIT_S))
        return answer


def _reason(answer: httpx.Response) -> str:
    found = _object(answer)
    detail = answer.text[:200] if found is None else found.get("detail")
    return f"{answer.status_code} {detail or ''}".strip()


def _object(answer: httpx.Response) -> dict[str, Any] | None:
    try:
        found = answer.json()
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def _shape(path: str) -> str:
    """The path without the id in it, so that like failures are counted together."""
    head, _, id = path.strip("/").partition("/")
    return f"/{head}/{{id}}" if id else f"/{head}"
