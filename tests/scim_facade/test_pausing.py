"""A paused integration reads on, and is told when to come back with what it writes; a dead token is told of, too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from catalog.actors import Actor
from catalog.changes import change
from catalog.database import everywhere
from catalog.models import Integration
from catalog.services import deliveries, integrations, pausing, tokens
from scim_facade.app import create_app
from tests import builders

USER = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"]}
SEARCH = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"]}
URL = "http://muster.test/scim/v2"


async def test_a_paused_integration_reads_on_and_writes_again_once_it_is_resumed(
    scim: httpx.AsyncClient, actor: Actor, integration: Integration
) -> None:
    made = await scim.post("/Users", json={**USER, "userName": "ada@lovelace.example"})
    path = f"/Users/{made.json()['id']}"
    async with change(actor) as this:
        await pausing.pause(this, integration.id)
    operation = {"method": "DELETE", "path": path}
    bulk = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": [operation]}
    for method, where, body in (
        ("POST", "/Users", {**USER, "userName": "grace@lovelace.example"}),
        ("PUT", path, {**USER, "userName": "grace@lovelace.example"}),
        ("PATCH", path, {"Operations": [{"op": "replace", "path": "active", "value": False}]}),
        ("DELETE", path, None),
        ("POST", "/Bulk", bulk),
    ):
        refused = await scim.request(method, where, json=body)
        assert refused.status_code == 429, refused.text
        assert refused.headers["retry-after"] == "600"
        assert "paused" in refused.json()["detail"]
    for read in (scim.get("/Users"), scim.get(path), scim.post("/.search", json=SEARCH), scim.get("/Schemas")):
        assert (await read).status_code == 200
    assert (await scim.get("/Users")).json()["totalResults"] == 1
    async with change(actor) as this:
        await pausing.resume(this, integration.id)
    assert (await scim.delete(path)).status_code == 204


@pytest.mark.parametrize("also", [[], [{"op": "replace", "path": "title", "value": "Former"}]], ids=["", "changed too"])
@pytest.mark.parametrize("pauses", [False, True])
async def test_of_deactivations_at_the_same_moment_one_raises_the_alert_and_none_waits_for_another(
    scim: httpx.AsyncClient, actor: Actor, integration: Integration, pauses: bool, also: list[dict[str, str]]
) -> None:
    await builders.a_user(actor, "root@lovelace.dev", role="admin")
    async with change(actor) as this:
        await integrations.update_settings(this, integration.id, alert_deactivations_per_hour=1, pause_on_alert=pauses)
    made = [await scim.post("/Users", json={**USER, "userName": f"p{n}@lovelace.example"}) for n in range(13)]
    first, *others = [f"/Users/{one.json()['id']}" for one in made]
    # What else changes is held to the integration's settings, which a change shares with others until it ends.
    leave = {"Operations": [*also, {"op": "replace", "path": "active", "value": False}]}
    assert (await scim.patch(first, json=leave)).status_code == 200
    answers = await asyncio.gather(*(scim.patch(path, json=leave) for path in others))
    told = await everywhere().rows("SELECT id FROM outbox_messages WHERE letter = 'Alert'")
    assert len(told) == 1
    refused = [one for one in answers if one.status_code != 200]
    assert len(refused) < len(answers) if pauses else not refused, [one.text for one in refused]
    assert all(one.headers["retry-after"] == "600" for one in refused), [one.text for one in refused]


@pytest.fixture
async def journal() -> deliveries.Buffer:
    """What was asked, until it is written."""
    return deliveries.Buffer()


@pytest.fixture
async def stranger(journal: deliveries.Buffer) -> AsyncIterator[httpx.AsyncClient]:
    """A provider whose token is said later."""
    facade = create_app(URL, journal, "test secret key of 32 characters")
    transport = httpx.ASGITransport(Starlette(routes=[Mount("/scim/v2", facade)]))
    async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
        yield client


@pytest.mark.parametrize(("column", "why"), [("revoked_at", "was deleted"), ("expires_at", "has expired")])
async def test_requests_with_a_token_that_is_over_are_in_their_integrations_log(
    actor: Actor,
    integration: Integration,
    stranger: httpx.AsyncClient,
    journal: deliveries.Buffer,
    column: str,
    why: str,
) -> None:
    async with change(actor) as this:
        token, secret = await tokens.create_for_integration(this, integration, name="old")
        this.run(f"UPDATE api_tokens SET {column} = $1 WHERE id = $2", this.at, token.id)
    headers = {"Authorization": f"Bearer {secret}"}
    for _ in range(2):
        assert (await stranger.get("/Users?startIndex=1", headers=headers)).status_code == 401
    assert (await stranger.post("/Users", headers=headers, json=USER)).status_code == 401
    other = f"{secret[:-1]}{'y' if secret.endswith('x') else 'x'}"
    for nobody in ({}, {"Authorization": "Bearer nonsense"}, {"Authorization": f"Bearer {other}"}):
        assert (await stranger.get("/Users", headers=nobody)).status_code == 401
    await journal.flush()
    rows = await deliveries.list_(actor)
    assert sum(row["requests"] for row in rows) == 3
    assert {(row["method"], row["status"]) for row in rows} == {("GET", 401), ("POST", 401)}
    assert {str(row["integration_id"]) for row in rows} == {str(integration.id)}
    assert {str(row["token_id"]) for row in rows} == {str(token.id)}
    assert all(why in row["reason"] for row in rows)
    assert secret not in str([dict(row) for row in rows])
