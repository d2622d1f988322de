"""Groups over HTTP: what the requests of no single client show."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest

from catalog.actors import Actor
from catalog.changes import change
from catalog.database import everywhere
from catalog.models import Integration, Team, User
from catalog.services import memberships, teams
from tests import builders
from tests.catalog.teamwork import done, events, many_people, roles

Json = dict[str, Any]
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


@pytest.fixture
async def people(a_user: Callable[..., Awaitable[User]]) -> list[str]:
    """The ids of four people."""
    return [str((await a_user(f"{name}@lovelace.example")).id) for name in ("ada", "alan", "grace", "joan")]


async def test_a_group_is_answered_whole_and_read_back_the_same(scim: httpx.AsyncClient, people: list[str]) -> None:
    body = {"schemas": [GROUP], "displayName": "Payments", "externalId": "00g1", "members": [{"value": people[0]}]}
    made = await scim.post("/Groups", json=body)
    assert made.status_code == 201, made.text
    group = made.json()
    [member] = group["members"]
    assert (member["value"], member["type"]) == (people[0], "User")
    assert member["$ref"] == f"http://muster.test/scim/v2/Users/{people[0]}"
    assert (group["displayName"], group["externalId"]) == ("Payments", "00g1")
    assert made.headers["Location"] == group["meta"]["location"] == f"http://muster.test/scim/v2/Groups/{group['id']}"
    read = await scim.get(f"/Groups/{group['id']}")
    assert (read.json(), read.headers["ETag"]) == (group, group["meta"]["version"])


async def test_a_patch_answers_with_no_body_unless_something_is_asked_for(
    scim: httpx.AsyncClient, people: list[str]
) -> None:
    id = await a_group(scim)
    bare = await patched(scim, id, {"op": "add", "path": "members", "value": [{"value": people[0]}]})
    assert (bare.status_code, bare.content, bare.headers["ETag"]) == (204, b"", 'W/"2"')
    operation = {"op": "add", "path": "members", "value": [{"value": people[1]}]}
    asked = await patched(scim, id, operation, attributes="members")
    assert (asked.status_code, asked.headers["ETag"]) == (200, 'W/"3"')
    assert {one["value"] for one in asked.json()["members"]} == set(people[:2])
    assert "displayName" not in asked.json()


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "add", "path": "members", "value": [{"value": "{0}"}]},
        {"op": "remove", "path": "members", "value": [{"value": "{1}"}]},
        {"op": "remove", "path": 'members[value eq "{1}"]'},
        {"op": "remove", "path": 'members[value eq "nobody"]'},
        {"op": "replace", "path": "members", "value": [{"value": "{0}"}]},
        {"op": "replace", "value": {"displayName": "Payments", "externalId": "00g1"}},
        {"op": "replace", "value": {"id": "{id}", "displayName": "Payments"}},
        {"op": "replace", "path": "externalId", "value": "00g1"},
    ],
)
async def test_a_patch_that_changes_nothing_leaves_the_version_alone(
    scim: httpx.AsyncClient, people: list[str], operation: Json
) -> None:
    id = await a_group(scim, people[:1], externalId="00g1")
    before = (await scim.get(f"/Groups/{id}")).json()
    told = orjson.dumps(operation).decode().replace("{0}", people[0]).replace("{1}", people[1]).replace("{id}", id)
    answer = await patched(scim, id, orjson.loads(told))
    assert (answer.status_code, answer.headers["ETag"]) == (204, before["meta"]["version"])
    assert (await scim.get(f"/Groups/{id}")).json() == before


async def test_a_put_of_what_is_there_leaves_the_version_alone(scim: httpx.AsyncClient, people: list[str]) -> None:
    id = await a_group(scim, people[:2], externalId="00g1")
    before = (await scim.get(f"/Groups/{id}")).json()
    answer = await scim.put(f"/Groups/{id}", json=before)
    assert (answer.status_code, answer.json()) == (200, before)


async def test_a_put_restarts_nobodys_period_and_drops_no_role(
    scim: httpx.AsyncClient, actor: Actor, people: list[str]
) -> None:
    id = await a_group(scim, people[:2])
    team = await team_of(actor, id)
    await done(actor, team, memberships.assign, UUID(people[0]), "manager")
    before = await open_periods(id)
    put = {"displayName": "Payments", "members": [{"value": people[0]}, {"value": people[2]}]}
    assert (await scim.put(f"/Groups/{id}", json=put)).status_code == 200
    assert await roles(team) == {UUID(people[0]): "manager", UUID(people[2]): None}
    assert (await open_periods(id))[people[0]] == before[people[0]]


async def test_what_the_provider_does_not_send_survives_its_push(
    scim: httpx.AsyncClient, actor: Actor, people: list[str], a_team: Callable[..., Awaitable[Team]]
) -> None:
    id, parent = await a_group(scim), await a_team("Finance")
    team = await team_of(actor, id)
    await done(actor, team, teams.set_parent, parent.id)
    await done(actor, team, teams.update, alias="money", responsibilities="All of it")
    await patched(scim, id, {"op": "replace", "value": {"displayName": "Ledger"}})
    await patched(scim, id, {"op": "replace", "path": "members", "value": [{"value": people[0]}]})
    await scim.put(f"/Groups/{id}", json={"displayName": "Books", "members": []})
    kept = await team_of(actor, id)
    assert (kept.provider_name, kept.alias, kept.responsibilities) == ("Books", "money", "All of it")
    assert kept.parent_id == parent.id


async def test_many_operations_are_one_event_and_one_version(
    scim: httpx.AsyncClient, actor: Actor, people: list[str]
) -> None:
    id = await a_group(scim, people[:2])
    answer = await patched(
        scim,
        id,
        {"op": "Remove", "path": f'members[value eq "{people[0]}"]'},
        {"op": "Add", "path": "members", "value": [{"value": people[2]}]},
        {"op": "Remove", "path": "members", "value": [{"value": people[1]}]},
        {"op": "Add", "path": "members", "value": [{"value": people[3]}, {"value": people[1]}]},
        {"op": "Remove", "path": "members", "value": [{"value": people[3]}]},
    )
    assert (answer.status_code, answer.headers["ETag"]) == (204, 'W/"2"')
    assert await members(scim, id) == {people[1], people[2]}
    told = [event["action"] for event in await events(await team_of(actor, id))]
    assert told == ["team.created", "memberships.changed", "memberships.changed"]


async def test_who_is_taken_out_and_put_back_in_one_request_has_never_left(
    scim: httpx.AsyncClient, people: list[str]
) -> None:
    id = await a_group(scim, people[:2])
    before = await open_periods(id)
    answer = await patched(
        scim,
        id,
        {"op": "remove", "path": "members"},
        {"op": "add", "path": "members", "value": [{"value": people[1]}, {"value": people[0]}]},
    )
    assert (answer.headers["ETag"], await open_periods(id)) == ('W/"1"', before)


async def test_members_are_removed_by_any_filter(
    scim: httpx.AsyncClient, people: list[str], a_user: Callable[..., Awaitable[User]]
) -> None:
    other = await a_user("zoe@lovelace.example", name="Zoë")
    id = await a_group(scim, [*people, str(other.id)])
    await patched(scim, id, {"op": "remove", "path": 'members[display eq "zoë"]'})
    assert await members(scim, id) == set(people)
    await patched(scim, id, {"op": "remove", "path": f'members[type eq "User" and not (value eq "{people[0]}")]'})
    assert await members(scim, id) == {people[0]}


async def test_an_operation_sees_what_the_one_before_it_did(scim: httpx.AsyncClient, people: list[str]) -> None:
    id = await a_group(scim)
    await patched(
        scim,
        id,
        {"op": "add", "path": "members", "value": [{"value": person} for person in people]},
        {"op": "remove", "path": 'members[display eq "ada"]'},
        {"op": "replace", "value": {"displayName": "Ledger"}},
    )
    assert await members(scim, id) == set(people[1:])


@pytest.mark.parametrize("nobody", ["0199c0de-0000-7000-8000-000000000000", "42", "", "x" * 500])
async def test_an_unknown_member_is_named_and_undoes_the_whole_request(
    scim: httpx.AsyncClient, people: list[str], nobody: str
) -> None:
    id = await a_group(scim, people[:1])
    before = (await scim.get(f"/Groups/{id}")).json()
    answer = await patched(
        scim,
        id,
        {"op": "replace", "path": "displayName", "value": "Ledger"},
        {"op": "remove", "path": "members"},
        {"op": "add", "path": "members", "value": [{"value": people[1]}, {"value": nobody}]},
    )
    if nobody:
        assert (answer.status_code, answer.json()["scimType"]) == (400, "invalidValue")
        assert nobody[:50] in answer.json()["detail"]
        assert (await scim.get(f"/Groups/{id}")).json() == before
    else:
        # A blank is an attribute that was not said (RFC 7643 §2.5).
        assert (answer.status_code, await members(scim, id)) == (204, {people[1]})


async def test_a_deleted_persons_id_is_passed_over_and_the_log_says_so(
    scim: httpx.AsyncClient, people: list[str], scim_actor: Actor
) -> None:
    gone = await builders.a_user(scim_actor, "gone@lovelace.example")
    assert (await scim.delete(f"/Users/{gone.id}")).status_code == 204
    id = await a_group(scim, [people[0], str(gone.id)])
    assert await members(scim, id) == {people[0]}
    [logged] = await everywhere().rows("SELECT reason FROM provisioning_events WHERE path = '/Groups' AND status = 201")
    assert str(gone.id) in logged["reason"]


async def test_an_external_id_is_kept_until_another_is_said_and_cleared_only_by_an_empty_one(
    scim: httpx.AsyncClient,
) -> None:
    id = await a_group(scim, externalId="00g1")
    assert (await scim.put(f"/Groups/{id}", json={"displayName": "Payments"})).json()["externalId"] == "00g1"
    for value, expected in ((None, None), ("00g1", "00g1"), ("00g2", "00g2"), ("", None), ("00g2", "00g2")):
        answer = await patched(scim, id, {"op": "replace", "path": "externalId", "value": value})
        assert answer.status_code == 204, answer.text
        assert (await scim.get(f"/Groups/{id}")).json().get("externalId") == expected


async def test_a_name_that_another_integration_or_nobody_owns_waits_in_the_queue(
    scim: httpx.AsyncClient, actor: Actor, integration: Integration, a_team: Callable[..., Awaitable[Team]]
) -> None:
    there = await a_team("Payments")
    for _ in range(2):
        answer = await scim.post("/Groups", json={"displayName": "payments", "externalId": "00g1"})
        assert (answer.status_code, answer.json()["scimType"]) == (409, "uniqueness")
        assert "waits to be linked" in answer.json()["detail"]
    [waiting] = await everywhere().rows("SELECT kind, subject_id, attempts, external_id FROM pending_decisions")
    assert (waiting["kind"], str(waiting["subject_id"])) == ("link_team", str(there.id))
    assert (waiting["attempts"], waiting["external_id"]) == (2, "00g1")


async def test_five_thousand_members_are_pushed_in_one_request_and_removed_one_by_one(
    scim: httpx.AsyncClient, actor: Actor
) -> None:
    crowd = [str(id) for id in await many_people(actor, 5_000)]
    id = await a_group(scim, crowd)
    leaving = [{"op": "Remove", "path": f'members[value eq "{person}"]'} for person in crowd[:500]]
    assert (await patched(scim, id, *leaving)).status_code == 204
    assert await members(scim, id) == set(crowd[500:])
    assert "members" not in (await scim.get(f"/Groups/{id}?excludedAttributes=members")).json()


# --- what the sentences lean on -----------------------------------------------------------------------------------


async def a_group(scim: httpx.AsyncClient, member_ids: list[str] | None = None, **attributes: str) -> str:
    """The id of a new group, `Payments`."""
    body = {"displayName": "Payments", "members": [{"value": id} for id in member_ids or []], **attributes}
    answer = await scim.post("/Groups", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def patched(scim: httpx.AsyncClient, id: str, *operations: Json, **query: str) -> httpx.Response:
    return await scim.patch(f"/Groups/{id}", json={"schemas": [PATCH_OP], "Operations": list(operations)}, params=query)


async def members(scim: httpx.AsyncClient, id: str) -> set[str]:
    return {one["value"] for one in (await scim.get(f"/Groups/{id}")).json().get("members", [])}


async def team_of(actor: Actor, id: str) -> Team:
    async with change(actor) as this:
        return await teams.lock(this, UUID(id))


async def open_periods(id: str) -> dict[str, tuple[str, str]]:
    """Of each member, which period is open and since when."""
    rows = await everywhere().rows(
        "SELECT user_id, id, valid_from FROM memberships WHERE team_id = $1 AND valid_to > $2", UUID(id), builders.now()
    )
    return {str(row["user_id"]): (str(row["id"]), str(row["valid_from"])) for row in rows}
