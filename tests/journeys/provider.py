"""One person's way through a company, as an identity provider pushes it and as the catalog tells it."""

from typing import Any
from uuid import UUID

import httpx

from catalog import outbox
from catalog.actors import Actor
from catalog.database import everywhere
from catalog.engines import Row
from catalog.letters import Letter
from catalog.models import Membership
from catalog.selection import Column, Compare
from catalog.services import audit, users

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

ADA = {
    "schemas": [USER, ENTERPRISE],
    "userName": "ada@lovelace.dev",
    "name": {"givenName": "Ada", "familyName": "Lovelace"},
    "displayName": "Ada Lovelace",
    "emails": [{"primary": True, "value": "ada@lovelace.dev", "type": "work"}],
    "title": "Engineer",
    "externalId": "00u1",
    "active": True,
    ENTERPRISE: {"department": "Analytics", "employeeNumber": "1815", "manager": {"value": "1791"}},
}


class Postbox:
    """A postman who keeps every letter."""

    public_url = "https://muster.lovelace.dev"

    def __init__(self) -> None:
        self.letters: list[Letter] = []

    async def send(self, letter: Letter) -> None:
        self.letters.append(letter)


async def delivered() -> list[Letter]:
    """The letters that go out now."""
    box = Postbox()
    await outbox.deliver(box, b"k" * 32)
    return box.letters


async def push(scim: httpx.AsyncClient, body: dict[str, Any]) -> str:
    """The person made at the provider's wish, after it looked for them; their id."""
    found = await scim.get("/Users", params={"filter": f'userName eq "{body["userName"]}"'})
    assert (found.status_code, found.json()["totalResults"]) == (200, 0)
    made = await scim.post("/Users", json=body)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def push_group(scim: httpx.AsyncClient, name: str, *ids: str) -> str:
    """The group pushed with these members; its id."""
    body = {"schemas": [GROUP], "displayName": name, "members": [{"value": id} for id in ids]}
    made = await scim.post("/Groups", json=body)
    assert made.status_code == 201, made.text
    return str(made.json()["id"])


async def patched(scim: httpx.AsyncClient, path: str, *operations: dict[str, Any]) -> httpx.Response:
    answer = await scim.patch(path, json={"schemas": [PATCH_OP], "Operations": list(operations)})
    assert answer.status_code in (200, 204), answer.text
    return answer


async def set_active(scim: httpx.AsyncClient, id: str, active: bool, **also: Any) -> dict[str, Any]:
    answer = await patched(scim, f"/Users/{id}", {"op": "replace", "value": {"active": active, **also}})
    told: dict[str, Any] = answer.json()
    assert told["active"] is active
    return told


# --- what the catalog tells ---------------------------------------------------------------------------------------


async def person(actor: Actor, id: str) -> Row:
    row = await users.one(actor, UUID(id))
    assert row is not None
    return row


async def trail(actor: Actor, id: str) -> list[tuple[str, str]]:
    """What was done to the person or team and by whom, oldest first."""
    rows = await audit.list_(actor, Compare(Column("subject_id"), "eq", UUID(id)))
    return [(row["action"], row["actor_name"]) for row in reversed(rows)]


async def periods(id: str) -> list[Membership]:
    """All periods of the person on teams, those that ended included, oldest first."""
    return await Membership.filter(user_id=UUID(id)).order_by("valid_from", "valid_to")


async def letters_of(id: str) -> list[tuple[str, str]]:
    """Name and state of every letter to the person."""
    rows = await everywhere().rows(
        "SELECT letter, state FROM outbox_messages WHERE user_id = $1 ORDER BY created_at", UUID(id)
    )
    return [(row["letter"], row["state"]) for row in rows]
