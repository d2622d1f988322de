"""The endpoint from the outside: who is let in, what is no request, what is refused and with which status."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from catalog.actors import Actor
from catalog.changes import change
from catalog.errors import Unavailable
from catalog.models import Integration
from catalog.services import answers, callers, tokens
from tests.graphql_api.conftest import Ask

Make = Callable[..., Awaitable[Any]]

PROBE = {"query": "{account{id}}"}


def codes(answer: httpx.Response) -> list[str]:
    return [error["extensions"]["code"] for error in answer.json()["errors"]]


@pytest.mark.parametrize("sent", [None, "", "Bearer", "Basic YTpi", "Bearer nonsense", "Bearer muster_api_" + "0" * 49])
async def test_a_stranger_learns_nothing_not_even_of_a_mistake(client: httpx.AsyncClient, sent: str | None) -> None:
    client.headers.pop("authorization")
    headers = {} if sent is None else {"authorization": sent}
    for query in ("{account{id}}", "{acount{id}}", "{__schema{types{name}}}", "{"):
        answer = await client.post("/graphql", json={"query": query}, headers=headers)
        assert (answer.status_code, codes(answer)) == (401, ["UNAUTHENTICATED"])
        assert answer.headers["www-authenticate"] == "Bearer"
        assert "Did you mean" not in answer.text


async def test_a_scim_token_is_good_for_scim_alone(
    client: httpx.AsyncClient, actor: Actor, integration: Integration
) -> None:
    async with change(actor) as this:
        _, secret = await tokens.create_for_integration(this, integration, name="Okta")
    answer = await client.post("/graphql", json=PROBE, headers={"authorization": f"Bearer {secret}"})
    assert (answer.status_code, codes(answer)) == (403, ["NOT_PERMITTED"])


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
async def test_only_post_is_taken(client: httpx.AsyncClient, method: str) -> None:
    answer = await client.request(method, "/graphql", params=PROBE)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("text/plain", b'{"query":"{account{id}}"}', 415),
        ("application/x-www-form-urlencoded", b"query={account{id}}", 415),
        ("multipart/form-data; boundary=x", b"--x--", 415),
        ("application/json", b"", 400),
        ("application/json", b"[]", 400),
        ("application/json", b'[{"query":"{account{id}}"}]', 400),
        ("application/json", b'{"query":["{account{id}}"]}', 400),
        ("application/json", b'{"query":"{account{id}}","variables":[]}', 400),
        ("application/json", b'{"query":"{account{id}}","operationName":7}', 400),
        ("application/json", b"[" * 30_000, 400),
        ("application/json", b'{"query":"\xff"}', 400),
    ],
)
async def test_what_is_no_request_is_refused(
    client: httpx.AsyncClient, content_type: str, body: bytes, status: int
) -> None:
    answer = await client.post("/graphql", content=body, headers={"content-type": content_type})
    assert answer.status_code == status
    assert len(codes(answer)) == 1


async def test_a_document_that_the_gate_refuses_is_answered_with_its_code(ask: Ask) -> None:
    answer = await ask("{account{users(first:500){nodes{teams(first:500){nodes{aliases id name}}}}}}", errors=True)
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "TOO_COSTLY"
    assert "data" not in answer


async def test_a_page_size_in_a_variable_is_weighed_each_time(ask: Ask) -> None:
    query = "query($n:Int){account{users(first:$n){nodes{teams(first:$n){nodes{id name alias}}}}}}"
    assert "errors" not in await ask(query, errors=True, n=2)
    assert [error["extensions"]["code"] for error in (await ask(query, errors=True, n=500))["errors"]] == ["TOO_COSTLY"]
    assert "errors" not in await ask(query, errors=True, n=2)


async def test_introspection_is_answered_and_mistakes_are_told(ask: Ask) -> None:
    assert (await ask("{__schema{queryType{name}}}"))["__schema"] == {"queryType": {"name": "Query"}}
    (error,) = (await ask("{acount{id}}", errors=True))["errors"]
    assert error["extensions"]["code"] == "INVALID_REQUEST"
    assert "Did you mean 'account'?" in error["message"]


@pytest.mark.parametrize("key", ["İ", "deactivated", "x" * 3_000, 7, None, ["role"], {}])
async def test_a_variable_that_can_not_be_is_the_callers_mistake(ask: Ask, key: Any) -> None:
    query = "query($key:UsersFilterEnum!){account{users(filter:[{key:$key}]){totalCount}}}"
    (error, *_) = (await ask(query, errors=True, key=key))["errors"]
    assert error["extensions"]["code"] == "INVALID_REQUEST"


@pytest.mark.parametrize(
    "at", ["yesterday", "2026-02-30", "2026-03-01T00:00:00", 7, "<script>", "0001-01-01", "9999-12-31T23:00:00-02:00"]
)
async def test_an_instant_that_is_none_is_the_callers_mistake_wherever_it_stands(ask: Ask, at: Any) -> None:
    asked = "{account{provisioningEvents(filter:{from:%s,to:%s}){totalCount}}}"
    in_a_variable = await ask(f"query($at:ISO8601DateTime){asked % ('$at', '$at')}", errors=True, at=at)
    in_the_document = await ask(asked % (json.dumps(at), json.dumps(at)), errors=True)
    for answer in (in_a_variable, in_the_document):
        error = answer["errors"][0]
        assert error["extensions"]["code"] == "INVALID_REQUEST"
        assert "nstant" in error["message"]


@pytest.mark.parametrize("day", ["1900-01-01", "9998-12-31"])
async def test_the_first_and_the_last_day_may_be_asked_about(ask: Ask, day: str) -> None:
    filters = f'{{from:"{day}",to:"{day}"}}'
    got = await ask(f"{{account{{provisioningEvents(filter:{filters}){{totalCount}}}}}}")
    assert got["account"]["provisioningEvents"]["totalCount"] == 0


async def test_a_mistake_is_told_again_when_the_document_is_remembered(ask: Ask) -> None:
    first = await ask("{account{idd}}", errors=True)
    again = await ask("{account{idd}}", errors=True)
    assert [error["message"] for error in first["errors"]] == [error["message"] for error in again["errors"]]


async def test_a_database_that_is_away_is_503_and_when_to_come_again(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object, **__: object) -> str:
        raise Unavailable("The database can't be reached.")

    monkeypatch.setattr(answers, "answer", away)
    answer = await client.post("/graphql", json=PROBE)
    assert (answer.status_code, codes(answer)) == (503, ["UNAVAILABLE"])
    assert int(answer.headers["retry-after"]) > 0
    monkeypatch.setattr(tokens, "recognise", away)
    answer = await client.post("/graphql", json=PROBE)
    assert (answer.status_code, codes(answer)) == (503, ["UNAVAILABLE"])
    assert int(answer.headers["retry-after"]) > 0


async def test_what_nobody_foresaw_is_masked(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(*_: object, **__: object) -> str:
        raise ZeroDivisionError("hunter2")

    monkeypatch.setattr(answers, "answer", broken)
    answer = await client.post("/graphql", json=PROBE)
    assert (answer.status_code, codes(answer)) == (200, ["INTERNAL"])
    assert "hunter2" not in answer.text
    monkeypatch.setattr(callers, "of_request", broken)
    answer = await client.post("/graphql", json=PROBE)
    assert (answer.status_code, codes(answer)) == (500, ["INTERNAL"])
    assert "hunter2" not in answer.text


@pytest.mark.parametrize("arguments", ['(managerEmail: "nobody@x.example")', '(searchTerm: "pay")', "(first: 3)", ""])
async def test_the_number_alone_may_be_asked_for(ask: Ask, a_team: Make, arguments: str) -> None:
    await a_team("Payments")
    got = (await ask(f"{{account{{teams{arguments}{{totalCount}}}}}}"))["account"]["teams"]
    assert got == {"totalCount": 0 if "manager" in arguments else 1}
