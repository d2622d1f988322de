"""The feed: everything that changed, in the order of the commits, page by page, with nothing missing."""

import asyncio
from typing import Any

import pytest

from catalog.actors import Actor, command
from catalog.changes import change
from catalog.database import everywhere
from catalog.errors import Invalid, NotPermitted
from catalog.models import Account, Team, User
from catalog.sealing import Sealer
from catalog.services import feed, memberships, teams, users
from catalog.services.feed import Kind, Told
from catalog.services.users import Draft
from tests.catalog.teamwork import many_people
from tests.conftest import ON_POSTGRES


async def sealed() -> None:
    await Sealer("a secret key of the tests, long enough").seal()


async def everything(
    actor: Actor, *, after: str | None = None, size: int = 100, kinds: tuple[Kind, ...] = feed.KINDS
) -> list[Told]:
    """All of the feed behind the cursor, read page by page."""
    found: list[Told] = []
    while True:
        page = await feed.page(actor, after=after, size=size, kinds=kinds)
        assert len(page.changes) <= size
        found += page.changes
        after = str(page.end)
        if not page.has_more:
            return found
        assert page.changes, "a page that has more brings something"


def told(changes: list[Told]) -> list[tuple[str, str, bool]]:
    return [(one.kind, one.action, one.is_deleted) for one in changes]


async def person(actor: Actor, user_name: str) -> User:
    async with change(actor) as this:
        return await users.create(this, Draft(user_name, {"displayName": user_name}))


async def team(actor: Actor, name: str, *members: Any) -> Team:
    async with change(actor) as this:
        made = await teams.create(this, name=name)
        await memberships.add(this, made, members)
    return made


async def test_people_teams_and_memberships_are_told_in_the_order_of_their_commits(actor: Actor) -> None:
    ada = await person(actor, "ada@lovelace.example")
    engines = await team(actor, "Engines", ada.id)
    async with change(actor) as this:
        await memberships.end(this, await teams.lock(this, engines.id), [ada.id])
    async with change(actor) as this:
        await users.delete(this, await users.lock(this, ada.id))
    await sealed()
    assert told(await everything(actor)) == [
        ("user", "user.created", True),
        ("team", "team.created", False),
        ("membership", "memberships.changed", True),
        ("membership", "memberships.changed", True),
        ("user", "user.deactivated", True),
        ("user", "user.deleted", True),
    ]


async def test_what_is_not_sealed_yet_waits(actor: Actor) -> None:
    await person(actor, "ada@lovelace.example")
    assert (await feed.page(actor)).changes == []
    await sealed()
    assert len((await feed.page(actor)).changes) == 1


@pytest.mark.parametrize("size", [1, 2, 3, 7])
async def test_pages_of_any_size_tell_the_same(actor: Actor, size: int) -> None:
    people = await many_people(actor, 9)
    await team(actor, "Engines", *people)
    payments = await team(actor, "Payments", *people[:4])
    await person(actor, "grace@hopper.example")
    async with change(actor) as this:
        await teams.delete(this, await teams.lock(this, payments.id))
    await sealed()
    whole = await everything(actor)
    assert len(whole) == 1 + 9 + 1 + 4 + 1 + 4 + 1
    assert await everything(actor, size=size) == whole
    for place in range(len(whole)):
        assert await everything(actor, after=str(whole[place].place), size=size) == whole[place + 1 :]


async def test_only_the_kinds_that_are_wanted_are_told_and_the_cursor_goes_on_all_the_same(actor: Actor) -> None:
    ada = await person(actor, "ada@lovelace.example")
    await team(actor, "Engines", ada.id)
    await sealed()
    assert told(await everything(actor, kinds=("membership",))) == [("membership", "memberships.changed", False)]
    assert told(await everything(actor, kinds=("user",), size=1)) == [("user", "user.created", False)]
    page = await feed.page(actor, kinds=("user",))
    assert (await feed.page(actor, after=str(page.end))).changes == []


async def test_a_page_without_changes_tells_where_to_go_on(actor: Actor) -> None:
    ada = await person(actor, "ada@lovelace.example")
    await sealed()
    end = str((await feed.page(actor)).end)
    again = await feed.page(actor, after=end)
    assert (again.changes, again.has_more, str(again.end)) == ([], False, end)
    async with change(actor) as this:
        await users.deactivate(this, await users.lock(this, ada.id))
    await sealed()
    assert told(await everything(actor, after=end)) == [("user", "user.deactivated", False)]


@pytest.mark.parametrize("db", ON_POSTGRES, indirect=True)
async def test_a_row_committed_late_is_never_missed(actor: Actor) -> None:
    slow = await team(actor, "Slow")
    ada = await person(actor, "ada@lovelace.example")
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def late() -> None:
        async with change(actor) as this:
            await memberships.add(this, await teams.lock(this, slow.id), [ada.id])
            begun.set()
            await go_on.wait()

    waiting = asyncio.create_task(late())
    await begun.wait()
    await person(actor, "grace@hopper.example")
    await sealed()
    page = await feed.page(actor)
    go_on.set()
    await waiting
    await sealed()
    assert [one.kind for one in page.changes] == ["team", "user", "user"]
    assert told((await feed.page(actor, after=str(page.end))).changes) == [("membership", "memberships.changed", False)]
    rows = await everywhere().rows("SELECT subject_kind FROM audit_events ORDER BY at, id")
    assert [row["subject_kind"] for row in rows][-1] == "user", "by its time it comes before what was read"


async def test_nothing_of_another_account_is_told(actor: Actor, elsewhere: Account) -> None:
    await person(command(elsewhere.id), "ada@lovelace.example")
    await sealed()
    assert await everything(actor) == []


async def test_a_provider_reads_no_feed(scim_actor: Actor) -> None:
    with pytest.raises(NotPermitted):
        await feed.page(scim_actor)


@pytest.mark.parametrize("cursor", ["x", "-1", "1_x", "_", "１", "9" * 40, "1_" + "0" * 31])
async def test_what_is_no_cursor_is_refused(actor: Actor, cursor: str) -> None:
    with pytest.raises(Invalid):
        await feed.page(actor, after=cursor)


async def test_a_cursor_holds_letters_digits_and_underscores_alone(actor: Actor) -> None:
    ada = await person(actor, "ada@lovelace.example")
    await team(actor, "Engines", ada.id)
    await sealed()
    for one in await everything(actor):
        assert str(one.place).replace("_", "").isalnum()
        assert feed.Place.read(str(one.place)) == one.place
