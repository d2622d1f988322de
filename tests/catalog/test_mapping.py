"""Mapping: what feeds name and email, which groups become teams under which name; and a rule that is chosen anew."""

import asyncio
from typing import Any

import httpx
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.actors import Actor
from catalog.changes import change
from catalog.database import everywhere
from catalog.errors import Invalid
from catalog.mapping import TeamRule, team_names
from catalog.models import Integration, User
from catalog.services import integrations, mapping, teams, users
from catalog.services.integrations import Settings
from tests import builders
from tests.catalog.teamwork import a_person, done, events, made, read, stored

APP = [{"begins_with": "App-", "name": "{rest}"}]

ADA = {
    "displayName": "Ada L.",
    "name": {"formatted": "Augusta Ada King", "givenName": "Ada", "familyName": "Lovelace"},
    "emails": [
        {"value": "home@ada.example", "type": "home", "primary": True},
        {"value": "work@ada.example", "type": "work"},
    ],
}


async def choose(actor: Actor, integration: Integration, **choices: Any) -> Settings:
    async with change(actor) as this:
        return await integrations.update_settings(this, integration.id, **choices)


async def pushed(scim_actor: Actor, user_name: str, attributes: dict[str, Any]) -> User:
    async with change(scim_actor) as this:
        return await users.create(this, users.Draft(user_name, attributes))


async def person(user: User) -> dict[str, Any]:
    row = await everywhere().one("SELECT name, email, email_key, version FROM users WHERE id = $1", user.id)
    assert row is not None
    return dict(row)


# --- rules, as a table --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "group", "name"),
    [
        (TeamRule(), "Payments", "Payments"),
        (TeamRule("App-"), "App-Payments", "Payments"),
        (TeamRule("App-"), "app-Payments", "Payments"),
        (TeamRule("App-"), "Payments", None),
        (TeamRule("App-"), "App-", None),
        (TeamRule("App- "), "App-", None),
        (TeamRule("sg-", "-team"), "sg-Payments-TEAM", "Payments"),
        (TeamRule("sg-", "-team"), "sg-team", None),
        (TeamRule("aa", "aa"), "aaa", None),
        (TeamRule("", "", "Team {rest}"), "Payments", "Team Payments"),
        (TeamRule("App-", "", "{rest} ({group})"), "App-Ops", "Ops (App-Ops)"),
        (TeamRule("", "", "{rest}, {rest}"), "{group}", "{group}, {group}"),
        (TeamRule("ÄPP-"), "äpp-Größe", "Größe"),
    ],
)  # fmt: skip
def test_a_rule_names_the_team_of_a_group(rule: TeamRule, group: str, name: str | None) -> None:
    assert rule.team_name(group) == name


def test_the_first_rule_that_takes_a_group_decides_and_without_rules_all_are_taken() -> None:
    rules = (TeamRule("App-Ops-", "", "Ops {rest}"), TeamRule("App-"))
    found = {group: team_names(rules, group) for group in ("App-Ops-EU", "App-Payments", "Everyone")}
    assert {group: names["name"] for group, names in found.items()} == {
        "App-Ops-EU": "Ops EU",
        "App-Payments": "Payments",
        "Everyone": "Everyone",
    }
    assert [group for group, names in found.items() if not names["is_listed"]] == ["Everyone"]
    assert team_names((), "Everyone")["is_listed"] is True


@given(st.text(max_size=20), st.text(max_size=5), st.text(max_size=5))
def test_no_group_breaks_a_rule_and_its_own_name_is_always_kept(group: str, begins_with: str, ends_with: str) -> None:
    names = team_names((TeamRule(begins_with, ends_with),), group)
    assert names["provider_name"] == group
    assert names["name"].strip() or not group.strip()


@pytest.mark.parametrize(
    ("choice", "why"),
    [
        ({"name_from": "nickName"}, "displayName, formatted or given_family"),
        ({"email_from": True}, "primary, work or userName"),
        ({"strict": "true"}, "true or false"),
        ({"colour": "red"}, "no such setting"),
        ({"team_rules": "App-"}, "list"),
        ({"team_rules": ["App-"]}, "object such as"),
        ({"team_rules": [{}]}, "object such as"),
        ({"team_rules": [{"begins": "App-"}]}, "no 'begins'"),
        ({"team_rules": [{"begins_with": 1}]}, "text"),
        ({"team_rules": [{"name": "{team}"}]}, "{rest}"),
        ({"team_rules": [{"begins_with": "App-", "name": "Team"}]}, "same name"),
        ({"team_rules": [{"begins_with": "App-", "name": " "}]}, "made of"),
        ({"team_rules": [{"begins_with": "App-"}] * 101}, "100"),
        ({"group_roles": ["Admins"]}, "object"),
        ({"group_roles": {"Admins": "owner"}}, "admin, standards_admin or user"),
        ({"group_roles": {"Admins": "team_member"}}, "admin, standards_admin or user"),
        ({"group_roles": {"Admins": ["admin"]}}, "admin, standards_admin or user"),
        ({"group_roles": {" ": "admin"}}, "displayName"),
        ({"group_roles": {"Admins": "admin", "ADMINS": "user"}}, "case"),
    ],
)
def test_a_choice_that_cannot_be_is_refused_and_says_what_can(choice: dict[str, Any], why: str) -> None:
    with pytest.raises(Invalid, match=why):
        Settings().altered(choice)


async def test_what_was_chosen_is_read_again_as_it_was(
    actor: Actor, scim_actor: Actor, integration: Integration
) -> None:
    after = await choose(actor, integration, team_rules=APP, group_roles={"Admins": "admin"}, name_from="formatted")
    assert await integrations.settings(scim_actor) == after
    assert after.team_rules == (TeamRule("App-"),)
    assert Settings.read(orjson.dumps(after.stored()).decode()) == after


# --- people -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("choice", "name", "email"),
    [
        ({}, "Ada L.", "home@ada.example"),
        ({"name_from": "formatted"}, "Augusta Ada King", "home@ada.example"),
        ({"name_from": "given_family", "email_from": "work"}, "Ada Lovelace", "work@ada.example"),
        ({"email_from": "userName"}, "Ada L.", "ada@lovelace.example"),
    ],
)
async def test_name_and_email_come_from_what_was_chosen(
    actor: Actor, scim_actor: Actor, integration: Integration, choice: dict[str, str], name: str, email: str
) -> None:
    before = await pushed(scim_actor, "ada@lovelace.example", ADA)
    await choose(actor, integration, **choice)
    assert {key: (await person(before))[key] for key in ("name", "email", "email_key")} == {
        "name": name, "email": email, "email_key": email,
    }  # fmt: skip
    async with change(scim_actor) as this:
        await users.delete(this, await users.lock(this, before.id))
    after = await pushed(scim_actor, "ada@lovelace.example", ADA)
    assert (after.name, after.email) == (name, email)


async def test_where_the_chosen_attribute_is_missing_the_usual_ones_are_asked(
    actor: Actor, scim_actor: Actor, integration: Integration
) -> None:
    await choose(actor, integration, name_from="given_family", email_from="userName")
    user = await pushed(scim_actor, "ada", {"displayName": "Ada L.", "emails": [{"value": "a@ada.example"}]})
    assert (user.name, user.email) == ("Ada L.", "a@ada.example")


async def test_a_choice_alters_only_the_integrations_own_people_and_only_those_that_differ(
    actor: Actor, scim_actor: Actor, integration: Integration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mapping, "CHUNK", 2)
    by_hand = await builders.a_user(actor, "hand@ada.example", attributes=ADA)
    same = await pushed(scim_actor, "same@ada.example", {"name": {"formatted": "The Same"}})
    changed = [await pushed(scim_actor, f"u{n}", {**ADA, "emails": []}) for n in range(5)]
    await choose(actor, integration, name_from="formatted")
    assert (await person(by_hand))["name"] == "Ada L."
    assert (await person(same))["version"] == 1
    assert [(await person(user))["name"] for user in changed] == ["Augusta Ada King"] * 5
    rows = await everywhere().rows("SELECT before, after FROM audit_events WHERE action = 'user.updated'")
    assert [orjson.loads(row["after"]) for row in rows] == [{"name": "Augusta Ada King"}] * 5


async def test_emails_may_change_hands_but_two_people_never_get_the_same(
    actor: Actor, scim_actor: Actor, integration: Integration
) -> None:
    def of(work: str, primary: str) -> dict[str, Any]:
        return {"emails": [{"value": primary, "primary": True}, {"value": work, "type": "work"}]}

    one = await pushed(scim_actor, "one", of("a@x.example", "b@x.example"))
    two = await pushed(scim_actor, "two", of("b@x.example", "a@x.example"))
    await choose(actor, integration, email_from="work")
    assert [(await person(user))["email_key"] for user in (one, two)] == ["a@x.example", "b@x.example"]

    await builders.a_user(actor, "hand", attributes={"emails": [{"value": "C@x.example"}]})
    three = await pushed(scim_actor, "three", of("d@x.example", "c@x.example"))
    before = await person(three)
    with pytest.raises(Invalid, match=r"hand and three would have the same email 'c@x\.example'"):
        await choose(actor, integration, email_from="primary")
    assert await person(three) == before
    assert (await person(one))["email_key"] == "a@x.example"
    assert (await integrations.settings(scim_actor)).email_from == "work"


# --- teams --------------------------------------------------------------------------------------------------------


async def test_scim_answers_the_original_name_of_a_group_that_is_called_otherwise_here(
    actor: Actor, scim: httpx.AsyncClient, integration: Integration
) -> None:
    await choose(actor, integration, team_rules=APP)
    group = (await scim.post("/Groups", json={"displayName": "App-Payments"})).json()
    row = await read(actor, group["id"])
    assert (row["name"], row["provider_name"], row["alias"]) == ("Payments", "App-Payments", "payments")
    assert group["displayName"] == "App-Payments"
    found = (await scim.get("/Groups", params={"filter": 'displayName eq "app-payments"'})).json()
    assert [one["displayName"] for one in found["Resources"]] == ["App-Payments"]

    renamed = {"schemas": [PATCH_OP], "Operations": [{"op": "replace", "value": {"displayName": "App-Ledger"}}]}
    assert (await scim.patch(f"/Groups/{group['id']}", json=renamed)).status_code == 204
    row = await read(actor, group["id"])
    assert (row["name"], row["provider_name"], row["alias"]) == ("Ledger", "App-Ledger", "payments")
    assert str(await teams.id_of_alias(actor, "ledger")) == group["id"]


PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"


async def test_a_group_that_no_rule_takes_is_kept_for_scim_alone(
    actor: Actor, scim: httpx.AsyncClient, scim_actor: Actor, integration: Integration
) -> None:
    await choose(actor, integration, team_rules=APP)
    team = await made(scim_actor, "Everyone")
    assert not await stored(team, "is_listed")
    assert (await scim.get(f"/Groups/{team.id}")).json()["displayName"] == "Everyone"
    await done(scim_actor, team, teams.rename, "App-Everyone")
    assert await stored(team, "is_listed")
    assert await stored(team, "name") == "Everyone"


async def test_a_rule_chosen_anew_renames_the_teams_that_are_there(
    actor: Actor, scim_actor: Actor, integration: Integration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mapping, "CHUNK", 2)
    by_hand = await builders.a_team(actor, "payments")
    pay, ops, all_ = [await made(scim_actor, name) for name in ("App-Payments", "App-Ops", "Everyone")]
    like = await made(scim_actor, "App-Ops!")
    await choose(actor, integration, team_rules=APP)
    assert [await stored(team, "name") for team in (by_hand, pay, ops, all_)] == [
        "payments", "Payments", "Ops", "Everyone",
    ]  # fmt: skip
    assert [bool(await stored(team, "is_listed")) for team in (by_hand, pay, all_)] == [True, True, False]
    assert [await teams.id_of_alias(actor, alias) for alias in ("payments", "payments-2", "app-payments")] == [
        by_hand.id, pay.id, pay.id,
    ]  # fmt: skip
    assert {await teams.id_of_alias(actor, alias) for alias in ("ops", "ops-2")} == {ops.id, like.id}
    assert [event["action"] for event in await events(all_)] == ["team.created", "team.updated"]
    assert [event["action"] for event in await events(ops)] == ["team.created", "team.renamed"]

    await choose(actor, integration, team_rules=[])
    assert [await stored(team, "name") for team in (pay, all_)] == ["App-Payments", "Everyone"]
    assert await stored(all_, "is_listed")


async def test_whoever_is_pushed_while_the_rules_change_is_called_by_the_new_ones(
    actor: Actor, scim_actor: Actor, integration: Integration
) -> None:
    async with change(scim_actor) as this:
        user = await users.create(this, users.Draft("ada", ADA))
        team = await teams.create(this, name="App-Payments")
        choosing = asyncio.create_task(choose(actor, integration, team_rules=APP, name_from="formatted"))
        await asyncio.sleep(0.3)
        assert not choosing.done()
    await choosing
    assert (await person(user))["name"] == "Augusta Ada King"
    assert await stored(team, "name") == "Payments"


async def test_a_person_who_may_rename_a_managed_team_leaves_its_providers_name_alone(
    actor: Actor, scim_actor: Actor, integration: Integration
) -> None:
    await choose(actor, integration, team_rules=APP, allow_edits=True)
    team = await made(scim_actor, "App-Payments")
    assert await done(a_person(actor), team, teams.rename, "Money")
    row = await read(actor, team.id)
    assert (row["name"], row["provider_name"]) == ("Money", "App-Payments")
    assert await done(scim_actor, team, teams.rename, "App-Payments")
    assert await stored(team, "name") == "Payments"


async def test_a_detached_team_is_listed_whatever_the_rules_were(
    actor: Actor, scim_actor: Actor, integration: Integration
) -> None:
    await choose(actor, integration, team_rules=APP)
    team = await made(scim_actor, "Everyone")
    async with change(actor) as this:
        await integrations.detach_team(this, team.id)
    assert await stored(team, "is_listed")
