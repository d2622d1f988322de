"""The HTTP side of the rehearsal: requests sent as a provider sends them, each remembered under its step.

A 429 or 503 is waited for as long as it says, and asked again, as Okta does; a refusal that is not expected is a
failure with the reason that the server gave.
"""

from __future__ import annotations

import asyncio
from array import array
from collections import Counter, defaultdict
from collections.abc import Mapping, MutableSequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import httpx
import orjson

from web.rehearsal.wire import Wire

TRIES = 10
"""Okta's: after the tenth its task waits for an administrator."""
LONGEST_PAUSE_S = 60
"""Between two tries where the server does not say how long to wait."""
TIMEOUT_S = 60
"""Okta's own patience."""
MOST_REASONS = 100
"""Of one step; what is worded anew each time, as with an id in it, is counted together beyond that."""
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
_JSON = ("application/scim+json", "application/json")
_MAY_HAVE_BEEN_DONE = {"POST": 409, "DELETE": 404}
"""What a request whose connection broke is answered at the next try, if it was carried out at the first."""


@dataclass(slots=True)
class Step:
    """What happened in one step of the life."""

    requests: int = 0
    failures: int = 0
    durations_ms: MutableSequence[float] = field(default_factory=lambda: array("d"))
    reasons: Counter[str] = field(default_factory=Counter)

    def note(self, reason: str) -> None:
        """Remember the reason, without growing for ever."""
        known = reason in self.reasons or len(self.reasons) < MOST_REASONS
        self.reasons[reason if known else "other reasons"] += 1

    def fail(self, reason: str) -> None:
        """One more answer that was not as expected."""
        self.failures += 1
        self.note(reason)


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
        self._url = url.rstrip("/")
        self._headers = {**headers, "Authorization": f"Bearer {token}"}
        self._transport = transport or Wire(timeout_s=TIMEOUT_S)
        self._gate = asyncio.Semaphore(connections)
        self.steps: dict[str, Step] = defaultdict(Step)

    async def close(self) -> None:
        """All connections closed."""
        await self._transport.aclose()

    async def send(
        self,
        step: str,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: str = "",
        expect: tuple[int, ...] = (200,),
        token: str | None = None,
    ) -> dict[str, Any]:
        """The answer's JSON, `{}` where it has none, once its status is one of those expected. Raises Failed.

        `query` goes out as it is written: providers differ in how they encode it. After a broken connection, `{}` too
        where the answer says that the request had been carried out at the first try.
        """
        record, named = self.steps[step], f"{method} {_shape(path)}"
        request = self._request(method, path + (f"?{query}" if query else ""), body, token)
        async with self._gate:
            answer, broke = await self._tried(record, named, request)
        if answer is None:
            record.fail(f"{named}: no answer")
            raise Failed("no answer")
        if broke and answer.status_code == _MAY_HAVE_BEEN_DONE.get(method):
            return {}
        if answer.status_code not in expect:
            reason = _reason(answer) if answer.status_code >= 400 else f"{answer.status_code}, not {_either(expect)}"
            record.fail(f"{named}: {reason}")
            raise Failed(reason)
        if not answer.content and answer.status_code < 400:
            return {}
        found = _object(answer)
        if wrong := _wrong(answer, found):
            record.fail(f"{named}: {wrong}")
            raise Failed(wrong)
        return found or {}

    def _request(self, method: str, target: str, body: Any, token: str | None) -> httpx.Request:
        headers = self._headers if token is None else {**self._headers, "Authorization": f"Bearer {token}"}
        if body is None:  # Okta's GET has no Content-Type
            headers = {name: value for name, value in headers.items() if name != "Content-Type"}
        content = None if body is None else orjson.dumps(body)
        return httpx.Request(method, self._url + target, headers=headers, content=content)

    async def _tried(self, record: Step, named: str, request: httpx.Request) -> tuple[httpx.Response | None, bool]:
        """The last answer, if there was one, and whether a connection broke on the way to it."""
        answer: httpx.Response | None = None
        broke = False
        for attempt in range(TRIES):
            record.requests += 1
            began = perf_counter()
            try:
                answer = await self._transport.handle_async_request(request)
                await answer.aread()
            except httpx.HTTPError as problem:
                record.note(f"{named}: {type(problem).__name__}")
                answer, broke = None, True
                await asyncio.sleep(1)
                continue
            record.durations_ms.append((perf_counter() - began) * 1000)
            if answer.status_code not in (429, 503):
                break
            wait = answer.headers.get("retry-after", "")
            if not wait.isdigit() and answer.status_code == 429:
                # Okta reads whole seconds only, and waits five minutes where there are none.
                record.fail(f"{named}: 429 without whole seconds in Retry-After")
            await asyncio.sleep(int(wait) if wait.isdigit() else min(LONGEST_PAUSE_S, 2**attempt))
        return answer, broke


def _wrong(answer: httpx.Response, found: dict[str, Any] | None) -> str | None:
    """In what the answer breaks the protocol where its status does not."""
    if found is None:
        return "the answer is not a JSON object"
    if not answer.headers.get("content-type", "").startswith(_JSON):
        return f"Content-Type is {answer.headers.get('content-type')!r}"
    if answer.status_code >= 400:
        if found.get("schemas") != [ERROR]:
            return f"{answer.status_code} is no SCIM Error (RFC 7644 §3.12)"
        if found.get("status") != str(answer.status_code):
            return f"{answer.status_code} has the status {found.get('status')!r} in its body"
        if not found.get("detail"):
            return f"{answer.status_code} has no detail, which is what the administrator is shown"
    return None


def _reason(answer: httpx.Response) -> str:
    found = _object(answer)
    detail = answer.text if found is None else str(found.get("detail") or "")
    return f"{answer.status_code} {' '.join(detail.split())[:200]}".strip()


def _either(statuses: tuple[int, ...]) -> str:
    return " or ".join(str(status) for status in statuses)


def _object(answer: httpx.Response) -> dict[str, Any] | None:
    try:
        found = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def _shape(path: str) -> str:
    """The path without the id in it, so that like failures are counted together."""
    head, _, id = path.strip("/").partition("/")
    return f"/{head}/{{id}}" if id else f"/{head}"
