"""Access that ends: however a leaver is spelt, within a second no worker lets them in by anything that they had."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from catalog import database
from catalog.actors import Actor, Scope, command
from catalog.changes import change
from catalog.ids import public_id
from catalog.services import accounts, links, tokens, users
from tests import builders
from tests.processes import muster
from tests.web.serving import Instance, running
from tests.web.two_workers import both_workers

WITHIN_S = 1.0
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ME = {"query": "{ viewer { actorName } }"}


@dataclass(frozen=True, slots=True)
class Leaver:
    """Somebody, and everything that lets them in."""

    id: UUID
    user_name: str
    session: str
    token: str
    invitation: str


@dataclass(frozen=True, slots=True)
class Office:
    """The server, who provisions and who administers it."""

    served: Instance
    actor: Actor
    scim: str
    root: str


Ends = Callable[[Office, Leaver], Awaitable[None]]


async def _scim(office: Office, method: str, path: str, body: Any = None) -> None:
    headers = {"Authorization": f"Bearer {office.scim}", "Content-Type": "application/scim+json"}
    async with httpx.AsyncClient(base_url=f"{office.served.url}/scim/v2", headers=headers, timeout=30) as client:
        answer = await client.request(method, path, json=body)
    assert answer.status_code < 300, answer.text


def patch(operation: dict[str, Any]) -> Ends:
    """By a PATCH with this operation."""

    async def ends(office: Office, leaver: Leaver) -> None:
        await _scim(office, "PATCH", f"/Users/{leaver.id}", {"schemas": [PATCH_OP], "Operations": [operation]})

    return ends


def put(active: Any) -> Ends:
    """By a PUT of the whole person."""

    async def ends(office: Office, leaver: Leaver) -> None:
        body = {"schemas": [USER], "userName": leaver.user_name, "active": active}
        await _scim(office, "PUT", f"/Users/{leaver.id}", body)

    return ends


async def delete(office: Office, leaver: Leaver) -> None:
    await _scim(office, "DELETE", f"/Users/{leaver.id}")


async def bulk(office: Office, leaver: Leaver) -> None:
    operation = {"op": "replace", "path": "active", "value": False}
    data = {"schemas": [PATCH_OP], "Operations": [operation]}
    body = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": [{"method": "PATCH", "path": f"/Users/{leaver.id}", "data": data}],
    }
    await _scim(office, "POST", "/Bulk", body)


async def graphql(office: Office, leaver: Leaver) -> None:
    query = f'mutation {{ userDeactivate(user: {{id: "{public_id("User", leaver.id)}"}}) {{ errors {{ message }} }} }}'
    headers = {"Authorization": f"Bearer {office.root}"}
    async with httpx.AsyncClient(base_url=office.served.url, headers=headers, timeout=30) as client:
        answer = (await client.post("/graphql", json={"query": query})).json()
    assert answer["data"]["userDeactivate"]["errors"] == [], answer


async def at_the_machine(office: Office, leaver: Leaver) -> None:
    await muster("user", "deactivate", leaver.user_name, environment=office.served.environment)


SPELLINGS: dict[str, Ends] = {
    # The slowest first: the others are then a second old when they are looked at, and no more.
    "muster user deactivate": at_the_machine,
    "replace false": patch({"op": "replace", "path": "active", "value": False}),
    "replace False as a text": patch({"op": "replace", "path": "active", "value": "False"}),
    "replace false as a text": patch({"op": "replace", "path": "active", "value": "false"}),
    "Replace with a capital": patch({"op": "Replace", "path": "active", "value": False}),
    "add false": patch({"op": "add", "path": "active", "value": False}),
    "no path": patch({"op": "replace", "value": {"active": False}}),
    "no path, a text": patch({"op": "replace", "value": {"active": "False"}}),
    "a path with its schema": patch({"op": "replace", "path": f"{USER}:active", "value": False}),
    "no path, a name with its schema": patch({"op": "replace", "value": {f"{USER}:active": False}}),
    "put false": put(False),
    "put a text": put("False"),
    "delete": delete,
    "bulk": bulk,
    "userDeactivate": graphql,
}


@pytest.fixture
async def office(address: str, tmp_path: Path) -> AsyncIterator[tuple[Office, list[Leaver]]]:
    """A server of two workers on each engine, with somebody for each spelling."""
    async with running(address, tmp_path, MUSTER_WORKERS="2") as served:
        await database.connect(address)
        try:
            made = await _office(served)
        finally:
            await database.disconnect()
        yield made


async def _office(served: Instance) -> tuple[Office, list[Leaver]]:
    actor = command((await accounts.default()).id)
    integration = await builders.an_integration(actor)
    provider = builders.a_scim_client(integration)
    root = await builders.a_user(actor, "root@acme.dev", role="admin")
    leavers = [await _leaver(actor, provider, f"leaver{number}@acme.dev") for number in range(len(SPELLINGS))]
    async with change(actor) as this:
        _, scim = await tokens.create_for_integration(this, integration, name="Okta")
        _, secret = await tokens.create_for_user(this, root, name="root", scope=Scope.WRITE)
    return Office(served, actor, scim, secret), leavers


async def _leaver(actor: Actor, provider: Actor, user_name: str) -> Leaver:
    user = await builders.a_user(provider, user_name, role="admin")
    session = await builders.a_session(actor, user)
    async with change(actor) as this:
        held = await users.lock(this, user.id)
        invitation = await links.make(this, "invitation", held)
        _, token = await tokens.create_for_user(this, held, name="script")
    return Leaver(user.id, user_name, session, token, invitation)


async def _lets_in(client: httpx.AsyncClient, leaver: Leaver) -> dict[str, bool]:
    """What of the leaver's lets somebody in, on the worker that the client is connected to."""
    cookie = {"Cookie": f"muster_session={leaver.session}"}
    told = (await client.get("/auth/session", headers=cookie)).json()
    by_session = await client.post("/graphql", json=ME, headers={**cookie, "X-Muster-Csrf": "1"})
    by_token = await client.post("/graphql", json=ME, headers={"Authorization": f"Bearer {leaver.token}"})
    link = await client.get(f"/auth/invitations/{leaver.invitation}")
    return {
        "session": told["signedIn"],
        "session at GraphQL": by_session.status_code != 401,
        "token": by_token.status_code != 401,
        "invitation": link.status_code < 400,
    }


async def test_g20_however_it_is_spelt_nothing_lets_a_leaver_in_on_any_worker(
    office: tuple[Office, list[Leaver]],
) -> None:
    where, leavers = office
    assert len(SPELLINGS) >= 12
    async with both_workers(where.served.url) as workers:
        for leaver, spelling in zip(leavers, SPELLINGS, strict=True):
            for worker in workers:
                assert all((await _lets_in(worker, leaver)).values()), spelling
        for leaver, ends in zip(leavers, SPELLINGS.values(), strict=True):
            await ends(where, leaver)
        await asyncio.sleep(WITHIN_S)
        for leaver, spelling in zip(leavers, SPELLINGS, strict=True):
            for worker in workers:
                assert not any((await _lets_in(worker, leaver)).values()), spelling


async def test_g20_a_lower_role_counts_within_a_second_on_every_worker_for_tokens_too(
    office: tuple[Office, list[Leaver]],
) -> None:
    where, (leaver, *_) = office
    administration = {"query": "{ account { auditEvents(first: 1) { nodes { id } } } }"}
    headers = {"Authorization": f"Bearer {leaver.token}"}
    async with both_workers(where.served.url) as workers:
        for worker in workers:
            assert "errors" not in (await worker.post("/graphql", json=administration, headers=headers)).json()
        id = public_id("User", leaver.id)
        query = f'mutation {{ userUpdate(user: {{id: "{id}"}}, input: {{role: user}}) {{ errors {{ message }} }} }}'
        root = {"Authorization": f"Bearer {where.root}"}
        answer = (await workers[0].post("/graphql", json={"query": query}, headers=root)).json()
        assert answer["data"]["userUpdate"]["errors"] == [], answer
        await asyncio.sleep(WITHIN_S)
        for worker in workers:
            told = (await worker.post("/graphql", json=administration, headers=headers)).json()
            assert told["errors"][0]["extensions"]["code"] == "NOT_PERMITTED"
            assert not (await _lets_in(worker, leaver))["session"]
