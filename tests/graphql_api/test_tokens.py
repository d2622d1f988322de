"""API tokens over GraphQL: the secret once, then only what they are recognised by; refused once deleted."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from catalog.actors import Actor, ActorKind, Role, Scope
from catalog.changes import change
from catalog.ids import new_id, now, public_id
from catalog.models import Integration, User
from catalog.services import tokens
from catalog.services.erasure import Eraser
from catalog.vault import Vault
from graphql_api import context
from graphql_api.schema import schema
from tests.graphql_api.conftest import Ask

Make = Callable[..., Awaitable[Any]]

NOBODY = UUID("01900000-0000-7000-8000-000000000000")

CREATE = """
mutation($input: ApiTokenCreateInput!) {
  apiTokenCreate(input: $input) {
    secret
    apiToken {
      id name prefix scope createdBy lastUsedAt expiresAt revokedAt integration { name } user { email }
    }
    errors { message path code }
  }
}
"""
DELETE = "mutation($id: ID!) { apiTokenDelete(id: $id) { deletedApiTokenId errors { path code } } }"
LIST = "{account{apiTokens{totalCount nodes{id name prefix scope revokedAt lastUsedAt user{email} integration{name}}}}}"


async def test_a_scim_token_is_made_shown_once_used_and_deleted(ask: Ask, integration: Integration) -> None:
    made = (await ask(CREATE, input={"integrationId": public_id("Integration", integration.id), "name": "Okta"}))[
        "apiTokenCreate"
    ]
    secret, token = made["secret"], made["apiToken"]
    assert made["errors"] == []
    assert secret.startswith("muster_scim_")
    assert (token["prefix"], token["scope"], token["integration"]) == (secret[:16], "scim", {"name": "Okta"})
    assert (token["createdBy"], token["user"], token["lastUsedAt"]) == ("Root Admin", None, None)
    asking = await tokens.recognise(secret)
    assert asking.integration_id == integration.id
    await tokens.write_uses()
    listed = (await ask(LIST))["account"]["apiTokens"]["nodes"]
    (okta,) = [one for one in listed if one["name"] == "Okta"]
    assert okta["lastUsedAt"] is not None
    assert secret not in str(listed)
    gone = (await ask(DELETE, id=token["id"]))["apiTokenDelete"]
    assert gone == {"deletedApiTokenId": token["id"], "errors": []}
    with pytest.raises(Exception, match="deleted"):
        await tokens.recognise(secret)
    (okta,) = [one for one in (await ask(LIST))["account"]["apiTokens"]["nodes"] if one["name"] == "Okta"]
    assert okta["revokedAt"] is not None


async def test_a_token_is_a_persons_or_the_accounts_own_with_the_scope_that_is_said(ask: Ask, a_user: Make) -> None:
    ada: User = await a_user()
    mine = (
        await ask(
            CREATE,
            input={"userId": public_id("User", ada.id), "name": "laptop", "scope": "write", "expiresInDays": 30},
        )
    )["apiTokenCreate"]
    assert (mine["apiToken"]["user"], mine["apiToken"]["scope"]) == ({"email": "ada@lovelace.example"}, "write")
    assert mine["apiToken"]["expiresAt"][:10] == (now() + timedelta(days=30)).date().isoformat()
    service = (await ask(CREATE, input={"name": "nightly"}))["apiTokenCreate"]
    assert (service["apiToken"]["user"], service["apiToken"]["integration"]) == (None, None)
    assert (await tokens.recognise(service["secret"])).scopes == {Scope.READ}


@pytest.mark.parametrize(
    ("said", "path", "code"),
    [
        ({"name": " "}, ["name"], "INVALID"),
        ({"expiresInDays": 0}, ["expiresInDays"], "INVALID"),
        ({"expiresInDays": 366}, ["expiresInDays"], "INVALID"),
        ({"scope": "admin"}, ["scope"], "INVALID"),
        ({"scope": "everything"}, ["scope"], "INVALID"),
        ({"userId": "nonsense"}, ["userId"], "NOT_FOUND"),
        ({"integrationId": public_id("Integration", NOBODY)}, ["integrationId"], "NOT_FOUND"),
        ({"integrationId": "x", "userId": "y"}, ["userId"], "INVALID"),
    ],
)
async def test_a_token_that_cannot_be_is_refused(ask: Ask, said: dict[str, Any], path: list[str], code: str) -> None:
    got = (await ask(CREATE, input={"name": "test token", **said}))["apiTokenCreate"]
    assert (got["apiToken"], got["secret"]) == (None, None)
    assert [(error["path"], error["code"]) for error in got["errors"]] == [(path, code)]
    assert (await ask(LIST))["account"]["apiTokens"]["totalCount"] == 1


async def test_everybody_has_their_own_tokens_and_administrators_see_all(
    as_user: httpx.AsyncClient, ask: Ask, admin: User
) -> None:
    async def asked(query: str, **variables: Any) -> Any:
        return (await as_user.post("/graphql", json={"query": query, "variables": variables})).json()["data"]

    me = (await asked("{viewer{user{id}}}"))["viewer"]["user"]["id"]
    made = (await asked(CREATE, input={"userId": me, "name": "mine"}))["apiTokenCreate"]
    assert made["errors"] == []
    mine = (await asked(LIST))["account"]["apiTokens"]
    assert [(one["name"], one["user"]["email"]) for one in mine["nodes"]] == [
        ("mine", "somebody@muster.example"),
        ("test", "somebody@muster.example"),
    ]
    assert (await ask(LIST))["account"]["apiTokens"]["totalCount"] == 3
    others = next(
        one["id"]
        for one in (await ask(LIST))["account"]["apiTokens"]["nodes"]
        if one["user"]["email"] == "root@muster.example"
    )
    assert (await asked(DELETE, id=others))["apiTokenDelete"]["errors"] == [{"path": ["base"], "code": "NOT_PERMITTED"}]
    for wanted in ({"name": "nightly"}, {"userId": public_id("User", admin.id), "name": "theirs"}):
        refused = (await asked(CREATE, input=wanted))["apiTokenCreate"]
        assert refused["errors"][0]["code"] == "NOT_PERMITTED"
    assert (await asked(DELETE, id=made["apiToken"]["id"]))["apiTokenDelete"]["errors"] == []


@pytest.mark.parametrize("id", ["nonsense", public_id("ApiToken", NOBODY), public_id("User", NOBODY)])
async def test_a_token_that_is_not_there_is_not_found(ask: Ask, id: str) -> None:
    assert (await ask(DELETE, id=id))["apiTokenDelete"] == {
        "deletedApiTokenId": None,
        "errors": [{"path": ["id"], "code": "NOT_FOUND"}],
    }


@pytest.mark.parametrize(("minutes", "code"), [(1, None), (11, "CONFIRM")])
async def test_a_browser_is_asked_to_confirm_before_it_makes_or_deletes_a_token(
    actor: Actor, admin: User, minutes: int, code: str | None
) -> None:
    async with change(actor) as this:
        token, _ = await tokens.create_for_user(this, admin, name="old")
    in_a_browser = Actor(
        actor.account_id,
        ActorKind.PERSON,
        admin.name,
        frozenset({Scope.READ, Scope.WRITE, Scope.ADMIN}),
        id=admin.id,
        role=Role.ADMIN,
        session_id=new_id(),
        confirmed_at=now() - timedelta(minutes=minutes),
    )
    asking = context.Context(in_a_browser, "https://muster.test", Vault("a key of the tests"), Eraser("a key"))
    for document, variables, field in (
        (CREATE, {"input": {"name": "nightly"}}, "apiTokenCreate"),
        (DELETE, {"id": public_id("ApiToken", token.id)}, "apiTokenDelete"),
    ):
        answer = await schema.execute(document, variable_values=variables, context_value=asking)
        assert answer.data is not None
        codes = [error["code"] for error in answer.data[field]["errors"]]
        assert codes == ([code] if code else [])


async def test_a_reading_token_makes_none(actor: Actor, admin: User, client: httpx.AsyncClient) -> None:
    async with change(actor) as this:
        _, secret = await tokens.create_for_user(this, admin, name="reader", scope=Scope.READ)
    answer = await client.post(
        "/graphql",
        json={"query": CREATE, "variables": {"input": {"name": "nightly"}}},
        headers={"Authorization": f"Bearer {secret}"},
    )
    assert answer.json()["data"]["apiTokenCreate"]["errors"][0]["code"] == "NOT_PERMITTED"
