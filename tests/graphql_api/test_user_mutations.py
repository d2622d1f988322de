"""What can be done to people over GraphQL, and what of it is refused, with which path and code."""

from typing import Any

import pytest

from catalog.actors import Actor
from catalog.changes import change
from catalog.database import everywhere
from catalog.ids import new_id, public_id
from catalog.models import User
from catalog.services import users
from tests import builders
from tests.graphql_api.conftest import Ask
from tests.graphql_api.test_reads import Make

INVITE = """mutation($e: String!, $i: UserInput, $f: Boolean) {
  userInvite(email: $e, input: $i, forceSendInvite: $f) {
    user {email name role status invitation provisionedBy} errors {message path code}
  }
}"""
INVITE_AGAIN = """mutation($i: UsersInviteInput!) {
  usersInvite(input: $i) {users {email} failed errors {path code}}
}"""
UPDATE = """mutation($u: UserIdentifierInput!, $i: UserInput!, $v: Int) {
  userUpdate(user: $u, input: $i, expectedVersion: $v) {user {name role version} errors {message path code}}
}"""
BULK = """mutation($i: UsersUpdateInput!) {
  usersUpdate(input: $i) {count failed {id name message code} errors {message path code}}
}"""


def verb(name: str, selected: str = "user {status invitation}") -> str:
    return f"mutation($u: UserIdentifierInput!) {{{name}(user: $u) {{{selected} errors {{message path code}}}}}}"


def told(payload: Any) -> list[tuple[list[str], str]]:
    return [(error["path"], error["code"]) for error in payload["errors"]]


async def letters(user_email: str) -> int:
    rows = await everywhere().rows("SELECT 1 FROM outbox_messages WHERE recipient = $1", user_email)
    return len(rows)


async def test_somebody_is_invited(ask: Ask) -> None:
    got = await ask(INVITE, e="ada@lovelace.dev", i={"name": "Ada", "role": "team_member"})
    assert got["userInvite"] == {
        "user": {
            "email": "ada@lovelace.dev",
            "name": "Ada",
            "role": "team_member",
            "status": "active",
            "invitation": "sent",
            "provisionedBy": "api_other",
        },
        "errors": [],
    }
    assert await letters("ada@lovelace.dev") == 1
    assert (await ask(INVITE, e="only.an.email@lovelace.dev"))["userInvite"]["user"]["name"] == "Only An Email"


async def test_the_letter_is_left_out_unless_it_is_asked_for_all_the_same(ask: Ask) -> None:
    for email, force, sent in (("ada@lovelace.dev", None, 0), ("grace@hopper.dev", True, 1)):
        got = await ask(INVITE, e=email, i={"skipWelcomeEmail": True}, f=force)
        assert got["userInvite"]["errors"] == []
        assert await letters(email) == sent


@pytest.mark.parametrize(
    ("email", "input", "path", "code"),
    [
        ("root@muster.example", {}, ["email"], "ALREADY_TAKEN"),
        ("nobody", {}, ["email"], "INVALID"),
        ("ada@lovelace.dev", {"name": "x" * 201}, ["name"], "INVALID"),
    ],
)
async def test_nobody_is_invited_who_cannot_be(ask: Ask, email: str, input: Any, path: list[str], code: str) -> None:
    got = (await ask(INVITE, e=email, i=input))["userInvite"]
    assert (got["user"], told(got)) == (None, [(path, code)])


async def test_invitations_are_sent_again(ask: Ask, a_user: Make) -> None:
    ada = await a_user("ada@lovelace.dev", invitation="sent")
    here = await a_user("grace@hopper.dev", invitation="accepted")
    pending = (await ask(INVITE_AGAIN, i={"scope": "pending"}))["usersInvite"]
    assert pending["errors"] == []
    assert {user["email"] for user in pending["users"]} == {"ada@lovelace.dev"}
    named = (await ask(INVITE_AGAIN, i={"users": [{"email": ada.email}, {"id": public_id("User", here.id)}]}))[
        "usersInvite"
    ]
    assert named == {"users": [{"email": "ada@lovelace.dev"}], "failed": [public_id("User", here.id)], "errors": []}
    nobody = (await ask(INVITE_AGAIN, i={"users": [{"email": "nobody@hopper.dev"}]}))["usersInvite"]
    assert told(nobody) == [(["users"], "NOT_FOUND")]
    assert told((await ask(INVITE_AGAIN, i={}))["usersInvite"]) == [(["users"], "INVALID")]


async def test_one_invitation_is_sent_again_and_withdrawn(ask: Ask, a_user: Make) -> None:
    await a_user("ada@lovelace.dev", invitation="expired")
    who = {"email": "ada@lovelace.dev"}
    assert (await ask(verb("userInviteResend"), u=who))["userInviteResend"]["user"]["invitation"] == "sent"
    assert (await ask(verb("userInviteRevoke"), u=who))["userInviteRevoke"]["user"]["invitation"] == "revoked"
    again = (await ask(verb("userInviteRevoke"), u=who))["userInviteRevoke"]
    assert told(again) == [(["user"], "INVALID")]


async def test_a_person_gets_a_name_and_a_role(ask: Ask, a_user: Make) -> None:
    ada = await a_user()
    who = {"id": public_id("User", ada.id)}
    got = (await ask(UPDATE, u=who, i={"name": "Ada King", "role": "standards_admin"}, v=1))["userUpdate"]
    assert got == {"user": {"name": "Ada King", "role": "standards_admin", "version": 2}, "errors": []}
    kept = (await ask(UPDATE, u=who, i={"name": None, "role": None}))["userUpdate"]
    assert kept == got
    late = (await ask(UPDATE, u=who, i={"name": "Ada"}, v=1))["userUpdate"]
    assert (late["user"], told(late)) == (None, [(["base"], "VERSION_MISMATCH")])


async def test_whoever_is_meant_twice_is_one_person(ask: Ask, a_user: Make) -> None:
    ada, grace = await a_user(), await a_user("grace@hopper.example")
    id = public_id("User", ada.id)
    both = (await ask(UPDATE, u={"id": id, "email": ada.email}, i={"name": "Ada King"}))["userUpdate"]
    assert both["user"]["name"] == "Ada King"
    for wrong in (
        {"id": id, "email": grace.email},
        {"id": public_id("User", new_id())},
        {"email": "x@y.example"},
        {"id": "x"},
    ):
        got = (await ask(UPDATE, u=wrong, i={"name": "Nobody"}))["userUpdate"]
        assert told(got) == [(["user"], "NOT_FOUND")], wrong
    assert told((await ask(UPDATE, u={}, i={"name": "Nobody"}))["userUpdate"]) == [(["user"], "INVALID")]


async def test_people_are_deactivated_taken_back_and_deleted(ask: Ask, a_user: Make) -> None:
    ada = await a_user()
    who = {"email": ada.email}
    for name, status in (("userDeactivate", "deactivated"), ("userReactivate", "active")):
        got = (await ask(verb(name), u=who))[name]
        assert (got["user"]["status"], got["errors"]) == (status, [])
    assert (await ask(verb("userDelete", ""), u=who))["userDelete"] == {"errors": []}
    assert told((await ask(verb("userDelete", ""), u=who))["userDelete"]) == [(["user"], "NOT_FOUND")]


async def test_what_a_provider_manages_names_the_integration(ask: Ask, scim_actor: Actor, a_user: Make) -> None:
    ada = await builders.a_user(scim_actor)
    who = {"id": public_id("User", ada.id)}
    renamed = (await ask(UPDATE, u=who, i={"name": "Ada King"}))["userUpdate"]
    assert told(renamed) == [(["name"], "MANAGED")]
    assert "'Okta'" in renamed["errors"][0]["message"]
    assert told((await ask(verb("userDelete", ""), u=who))["userDelete"]) == [(["user"], "MANAGED")]
    async with change(scim_actor) as this:
        await users.deactivate(this, await users.lock(this, ada.id))
    assert told((await ask(verb("userReactivate"), u=who))["userReactivate"]) == [(["user"], "MANAGED")]


async def test_the_last_administrator_stays(ask: Ask, admin: User) -> None:
    who = {"email": "root@muster.example"}
    for got in (
        (await ask(UPDATE, u=who, i={"role": "user"}))["userUpdate"],
        (await ask(verb("userDeactivate"), u=who))["userDeactivate"],
        (await ask(verb("userDelete", ""), u=who))["userDelete"],
    ):
        assert told(got) == [(["base"], "NOT_PERMITTED")]
        assert "the last administrator" in got["errors"][0]["message"]


# --- many at once -------------------------------------------------------------------------------------------------


async def test_many_are_altered_by_name_and_by_condition(ask: Ask, a_user: Make, a_team: Make) -> None:
    people = [await a_user(f"p{n}@lovelace.example") for n in range(3)]
    await a_team()
    named = [{"email": people[0].email}, {"id": public_id("User", people[1].id)}]
    first = {"users": named, "role": "team_member", "addToTeams": [{"alias": "payments"}]}
    assert (await ask(BULK, i=first))["usersUpdate"] == {"count": 2, "failed": [], "errors": []}
    where = {"field": "role", "value": "team_member"}
    second = {"where": where, "status": "deactivated"}
    assert (await ask(BULK, i=second))["usersUpdate"]["count"] == 2
    read = await ask("""{account {
      team(alias: "payments") {memberships(includeDeactivated: true) {totalCount}}
      users(where: {field: "status", value: "deactivated"}) {totalCount}
    }}""")
    assert read["account"] == {"team": {"memberships": {"totalCount": 2}}, "users": {"totalCount": 2}}


async def test_a_dry_run_tells_and_writes_nothing(ask: Ask, a_user: Make, admin: User) -> None:
    await a_user()
    tried = (await ask(BULK, i={"where": {"all": []}, "role": "team_member", "dryRun": True}))["usersUpdate"]
    assert tried["count"] == 1
    assert [(one["id"], one["name"], one["code"]) for one in tried["failed"]] == [
        (public_id("User", admin.id), "Root Admin", "NOT_PERMITTED")
    ]
    read = await ask("""{account {users(where: {field: "role", value: "team_member"}) {totalCount}}}""")
    assert read["account"]["users"]["totalCount"] == 0


async def test_a_bulk_change_that_cannot_be_is_refused_whole(ask: Ask, scim_actor: Actor, a_user: Make) -> None:
    ada = await a_user()
    pushed = await builders.a_team(scim_actor, "Pushed")
    who = [{"email": ada.email}]
    for input, path, code in (
        ({}, ["users"], "INVALID"),
        ({"users": who, "where": {"all": []}}, ["users"], "INVALID"),
        ({"users": [{"email": "x@y.example"}]}, ["users"], "NOT_FOUND"),
        ({"users": who, "addToTeams": [{"alias": "nobody"}]}, ["addToTeams"], "NOT_FOUND"),
        (
            {"users": who, "role": "admin", "addToTeams": [{"id": public_id("Team", pushed.id)}]},
            ["addToTeams"],
            "MANAGED",
        ),
    ):
        got = (await ask(BULK, i=input))["usersUpdate"]
        assert (got["count"], told(got)) == (0, [(path, code)]), input
    read = await ask("""{account {users(where: {field: "role", value: "admin"}) {totalCount}}}""")
    assert read["account"]["users"]["totalCount"] == 1
