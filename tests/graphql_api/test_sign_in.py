"""Ways to sign in, over GraphQL: made, shown with what a provider is told, switched on, ended."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.actors import Actor, command
from catalog.changes import change
from catalog.database import everywhere
from catalog.ids import public_id
from catalog.models import Account, Integration
from catalog.services import sign_in_connections
from tests import builders
from tests.catalog.certificates import metadata
from tests.graphql_api.conftest import Ask

CREATE = """
mutation($input: SignInConnectionCreateInput!) { signInConnectionCreate(input: $input) {
  connection { id kind name admission enabled hasSecret testedAt version settings startUrl redirectUri acsUrl entityId
               integration { name } errors { totalCount nodes { at code message } } }
  errors { code path message } } }
"""
UPDATE = """
mutation($input: SignInConnectionUpdateInput!) { signInConnectionUpdate(input: $input) {
  connection { name enabled admission settings hasSecret integration { name } } errors { code path message } } }
"""
DELETE = """
mutation($id: ID!) { signInConnectionDelete(id: $id) { deletedId errors { code } } }
"""
LIST = "{ account { signInConnections { totalCount nodes { id name kind enabled errors { nodes { message } } } } } }"
OIDC = {"issuer": "https://acme.okta.com", "client_id": "0oa1"}


async def create(ask: Ask, **input: Any) -> Any:
    return (await ask(CREATE, input={"kind": "oidc", "name": "Okta", **input}))["signInConnectionCreate"]


async def test_a_connection_is_made_and_shows_what_the_provider_is_told(ask: Ask, integration: Integration) -> None:
    made = await create(
        ask,
        settings=OIDC,
        clientSecret="hush",
        integrationId=public_id("Integration", integration.id),
        admission="just_in_time",
    )
    assert made["errors"] == []
    connection = made["connection"]
    beginning = connection["startUrl"].removesuffix("/start")
    assert beginning.startswith("http")
    assert "/auth/oidc/" in beginning
    assert connection["redirectUri"] == f"{beginning}/callback"
    assert (connection["acsUrl"], connection["entityId"]) == (None, None)
    assert connection["integration"] == {"name": "Okta"}
    assert (connection["enabled"], connection["hasSecret"], connection["settings"]) == (False, True, OIDC)
    assert "hush" not in str(made)
    stored = await everywhere().rows("SELECT secret FROM sign_in_connections")
    assert "hush" not in stored[0]["secret"]


async def test_a_saml_connection_is_made_of_pasted_metadata(ask: Ask) -> None:
    made = await create(ask, kind="saml", settings={"metadata": metadata()})
    connection = made["connection"]
    assert connection["settings"]["sso_url"] == "https://idp.example/sso"
    assert connection["acsUrl"].endswith("/acs")
    assert connection["entityId"].endswith("/metadata")
    assert connection["redirectUri"] is None


@pytest.mark.parametrize(
    ("input", "path"),
    [
        ({"settings": {"issuer": "http://acme.okta.com"}}, ["settings"]),
        ({"settings": {"colour": "red"}}, ["colour"]),
        ({"settings": "red"}, ["settings"]),
        ({"name": " "}, ["name"]),
        ({"kind": "saml", "settings": {"metadata": "nonsense"}}, ["settings"]),
        ({"kind": "saml", "clientSecret": "hush"}, ["clientSecret"]),
        ({"integrationId": "nonsense"}, ["integrationId"]),
    ],
)
async def test_what_cant_work_is_an_error_of_its_field(ask: Ask, input: dict[str, Any], path: list[str]) -> None:
    made = await create(ask, **input)
    assert made["connection"] is None
    assert [error["path"] for error in made["errors"]] == [path]


async def test_a_connection_is_changed_switched_on_and_ended(ask: Ask, integration: Integration) -> None:
    id = (await create(ask, settings=OIDC))["connection"]["id"]

    async def update(**input: Any) -> Any:
        return (await ask(UPDATE, input={"id": id, **input}))["signInConnectionUpdate"]

    paired = public_id("Integration", integration.id)
    done = await update(name="Okta Workforce", settings={"client_id": "0oa2"}, integrationId=paired, enabled=True)
    assert done["errors"] == []
    assert done["connection"] == {
        "name": "Okta Workforce",
        "enabled": True,
        "admission": "refuse",
        "settings": {**OIDC, "client_id": "0oa2"},
        "hasSecret": False,
        "integration": {"name": "Okta"},
    }
    assert (await update(settings={"issuer": ""}))["errors"][0]["path"] == ["settings"]
    assert (await update(integrationId=None))["connection"]["integration"] is None
    assert (await update(expectedVersion=1))["errors"][0]["code"] == "VERSION_MISMATCH"
    assert (await ask(DELETE, id=id))["signInConnectionDelete"] == {"deletedId": id, "errors": []}
    assert (await ask(LIST))["account"]["signInConnections"]["totalCount"] == 0
    assert (await ask(DELETE, id=id))["signInConnectionDelete"]["errors"] == [{"code": "NOT_FOUND"}]


async def test_the_last_refusals_are_shown_in_words_and_no_other_accounts(
    ask: Ask, actor: Actor, elsewhere: Account
) -> None:
    connection = await builders.a_connection(actor)
    theirs = await builders.a_connection(command(elsewhere.id))
    for one, message in ((connection, "The signature does not hold."), (theirs, "Theirs.")):
        async with change(one.actor()) as this:
            await sign_in_connections.note_error(this, one.id, code="bad_signature", message=message)
    found = (await ask(LIST))["account"]["signInConnections"]
    assert found["totalCount"] == 1
    assert found["nodes"][0]["errors"]["nodes"] == [{"message": "The signature does not hold."}]
    stranger = public_id("SignInConnection", theirs.id)
    assert (await ask(DELETE, id=stranger))["signInConnectionDelete"]["errors"] == [{"code": "NOT_FOUND"}]


async def test_single_sign_on_is_required_of_everybody_but_break_glass_administrators(ask: Ask, actor: Actor) -> None:
    require = """mutation($on: Boolean!) { accountUpdate(input: {requireSingleSignOn: $on}) {
        account { settings { requireSingleSignOn } } errors { message } } }"""
    refused = (await ask(require, on=True))["accountUpdate"]
    assert "switch a sign-in connection on first" in refused["errors"][0]["message"]
    await builders.a_connection(actor)
    root = await builders.a_user(actor, "root@acme.example", role="admin", is_break_glass=True)
    await builders.a_password(actor, root)
    done = (await ask(require, on=True))["accountUpdate"]
    assert done == {"account": {"settings": {"requireSingleSignOn": True}}, "errors": []}
