"""Integrations over GraphQL: made, set, looked at, linked, moved and ended by administrators."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

import httpx
import orjson
import pytest

from catalog.actors import Actor
from catalog.changes import change
from catalog.errors import Paused
from catalog.ids import public_id
from catalog.models import Integration, User
from catalog.services import deliveries, integrations, pausing
from catalog.services.integrations import Settings
from tests import builders
from tests.graphql_api.conftest import Ask

Make = Callable[..., Awaitable[Any]]

CREATE = """
mutation($name: String!) {
  integrationCreate(input: {type: scim, name: $name}) {
    integration { id name type ... on ScimIntegration { status scimUrl version } }
    errors { message path code }
  }
}
"""
UPDATE = """
mutation($input: IntegrationUpdateInput!) {
  integrationUpdate(input: $input) {
    integration { name ... on ScimIntegration { version settings { strict raw } } }
    errors { message path code }
  }
}
"""
LINK = """
mutation($input: IntegrationLinkInput!) {
  integrationLink(input: $input) {
    linkedUsers { email } linkedTeams { alias } count left errors { message path code }
  }
}
"""


async def _wish(scim_actor: Actor, kind: str, subject: Any, name: str, external_id: str | None = None) -> None:
    async with change(scim_actor) as this:
        await integrations.ask(this, kind=kind, subject_id=subject.id, name=name, external_id=external_id)


async def test_an_integration_is_made_and_waits_for_its_first_request(ask: Ask) -> None:
    made = (await ask(CREATE, name="Okta"))["integrationCreate"]
    assert made["errors"] == []
    id = made["integration"].pop("id")
    assert made["integration"] == {
        "name": "Okta",
        "type": "scim",
        "status": "waiting",
        "scimUrl": "https://muster.test/scim/v2",
        "version": 1,
    }
    got = await ask("query($id: ID) {account{integration(id: $id){__typename name displayName webhookUrl}}}", id=id)
    assert got["account"]["integration"] == {
        "__typename": "ScimIntegration",
        "name": "Okta",
        "displayName": "Okta",
        "webhookUrl": None,
    }
    again = (await ask(CREATE, name="Okta"))["integrationCreate"]
    assert again["integration"] is None
    assert [(error["path"], error["code"]) for error in again["errors"]] == [(["name"], "ALREADY_TAKEN")]


async def test_the_references_documents_find_integrations_though_none_of_theirs_is_there(
    ask: Ask, integration: Integration
) -> None:
    listing = """
    query Integrations($after: String, $first: Int, $type: String) {
      account {
        integrations(after: $after, first: $first, type: $type) {
          nodes {
            id name type createdAt installedAt
            ... on AwsIntegration { iamRole externalId awsTagsOverrideOwnership ownershipTagKeys regionOverride }
            ... on AzureResourcesIntegration { aliases ownershipTagKeys subscriptionId tagsOverrideOwnership tenantId }
            ... on GoogleCloudIntegration { aliases clientEmail projects { id name url } tagsOverrideOwnership }
            ... on KubernetesIntegration { extractDefinition transformDefinition }
            ... on NewRelicIntegration { baseUrl accountKey }
          }
          edges { cursor node { name } }
          pageInfo { hasNextPage endCursor }
          totalCount
        }
      }
    }
    """
    found = (await ask(listing, after="", first=500))["account"]["integrations"]
    assert [node["name"] for node in found["nodes"]] == [edge["node"]["name"] for edge in found["edges"]] == ["Okta"]
    assert (found["nodes"][0]["type"], found["totalCount"]) == ("scim", 1)
    assert found["nodes"][0]["installedAt"] == found["nodes"][0]["createdAt"]
    assert (await ask(listing, type="aws"))["account"]["integrations"]["totalCount"] == 0
    for id in (public_id("Integration", integration.account_id), public_id("User", integration.id), "1", ""):
        assert (await ask("query($id: ID) {account{integration(id: $id){id}}}", id=id))["account"][
            "integration"
        ] is None


async def test_how_an_integration_is_doing_is_one_answer(
    ask: Ask, actor: Actor, scim_actor: Actor, integration: Integration
) -> None:
    await builders.an_integration(actor, "Entra", strict=True)
    await builders.a_user(scim_actor)
    buffer = deliveries.Buffer()
    for status in (200, 200, 200, 409):
        buffer.note(scim_actor, method="GET", path="/Users", status=status, duration_ms=4.0, reason="No.")
    await buffer.flush()
    got = await ask(
        """
        { account { scimIntegrations { nodes {
            name status userCount teamCount
            settings { strict allowEdits welcomeLetters nestedGroups linkExactUserNames raw }
            checklist { urlReached tokenAccepted firstUser firstGroup }
            health { requests failed rateLimited p95Ms buckets { at requests failed } }
            short: health(hours: 1) { requests buckets { requests } }
            letters { waiting held failed sent }
            apiTokens { totalCount }
            provisioningEvents(filter: {onlyErrors: true}) { totalCount nodes { status fix } }
        } } } }
        """
    )
    entra, okta = got["account"]["scimIntegrations"]["nodes"]
    assert (entra["status"], entra["settings"]["strict"], entra["health"]["requests"]) == ("waiting", True, 0)
    assert (okta["status"], okta["settings"]["strict"], okta["userCount"]) == ("connected", False, 1)
    assert okta["settings"]["raw"] == orjson.loads(orjson.dumps(asdict(Settings())))
    assert okta["checklist"] == {"urlReached": True, "tokenAccepted": True, "firstUser": True, "firstGroup": False}
    health = okta["health"]
    assert (health["requests"], health["failed"], health["rateLimited"], health["p95Ms"]) == (4, 1, 0, 4.0)
    assert len(health["buckets"]) == 24
    assert sum(bucket["requests"] for bucket in health["buckets"]) == 4
    assert okta["short"]["requests"] >= 0
    assert okta["letters"] == {"waiting": 0, "held": 0, "failed": 0, "sent": 0}
    assert okta["provisioningEvents"]["totalCount"] == 1
    assert "Okta" in okta["provisioningEvents"]["nodes"][0]["fix"]


async def test_settings_are_shown_as_they_are_asked_for_under_each_name(ask: Ask, integration: Integration) -> None:
    got = await ask(
        """
        { account { scimIntegrations {
            nodes { settings { nestedGroups strict } }
            edges { node { chosen: settings { allowEdits } settings { welcomeLetters } } }
        } } }
        """
    )
    shown = got["account"]["scimIntegrations"]
    assert shown["nodes"] == [{"settings": {"nestedGroups": True, "strict": False}}]
    assert shown["edges"] == [{"node": {"chosen": {"allowEdits": False}, "settings": {"welcomeLetters": True}}}]


async def test_an_update_keeps_what_it_does_not_say_and_only_at_the_version_that_is_known(
    ask: Ask, integration: Integration
) -> None:
    id = public_id("Integration", integration.id)
    got = (await ask(UPDATE, input={"id": id, "settings": {"strict": True}, "expectedVersion": 1}))["integrationUpdate"]
    assert (got["integration"]["name"], got["integration"]["version"]) == ("Okta", 2)
    assert got["integration"]["settings"]["strict"] is True
    assert got["integration"]["settings"]["raw"]["welcome_letters"] is True
    got = (await ask(UPDATE, input={"id": id, "name": "Okta production"}))["integrationUpdate"]
    assert (got["integration"]["name"], got["integration"]["settings"]["strict"]) == ("Okta production", True)
    stale = (await ask(UPDATE, input={"id": id, "name": "x", "expectedVersion": 2}))["integrationUpdate"]
    assert stale["integration"] is None
    assert stale["errors"][0]["code"] == "VERSION_MISMATCH"


async def test_an_integration_is_paused_and_goes_on(ask: Ask, integration: Integration) -> None:
    id = public_id("Integration", integration.id)
    shown = "{account{integrations{nodes{name ... on ScimIntegration { status pauseReason }}}}}"

    async def told() -> Any:
        return (await ask(shown))["account"]["integrations"]["nodes"][0]

    got = (await ask(UPDATE, input={"id": id, "name": "Old", "paused": True}))["integrationUpdate"]
    assert (got["integration"]["name"], got["errors"]) == ("Old", [])
    assert await told() == {"name": "Old", "status": "paused", "pauseReason": "An administrator paused it."}
    await ask(UPDATE, input={"id": id, "paused": False})
    assert (await told())["status"] == "waiting"


@pytest.mark.parametrize(
    ("said", "path", "code"),
    [
        ({"settings": {"colour": "red"}}, ["settings"], "INVALID"),
        ({"settings": {"this": 1}}, ["settings"], "INVALID"),
        ({"settings": {"strict": "yes"}}, ["settings", "strict"], "INVALID"),
        ({"settings": [1]}, ["settings"], "INVALID"),
        ({"name": " "}, ["name"], "INVALID"),
        ({"id": "nonsense"}, ["id"], "NOT_FOUND"),
    ],
)
async def test_an_update_that_cannot_be_is_refused_whole(
    ask: Ask, integration: Integration, said: dict[str, Any], path: list[str], code: str
) -> None:
    wanted = {"id": public_id("Integration", integration.id), "name": "Renamed", **said}
    got = (await ask(UPDATE, input=wanted))["integrationUpdate"]
    assert got["integration"] is None
    assert [(error["path"], error["code"]) for error in got["errors"]] == [(path, code)]
    assert got["errors"][0]["message"].endswith(".")
    assert (await ask("{account{integrations{nodes{name}}}}"))["account"]["integrations"]["nodes"] == [{"name": "Okta"}]


async def test_an_integration_is_paused_and_goes_on_when_an_administrator_says_so(
    ask: Ask, scim_actor: Actor, integration: Integration
) -> None:
    id = public_id("Integration", integration.id)
    shown = "{account{scimIntegrations{nodes{status pausedAt pauseReason version}}}}"
    paused = (await ask(UPDATE, input={"id": id, "paused": True, "settings": {"strict": True}}))["integrationUpdate"]
    assert (paused["errors"], paused["integration"]["version"]) == ([], 2)
    (okta,) = (await ask(shown))["account"]["scimIntegrations"]["nodes"]
    assert (okta["status"], okta["pauseReason"]) == ("paused", "An administrator paused it.")
    assert okta["pausedAt"] is not None
    with pytest.raises(Paused):
        await pausing.need_running(scim_actor)
    reactivate = """
    mutation($integration: IdentifierInput!) {
      integrationReactivate(integration: $integration) { integration { name } errors { path code } }
    }
    """
    again = (await ask(reactivate, integration={"alias": "Okta"}))["integrationReactivate"]
    assert again == {"integration": {"name": "Okta"}, "errors": []}
    await pausing.need_running(scim_actor)
    await ask(UPDATE, input={"id": id, "paused": True})
    await ask(UPDATE, input={"id": id, "paused": False})
    (okta,) = (await ask(shown))["account"]["scimIntegrations"]["nodes"]
    assert (okta["status"], okta["pausedAt"], okta["pauseReason"]) == ("waiting", None, None)
    for nobody in ({"id": "x"}, {"alias": "Nobody"}):
        refused = (await ask(reactivate, integration=nobody))["integrationReactivate"]
        assert refused == {"integration": None, "errors": [{"path": ["integration"], "code": "NOT_FOUND"}]}


async def test_who_waits_is_linked_one_by_one_and_all_by_their_exact_names(
    ask: Ask, scim_actor: Actor, integration: Integration, a_user: Make, a_team: Make
) -> None:
    ada, grace, team = await a_user(), await a_user("grace@hopper.example"), await a_team()
    await _wish(scim_actor, "link_user", ada, "ada@lovelace.example", "00u1")
    await _wish(scim_actor, "link_user", grace, "g.hopper")
    await _wish(scim_actor, "link_team", team, "Payments")
    id = public_id("Integration", integration.id)
    waiting = await ask("{account{pendingDecisions{totalCount nodes{kind name externalId user{email} team{alias}}}}}")
    assert waiting["account"]["pendingDecisions"]["totalCount"] == 3
    assert waiting["account"]["pendingDecisions"]["nodes"][0] == {
        "kind": "link_user",
        "name": "ada@lovelace.example",
        "externalId": "00u1",
        "user": {"email": "ada@lovelace.example"},
        "team": None,
    }
    got = (await ask(LINK, input={"integration": id, "users": [{"email": "grace@hopper.example"}]}))["integrationLink"]
    assert got == {
        "linkedUsers": [{"email": "grace@hopper.example"}],
        "linkedTeams": [],
        "count": 1,
        "left": 0,
        "errors": [],
    }
    got = (await ask(LINK, input={"integration": id, "allExact": True}))["integrationLink"]
    assert (got["linkedUsers"], got["linkedTeams"], got["count"], got["left"]) == (
        [{"email": "ada@lovelace.example"}],
        [{"alias": "payments"}],
        2,
        0,
    )
    detach = """
    mutation { integrationDetach(input: {users: [{email: "ada@lovelace.example"}], teams: [{alias: "payments"}]}) {
        linkedUsers { email } linkedTeams { alias } errors { code } } }
    """
    got = (await ask(detach))["integrationDetach"]
    assert got == {
        "linkedUsers": [{"email": "ada@lovelace.example"}],
        "linkedTeams": [{"alias": "payments"}],
        "errors": [],
    }


async def test_a_link_that_fails_links_nobody(ask: Ask, integration: Integration, a_user: Make) -> None:
    ada: User = await a_user()
    id = public_id("Integration", integration.id)
    people = [{"id": public_id("User", ada.id)}, {"email": "nobody@example.org"}]
    got = (await ask(LINK, input={"integration": id, "users": people}))["integrationLink"]
    assert got["linkedUsers"] is None
    assert [(error["path"], error["code"]) for error in got["errors"]] == [(["users"], "NOT_FOUND")]
    got = await ask("{account{scimIntegrations{nodes{userCount}}}}")
    assert got["account"]["scimIntegrations"]["nodes"] == [{"userCount": 0}]
    unnamed = (await ask(LINK, input={"integration": id, "users": [{}]}))["integrationLink"]
    assert unnamed["errors"][0]["code"] == "INVALID"


async def test_moving_house_is_foreseen_before_it_is_done(
    ask: Ask, actor: Actor, scim_actor: Actor, integration: Integration
) -> None:
    entra = await builders.an_integration(actor, "Entra")
    ada, grace = await builders.a_user(scim_actor), await builders.a_user(scim_actor, "grace@hopper.example")
    await _wish(builders.a_scim_client(entra), "link_user", ada, "ADA@lovelace.example", "e-1")
    move = """
    mutation($from: ID!, $to: ID!, $dryRun: Boolean, $match: String) {
      integrationMove(input: {from: $from, to: $to, dryRun: $dryRun, match: $match}) {
        pairs moved matched notAskedFor conflicts errors { code path }
      }
    }
    """
    between = {"from": public_id("Integration", integration.id), "to": public_id("Integration", entra.id)}
    foreseen = (await ask(move, **between))["integrationMove"]
    assert (foreseen["moved"], foreseen["matched"], foreseen["notAskedFor"], foreseen["conflicts"]) == (0, 1, 1, 0)
    assert foreseen["pairs"] == [
        {
            "kind": "user",
            "id": public_id("User", ada.id),
            "name": "ada@lovelace.example",
            "externalId": "e-1",
            "by": "userName",
            "reason": None,
        },
        {
            "kind": "user",
            "id": public_id("User", grace.id),
            "name": "grace@hopper.example",
            "externalId": None,
            "by": None,
            "reason": None,
        },
    ]
    done = (await ask(move, **between, dryRun=False))["integrationMove"]
    assert (done["moved"], done["errors"]) == (1, [])
    counts = await ask("{account{scimIntegrations{nodes{name userCount}}}}")
    assert counts["account"]["scimIntegrations"]["nodes"] == [
        {"name": "Entra", "userCount": 1},
        {"name": "Okta", "userCount": 1},
    ]
    for wrong, path in (({**between, "to": between["from"]}, ["to"]), ({**between, "match": "luck"}, ["match"])):
        refused = (await ask(move, **wrong))["integrationMove"]
        assert (refused["pairs"], refused["errors"]) == (None, [{"code": "INVALID", "path": path}])


@pytest.mark.parametrize("by_alias", [False, True])
async def test_an_integration_is_ended_by_id_or_by_its_name(ask: Ask, integration: Integration, by_alias: bool) -> None:
    id = public_id("Integration", integration.id)
    resource = {"alias": "Okta"} if by_alias else {"id": id}
    delete = """
    mutation($resource: IdentifierInput!, $version: Int) {
      integrationDelete(resource: $resource, expectedVersion: $version) { deletedAlias deletedId errors { path code } }
    }
    """
    stale = (await ask(delete, resource=resource, version=7))["integrationDelete"]
    assert stale["errors"] == [{"path": ["base"], "code": "VERSION_MISMATCH"}]
    got = (await ask(delete, resource=resource))["integrationDelete"]
    assert got == {"deletedAlias": "Okta", "deletedId": id, "errors": []}
    assert (await ask("{account{integrations{totalCount}}}"))["account"]["integrations"]["totalCount"] == 0
    again = (await ask(delete, resource=resource))["integrationDelete"]
    assert again["errors"] == [{"path": ["resource"], "code": "NOT_FOUND"}]


async def test_events_of_services_are_refused_honestly(ask: Ask) -> None:
    got = await ask(
        """
        mutation {
          made: eventIntegrationCreate(input: {type: githubActions}) { integration { id } errors { message path code } }
          other: eventIntegrationUpdate(input: {id: "x", name: "y"}) { integration { id } errors { path code } }
        }
        """
    )
    assert got["made"]["integration"] is None
    assert (got["made"]["errors"][0]["path"], got["made"]["errors"][0]["code"]) == (["type"], "NOT_SUPPORTED")
    assert got["other"] == {"integration": None, "errors": [{"path": ["id"], "code": "NOT_SUPPORTED"}]}


async def test_what_is_an_administrators_is_refused_to_others_and_everybody_sees_what_there_is(
    as_user: httpx.AsyncClient, integration: Integration
) -> None:
    async def asked(query: str, **variables: Any) -> Any:
        return (await as_user.post("/graphql", json={"query": query, "variables": variables})).json()

    seen = await asked("{account{scimIntegrations{nodes{name status checklist{urlReached} settings{strict}}}}}")
    assert seen["data"]["account"]["scimIntegrations"]["nodes"][0]["name"] == "Okta"
    for field in ("apiTokens{totalCount}", "pendingDecisions{totalCount}", "health{requests}", "letters{sent}"):
        answer = await asked(f"{{account{{scimIntegrations{{nodes{{{field}}}}}}}}}")
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["NOT_PERMITTED"], field
    for field in ("auditEvents", "provisioningEvents", "pendingDecisions", "letters"):
        answer = await asked(f"{{account{{{field}{{totalCount}}}}}}")
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["NOT_PERMITTED"], field
    made = await asked(CREATE, name="Another")
    assert made["data"]["integrationCreate"]["errors"][0]["code"] == "NOT_PERMITTED"
    id = public_id("Integration", integration.id)
    updated = await asked(UPDATE, input={"id": id, "name": "Mine"})
    assert updated["data"]["integrationUpdate"]["errors"][0]["code"] == "NOT_PERMITTED"
