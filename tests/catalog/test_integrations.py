"""Integrations: settings, external ids, linking, the queue, detaching, the end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from catalog import access, actors
from catalog.actors import Actor, Scope
from catalog.changes import change
from catalog.database import everywhere
from catalog.errors import AlreadyTaken, Invalid, NotFound, NotPermitted, VersionMismatch
from catalog.ids import new_id
from catalog.models import Account, Integration, Team, User
from catalog.services import decisions, integrations, tokens
from catalog.services.integrations import Linked, Settings
from tests import builders


async def _row(table: str, id: Any) -> dict[str, Any]:
    found = await everywhere().rows(f"SELECT * FROM {table} WHERE id = $1", id)
    return dict(found[0])


async def _owner(table: str, subject: User | Team) -> str | None:
    owner = (await _row(table, subject.id))["integration_id"]
    return None if owner is None else str(owner)


async def _ask(scim_actor: Actor, subject: User | Team, kind: str, name: str, external_id: str | None = None) -> None:
    async with change(scim_actor) as this:
        await integrations.ask(this, kind=kind, subject_id=subject.id, name=name, external_id=external_id)


async def _names(integration: Integration, subject: User) -> list[tuple[str, bool]]:
    rows = await everywhere().rows(
        "SELECT value, until > $3 AS live FROM external_ids WHERE integration_id = $1 AND subject_id = $2 "
        "ORDER BY since, id",
        *(integration.id, subject.id, integration.created_at + timedelta(days=3650)),
    )
    return [(row["value"], bool(row["live"])) for row in rows]


async def test_an_integration_is_made_found_and_listed_with_what_it_has(actor: Actor, scim_actor: Actor) -> None:
    async with change(actor) as this:
        made = await integrations.create(this, name=" Entra ")
        await tokens.create_for_integration(this, made, name="first")
        assert (await integrations.named(this, "Entra")).id == made.id
        assert (await integrations.known(this, "Okta")).id == scim_actor.integration_id
    await builders.a_user(scim_actor)
    await builders.a_team(scim_actor)
    listed = {row["name"]: row for row in await integrations.list_(actor)}
    assert list(listed) == ["Entra", "Okta"]
    assert [listed["Entra"][name] for name in ("users", "teams", "tokens")] == [0, 0, 1]
    assert [listed["Okta"][name] for name in ("users", "teams", "tokens")] == [1, 1, 0]
    assert (await integrations.get(actor, str(made.id)))["name"] == "Entra"


async def test_an_integration_that_cannot_be_is_refused(actor: Actor, scim_actor: Actor) -> None:
    async with change(actor) as this:
        for how in ({"name": ""}, {"name": "x" * 201}, {"name": "x", "type": "ldap"}):
            with pytest.raises(Invalid):
                await integrations.create(this, **how)
    with pytest.raises(AlreadyTaken):
        async with change(actor) as this:
            await integrations.create(this, name="Okta")
    async with change(scim_actor) as this:
        with pytest.raises(NotPermitted):
            await integrations.create(this, name="Another")


async def test_another_accounts_integration_is_not_found(integration: Integration, elsewhere: Account) -> None:
    stranger = actors.command(elsewhere.id)
    for key in (integration.id, str(integration.id), new_id(), "1"):
        with pytest.raises(NotFound):
            await integrations.get(stranger, key)
    async with change(stranger) as this:
        for verb in (integrations.delete, integrations.update_settings):
            with pytest.raises(NotFound):
                await verb(this, integration.id)
        with pytest.raises(NotFound):
            await integrations.known(this, "Okta")
        assert await integrations.name_of(this, integration.id) is None
    assert list(await integrations.list_(stranger)) == []


async def test_settings_begin_with_defaults_and_keep_only_what_was_chosen(
    actor: Actor, scim_actor: Actor, integration: Integration
) -> None:
    assert await integrations.settings(scim_actor) == Settings()
    async with change(actor) as this:
        await integrations.update_settings(this, integration.id, strict=True, nested_groups=True)
    assert await integrations.settings(scim_actor) == Settings(strict=True)
    async with change(scim_actor) as this:
        assert (await integrations.settings_of(this)).strict
    row = await _row("integrations", integration.id)
    assert Settings.read(row["settings"]).stored() == {"strict": True}
    assert row["version"] == 2
    assert await integrations.settings(actor) == Settings()


async def test_a_setting_that_does_not_exist_or_has_another_type_is_refused(
    actor: Actor, integration: Integration
) -> None:
    async with change(actor) as this:
        for choice in ({"colour": "red"}, {"strict": "True"}, {"strict": 1}):
            with pytest.raises(Invalid):
                await integrations.update_settings(this, integration.id, **choice)
        await integrations.update_settings(this, integration.id)
    assert (await _row("integrations", integration.id))["version"] == 1


async def test_settings_that_a_later_version_stored_are_passed_over() -> None:
    assert Settings.read('{"strict": true, "colour": "red"}') == Settings(strict=True)


async def test_an_external_id_is_kept_once_and_its_former_values_are_dormant(
    scim_actor: Actor, integration: Integration, a_user: Any
) -> None:
    ada = await a_user()

    async def named(value: str | None) -> bool:
        async with change(scim_actor) as this:
            return await integrations.remember_external_id(this, integration.id, "user", ada.id, value)

    assert await named("00u1")
    assert not await named("00u1")
    assert await named("00u2")
    assert await named(None)
    assert not await named(None)
    assert await _names(integration, ada) == [("00u1", False), ("00u2", False)]
    assert await named("00u1")
    assert [live for _, live in await _names(integration, ada)] == [False, False, True]
    async with change(scim_actor) as this:
        assert await integrations.external_id_of(this, "user", ada.id) == "00u1"
        assert await integrations.external_id_of(this, "team", ada.id) is None
        await integrations.forget_external_ids(this, "user", ada.id)
    assert not any(live for _, live in await _names(integration, ada))


@pytest.mark.parametrize("value", ["1", "-1", "00000000-0000-0000-0000-000000000001", "../x", "x" * 65_536, "Ω'; --"])
async def test_an_external_id_is_any_text_and_never_parsed(
    scim_actor: Actor, integration: Integration, a_user: Any, value: str
) -> None:
    ada = await a_user()
    async with change(scim_actor) as this:
        await integrations.remember_external_id(this, integration.id, "user", ada.id, value)
    assert await _names(integration, ada) == [(value, True)]


async def test_asking_again_raises_the_number_of_attempts(
    actor: Actor, scim_actor: Actor, integration: Integration, a_user: Any, a_team: Any
) -> None:
    ada, payments = await a_user(), await a_team()
    await _ask(scim_actor, ada, "link_user", "ada", "00u1")
    await _ask(scim_actor, ada, "link_user", "Ada@Lovelace.example")
    await _ask(scim_actor, payments, "link_team", "Payments")
    users, teams = await integrations.pending(actor)
    assert (users["attempts"], users["name"], users["external_id"]) == (2, "Ada@Lovelace.example", "00u1")
    assert (users["there"], users["owner"], users["integration"]) == (ada.name, None, "Okta")
    assert (teams["kind"], teams["attempts"]) == ("link_team", 1)
    assert len(await integrations.pending(actor, integration.id)) == 2
    assert list(await integrations.pending(actor, new_id())) == []


async def test_whoever_is_no_integration_asks_for_nothing(actor: Actor, a_user: Any) -> None:
    await _ask(actor, await a_user(), "link_user", "ada")
    assert list(await integrations.pending(actor)) == []


async def test_linking_a_person_hands_them_over_with_the_name_that_was_asked_for(
    actor: Actor, scim_actor: Actor, integration: Integration, a_user: Any, a_team: Any
) -> None:
    ada = await a_user()
    payments = await a_team(members=[ada])
    await _ask(scim_actor, ada, "link_user", "ada@lovelace.example", "00u1")
    async with change(actor) as this:
        await integrations.link_user(this, integration.id, ada.id)
    assert await _owner("users", ada) == str(integration.id)
    assert (await _row("users", ada.id))["version"] == 2
    assert await _names(integration, ada) == [("00u1", True)]
    assert list(await integrations.pending(actor)) == []
    open_periods = await everywhere().rows("SELECT * FROM memberships WHERE team_id = $1", payments.id)
    assert len(open_periods) == 1
    async with change(actor) as this:
        await integrations.link_user(this, integration.id, ada.id)
    assert (await _row("users", ada.id))["version"] == 2


async def test_a_caller_may_go_on_altering_the_person_it_linked(
    actor: Actor, integration: Integration, a_user: Any
) -> None:
    ada = await a_user()
    async with change(actor) as this:
        row = await access.user(this, ada.id, lock=True)
        await integrations.link_user(this, integration.id, row)
        row.title = "Countess"
        this.record("user.updated", row, kind="user", name=row.name)
    kept = await _row("users", ada.id)
    assert (kept["title"], str(kept["integration_id"]), kept["version"]) == ("Countess", str(integration.id), 2)


async def test_an_integration_may_link_by_itself_only_who_is_nobodys_and_no_administrator(
    actor: Actor, scim_actor: Actor, integration: Integration, a_user: Any
) -> None:
    other = await builders.an_integration(actor, "Entra")
    ada, admin = await a_user(), await a_user("root@lovelace.example", role="admin")
    foreign = await builders.a_user(builders.a_scim_client(other), "grace@lovelace.example")
    async with change(scim_actor) as this:
        for who in (admin, foreign):
            with pytest.raises(NotPermitted):
                await integrations.link_user(this, integration.id, who.id)
        with pytest.raises(NotPermitted):
            await integrations.link_user(this, other.id, ada.id)
        await integrations.link_user(this, integration.id, ada.id)
    assert await _owner("users", ada) == str(integration.id)
    assert await _owner("users", admin) is None
    assert await _owner("users", foreign) == str(other.id)
    async with change(actor) as this:
        await integrations.link_user(this, integration.id, admin.id)
    assert await _owner("users", admin) == str(integration.id)


async def test_a_break_glass_administrator_is_never_linked(actor: Actor, integration: Integration, a_user: Any) -> None:
    root = await a_user(role="admin", is_break_glass=True)
    async with change(actor) as this:
        with pytest.raises(NotPermitted):
            await integrations.link_user(this, integration.id, root.id)
    assert await _owner("users", root) is None


async def test_linking_needs_an_administrator(actor: Actor, integration: Integration, a_team: Any) -> None:
    payments = await a_team()
    writer = Actor(actor.account_id, actors.ActorKind.SERVICE, "nightly", frozenset({Scope.READ, Scope.WRITE}))
    async with change(writer) as this:
        for attempt in (
            integrations.link_team(this, integration.id, payments.id),
            integrations.link_all_exact(this, integration.id),
            integrations.detach_team(this, payments.id),
        ):
            with pytest.raises(NotPermitted):
                await attempt
    with pytest.raises(NotPermitted):
        await integrations.pending(writer)


async def test_all_who_wait_by_exact_name_are_linked_and_administrators_are_left(
    actor: Actor, scim_actor: Actor, integration: Integration, a_user: Any, a_team: Any
) -> None:
    ada, root = await a_user("ada@lovelace.example"), await a_user("root@lovelace.example", role="admin")
    renamed, payments = await a_user("grace@lovelace.example"), await a_team("Payments")
    await _ask(scim_actor, ada, "link_user", "ADA@lovelace.example", "00u1")
    await _ask(scim_actor, root, "link_user", "root@lovelace.example")
    await _ask(scim_actor, renamed, "link_user", "grace.hopper@lovelace.example")
    await _ask(scim_actor, payments, "link_team", "payments", "00g1")
    async with change(actor) as this:
        assert await integrations.link_all_exact(this, integration.id) == Linked(users=1, teams=1, left=2)
    assert await _owner("users", ada) == await _owner("teams", payments) == str(integration.id)
    assert await _owner("users", root) is None
    assert await _owner("users", renamed) is None
    assert {row["subject_id"] for row in await integrations.pending(actor)} == {
        row["id"] for row in [await _row("users", root.id), await _row("users", renamed.id)]
    }


async def test_a_team_of_a_name_that_the_integration_pushes_already_is_not_linked(
    actor: Actor, scim_actor: Actor, integration: Integration, a_team: Any
) -> None:
    await builders.a_team(scim_actor, "Payments", alias="payments-okta")
    by_hand = await a_team("payments")
    with pytest.raises(AlreadyTaken):
        async with change(actor) as this:
            await integrations.link_team(this, integration.id, by_hand.id)
    assert await _owner("teams", by_hand) is None


async def test_detaching_leaves_the_person_and_makes_the_external_id_dormant(
    actor: Actor, scim_actor: Actor, integration: Integration
) -> None:
    ada = await builders.a_user(scim_actor, external_id="00u1")
    payments = await builders.a_team(scim_actor)
    async with change(actor) as this:
        await integrations.detach_user(this, ada.id)
        await integrations.detach_team(this, payments.id)
        await integrations.detach_team(this, payments.id)
    assert await _owner("users", ada) is None
    assert await _owner("teams", payments) is None
    assert await _names(integration, ada) == [("00u1", False)]
    rows = await everywhere().rows("SELECT action FROM audit_events ORDER BY id")
    assert [row["action"] for row in rows] == ["user.detached", "team.detached"]


async def test_deleting_an_integration_keeps_its_people_and_teams_and_frees_its_name(
    actor: Actor, scim_actor: Actor, integration: Integration, a_user: Any
) -> None:
    ada, by_hand = await builders.a_user(scim_actor, external_id="00u1"), await a_user("grace@lovelace.example")
    payments = await builders.a_team(scim_actor, members=[ada])
    await _ask(scim_actor, by_hand, "link_user", "grace@lovelace.example")
    async with change(actor) as this:
        await integrations.delete(this, integration.id)
    person = await _row("users", ada.id)
    assert (person["integration_id"], person["deleted_at"], person["version"]) == (None, None, 2)
    assert await _owner("teams", payments) is None
    assert await _names(integration, ada) == [("00u1", False)]
    assert list(await integrations.pending(actor)) == []
    assert list(await integrations.list_(actor)) == []
    async with change(actor) as this:
        with pytest.raises(NotFound):
            await integrations.delete(this, integration.id)
        again = await integrations.create(this, name="Okta")
    assert again.id != integration.id


@pytest.mark.parametrize("same_person", [True, False])
async def test_an_administrator_decides_once_whether_somebody_who_came_back_is_the_same(
    actor: Actor, scim_actor: Actor, same_person: bool
) -> None:
    ada = await builders.a_user(scim_actor, external_id="00u1")
    await builders.a_team(scim_actor, members=[ada])
    await _ask(scim_actor, ada, "rehire", ada.user_name, "00u2")
    (waiting,) = await integrations.pending(actor)
    async with change(scim_actor) as this:
        with pytest.raises(NotPermitted):
            await decisions.decide_rehire(this, waiting["id"], same_person=same_person)
    async with change(actor) as this:
        await decisions.decide_rehire(this, waiting["id"], same_person=same_person)
    assert ((await _row("users", ada.id))["deleted_at"] is None) is same_person
    assert list(await integrations.pending(actor)) == []
    async with change(actor) as this:
        with pytest.raises(Invalid):
            await decisions.decide_rehire(this, waiting["id"], same_person=True)


async def test_an_integration_is_renamed_once_and_only_at_the_version_that_is_known(
    actor: Actor, scim_actor: Actor, integration: Integration
) -> None:
    async with change(actor) as this:
        held = await integrations.lock(this, integration.id, version=1)
        assert await integrations.rename(this, held, " Okta production ")
        assert not await integrations.rename(this, held, "Okta production")
        await integrations.update_settings(this, integration.id, strict=True)
    row = await _row("integrations", integration.id)
    assert (row["name"], row["version"]) == ("Okta production", 2)
    async with change(actor) as this:
        with pytest.raises(VersionMismatch):
            await integrations.lock(this, integration.id, version=1)
        held = await integrations.lock(this, integration.id, version=2)
        with pytest.raises(Invalid):
            await integrations.rename(this, held, " ")
    await builders.an_integration(actor, "Entra")
    with pytest.raises(AlreadyTaken):
        async with change(actor) as this:
            await integrations.rename(this, await integrations.lock(this, integration.id), "Entra")
    async with change(scim_actor) as this:
        with pytest.raises(NotPermitted):
            await integrations.lock(this, integration.id)
