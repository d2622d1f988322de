"""Who a provider's subject is: whom the paired integration calls so, whom it was before, or nobody."""

from __future__ import annotations

import asyncio

import pytest

from catalog.actors import Actor, command
from catalog.changes import change
from catalog.database import everywhere
from catalog.errors import SignInRefused, SingleSignOnRequired
from catalog.models import Account, Integration, User
from catalog.services import identities, integrations, sessions, sign_in_policy, users
from catalog.services.identities import Asserted
from catalog.services.sign_in_connections import Connection
from tests import builders


@pytest.fixture
async def connection(actor: Actor, integration: Integration) -> Connection:
    return await builders.a_connection(actor, integration)


async def comes(connection: Connection, subject: str, **more: str) -> User:
    """Who comes in as this subject."""
    async with change(connection.actor()) as this:
        return await identities.person(this, connection, Asserted(subject, **more))


async def is_refused(connection: Connection, subject: str, **more: str) -> str:
    with pytest.raises(SignInRefused) as refused:
        await comes(connection, subject, **more)
    assert str(refused.value).endswith(".")
    return refused.value.why


@pytest.mark.parametrize("subject", ["ada@lovelace.example", "ADA@Lovelace.example", "00u1"])
async def test_the_integrations_own_person_is_found_by_user_name_or_external_id(
    connection: Connection, scim_actor: Actor, subject: str
) -> None:
    ada = await builders.a_user(scim_actor, external_id="00u1")
    assert (await comes(connection, subject)).id == ada.id
    assert (await comes(connection, subject)).id == ada.id
    rows = await everywhere().rows("SELECT subject FROM sign_in_identities")
    assert [row["subject"] for row in rows] == [subject]


async def test_an_email_finds_nobody(connection: Connection, scim_actor: Actor) -> None:
    await builders.a_user(scim_actor, "ada", attributes={"emails": [{"value": "ada@lovelace.example"}]})
    assert await is_refused(connection, "ada@lovelace.example", email="ada@lovelace.example") == "unknown"


async def test_nobody_of_another_integration_or_by_hand_or_of_another_account_comes_in(
    connection: Connection, actor: Actor, elsewhere: Account
) -> None:
    other = builders.a_scim_client(await builders.an_integration(actor, "Entra"))
    await builders.a_user(other, "grace@navy.example", external_id="g")
    await builders.a_user(actor, "root@acme.example", role="admin")
    theirs = builders.a_scim_client(await builders.an_integration(command(elsewhere.id)))
    await builders.a_user(theirs, "alan@bletchley.example", external_id="a")
    for subject in ("grace@navy.example", "g", "root@acme.example", "alan@bletchley.example", "a"):
        assert await is_refused(connection, subject) == "unknown"


async def test_a_deactivated_person_stays_out_and_deactivated(connection: Connection, scim_actor: Actor) -> None:
    ada = await builders.a_user(scim_actor)
    assert (await comes(connection, ada.user_name)).id == ada.id
    async with change(scim_actor) as this:
        await users.deactivate(this, await users.lock(this, ada.id))
    assert await is_refused(connection, ada.user_name) == "deactivated"
    row = await everywhere().one("SELECT deactivated_at FROM users WHERE id = $1", ada.id)
    assert row is not None
    assert row["deactivated_at"] is not None


async def test_a_name_that_was_given_up_lets_nobody_in_as_its_former_bearer(
    connection: Connection, scim_actor: Actor
) -> None:
    ada = await builders.a_user(scim_actor)
    await comes(connection, "ada@lovelace.example")
    async with change(scim_actor) as this:
        user = await users.lock(this, ada.id)
        await users.replace(this, user, users.Draft("ada.king@lovelace.example", user.attributes))
    assert await is_refused(connection, "ada@lovelace.example") == "renamed"
    assert (await comes(connection, "ada.king@lovelace.example")).id == ada.id
    successor = await builders.a_user(scim_actor, "ada@lovelace.example", email=None, email_key=None)
    assert (await comes(connection, "ada@lovelace.example")).id == successor.id


async def test_whoever_comes_after_a_deleted_person_is_nobody_of_before(
    connection: Connection, scim_actor: Actor
) -> None:
    ada = await builders.a_user(scim_actor)
    await comes(connection, ada.user_name)
    async with change(scim_actor) as this:
        await users.delete(this, await users.lock(this, ada.id))
    assert await is_refused(connection, ada.user_name) == "unknown"
    again = await builders.a_user(scim_actor, ada.user_name)
    assert (await comes(connection, ada.user_name)).id == again.id


async def test_one_text_that_is_the_name_of_one_and_the_id_of_another_is_nobody(
    connection: Connection, scim_actor: Actor
) -> None:
    await builders.a_user(scim_actor, "ada@lovelace.example")
    await builders.a_user(scim_actor, "grace@navy.example", external_id="ada@lovelace.example")
    assert await is_refused(connection, "ada@lovelace.example") == "ambiguous"


async def test_somebody_unknown_is_admitted_where_the_account_says_so_and_stays_the_same_person(
    actor: Actor, integration: Integration
) -> None:
    connection = await builders.a_connection(actor, integration, admission="just_in_time")
    first = await comes(connection, "00u9", name="Grace Hopper", email="grace@navy.example")
    assert (first.name, first.email, first.role, first.integration_id) == (
        *("Grace Hopper", "grace@navy.example"),
        *("user", None),
    )
    assert (await comes(connection, "00u9", name="Somebody", email="else@navy.example")).id == first.id
    letters = await everywhere().rows("SELECT 1 FROM outbox_messages")
    assert not letters


async def test_nobody_is_admitted_as_somebody_who_is_there(actor: Actor, integration: Integration) -> None:
    await builders.a_user(actor, "root@acme.example", role="admin")
    connection = await builders.a_connection(actor, integration, admission="just_in_time")
    assert await is_refused(connection, "00u9", email="root@acme.example") == "taken"
    assert await is_refused(connection, "root@acme.example") == "taken"


@pytest.mark.parametrize("subject", ["", "a\nb", "a\0b", "x" * 513])
async def test_a_subject_that_is_none_is_refused(connection: Connection, subject: str) -> None:
    assert await is_refused(connection, subject) == "no_subject"


async def test_two_who_come_at_once_for_the_first_time_are_one_person(actor: Actor, integration: Integration) -> None:
    connection = await builders.a_connection(actor, integration, admission="just_in_time")

    async def one() -> User | SignInRefused:
        try:
            return await comes(connection, "00u9", email="grace@navy.example")
        except SignInRefused as refused:
            return refused

    found = await asyncio.gather(*(one() for _ in range(4)))
    assert len({user.id for user in found if isinstance(user, User)}) == 1
    rows = await everywhere().rows("SELECT 1 FROM users")
    assert len(rows) == 1


async def test_the_first_sign_in_accepts_the_invitation(connection: Connection, scim_actor: Actor) -> None:
    ada = await builders.a_user(scim_actor, invitation="sent")
    async with change(connection.actor()) as this:
        user = await identities.person(this, connection, Asserted(ada.user_name))
        sessions.start(this, user, method="oidc", connection_id=connection.id, subject=ada.user_name)
    row = await everywhere().one("SELECT invitation FROM users WHERE id = $1", ada.id)
    assert row is not None
    assert row["invitation"] == "accepted"


async def test_where_single_sign_on_is_required_a_password_is_enough_for_break_glass_alone(
    connection: Connection, actor: Actor, scim_actor: Actor
) -> None:
    root = await builders.a_user(actor, "root@acme.example", role="admin", is_break_glass=True)
    await builders.a_password(actor, root)
    ada = await builders.a_user(scim_actor)
    async with change(actor) as this:
        await sign_in_policy.require(this, True)
    assert await sign_in_policy.is_required(actor)
    async with change(actor) as this:
        await sign_in_policy.need_password_enough(this, root)
        with pytest.raises(SingleSignOnRequired):
            await sign_in_policy.need_password_enough(this, ada)
        await sign_in_policy.require(this, False)
    assert not await sign_in_policy.is_required(actor)


async def test_deleting_the_integration_leaves_its_people_to_be_let_in_by_nobody(
    connection: Connection, actor: Actor, scim_actor: Actor
) -> None:
    ada = await builders.a_user(scim_actor, external_id="00u1")
    async with change(actor) as this:
        await integrations.delete(this, connection.integration_id)  # type: ignore[arg-type]
    assert await is_refused(connection, ada.user_name) == "unknown"
