"""The trail, the log, what waits and letters over GraphQL: told in sentences, filtered, paged."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from catalog import actors
from catalog.actors import Actor
from catalog.changes import change
from catalog.ids import new_id, now, public_id
from catalog.models import Integration, OutboxMessage, ProvisioningEvent, User
from catalog.services import integrations, memberships, teams, users
from tests import builders
from tests.graphql_api.conftest import Ask

Make = Callable[..., Awaitable[Any]]

TRAIL = """
query($filter: AuditFilterInput, $first: Int, $after: String) {
  account {
    auditEvents(filter: $filter, first: $first, after: $after) {
      totalCount
      nodes {
        id at action sentence actorKind actorName subjectKind subjectId subjectName before after requestId changeId
        user { email } team { alias }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}
"""
LOG = """
query($filter: ProvisioningFilterInput) {
  account {
    provisioningEvents(filter: $filter) {
      totalCount
      nodes {
        at method path status durationMs requests resourceKind resourceName requestBody reason fix requestId
        integration { name } user { name } team { name }
      }
    }
  }
}
"""
LETTERS = """
query($filter: LetterFilterInput) {
  account { letters(filter: $filter) { nodes { id letter recipient state attempts lastError user { email } } } }
}
"""


async def _trail(ask: Ask, **filter: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await ask(TRAIL, filter=filter))["account"]["auditEvents"]["nodes"]
    return found


async def _logged(integration: Integration, **other: Any) -> None:
    event = {"method": "POST", "path": "/Users", "status": 201, "duration_ms": 10.0, "at": now(), "request_id": "r-1"}
    async with change(actors.system(integration.account_id)) as this:
        scope = {"id": new_id(), "account_id": integration.account_id, "integration_id": integration.id}
        this.add(ProvisioningEvent(**{**scope, **event, **other}))


async def _letter(integration: Integration, state: str, user: User) -> None:
    async with change(actors.system(integration.account_id)) as this:
        this.add(
            OutboxMessage(
                id=new_id(),
                account_id=integration.account_id,
                integration_id=integration.id,
                user_id=user.id,
                letter="Notice",
                recipient=user.email or "",
                state=state,
                next_attempt_at=this.at,
                message_id="<1@muster.local>",
                last_error="550 no such mailbox" if state == "failed" else None,
                created_at=this.at,
            )
        )


async def test_the_trail_tells_who_did_what_in_sentences(ask: Ask, actor: Actor, a_user: Make, a_team: Make) -> None:
    ada, payments = await a_user(name="Ada Lovelace"), await a_team("Payments")
    async with change(actor) as this:
        await memberships.add(this, await teams.lock(this, payments.id), [ada.id])
        await users.deactivate(this, await users.lock(this, ada.id))
    rows = {row["action"]: row for row in await _trail(ask)}
    joined, left = rows["memberships.changed"], rows["user.deactivated"]
    assert joined["sentence"] == "Somebody at the machine added Ada Lovelace to Payments."
    assert left["sentence"] == "Somebody at the machine deactivated Ada Lovelace."
    assert (joined["team"], joined["user"]) == ({"alias": "payments"}, None)
    assert (left["user"], left["subjectId"]) == ({"email": "ada@lovelace.example"}, public_id("User", ada.id))
    assert joined["changeId"] == left["changeId"]
    assert joined["after"] == {"members": [str(ada.id)], "count": 1}
    assert [row["action"] for row in await _trail(ask, subjectId=public_id("Team", payments.id))] == [
        "memberships.changed"
    ]


async def test_the_trail_is_filtered_by_everything_that_an_event_has(
    ask: Ask, actor: Actor, integration: Integration
) -> None:
    async with change(actor) as this:
        await integrations.update_settings(this, integration.id, strict=True)
    async with change(actor) as this:
        await integrations.create(this, name="Östra Okta")
    everything = await _trail(ask)
    actions = {row["action"] for row in everything}
    assert actions == {"integration.updated", "integration.created", "token.created"}
    for filter, expected in (
        ({"actions": ["integration.updated"]}, {"integration.updated"}),
        ({"actions": ["integration.updated", "integration.created"]}, {"integration.updated", "integration.created"}),
        ({"actor": "MUSTER"}, actions),
        ({"actor": "ada"}, set()),
        ({"subjectKind": "integration"}, {"integration.updated", "integration.created"}),
        ({"search": "okta"}, {"integration.updated", "integration.created"}),
        ({"search": "Östra"}, {"integration.created"}),
        ({"from": "2020-01-01", "to": "2020-12-31"}, set()),
        ({"from": "2020-01-01T00:00:00Z"}, actions),
        ({"to": now().date().isoformat()}, actions),
    ):
        assert {row["action"] for row in await _trail(ask, **filter)} == expected, filter


async def test_the_trail_is_paged_newest_first(ask: Ask, actor: Actor) -> None:
    for number in range(5):
        async with change(actor) as this:
            await integrations.create(this, name=f"number {number}")
    seen: list[str] = []
    after = None
    while True:
        variables = {"filter": {"actions": ["integration.created"]}, "first": 2, "after": after}
        found = (await ask(TRAIL, **variables))["account"]["auditEvents"]
        seen += [row["subjectName"] for row in found["nodes"]]
        after = found["pageInfo"]["endCursor"]
        if not found["pageInfo"]["hasNextPage"]:
            break
    assert seen == [f"number {number}" for number in range(4, -1, -1)]
    assert found["totalCount"] == 5


async def test_the_log_tells_what_failed_why_and_what_to_do(ask: Ask, integration: Integration, a_user: Make) -> None:
    ada = await a_user()
    await _logged(integration, method="GET", status=200, requests=50, at=now() - timedelta(minutes=1))
    await _logged(
        integration,
        status=409,
        resource_kind="user",
        resource_id=ada.id,
        resource_name="ada@lovelace.example",
        request_body='{"userName": "ada@lovelace.example"}',
        reason="The user exists and was made by hand. It now waits to be linked.",
    )
    failed, read = (await ask(LOG))["account"]["provisioningEvents"]["nodes"]
    assert (read["requests"], read["fix"], read["user"]) == (50, None, None)
    assert (failed["status"], failed["user"], failed["team"]) == (409, {"name": ada.name}, None)
    assert failed["integration"] == {"name": "Okta"}
    assert "Waiting to be linked" in failed["fix"]
    assert "In Okta, open Dashboard" in failed["fix"]


async def test_the_log_is_filtered(ask: Ask, actor: Actor, integration: Integration) -> None:
    entra = await builders.an_integration(actor, "Entra")
    await _logged(integration, resource_kind="user", resource_name="Ada")
    await _logged(integration, status=500, path="/Groups", resource_kind="team", reason="Broken.", request_id="r-9")
    await _logged(entra, status=404, path="/Users/1", at=now() - timedelta(days=2))
    for filter, expected in (
        ({}, [500, 201, 404]),
        ({"onlyErrors": True}, [500, 404]),
        ({"integration": public_id("Integration", entra.id)}, [404]),
        ({"resourceKind": "user"}, [201]),
        ({"search": "ADA"}, [201]),
        ({"search": "broken"}, [500]),
        ({"search": "/groups"}, [500]),
        ({"search": "r-9"}, [500]),
        ({"from": (now() - timedelta(days=1)).isoformat()}, [500, 201]),
        ({"to": (now() - timedelta(days=1)).isoformat()}, [404]),
    ):
        found = (await ask(LOG, filter=filter))["account"]["provisioningEvents"]
        assert sorted(row["status"] for row in found["nodes"]) == sorted(expected), filter
        assert found["totalCount"] == len(expected)


async def test_what_waits_is_dismissed_or_decided(
    ask: Ask, scim_actor: Actor, integration: Integration, a_user: Make
) -> None:
    ada, back = await a_user(), await builders.a_user(scim_actor, "grace@hopper.example", external_id="00u1")
    for kind, subject in (("link_user", ada), ("rehire", back)):
        async with change(scim_actor) as this:
            await integrations.ask(this, kind=kind, subject_id=subject.id, name=subject.user_name, external_id="00u2")
    waiting = "{account{pendingDecisions{nodes{id kind}}}}"
    ids = {one["kind"]: one["id"] for one in (await ask(waiting))["account"]["pendingDecisions"]["nodes"]}
    dismiss = "mutation($id: ID!) {decisionDismiss(id: $id) {decisionId errors{path code}}}"
    decide = "mutation($id: ID!) {rehireDecide(id: $id, samePerson: true) {decisionId errors{path code}}}"
    assert (await ask(dismiss, id=ids["link_user"]))["decisionDismiss"] == {
        "decisionId": ids["link_user"],
        "errors": [],
    }
    assert (await ask(decide, id=ids["rehire"]))["rehireDecide"] == {"decisionId": ids["rehire"], "errors": []}
    assert (await ask(waiting))["account"]["pendingDecisions"]["nodes"] == []
    assert (await ask(dismiss, id=ids["rehire"]))["decisionDismiss"]["errors"] == [{"path": ["id"], "code": "INVALID"}]
    assert (await ask(decide, id="x"))["rehireDecide"]["errors"] == [{"path": ["id"], "code": "NOT_FOUND"}]


@pytest.mark.parametrize(
    ("zone", "days"), [("UTC", {"2026-03-01": 1, "2026-03-02": 2}), ("Asia/Tokyo", {"2026-03-01": 0, "2026-03-02": 3})]
)
async def test_bare_dates_are_whole_days_of_the_accounts_time_zone(
    ask: Ask, actor: Actor, integration: Integration, zone: str, days: dict[str, int]
) -> None:
    async with change(actor) as this:
        this.run("UPDATE accounts SET time_zone = $1 WHERE id = $2", zone, actor.account_id)
    for hour in (23, 24, 32):
        await _logged(integration, at=datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=hour))
    for day, count in days.items():
        found = (await ask(LOG, filter={"from": day, "to": day}))["account"]["provisioningEvents"]
        assert found["totalCount"] == count, day
    assert (await ask(LOG, filter={"from": "1900-01-01"}))["account"]["provisioningEvents"]["totalCount"] == 3


@pytest.mark.parametrize(("verb", "state"), [("lettersRelease", "waiting"), ("lettersDiscard", "discarded")])
async def test_held_letters_are_released_or_discarded(
    ask: Ask, integration: Integration, a_user: Make, verb: str, state: str
) -> None:
    ada = await a_user()
    await _letter(integration, "held", ada)
    await _letter(integration, "sent", ada)
    id = public_id("Integration", integration.id)
    asked = f"mutation($id: ID!) {{{verb}(integration: $id) {{count errors{{path code}}}}}}"
    assert (await ask(asked, id=id))[verb] == {"count": 1, "errors": []}
    found = (await ask(LETTERS, filter={"states": [state], "integration": id}))["account"]["letters"]["nodes"]
    assert [(one["state"], one["user"]) for one in found] == [(state, {"email": "ada@lovelace.example"})]
    assert (await ask(asked, id=id))[verb] == {"count": 0, "errors": []}
    assert (await ask(asked, id="x"))[verb] == {"count": 0, "errors": [{"path": ["integration"], "code": "NOT_FOUND"}]}


async def test_a_letter_that_failed_is_tried_again(ask: Ask, integration: Integration, a_user: Make) -> None:
    await _letter(integration, "failed", await a_user())
    (failed,) = (await ask(LETTERS, filter={"states": ["failed"]}))["account"]["letters"]["nodes"]
    assert failed["lastError"] == "550 no such mailbox"
    retry = "mutation($id: ID!) {letterRetry(id: $id) {count errors{path code}}}"
    assert (await ask(retry, id=failed["id"]))["letterRetry"] == {"count": 1, "errors": []}
    (again,) = (await ask(LETTERS))["account"]["letters"]["nodes"]
    assert (again["id"], again["state"]) == (failed["id"], "waiting")
    assert (await ask(retry, id="x"))["letterRetry"]["errors"] == [{"path": ["id"], "code": "NOT_FOUND"}]
