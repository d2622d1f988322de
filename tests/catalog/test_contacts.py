"""Contacts of teams and people: made, changed, removed; one default of each type; an address never runs anything."""

from typing import Any

import pytest

from catalog import actors
from catalog.actors import Actor, Role
from catalog.changes import change
from catalog.database import everywhere
from catalog.errors import Invalid, NotFound, NotPermitted
from catalog.ids import new_id
from catalog.models import Account, Contact, Team, User
from catalog.services import contacts, teams, users
from tests.catalog.teamwork import ATeam, AUser, events
from tests.catalog.test_ownership import as_role


async def added(actor: Actor, owner: Team | User, type: str = "slack", address: str = "#pay", **more: Any) -> Contact:
    async with change(actor) as this:
        held = await (teams if isinstance(owner, Team) else users).lock(this, owner.id)
        return await contacts.create(this, held, type=type, address=address, **more)


async def updated(actor: Actor, contact: Contact, **details: Any) -> Contact:
    async with change(actor) as this:
        return await contacts.update(this, contact.id, **details)


async def of(owner: Team | User) -> list[tuple[str, str, bool]]:
    rows = await everywhere().rows(
        "SELECT type, address, is_default FROM contacts WHERE owner_id = $1 ORDER BY id", owner.id
    )
    return [(row["type"], row["address"], bool(row["is_default"])) for row in rows]


async def test_the_first_of_a_type_is_the_default(actor: Actor, a_team: ATeam, a_user: AUser) -> None:
    team, ada = await a_team(), await a_user()
    for type, address in [("slack", "#pay"), ("slack", "#money"), ("web", "https://pay.example/wiki")]:
        await added(actor, team, type, address)
    await added(actor, ada, "email", " ada@home.example ")
    assert await of(team) == [
        ("slack", "#pay", True),
        ("slack", "#money", False),
        ("web", "https://pay.example/wiki", True),
    ]
    assert await of(ada) == [("email", "ada@home.example", True)]


async def test_another_default_takes_the_place_of_the_former(actor: Actor, a_team: ATeam) -> None:
    team = await a_team()
    first, second = [await added(actor, team, address=address) for address in ("#pay", "#money")]
    assert (await updated(actor, second, make_default=True)).is_default
    assert await of(team) == [("slack", "#pay", False), ("slack", "#money", True)]
    assert not (await updated(actor, first, display_name="Payments")).is_default


async def test_who_is_left_becomes_the_default(actor: Actor, a_team: ATeam) -> None:
    team = await a_team()
    first, _, third = [await added(actor, team, address=address) for address in ("#pay", "#money", "#cash")]
    async with change(actor) as this:
        assert (await contacts.delete(this, first.id)).address == "#pay"
    assert await of(team) == [("slack", "#money", True), ("slack", "#cash", False)]
    await updated(actor, third, type="slack_handle", address="@cash")
    assert await of(team) == [("slack", "#money", True), ("slack_handle", "@cash", True)]


async def test_what_is_absent_is_kept_and_none_clears(actor: Actor, a_team: ATeam) -> None:
    contact = await added(actor, await a_team(), display_name="Pay", display_type="Room", external_id="C1")
    changed = await updated(actor, contact, display_name=None, address="#money")
    assert (changed.address, changed.display_name, changed.display_type) == ("#money", None, "Room")
    assert changed.external_id == "C1"


async def test_changing_nothing_leaves_the_version_alone(actor: Actor, a_team: ATeam) -> None:
    team = await a_team()
    contact = await added(actor, team)
    before = await _version(team)
    await updated(actor, contact, address="#pay", make_default=True)
    assert await _version(team) == before
    await updated(actor, contact, address="#money")
    assert await _version(team) == before + 1
    assert [event["action"] for event in await events(team)] == ["contacts.changed"] * 2


@pytest.mark.parametrize(
    ("type", "address"),
    [
        ("fax", "1"),
        ("slack", "  "),
        ("email", "ada"),
        ("email", "ada@home"),
        ("web", "wiki"),
        ("web", "javascript:alert(1)"),
        ("web", "https://"),
        ("slack", "javascript:alert(1)"),
        ("github", "data:text/html,x"),
        ("slack", "#pay\nX"),
        ("web", "https://[pay"),
        ("slack", "x" * 501),
    ],
)
async def test_what_cannot_be_an_address_is_refused(actor: Actor, a_team: ATeam, type: str, address: str) -> None:
    team = await a_team()
    with pytest.raises(Invalid):
        await added(actor, team, type, address)
    kept = await added(actor, team)
    with pytest.raises(Invalid):
        await updated(actor, kept, type=type, address=address)
    assert await of(team) == [("slack", "#pay", True)]


async def test_one_has_so_many_contacts_and_no_more(
    actor: Actor, a_team: ATeam, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contacts, "MAX_OF_ONE", 2)
    team = await a_team()
    for _ in range(2):
        await added(actor, team)
    with pytest.raises(Invalid, match="2 contacts at most"):
        await added(actor, team)


async def test_people_change_their_own_contacts_and_those_of_teams_they_may_edit(
    actor: Actor, a_team: ATeam, a_user: AUser
) -> None:
    ada, grace = await a_user(), await a_user("grace@hopper.example")
    own, other = await a_team(members=[ada]), await a_team("Other")
    member = as_role(actor, Role.TEAM_MEMBER, id=ada.id)
    for theirs in (ada, own):
        await updated(member, await added(member, theirs), address="#money")
    for others in (grace, other):
        with pytest.raises(NotPermitted):
            await added(member, others)
        contact = await added(actor, others)
        with pytest.raises(NotPermitted):
            await updated(member, contact, address="#mine")
        with pytest.raises(NotPermitted):
            async with change(member) as this:
                await contacts.delete(this, contact.id)


async def test_another_accounts_contact_is_not_there(elsewhere: Account, actor: Actor, a_team: ATeam) -> None:
    contact = await added(actor, await a_team())
    stranger = actors.command(elsewhere.id)
    for id in (contact.id, new_id()):
        with pytest.raises(NotFound):
            async with change(stranger) as this:
                await contacts.delete(this, id)


async def test_a_deleted_teams_contact_is_not_there_and_comes_back_with_it(actor: Actor, a_team: ATeam) -> None:
    team = await a_team()
    contact = await added(actor, team)
    async with change(actor) as this:
        await teams.delete(this, await teams.lock(this, team.id))
    with pytest.raises(NotFound):
        await updated(actor, contact, address="#money")
    async with change(actor) as this:
        await teams.restore(this, team.id)
    assert (await updated(actor, contact, address="#money")).address == "#money"


async def _version(team: Team) -> int:
    row = await everywhere().one("SELECT version FROM teams WHERE id = $1", team.id)
    assert row is not None
    return int(row["version"])
