"""Contacts over GraphQL: of teams and people, as the reference's clients make, change and remove them."""

from typing import Any

from catalog.ids import new_id, public_id
from tests.graphql_api.conftest import Ask
from tests.graphql_api.test_reads import Make

CREATE = """mutation($i: ContactCreateInput!) {
  contactCreate(input: $i) {contact {id type address isDefault} errors {message path code}}
}"""
UPDATE = """mutation($i: ContactUpdateInput!) {
  contactUpdate(input: $i) {contact {address displayName displayType externalId isDefault} errors {path code}}
}"""
DELETE = "mutation($i: ContactDeleteInput!) {contactDelete(input: $i) {deletedContactId errors {path code}}}"


async def created(ask: Ask, **input: Any) -> Any:
    wanted = {"type": "slack", "address": "#pay", **input}
    return (await ask(CREATE, i=wanted))["contactCreate"]


async def test_contacts_are_made_for_teams_and_people_and_read_back(ask: Ask, a_user: Make, a_team: Make) -> None:
    team, ada = await a_team(), await a_user()
    for whose in (
        {"ownerId": public_id("Team", team.id)},
        {"teamId": public_id("Team", team.id)},
        {"teamAlias": "payments"},
        {"ownerId": public_id("User", ada.id)},
    ):
        got = await created(ask, **whose)
        assert got["errors"] == []
        assert got["contact"]["address"] == "#pay"
    read = await ask(
        """query($t: ID, $u: ID) {
          account {team(id: $t) {contacts {type address isDefault}} user(id: $u) {contacts {address}}}
        }""",
        t=public_id("Team", team.id),
        u=public_id("User", ada.id),
    )
    assert [contact["isDefault"] for contact in read["account"]["team"]["contacts"]] == [True, False, False]
    assert read["account"]["user"]["contacts"] == [{"address": "#pay"}]


async def test_what_is_absent_is_kept_and_null_clears(ask: Ask, a_team: Make) -> None:
    team = await a_team()
    made = await created(ask, teamId=public_id("Team", team.id), displayName="Pay", displayType="Room", externalId="C1")
    other = await created(ask, teamId=public_id("Team", team.id), address="#money")
    changed = await ask(UPDATE, i={"id": made["contact"]["id"], "displayName": None, "address": None})
    assert changed["contactUpdate"] == {
        "contact": {
            "address": "#pay",
            "displayName": None,
            "displayType": "Room",
            "externalId": "C1",
            "isDefault": True,
        },
        "errors": [],
    }
    default = await ask(UPDATE, i={"id": other["contact"]["id"], "makeDefault": True, "type": "slack"})
    assert default["contactUpdate"]["contact"]["isDefault"] is True


async def test_a_contact_is_removed(ask: Ask, a_team: Make) -> None:
    made = await created(ask, teamId=public_id("Team", (await a_team()).id))
    id = made["contact"]["id"]
    assert await ask(DELETE, i={"id": id}) == {"contactDelete": {"deletedContactId": id, "errors": []}}
    again = await ask(DELETE, i={"id": id})
    assert again == {"contactDelete": {"deletedContactId": None, "errors": [{"path": ["id"], "code": "NOT_FOUND"}]}}


async def test_what_is_wrong_is_told_at_the_inputs_field(ask: Ask, a_team: Make) -> None:
    team = public_id("Team", (await a_team()).id)
    for input, path, code in (
        ({"teamId": team, "address": " "}, ["address"], "INVALID"),
        ({"teamId": public_id("Team", new_id())}, ["teamId"], "NOT_FOUND"),
        ({"teamId": team, "teamAlias": "nobody"}, ["teamId"], "NOT_FOUND"),
        ({"ownerId": "nobody"}, ["ownerId"], "NOT_FOUND"),
        ({}, ["teamId"], "INVALID"),
    ):
        got = await created(ask, **input)
        assert got["contact"] is None
        assert [(error["path"], error["code"]) for error in got["errors"]] == [(path, code)]
