"""Tags of teams and people: added, assigned, changed, removed."""

from collections.abc import Sequence

import pytest

from catalog import actors
from catalog.actors import Actor, Role
from catalog.changes import change
from catalog.database import everywhere
from catalog.errors import AlreadyTaken, Invalid, NotFound, NotPermitted
from catalog.ids import new_id
from catalog.models import Account, Tag, Team
from catalog.services import tags, teams, users
from tests.catalog.teamwork import ATeam, AUser, events
from tests.catalog.test_ownership import as_role


async def added(actor: Actor, team: Team, key: str = "env", value: str = "prod") -> Tag:
    async with change(actor) as this:
        return await tags.create(this, await teams.lock(this, team.id), key, value)


async def assigned(actor: Actor, team: Team, *wanted: tuple[str, str]) -> Sequence[Tag]:
    async with change(actor) as this:
        return await tags.assign(this, await teams.lock(this, team.id), wanted)


async def updated(actor: Actor, tag: Tag, **what: str) -> Tag:
    async with change(actor) as this:
        return await tags.update(this, tag.id, **what)


async def of(team: Team) -> list[str]:
    rows = await everywhere().rows("SELECT key, value FROM tags WHERE owner_id = $1 ORDER BY key, value", team.id)
    return [f"{row['key']}:{row['value']}" for row in rows]


async def test_a_key_may_have_several_values_but_none_twice(actor: Actor, a_team: ATeam) -> None:
    team = await a_team()
    await added(actor, team, "env", "prod")
    await added(actor, team, " env ", " test ")
    with pytest.raises(AlreadyTaken):
        await added(actor, team, "env", "prod")
    assert await of(team) == ["env:prod", "env:test"]


async def test_assigning_replaces_the_values_of_the_keys_that_are_named(actor: Actor, a_team: ATeam) -> None:
    team = await a_team()
    kept = await added(actor, team, "env", "prod")
    await added(actor, team, "env", "test")
    await added(actor, team, "tier", "1")
    given = await assigned(actor, team, ("env", "prod"), ("lang", "go"), ("env", "prod"))
    assert [(tag.key, tag.value) for tag in given] == [("env", "prod"), ("lang", "go")]
    assert given[0].id == kept.id
    assert await of(team) == ["env:prod", "lang:go", "tier:1"]


async def test_assigning_what_is_there_changes_nothing(actor: Actor, a_team: ATeam) -> None:
    team = await a_team()
    first = await assigned(actor, team, ("env", "prod"))
    assert [tag.id for tag in await assigned(actor, team, ("env", "prod"))] == [tag.id for tag in first]
    assert [event["action"] for event in await events(team)] == ["tags.changed"]


async def test_a_tag_gets_another_key_or_value(actor: Actor, a_team: ATeam) -> None:
    team = await a_team()
    tag = await added(actor, team, "env", "prod")
    await added(actor, team, "env", "test")
    assert (await updated(actor, tag, value="stage")).value == "stage"
    assert (await updated(actor, tag, key="stage")).key == "stage"
    with pytest.raises(AlreadyTaken):
        await updated(actor, tag, key="env", value="test")
    assert await of(team) == ["env:test", "stage:stage"]


async def test_a_tag_is_removed(actor: Actor, a_team: ATeam) -> None:
    team = await a_team()
    tag = await added(actor, team)
    async with change(actor) as this:
        assert (await tags.delete(this, tag.id)).value == "prod"
    assert await of(team) == []
    with pytest.raises(NotFound):
        await updated(actor, tag, value="test")


@pytest.mark.parametrize("key", ["", "Env", "1st", "env!", "en v", "é", "x" * 256])
async def test_what_cannot_be_a_key_is_refused(actor: Actor, a_team: ATeam, key: str) -> None:
    team = await a_team()
    with pytest.raises(Invalid):
        await added(actor, team, key)
    with pytest.raises(Invalid):
        await assigned(actor, team, ("env", "prod"), (key, "x"))
    assert await of(team) == []


@pytest.mark.parametrize("key", ["a", "env", "app.kubernetes.io/name", "a-b_c.d", "a1"])
async def test_keys_are_those_of_the_reference(actor: Actor, a_team: ATeam, key: str) -> None:
    assert (await added(actor, await a_team(), key)).key == key


@pytest.mark.parametrize("value", ["", " ", "a\nb", "x" * 256])
async def test_what_cannot_be_a_value_is_refused(actor: Actor, a_team: ATeam, value: str) -> None:
    with pytest.raises(Invalid):
        await added(actor, await a_team(), "env", value)


async def test_one_has_so_many_tags_and_no_more(actor: Actor, a_team: ATeam, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tags, "MAX_OF_ONE", 2)
    team = await a_team()
    await assigned(actor, team, ("a", "1"), ("b", "1"))
    await assigned(actor, team, ("a", "2"))
    for refused in (added(actor, team, "c", "1"), assigned(actor, team, ("c", "1"))):
        with pytest.raises(Invalid, match="2 tags at most"):
            await refused


async def test_people_tag_themselves_and_the_teams_they_may_edit(actor: Actor, a_team: ATeam, a_user: AUser) -> None:
    ada, grace = await a_user(), await a_user("grace@hopper.example")
    own, other = await a_team(members=[ada]), await a_team("Other")
    member = as_role(actor, Role.TEAM_MEMBER, id=ada.id)
    await added(member, own)
    async with change(member) as this:
        await tags.create(this, await users.lock(this, ada.id), "pronouns", "she/her")
    with pytest.raises(NotPermitted):
        async with change(member) as this:
            await tags.create(this, await users.lock(this, grace.id), "pronouns", "she/her")
    with pytest.raises(NotPermitted):
        await added(member, other)
    theirs = await added(actor, other)
    with pytest.raises(NotPermitted):
        await updated(member, theirs, value="mine")


async def test_another_accounts_tag_is_not_there(elsewhere: Account, actor: Actor, a_team: ATeam) -> None:
    tag = await added(actor, await a_team())
    stranger = actors.command(elsewhere.id)
    for id in (tag.id, new_id()):
        with pytest.raises(NotFound):
            async with change(stranger) as this:
                await tags.delete(this, id)
