"""Moving house: who moves from one integration to another, what is kept, and what holds somebody back."""

from typing import Any

import httpx
import orjson
import pytest

from catalog import actors
from catalog.actors import Actor, Scope
from catalog.changes import change
from catalog.database import everywhere
from catalog.errors import Invalid, NotFound, NotPermitted
from catalog.ids import new_id
from catalog.models import Account, Integration, Team, User
from catalog.services import hierarchy, integrations, memberships, moving, teams, users
from catalog.services.moving import Preview
from tests import builders
from tests.catalog.teamwork import a_person, done, made, parent_of, read, roles, stored


@pytest.fixture
async def entra(actor: Actor) -> Integration:
    """Where everybody moves to; the integration of `scim_actor` is where they come from."""
    return await builders.an_integration(actor, "Entra")


async def ask(to: Integration, subject: User | Team, name: str, external_id: str | None = None) -> None:
    kind = "link_user" if isinstance(subject, User) else "link_team"
    async with change(builders.a_scim_client(to)) as this:
        await integrations.ask(this, kind=kind, subject_id=subject.id, name=name, external_id=external_id)


async def move(actor: Actor, source: Integration, target: Integration, **how: bool) -> Preview:
    """The move, which does what its preview said."""
    foreseen = await moving.preview(actor, source.id, target.id, **how)
    async with change(actor) as this:
        plan = await moving.move(this, source.id, target.id, **how)
    assert plan == foreseen
    return plan


async def owner(subject: User | Team) -> str | None:
    table = "users" if isinstance(subject, User) else "teams"
    row = await everywhere().one(f"SELECT integration_id FROM {table} WHERE id = $1", subject.id)
    assert row is not None
    return None if row["integration_id"] is None else str(row["integration_id"])


def names(found: list[moving.Found]) -> list[tuple[str, str | None]]:
    return [(one.name, one.by) for one in found]


async def test_who_was_asked_for_by_the_same_name_moves_and_the_others_stay(
    actor: Actor, scim_actor: Actor, integration: Integration, entra: Integration
) -> None:
    ada, grace = await builders.a_user(scim_actor, "ada"), await builders.a_user(scim_actor, "grace")
    team, other = await made(scim_actor, "Payments"), await made(scim_actor, "Ledger")
    await ask(entra, ada, "ADA", "entra-1")
    await ask(entra, team, "Payments", "entra-2")
    plan = await move(actor, integration, entra)
    assert names(plan.matched) == [("ada", "userName"), ("Payments", "displayName")]
    assert names(plan.only_in_source) == [("grace", None), ("Ledger", None)]
    assert plan.conflicts == []
    assert [await owner(one) for one in (ada, team)] == [str(entra.id)] * 2
    assert [await owner(one) for one in (grace, other)] == [str(integration.id)] * 2
    assert await integrations.pending(actor) == []


async def test_an_external_id_recognises_somebody_who_has_another_name_by_now(
    actor: Actor, scim_actor: Actor, integration: Integration, entra: Integration
) -> None:
    ada = await builders.a_user(scim_actor, "ada.byron", external_id="00u1")
    eve = await builders.a_user(scim_actor, "eve", external_id="00u2")
    await ask(entra, ada, "ada.lovelace", "00u1")
    await ask(entra, eve, "mallory", "00u9")
    plan = await move(actor, integration, entra)
    assert names(plan.matched) == [("ada.byron", "externalId")]
    assert [(one.name, one.reason) for one in plan.conflicts] == [
        ("eve", "is asked for as 'mallory': link them one by one, or rename them first")
    ]


async def test_what_is_known_of_everybody_stays_as_it_was(
    actor: Actor, scim_actor: Actor, integration: Integration, entra: Integration
) -> None:
    ada, grace = await builders.a_user(scim_actor, "ada"), await builders.a_user(scim_actor, "grace")
    team, child = await made(scim_actor, "Payments"), await made(scim_actor, "Refunds")
    await done(scim_actor, team, memberships.add, [ada.id, grace.id])
    await done(scim_actor, team, hierarchy.nest, [child.id])
    await done(a_person(actor), team, memberships.assign, ada.id, "manager")
    await done(scim_actor, team, memberships.end, [grace.id])
    async with change(actor) as this:
        await users.deactivate(this, await users.lock(this, grace.id))
    before = [tuple(row) for row in await everywhere().rows("SELECT * FROM memberships ORDER BY id")]
    await move(actor, integration, entra, everybody=True)
    assert [tuple(row) for row in await everywhere().rows("SELECT * FROM memberships ORDER BY id")] == before
    assert await roles(team) == {ada.id: "manager"}
    assert (await read(actor, team.id))["alias"] == "payments"
    assert await owner(grace) == str(entra.id)
    # The parent that a provider had set is the new one's to take back.
    assert await parent_of(child) == team.id
    await done(builders.a_scim_client(entra), team, hierarchy.unnest, [child.id])
    assert await parent_of(child) is None
    rows = await everywhere().rows(
        "SELECT before, after FROM audit_events WHERE action = 'user.linked' AND subject_id = $1", ada.id
    )
    told = [(orjson.loads(row["before"]), orjson.loads(row["after"])) for row in rows]
    assert [(before["integration"], after["integration"]) for before, after in told] == [("Okta", "Entra")]


async def test_another_external_id_of_the_same_person_is_remembered_and_no_conflict(
    actor: Actor, scim_actor: Actor, integration: Integration, entra: Integration
) -> None:
    ada = await builders.a_user(scim_actor, "ada", external_id="okta-1", role="team_member")
    await ask(entra, ada, "ada", "entra-1")
    await move(actor, integration, entra)
    called = await everywhere().rows(
        "SELECT i.name, x.value, x.until > $2 AS live FROM external_ids x "
        "JOIN integrations i ON i.id = x.integration_id WHERE x.subject_id = $1 ORDER BY i.name",
        *(ada.id, builders.now()),
    )
    assert [(row["name"], row["value"], bool(row["live"])) for row in called] == [
        ("Entra", "entra-1", True),
        ("Okta", "okta-1", False),
    ]
    # Off and on again, as a provider does when an application is assigned anew: the same person, and no question.
    for active in (False, True):
        async with change(builders.a_scim_client(entra)) as this:
            user = await users.lock(this, ada.id)
            await users.replace(this, user, users.Draft("ada", user.attributes, "entra-1", active))
    assert await integrations.pending(actor) == []
    row = await everywhere().one("SELECT role FROM users WHERE id = $1", ada.id)
    assert row is not None
    assert row["role"] == "team_member"


async def test_administrators_and_what_the_target_has_already_are_told_and_left(
    actor: Actor, scim_actor: Actor, integration: Integration, entra: Integration
) -> None:
    target = builders.a_scim_client(entra)
    await builders.a_user(scim_actor, "root", role="admin")
    await builders.a_user(scim_actor, "glass", is_break_glass=True)
    await builders.a_user(scim_actor, "ada", external_id="1")
    await builders.a_user(target, "ada.new", external_id="1")
    await builders.a_team(scim_actor, "Payments")
    await builders.a_team(target, "payments", alias="payments-2")
    await builders.a_user(scim_actor, "given", role="admin", role_by_hand="user")
    plan = await move(actor, integration, entra, everybody=True)
    assert [(one.name, one.reason) for one in plan.conflicts] == [
        ("ada", "has the externalId by which the target knows 'ada.new'"),
        ("glass", "may always sign in with a password, so no integration manages them"),
        ("root", "is an administrator: link them one by one, with --user"),
        ("Payments", "has the name of a team that the target pushes already"),
    ]
    assert names(plan.matched) == [("given", "everybody")]


async def test_people_and_teams_are_called_as_the_targets_mapping_has_it(
    actor: Actor, scim_actor: Actor, integration: Integration, entra: Integration, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "CHUNK", 2)
    document = {"displayName": "Ada L.", "name": {"formatted": "Augusta Ada King"}}
    people = [await builders.a_user(scim_actor, f"u{n}", attributes=document) for n in range(5)]
    app, other = await made(scim_actor, "App-Payments"), await made(scim_actor, "Everyone")
    admins = await made(scim_actor, "App-Admins")
    await done(scim_actor, admins, memberships.add, [people[0].id])
    await builders.a_user(actor, "root", role="admin")
    async with change(actor) as this:
        await integrations.update_settings(
            this, entra.id, name_from="formatted", team_rules=[{"begins_with": "App-"}],
            group_roles={"App-Admins": "admin"},
        )  # fmt: skip
    assert len((await move(actor, integration, entra, everybody=True)).matched) == 8
    rows = await everywhere().rows("SELECT name, role FROM users WHERE integration_id = $1 ORDER BY id", entra.id)
    assert [(row["name"], row["role"]) for row in rows] == [
        ("Augusta Ada King", "admin" if n == 0 else "user") for n in range(5)
    ]
    assert [await stored(team, "name") for team in (app, other)] == ["Payments", "Everyone"]
    assert not await stored(other, "is_listed")


async def test_a_role_that_the_left_integrations_group_gave_ends_with_the_move(
    actor: Actor, scim_actor: Actor, integration: Integration, entra: Integration
) -> None:
    await builders.a_user(actor, "root", role="admin")
    async with change(actor) as this:
        await integrations.update_settings(this, integration.id, group_roles={"Admins": "admin"})
    ada = await builders.a_user(scim_actor, "ada")
    await done(scim_actor, await made(scim_actor, "Admins"), memberships.add, [ada.id])
    await move(actor, integration, entra, everybody=True)
    row = await everywhere().one("SELECT role FROM users WHERE id = $1", ada.id)
    assert row is not None
    assert row["role"] == "user"


async def test_after_the_move_the_new_provider_is_answered_and_the_old_one_waits(
    actor: Actor, scim: httpx.AsyncClient, integration: Integration
) -> None:
    """Here `scim` is the new provider: it asked, was told to wait, and asks again afterwards."""
    old = await builders.an_integration(actor, "Old Okta")
    ada = await builders.a_user(builders.a_scim_client(old), "ada@ada.example", external_id="old-1")
    team = await made(builders.a_scim_client(old), "Payments")
    body = {"userName": "ada@ada.example", "externalId": "new-1", "displayName": "Ada"}
    refused = await scim.post("/Users", json=body)
    assert refused.status_code == 409
    assert "belongs to the integration 'Old Okta'" in refused.json()["detail"]
    assert (await scim.post("/Groups", json={"displayName": "Payments"})).status_code == 409
    plan = await move(actor, old, integration)
    assert [one.external_id for one in plan.matched] == ["new-1", None]
    put = await scim.put(f"/Users/{ada.id}", json=body)
    assert (put.status_code, put.json()["externalId"]) == (200, "new-1")
    group = {"displayName": "Payments", "members": [{"value": str(ada.id)}]}
    assert (await scim.put(f"/Groups/{team.id}", json=group)).status_code == 200
    async with change(builders.a_scim_client(old)) as this:
        with pytest.raises(Exception, match="waits to be linked"):
            await teams.rename(this, await teams.lock(this, team.id), "Mine")


async def test_nothing_moves_that_may_not(
    actor: Actor, integration: Integration, entra: Integration, elsewhere: Account
) -> None:
    with pytest.raises(Invalid):
        await moving.preview(actor, entra.id, entra.id)
    for stranger, source, target in (
        (actor, integration.id, new_id()),
        (actors.command(elsewhere.id), integration.id, entra.id),
    ):
        with pytest.raises(NotFound):
            await moving.preview(stranger, source, target)
        async with change(stranger) as this:
            with pytest.raises(NotFound):
                await moving.move(this, source, target)
    writer: Any = a_person(actor, Scope.READ, Scope.WRITE)
    with pytest.raises(NotPermitted):
        await moving.preview(writer, integration.id, entra.id)
    async with change(writer) as this:
        with pytest.raises(NotPermitted):
            await moving.move(this, integration.id, entra.id)
