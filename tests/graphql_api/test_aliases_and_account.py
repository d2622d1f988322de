"""Aliases, the account itself, and entities from Backstage, over GraphQL."""

import json
from typing import Any

import pytest

from catalog.actors import Actor
from catalog.ids import new_id, public_id
from tests import builders
from tests.graphql_api.conftest import Ask
from tests.graphql_api.test_reads import Make
from tests.graphql_api.test_user_mutations import told

ADD = "mutation($i: AliasCreateInput!) {aliasCreate(input: $i) {aliases ownerId errors {message path code}}}"
REMOVE = "mutation($i: AliasDeleteInput!) {aliasDelete(input: $i) {deletedAlias errors {message path code}}}"
ACCOUNT = "mutation($i: AccountUpdateInput!) {accountUpdate(input: $i) {account {name timeZone} errors {path code}}}"
IMPORT = """mutation($r: String!, $e: JSON!) {
  importEntityFromBackstage(entityRef: $r, entity: $e) {actionMessage htmlUrl errors {path code}}
}"""


async def test_aliases_are_added_and_deleted(ask: Ask, a_team: Make) -> None:
    id = public_id("Team", (await a_team()).id)
    added = (await ask(ADD, i={"alias": "money", "ownerId": id}))["aliasCreate"]
    assert added == {"aliases": ["payments", "money"], "ownerId": id, "errors": []}
    read = await ask("""{account {team(alias: "money") {alias aliases managedAliases}}}""")
    assert read["account"]["team"] == {
        "alias": "payments",
        "aliases": ["payments", "money"],
        "managedAliases": ["money"],
    }
    gone = await ask(REMOVE, i={"alias": "money", "ownerType": "team"})
    assert gone == {"aliasDelete": {"deletedAlias": "money", "errors": []}}
    again = (await ask(REMOVE, i={"alias": "money", "ownerType": "group"}))["aliasDelete"]
    assert told(again) == [(["alias"], "NOT_FOUND")]
    own = (await ask(REMOVE, i={"alias": "payments", "ownerType": "team"}))["aliasDelete"]
    assert told(own) == [(["alias"], "INVALID")]


async def test_an_alias_that_cannot_be_is_refused(ask: Ask, a_team: Make) -> None:
    id = public_id("Team", (await a_team()).id)
    await a_team("Engineering")
    for alias, owner, path, code in (
        ("engineering", id, ["alias"], "ALREADY_TAKEN"),
        ("a b", id, ["alias"], "INVALID"),
        ("x", public_id("Team", new_id()), ["ownerId"], "NOT_FOUND"),
        ("x", "nobody", ["ownerId"], "NOT_FOUND"),
    ):
        got = (await ask(ADD, i={"alias": alias, "ownerId": owner}))["aliasCreate"]
        assert (got["aliases"], got["ownerId"], told(got)) == (None, None, [(path, code)])


@pytest.mark.parametrize("kind", ["domain", "infrastructure_resource", "scorecard", "service", "system"])
async def test_what_muster_does_not_have_has_no_alias(ask: Ask, a_team: Make, kind: str) -> None:
    await a_team()
    got = (await ask(REMOVE, i={"alias": "payments", "ownerType": kind}))["aliasDelete"]
    assert told(got) == [(["ownerType"], "INVALID")]


async def test_the_account_gets_another_name_time_zone_and_visible_attributes(ask: Ask) -> None:
    got = await ask(ACCOUNT, i={"name": "Engines", "timeZone": "Europe/London", "visibleAttributes": ["addresses"]})
    assert got["accountUpdate"] == {"account": {"name": "Engines", "timeZone": "Europe/London"}, "errors": []}
    kept = await ask(ACCOUNT, i={"visibleAttributes": None})
    assert kept["accountUpdate"]["account"] == {"name": "Engines", "timeZone": "Europe/London"}
    for input, path in (
        ({"name": None}, ["name"]),
        ({"name": " "}, ["name"]),
        ({"timeZone": "Mars"}, ["timeZone"]),
        ({"timeZone": None}, ["timeZone"]),
        ({"visibleAttributes": ["shoeSize"]}, ["visibleAttributes"]),
    ):
        assert told((await ask(ACCOUNT, i=input))["accountUpdate"]) == [(path, "INVALID")]


# --- Backstage ----------------------------------------------------------------------------------------------------


def group(name: str = "payments", **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "backstage.io/v1alpha1",
        "kind": "Group",
        "metadata": {
            "name": name,
            "description": "Money",
            "links": [{"url": "https://pay.example/wiki"}, {"url": "javascript:alert(1)"}, "odd"],
        },
        "spec": {"type": "team", "profile": {"displayName": "Payments", "email": "pay@muster.example"}, **spec},
    }


async def imported(ask: Ask, reference: str, entity: Any) -> Any:
    return (await ask(IMPORT, r=reference, e=entity))["importEntityFromBackstage"]


async def test_a_group_becomes_a_team_once(ask: Ask, a_team: Make) -> None:
    await a_team("Engineering")
    made = await imported(ask, "group:default/payments", group(parent="group:default/engineering"))
    assert made == {
        "actionMessage": "Made the team Payments.",
        "htmlUrl": "https://muster.test/teams/payments",
        "errors": [],
    }
    again = await imported(ask, "group:default/payments", json.dumps(group(parent="nowhere")))
    assert again["actionMessage"] == "Updated the team Payments. There is no team nowhere yet to put it under."
    read = await ask(
        """{account {teams {totalCount} team(alias: "payments") {
          name responsibilities parentTeam {alias} contacts {type address}
        }}}"""
    )
    assert read["account"] == {
        "teams": {"totalCount": 2},
        "team": {
            "name": "Payments",
            "responsibilities": "Money",
            "parentTeam": {"alias": "engineering"},
            "contacts": [
                {"type": "email", "address": "pay@muster.example"},
                {"type": "web", "address": "https://pay.example/wiki"},
            ],
        },
    }


async def test_a_managed_team_keeps_the_name_that_its_provider_gives_it(ask: Ask, scim_actor: Actor) -> None:
    await builders.a_team(scim_actor, "Payments EMEA", alias="payments")
    done = await imported(ask, "group:default/payments", group())
    assert (done["actionMessage"], done["errors"]) == ("Updated the team Payments EMEA.", [])


async def test_a_user_becomes_a_person_once(ask: Ask) -> None:
    entity = {"kind": "User", "metadata": {"name": "ada"}, "spec": {"profile": {"email": "ada@lovelace.dev"}}}
    made = await imported(ask, "user:default/ada", entity)
    assert made["actionMessage"] == "Brought in Ada."
    entity["spec"] = {"profile": {"email": "ada@lovelace.dev", "displayName": "Ada King"}}
    assert (await imported(ask, "user:default/ada", entity))["actionMessage"] == "Updated Ada King."
    read = await ask("""{account {user(input: {email: "ada@lovelace.dev"}) {name provisionedBy invitation}}}""")
    assert read["account"]["user"] == {"name": "Ada King", "provisionedBy": "backstage", "invitation": "none"}


@pytest.mark.parametrize(
    "entity",
    [
        {"kind": "Component", "metadata": {"name": "x"}},
        {},
        [],
        "{",
        {"kind": "User", "metadata": {"name": "ada"}},
        {"kind": "User", "spec": {"profile": {"email": "ada"}}},
        {"kind": "Group", "metadata": {"name": "a b"}},
    ],
)
async def test_other_entities_are_none_of_ours(ask: Ask, entity: Any) -> None:
    got = await imported(ask, "x:default/y", entity)
    assert (got["actionMessage"], got["htmlUrl"]) == ("Nothing was brought in.", None)
    assert [error["code"] for error in got["errors"]] == ["INVALID"]
