"""Account roles given by groups: given on joining, taken back on leaving, and whom they never touch."""

import asyncio
from functools import partial
from typing import Any

import pytest

from catalog.actors import Actor, Role, Scope
from catalog.changes import change
from catalog.database import everywhere
from catalog.errors import Unauthenticated
from catalog.models import Integration, Team, User
from catalog.services import decisions, integrations, linking, memberships, teams, tokens, users
from tests import builders
from tests.catalog.teamwork import a_person, done, made

ROLES = {"Admins": "admin", "Standards": "standards_admin", "Members": "user"}


@pytest.fixture
async def admins(actor: Actor, scim_actor: Actor, integration: Integration) -> Team:
    """A pushed group that makes administrators; and somebody who is one without it."""
    await builders.a_user(actor, "root@ada.example", role="admin", is_break_glass=True)
    await choose(actor, integration, group_roles=ROLES)
    return await made(scim_actor, "Admins")


async def choose(actor: Actor, integration: Integration, **choices: Any) -> None:
    async with change(actor) as this:
        await integrations.update_settings(this, integration.id, **choices)


async def role(user: User) -> str:
    row = await everywhere().one("SELECT role FROM users WHERE id = $1", user.id)
    assert row is not None
    return str(row["role"])


async def trail(user: User) -> int:
    rows = await everywhere().rows(
        "SELECT id FROM audit_events WHERE subject_id = $1 AND action = 'user.role_changed'", user.id
    )
    return len(rows)


async def test_members_of_a_group_have_its_role_as_long_as_they_are_members(scim_actor: Actor, admins: Team) -> None:
    ada, grace = await builders.a_user(scim_actor, "ada"), await builders.a_user(scim_actor, "grace")
    await done(scim_actor, admins, memberships.add, [ada.id, grace.id])
    assert [await role(user) for user in (ada, grace)] == ["admin", "admin"]
    await done(scim_actor, admins, memberships.replace, [grace.id])
    assert [await role(user) for user in (ada, grace)] == ["user", "admin"]
    assert [await trail(user) for user in (ada, grace)] == [2, 1]
    await done(scim_actor, admins, memberships.replace, [grace.id])
    assert await trail(grace) == 1


async def test_nothing_is_given_unless_it_was_chosen(actor: Actor, scim_actor: Actor) -> None:
    ada = await builders.a_user(scim_actor, "ada")
    team = await made(scim_actor, "Admins")
    await done(scim_actor, team, memberships.add, [ada.id])
    assert await role(ada) == "user"


async def test_the_highest_of_several_roles_wins(scim_actor: Actor, admins: Team) -> None:
    ada = await builders.a_user(scim_actor, "ada", role="team_member")
    standards, members = await made(scim_actor, "STANDARDS"), await made(scim_actor, "Members")
    expected = iter(["user", "admin", "admin", "standards_admin", "user", "team_member"])
    for verb, team in (
        (memberships.add, members), (memberships.add, admins), (memberships.add, standards),
        (memberships.end, admins), (memberships.end, standards), (memberships.end, members),
    ):  # fmt: skip
        await done(scim_actor, team, verb, [ada.id])
        assert await role(ada) == next(expected)


async def test_whoever_is_an_administrator_by_hand_stays_one(scim_actor: Actor, admins: Team) -> None:
    ada = await builders.a_user(scim_actor, "ada", role="admin")
    members = await made(scim_actor, "Members")
    for verb, team in ((memberships.add, members), (memberships.end, members), (memberships.add, admins)):
        await done(scim_actor, team, verb, [ada.id])
    await done(scim_actor, admins, teams.delete)
    assert (await role(ada), await trail(ada)) == ("admin", 0)


async def test_a_lesser_role_by_hand_is_gone_back_to(scim_actor: Actor, admins: Team) -> None:
    ada = await builders.a_user(scim_actor, "ada", role="standards_admin")
    await done(scim_actor, admins, memberships.add, [ada.id])
    assert await role(ada) == "admin"
    await done(scim_actor, admins, memberships.end, [ada.id])
    assert await role(ada) == "standards_admin"


async def test_people_of_others_and_break_glass_people_are_left_alone(
    actor: Actor, scim_actor: Actor, admins: Team
) -> None:
    entra = builders.a_scim_client(await builders.an_integration(actor, "Entra"))
    others = [
        await builders.a_user(actor, "hand"),
        await builders.a_user(entra, "entra"),
        await builders.a_user(scim_actor, "glass", is_break_glass=True),
    ]
    await done(scim_actor, admins, memberships.add, [user.id for user in others])
    assert [await role(user) for user in others] == ["user"] * 3


async def test_nobody_makes_themselves_an_administrator_by_hand(
    actor: Actor, scim_actor: Actor, integration: Integration, admins: Team
) -> None:
    await choose(actor, integration, allow_edits=True)
    ada = await builders.a_user(scim_actor, "ada")
    writer = a_person(actor, Scope.READ, Scope.WRITE)
    await done(writer, admins, memberships.add, [ada.id])
    other = await made(scim_actor, "Others")
    await done(scim_actor, other, memberships.add, [ada.id])
    await done(writer, admins, teams.rename, "Something else")
    await done(writer, other, teams.rename, "Admins")
    assert await role(ada) == "user"


async def test_what_happens_to_a_group_happens_to_its_role(
    actor: Actor, scim_actor: Actor, integration: Integration, admins: Team
) -> None:
    ada = await builders.a_user(scim_actor, "ada")
    await done(scim_actor, admins, memberships.add, [ada.id])
    group, hand = partial(done, scim_actor, admins), partial(once, actor)
    chosen = partial(choose, actor, integration)
    for undo, redo in (
        (partial(group, teams.rename, "Others"), partial(group, teams.rename, "Admins")),
        (partial(group, teams.delete), partial(hand, teams.restore, admins.id)),
        (partial(hand, linking.detach_team, admins.id), partial(hand, linking.link_team, integration.id, admins.id)),
        (partial(hand, linking.detach_user, ada.id), partial(hand, linking.link_user, integration.id, ada.id)),
        (partial(chosen, group_roles={}), partial(chosen, group_roles=ROLES)),
    ):
        assert await role(ada) == "admin"
        await undo()
        assert await role(ada) == "user", undo
        await redo()
    assert await role(ada) == "admin"
    await once(actor, integrations.delete, integration.id)
    assert await role(ada) == "user"


async def once(actor: Actor, verb: Any, *values: Any) -> None:
    async with change(actor) as this:
        await verb(this, *values)


async def test_the_last_administrator_stays_one(actor: Actor, scim_actor: Actor, integration: Integration) -> None:
    await choose(actor, integration, group_roles=ROLES)
    group = await made(scim_actor, "Admins")
    ada, grace = await builders.a_user(scim_actor, "ada"), await builders.a_user(scim_actor, "grace")
    await done(scim_actor, group, memberships.replace, [ada.id, grace.id])
    await done(scim_actor, group, memberships.clear)
    assert sorted([await role(ada), await role(grace)]) == ["admin", "user"]
    last, other = (ada, grace) if await role(ada) == "admin" else (grace, ada)
    await done(scim_actor, group, memberships.add, [other.id])
    await done(scim_actor, group, memberships.replace, [other.id])
    await done(scim_actor, group, memberships.add, [last.id])
    await done(scim_actor, group, memberships.end, [last.id])
    assert [await role(last), await role(other)] == ["user", "admin"]


async def meanwhile(scim_actor: Actor, first: Team, second: Team) -> None:
    """Everybody leaves both groups, the second while the change of the first is not kept yet."""
    async with change(scim_actor) as this:
        await memberships.clear(this, await teams.lock(this, first.id))
        leaving = asyncio.create_task(done(scim_actor, second, memberships.clear))
        await asyncio.sleep(0.3)
        assert not leaving.done()
    await leaving


async def test_two_administrators_who_leave_at_once_do_not_both_go(
    actor: Actor, scim_actor: Actor, integration: Integration
) -> None:
    await choose(actor, integration, group_roles={"A": "admin", "B": "admin"})
    ada, grace = [await builders.a_user(scim_actor, name) for name in ("ada", "grace")]
    groups = [await made(scim_actor, name) for name in ("A", "B")]
    for group, user in zip(groups, (ada, grace), strict=True):
        await done(scim_actor, group, memberships.add, [user.id])
    await meanwhile(scim_actor, *groups)
    assert [await role(ada), await role(grace)] == ["user", "admin"]


async def test_leaving_two_groups_at_once_leaves_no_role_behind(
    scim_actor: Actor, integration: Integration, actor: Actor, admins: Team
) -> None:
    await choose(actor, integration, group_roles={"Admins": "admin", "Owners": "admin"})
    owners = await made(scim_actor, "Owners")
    ada = await builders.a_user(scim_actor, "ada")
    for group in (admins, owners):
        await done(scim_actor, group, memberships.add, [ada.id])
    await meanwhile(scim_actor, admins, owners)
    assert await role(ada) == "user"


async def test_a_lower_role_holds_at_once(scim_actor: Actor, actor: Actor, admins: Team) -> None:
    ada = await builders.a_user(scim_actor, "ada")
    await done(scim_actor, admins, memberships.add, [ada.id])
    async with change(actor) as this:
        _, secret = await tokens.create_for_user(
            this, await users.lock(this, ada.id), name="mine", scope=Scope.WRITE, expires_in_days=1
        )
    assert (await tokens.recognise(secret)).role is Role.ADMIN
    await done(scim_actor, admins, memberships.end, [ada.id])
    found = await tokens.recognise(secret)
    assert (found.role, Scope.ADMIN in found.scopes) == (Role.USER, False)
    async with change(scim_actor) as this:
        await users.deactivate(this, await users.lock(this, ada.id))
    with pytest.raises(Unauthenticated):
        await tokens.recognise(secret)


async def test_a_rehire_has_no_role_until_it_is_known_to_be_the_same_person(
    actor: Actor, scim_actor: Actor, integration: Integration, admins: Team
) -> None:
    ada = await builders.a_user(scim_actor, "ada", external_id="first")
    await done(scim_actor, admins, memberships.add, [ada.id])
    for active, external_id in ((False, "first"), (True, "second")):
        async with change(scim_actor) as this:
            user = await users.lock(this, ada.id)
            await users.replace(this, user, users.Draft("ada", user.attributes, external_id, active))
    assert await role(ada) == "user"
    await choose(actor, integration, group_roles={**ROLES, "More": "admin"})
    assert await role(ada) == "user"
    waiting = await integrations.pending(actor)
    await once(actor, partial(decisions.decide_rehire, same_person=True), waiting[0]["id"])
    assert await role(ada) == "admin"


async def test_somebody_linked_unasked_has_what_their_groups_give(
    actor: Actor, scim_actor: Actor, integration: Integration, admins: Team
) -> None:
    await choose(actor, integration, link_exact_user_names=True)
    ada = await builders.a_user(actor, "ada")
    await done(scim_actor, admins, memberships.add, [ada.id])
    assert await role(ada) == "user"
    async with change(scim_actor) as this:
        await users.create(this, users.Draft("ada", {"displayName": "Ada"}, "00u1"))
    row = await everywhere().one("SELECT name, role FROM users WHERE id = $1", ada.id)
    assert row is not None
    assert (row["name"], row["role"]) == ("Ada", "admin")
