"""People: whom they report to, who takes over whom, whose names are whose."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest

from catalog import actors
from catalog.actors import Actor
from catalog.attributes import ENTERPRISE
from catalog.changes import change
from catalog.errors import AlreadyTaken, Invalid, VersionMismatch, WaitsToBeLinked
from catalog.models import Account, AuditEvent, Integration, User
from catalog.services import integrations, users
from catalog.services.users import Draft
from tests import builders

AUser = Callable[..., Awaitable[User]]
Document = dict[str, Any]


# --- managers -----------------------------------------------------------------------------------------------------


def reporting_to(value: str) -> Document:
    return {ENTERPRISE: {"manager": {"value": value}}}


async def arrives(actor: Actor, user_name: str, document: Document | None = None, *, number: str | None = None) -> User:
    attributes = document or ({ENTERPRISE: {"employeeNumber": number}} if number else {})
    async with change(actor) as this:
        return await users.create(this, Draft(user_name, attributes))


async def manager_of(user: User) -> UUID | None:
    return (await User.get(id=user.id)).manager_id


async def changed(actor: Actor, user: User, user_name: str, document: Document) -> None:
    async with change(actor) as this:
        await users.replace(this, await users.lock(this, user.id), Draft(user_name, document))


NAMED = ["id", "userName", "USERNAME", "employeeNumber"]


def value_naming(boss: User, by: str) -> str:
    return {"id": str(boss.id), "userName": boss.user_name, "USERNAME": boss.user_name.upper()}.get(by, "E-1791")


@pytest.mark.parametrize("by", NAMED)
async def test_a_manager_who_is_there_is_found(actor: Actor, by: str) -> None:
    boss = await arrives(actor, "charles@babbage.example", number="E-1791")
    ada = await arrives(actor, "ada@lovelace.example", reporting_to(value_naming(boss, by)))
    assert await manager_of(ada) == boss.id


@pytest.mark.parametrize("by", ["userName", "USERNAME", "employeeNumber"])
async def test_a_manager_who_arrives_later_is_found(actor: Actor, by: str) -> None:
    value = "E-1791" if by == "employeeNumber" else {"userName": "charles@b.example"}.get(by, "CHARLES@B.EXAMPLE")
    ada = await arrives(actor, "ada@lovelace.example", reporting_to(value))
    before = (await User.get(id=ada.id)).version
    assert await manager_of(ada) is None
    boss = await arrives(actor, "charles@b.example", number="E-1791")
    assert await manager_of(ada) == boss.id
    assert (await User.get(id=ada.id)).version == before, "what the provider sent of Ada is as it was"


@pytest.mark.parametrize("by", ["userName", "employeeNumber"])
async def test_a_manager_who_gets_the_name_later_is_found(actor: Actor, by: str) -> None:
    ada = await arrives(actor, "ada@lovelace.example", reporting_to("E-1791" if by == "employeeNumber" else "cb"))
    boss = await arrives(actor, "charles@babbage.example")
    assert await manager_of(ada) is None
    if by == "userName":
        await changed(actor, boss, "CB", {})
    else:
        await changed(actor, boss, boss.user_name, {ENTERPRISE: {"employeeNumber": "E-1791"}})
    assert await manager_of(ada) == boss.id


async def test_an_id_comes_before_a_user_name_and_that_before_an_employee_number(actor: Actor) -> None:
    by_id = await arrives(actor, "one@x.example")
    by_name = await arrives(actor, str(by_id.id))
    by_number = await arrives(actor, "three@x.example", number=str(by_id.id))
    ada = await arrives(actor, "ada@lovelace.example", reporting_to(str(by_id.id)))
    for expected in (by_id, by_name, by_number):
        await changed(actor, ada, ada.user_name, {})
        await changed(actor, ada, ada.user_name, reporting_to(str(by_id.id)))
        assert await manager_of(ada) == expected.id
        async with change(actor) as this:
            await users.delete(this, await users.lock(this, expected.id))
        assert await manager_of(ada) is None, "nobody reports to somebody who is gone"


@pytest.mark.parametrize("boss_first", [True, False])
async def test_an_employee_number_is_compared_as_it_is_written_whoever_arrives_first(
    actor: Actor, boss_first: bool
) -> None:
    if boss_first:
        boss = await arrives(actor, "charles@babbage.example", number="E-1791")
    exact = await arrives(actor, "ada@lovelace.example", reporting_to("E-1791"))
    other = await arrives(actor, "grace@hopper.example", reporting_to("e-1791"))
    if not boss_first:
        boss = await arrives(actor, "charles@babbage.example", number="E-1791")
    assert await manager_of(exact) == boss.id
    assert await manager_of(other) is None


async def test_of_two_with_an_employee_number_nobody_reports_to_themselves(actor: Actor) -> None:
    both = {"employeeNumber": "E-1791", "manager": {"value": "E-1791"}}
    ada = await arrives(actor, "ada@lovelace.example", {ENTERPRISE: both})
    boss = await arrives(actor, "charles@babbage.example", number="E-1791")
    await changed(actor, ada, ada.user_name, {})
    await changed(actor, ada, ada.user_name, {ENTERPRISE: both})
    assert await manager_of(ada) == boss.id


async def test_another_manager_is_found_anew_and_none_is_none(actor: Actor) -> None:
    charles, grace = await arrives(actor, "charles@b.example"), await arrives(actor, "grace@h.example")
    ada = await arrives(actor, "ada@lovelace.example", reporting_to("charles@b.example"))
    assert await manager_of(ada) == charles.id
    await changed(actor, ada, ada.user_name, reporting_to("grace@h.example"))
    assert await manager_of(ada) == grace.id
    await changed(actor, ada, ada.user_name, {})
    assert await manager_of(ada) is None


async def test_nobody_is_found_in_another_account(actor: Actor, elsewhere: Account) -> None:
    there = actors.command(elsewhere.id)
    ada = await arrives(actor, "ada@lovelace.example", reporting_to("E-1791"))
    boss = await arrives(there, "charles@babbage.example", number="E-1791")
    grace = await arrives(actor, "grace@hopper.example", reporting_to(str(boss.id)))
    assert (await manager_of(ada), await manager_of(grace)) == (None, None)


# --- who takes over whom ------------------------------------------------------------------------------------------


async def pushed(scim_actor: Actor, user_name: str = "ADA@lovelace.example") -> User:
    async with change(scim_actor) as this:
        return await users.create(this, Draft(user_name, {"title": "Countess"}, external_id="00u1"))


async def test_a_person_made_by_hand_waits_to_be_linked(scim_actor: Actor, a_user: AUser) -> None:
    ada = await a_user("ada@lovelace.example")
    with pytest.raises(WaitsToBeLinked) as refused:
        await pushed(scim_actor)
    assert (refused.value.taken, refused.value.exists_as) == (True, ada.id)
    assert (await User.get(id=ada.id)).integration_id is None


async def test_an_integration_may_link_exact_user_names_by_itself(
    actor: Actor, scim_actor: Actor, integration: Integration, a_user: AUser
) -> None:
    ada = await a_user("ada@lovelace.example")
    async with change(actor) as this:
        await integrations.update_settings(this, integration.id, link_exact_user_names=True)

    linked = await pushed(scim_actor)

    kept = await User.get(id=ada.id)
    assert (linked.id, kept.integration_id, kept.title) == (ada.id, integration.id, "Countess")
    assert {event.action for event in await AuditEvent.filter(subject_id=ada.id)} == {"user.linked", "user.updated"}


@pytest.mark.parametrize(
    ("email", "fields"),
    [
        pytest.param("ada@lovelace.example", {"role": "admin"}, id="an administrator"),
        pytest.param("ada@lovelace.example", {"is_break_glass": True}, id="a break-glass person"),
    ],
)
async def test_nobody_who_may_do_much_is_linked_unasked(
    actor: Actor, scim_actor: Actor, integration: Integration, a_user: AUser, email: str, fields: Document
) -> None:
    ada = await a_user(email, **fields)
    async with change(actor) as this:
        await integrations.update_settings(this, integration.id, link_exact_user_names=True)
    with pytest.raises(WaitsToBeLinked):
        await pushed(scim_actor)
    assert (await User.get(id=ada.id)).integration_id is None


async def test_another_integrations_person_is_not_linked_unasked(
    actor: Actor, scim_actor: Actor, integration: Integration
) -> None:
    other = builders.a_scim_client(await builders.an_integration(actor, "Entra"))
    ada = await builders.a_user(other, "ada@lovelace.example")
    async with change(actor) as this:
        await integrations.update_settings(this, integration.id, link_exact_user_names=True)
    with pytest.raises(WaitsToBeLinked):
        await pushed(scim_actor)
    assert (await User.get(id=ada.id)).integration_id == other.integration_id


async def test_an_email_alone_never_links(
    actor: Actor, scim_actor: Actor, integration: Integration, a_user: AUser
) -> None:
    ada = await a_user("ada@lovelace.example")
    async with change(actor) as this:
        await integrations.update_settings(this, integration.id, link_exact_user_names=True)
    document = {"emails": [{"value": "ada@lovelace.example", "primary": True}]}
    with pytest.raises(AlreadyTaken):
        async with change(scim_actor) as this:
            await users.create(this, Draft("ada.lovelace", document))
    assert (await User.get(id=ada.id)).integration_id is None


# --- uniqueness and versions --------------------------------------------------------------------------------------


@pytest.mark.parametrize("user_name", ["ada@lovelace.example", "ADA@Lovelace.Example", "\uff41da@lovelace.example"])
async def test_a_user_name_is_taken_whatever_its_case_and_form(actor: Actor, user_name: str) -> None:
    await arrives(actor, "ada@lovelace.example")
    with pytest.raises(AlreadyTaken):
        await arrives(actor, user_name)
    assert await users.count(actor) == 1


async def test_a_name_is_free_again_when_its_holder_is_deleted(actor: Actor) -> None:
    ada = await arrives(actor, "ada@lovelace.example")
    async with change(actor) as this:
        await users.delete(this, await users.lock(this, ada.id))
    assert (await arrives(actor, "ada@lovelace.example")).id != ada.id


@pytest.mark.parametrize("email", ["nonsense", "a@b", "@x.example", "a b@x.example", ""])
async def test_by_hand_only_an_address_will_do(actor: Actor, email: str) -> None:
    with pytest.raises(Invalid):
        async with change(actor) as this:
            await users.create_by_hand(this, email=email)


async def test_a_change_of_nothing_leaves_version_and_trail_alone(actor: Actor) -> None:
    document = {"title": "Countess", **reporting_to("nobody")}
    ada = await arrives(actor, "ada@lovelace.example", document)
    before = await User.get(id=ada.id)
    events = await AuditEvent.filter(subject_id=ada.id).count()

    await changed(actor, ada, ada.user_name, dict(document))
    async with change(actor) as this:
        await users.reactivate(this, await users.lock(this, ada.id))

    after = await User.get(id=ada.id)
    assert (after.version, after.updated_at) == (before.version, before.updated_at)
    assert await AuditEvent.filter(subject_id=ada.id).count() == events

    await changed(actor, ada, ada.user_name, {"title": "Analyst"})
    assert (await User.get(id=ada.id)).version == before.version + 1


async def test_a_person_who_has_moved_on_is_not_at_the_old_version(actor: Actor) -> None:
    ada = await arrives(actor, "ada@lovelace.example")
    await changed(actor, ada, ada.user_name, {"title": "Analyst"})
    with pytest.raises(VersionMismatch):
        async with change(actor) as this:
            await users.lock(this, ada.id, version=1)
    async with change(actor) as this:
        assert (await users.lock(this, ada.id, version=2)).title == "Analyst"
