"""Requests that mean harm, against the real endpoint: no answer is the server's fault, none takes long.

Drawn from a seed, so that a failure can be drawn again. Time is CPU time; what took too long is tried twice more, as
the collector of garbage may have come in between, and so is what a busy machine did not answer in time.
"""

from __future__ import annotations

import gc
import os
from collections import Counter
from collections.abc import Awaitable, Callable
from random import Random
from time import process_time
from typing import Any

import httpx
import orjson
import pytest
import structlog

from catalog.actors import Actor
from catalog.engines import Database
from catalog.ids import public_id
from graphql_api.limits import Limits, Refused, check, parse
from graphql_api.schema import schema
from tests import builders
from tests.doses import dose
from tests.graphql_api import hostile
from tests.graphql_api.hostile import plain
from tests.graphql_api.questions import Questions
from tests.guarantees.ledger import Ledger

Make = Callable[..., Awaitable[Any]]

SEED = 20261127
MOST_S = 0.25
MOST_GROWTH_BYTES = 50 * 1024 * 1024
PARTS = 2
DOSE = {"sqlite": dose(800, 40_000) // PARTS, "postgres": dose(200, 10_000) // PARTS}

MANY = Limits(tokens=10_000, fragments=1_000)
"""The gate without the two bounds that would spare it the work."""


@pytest.fixture
async def known(actor: Actor, a_user: Make, a_team: Make) -> list[str]:
    """What is there to be found, a few people in a few teams, by the names under which it is."""
    people = [await a_user(f"person{number}@lovelace.example") for number in range(5)]
    parent = await a_team("Engineering")
    team = await a_team("Payments", members=people, parent_id=parent.id)
    connection = await builders.an_integration(actor)
    ids = [public_id("User", people[0].id), public_id("Team", team.id), public_id("Integration", connection.id)]
    return [*ids, "payments", "engineering", "person0@lovelace.example", "name", "2026-03-01T00:00:00Z"]


def drawn(chance: Random, known: list[str]) -> hostile.Request:
    """A request of any kind."""
    json = {"content-type": "application/json"}
    match chance.randint(0, 9):
        case 0:
            return hostile.request(chance)
        case 1 | 2 | 3 | 4:
            body = Questions(schema._schema, chance, known).draw()
        case 5:
            mutates = schema._schema.mutation_type is not None
            body = Questions(schema._schema, chance, known).draw(mutation=mutates)
        case _:
            body = {"query": chance.choice(hostile.DOCUMENTS)(chance), "variables": hostile.variables(chance)}
            if chance.random() < 0.1:
                body["operationName"] = chance.choice(["Q", "Q1", "", "Nobody", None])
    return "POST", json, _dumped(body)


def _dumped(body: Any) -> bytes:
    try:
        return orjson.dumps(body)
    except TypeError:
        # A number or a text that JSON can say and this library does not write.
        return orjson.dumps(plain(body))


@pytest.mark.parametrize("part", range(PARTS))
async def test_g11_whatever_is_sent_is_answered_in_little_time_and_never_by_a_500(
    client: httpx.AsyncClient, db: Database, known: list[str], part: int, ledger: Ledger
) -> None:
    chance, statuses, codes = Random(f"{SEED} {part}"), Counter[int](), Counter[str]()
    answered, slowest_s = 0, 0.0
    before_all = _resident_bytes()
    for _ in range(DOSE[db.dialect]):
        method, headers, content = drawn(chance, known)
        with structlog.testing.capture_logs() as logs:
            answer, took_s = await _timed(client, method, headers, content)
        for _ in range(2 if took_s > MOST_S or "UNAVAILABLE" in answer.text else 0):
            answer, again_s = await _timed(client, method, headers, content)
            took_s = min(took_s, again_s)
        shown = (method, headers, content[:2_000], answer.text[:2_000])
        assert answer.status_code < 500, shown
        assert not logs, (shown, [log.get("exc_info") for log in logs])
        assert took_s < MOST_S, (took_s, *shown)
        slowest_s = max(slowest_s, took_s)
        statuses[answer.status_code] += 1
        if method != "HEAD":
            told = answer.json()
            codes.update(error["extensions"]["code"] for error in told.get("errors", []))
            answered += "errors" not in told
    ledger(
        documents=statuses.total(),
        answered=answered,
        faults=sum(count for status, count in statuses.items() if status >= 500),
        slowest_cpu_ms=round(slowest_s * 1000),
    )
    gc.collect()
    assert _resident_bytes() - before_all < MOST_GROWTH_BYTES
    # Each gets as far as it is meant to: some are answered, the others are refused for all kinds of reasons.
    assert answered > DOSE[db.dialect] / 20, (answered, statuses, codes)
    assert {200, 400, 405} <= set(statuses), statuses
    assert len(codes) > 8, codes
    assert (await client.post("/graphql", json={"query": "{account{id}}"})).status_code == 200


async def _timed(
    client: httpx.AsyncClient, method: str, headers: dict[str, str], content: bytes
) -> tuple[httpx.Response, float]:
    before = process_time()
    sent = {name: value.encode("latin-1") for name, value in headers.items()}
    answer = await client.request(method, "/graphql", headers=sent, content=content)
    return answer, process_time() - before


def _resident_bytes() -> int:
    """What this process has in memory; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm") as told:
            return int(told.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


@pytest.mark.parametrize("number", range(20, 201, 20))
def test_fragments_that_spread_one_another_are_weighed_in_time_that_follows_their_number(number: int) -> None:
    text = "{account{...F0}}" + "".join(f" fragment F{n} on Account{{...F{n + 1} ...F{n + 1}}}" for n in range(number))
    document = parse(f"{text} fragment F{number} on Account{{id}}", MANY)
    before = process_time()
    with pytest.raises(Refused, match="fields"):
        check(document, limits=MANY)
    assert process_time() - before < MOST_S
