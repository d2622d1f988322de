"""Memberships: sets in, differences out; periods end and are never deleted."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import pairwise
from typing import Any
from uuid import UUID

import orjson
import pytest

from catalog.actors import Actor, Scope
from catalog.changes import change, uninterrupted
from catalog.database import everywhere
from catalog.engines import Database
from catalog.engines.sqlite import SqliteDatabase
from catalog.errors import Managed, NotFound, NotPermitted, WaitsToBeLinked
from catalog.ids import FOREVER, new_id
from catalog.models import Account, Integration, Team, User
from catalog.services import memberships, teams
from catalog.services.memberships import Moves
from tests import builders
from tests.catalog.teamwork import ATeam, AUser, a_person, many_people
from tests.doses import dose


@pytest.fixture
async def ada(a_user: AUser) -> User:
    return await a_user("ada@lovelace.example")


@pytest.fixture
async def grace(a_user: AUser) -> User:
    return await a_user("grace@hopper.example")


@pytest.fixture
async def alan(a_user: AUser) -> User:
    return await a_user("alan@turing.example")


async def test_who_is_added_is_on_the_team_from_that_instant(actor: Actor, a_team: ATeam, ada: User) -> None:
    team = await a_team()
    async with change(actor) as this:
        moves = await memberships.add(this, await teams.lock(this, team.id), [ada.id], role="manager")
    [period] = await periods(team)
    assert moves == Moves(joined=1)
    assert (period["user_id"], period["role"], period["open"]) == (str(ada.id), "manager", True)
    assert period["valid_from"] == period["recorded_at"]


async def test_adding_a_member_twice_changes_nothing(actor: Actor, a_team: ATeam, ada: User) -> None:
    team = await a_team(members=[ada])
    before = await whole(team)
    async with change(actor) as this:
        locked = await teams.lock(this, team.id)
        assert await memberships.add(this, locked, [ada.id, ada.id], role="visitor") == Moves()
    assert await whole(team) == before


async def test_an_id_that_is_sent_twice_joins_once(actor: Actor, a_team: ATeam, ada: User) -> None:
    team = await a_team()
    assert await alter(actor, team, joining=[ada.id, ada.id]) == Moves(joined=1)


async def test_removing_who_is_not_there_changes_nothing(actor: Actor, a_team: ATeam, ada: User, alan: User) -> None:
    team = await a_team(members=[ada])
    before = await whole(team)
    assert await alter(actor, team, leaving=[alan.id, new_id()]) == Moves()
    assert await whole(team) == before


async def test_who_leaves_has_a_period_that_ended_and_who_returns_a_new_one(
    actor: Actor, a_team: ATeam, ada: User
) -> None:
    team = await a_team(members=[ada])
    assert await alter(actor, team, leaving=[ada.id]) == Moves(left=1)
    assert await alter(actor, team, joining=[ada.id]) == Moves(joined=1)
    first, second = await periods(team)
    assert (first["open"], second["open"]) == (False, True)
    assert first["valid_to"] <= second["valid_from"]


async def test_the_teams_version_rises_once_per_change_that_moves_somebody(
    actor: Actor, a_team: ATeam, ada: User, grace: User
) -> None:
    team = await a_team()
    async with change(actor) as this:
        locked = await teams.lock(this, team.id)
        await memberships.add(this, locked, [ada.id])
        await memberships.add(this, locked, [grace.id])
        await memberships.end(this, locked, [ada.id])
        await teams.rename(this, locked, "Ledger")
    assert (await whole(team))["version"] == team.version + 1


async def test_a_replace_touches_neither_the_period_nor_the_role_of_who_stays(
    actor: Actor, a_team: ATeam, ada: User, grace: User, alan: User
) -> None:
    team = await a_team(members=[ada, grace], since=builders.now() - timedelta(days=400))
    async with change(actor) as this:
        assert await memberships.assign(this, await teams.lock(this, team.id), ada.id, "manager")
    before = {row["id"]: row for row in await periods(team)}
    async with change(actor) as this:
        moves = await memberships.replace(this, await teams.lock(this, team.id), [ada.id, alan.id])
    after = await periods(team)
    assert moves == Moves(joined=1, left=1)
    assert {row["user_id"] for row in after if row["open"]} == {str(ada.id), str(alan.id)}
    stayed = [row for row in after if row["user_id"] == str(ada.id)]
    assert stayed == [before[row["id"]] for row in stayed]
    assert [row["role"] for row in stayed if row["open"]] == ["manager"]


async def test_a_team_is_emptied(actor: Actor, a_team: ATeam, ada: User, grace: User) -> None:
    team = await a_team(members=[ada, grace])
    async with change(actor) as this:
        assert await memberships.clear(this, await teams.lock(this, team.id)) == Moves(left=2)
    assert [row["open"] for row in await periods(team)] == [False, False]


async def test_an_id_of_nobody_is_named_and_nothing_is_applied(
    actor: Actor, a_team: ATeam, ada: User, grace: User
) -> None:
    team, nobody = await a_team(members=[ada]), new_id()
    before = await whole(team)
    with pytest.raises(NotFound) as refused:
        await alter(actor, team, joining=[grace.id, nobody], leaving=[ada.id])
    assert (refused.value.kind, refused.value.key) == ("user", nobody)
    assert await whole(team) == before
    assert [row["user_id"] for row in await periods(team) if row["open"]] == [str(ada.id)]


async def test_another_accounts_person_is_nobody(actor: Actor, a_team: ATeam, ada: User, elsewhere: Account) -> None:
    team = await a_team()
    stranger = await builders.a_user(replace(actor, account_id=elsewhere.id))
    with pytest.raises(NotFound):
        await alter(actor, team, joining=[ada.id, stranger.id])
    assert await alter(actor, team, joining=[ada.id]) == Moves(joined=1)


async def test_a_deleted_persons_id_is_passed_over_and_told(
    actor: Actor, a_team: ATeam, a_user: AUser, ada: User
) -> None:
    team = await a_team()
    gone = await a_user("gone@lovelace.example", deleted_at=builders.now())
    assert await alter(actor, team, joining=[gone.id, ada.id]) == Moves(joined=1, passed_over=(gone.id,))
    assert [row["user_id"] for row in await periods(team)] == [str(ada.id)]


async def test_a_deactivated_person_may_join_and_stays(actor: Actor, a_team: ATeam, a_user: AUser) -> None:
    team = await a_team()
    asleep = await a_user("asleep@lovelace.example", deactivated_at=builders.now())
    assert await alter(actor, team, joining=[asleep.id]) == Moves(joined=1)


async def test_another_role_is_another_period_without_a_gap(actor: Actor, a_team: ATeam, ada: User) -> None:
    team = await a_team(members=[ada], since=builders.now() - timedelta(days=10))
    async with change(actor) as this:
        locked = await teams.lock(this, team.id)
        assert await memberships.assign(this, locked, ada.id, "manager") is True
        assert await memberships.assign(this, locked, ada.id, "manager") is False
    former, current = await periods(team)
    assert (former["role"], current["role"]) == (None, "manager")
    assert former["valid_to"] == current["valid_from"]
    assert (former["open"], current["open"]) == (False, True)


async def test_a_role_is_only_for_a_member(actor: Actor, a_team: ATeam, ada: User) -> None:
    team = await a_team()
    with pytest.raises(NotFound):
        async with change(actor) as this:
            await memberships.assign(this, await teams.lock(this, team.id), ada.id, "manager")


async def test_somebody_leaves_all_of_their_teams_at_once(
    actor: Actor, a_team: ATeam, ada: User, grace: User, scim_actor: Actor
) -> None:
    first, second = await a_team("First", members=[ada, grace]), await a_team("Second", members=[ada])
    other = await a_team("Other", members=[grace])
    async with change(scim_actor) as this:
        assert await memberships.end_all_of(this, ada) == 2
    still = {team.name: [row["user_id"] for row in await periods(team) if row["open"]] for team in (first, second)}
    assert still == {"First": [str(grace.id)], "Second": []}
    versions = [(await whole(team))["version"] for team in (first, second, other)]
    assert versions == [2, 2, 1]


async def test_one_event_tells_who_joined_and_who_left(actor: Actor, a_team: ATeam, ada: User, grace: User) -> None:
    team = await a_team(members=[ada])
    await alter(actor, team, joining=[grace.id], leaving=[ada.id])
    [event] = await events(team)
    assert event["action"] == "memberships.changed"
    assert event["before"] == {"members": [str(ada.id)], "count": 1}
    assert event["after"] == {"members": [str(grace.id)], "count": 1}


async def test_an_integration_writes_only_its_own_teams(
    actor: Actor, a_team: ATeam, ada: User, scim_actor: Actor, integration: Integration
) -> None:
    by_hand, another = await a_team("By hand"), await builders.an_integration(actor, "Entra")
    anothers = await a_team("Another's", integration_id=another.id)
    for team, owner in ((by_hand, None), (anothers, "Entra")):
        with pytest.raises(WaitsToBeLinked) as waiting:
            await alter(scim_actor, team, joining=[ada.id])
        assert (waiting.value.exists_as, waiting.value.owner, waiting.value.taken) == (team.id, owner, False)
    own = await a_team("Own", integration_id=integration.id)
    assert await alter(scim_actor, own, joining=[ada.id]) == Moves(joined=1)
    assert (await periods(own))[0]["integration_id"] == str(integration.id)


async def test_a_person_leaves_a_managed_teams_members_alone_unless_the_integration_allows_it(
    actor: Actor, a_team: ATeam, ada: User, integration: Integration
) -> None:
    lenient = await builders.an_integration(actor, "Lenient", allow_edits=True)
    admin = a_person(actor)
    managed, open_ = await a_team("A", integration_id=integration.id), await a_team("B", integration_id=lenient.id)
    with pytest.raises(Managed):
        await alter(admin, managed, joining=[ada.id])
    assert await alter(admin, open_, joining=[ada.id]) == Moves(joined=1)
    assert await alter(actor, managed, joining=[ada.id]) == Moves(joined=1)
    async with change(admin) as this:
        assert await memberships.assign(this, await teams.lock(this, managed.id), ada.id, "manager")


async def test_who_may_only_read_writes_nothing(actor: Actor, a_team: ATeam, ada: User) -> None:
    team = await a_team()
    with pytest.raises(NotPermitted):
        await alter(a_person(actor, Scope.READ), team, joining=[ada.id])
    assert await alter(a_person(actor), team, joining=[ada.id]) == Moves(joined=1)


async def test_sixteen_clients_each_add_fifty_different_people_to_one_team(actor: Actor, a_team: ATeam) -> None:
    team, people = await a_team(), await many_people(actor, 800)

    async def client(number: int) -> None:
        for user_id in people[number * 50 : number * 50 + 50]:
            await uninterrupted(partial(alter, actor, team, joining=[user_id]))

    await asyncio.gather(*(client(number) for number in range(16)))
    rows = await periods(team)
    assert {row["user_id"] for row in rows if row["open"]} == {str(user_id) for user_id in people}
    assert len(rows) == 800
    assert (await whole(team))["version"] == 801


async def test_clients_that_add_and_remove_the_same_people_leave_no_overlapping_periods(
    actor: Actor, a_team: ATeam
) -> None:
    team, people = await a_team(), await many_people(actor, 3)

    async def client(number: int) -> None:
        for turn in range(12):
            wish = {"joining" if (number + turn) % 2 else "leaving": people}
            await uninterrupted(partial(alter, actor, team, **wish))

    await asyncio.gather(*(client(number) for number in range(8)))
    by_user: dict[str, list[Any]] = {}
    for row in await periods(team):
        by_user.setdefault(row["user_id"], []).append(row)
    assert len(by_user) == 3
    for rows in by_user.values():
        assert all(row["valid_from"] <= row["valid_to"] for row in rows)
        assert all(earlier["valid_to"] <= later["valid_from"] for earlier, later in pairwise(rows))


async def test_a_whole_company_joins_in_one_change(
    actor: Actor, a_team: ATeam, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memberships, "CHUNK", dose(500, memberships.CHUNK))
    team, people = await a_team(), await many_people(actor, 2 * memberships.CHUNK + 1_200)
    assert await alter(actor, team, joining=people) == Moves(joined=len(people))
    event = (await events(team))[0]
    assert (event["after"]["count"], len(event["after"]["members"])) == (len(people), memberships.SHOWN)
    async with change(actor) as this:
        locked = await teams.lock(this, team.id)
        assert await memberships.replace(this, locked, people[1_000:]) == Moves(left=1_000)


async def test_one_who_joins_or_leaves_costs_the_same_in_a_team_of_any_size(
    db: Database, actor: Actor, a_team: ATeam
) -> None:
    if not isinstance(db, SqliteDatabase):
        pytest.skip("Only SQLite counts the steps of its statements; the benchmark has PostgreSQL's times.")
    *people, late = await many_people(actor, 3_001)
    small, large = await a_team("Small"), await a_team("Large")
    await alter(actor, small, joining=people[:3])
    await alter(actor, large, joining=people)

    async def steps(team: Team) -> int:
        counted = 0

        def count() -> int:
            nonlocal counted
            counted += 1
            return 0

        connection: Any = db.connection
        await connection.set_progress_handler(count, 10)
        await alter(actor, team, joining=[late])
        await alter(actor, team, leaving=[late])
        await connection.set_progress_handler(None, 10)
        return counted

    assert await steps(large) < 2 * await steps(small)


# --- what the sentences lean on -----------------------------------------------------------------------------------


async def alter(actor: Actor, team: Team, **wish: Iterable[UUID]) -> Moves:
    async with change(actor) as this:
        return await memberships.alter(this, await teams.lock(this, team.id), **wish)  # type: ignore[arg-type]


async def periods(team: Team) -> list[dict[str, Any]]:
    """Every period of the team in the order of beginning, as plain values that compare alike on both engines."""
    db = everywhere()
    rows = await db.rows("SELECT * FROM memberships WHERE team_id = $1 ORDER BY valid_from, valid_to, id", team.id)
    never = str(FOREVER)
    return [
        {name: None if row[name] is None else str(row[name]) for name in row.keys()}  # noqa: SIM118
        | {"open": str(row["valid_to"]) == never}
        for row in rows
    ]


async def whole(team: Team) -> dict[str, Any]:
    row = (await everywhere().rows("SELECT * FROM teams WHERE id = $1", team.id))[0]
    return {name: row[name] for name in row.keys()}  # noqa: SIM118


async def events(team: Team) -> list[dict[str, Any]]:
    rows: Sequence[Any] = await everywhere().rows(
        "SELECT action, before, after FROM audit_events WHERE subject_id = $1 ORDER BY id", team.id
    )
    return [
        {"action": row["action"]}
        | {name: orjson.loads(row[name]) if row[name] else None for name in ("before", "after")}
        for row in rows
    ]
