"""A mover: another team, title, name and manager, and still the same person with the whole of their history."""

from uuid import UUID

import httpx
import orjson
import pytest

from catalog.actors import Actor
from catalog.changes import change
from catalog.ids import FOREVER
from catalog.models import Integration, User
from catalog.selection import Column, Compare
from catalog.services import audit, memberships, teams
from tests.journeys.provider import (
    ADA,
    ENTERPRISE,
    delivered,
    letters_of,
    patched,
    periods,
    person,
    push,
    push_group,
    trail,
)

MARRIED = {
    **ADA,
    "userName": "ada.king@lovelace.dev",
    "name": {"givenName": "Ada", "familyName": "King"},
    "displayName": "Ada King",
    "emails": [{"primary": True, "value": "ada.king@lovelace.dev", "type": "work"}],
    "title": "Countess",
    ENTERPRISE: {"department": "Peerage", "employeeNumber": "1815"},
}


async def test_a_mover_changes_team_and_both_periods_are_kept(
    scim: httpx.AsyncClient, actor: Actor, integration: Integration
) -> None:
    ada = await push(scim, ADA)
    payments, growth = await push_group(scim, "Payments", ada), await push_group(scim, "Growth")

    await patched(scim, f"/Groups/{payments}", {"op": "remove", "path": f'members[value eq "{ada}"]'})
    await patched(scim, f"/Groups/{growth}", {"op": "add", "path": "members", "value": [{"value": ada}]})

    assert [group["value"] for group in (await scim.get(f"/Users/{ada}")).json()["groups"]] == [growth]
    old, new = await periods(ada)
    assert (str(old.team_id), str(new.team_id)) == (payments, growth)
    assert old.valid_from <= old.valid_to <= new.valid_from < new.valid_to == FOREVER
    assert [action for action, _ in await trail(actor, payments)] == ["team.created", *["memberships.changed"] * 2]
    assert {name for _, name in await trail(actor, payments)} == {integration.name}


async def test_a_mover_keeps_role_and_period_where_a_push_finds_them_already(
    scim: httpx.AsyncClient, actor: Actor
) -> None:
    ada, alan = await push(scim, ADA), await push(scim, {**ADA, "userName": "alan@turing.dev", "emails": []})
    payments = await push_group(scim, "Payments", ada)
    async with change(actor) as this:
        await memberships.assign(this, await teams.lock(this, UUID(payments)), UUID(ada), "lead")
    before = await periods(ada)

    everybody = {"op": "replace", "path": "members", "value": [{"value": ada}, {"value": alan}]}
    await patched(scim, f"/Groups/{payments}", everybody)

    assert [(one.id, one.role, one.valid_to) for one in await periods(ada)] == [
        (one.id, one.role, one.valid_to) for one in before
    ]
    assert before[-1].role == "lead"


@pytest.mark.parametrize("verb", ["PUT", "PATCH"])
async def test_a_mover_has_another_name_and_the_same_id(
    scim: httpx.AsyncClient, actor: Actor, integration: Integration, verb: str
) -> None:
    ada = await push(scim, ADA)
    [_] = await delivered()
    if verb == "PUT":
        answer = await scim.put(f"/Users/{ada}", json=MARRIED)
    else:
        value = {name: part for name, part in MARRIED.items() if name != "schemas"}
        answer = await patched(scim, f"/Users/{ada}", {"op": "replace", "value": value})
    assert (answer.status_code, answer.json()["id"]) == (200, ada)

    row = await person(actor, ada)
    assert (row["user_name"], row["given_name"], row["family_name"]) == ("ada.king@lovelace.dev", "Ada", "King")
    kept = await User.get(id=UUID(ada))
    assert (kept.name, kept.email, kept.title, kept.department) == (
        "Ada King",
        "ada.king@lovelace.dev",
        "Countess",
        "Peerage",
    )

    # The trail shows what was and what is.
    assert await trail(actor, ada) == [("user.created", integration.name), ("user.updated", integration.name)]
    latest = (await audit.list_(actor, Compare(Column("subject_id"), "eq", UUID(ada))))[0]
    before, after = orjson.loads(latest["before"]), orjson.loads(latest["after"])
    assert (before["title"], after["title"]) == ("Engineer", "Countess")
    assert (before["user_name"], after["user_name"]) == ("ada@lovelace.dev", "ada.king@lovelace.dev")
    assert "employee_number" not in before, "only what differs is shown"

    # Nobody is welcomed twice, and the old userName is free for somebody else.
    assert (await delivered(), await letters_of(ada)) == ([], [("Welcome", "sent")])
    assert await push(scim, {**ADA, "externalId": "00u2"}) != ada


async def test_a_mover_whose_push_changes_nothing_leaves_no_trace(scim: httpx.AsyncClient, actor: Actor) -> None:
    ada = await push(scim, ADA)
    before = (await scim.get(f"/Users/{ada}")).json()
    assert (await scim.put(f"/Users/{ada}", json=ADA)).json() == before
    await patched(scim, f"/Users/{ada}", {"op": "replace", "value": {"title": ADA["title"], "active": True}})
    assert (await scim.get(f"/Users/{ada}")).json() == before
    assert [action for action, _ in await trail(actor, ada)] == ["user.created"]


async def test_a_movers_reports_follow_them_to_another_name(scim: httpx.AsyncClient) -> None:
    charles = await push(
        scim, {**ADA, "userName": "charles@babbage.dev", "emails": [], ENTERPRISE: {"employeeNumber": "1791"}}
    )
    ada = await push(scim, ADA)
    assert (await User.get(id=UUID(ada))).manager_id == UUID(charles)
    moved = {"op": "replace", "value": {"userName": "cb@babbage.dev", f"{ENTERPRISE}:department": "Engines"}}
    await patched(scim, f"/Users/{charles}", moved)
    assert (await User.get(id=UUID(ada))).manager_id == UUID(charles)
