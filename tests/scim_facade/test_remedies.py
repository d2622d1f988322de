"""What SCIM refuses is told in the provisioning log with what to do about it, in the provider's own words."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from catalog.actors import Actor
from catalog.changes import change
from catalog.ids import new_id
from catalog.models import Integration
from catalog.remedies import remedy
from catalog.services import deliveries, tokens
from scim_facade.app import create_app
from tests.conftest import ON_SQLITE

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


class Provider:
    """An identity provider, and what the log keeps of its last request."""

    def __init__(self, client: httpx.AsyncClient, journal: deliveries.Buffer, actor: Actor) -> None:
        self.client, self._journal, self._actor = client, journal, actor

    async def send(self, method: str, path: str, **how: Any) -> httpx.Response:
        return await self.client.request(method, path, **how)

    async def person(self, name: str, **other: Any) -> str:
        answer = await self.send("POST", "/Users", json={"schemas": [USER], "userName": name, **other})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def last(self) -> dict[str, Any]:
        await self._journal.flush()
        return dict((await deliveries.list_(self._actor))[0])


@pytest.fixture
async def provider(actor: Actor, integration: Integration) -> AsyncIterator[Provider]:
    async with change(actor) as this:
        _, secret = await tokens.create_for_integration(this, integration, name="test")
    journal = deliveries.Buffer()
    facade = create_app("http://muster.test/scim/v2", journal, "test secret key of 32 characters")
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(Starlette(routes=[Mount("/scim/v2", facade)])),
        base_url="http://muster.test/scim/v2",
        headers={"Authorization": f"Bearer {secret}"},
    ) as client:
        yield Provider(client, journal, actor)


def _operation(op: str, path: str, value: Any = None) -> dict[str, Any]:
    return {"schemas": [PATCH_OP], "Operations": [{"op": op, "path": path, "value": value}]}


async def _twice(at: Provider) -> None:
    await at.person("ada")
    await at.send("POST", "/Users", json={"schemas": [USER], "userName": "ADA"})


async def _same_email(at: Provider) -> None:
    address = [{"value": "ada@lovelace.example", "primary": True}]
    await at.person("ada", emails=address)
    await at.send("POST", "/Users", json={"schemas": [USER], "userName": "other", "emails": address})


async def _group_twice(at: Provider) -> None:
    for _ in range(2):
        await at.send("POST", "/Groups", json={"schemas": [GROUP], "displayName": "Platform"})


async def _unknown_member(at: Provider) -> None:
    group = {"schemas": [GROUP], "displayName": "Platform", "members": [{"value": str(new_id())}]}
    await at.send("POST", "/Groups", json=group)


async def _circle(at: Provider) -> None:
    answer = await at.send("POST", "/Groups", json={"schemas": [GROUP], "displayName": "Platform"})
    id = answer.json()["id"]
    await at.send("PATCH", f"/Groups/{id}", json=_operation("add", "members", [{"value": id, "type": "Group"}]))


async def _by_hand(at: Provider) -> None:
    await at.send("POST", "/Users", json={"schemas": [USER], "userName": "grace@hopper.example"})


async def _gone(at: Provider) -> None:
    await at.send("PUT", f"/Users/{new_id()}", json={"schemas": [USER], "userName": "ada"})


async def _group_gone(at: Provider) -> None:
    await at.send("PATCH", f"/Groups/{new_id()}", json=_operation("replace", "displayName", "x"))


async def _wrong_address(at: Provider) -> None:
    await at.send("GET", "/scim/v2/Users")


async def _filter(at: Provider) -> None:
    await at.send("GET", "/Users", params={"filter": 'login eq "ada"'})


async def _path(at: Provider) -> None:
    await at.send("PATCH", f"/Users/{await at.person('ada')}", json=_operation("replace", "shoeSize", 43))


async def _value(at: Provider) -> None:
    await at.send("POST", "/Users", json={"schemas": [USER], "userName": "ada", "name": "Ada"})


async def _read_only(at: Provider) -> None:
    id = await at.person("ada")
    await at.send("PATCH", f"/Users/{id}", json=_operation("replace", "groups", [{"value": id}]))


async def _version(at: Provider) -> None:
    id = await at.person("ada")
    body = {"schemas": [USER], "userName": "ada"}
    await at.send("PUT", f"/Users/{id}", json=body, headers={"If-Match": 'W/"9"'})


async def _me(at: Provider) -> None:
    await at.send("GET", "/Me")


@pytest.mark.parametrize(
    ("request_of", "status", "says"),
    [
        (_twice, 409, "choose one that is each person’s own"),
        (_same_email, 409, "the same email"),
        (_group_twice, 409, "Two groups at Okta have the same name"),
        (_unknown_member, 400, "Assign the application to everybody in the group first. In Okta, open Push Groups"),
        (_circle, 400, "not below itself"),
        (_by_hand, 409, "under Waiting to be linked; nothing is lost by it. In Okta, open Dashboard → Tasks"),
        (_gone, 404, "knows somebody by an id that is not here (any more). In Okta, remove the person"),
        (_group_gone, 404, "knows a group by an id that is not here (any more). In Okta, open Push Groups"),
        (_wrong_address, 404, "copy the SCIM API URL of this page, with /scim/v2 at its end, in Okta under"),
        (_filter, 400, "Let people be matched by userName"),
        (_path, 400, "sends an attribute that Muster does not have"),
        (_value, 400, "A value is missing or of the wrong kind"),
        (_read_only, 400, "The attribute can’t be changed"),
        (_version, 412, "somebody else at the same moment"),
        (_me, 501, "what SCIM 2.0 does not have"),
    ],
)
@pytest.mark.parametrize("db", ON_SQLITE, indirect=True)
async def test_a_refused_request_is_logged_with_what_to_do_about_it(
    provider: Provider,
    a_user: Callable[..., Any],
    request_of: Callable[[Provider], Any],
    status: int,
    says: str,
) -> None:
    await a_user("grace@hopper.example")
    await request_of(provider)
    row = await provider.last()
    assert row["status"] == status, row
    assert row["reason"]
    told = remedy(row, "Okta")
    assert told is not None
    assert says in told


@pytest.mark.parametrize("db", ON_SQLITE, indirect=True)
async def test_nothing_is_to_be_done_about_what_succeeded(provider: Provider) -> None:
    await provider.person("ada")
    row = await provider.last()
    assert row["status"] == 201
    assert remedy(row, "Okta") is None
