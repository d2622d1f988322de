"""Groups within groups, over HTTP: they become the tree of teams, as far as the integration allows it."""

from typing import Any
from uuid import UUID

import httpx
import pytest

from catalog.actors import Actor
from catalog.changes import change
from catalog.models import Integration
from catalog.services import integrations, teams
from tests import builders
from tests.catalog.teamwork import a_person, parent_of, read

PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


async def group(scim: httpx.AsyncClient, name: str, *members: dict[str, Any]) -> str:
    answer = await scim.post("/Groups", json={"displayName": name, "members": list(members)})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def within(*ids: str) -> list[dict[str, str]]:
    return [{"value": id, "type": "Group"} for id in ids]


async def patch(scim: httpx.AsyncClient, id: str, op: str, members: Any, path: str = "members") -> httpx.Response:
    operation = {"op": op, "path": path} | ({} if members is None else {"value": members})
    return await scim.patch(f"/Groups/{id}", json={"schemas": [PATCH_OP], "Operations": [operation]})


async def parent(actor: Actor, id: str) -> str | None:
    found = (await read(actor, UUID(id)))["parent_id"]
    return None if found is None else str(found)


async def members(scim: httpx.AsyncClient, id: str) -> list[tuple[str, str]]:
    return [(one["type"], one["value"]) for one in (await scim.get(f"/Groups/{id}")).json()["members"]]


async def test_a_group_within_a_group_stands_below_it(scim: httpx.AsyncClient, actor: Actor) -> None:
    ada = (await scim.post("/Users", json={"userName": "ada"})).json()["id"]
    child, other = await group(scim, "Refunds"), await group(scim, "Ledger")
    top = await group(scim, "Payments", {"value": ada, "type": "User"}, *within(child))
    assert await parent(actor, child) == top
    assert sorted(await members(scim, top)) == sorted([("Group", child), ("User", ada)])
    added = await patch(scim, top, "add", [{"value": other}])
    assert added.status_code == 204
    assert await parent(actor, other) == top
    assert (await scim.get("/Groups", params={"filter": f'members.value eq "{child}"'})).json()["totalResults"] == 1
    groups = (await scim.get(f"/Users/{ada}")).json()["groups"]
    assert [one["value"] for one in groups] == [top]


@pytest.mark.parametrize(
    ("op", "value", "path"),
    [
        ("remove", None, 'members[value eq "{child}"]'),
        ("remove", [{"value": "{child}"}], "members"),
        ("remove", None, 'members[type eq "Group"]'),
        ("remove", None, "members"),
        ("replace", [], "members"),
    ],
)
async def test_a_group_that_is_taken_out_has_no_parent(
    scim: httpx.AsyncClient, actor: Actor, op: str, value: Any, path: str
) -> None:
    child = await group(scim, "Refunds")
    top = await group(scim, "Payments", *within(child))
    given = [{"value": child}] if value else value
    assert (await patch(scim, top, op, given, path.replace("{child}", child))).status_code == 204
    assert await parent(actor, child) is None
    assert await members(scim, top) == []


async def test_a_put_says_which_groups_stand_below(scim: httpx.AsyncClient, actor: Actor) -> None:
    stays, leaves, comes = [await group(scim, name) for name in ("Stays", "Leaves", "Comes")]
    top = await group(scim, "Top", *within(stays, leaves))
    put = await scim.put(f"/Groups/{top}", json={"displayName": "Top", "members": within(stays, comes)})
    assert put.status_code == 200
    assert [await parent(actor, id) for id in (stays, leaves, comes)] == [top, None, top]


async def test_a_second_parent_is_refused_and_nothing_of_the_request_holds(
    scim: httpx.AsyncClient, actor: Actor
) -> None:
    child, free = await group(scim, "Refunds"), await group(scim, "Free")
    first, second = await group(scim, "First", *within(child)), await group(scim, "Second")
    for answer in (
        await patch(scim, second, "add", within(free, child)),
        await scim.put(f"/Groups/{second}", json={"displayName": "Renamed", "members": within(free, child)}),
        await scim.post("/Groups", json={"displayName": "Third", "members": within(free, child)}),
    ):
        assert (answer.status_code, answer.json()["scimType"]) == (400, "invalidValue")
        assert "'Refunds' is a member of another group already" in answer.json()["detail"]
    assert [await parent(actor, id) for id in (child, free)] == [first, None]
    assert (await scim.get(f"/Groups/{second}")).json()["displayName"] == "Second"
    assert (await scim.get("/Groups", params={"filter": 'displayName eq "Third"'})).json()["totalResults"] == 0


async def test_a_circle_is_refused(scim: httpx.AsyncClient, actor: Actor) -> None:
    low = await group(scim, "Low")
    middle = await group(scim, "Middle", *within(low))
    top = await group(scim, "Top", *within(middle))
    for inner, outer in ((top, low), (middle, low), (low, low)):
        answer = await patch(scim, outer, "add", within(inner))
        assert (answer.status_code, answer.json()["scimType"]) == (400, "invalidValue"), (inner, outer)
    assert [await parent(actor, id) for id in (low, middle, top)] == [middle, top, None]


async def test_an_integration_that_takes_no_groups_within_groups_says_so(
    scim: httpx.AsyncClient, actor: Actor, integration: Integration
) -> None:
    child = await group(scim, "Refunds")
    async with change(actor) as this:
        await integrations.update_settings(this, integration.id, nested_groups=False)
    for member in ({"value": child, "type": "Group"}, {"value": child}):
        answer = await scim.post("/Groups", json={"displayName": "Payments", "members": [member]})
        assert (answer.status_code, answer.json()["scimType"]) == (400, "invalidValue")
        assert "nested_groups" in answer.json()["detail"]
    assert (await scim.get("/Groups")).json()["totalResults"] == 1
    async with change(actor) as this:
        await integrations.update_settings(this, integration.id, nested_groups=True)
    top = await group(scim, "Payments", *within(child))
    assert await parent(actor, child) == top


async def test_a_group_that_is_not_there_or_not_the_integrations_cannot_stand_below(
    scim: httpx.AsyncClient, actor: Actor
) -> None:
    by_hand = await builders.a_team(actor, "By hand")
    top = await group(scim, "Top")
    answer = await patch(scim, top, "add", within("01a21038-b012-7534-8cc3-b2abb0e92f24"))
    assert (answer.status_code, answer.json()["scimType"]) == (400, "invalidValue")
    refused = await patch(scim, top, "add", within(str(by_hand.id)))
    assert refused.status_code == 403
    assert "waits to be linked" in refused.json()["detail"]
    assert await parent_of(by_hand) is None


async def test_a_parent_that_was_set_by_hand_survives_every_push(scim: httpx.AsyncClient, actor: Actor) -> None:
    ada = (await scim.post("/Users", json={"userName": "ada"})).json()["id"]
    finance = await builders.a_team(actor, "Finance")
    pushed, top = await group(scim, "Payments"), await group(scim, "Top")
    async with change(a_person(actor)) as this:
        await teams.set_parent(this, await teams.lock(this, UUID(pushed)), finance.id)
    for push in (
        await scim.put(f"/Groups/{pushed}", json={"displayName": "Ledger", "members": [{"value": ada}]}),
        await patch(scim, pushed, "replace", [{"value": ada}]),
        await patch(scim, pushed, "remove", None),
        await patch(scim, top, "remove", within(pushed)),
        await patch(scim, top, "remove", None),
        await scim.put(f"/Groups/{top}", json={"displayName": "Top", "members": []}),
    ):
        assert push.is_success, push.text
        assert await parent(actor, pushed) == str(finance.id)
    # What the provider does not send it does not see either.
    assert await members(scim, str(finance.id)) == []
