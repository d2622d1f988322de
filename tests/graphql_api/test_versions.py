"""`expectedVersion`: whatever changes a team or what hangs on it can be asked to, only if nobody did so before."""

from typing import Any

import pytest

from catalog.actors import Actor
from catalog.changes import change
from catalog.ids import public_id
from catalog.models import Team
from catalog.services import aliases, contacts, properties, property_definitions, tags, teams
from catalog.services.property_definitions import Draft
from graphql_api.schema import schema
from tests.graphql_api.conftest import Ask
from tests.graphql_api.test_reads import Make

OF_A_TEAM = {
    "teamUpdate": '(input: {alias: "payments", name: "Money"%s})',
    "teamDelete": '(input: {alias: "payments"%s})',
    "teamMembershipCreate": '(input: {teamId: "$team", members: [{email: "ada@lovelace.example", role: "lead"}]%s})',
    "teamMembershipDelete": '(input: {teamId: "$team", members: [{email: "ada@lovelace.example"}]%s})',
    "contactCreate": '(input: {teamAlias: "payments", type: slack, address: "#new"%s})',
    "contactUpdate": '(input: {id: "$contact", address: "#other"%s})',
    "contactDelete": '(input: {id: "$contact"%s})',
    "tagAssign": '(input: {alias: "payments", tags: [{key: "tier", value: "2"}]%s})',
    "tagCreate": '(input: {id: "$team", key: "new", value: "1"%s})',
    "tagUpdate": '(input: {id: "$tag", value: "2"%s})',
    "tagDelete": '(input: {id: "$tag"%s})',
    "aliasCreate": '(input: {ownerId: "$team", alias: "pay"%s})',
    "aliasDelete": '(input: {ownerType: team, alias: "cash"%s})',
    "propertyAssign": '(input: {team: {alias: "payments"}, definition: {alias: "size"}, value: "2"%s})',
    "propertyUnassign": '(team: {alias: "payments"}, definition: {alias: "size"}%s)',
}
ELSEWHERE = {
    *("teamRestore", "integrationUpdate", "integrationDelete"),
    *("teamPropertyDefinitionUpdate", "teamPropertyDefinitionDelete"),
    *("userUpdate", "userDelete", "userDeactivate", "userReactivate", "userErase", "signInConnectionUpdate"),
}
"""What takes it too, and is tried with what it is about."""


@pytest.fixture
async def ids(actor: Actor, a_team: Make, a_user: Make) -> dict[str, str]:
    """The ids of a team and of what hangs on it."""
    team = await a_team("Payments", members=[await a_user()])
    async with change(actor) as this:
        held = await teams.lock(this, team.id)
        contact = await contacts.create(this, held, type="slack", address="#pay")
        (tag,) = await tags.assign(this, held, [("tier", "1")])
        await aliases.add(this, held, "cash")
        size = await property_definitions.create(this, Draft("size", "Size", "How many.", {"type": "integer"}))
        await properties.assign(this, held, size, "1")
    rows = {"team": ("Team", team), "contact": ("Contact", contact), "tag": ("Tag", tag)}
    return {name: public_id(kind, row.id) for name, (kind, row) in rows.items()}


def test_all_that_take_a_version_are_tried() -> None:
    mutations = schema._schema.mutation_type
    assert mutations is not None
    taking = {name for name, field in mutations.fields.items() if _takes_a_version(field)}
    assert taking - ELSEWHERE == set(OF_A_TEAM)


def _takes_a_version(field: Any) -> bool:
    inputs = [getattr(argument.type, "of_type", argument.type) for argument in field.args.values()]
    return "expectedVersion" in field.args or any("expectedVersion" in getattr(one, "fields", ()) for one in inputs)


@pytest.mark.parametrize("name", OF_A_TEAM)
async def test_a_change_that_expects_another_version_changes_nothing(ask: Ask, ids: dict[str, str], name: str) -> None:
    async def done(expected: int) -> list[str]:
        given = OF_A_TEAM[name] % f", expectedVersion: {expected}"
        for word, id in ids.items():
            given = given.replace(f"${word}", id)
        payload = (await ask(f"mutation {{ {name}{given} {{ errors {{ code }} }} }}"))[name]
        return [error["code"] for error in payload["errors"]]

    version = await _version(ask)
    assert await done(version - 1) == ["VERSION_MISMATCH"]
    assert await _version(ask) == version
    assert await done(version) == []
    assert await _version(ask) != version


async def test_a_team_is_restored_only_as_it_was_deleted(ask: Ask, actor: Actor, a_team: Make) -> None:
    team: Team = await a_team("Payments")
    async with change(actor) as this:
        await teams.delete(this, await teams.lock(this, team.id))
    restore = "mutation($id: ID!, $v: Int) { teamRestore(id: $id, expectedVersion: $v) { errors { code } } }"
    id = public_id("Team", team.id)
    assert (await ask(restore, id=id, v=1))["teamRestore"]["errors"] == [{"code": "VERSION_MISMATCH"}]
    assert await _version(ask) is None
    assert (await ask(restore, id=id, v=2))["teamRestore"]["errors"] == []
    assert await _version(ask) is not None


async def _version(ask: Ask) -> Any:
    team = (await ask('{ account { team(alias: "payments") { version } } }'))["account"]["team"]
    return team and team["version"]
