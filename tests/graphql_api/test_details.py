"""What is told of one person or one team beside their name: attributes, by who asks; what is locked; counts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from catalog import access
from catalog.actors import Actor, Scope
from catalog.attributes import ENTERPRISE
from catalog.changes import change
from catalog.models import Account, Integration
from catalog.services import tokens, visibility
from tests import builders
from tests.graphql_api.conftest import Ask

Make = Callable[..., Awaitable[Any]]

HR = "urn:example:params:scim:schemas:extension:hr:2.0:User"
DOCUMENT = {
    "displayName": "Ada",
    "name": {"givenName": "Ada", "familyName": "Lovelace"},
    "emails": [{"value": "ada@x.example", "primary": True}],
    "title": "Countess",
    "addresses": [{"country": "GB"}],
    ENTERPRISE: {"department": "Engines", "manager": {"value": "g1"}},
    HR: {"costCenter": "C,1", "level": 3, "remote": True},
}


@pytest.fixture
async def ada(actor: Actor) -> Any:
    """Somebody of whom everything is known."""
    return await builders.a_user(actor, "ada@x.example", attributes=DOCUMENT)


@pytest.fixture
async def reader(actor: Actor, client: httpx.AsyncClient) -> Ask:
    """The same endpoint, asked by somebody who is no administrator."""
    user = await builders.a_user(actor, "user@muster.example", name="Plain User")
    async with change(actor) as this:
        _, secret = await tokens.create_for_user(this, user, name="reader", scope=Scope.READ)

    async def answered(query: str, **variables: Any) -> Any:
        body = {"query": query, "variables": variables}
        response = await client.post("/graphql", json=body, headers={"Authorization": f"Bearer {secret}"})
        return response.json()

    return answered


ATTRIBUTES = '{account{user(input:{email:"ada@x.example"}){title attributes rawScim manager{name}}}}'


async def test_an_administrator_sees_every_attribute(ask: Ask, ada: Any) -> None:
    assert (await ask(ATTRIBUTES))["account"]["user"] == {
        "title": "Countess",
        "attributes": DOCUMENT,
        "rawScim": None,
        "manager": None,
    }


@pytest.mark.parametrize(
    "chosen", [None, [], ["addresses"], [HR], [f"{HR}:costCenter", f"{HR}:remote", "title"], ["department", "manager"]]
)
async def test_others_see_of_the_attributes_what_the_account_chose(
    actor: Actor, reader: Ask, ada: Any, chosen: list[str] | None
) -> None:
    if chosen is not None:
        async with change(actor) as this:
            account = await access.account(this)
            account.settings = {"visible_attributes": chosen}
            this.touch(account)
        visibility._cache.clear()
    sees = await visibility.everybodys(actor)
    user = (await reader(ATTRIBUTES))["data"]["account"]["user"]
    assert user["attributes"] == sees.of(DOCUMENT)
    assert user["title"] == ("Countess" if sees.sees("title") else None)
    assert user["rawScim"] is None


async def test_a_hidden_attribute_is_refused_wherever_it_is_asked_about(reader: Ask, ada: Any) -> None:
    for arguments in (
        'users(where:{field:"addresses.country",value:"GB"}){nodes{id}}',
        'users(where:{not:{any:[{field:"phoneNumbers",op:present}]}}){totalCount}',
        f'users(where:{{field:"{HR}:costCenter",op:startsWith,value:"C"}}){{totalCount}}',
        f'users(orderBy:[{{field:"{HR}:costCenter"}}]){{nodes{{id}}}}',
        f'usersCountedBy(field:"{HR}:costCenter"){{nodes{{value count}}}}',
    ):
        answer = await reader(f"{{account{{{arguments}}}}}")
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["NOT_PERMITTED"], arguments


async def test_who_hides_managers_hides_the_ways_to_them(actor: Actor, reader: Ask, ada: Any) -> None:
    await builders.a_user(actor, "bob@x.example", manager_id=ada.id)
    document = "{account{users{nodes{name manager{name} reports{totalCount nodes{name}}}}}}"
    shown = (await reader(document))["data"]["account"]["users"]["nodes"]
    assert {"name": "Bob", "manager": {"name": "Ada"}, "reports": {"totalCount": 0, "nodes": []}} in shown
    async with change(actor) as this:
        account = await access.account(this)
        account.settings = {"visible_attributes": []}
        this.touch(account)
    visibility._cache.clear()
    hidden = (await reader(document))["data"]["account"]["users"]["nodes"]
    assert all(row["manager"] is None and row["reports"]["totalCount"] == 0 for row in hidden)


async def test_the_settings_tell_what_everybody_sees(ask: Ask) -> None:
    got = (await ask("{account{name settings{visibleAttributes hiddenAttributes} users{totalCount}}}"))["account"]
    assert "title" in got["settings"]["visibleAttributes"]
    assert "addresses" in got["settings"]["hiddenAttributes"]
    assert got["users"] == {"totalCount": 1}


async def test_what_an_integration_manages_is_locked(
    ask: Ask, actor: Actor, scim_actor: Actor, integration: Integration
) -> None:
    await builders.a_user(scim_actor, "ada@x.example", external_id="00u1", attributes=DOCUMENT)
    await builders.a_team(scim_actor, "Engines")
    await builders.a_team(actor, "By hand")
    document = '{account{user(input:{email:"ada@x.example"}){lockedFields rawScim} teams{nodes{name lockedFields}}}}'
    got = (await ask(document))["account"]
    assert {"name", "email", "existence"} <= set(got["user"]["lockedFields"])
    assert "status" not in got["user"]["lockedFields"], "an administrator may deactivate anybody"
    raw = got["user"]["rawScim"]
    assert (raw["externalId"], raw["userName"], raw["active"], raw["title"]) == (
        "00u1",
        "ada@x.example",
        True,
        "Countess",
    )
    assert got["teams"]["nodes"] == [
        {"name": "By hand", "lockedFields": []},
        {"name": "Engines", "lockedFields": ["name", "members", "existence"]},
    ]
    async with change(actor) as this:
        open_one = await access.integration(this, integration.id)
        open_one.settings = {"allow_edits": True}
        this.touch(open_one)
    got = (await ask(document))["account"]
    assert got["user"]["lockedFields"] == []
    assert all(team["lockedFields"] == [] for team in got["teams"]["nodes"])


async def test_people_are_counted_by_any_field_the_most_frequent_value_first(ask: Ask, actor: Actor) -> None:
    for number, department in enumerate(["Sales", "Sales", "Engines", None, "sales"]):
        extra = {ENTERPRISE: {"department": department}} if department else {}
        await builders.a_user(actor, f"u{number}@x.example", attributes={**extra, HR: {"level": number % 2, "x": True}})

    async def counted(field: str, where: str = "") -> list[tuple[str | None, int]]:
        got = await ask(f'{{account{{usersCountedBy(field:"{field}"{where}){{nodes{{value count}}}}}}}}')
        return [(row["value"], row["count"]) for row in got["account"]["usersCountedBy"]["nodes"]]

    assert await counted("department") == [("Sales", 2), (None, 2), ("Engines", 1), ("sales", 1)]
    assert await counted("role") == [("user", 5), ("admin", 1)]
    assert await counted("status", ',where:{field:"role",value:"user"}') == [("active", 5)]
    assert await counted(f"{HR}:level") == [("0", 3), ("1", 2), (None, 1)]
    assert await counted(f"{HR}:x") == [("true", 5), (None, 1)]
    assert await counted("manager") == [(None, 6)]
    assert len(await counted("createdAt")) >= 1
    answer = await ask('{account{usersCountedBy(field:"emails"){nodes{value}}}}', errors=True)
    assert answer["errors"][0]["extensions"]["code"] == "INVALID"


async def test_counts_have_pages(ask: Ask, actor: Actor) -> None:
    for name in "abcd":
        await builders.a_team(actor, name, responsibilities=name)
    document = """
        query ($after: String) { account { teamsCountedBy(field: "responsibilities", first: 3, after: $after) {
          totalCount pageInfo { hasNextPage endCursor } edges { cursor node { value } } nodes { value count } } } }
    """
    first = (await ask(document))["account"]["teamsCountedBy"]
    assert [row["value"] for row in first["nodes"]] == ["a", "b", "c"]
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (4, True)
    last = (await ask(document, after=first["pageInfo"]["endCursor"]))["account"]["teamsCountedBy"]
    assert (last["nodes"], last["pageInfo"]["hasNextPage"]) == ([{"value": "d", "count": 1}], False)


async def test_the_latest_change_is_another_one_after_every_write(ask: Ask, actor: Actor, account: Account) -> None:
    seen = set()
    for number in range(3):
        async with change(actor) as this:
            this.record("account.updated", await access.account(this), kind="account", name=f"{number}")
        seen.add((await ask("{account{latestChange}}"))["account"]["latestChange"])
        assert (await ask("{account{latestChange}}"))["account"]["latestChange"] in seen
    assert len(seen) == 3


async def test_an_integrations_people_and_teams_say_so(ask: Ask, scim_actor: Actor, integration: Integration) -> None:
    ada = await builders.a_user(scim_actor, "ada@x.example", external_id="00u1")
    await builders.a_team(scim_actor, "Engines", members=[ada])
    got = await ask(
        """
        { account { user(input: {email: "ada@x.example"}) {
            managedBy { __typename name }
            externalIds { totalCount nodes { value until integration { name } } }
            teams { nodes { managedBy { name } memberships { nodes { integration { name type } } } } } } } }
        """
    )
    assert got["account"]["user"] == {
        "managedBy": {"__typename": "ScimIntegration", "name": "Okta"},
        "externalIds": {
            "totalCount": 1,
            "nodes": [{"value": "00u1", "until": None, "integration": {"name": "Okta"}}],
        },
        "teams": {
            "nodes": [
                {
                    "managedBy": {"name": "Okta"},
                    "memberships": {"nodes": [{"integration": {"name": "Okta", "type": "scim"}}]},
                }
            ]
        },
    }
