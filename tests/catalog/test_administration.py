"""People changed by hand: invited, renamed, given a role, deactivated, taken back, deleted, many at once."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from catalog.actors import Actor, Role
from catalog.changes import change
from catalog.database import everywhere
from catalog.errors import AlreadyTaken, Invalid, Managed, NotPermitted
from catalog.ids import now as this_instant
from catalog.models import Integration, User
from catalog.services import account_roles, administration, crowds, integrations, memberships, users
from tests import builders
from tests.catalog.teamwork import AUser, a_person, done, made
from tests.catalog.test_ownership import as_role

Verb = Callable[..., Awaitable[Any]]


async def did(actor: Actor, verb: Verb, user: User, *values: Any) -> Any:
    """The verb, done to the person in a change of its own."""
    async with change(actor) as this:
        return await verb(this, await users.lock(this, user.id), *values)


async def now(user: User) -> dict[str, Any]:
    row = await everywhere().one("SELECT * FROM users WHERE id = $1", user.id)
    assert row is not None
    return {
        "name": row["name"],
        "role": row["role"],
        "active": row["deactivated_at"] is None,
        "deleted": row["deleted_at"] is not None,
        "version": row["version"],
    }


async def told(user: User) -> list[str]:
    rows = await everywhere().rows("SELECT action FROM audit_events WHERE subject_id = $1 ORDER BY id", user.id)
    return [row["action"] for row in rows]


@pytest.fixture
async def admin(actor: Actor) -> Actor:
    """Somebody in the browser, who is an administrator of the account."""
    root = await builders.a_user(actor, "root@muster.example", role="admin")
    return replace(a_person(actor), id=root.id)


# --- one person ---------------------------------------------------------------------------------------------------


async def test_somebody_is_invited_in_a_role(admin: Actor) -> None:
    async with change(admin) as this:
        ada = await administration.invite(this, email="ada@lovelace.dev", name="Ada", role="team_member")
    assert (await now(ada))["role"] == "team_member"
    letters = await everywhere().rows("SELECT letter, state FROM outbox_messages WHERE user_id = $1", ada.id)
    assert [(row["letter"], row["state"]) for row in letters] == [("Welcome", "waiting")]
    async with change(admin) as this:
        quiet = await administration.invite(this, email="grace@hopper.dev", welcome=False)
    assert (await now(quiet))["name"] == "Grace"
    assert not await everywhere().rows("SELECT 1 FROM outbox_messages WHERE user_id = $1", quiet.id)
    with pytest.raises(AlreadyTaken):
        async with change(admin) as this:
            await administration.invite(this, email="ADA@lovelace.dev")


@pytest.mark.parametrize(
    "wrong", [{"email": "ada"}, {"role": "owner"}, {"name": "x" * 201}, {"name": "a\nb"}, {"name": " "}]
)
async def test_nobody_is_invited_who_cannot_be(admin: Actor, wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        async with change(admin) as this:
            await administration.invite(this, **{"email": "ada@lovelace.example", **wrong})


async def test_a_person_gets_another_name_and_keeps_the_rest_of_their_attributes(admin: Actor, a_user: AUser) -> None:
    ada = await a_user(attributes={"title": "Countess"})
    await did(admin, administration.rename, ada, "  Ada King Lovelace ")
    async with change(admin) as this:
        user = await users.lock(this, ada.id)
    assert (user.name, user.given_name, user.family_name, user.title) == (
        "Ada King Lovelace",
        "Ada King",
        "Lovelace",
        "Countess",
    )
    await did(admin, administration.rename, ada, "Ada King Lovelace")
    assert await told(ada) == ["user.updated"]
    with pytest.raises(Invalid):
        await did(admin, administration.rename, ada, " ")


async def test_people_rename_themselves_and_nobody_else(actor: Actor, a_user: AUser) -> None:
    ada, grace = await a_user(), await a_user("grace@hopper.example")
    member = as_role(actor, Role.TEAM_MEMBER, id=ada.id)
    await did(member, administration.rename, ada, "Ada King")
    with pytest.raises(NotPermitted):
        await did(member, administration.rename, grace, "Grace B. Hopper")


async def test_what_a_provider_manages_is_changed_there_unless_edits_are_allowed(
    admin: Actor, actor: Actor, scim_actor: Actor, integration: Integration
) -> None:
    ada = await builders.a_user(scim_actor)
    for verb in (partial(administration.rename, name="Ada King"), administration.delete):
        with pytest.raises(Managed, match="'Okta'"):
            await did(admin, verb, ada)
    async with change(actor) as this:
        await integrations.update_settings(this, integration.id, allow_edits=True)
    await did(admin, administration.rename, ada, "Ada King")
    await did(admin, administration.delete, ada)
    assert (await now(ada))["deleted"]


async def test_a_role_is_given_and_taken(admin: Actor, a_user: AUser) -> None:
    ada = await a_user()
    await did(admin, administration.set_role, ada, "admin")
    await did(admin, administration.set_role, ada, "admin")
    await did(admin, administration.set_role, ada, "user")
    assert (await now(ada))["role"] == "user"
    assert await told(ada) == ["user.role_changed"] * 2
    with pytest.raises(Invalid):
        await did(admin, administration.set_role, ada, "owner")


async def test_a_role_that_a_group_gives_is_the_providers(
    admin: Actor, actor: Actor, scim_actor: Actor, integration: Integration
) -> None:
    async with change(actor) as this:
        await integrations.update_settings(this, integration.id, group_roles={"Keepers": "standards_admin"})
    ada = await builders.a_user(scim_actor)
    keepers = await made(scim_actor, "Keepers")
    await done(scim_actor, keepers, memberships.add, [ada.id])
    for lower in ("user", "team_member"):
        with pytest.raises(Managed, match="role of this user is managed by the integration 'Okta'"):
            await did(admin, administration.set_role, ada, lower)
    await did(admin, administration.set_role, ada, "standards_admin")
    await done(scim_actor, keepers, memberships.end, [ada.id])
    assert (await now(ada))["role"] == "standards_admin"
    await did(admin, administration.set_role, ada, "admin")
    async with change(actor) as this:
        await account_roles.follow(this, [ada.id])
    assert (await now(ada))["role"] == "admin"


@pytest.mark.parametrize(
    "verb",
    [partial(administration.set_role, role="user"), administration.deactivate, administration.delete],
    ids=["demoted", "deactivated", "deleted"],
)
async def test_the_last_administrator_stays(admin: Actor, actor: Actor, a_user: AUser, verb: Verb) -> None:
    async with change(actor) as this:
        assert admin.id is not None
        root = await users.lock(this, admin.id)
    gone = await a_user("gone@muster.example", role="admin", deactivated_at=this_instant())
    for whoever in (admin, actor):
        with pytest.raises(NotPermitted, match="the last administrator"):
            await did(whoever, verb, root)
    await did(admin, verb, gone)
    await a_user("second@muster.example", role="admin")
    await did(admin, verb, root)


async def test_an_administrator_deactivates_whom_a_provider_manages_and_takes_them_back(
    admin: Actor, scim_actor: Actor
) -> None:
    ada = await builders.a_user(scim_actor)
    await did(admin, administration.deactivate, ada)
    assert not (await now(ada))["active"]
    await did(admin, administration.reactivate, ada)
    assert (await now(ada))["active"]


async def test_whom_their_provider_has_deactivated_is_taken_back_there(admin: Actor, scim_actor: Actor) -> None:
    ada = await builders.a_user(scim_actor)
    await did(scim_actor, users.deactivate, ada)
    with pytest.raises(Managed, match="status"):
        await did(admin, administration.reactivate, ada)
    assert not (await now(ada))["active"]


@pytest.mark.parametrize("role", [Role.STANDARDS_ADMIN, Role.USER, Role.TEAM_MEMBER])
async def test_only_administrators_administer(actor: Actor, a_user: AUser, role: Role) -> None:
    ada = await a_user()
    somebody = as_role(actor, role, id=ada.id)
    for verb in (
        partial(administration.set_role, role="admin"),
        administration.deactivate,
        administration.reactivate,
        administration.delete,
    ):
        with pytest.raises(NotPermitted):
            await did(somebody, verb, ada)
    for attempt in (
        partial(administration.invite, email="grace@hopper.example"),
        partial(crowds.alter_many, user_ids=[ada.id], role="admin"),
        partial(crowds.alter_many, user_ids=[ada.id], status="deactivated"),
        crowds.invite_again,
    ):
        with pytest.raises(NotPermitted):
            async with change(somebody) as this:
                await attempt(this)
    assert await told(ada) == []
