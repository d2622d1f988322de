"""Memberships of the past, brought in: beside what is known, never over it, and never for today."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from catalog.actors import Actor, Scope
from catalog.changes import change
from catalog.database import everywhere
from catalog.dialects import DIALECTS
from catalog.errors import NotPermitted
from catalog.models import Team, User
from catalog.services import backfill, feed
from catalog.services.backfill import Outcome, Record
from tests import builders
from tests.catalog.teamwork import ATeam, AUser, a_person
from tests.catalog.test_feed import sealed
from tests.catalog.test_timekeeping import periods

NOW = builders.now()


def year(number: int, month: int = 1) -> datetime:
    return datetime(number, month, 1, tzinfo=UTC)


@pytest.fixture
async def ada(a_user: AUser) -> User:
    return await a_user("ada@lovelace.example")


@pytest.fixture
async def payments(a_team: ATeam) -> Team:
    return await a_team("Payments")


@pytest.fixture
async def engines(a_team: ATeam, ada: User) -> Team:
    """The team on which Ada is, since now."""
    return await a_team("Engines", members=[ada])


async def brought(actor: Actor, *records: Record, dry_run: bool = False) -> list[Outcome]:
    async with change(actor) as this:
        return await backfill.bring_in(this, records, dry_run=dry_run)


def record(team: str, since: datetime, until: datetime | None = None, *, role: str | None = None) -> Record:
    return Record(team, "ada@lovelace.example", role, since, until)


async def spells(team: Team) -> list[tuple[str, str, str | None]]:
    db = everywhere()
    say = DIALECTS[db.dialect]
    rows = await db.rows(
        f"SELECT {say.instant('valid_from')} AS since, {say.instant('valid_to')} AS until, role FROM memberships "
        "WHERE team_id = $1 ORDER BY valid_from",
        team.id,
    )
    return [(row["since"][:10], row["until"][:10], row["role"]) for row in rows]


async def fates(actor: Actor, *records: Record) -> list[str]:
    return [outcome.fate for outcome in await brought(actor, *records)]


async def test_a_period_of_the_past_is_brought_in_with_when_it_was_learnt(
    actor: Actor, ada: User, payments: Team
) -> None:
    assert await fates(actor, record("payments", year(2024), year(2025), role="manager")) == ["imported"]
    assert await spells(payments) == [("2024-01-01", "2025-01-01", "manager")]
    [row] = await everywhere().rows("SELECT valid_from < recorded_at AS later FROM memberships")
    assert row["later"]


async def test_who_is_on_a_team_has_been_there_since_earlier(actor: Actor, ada: User, engines: Team) -> None:
    assert await fates(actor, record("engines", year(2024))) == ["lengthened"]
    [(since, until, _)] = await spells(engines)
    assert (since, until) == ("2024-01-01", "9999-12-31")


async def test_an_earlier_role_is_a_period_before_the_present_one(actor: Actor, ada: User, engines: Team) -> None:
    assert await fates(actor, record("engines", year(2024), role="intern")) == ["imported"]
    today = NOW.date().isoformat()
    assert await spells(engines) == [("2024-01-01", today, "intern"), (today, "9999-12-31", None)]


async def test_a_period_that_meets_the_next_one_in_the_same_role_lengthens_it(
    actor: Actor, ada: User, payments: Team
) -> None:
    assert await fates(
        actor, record("payments", year(2024), year(2025)), record("payments", year(2023), year(2024))
    ) == ["imported", "lengthened"]
    assert await spells(payments) == [("2023-01-01", "2025-01-01", None)]


async def test_the_same_again_changes_nothing(actor: Actor, ada: User, payments: Team, engines: Team) -> None:
    records = (record("payments", year(2024), year(2025)), record("engines", year(2024)))
    assert await fates(actor, *records) == ["imported", "lengthened"]
    before = await everywhere().rows("SELECT * FROM memberships ORDER BY id")
    events = await everywhere().rows("SELECT id FROM audit_events")
    assert await fates(actor, *records) == ["unchanged", "unchanged"]
    after = await everywhere().rows("SELECT * FROM memberships ORDER BY id")
    assert list(map(tuple, after)) == list(map(tuple, before))
    assert len(await everywhere().rows("SELECT id FROM audit_events")) == len(events)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (record("nowhere", year(2024), year(2025)), "There is no team 'nowhere'."),
        (Record("payments", "nobody@x.example", None, year(2024), year(2025)), "There is no person"),
        (record("payments", year(2024)), "They are not on the team now: say when it ended."),
        (record("payments", year(2025), year(2024)), "It ends before it begins."),
        (record("payments", year(2024), NOW + timedelta(days=9)), "It is of the future."),
        (record("engines", year(2024), NOW), "Another period of theirs in this team is at that time."),
    ],
)
async def test_what_cannot_be_so_is_refused_and_the_rest_is_brought_in(
    actor: Actor, ada: User, payments: Team, engines: Team, wrong: Record, reason: str
) -> None:
    async with change(actor) as this:
        # Since a year ago, so that a period that ends now is at the same time.
        this.run("UPDATE memberships SET valid_from = $1", NOW - timedelta(days=365))
    refused, fine = await brought(actor, wrong, record("payments", year(2020), year(2021)))
    assert refused.fate == "refused"
    assert (refused.reason or "").startswith(reason)
    assert fine.fate == "imported"


async def test_a_dry_run_says_what_would_become_of_it_and_writes_nothing(
    actor: Actor, ada: User, payments: Team, engines: Team
) -> None:
    records = (record("payments", year(2024), year(2025)), record("engines", year(2024)))
    would = await brought(actor, *records, dry_run=True)
    assert await spells(payments) == []
    assert await brought(actor, *records) == would


async def test_people_and_teams_were_there_by_then(actor: Actor, ada: User, payments: Team) -> None:
    await brought(actor, record("payments", year(2024), year(2025)), record("payments", year(2020), year(2021)))
    for kind, subject in (("user", ada), ("team", payments)):
        [told] = await periods(kind, subject)
        assert told["since"] == "2020-01-01T00:00:00.000Z"
        assert told["began_on_or_before"]


async def test_a_person_is_found_by_id_user_name_and_email_and_a_team_by_id(
    actor: Actor, ada: User, payments: Team
) -> None:
    for number, called in enumerate((str(ada.id), "ADA@lovelace.example")):
        assert await fates(actor, Record("payments", called, None, year(2000 + number), year(2000 + number, 6))) == [
            "imported"
        ]
    assert await fates(actor, Record(str(payments.id), str(ada.id), None, year(2010), year(2011))) == ["imported"]


async def test_somebody_who_is_deleted_keeps_a_past(actor: Actor, payments: Team) -> None:
    gone = await builders.a_user(actor, "gone@lovelace.example", deleted_at=NOW)
    there = await builders.a_user(actor, "gone@lovelace.example")
    assert await fates(actor, Record("payments", str(gone.id), None, year(2024), year(2025))) == ["imported"]
    assert await fates(actor, Record("payments", "gone@lovelace.example", None, year(2024), year(2025))) == ["imported"]
    rows = await everywhere().rows("SELECT user_id FROM memberships ORDER BY user_id")
    assert {UUID(str(row["user_id"])) for row in rows} == {gone.id, there.id}


async def test_the_trail_and_the_feed_tell_of_it(actor: Actor, ada: User, payments: Team, engines: Team) -> None:
    version = (await Team.get(id=payments.id)).version
    await brought(actor, record("payments", year(2024), year(2025)), record("engines", year(2024)))
    await sealed()
    told = (await feed.page(actor)).changes
    assert sorted((one.kind, one.action, one.is_deleted) for one in told) == [
        ("membership", "memberships.imported", False),
        ("membership", "memberships.imported", True),
    ]
    assert (await Team.get(id=payments.id)).version == version, "its members of today are the same"


@pytest.mark.parametrize("scopes", [(Scope.READ,), (Scope.READ, Scope.WRITE)])
async def test_only_administrators_bring_in_the_past(actor: Actor, payments: Team, scopes: Any) -> None:
    with pytest.raises(NotPermitted):
        await brought(a_person(actor, *scopes), record("payments", year(2024), year(2025)))
