"""The demo: a company that could be one, the same for the same seed, lived through the catalog's own services."""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from catalog.actors import Actor, command
from catalog.engines import Database
from catalog.errors import AlreadyTaken
from catalog.services import exports
from catalog.services.exports import Export
from tests import processes
from web.demo import living
from web.demo.company import DEPARTMENTS
from web.demo.story import YEARS, Event, story

UNTIL = datetime(2026, 11, 27, tzinfo=UTC)


@pytest.fixture(scope="module", params=[30, 300])
def events(request: pytest.FixtureRequest) -> list[Event]:
    return story(request.param, 1, UNTIL)


def test_a_seed_tells_one_story(events: list[Event]) -> None:
    people = sum(event.verb == "hires" for event in events) - sum(event.verb == "departs" for event in events)
    assert people in (30, 300)
    assert story(people, 1, UNTIL) == story(people, 1, UNTIL)
    assert story(people, 2, UNTIL) != story(people, 1, UNTIL)


def test_one_thing_happens_after_the_other_within_three_years(events: list[Event]) -> None:
    assert all(one.at < other.at for one, other in pairwise(events))
    assert timedelta(0) < UNTIL - events[-1].at
    assert UNTIL - events[0].at < timedelta(days=365 * YEARS)


def test_people_are_hired_before_anything_else_and_do_nothing_once_they_have_left(events: list[Event]) -> None:
    there: set[int] = set()
    for event in events:
        if event.person is None:
            continue
        assert (event.verb == "hires") is (event.person.number not in there), event
        assert event.person.manager is None or event.person.manager in there, event
        there.add(event.person.number)
        if event.verb == "departs":
            there.remove(event.person.number)


def test_people_are_on_one_team_at_a_time(events: list[Event]) -> None:
    on: dict[int, str] = {}
    for event in events:
        if event.person is not None and event.verb == "joins":
            assert event.person.number not in on, event
            on[event.person.number] = event.team or ""
        elif event.person is not None and event.verb == "quits":
            assert on.pop(event.person.number) == event.team


def test_a_company_has_joiners_movers_leavers_promotions_and_a_reorganisation() -> None:
    happened = Counter(event.verb for event in story(300, 1, UNTIL))
    assert set(happened) == {"founds", "places", "hires", "joins", "leads", "quits", "changes", "departs"}
    assert happened["places"] == 3
    assert happened["departs"] > 60
    assert happened["joins"] > happened["hires"] + 50


async def test_the_company_stands_in_the_catalog_as_its_story_tells(db: Database) -> None:
    account = await living.make(30, 3, UNTIL)
    actor = command(account.id)
    told = story(30, 3, UNTIL)
    half = told[len(told) // 2].at
    on: dict[str, str] = {}
    for event in told:
        if event.at > half or event.person is None or event.team is None:
            continue
        if event.verb == "joins":
            on[event.person.email] = event.team
        elif event.verb == "quits":
            del on[event.person.email]
    rows = await _exported(actor, Export("memberships", at=half))
    assert {row["user_email"]: row["team_name"] for row in rows} == on
    people = await _exported(actor, Export("users"))
    left = {event.person.email for event in told if event.verb == "departs" and event.person}
    assert {row["email"] for row in people if row["status"] == "deactivated"} == left
    assert {row["source"] for row in people} == {"Okta"}
    assert {row["department"] for row in people} == {department.name for department in DEPARTMENTS}
    letters = await db.one("SELECT count(*) AS n FROM outbox_messages")
    assert letters is not None
    assert letters["n"] == 0


async def test_there_is_one_demo_and_a_second_one_changes_nothing(db: Database) -> None:
    account = await living.make(30, 1, UNTIL)
    before = await _exported(command(account.id), Export("users"))
    with pytest.raises(AlreadyTaken):
        await living.make(30, 2, UNTIL)
    assert await _exported(command(account.id), Export("users")) == before


async def test_the_command_prints_a_link_to_come_in_and_refuses_to_begin_twice(tmp_path: Path) -> None:
    first, link, words = await _demo(tmp_path)
    assert (first, link.count("\n")) == (0, 1)
    assert link.startswith("http://127.0.0.1:8000/setup/muster_link_")
    assert "muster export memberships --account demo" in words
    again, nothing, words = await _demo(tmp_path)
    assert (again, nothing) == (1, "")
    assert "take another database" in words


async def _demo(folder: Path) -> tuple[int | None, str, str]:
    """The exit code, and what stands on standard output and on standard error."""
    environment = {**os.environ, "MUSTER_DATABASE_URL": f"sqlite://{folder}/m.db", "MUSTER_DATA_DIR": str(folder)}
    ended = await processes.run("demo", "--people", "30", environment=environment)
    return ended.code, ended.out, " ".join(ended.errors.split())


async def _exported(actor: Actor, export: Export) -> list[dict[str, object]]:
    prepared = await exports.prepare(actor, export)
    return [row async for some in exports.rows(actor, prepared) for row in some]
