"""Many clients write at the same moment, over HTTP: nothing is lost or doubled, and nobody waits for ever."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from catalog import changes, database
from catalog.attributes import ENTERPRISE
from tests.processes import muster
from tests.web.serving import Instance

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
CLIENTS = 16


@pytest.fixture
async def clients(instance: Instance) -> AsyncIterator[list[httpx.AsyncClient]]:
    """Sixteen connections of one identity provider, with a token of an account that sends mail."""
    token = await muster("token", "create", "--integration", "Okta", environment=instance.environment)
    headers = {"Authorization": f"Bearer {token.strip()}"}
    opened = [
        httpx.AsyncClient(base_url=f"{instance.url}/scim/v2", headers=headers, timeout=120) for _ in range(CLIENTS)
    ]
    yield opened
    for client in opened:
        await client.aclose()


async def test_g07_sixteen_clients_add_fifty_members_each_and_none_is_lost_or_doubled(
    clients: list[httpx.AsyncClient],
) -> None:
    made = await asyncio.gather(*(_fifty_people(client, number) for number, client in enumerate(clients)))
    group = (await clients[0].post("/Groups", json={"schemas": [GROUP], "displayName": "Everybody"})).json()

    async def add(client: httpx.AsyncClient, ids: list[str]) -> list[int]:
        return [(await client.patch(f"/Groups/{group['id']}", json=_adding(id))).status_code for id in ids]

    statuses = await asyncio.gather(*(add(client, ids) for client, ids in zip(clients, made, strict=True)))

    assert Counter(status for some in statuses for status in some) == {204: 800}
    everybody = sorted(id for ids in made for id in ids)
    assert await _members(clients[0], group["id"]) == everybody

    again = await asyncio.gather(
        *(client.patch(f"/Groups/{group['id']}", json=_adding(*everybody[:400])) for client in clients)
    )
    assert {answer.status_code for answer in again} == {204}
    assert await _members(clients[0], group["id"]) == everybody


async def test_g04_of_sixteen_that_create_one_person_one_succeeds(
    clients: list[httpx.AsyncClient], instance: Instance
) -> None:
    body = {"schemas": [USER], "userName": "Ada@Lovelace.dev", "emails": [{"value": "ada@lovelace.dev"}]}

    answers = await asyncio.gather(*(client.post("/Users", json=body) for client in clients))

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 15}
    assert {answer.json()["scimType"] for answer in answers if answer.status_code == 409} == {"uniqueness"}
    found = (await clients[0].get("/Users", params={"filter": 'userName eq "ada@lovelace.dev"'})).json()
    assert found["totalResults"] == 1
    assert await _letters(instance) == [("Welcome", "ada@lovelace.dev")]


async def _members(client: httpx.AsyncClient, group_id: str) -> list[str]:
    group = (await client.get(f"/Groups/{group_id}")).json()
    return sorted(member["value"] for member in group["members"])


async def _letters(instance: Instance) -> list[tuple[str, str]]:
    """Name and recipient of every letter of the instance."""
    connected = await database.connect(instance.environment["MUSTER_DATABASE_URL"])
    try:
        rows = await connected.rows("SELECT letter, recipient FROM outbox_messages")
        return [(row["letter"], row["recipient"]) for row in rows]
    finally:
        await database.disconnect()


async def _fifty_people(client: httpx.AsyncClient, number: int) -> list[str]:
    operations = [
        {
            "method": "POST",
            "path": "/Users",
            "bulkId": f"b{index}",
            "data": {"schemas": [USER], "userName": f"p{number}-{index}@engines.example"},
        }
        for index in range(50)
    ]
    answer = (await client.post("/Bulk", json={"schemas": [BULK], "Operations": operations})).json()
    return [operation["location"].rpartition("/")[2] for operation in answer["Operations"]]


def _adding(*ids: str) -> dict[str, Any]:
    operation = {"op": "add", "path": "members", "value": [{"value": id} for id in ids]}
    return {"schemas": [PATCH_OP], "Operations": [operation]}


async def test_people_who_share_groups_and_managers_leave_at_once_without_waiting_for_each_other(
    scim: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A change that gives way to another one would be tried again, late; here it is told.
    monkeypatch.setattr(changes, "TRIES", 1)
    ids: list[str] = []
    for number in range(24):
        enterprise = {"manager": {"value": ids[number // 2]}} if ids else {}
        body = {"userName": f"leaver{number}@example.org", ENTERPRISE: enterprise}
        ids.append((await scim.post("/Users", json=body)).json()["id"])
    members = [{"value": id} for id in ids]
    for name in ("Platform", "Payments", "Mobile"):
        assert (await scim.post("/Groups", json={"displayName": name, "members": members})).status_code == 201

    answers = await asyncio.gather(*(scim.delete(f"/Users/{id}") for id in reversed(ids)))

    assert [answer.status_code for answer in answers] == [204] * len(ids)
