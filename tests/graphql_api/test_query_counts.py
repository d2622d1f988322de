"""How many statements an answer takes: one where everything is compiled, one a level elsewhere; never one a row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from catalog import database
from catalog.actors import Actor
from catalog.changes import change
from catalog.services import answers, deliveries, integrations
from graphql_api.selections import Selections, Uncovered
from tests import builders
from tests.graphql_api.conftest import Ask

QUESTION = "query($n:Int){account{teams(first:$n){nodes{name memberships{nodes{role user{name email}}}}}}}"
EVERYTHING = """
    query ($n: Int) { viewer { role } account { name latestChange
      users(first: $n, search: "person") {
        totalCount pageInfo { hasNextPage endCursor }
        edges { cursor node {
          id name htmlUrl lockedFields attributes manager { name } managedBy { name }
          teams { totalCount nodes { name parentTeam { name } manager { email } } }
          memberships { nodes { role validFrom team { alias aliases } } }
          externalIds { nodes { value } } contacts { address } tags { nodes { key } } } } }
      usersCountedBy(field: "department") { nodes { value count } } } }
"""


@pytest.fixture
async def company(actor: Actor) -> Actor:
    """A hundred teams of three, and a hundred people."""
    people = [await builders.a_user(actor, f"person{number}@x.example") for number in range(100)]
    for number in range(100):
        members = [people[(number + place) % 100] for place in range(3)]
        await builders.a_team(actor, f"Team {number}", members=members)
    return actor


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How many statements have been asked since the last time."""
    asked: list[str] = []
    engine = type(database.everywhere())
    rows, one = engine.rows, engine.one

    async def counting_rows(self: Any, sql: str, *params: Any) -> Any:
        asked.append(sql)
        return await rows(self, sql, *params)

    async def counting_one(self: Any, sql: str, *params: Any) -> Any:
        # SQLite's goes through `rows`.
        if self.dialect == "postgres":
            asked.append(sql)
        return await one(self, sql, *params)

    monkeypatch.setattr(engine, "rows", counting_rows)
    monkeypatch.setattr(engine, "one", counting_one)

    def since() -> int:
        # Whose token it is, every request asks within a second anew.
        count = len([sql for sql in asked if "FROM api_tokens k" not in sql])
        asked.clear()
        return count

    return since


@pytest.mark.parametrize("question", [QUESTION, EVERYTHING])
async def test_an_answer_that_is_compiled_takes_one_statement(
    ask: Ask, company: Actor, counted: Callable[[], int], question: str
) -> None:
    counted()
    for rows in (1, 80):
        await ask(question, n=rows)
        assert counted() == 1


async def test_elsewhere_a_level_takes_one_statement_however_many_rows_it_has(
    ask: Ask, company: Actor, counted: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def uncovered(*_: Any) -> Any:
        raise Uncovered

    monkeypatch.setattr(Selections, "compiled", uncovered)
    counted()
    taken = set()
    for rows in (1, 3, 100):
        await ask(QUESTION, n=rows)
        taken.add(counted())
    assert taken == {4}, "the account, its teams, their memberships, and the people in them"


async def test_a_field_that_python_makes_costs_a_statement_and_not_one_a_row(
    ask: Ask, company: Actor, counted: Callable[[], int]
) -> None:
    question = "query($n:Int){account{users(first:$n){nodes{name history(first:1){nodes{sentence}}}}}}"
    counted()
    taken = set()
    for rows in (1, 100):
        await ask(question, n=rows)
        taken.add(counted())
    assert len(taken) == 1
    assert taken.pop() <= 4


async def test_no_request_asks_more_than_a_few_statements_at_once(
    ask: Ask, company: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = most = 0
    answer = answers.answer

    async def watched(*arguments: Any, **named: Any) -> str:
        nonlocal now, most
        now += 1
        most = max(most, now)
        try:
            return await answer(*arguments, **named)
        finally:
            now -= 1

    monkeypatch.setattr(answers, "answer", watched)
    await ask("{" + " ".join(f"a{place}: account {{ teams {{ totalCount }} }}" for place in range(20)) + "}")
    assert 1 <= most <= 2


OVERVIEW = """
    query ($n: Int) { account {
      scimIntegrations(first: $n) { nodes {
        name status checklist { urlReached } health { requests } letters { held } settings { raw }
        provisioningEvents(first: 3) { nodes { status fix user { name } } } } }
      auditEvents(first: $n) { nodes { sentence user { name } } } } }
"""


async def test_an_overview_takes_as_many_statements_for_many_integrations_and_events_as_for_two(
    ask: Ask, actor: Actor, counted: Callable[[], int]
) -> None:
    for number in range(30):
        integration = await builders.an_integration(actor, f"Okta {number}")
        async with change(builders.a_scim_client(integration)) as this:
            for status in (201, 409):
                deliveries.record(this, method="POST", path="/Users", status=status, duration_ms=1.0, reason="No.")
        async with change(actor) as this:
            await integrations.update_settings(this, integration.id, strict=True)
    counted()
    asked = []
    for rows in (2, 30):
        found = await ask(OVERVIEW, n=rows)
        assert len(found["account"]["scimIntegrations"]["nodes"]) == rows
        asked.append(counted())
    assert asked[0] == asked[1] <= 10
