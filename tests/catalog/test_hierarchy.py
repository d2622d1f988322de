"""The hierarchy of teams: one parent at most, no circles, and whose word counts."""

import asyncio

import orjson
import pytest

from catalog.actors import Actor
from catalog.changes import change
from catalog.engines import Database
from catalog.errors import Invalid, Managed
from catalog.ids import new_id
from catalog.models import Team
from catalog.services import hierarchy, teams
from tests.catalog.teamwork import a_person, done, made, parent_of, read


@pytest.fixture
def person(actor: Actor) -> Actor:
    return a_person(actor)


async def test_no_team_stands_below_itself(person: Actor) -> None:
    top, middle, low = [await made(person, name) for name in ("Top", "Middle", "Low")]
    await done(person, middle, teams.set_parent, top.id)
    await done(person, low, teams.set_parent, middle.id)
    for parent in (top, middle, low):
        with pytest.raises(Invalid):
            await done(person, top, teams.set_parent, parent.id)
    assert await parent_of(top) is None
    assert await done(person, low, teams.set_parent, top.id) is True
    assert await done(person, low, teams.set_parent, top.id) is False
    assert await done(person, low, teams.set_parent, None) is True


async def test_two_moves_at_once_close_no_circle(person: Actor, db: Database) -> None:
    one, two = await made(person, "One"), await made(person, "Two")
    both_begun = asyncio.Barrier(2)

    async def move(team: Team, parent: Team) -> None:
        async with change(person) as this:
            locked = await teams.lock(this, team.id)
            if db.dialect == "postgres":
                # SQLite lets one change begin at a time; here each has begun before the other knows of it.
                await both_begun.wait()
            await teams.set_parent(this, locked, parent.id)

    answers = await asyncio.gather(move(one, two), move(two, one), return_exceptions=True)
    assert [type(answer) for answer in answers if answer is not None] == [Invalid]
    assert sum(parent is not None for parent in (await parent_of(one), await parent_of(two))) == 1


async def test_a_group_within_a_group_stands_below_it_until_it_is_taken_out(scim_actor: Actor) -> None:
    parent, child = await made(scim_actor, "Parent"), await made(scim_actor, "Child")
    assert await done(scim_actor, parent, hierarchy.nest, [child.id]) == 1
    assert await done(scim_actor, parent, hierarchy.nest, [child.id]) == 0
    row = await read(scim_actor, parent.id, with_members=True)
    assert [one["value"] for one in orjson.loads(row["groups"])] == [str(child.id)]
    assert (row["version"], await parent_of(child)) == (2, parent.id)
    assert await done(scim_actor, parent, hierarchy.unnest, [child.id, new_id()]) == 1
    assert await parent_of(child) is None


async def test_a_second_parent_and_a_circle_are_refused(scim_actor: Actor) -> None:
    first, second, child = [await made(scim_actor, name) for name in ("First", "Second", "Child")]
    await done(scim_actor, first, hierarchy.nest, [child.id])
    for parent, children in ((second, [child.id]), (child, [first.id]), (child, [child.id])):
        with pytest.raises(Invalid):
            await done(scim_actor, parent, hierarchy.nest, children)
    assert [await parent_of(team) for team in (first, second, child)] == [None, None, first.id]


async def test_a_provider_takes_back_only_the_parent_that_it_has_set(person: Actor, scim_actor: Actor) -> None:
    parent, pushed, by_hand = [await made(scim_actor, name) for name in ("Parent", "Pushed", "By hand")]
    await done(scim_actor, parent, hierarchy.nest, [pushed.id])
    await done(person, by_hand, teams.set_parent, parent.id)
    row = await read(scim_actor, parent.id, with_members=True)
    assert [one["display"] for one in orjson.loads(row["groups"])] == ["Pushed"]
    assert await done(scim_actor, parent, hierarchy.unnest, [pushed.id, by_hand.id]) == 1
    assert [await parent_of(team) for team in (pushed, by_hand)] == [None, parent.id]


async def test_a_parent_that_a_provider_has_set_is_locked_and_its_word_wins_over_one_set_by_hand(
    person: Actor, scim_actor: Actor
) -> None:
    by_hand = await made(person, "Made by hand")
    parent, child = await made(scim_actor, "Parent"), await made(scim_actor, "Child")
    await done(person, child, teams.set_parent, by_hand.id)
    await done(scim_actor, parent, hierarchy.nest, [child.id])
    assert await parent_of(child) == parent.id
    with pytest.raises(Managed):
        await done(person, child, teams.set_parent, by_hand.id)
