"""Tags over GraphQL: assigned, added, changed, removed, and found by."""

from typing import Any

import pytest

from catalog.ids import new_id, public_id
from tests.graphql_api.conftest import Ask
from tests.graphql_api.test_reads import Make

ASSIGN = "mutation($i: TagAssignInput!) {tagAssign(input: $i) {tags {key value} errors {message path code}}}"
CREATE = "mutation($i: TagCreateInput!) {tagCreate(input: $i) {tag {id key value} errors {path code}}}"
UPDATE = "mutation($i: TagUpdateInput!) {tagUpdate(input: $i) {tag {key value} errors {path code}}}"
DELETE = "mutation($i: TagDeleteInput!) {tagDelete(input: $i) {errors {path code}}}"
READ = "query($t: ID) {account {team(id: $t) {tags {totalCount nodes {key value}}}}}"


async def created(ask: Ask, **input: Any) -> Any:
    return (await ask(CREATE, i={"key": "env", "value": "prod", **input}))["tagCreate"]


async def test_tags_are_assigned_and_added_by_id_and_by_alias(ask: Ask, a_user: Make, a_team: Make) -> None:
    team, ada = await a_team(), await a_user()
    for whose in (
        {"id": public_id("Team", team.id)},
        {"alias": "payments"},
        {"alias": "payments", "type": "Team"},
        {"alias": "ada@lovelace.example", "type": "User"},
        {"id": public_id("User", ada.id), "type": "User"},
    ):
        got = await ask(ASSIGN, i={**whose, "tags": [{"key": "env", "value": "prod"}, {"key": "tier", "value": "1"}]})
        assert got["tagAssign"]["errors"] == []
        assert got["tagAssign"]["tags"] == [{"key": "env", "value": "prod"}, {"key": "tier", "value": "1"}]
    assert (await created(ask, alias="payments", value="test"))["tag"]["value"] == "test"
    read = await ask(READ, t=public_id("Team", team.id))
    assert read["account"]["team"]["tags"] == {
        "totalCount": 3,
        "nodes": [{"key": "env", "value": "prod"}, {"key": "env", "value": "test"}, {"key": "tier", "value": "1"}],
    }


async def test_a_tag_is_changed_and_removed(ask: Ask, a_team: Make) -> None:
    tag = (await created(ask, id=public_id("Team", (await a_team()).id)))["tag"]
    changed = await ask(UPDATE, i={"id": tag["id"], "value": "test"})
    assert changed["tagUpdate"] == {"tag": {"key": "env", "value": "test"}, "errors": []}
    assert await ask(DELETE, i={"id": tag["id"]}) == {"tagDelete": {"errors": []}}
    again = await ask(DELETE, i={"id": tag["id"]})
    assert again == {"tagDelete": {"errors": [{"path": ["id"], "code": "NOT_FOUND"}]}}


async def test_what_is_wrong_is_told_at_the_inputs_field(ask: Ask, a_team: Make) -> None:
    team = {"id": public_id("Team", (await a_team()).id)}
    await created(ask, **team)
    for input, path, code in (
        (team, ["value"], "ALREADY_TAKEN"),
        ({**team, "key": "Env"}, ["key"], "INVALID"),
        ({**team, "value": ""}, ["value"], "INVALID"),
        ({"id": public_id("Team", new_id())}, ["alias"], "NOT_FOUND"),
        ({"id": public_id("Tag", new_id())}, ["id"], "NOT_FOUND"),
        ({"alias": "nobody"}, ["alias"], "NOT_FOUND"),
        ({}, ["alias"], "INVALID"),
    ):
        got = await created(ask, **input)
        assert (got["tag"], [(one["path"], one["code"]) for one in got["errors"]]) == (None, [(path, code)]), input


@pytest.mark.parametrize("type", ["Domain", "InfrastructureResource", "Repository", "Service", "System"])
async def test_what_muster_does_not_have_is_not_tagged(ask: Ask, type: str) -> None:
    got = (await ask(ASSIGN, i={"alias": "x", "type": type, "tags": []}))["tagAssign"]
    assert [(error["path"], error["code"]) for error in got["errors"]] == [(["type"], "INVALID")]
