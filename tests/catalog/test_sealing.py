"""The chain of audit: in the order of commits, without a gap, and not to be altered by who has the database alone."""

import asyncio
import random
from datetime import timedelta
from typing import Any

import pytest

from catalog.actors import Actor, command
from catalog.changes import change
from catalog.engines import Database, Row, Statement
from catalog.ids import new_id, now
from catalog.models import Account, Team
from catalog.sealing import Sealer, Verified
from catalog.services import teams
from tests import builders
from tests.conftest import ON_POSTGRES
from tests.guarantees.ledger import Ledger

SECRET = "a secret key of the tests, long enough"
TAMPERINGS = 60


@pytest.fixture
def sealer() -> Sealer:
    return Sealer(SECRET)


async def renamed(actor: Actor, team: Team, names: list[str]) -> None:
    """An event for each of the names."""
    for name in names:
        async with change(actor) as this:
            await teams.rename(this, await teams.lock(this, team.id), name)


async def events(db: Database, account_id: Any) -> list[Row]:
    return list(await db.rows("SELECT * FROM audit_events WHERE account_id = $1 ORDER BY seq, id", account_id))


async def test_committed_events_are_numbered_without_a_gap_in_each_account(
    db: Database, actor: Actor, elsewhere: Account, sealer: Sealer
) -> None:
    there = command(elsewhere.id)
    team, other = await builders.a_team(actor), await builders.a_team(there)
    await renamed(actor, team, ["One", "Two"])
    await renamed(there, other, ["Uno"])
    heads = await sealer.seal()
    await renamed(actor, team, ["Three"])
    assert {(head.account_id, head.seq) for head in heads} == {(actor.account_id, 2), (elsewhere.id, 1)}
    assert [(head.account_id, head.seq) for head in await sealer.seal()] == [(actor.account_id, 3)]
    assert [row["seq"] for row in await events(db, actor.account_id)] == [1, 2, 3]
    assert [row["subject_name"] for row in await events(db, actor.account_id)] == ["One", "Two", "Three"]
    assert await sealer.seal() == []


async def test_more_than_a_batch_is_sealed_at_once(
    db: Database, actor: Actor, sealer: Sealer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catalog.sealing.BATCH", 3)
    team = await builders.a_team(actor)
    await renamed(actor, team, [f"Team {number}" for number in range(8)])
    await sealer.seal()
    assert [row["seq"] for row in await events(db, actor.account_id)] == list(range(1, 9))
    assert (await sealer.verify(actor.account_id)).events == 8


async def test_a_trail_holds_over_a_change_of_the_key_for_who_has_both(
    db: Database, actor: Actor, sealer: Sealer
) -> None:
    team = await builders.a_team(actor)
    await renamed(actor, team, ["One", "Two"])
    await sealer.seal()
    changed = Sealer("the key that came after it, as long as that", [SECRET])
    assert (await changed.verify(actor.account_id)).fault is None, "as soon as it is changed"
    await renamed(actor, team, ["Three"])
    await changed.seal()
    assert await changed.verify(actor.account_id) == Verified(actor.account_id, 3)
    for alone in (sealer, Sealer("the key that came after it, as long as that")):
        assert (await alone.verify(actor.account_id)).fault
    await renamed(actor, team, ["Forged"])
    await sealer.seal()
    assert (await changed.verify(actor.account_id)).events == 3, "who has found the old key can't go on with it"


@pytest.mark.parametrize("db", ON_POSTGRES, indirect=True)
async def test_what_was_begun_first_and_committed_last_comes_last(db: Database, actor: Actor, sealer: Sealer) -> None:
    slow, fast = await builders.a_team(actor, "Slow"), await builders.a_team(actor, "Fast")
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def late() -> None:
        async with change(actor) as this:
            await teams.rename(this, await teams.lock(this, slow.id), "Slower")
            await this.flush()
            begun.set()
            await go_on.wait()

    waiting = asyncio.create_task(late())
    await begun.wait()
    await renamed(actor, fast, ["Faster"])
    await sealer.seal()
    seen = [(row["seq"], row["subject_name"]) for row in await events(db, actor.account_id) if row["seq"]]
    go_on.set()
    await waiting
    await sealer.seal()
    told = [(row["seq"], row["subject_name"]) for row in await events(db, actor.account_id)]
    assert seen == [(1, "Faster")]
    assert told == [(1, "Faster"), (2, "Slower")], "whoever has read up to 1 goes on with 2"
    by_id = await db.rows("SELECT seq FROM audit_events WHERE account_id = $1 ORDER BY id", actor.account_id)
    assert [row["seq"] for row in by_id] == [2, 1], "by its id it would have been missed"


async def test_sealers_at_once_give_every_number_once(db: Database, actor: Actor, sealer: Sealer) -> None:
    team = await builders.a_team(actor)
    await renamed(actor, team, [f"Team {number}" for number in range(20)])
    await asyncio.gather(*(Sealer(SECRET).seal() for _ in range(4)))
    await sealer.seal()
    assert [row["seq"] for row in await events(db, actor.account_id)] == list(range(1, 21))
    assert (await sealer.verify(actor.account_id)).fault is None


async def test_a_chain_holds_with_its_own_key_alone(db: Database, actor: Actor, sealer: Sealer) -> None:
    team = await builders.a_team(actor)
    await renamed(actor, team, ["One", "Two"])
    await sealer.seal()
    assert (await sealer.verify(actor.account_id)).fault is None
    assert (await Sealer(SECRET[::-1]).verify(actor.account_id)).fault is not None


async def test_an_account_of_which_nothing_is_sealed_holds(actor: Actor, sealer: Sealer) -> None:
    verified = await sealer.verify(actor.account_id)
    assert (verified.events, verified.fault) == (0, None)


async def test_g24_every_tampering_is_found_and_where(
    db: Database, actor: Actor, sealer: Sealer, ledger: Ledger
) -> None:
    team = await builders.a_team(actor)
    await renamed(actor, team, [f"Team {number}" for number in range(12)])
    await sealer.seal()
    pristine = await events(db, actor.account_id)
    heads = await db.rows("SELECT * FROM audit_heads")
    chance = random.Random(4)
    missed = 0
    for _ in range(TAMPERINGS):
        place, what, statements = tampering(chance, pristine)
        async with db.unit() as unit:
            await unit.batch(statements)
        found = await sealer.verify(actor.account_id)
        missed += found.fault is None
        assert found.fault is not None, what
        assert found.events <= place, what
        async with db.unit() as unit:
            await unit.batch([Statement("DELETE FROM audit_events"), Statement("DELETE FROM audit_heads")])
            await unit.batch([_again("audit_events", pristine), _again("audit_heads", heads)])
    ledger(tamperings=TAMPERINGS, missed=missed)
    assert (await sealer.verify(actor.account_id)).events == 12


def tampering(chance: random.Random, rows: list[Row]) -> tuple[int, str, list[Statement]]:
    """How many events still hold at most, what is done, and how."""
    place = chance.randrange(len(rows))
    row, end = rows[place], len(rows)
    match chance.choice(["edit", "edit", "edit", "remove", "cut off", "exchange", "insert", "put the end elsewhere"]):
        case "edit":
            column = chance.choice(
                ["actor_name", "action", "subject_name", "subject_id", "at", "before", "after", "request_id", "seal"]
            )
            value: Any = "x"
            if column == "subject_id":
                value = new_id()
            elif column == "at":
                value = now() - timedelta(days=chance.randrange(1, 100))
            elif column in ("before", "after"):
                value = {"name": "Somebody else's"}
            return place, f"{column} of {place}", [_set(column, value, row)]
        case "remove":
            return place, f"remove {place}", [Statement("DELETE FROM audit_events WHERE id = $1", [row["id"]])]
        case "cut off":
            return place, f"cut off at {place}", [Statement("DELETE FROM audit_events WHERE seq > $1", [place])]
        case "exchange":
            other = rows[(place + 1) % end]
            return (
                min(place, (place + 1) % end),
                f"exchange {place}",
                [_set("seq", -1, row), _set("seq", row["seq"], other), _set("seq", other["seq"], row)],
            )
        case "insert":
            made = {name: row[name] for name in row.keys()}  # noqa: SIM118 - a row of SQLite is no dict
            made |= {"id": new_id(), "seq": end + 1, "subject_name": "Nobody"}
            return end, f"insert {place} again", [_again("audit_events", [made])]
        case _:
            cut = Statement("DELETE FROM audit_events WHERE seq > $1", [place + 1])
            moved = Statement("UPDATE audit_heads SET seq = $1, seal = $2", [place + 1, row["seal"]])
            if place + 1 == end:
                moved = Statement("DELETE FROM audit_heads")
            return end, f"end at {place}", [cut, moved]


def _set(column: str, value: Any, row: Row) -> Statement:
    return Statement(f"UPDATE audit_events SET {column} = $1 WHERE id = $2", [value, row["id"]])


def _again(table: str, rows: list[Any] | Any) -> Statement:
    names = list(rows[0].keys())
    columns = ", ".join(f'"{name}"' for name in names)
    places = ", ".join(f"${place}" for place in range(1, len(names) + 1))
    return Statement(
        f"INSERT INTO {table} ({columns}) VALUES ({places})", [[row[name] for name in names] for row in rows], many=True
    )


async def test_a_chain_that_was_cut_off_and_proven_anew_is_found_by_a_head_that_was_told(
    db: Database, actor: Actor, sealer: Sealer
) -> None:
    team = await builders.a_team(actor)
    await renamed(actor, team, ["One", "Two"])
    await sealer.seal()
    before = await db.rows("SELECT * FROM audit_heads")
    await renamed(actor, team, ["Three"])
    told = await sealer.seal()
    assert (await sealer.verify(actor.account_id, told)).fault is None
    async with db.unit() as unit:
        await unit.batch([Statement("DELETE FROM audit_events WHERE seq > 2"), Statement("DELETE FROM audit_heads")])
        await unit.batch([_again("audit_heads", before)])
    assert (await sealer.verify(actor.account_id)).fault is None, "as it was before: the database alone can't tell"
    assert (await sealer.verify(actor.account_id, told)).fault == "events 3 to 3 are missing"
