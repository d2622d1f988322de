"""What people and teams were, and when: kept by whichever change alters them, without a gap and without an overlap."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from catalog.actors import Actor
from catalog.attributes import ENTERPRISE
from catalog.changes import Change, change
from catalog.database import everywhere
from catalog.dialects import DIALECTS
from catalog.engines import Database
from catalog.models import Integration, Team, User
from catalog.services import linking, memberships, teams, users
from catalog.services.users import Draft
from tests import builders
from tests.catalog.teamwork import ATeam, AUser

Period = dict[str, Any]


async def periods(kind: str, subject: User | Team) -> list[Period]:
    """What the subject was, in order: each of the columns that are kept, and from when to when."""
    db = everywhere()
    say = DIALECTS[db.dialect]
    rows = await db.rows(
        f"SELECT p.*, {say.instant('p.valid_from')} AS since, {say.instant('p.valid_to')} AS until "
        f"FROM {kind}_periods p WHERE p.{kind}_id = $1 ORDER BY p.valid_from, p.valid_to, p.id",
        subject.id,
    )
    return [{name: row[name] for name in row.keys()} for row in rows]  # noqa: SIM118 - a row of SQLite is no dict


def unbroken(told: list[Period]) -> bool:
    """Whether each period begins where the one before it ended."""
    return all(earlier["until"] == later["since"] for earlier, later in pairwise(told))


def is_open(period: Period) -> bool:
    return str(period["until"]).startswith("9999")


async def at(this: Change, instant: datetime) -> Change:
    """The change, as if it had begun then."""
    this.at = instant
    return this


async def done(actor: Actor, instant: datetime, work: Callable[[Change], Awaitable[Any]]) -> Any:
    async with change(actor) as this:
        return await work(await at(this, instant))


@pytest.fixture
def day() -> Callable[[int], datetime]:
    """An instant so many days from the first one."""
    first = builders.now() - timedelta(days=100)
    return lambda number: first + timedelta(days=number)


Day = Callable[[int], datetime]


def drafted(user_name: str = "ada@lovelace.example", **attributes: Any) -> Draft:
    return Draft(user_name, {"displayName": "Ada Lovelace", **attributes})


async def test_a_persons_title_department_status_and_role_are_kept_from_when_to_when(actor: Actor, day: Day) -> None:
    ada = await done(actor, day(0), lambda this: users.create(this, drafted(title="Analyst")))

    async def promoted(this: Change) -> None:
        user = await users.lock(this, ada.id)
        await users.replace(this, user, drafted(title="Countess", **{ENTERPRISE: {"department": "Engines"}}))

    async def left(this: Change) -> None:
        await users.deactivate(this, await users.lock(this, ada.id))

    async def came_back(this: Change) -> None:
        await users.reactivate(this, await users.lock(this, ada.id))

    for number, work in ((10, promoted), (20, left), (30, came_back)):
        await done(actor, day(number), work)
    told = await periods("user", ada)
    assert [(p["title"], p["department"], bool(p["is_active"])) for p in told] == [
        ("Analyst", None, True),
        ("Countess", "Engines", True),
        ("Countess", "Engines", False),
        ("Countess", "Engines", True),
    ]
    assert unbroken(told)
    assert [is_open(p) for p in told] == [False, False, False, True]
    assert [bool(p["began_on_or_before"]) for p in told] == [True, False, False, False]


async def test_what_changes_nothing_that_is_kept_begins_no_period(actor: Actor, day: Day) -> None:
    ada = await done(actor, day(0), lambda this: users.create(this, drafted()))

    async def nicknamed(this: Change) -> None:
        await users.replace(this, await users.lock(this, ada.id), drafted(nickName="Countess"))

    await done(actor, day(1), nicknamed)
    assert len(await periods("user", ada)) == 1


async def test_several_changes_at_one_instant_are_one_period(actor: Actor, day: Day) -> None:
    async def whole(this: Change) -> User:
        user = await users.create(this, drafted(title="Analyst"))
        await users.replace(this, user, drafted(title="Programmer"))
        await users.replace(this, user, drafted(title="Countess"))
        return user

    [told] = await periods("user", await done(actor, day(0), whole))
    assert told["title"] == "Countess"


async def test_a_change_that_began_before_the_one_it_waited_for_leaves_no_gap_and_no_overlap(
    actor: Actor, day: Day
) -> None:
    ada = await done(actor, day(5), lambda this: users.create(this, drafted(title="Analyst")))

    async def promoted(this: Change) -> None:
        await users.replace(this, await users.lock(this, ada.id), drafted(title="Countess"))

    await done(actor, day(3), promoted)
    told = await periods("user", ada)
    assert [p["title"] for p in told] == ["Countess"]
    assert unbroken(told)


async def test_who_is_deleted_has_no_open_period(actor: Actor, day: Day) -> None:
    ada = await done(actor, day(0), lambda this: users.create(this, drafted()))

    async def deleted(this: Change) -> None:
        await users.delete(this, await users.lock(this, ada.id))

    await done(actor, day(2), deleted)
    told = await periods("user", ada)
    assert not [p for p in told if is_open(p)]
    assert unbroken(told)
    assert {p["until"] for p in told} == {told[-1]["since"], told[-1]["until"]}


async def test_a_manager_who_arrives_later_manages_from_then_on_and_nobody_once_they_are_gone(
    actor: Actor, day: Day
) -> None:
    reporting = {ENTERPRISE: {"manager": {"value": "charles@babbage.example"}}}
    ada = await done(actor, day(0), lambda this: users.create(this, drafted(**reporting)))
    charles = await done(actor, day(1), lambda this: users.create(this, drafted("charles@babbage.example")))

    async def deleted(this: Change) -> None:
        await users.delete(this, await users.lock(this, charles.id))

    await done(actor, day(2), deleted)
    told = await periods("user", ada)
    assert [p["manager_id"] and str(p["manager_id"]) for p in told] == [None, str(charles.id), None]
    assert unbroken(told)
    rows = await everywhere().rows(
        "SELECT action FROM audit_events WHERE subject_id = $1 AND action = 'user.updated'", ada.id
    )
    assert len(rows) == 2, "the trail tells of it"


async def test_who_names_themselves_as_manager_reports_to_themselves(actor: Actor, day: Day) -> None:
    reporting = {ENTERPRISE: {"manager": {"value": "ada@lovelace.example"}}}
    ada = await done(actor, day(0), lambda this: users.create(this, drafted(**reporting)))
    [told] = await periods("user", ada)
    assert str(told["manager_id"]) == str(ada.id)
    assert (await User.get(id=ada.id)).manager_id == ada.id


async def test_an_account_role_given_by_a_group_is_kept(actor: Actor, a_team: ATeam, day: Day) -> None:
    integration = await builders.an_integration(actor, "Okta", group_roles={"Directory Admins": "admin"})
    scim = builders.a_scim_client(integration)
    ada = await builders.a_user(scim)
    spare = await builders.a_user(actor, "root@lovelace.example", role="admin")
    team = await builders.a_team(scim, "Directory Admins")

    async def joined(this: Change) -> None:
        await memberships.add(this, await teams.lock(this, team.id), [ada.id])

    await done(scim, builders.now() + timedelta(seconds=1), joined)
    assert [p["role"] for p in await periods("user", ada)] == ["user", "admin"]
    assert [p["role"] for p in await periods("user", spare)] == ["admin"]


async def test_a_teams_name_and_parent_are_kept_and_a_restored_one_has_a_gap(actor: Actor, day: Day) -> None:
    finance = await done(actor, day(0), lambda this: teams.create(this, name="Finance"))
    team = await done(actor, day(0), lambda this: teams.create(this, name="Payments"))

    async def renamed(this: Change) -> None:
        await teams.rename(this, await teams.lock(this, team.id), "Ledger")

    async def moved(this: Change) -> None:
        await teams.set_parent(this, await teams.lock(this, team.id), finance.id)

    async def deleted(this: Change) -> None:
        await teams.delete(this, await teams.lock(this, team.id))

    for number, work in ((1, renamed), (2, moved), (3, deleted)):
        await done(actor, day(number), work)
    assert not [p for p in await periods("team", team) if is_open(p)]
    await done(actor, day(20), lambda this: teams.restore(this, team.id))
    told = await periods("team", team)
    assert [(p["name"], p["parent_id"] and str(p["parent_id"])) for p in told] == [
        ("Payments", None),
        ("Ledger", None),
        ("Ledger", str(finance.id)),
        ("Ledger", str(finance.id)),
    ]
    assert unbroken(told[:3])
    assert told[2]["until"] < told[3]["since"]
    assert is_open(told[3])


async def test_the_children_of_a_deleted_team_stand_under_its_parent_from_then_on(actor: Actor, day: Day) -> None:
    top = await done(actor, day(0), lambda this: teams.create(this, name="Top"))
    middle = await done(actor, day(0), lambda this: teams.create(this, name="Middle", parent_id=top.id))
    low = await done(actor, day(0), lambda this: teams.create(this, name="Low", parent_id=middle.id))

    async def deleted(this: Change) -> None:
        await teams.delete(this, await teams.lock(this, middle.id))

    await done(actor, day(1), deleted)
    assert [str(p["parent_id"]) for p in await periods("team", low)] == [str(middle.id), str(top.id)]


async def test_a_change_that_is_undone_leaves_the_periods_as_they_were(actor: Actor, day: Day) -> None:
    ada = await done(actor, day(0), lambda this: users.create(this, drafted(title="Analyst")))

    async def promoted_and_failed(this: Change) -> None:
        await users.replace(this, await users.lock(this, ada.id), drafted(title="Countess"))
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await done(actor, day(1), promoted_and_failed)
    assert [p["title"] for p in await periods("user", ada)] == ["Analyst"]


# --- memberships ----------------------------------------------------------------------------------------------------


async def spells(db: Database, team: Team) -> list[Period]:
    rows = await db.rows(
        "SELECT begun_in, ended_in, began_on_or_before FROM memberships WHERE team_id = $1 ORDER BY valid_from, id",
        team.id,
    )
    return [
        {"begun": str(row["begun_in"]), "ended": row["ended_in"] and str(row["ended_in"]), "before": bool(row[2])}
        for row in rows
    ]


async def test_a_membership_knows_the_changes_that_began_and_ended_it(
    db: Database, actor: Actor, a_team: ATeam, a_user: AUser
) -> None:
    team, ada = await a_team(), await a_user()
    async with change(actor) as first:
        await memberships.add(first, await teams.lock(first, team.id), [ada.id])
    async with change(actor) as second:
        await memberships.assign(second, await teams.lock(second, team.id), ada.id, "manager")
    async with change(actor) as third:
        await teams.delete(third, await teams.lock(third, team.id))
    assert await spells(db, team) == [
        {"begun": str(first.id), "ended": str(second.id), "before": False},
        {"begun": str(second.id), "ended": str(third.id), "before": False},
    ]


async def test_whom_a_provider_tells_of_with_a_team_may_have_been_on_it_before(
    db: Database, integration: Integration, scim_actor: Actor, actor: Actor
) -> None:
    ada, grace, alan = [await builders.a_user(scim_actor, f"{name}@x.example") for name in ("ada", "grace", "alan")]
    team = await builders.a_team(scim_actor, "Payments")
    by_hand = await builders.a_team(actor, "Ledger")
    for who, days in ((ada, 0), (grace, 2)):
        async with change(scim_actor) as this:
            this.at += timedelta(days=days)
            await memberships.add(this, await teams.lock(this, team.id), [who.id])
    async with change(actor) as this:
        await memberships.add(this, await teams.lock(this, by_hand.id), [alan.id])
    assert [spell["before"] for spell in await spells(db, team)] == [True, False]
    assert [spell["before"] for spell in await spells(db, by_hand)] == [False]


async def test_nothing_of_a_period_depends_on_who_manages_its_subject(
    actor: Actor, integration: Integration, day: Day
) -> None:
    ada = await done(actor, day(0), lambda this: users.create(this, drafted()))
    await done(actor, day(1), lambda this: linking.link_user(this, integration.id, ada.id))
    assert len(await periods("user", ada)) == 1
