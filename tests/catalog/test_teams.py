"""Teams: names, aliases, the tree, their end and their return."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial

import orjson
import pytest

from catalog.actors import Actor, Scope
from catalog.changes import change, uninterrupted
from catalog.database import everywhere
from catalog.errors import (
    AlreadyTaken,
    Invalid,
    Managed,
    NotFound,
    NotPermitted,
    VersionMismatch,
    WaitsToBeLinked,
)
from catalog.ids import new_id
from catalog.models import Account, Integration, Team
from catalog.selection import AllOf, Column, Compare, Order, Related, Window
from catalog.services import external_ids, hierarchy, memberships, teams
from tests import builders
from tests.catalog.teamwork import ATeam, AUser, a_person, done, events, made, parent_of, read, roles, stored


@pytest.fixture
def person(actor: Actor) -> Actor:
    return a_person(actor)


# --- made ---------------------------------------------------------------------------------------------------------


async def test_a_pushed_group_is_the_integrations_team(scim_actor: Actor, integration: Integration) -> None:
    team = await made(scim_actor, "Payments", external_id="okta-1")
    row = await read(scim_actor, team.id)
    assert (row["provider_name"], row["name"], row["alias"]) == ("Payments", "Payments", "payments")
    assert (str(row["integration_id"]), row["external_id"], row["version"]) == (str(integration.id), "okta-1", 1)


async def test_a_team_made_by_hand_belongs_to_nobody(person: Actor) -> None:
    row = await read(person, (await made(person, "Payments", responsibilities="Money")).id)
    assert (row["integration_id"], row["external_id"]) == (None, None)


@pytest.mark.parametrize("name", ["", " ", "\u3000"])
async def test_a_team_needs_a_name(person: Actor, name: str) -> None:
    with pytest.raises(Invalid):
        await made(person, name)


async def test_an_integration_pushes_no_name_twice_whatever_its_case(scim_actor: Actor) -> None:
    await made(scim_actor, "Straße")
    with pytest.raises(AlreadyTaken) as refused:
        await made(scim_actor, "STRASSE")
    assert (refused.value.field, refused.value.value) == ("provider_name", "STRASSE")


async def test_a_name_that_is_a_hand_made_or_anothers_team_waits_to_be_linked(
    actor: Actor, a_team: ATeam, scim_actor: Actor
) -> None:
    entra = await builders.an_integration(actor, "Entra")
    for name, owner, integration_id in (("By hand", None, None), ("Another's", "Entra", entra.id)):
        there = await a_team(name, alias=name[:2], integration_id=integration_id)
        with pytest.raises(WaitsToBeLinked) as waiting:
            await made(scim_actor, name.upper(), external_id="x-1")
        assert (waiting.value.exists_as, waiting.value.owner) == (there.id, owner)
        assert (waiting.value.taken, waiting.value.external_id) == (True, "x-1")
    assert await teams.count(actor) == 2


async def test_the_name_of_a_deleted_team_is_free(scim_actor: Actor) -> None:
    first = await made(scim_actor, "Payments", external_id="x")
    await done(scim_actor, first, teams.delete)
    second = await made(scim_actor, "Payments", external_id="x")
    assert second.id != first.id
    assert (await read(scim_actor, second.id))["external_id"] == "x"


async def test_two_pushes_of_one_name_at_once_make_one_team(scim_actor: Actor) -> None:
    made_at_once = await asyncio.gather(
        *(uninterrupted(partial(made, scim_actor, "Payments")) for _ in range(8)), return_exceptions=True
    )
    assert [type(one) for one in made_at_once if not isinstance(one, Team)] == [AlreadyTaken] * 7
    assert await teams.count(scim_actor) == 1


# --- names and aliases --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "alias"),
    [
        ("Payments", "payments"),
        ("Order  Service (EU)", "order-service-eu"),
        ("Größe & Maß", "grösse-mass"),
        ("Проект", "проект"),
        ("!!!", "team"),
        ("x" * 400, "x" * 247),
    ],
)
async def test_an_alias_is_made_from_the_name(person: Actor, name: str, alias: str) -> None:
    assert (await made(person, name)).alias == alias


async def test_teams_of_like_names_are_told_apart_by_a_number(person: Actor) -> None:
    aliases = [(await made(person, name)).alias for name in ("Ops", "ops!", "OPS", "Ops-2")]
    assert aliases == ["ops", "ops-2", "ops-3", "ops-2-2"]


async def test_like_names_at_once_get_different_aliases(person: Actor) -> None:
    found = await asyncio.gather(*(uninterrupted(partial(made, person, "Ops" + "!" * n)) for n in range(3)))
    assert sorted(team.alias for team in found) == ["ops", "ops-2", "ops-3"]


async def test_a_rename_keeps_the_alias_and_is_answered_to_under_both_names(scim_actor: Actor) -> None:
    team = await made(scim_actor, "Payments")
    assert await done(scim_actor, team, teams.rename, "Ledger") is True
    row = await read(scim_actor, team.id)
    assert (row["provider_name"], row["alias"], row["version"]) == ("Ledger", "payments", 2)
    assert [await teams.id_of_alias(scim_actor, alias) for alias in ("payments", "ledger")] == [team.id] * 2


async def test_renaming_to_and_fro_makes_no_more_aliases(scim_actor: Actor) -> None:
    await made(scim_actor, "ledger!")
    team = await made(scim_actor, "Payments")
    for name in ("Ledger", "Payments", "Ledger", "Payments"):
        await done(scim_actor, team, teams.rename, name)
    rows = await everywhere().rows("SELECT alias FROM team_aliases WHERE team_id = $1 ORDER BY alias", team.id)
    assert [row["alias"] for row in rows] == ["ledger-2", "payments"]


async def test_the_same_name_again_changes_nothing(scim_actor: Actor) -> None:
    team = await made(scim_actor, "Payments")
    assert await done(scim_actor, team, teams.rename, "Payments") is False
    assert (await read(scim_actor, team.id))["version"] == 1
    assert [event["action"] for event in await events(team)] == ["team.created"]


async def test_a_rename_onto_anothers_name_is_refused_and_one_that_changes_case_is_not(
    scim_actor: Actor, a_team: ATeam
) -> None:
    await a_team("By hand")
    team, _ = await made(scim_actor, "Payments"), await made(scim_actor, "Ledger")
    for name in ("LEDGER", "by hand"):
        with pytest.raises(AlreadyTaken):
            await done(scim_actor, team, teams.rename, name)
    assert await done(scim_actor, team, teams.rename, "PAYMENTS") is True


async def test_an_alias_chosen_by_hand_replaces_the_default_and_the_old_one_stays_valid(person: Actor) -> None:
    team = await made(person, "Payments")
    assert await done(person, team, teams.update, alias="money", responsibilities="All of it") is True
    assert (await read(person, team.id))["alias"] == "money"
    assert [await teams.id_of_alias(person, alias) for alias in ("payments", "money")] == [team.id] * 2
    assert await done(person, team, teams.update, alias="money") is False
    assert [event["action"] for event in await events(team)] == ["team.created", "team.updated"]


async def test_what_is_not_said_is_kept_and_none_clears(person: Actor) -> None:
    team = await made(person, "Payments", responsibilities="Money")
    assert await done(person, team, teams.update, alias="money") is True
    assert await stored(team, "responsibilities") == "Money"
    assert await done(person, team, teams.update, responsibilities=None) is True
    assert await stored(team, "responsibilities") is None


@pytest.mark.parametrize("alias", ["", "a b", "a/b", "gid://x", "x" * 256])
async def test_what_can_be_no_address_can_be_no_alias(person: Actor, alias: str) -> None:
    with pytest.raises(Invalid):
        await made(person, "Payments", alias=alias)


async def test_an_alias_is_one_teams_for_ever(person: Actor) -> None:
    first, second = await made(person, "Payments"), await made(person, "Ledger")
    with pytest.raises(AlreadyTaken) as refused:
        await done(person, second, teams.update, alias="payments")
    assert refused.value.field == "alias"
    await done(person, first, teams.delete)
    with pytest.raises(AlreadyTaken):
        await done(person, second, teams.update, alias="payments")
    assert (await made(person, "Payments")).alias == "payments-2"
    with pytest.raises(NotFound):
        await teams.id_of_alias(person, "payments")


# --- who may ------------------------------------------------------------------------------------------------------


async def test_an_integration_writes_only_its_own_teams(scim_actor: Actor, a_team: ATeam, actor: Actor) -> None:
    entra = await builders.an_integration(actor, "Entra")
    for team in (await a_team("By hand"), await a_team("Another's", integration_id=entra.id)):
        before = await read(actor, team.id)
        for wish in (partial(teams.rename, name="Mine"), teams.delete, partial(hierarchy.nest, child_ids=[])):
            with pytest.raises(WaitsToBeLinked) as waiting:
                await done(scim_actor, team, wish)
            assert waiting.value.exists_as == team.id
        assert await read(actor, team.id) == before


async def test_a_person_changes_of_a_managed_team_only_what_its_provider_does_not_send(
    person: Actor, scim_actor: Actor
) -> None:
    team, parent = await made(scim_actor, "Payments"), await made(person, "Finance")
    for wish in (partial(teams.rename, name="Mine"), teams.delete):
        with pytest.raises(Managed):
            await done(person, team, wish)
    assert await done(person, team, teams.update, alias="money", responsibilities="All of it")
    assert await done(person, team, teams.set_parent, parent.id)


async def test_what_a_person_decided_survives_every_push(person: Actor, scim_actor: Actor, a_user: AUser) -> None:
    team, parent = await made(scim_actor, "Payments"), await made(person, "Finance")
    ada, grace = await a_user("ada@lovelace.example"), await a_user("grace@hopper.example")
    await done(scim_actor, team, memberships.replace, [ada.id])
    await done(person, team, teams.set_parent, parent.id)
    await done(person, team, teams.update, alias="money", responsibilities="All of it")
    await done(person, team, memberships.assign, ada.id, "manager")
    await done(scim_actor, team, teams.rename, "Ledger")
    await done(scim_actor, team, memberships.replace, [ada.id, grace.id])
    await done(scim_actor, team, hierarchy.unnest, [parent.id])
    row = await read(scim_actor, team.id)
    assert (row["alias"], str(row["parent_id"])) == ("money", str(parent.id))
    assert await stored(team, "responsibilities") == "All of it"
    assert await roles(team) == {ada.id: "manager", grace.id: None}


async def test_who_may_only_read_writes_nothing(person: Actor, a_team: ATeam) -> None:
    reader = replace(person, scopes=frozenset({Scope.READ}))
    team = await a_team()
    for wish in (
        partial(teams.rename, name="Mine"),
        partial(teams.update, alias="mine"),
        partial(teams.set_parent, parent_id=None),
        teams.delete,
    ):
        with pytest.raises(NotPermitted):
            await done(reader, team, wish)
    with pytest.raises(NotPermitted):
        await made(reader, "Mine")


async def test_another_accounts_team_is_not_found(actor: Actor, a_team: ATeam, elsewhere: Account) -> None:
    team, stranger = await a_team(), replace(actor, account_id=elsewhere.id)
    assert await teams.one(stranger, team.id) is None
    assert await teams.count(stranger) == 0
    with pytest.raises(NotFound):
        await done(stranger, team, teams.delete)
    theirs = await builders.a_team(stranger, "Theirs")
    with pytest.raises(NotFound):
        await done(stranger, theirs, teams.set_parent, team.id)


async def test_a_team_that_has_moved_on_is_not_at_the_version_that_was_read(actor: Actor, a_team: ATeam) -> None:
    team = await a_team()
    await done(actor, team, teams.rename, "Ledger")
    async with change(actor) as this:
        assert (await teams.lock(this, team.id, version=2)).name == "Ledger"
        with pytest.raises(VersionMismatch):
            await teams.lock(this, team.id, version=1)


# --- end and return -----------------------------------------------------------------------------------------------


async def test_a_deleted_team_is_out_of_every_read_and_its_children_move_up(person: Actor, a_user: AUser) -> None:
    top, middle, low = [await made(person, name) for name in ("Top", "Middle", "Low")]
    ada = await a_user()
    await done(person, middle, teams.set_parent, top.id)
    await done(person, low, teams.set_parent, middle.id)
    await done(person, middle, memberships.add, [ada.id])
    await done(person, middle, teams.delete)
    assert await teams.one(person, middle.id) is None
    assert await teams.count(person) == 2
    assert await parent_of(low) == top.id
    assert await roles(middle) == {}
    assert [event["action"] for event in await events(low)][-1] == "team.moved"
    for wish in (teams.delete, partial(teams.rename, name="X"), partial(memberships.add, user_ids=[])):
        with pytest.raises(NotFound):
            await done(person, middle, wish)


async def test_a_team_comes_back_with_its_people_in_their_roles_and_its_history(person: Actor, a_user: AUser) -> None:
    team, parent = await made(person, "Payments"), await made(person, "Finance")
    ada, grace, left = [await a_user(f"{name}@lovelace.example") for name in ("ada", "grace", "left")]
    await done(person, team, teams.set_parent, parent.id)
    await done(person, team, memberships.add, [ada.id, grace.id, left.id])
    await done(person, team, memberships.assign, ada.id, "manager")
    await done(person, team, memberships.end, [left.id])
    await asyncio.sleep(0.005)
    await done(person, team, teams.delete)
    async with change(person) as this:
        restored = await teams.restore(this, team.id)
    assert (restored.id, await parent_of(team)) == (team.id, parent.id)
    assert await teams.id_of_alias(person, "payments") == team.id
    assert await roles(team) == {ada.id: "manager", grace.id: None}
    rows = await everywhere().rows("SELECT user_id FROM memberships WHERE team_id = $1", team.id)
    assert len(rows) == 6


async def test_a_team_comes_back_without_a_parent_that_is_gone(person: Actor) -> None:
    team, parent = await made(person, "Payments"), await made(person, "Finance")
    await done(person, team, teams.set_parent, parent.id)
    await done(person, team, teams.delete)
    await done(person, parent, teams.delete)
    async with change(person) as this:
        await teams.restore(this, team.id)
    assert await parent_of(team) is None


async def test_a_team_does_not_come_back_onto_a_name_that_was_pushed_again_nor_after_ninety_days(
    actor: Actor, scim_actor: Actor
) -> None:
    team = await made(scim_actor, "Payments")
    await done(scim_actor, team, teams.delete)
    await made(scim_actor, "Payments")
    with pytest.raises(AlreadyTaken):
        async with change(actor) as this:
            await teams.restore(this, team.id)
    old = await builders.a_team(actor, "Old", deleted_at=builders.now() - timedelta(days=91))
    late = await builders.a_team(actor, "Late", deleted_at=builders.now() - timedelta(days=89))
    async with change(actor) as this:
        assert (await teams.restore(this, late.id)).deleted_at is None
        for gone in (old.id, new_id()):
            with pytest.raises(NotFound):
                await teams.restore(this, gone)


async def test_a_deleted_team_forgets_what_its_provider_called_it(scim_actor: Actor) -> None:
    team = await made(scim_actor, "Payments", external_id="okta-1")
    await done(scim_actor, team, teams.delete)
    rows = await everywhere().rows(
        "SELECT value FROM external_ids WHERE subject_id = $1 AND until > $2", team.id, builders.now()
    )
    assert list(rows) == []
    async with change(scim_actor) as this:
        assert await external_ids.external_id_of(this, "team", team.id) == "okta-1"


# --- reads --------------------------------------------------------------------------------------------------------


async def test_a_page_tells_the_members_of_each_team_and_only_when_asked(
    actor: Actor, a_team: ATeam, a_user: AUser
) -> None:
    ada, gone = await a_user(name="Ada"), await a_user("gone@lovelace.example", deleted_at=builders.now())
    await a_team("A", members=[ada, gone])
    await a_team("B")
    by_name = (Order(Column("name")),)
    rows = await teams.page(actor, AllOf(), by_name, Window(10), with_members=True)
    assert [(row["name"], [one["display"] for one in orjson.loads(row["members"])]) for row in rows] == [
        ("A", ["Ada"]),
        ("B", []),
    ]
    [bare] = await teams.page(actor, Compare(Column("name"), "eq", "a"), by_name, Window(10))
    assert "members" not in bare.keys()  # noqa: SIM118 - a row of SQLite is no dict


async def test_teams_are_found_by_who_is_in_them_now(actor: Actor, a_team: ATeam, a_user: AUser) -> None:
    ada = await a_user()
    now_in, once_in = await a_team("Now", members=[ada]), await a_team("Once", members=[ada])
    await done(actor, once_in, memberships.end, [ada.id])
    with_ada = Related("members", Compare(Column("id"), "eq", ada.id))
    rows = await teams.page(actor, with_ada, (), Window(10))
    assert [str(row["id"]) for row in rows] == [str(now_in.id)]
    assert await teams.count(actor, with_ada) == 1
