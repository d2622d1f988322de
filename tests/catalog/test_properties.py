"""Properties of teams: defined by a schema, given values that fit, locked, abolished."""

from dataclasses import replace
from typing import Any

import orjson
import pytest

from catalog import actors
from catalog.actors import Actor, Role
from catalog.changes import change
from catalog.database import everywhere
from catalog.errors import AlreadyTaken, Invalid, NotFound, NotPermitted, VersionMismatch
from catalog.ids import new_id
from catalog.models import Account, Property, PropertyDefinition, Team
from catalog.services import properties, property_definitions, teams
from catalog.services.property_definitions import Draft
from tests.catalog.teamwork import ATeam, AUser, events
from tests.catalog.test_ownership import as_role

SIZE = Draft("size", "Size", "How many people it may have.", {"type": "integer", "minimum": 1})


async def defined(actor: Actor, draft: Draft = SIZE) -> PropertyDefinition:
    async with change(actor) as this:
        return await property_definitions.create(this, draft)


async def redefined(actor: Actor, definition: PropertyDefinition, draft: Draft, **at: int) -> PropertyDefinition:
    async with change(actor) as this:
        return await property_definitions.update(this, definition.id, draft, **at)


async def assigned(actor: Actor, team: Team, definition: PropertyDefinition, value: str) -> Property:
    async with change(actor) as this:
        held = await teams.lock(this, team.id)
        return await properties.assign(this, held, await property_definitions.of_alias(this, definition.alias), value)


async def of(team: Team) -> dict[str, tuple[str, list[str]]]:
    rows = await everywhere().rows(
        "SELECT d.alias, p.value, p.problems FROM properties p JOIN property_definitions d ON d.id = p.definition_id "
        "WHERE p.team_id = $1",
        team.id,
    )
    return {row["alias"]: (row["value"], _read(row["problems"])) for row in rows}


def _read(stored: Any) -> Any:
    return orjson.loads(stored) if isinstance(stored, str) else stored


async def test_a_team_has_a_value_that_fits_the_schema(actor: Actor, a_team: ATeam) -> None:
    team, size = await a_team(), await defined(actor)
    assert (size.display_type, size.locked_status) == ("NUMBER", "unlocked")
    await assigned(actor, team, size, " 7 ")
    with pytest.raises(Invalid, match='"many" is not of type "integer"'):
        await assigned(actor, team, size, '"many"')
    assert await of(team) == {"size": ("7", [])}
    await assigned(actor, team, size, "8")
    await assigned(actor, team, size, "8")
    assert await of(team) == {"size": ("8", [])}
    assert [event["action"] for event in await events(team)] == ["property.assigned"] * 2


async def test_a_value_is_taken_away(actor: Actor, a_team: ATeam) -> None:
    team, size = await a_team(), await defined(actor)
    await assigned(actor, team, size, "7")
    for expected in (True, False):
        async with change(actor) as this:
            held = await teams.lock(this, team.id)
            assert await properties.unassign(this, held, size) is expected
    assert await of(team) == {}


async def test_a_stricter_schema_keeps_the_values_and_says_which_do_not_fit(actor: Actor, a_team: ATeam) -> None:
    small, large, size = await a_team("Small"), await a_team("Large"), await defined(actor)
    await assigned(actor, small, size, "3")
    await assigned(actor, large, size, "30")
    stricter = await redefined(actor, size, replace(SIZE, schema={"type": "integer", "maximum": 10}))
    assert await of(small) == {"size": ("3", [])}
    assert await of(large) == {"size": ("30", ["30 is greater than the maximum of 10."])}
    await redefined(actor, stricter, SIZE)
    assert await of(large) == {"size": ("30", [])}


async def test_a_definition_at_another_version_is_left_alone(actor: Actor) -> None:
    size = await defined(actor)
    await redefined(actor, size, replace(SIZE, name="Headcount"), version=1)
    with pytest.raises(VersionMismatch):
        await redefined(actor, size, replace(SIZE, name="People"), version=1)
    assert (await redefined(actor, size, replace(SIZE, name="Headcount"))).version == 2


async def test_a_locked_property_is_changed_by_whoever_may_define_it(actor: Actor, a_team: ATeam) -> None:
    team = await a_team()
    locked = await defined(actor, replace(SIZE, locked_status="ui_locked"))
    with pytest.raises(NotPermitted):
        await assigned(as_role(actor, Role.USER), team, locked, "7")
    await assigned(as_role(actor, Role.STANDARDS_ADMIN), team, locked, "7")
    assert (await redefined(actor, locked, SIZE)).locked_status == "ui_locked"
    await redefined(actor, locked, replace(SIZE, locked_status="unlocked"))
    await assigned(as_role(actor, Role.USER), team, locked, "8")
    assert await of(team) == {"size": ("8", [])}


async def test_a_team_member_gives_values_to_their_own_teams_alone(actor: Actor, a_team: ATeam, a_user: AUser) -> None:
    ada, size = await a_user(), await defined(actor)
    own, other = await a_team(members=[ada]), await a_team("Other")
    member = as_role(actor, Role.TEAM_MEMBER, id=ada.id)
    await assigned(member, own, size, "7")
    with pytest.raises(NotPermitted):
        await assigned(member, other, size, "7")


@pytest.mark.parametrize("role", [Role.USER, Role.TEAM_MEMBER])
async def test_properties_are_defined_by_those_who_keep_standards(actor: Actor, role: Role) -> None:
    size = await defined(as_role(actor, Role.STANDARDS_ADMIN))
    nobody = as_role(actor, role)
    with pytest.raises(NotPermitted):
        await defined(nobody, replace(SIZE, alias="other"))
    with pytest.raises(NotPermitted):
        await redefined(nobody, size, SIZE)
    with pytest.raises(NotPermitted):
        async with change(nobody) as this:
            await property_definitions.delete(this, size.id)


async def test_abolishing_a_property_takes_every_teams_value(actor: Actor, a_team: ATeam) -> None:
    team, size = await a_team(), await defined(actor)
    other = await defined(actor, replace(SIZE, alias="other"))
    await assigned(actor, team, size, "7")
    await assigned(actor, team, other, "8")
    async with change(actor) as this:
        await property_definitions.delete(this, size.id)
    assert await of(team) == {"other": ("8", [])}
    with pytest.raises(NotFound):
        await redefined(actor, size, SIZE)
    await defined(actor)


async def test_putting_definitions_makes_and_changes_those_named_and_no_other(actor: Actor) -> None:
    kept, size = await defined(actor, replace(SIZE, alias="kept")), await defined(actor)
    async with change(actor) as this:
        put = await property_definitions.put(this, [replace(SIZE, name="Headcount"), replace(SIZE, alias="new")])
    assert [(one.alias, one.name) for one in put] == [("size", "Headcount"), ("new", "Size")]
    assert put[0].id == size.id
    rows = await everywhere().rows("SELECT alias FROM property_definitions ORDER BY alias")
    assert [row["alias"] for row in rows] == [kept.alias, "new", "size"]
    with pytest.raises(Invalid, match="once"):
        async with change(actor) as this:
            await property_definitions.put(this, [SIZE, SIZE])


@pytest.mark.parametrize(
    "wrong",
    [
        {"alias": ""},
        {"alias": "a b"},
        {"alias": "x" * 201},
        {"name": " "},
        {"name": "a\nb"},
        {"description": "x" * 2_001},
        {"locked_status": "open"},
        {"schema": {"type": "strin"}},
        {"schema": "integer"},
    ],
)
async def test_what_cannot_be_a_definition_is_refused(actor: Actor, wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        await defined(actor, replace(SIZE, **wrong))
    size = await defined(actor)
    with pytest.raises(Invalid):
        await redefined(actor, size, replace(SIZE, **wrong))


async def test_an_alias_is_one_propertys(actor: Actor, elsewhere: Account) -> None:
    await defined(actor)
    other = await defined(actor, replace(SIZE, alias="other"))
    with pytest.raises(AlreadyTaken):
        await defined(actor)
    with pytest.raises(AlreadyTaken):
        await redefined(actor, other, SIZE)
    await defined(actors.command(elsewhere.id))


async def test_an_account_defines_so_many_and_no_more(actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(property_definitions, "MAX_OF_ACCOUNT", 1)
    await defined(actor)
    with pytest.raises(Invalid, match="1 properties at most"):
        await defined(actor, replace(SIZE, alias="other"))


async def test_another_accounts_definition_is_not_there(actor: Actor, elsewhere: Account) -> None:
    size = await defined(actor)
    stranger = actors.command(elsewhere.id)
    for id in (size.id, new_id()):
        with pytest.raises(NotFound):
            async with change(stranger) as this:
                await property_definitions.delete(this, id)
    with pytest.raises(NotFound):
        async with change(stranger) as this:
            await property_definitions.of_alias(this, "size")
