"""The rehearsal finds nothing wrong with the real facade, and finds what a server between them gets wrong."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.web.rehearsal.tampering import (
    GROUPS,
    PEOPLE,
    Answer,
    Forward,
    Once,
    Tampering,
    is_read,
    on_sqlite,
    rehearsed,
    with_body,
)
from web.rehearsal import STYLES
from web.rehearsal.client import TRIES

# --- the real facade ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("style", list(STYLES))
async def test_the_facade_holds_what_it_was_told(scim: httpx.AsyncClient, style: str) -> None:
    report = await rehearsed(scim, style=style)

    assert report.differences.shown == []
    assert {name: step.reasons for name, step in report.steps.items() if step.reasons} == {}
    assert report.is_good
    assert all(step.requests for step in report.steps.values()), "a step of the life did nothing"
    for resource in ("Users", "Groups"):
        assert (await scim.get(resource)).json()["totalResults"] == 0, f"{resource} of the rehearsal were left"


@on_sqlite
async def test_the_same_seed_gives_the_same_requests(scim: httpx.AsyncClient) -> None:
    first, second = await rehearsed(scim), await rehearsed(scim)
    assert {name: step.requests for name, step in first.steps.items()} == {
        name: step.requests for name, step in second.steps.items()
    }


# --- a server that gets something wrong ---------------------------------------------------------------------------


async def loses_a_member(request: httpx.Request, forward: Forward) -> Answer:
    answer = await forward(request)
    group = answer.json()
    return with_body(answer, {**group, "members": group["members"][1:]})


async def adds_a_member(request: httpx.Request, forward: Forward) -> Answer:
    answer = await forward(request)
    group = answer.json()
    return with_body(answer, {**group, "members": [*group["members"], {"value": "somebody else"}]})


async def changes_a_title(request: httpx.Request, forward: Forward) -> Answer:
    answer = await forward(request)
    return with_body(answer, {**answer.json(), "title": "Emperor"})


async def answers_with_odd_shapes(request: httpx.Request, forward: Forward) -> Answer:
    answer = await forward(request)
    return with_body(answer, {**answer.json(), "name": "a text", "emails": {"value": "no list"}})


@on_sqlite
@pytest.mark.parametrize(
    ("resource", "tamper", "said"),
    [
        ("Groups", loses_a_member, "is missing"),
        ("Groups", adds_a_member, "the member somebody else should not be there"),
        ("Users", changes_a_title, "title is 'Emperor'"),
        ("Users", answers_with_odd_shapes, "name.givenName is None"),
    ],
)
async def test_what_is_read_otherwise_than_written_is_named(
    scim: httpx.AsyncClient, resource: str, tamper: Tampering, said: str
) -> None:
    report = await rehearsed(scim, Once(lambda request: is_read(request, resource), tamper))

    assert any(said in line for line in report.differences.shown), report.differences.shown
    assert not report.failures
    assert not report.is_good


@on_sqlite
@pytest.mark.parametrize(
    ("style", "is_deactivation"),
    [
        ("okta", lambda request: request.method == "PATCH" and b'"active":false' in request.content),
        ("okta-aiw", lambda request: request.method == "PUT" and b'"active":false' in request.content),
        ("entra", lambda request: request.method == "PATCH" and b'"value":"False"' in request.content),
    ],
)
async def test_a_server_that_forgets_to_deactivate_is_found(
    scim: httpx.AsyncClient, style: str, is_deactivation: Callable[[httpx.Request], bool]
) -> None:
    async def forgets(request: httpx.Request, forward: Forward) -> Answer:
        return await forward(
            httpx.Request("GET", request.url, headers={"Authorization": scim.headers["Authorization"]})
        )

    report = await rehearsed(scim, Once(is_deactivation, forgets), style=style)

    assert ["active is True, was sent as False" in line for line in report.differences.shown] == [True]
    assert not report.is_good


@on_sqlite
async def test_a_row_on_two_pages_and_one_on_none_are_found(
    scim: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.rehearsal.imports.PAGE", 5)
    earlier: list[Any] = []

    async def repeats(request: httpx.Request, forward: Forward) -> Answer:
        answer = await forward(request)
        if not request.url.path.endswith("/Users") or request.url.params.get("count") != "5":
            return answer
        page = answer.json()
        if earlier and len(earlier) == 5:
            page["Resources"][0] = earlier[0]
        earlier.extend(page["Resources"])
        return with_body(answer, page)

    report = await rehearsed(scim, repeats)

    assert dict(report.differences.kinds) == {"imported twice": 1, "not imported": 1}
    assert not report.is_good


@on_sqlite
@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (404, {"detail": "Lost it."}, "GET /Users/{id}: 404 Lost it."),
        (500, {"detail": "Out of order."}, "GET /Users/{id}: 500 Out of order."),
        (200, ["no", "object"], "GET /Users/{id}: the answer is not a JSON object"),
        (502, "<html>Bad gateway</html>", 'GET /Users/{id}: 502 "<html>Bad gateway</html>"'),
    ],
)
async def test_an_answer_that_was_not_expected_is_a_failure_with_its_reason(
    scim: httpx.AsyncClient, status: int, body: Any, reason: str
) -> None:
    async def fails(request: httpx.Request, forward: Forward) -> Answer:
        return httpx.Response(status, json=body)

    report = await rehearsed(scim, Once(lambda request: is_read(request, "Users"), fails))

    assert report.failures == 1
    assert [dict(step.reasons) for step in report.steps.values() if step.failures] == [{reason: 1}]
    assert not report.is_good


@on_sqlite
async def test_a_person_who_was_not_created_fails_once_and_is_passed_over_by_the_later_steps(
    scim: httpx.AsyncClient,
) -> None:
    async def fails(request: httpx.Request, forward: Forward) -> Answer:
        return httpx.Response(500, json={"detail": "Out of order."})

    first_user = Once(lambda request: request.method == "POST" and request.url.path.endswith("/Users"), fails)
    report = await rehearsed(scim, first_user)

    assert {name: step.failures for name, step in report.steps.items() if step.failures} == {
        "match and create people": 1
    }
    assert report.differences.shown == []
    assert not report.is_good


@on_sqlite
async def test_being_told_to_wait_is_no_failure(scim: httpx.AsyncClient) -> None:
    async def too_many(request: httpx.Request, forward: Forward) -> Answer:
        return httpx.Response(429, headers={"Retry-After": "1"}, json={"detail": "Slow down."})

    hindrance = Once(lambda request: request.method == "POST", too_many)
    report = await rehearsed(scim, hindrance)

    assert hindrance.done
    assert report.is_good
    assert report.took_s > 1, "it waits as long as it was told"
    assert report.steps["match and create people"].requests == 2 * PEOPLE + 1, "and asks again"


@on_sqlite
async def test_being_told_to_wait_for_ever_is_a_failure(scim: httpx.AsyncClient) -> None:
    async def too_many(request: httpx.Request, forward: Forward) -> Answer:
        if request.method == "DELETE":
            return httpx.Response(429, headers={"Retry-After": "0"}, json={"detail": "Slow down."})
        return await forward(request)

    report = await rehearsed(scim, too_many)

    assert report.steps["delete groups"].reasons == {"DELETE /Groups/{id}: 429 Slow down.": GROUPS}
    assert report.steps["delete groups"].requests == GROUPS * TRIES


@on_sqlite
async def test_a_connection_that_breaks_once_is_told_and_tried_again(scim: httpx.AsyncClient) -> None:
    async def breaks(request: httpx.Request, forward: Forward) -> Answer:
        raise httpx.ReadError("gone")

    report = await rehearsed(scim, Once(lambda request: is_read(request, "Users"), breaks))

    assert report.is_good
    assert {"GET /Users/{id}: ReadError": 1} in [dict(step.reasons) for step in report.steps.values()]


# --- the report ---------------------------------------------------------------------------------------------------


@on_sqlite
async def test_the_report_for_machines_has_its_form(scim: httpx.AsyncClient) -> None:
    report = await rehearsed(scim, Once(lambda request: is_read(request, "Users"), changes_a_title))
    told = json.loads(report.as_json())

    assert {"requests", "failures", "differences", "steps"} <= told.keys()
    assert (told["failures"], told["differences"]) == (0, 1)
    assert told["requests"] == sum(step["requests"] for step in told["steps"])
    for step in told["steps"]:
        assert {"name", "requests", "failures", "median_ms", "p95_ms", "reasons"} == step.keys()
        assert step["p95_ms"] >= step["median_ms"], step
    assert "title is 'Emperor'" in told["examples"][0]
