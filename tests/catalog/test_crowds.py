"""Many people at once: who is altered, who is passed over, who is found and who is written to again."""

from typing import Any

import pytest

from catalog.actors import Actor, Role
from catalog.changes import change
from catalog.database import everywhere
from catalog.errors import CatalogError, Invalid, Managed, NotFound, NotPermitted
from catalog.ids import new_id
from catalog.ids import now as this_instant
from catalog.models import Team, User
from catalog.selection import Attribute, Column, Compare, Element
from catalog.services import crowds, users
from tests import builders
from tests.catalog.teamwork import ATeam, AUser, made, roles
from tests.catalog.test_administration import admin, did, now, told
from tests.catalog.test_ownership import as_role

__all__ = ["admin"]


async def altered(actor: Actor, people: list[User], **what: Any) -> tuple[int, dict[str, type[CatalogError]]]:
    async with change(actor) as this:
        count, failures = await crowds.alter_many(this, [user.id for user in people], **what)
    return count, {failure.user.name: type(failure.error) for failure in failures}


async def test_many_get_a_role_a_status_and_teams_at_once(admin: Actor, a_user: AUser, a_team: ATeam) -> None:
    people = [await a_user(f"p{n}@lovelace.example") for n in range(3)]
    team: Team = await a_team(members=people[:1])
    assert await altered(admin, people, role="team_member", status="deactivated", joining=[team]) == (3, {})
    assert [await now(user) | {"name": "", "version": 0} for user in people] == [
        {"name": "", "role": "team_member", "active": False, "deleted": False, "version": 0}
    ] * 3
    assert set(await roles(team)) == {user.id for user in people}
    assert await altered(admin, people, role="team_member", status="deactivated", joining=[team]) == (0, {})


async def test_whoever_cannot_be_altered_is_left_as_they_are(
    admin: Actor, actor: Actor, scim_actor: Actor, a_user: AUser, a_team: ATeam
) -> None:
    async with change(actor) as this:
        assert admin.id is not None
        root = await users.lock(this, admin.id)
    ada = await a_user(deactivated_at=this_instant())
    grace = await builders.a_user(scim_actor, "grace@hopper.example")
    await did(scim_actor, users.deactivate, grace)
    assert await altered(admin, [root, ada, grace], role="user", status="active") == (
        1,
        {"Root": NotPermitted, "Grace": Managed},
    )
    assert [(await now(user))["active"] for user in (root, ada, grace)] == [True, True, False]
    assert await told(root) == []


async def test_one_administrator_is_left_where_all_are_demoted_at_once(admin: Actor, a_user: AUser) -> None:
    people = [await a_user(f"admin{n}@muster.example", role="admin") for n in range(2)]
    async with change(admin) as this:
        assert admin.id is not None
        people.append(await users.lock(this, admin.id))
    count, failures = await altered(admin, people, role="user")
    assert (count, list(failures.values())) == (2, [NotPermitted])


async def test_nobody_joins_a_team_that_a_provider_manages(admin: Actor, scim_actor: Actor, a_user: AUser) -> None:
    ada, team = await a_user(), await made(scim_actor, "Pushed")
    with pytest.raises(Managed):
        await altered(admin, [ada], role="team_member", joining=[team])
    assert (await now(ada))["role"] == "user"


async def test_ids_of_nobody_are_passed_over_and_too_many_are_refused(
    admin: Actor, a_user: AUser, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await a_user()
    async with change(admin) as this:
        assert await crowds.alter_many(this, [new_id(), ada.id, ada.id], role="admin") == (1, [])
    monkeypatch.setattr(crowds, "MOST_AT_ONCE", 1)
    with pytest.raises(Invalid, match="1 people at most"):
        await altered(admin, [ada, await a_user("grace@hopper.example")], role="user")


async def test_a_change_of_nothing_is_refused(actor: Actor, a_user: AUser) -> None:
    ada = await a_user()
    for role in (Role.ADMIN, Role.USER):
        with pytest.raises(Invalid, match="say what is to change"):
            await altered(as_role(actor, role), [ada])


async def test_people_join_the_teams_that_one_may_edit(actor: Actor, a_user: AUser, a_team: ATeam) -> None:
    ada, grace = await a_user(), await a_user("grace@hopper.example")
    own, other = await a_team(members=[ada]), await a_team("Other")
    member = as_role(actor, Role.TEAM_MEMBER, id=ada.id)
    assert await altered(member, [grace], joining=[own]) == (1, {})
    with pytest.raises(NotPermitted):
        await altered(member, [grace], joining=[other])


async def test_who_is_meant_is_found_by_condition(admin: Actor, a_user: AUser, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, grace = await a_user(role="team_member"), await a_user("grace@hopper.example", role="team_member")
    where = Compare(Column("role"), "eq", "team_member")
    async with change(admin) as this:
        assert set(await crowds.meant(this, where)) == {ada.id, grace.id}
        monkeypatch.setattr(crowds, "MOST_AT_ONCE", 1)
        with pytest.raises(Invalid, match="more than 1 people meet it"):
            await crowds.meant(this, where)


async def test_a_condition_on_what_one_may_not_see_is_refused(actor: Actor, a_user: AUser) -> None:
    await a_user(attributes={"addresses": [{"country": "GB"}]})
    where = Element(("addresses",), Compare(Attribute(("country",)), "eq", "GB"))
    for role, allowed in ((Role.ADMIN, True), (Role.USER, False)):
        async with change(as_role(actor, role)) as this:
            if allowed:
                assert len(await crowds.meant(this, where)) == 1
            else:
                with pytest.raises(NotPermitted):
                    await crowds.meant(this, where)


async def test_emails_are_looked_up_together(actor: Actor, a_user: AUser) -> None:
    ada, grace = await a_user("ada@lovelace.example"), await a_user("grace@hopper.example")
    async with change(actor) as this:
        found = await crowds.ids_of_emails(this, ["ADA@lovelace.example", "grace@hopper.example "])
        assert found == {"ADA@lovelace.example": ada.id, "grace@hopper.example ": grace.id}
        assert await crowds.ids_of_emails(this, []) == {}
        with pytest.raises(NotFound, match=r"'nobody@hopper\.example'"):
            await crowds.ids_of_emails(this, ["grace@hopper.example", "nobody@hopper.example"])


async def test_whose_invitation_is_open_is_written_to_again(admin: Actor, scim_actor: Actor, a_user: AUser) -> None:
    waiting = {
        state: await a_user(f"{state}@lovelace.dev", invitation=state) for state in ("held", "sent", "expired", "none")
    }
    await a_user("accepted@lovelace.dev", invitation="accepted")
    await a_user("gone@lovelace.dev", invitation="sent", deactivated_at=this_instant())
    await a_user("here@lovelace.dev", invitation="sent", last_sign_in_at=this_instant())
    await builders.a_user(scim_actor, "pushed@lovelace.dev")
    unreachable = await a_user("nowhere@lovelace.example", invitation="sent")
    async with change(admin) as this:
        sent, failed = await crowds.invite_again(this)
    assert set(sent) == {user.id for user in waiting.values()}
    assert set(failed) == {unreachable.id, admin.id}
    assert {await invitation(user) for user in waiting.values()} == {"sent"}


async def test_these_are_written_to_again(admin: Actor, a_user: AUser, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, grace = await a_user("ada@lovelace.dev"), await a_user("grace@hopper.dev", last_sign_in_at=this_instant())
    nobody = new_id()
    async with change(admin) as this:
        assert await crowds.invite_again(this, [grace.id, ada.id, nobody]) == ([ada.id], [nobody, grace.id])
    monkeypatch.setattr(crowds, "MOST_LETTERS", 1)
    with pytest.raises(Invalid, match="1 people at most"):
        async with change(admin) as this:
            await crowds.invite_again(this, [ada.id, grace.id])


async def invitation(user: User) -> str:
    row = await everywhere().one("SELECT invitation FROM users WHERE id = $1", user.id)
    assert row is not None
    return str(row["invitation"])
