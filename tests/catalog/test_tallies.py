"""How many people and teams there are: known without counting them, and never wrong."""

import asyncio
import importlib
from collections.abc import Awaitable, Callable

import orjson
import pytest

from catalog import tallies
from catalog.actors import Actor
from catalog.changes import Change, change, uninterrupted
from catalog.engines import Database, Statement
from catalog.errors import AlreadyTaken
from catalog.models import Account
from catalog.selection import Column, Compare
from catalog.services import answers, teams, users
from catalog.services.users import Draft
from catalog.shapes import Connected, One, Rows, Total
from catalog.tallies import Tally
from tests.catalog.teamwork import ATeam, AUser


async def test_a_new_account_has_nobody(actor: Actor) -> None:
    assert await tallies.total(actor.account_id) == Tally()
    assert await users.count(actor) == await teams.count(actor) == 0


async def test_who_comes_and_goes_is_tallied_in_their_account_alone(
    actor: Actor, elsewhere: Account, a_user: AUser, a_team: ATeam
) -> None:
    ada, _ = await a_user("ada"), await a_user("grace")
    team = await a_team("Payments", members=[ada])
    assert await tallies.total(actor.account_id) == Tally(2, 1)
    async with change(actor) as this:
        await users.delete(this, await users.lock(this, ada.id))
        await teams.delete(this, await teams.lock(this, team.id))
    assert await tallies.total(actor.account_id) == Tally(1, 0)
    async with change(actor) as this:
        await teams.restore(this, team.id)
    assert await tallies.total(actor.account_id) == Tally(1, 1)
    assert await tallies.total(elsewhere.id) == Tally()


async def test_who_comes_and_goes_within_one_change_was_never_there(actor: Actor, a_user: AUser) -> None:
    await a_user("ada")
    async with change(actor) as this:
        grace = await users.create(this, Draft("grace", {}))
        await users.delete(this, grace)
    assert await tallies.total(actor.account_id) == Tally(users=1)


async def test_altering_and_deactivating_somebody_leaves_the_tally_alone(actor: Actor, a_user: AUser) -> None:
    ada = await a_user("ada")
    async with change(actor) as this:
        held = await users.lock(this, ada.id)
        await users.replace(this, held, Draft("ada.lovelace", {"title": "Countess"}))
        await users.deactivate(this, held)
    assert await tallies.total(actor.account_id) == Tally(users=1)


async def test_a_change_that_is_refused_is_not_tallied(actor: Actor, a_user: AUser) -> None:
    await a_user("ada")

    async def both() -> None:
        async with change(actor) as this:
            await users.create(this, Draft("grace", {}))
            await users.create(this, Draft("ada", {}))

    with pytest.raises(AlreadyTaken):
        await both()
    assert await tallies.total(actor.account_id) == Tally(users=1)


async def test_many_who_come_at_once_are_all_tallied(db: Database, actor: Actor) -> None:
    def hire(number: int) -> Callable[[], Awaitable[None]]:
        async def work() -> None:
            async with change(actor) as this:
                await users.create(this, Draft(f"p{number}", {}))

        return work

    await asyncio.gather(*(uninterrupted(hire(number)) for number in range(40)))
    assert await tallies.total(actor.account_id) == Tally(users=40)
    counted = await db.one("SELECT count(*) AS n FROM users WHERE account_id = $1", actor.account_id)
    assert counted is not None
    assert counted["n"] == 40


async def test_the_total_of_a_list_is_the_tally_and_that_of_a_part_is_counted(actor: Actor, a_user: AUser) -> None:
    await a_user("ada")
    await a_user("grace")
    # A tally that is wrong on purpose shows where a total comes from.
    async with change(actor) as this:
        _miscount(this, Tally(users=5))
    some = Compare(Column("user_name"), "eq", "ada")
    assert (await users.count(actor), await users.count(actor, some)) == (7, 1)

    async def told(rows: Rows) -> int:
        asked = One("account", Rows("accounts"), (Connected("users", rows, (Total("n"),)),))
        got = orjson.loads(await answers.answer(actor, "accounts", asked))
        return int(got["users"]["n"])

    assert (await told(Rows("users")), await told(Rows("users", some))) == (7, 1)


async def test_the_migration_counts_who_is_there_already(
    db: Database, actor: Actor, elsewhere: Account, a_user: AUser, a_team: ATeam
) -> None:
    gone = await a_user("ada")
    await a_user("grace")
    await a_team("Payments")
    async with change(actor) as this:
        await users.delete(this, await users.lock(this, gone.id))
    async with change(actor) as this:
        this.run("DELETE FROM tallies")
    counting = next(
        statement
        for statement in importlib.import_module("catalog.migrations.0011_tallies").COUNTED
        if statement.startswith("INSERT")
    )
    async with db.unit() as unit:
        await unit.batch([Statement(counting)])
    assert await tallies.total(actor.account_id) == Tally(1, 1)
    assert await tallies.total(elsewhere.id) == Tally()


def _miscount(this: Change, by: Tally) -> None:
    statement = tallies.raising(this.account_id, by, this.dialect)
    this.run(statement.sql, *statement.params)


async def test_a_total_that_is_wrong_is_found_by_counting_and_mended(
    db: Database, actor: Actor, elsewhere: Account, a_user: AUser, a_team: ATeam
) -> None:
    await a_user("ada")
    await a_team("Payments")
    assert await tallies.compared(actor.account_id) == (Tally(1, 1), Tally(1, 1))
    async with db.unit() as unit:
        await unit.batch([tallies.raising(actor.account_id, Tally(3, -1), db.dialect)])
    assert await tallies.compared(actor.account_id) == (Tally(4, 0), Tally(1, 1))
    await tallies.mend(actor.account_id)
    assert await tallies.compared(actor.account_id) == (Tally(1, 1), Tally(1, 1))
    assert await tallies.compared(elsewhere.id) == (Tally(), Tally())
