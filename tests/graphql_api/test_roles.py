"""Who may what, over GraphQL: each mutation asks the table of permissions, whoever holds the token."""

from typing import Any

import httpx
import pytest

from catalog.actors import Actor, Scope
from catalog.changes import change
from catalog.ids import new_id, public_id
from catalog.permissions import OPERATIONS, Holder, Verdict
from catalog.services import tokens
from graphql_api.schema import schema
from tests import builders
from tests.graphql_api.test_surface import GIVEN, SIZE, Seed, seed

__all__ = ["seed"]

OURS = schema._schema
MUTATIONS = OURS.mutation_type.fields  # type: ignore[union-attr]

ASKS: dict[str, str | None] = {
    "accountUpdate": "account.update",
    "aliasCreate": "teams.update",
    "aliasDelete": "teams.update",
    "apiTokenCreate": "tokens.manage",
    "apiTokenDelete": "tokens.manage",
    "contactCreate": "teams.update",
    "contactDelete": "teams.update",
    "contactUpdate": "teams.update",
    "decisionDismiss": "integrations.manage",
    "eventIntegrationCreate": None,
    "eventIntegrationUpdate": None,
    "importEntityFromBackstage": "teams.create",
    "integrationCreate": "integrations.manage",
    "integrationDelete": "integrations.manage",
    "integrationDetach": "integrations.manage",
    "integrationLink": "integrations.manage",
    "integrationMove": "integrations.manage",
    "integrationReactivate": "integrations.manage",
    "integrationUpdate": "integrations.manage",
    "letterRetry": "integrations.manage",
    "lettersDiscard": "integrations.manage",
    "lettersRelease": "integrations.manage",
    "propertyAssign": "teams.update",
    "propertyUnassign": "teams.update",
    "rehireDecide": "integrations.manage",
    "signInConnectionCreate": "sign_in.manage",
    "signInConnectionDelete": "sign_in.manage",
    "signInConnectionUpdate": "sign_in.manage",
    "tagAssign": "teams.update",
    "tagCreate": "teams.update",
    "tagDelete": "teams.update",
    "tagUpdate": "teams.update",
    "teamCreate": "teams.create",
    "teamDelete": "teams.delete",
    "teamMembershipCreate": "teams.set_members",
    "teamMembershipDelete": "teams.set_members",
    "teamPropertyDefinitionCreate": "property_definitions.manage",
    "teamPropertyDefinitionDelete": "property_definitions.manage",
    "teamPropertyDefinitionUpdate": "property_definitions.manage",
    "teamPropertyDefinitionsAssign": "property_definitions.manage",
    "teamRestore": "teams.delete",
    "teamUpdate": "teams.update",
    "userDeactivate": "users.deactivate",
    "userDelete": "users.delete",
    "userErase": "users.erase",
    "userExport": "users.export",
    "userInvite": "users.create",
    "userInviteResend": "users.invite",
    "userInviteRevoke": "users.invite",
    "userReactivate": "users.deactivate",
    "userUpdate": "users.update",
    "usersInvite": "users.invite",
    "usersUpdate": "users.set_role",
}
"""What each mutation asks for; None where nobody is let."""


def given(name: str, seed: Seed, token: str) -> dict[str, Any]:
    """The mutation's arguments: about somebody else, and a team on which the asker is not."""
    ours: dict[str, dict[str, Any]] = {
        "accountUpdate": {"input": {"name": "Engines"}},
        "apiTokenCreate": {"input": {"name": "nightly"}},
        "apiTokenDelete": {"id": token},
        "decisionDismiss": {"id": public_id("PendingDecision", new_id())},
        "integrationCreate": {"input": {"type": "scim", "name": "Entra"}},
        "integrationDetach": {"input": {"users": [{"id": seed.ada}]}},
        "integrationLink": {"input": {"integration": seed.integration, "users": [{"id": seed.ada}]}},
        "integrationMove": {"input": {"from": seed.integration, "to": seed.integration, "dryRun": False}},
        "integrationUpdate": {"input": {"id": seed.integration, "name": "Entra"}},
        "letterRetry": {"id": public_id("Letter", new_id())},
        "lettersDiscard": {"integration": seed.integration},
        "lettersRelease": {"integration": seed.integration},
        "propertyAssign": {"input": {"team": {"id": seed.team}, "definition": {"alias": "size"}, "value": "8"}},
        "propertyUnassign": {"team": {"id": seed.team}, "definition": {"alias": "size"}},
        "rehireDecide": {"id": public_id("PendingDecision", new_id()), "samePerson": True},
        "signInConnectionCreate": {"input": {"kind": "oidc", "name": "Okta"}},
        "signInConnectionDelete": {"id": public_id("SignInConnection", new_id())},
        "signInConnectionUpdate": {"input": {"id": public_id("SignInConnection", new_id()), "name": "Okta"}},
        "teamPropertyDefinitionDelete": {"resource": {"id": seed.definition}},
        "teamPropertyDefinitionUpdate": {"propertyDefinition": {"id": seed.definition}, "input": SIZE},
        "teamRestore": {"id": seed.team},
        "userDeactivate": {"user": {"id": seed.ada}},
        "userErase": {"user": {"id": seed.ada}},
        "userExport": {"user": {"id": seed.ada}},
        "userInviteResend": {"user": {"id": seed.ada}},
        "userInviteRevoke": {"user": {"id": seed.ada}},
        "userReactivate": {"user": {"id": seed.ada}},
        "usersUpdate": {"input": {"users": [{"id": seed.ada}], "role": "user", "dryRun": True}},
        "aliasDelete": {"input": {"alias": "payments", "ownerType": "team"}},
    }
    return ours.get(name) or GIVEN[name](seed)


def test_every_mutation_says_what_it_asks_for() -> None:
    assert set(MUTATIONS) <= set(ASKS)
    assert {operation for operation in ASKS.values() if operation} <= set(OPERATIONS)


@pytest.fixture
async def others_token(actor: Actor) -> str:
    """The public id of a token that is somebody else's."""
    root = await builders.a_user(actor, "root@lovelace.dev", role="admin")
    async with change(actor) as this:
        token, _ = await tokens.create_for_user(this, root, name="root's")
    return public_id("ApiToken", token.id)


async def answered(client: httpx.AsyncClient, secret: str, seed: Seed, token: str) -> dict[str, set[str]]:
    """The codes of what each mutation refuses; the last ones first, as deleting takes away what others alter."""
    codes = {}
    for name, field in sorted(MUTATIONS.items(), key=lambda one: ("Delete" in one[0], "Erase" in one[0], one[0])):
        declared = ", ".join(f"${argument}: {type.type}" for argument, type in field.args.items())
        passed = ", ".join(f"{argument}: ${argument}" for argument in field.args)
        query = f"mutation({declared}) {{{name}({passed}) {{errors {{code}}}}}}"
        body = {"query": query, "variables": given(name, seed, token)}
        answer = await client.post("/graphql", json=body, headers={"Authorization": f"Bearer {secret}"})
        told = answer.json()
        assert "errors" not in told, (name, told)
        codes[name] = {error["code"] for error in told["data"][name]["errors"]}
    return codes


def expected(verdicts: dict[str, bool]) -> dict[str, bool]:
    """Whether each mutation is to be refused for want of a permission."""
    return {name: ASKS[name] is not None and not verdicts[str(ASKS[name])] for name in MUTATIONS}


@pytest.mark.parametrize("holder", [Holder.ADMIN, Holder.STANDARDS_ADMIN, Holder.USER, Holder.TEAM_MEMBER])
async def test_each_mutation_is_refused_to_whom_the_table_refuses_it(
    actor: Actor, client: httpx.AsyncClient, seed: Seed, others_token: str, holder: Holder
) -> None:
    asking = await builders.a_user(actor, "asking@lovelace.dev", role=holder.value)
    async with change(actor) as this:
        _, secret = await tokens.create_for_user(this, asking, name="mine", scope=Scope.WRITE)
    codes = await answered(client, secret, seed, others_token)
    allowed = {name: operation.verdicts[holder] is Verdict.YES for name, operation in OPERATIONS.items()}
    assert {name: "NOT_PERMITTED" in told for name, told in codes.items()} == expected(allowed)


async def test_a_service_of_the_account_is_refused_what_is_an_administrators(
    actor: Actor, client: httpx.AsyncClient, seed: Seed, others_token: str
) -> None:
    async with change(actor) as this:
        _, secret = await tokens.create_for_service(this, name="nightly", scope=Scope.WRITE)
    codes = await answered(client, secret, seed, others_token)
    allowed = {name: one.verdicts[Holder.SERVICE] is Verdict.YES for name, one in OPERATIONS.items()}
    assert {name: "NOT_PERMITTED" in told for name, told in codes.items()} == expected(allowed)


async def test_a_token_that_reads_changes_nothing_even_an_administrators(
    actor: Actor, client: httpx.AsyncClient, seed: Seed, others_token: str
) -> None:
    root = await builders.a_user(actor, "asking@lovelace.dev", role="admin")
    async with change(actor) as this:
        _, secret = await tokens.create_for_user(this, root, name="reads", scope=Scope.READ)
    codes = await answered(client, secret, seed, others_token)
    assert {name for name, told in codes.items() if "NOT_PERMITTED" not in told} == {
        name for name in MUTATIONS if ASKS[name] is None
    }


async def test_a_team_member_changes_their_own_teams_over_the_api(
    actor: Actor, client: httpx.AsyncClient, seed: Seed
) -> None:
    asking = await builders.a_user(actor, "asking@lovelace.dev", role="team_member")
    await builders.a_team(actor, "Mine", members=[asking])
    async with change(actor) as this:
        _, secret = await tokens.create_for_user(this, asking, name="mine", scope=Scope.WRITE)
    headers = {"Authorization": f"Bearer {secret}"}
    for alias, refused in (("mine", []), ("payments", ["NOT_PERMITTED"])):
        query = f'mutation {{teamUpdate(input: {{alias: "{alias}", responsibilities: "Ours"}}) {{errors {{code}}}}}}'
        told = (await client.post("/graphql", json={"query": query}, headers=headers)).json()
        assert [error["code"] for error in told["data"]["teamUpdate"]["errors"]] == refused
    read = (await client.post("/graphql", json={"query": "{viewer {operations}}"}, headers=headers)).json()
    operations = read["data"]["viewer"]["operations"]
    assert {"teams.update:own", "users.update:own", "teams.read"} <= set(operations)
    assert not {"teams.update", "teams.create"} & set(operations)
