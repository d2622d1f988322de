"""Alerts: a provider that deactivates or empties more than is usual is told to administrators, and may be paused."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from catalog import actors
from catalog.actors import Actor
from catalog.changes import change
from catalog.database import everywhere
from catalog.errors import Invalid, NotFound, NotPermitted, Paused
from catalog.models import Account, Integration, User
from catalog.services import alerts, integrations, memberships, pausing, sessions, teams, users
from tests import builders


@pytest.fixture
async def people(actor: Actor, scim_actor: Actor) -> list[User]:
    """Six people of the integration; and an administrator who gets mail."""
    await builders.a_user(actor, "root@lovelace.dev", role="admin")
    return [await builders.a_user(scim_actor, f"person-{number}") for number in range(6)]


async def _choose(actor: Actor, integration: Integration, **settings: Any) -> None:
    async with change(actor) as this:
        await integrations.update_settings(this, integration.id, **settings)


async def _deactivate(actor: Actor, *people: User) -> None:
    for user in people:
        async with change(actor) as this:
            await users.deactivate(this, await users.lock(this, user.id))


async def _told() -> list[tuple[str, str]]:
    rows = await everywhere().rows("SELECT recipient, facts FROM outbox_messages WHERE letter = 'Alert' ORDER BY id")
    return [(row["recipient"], str(row["facts"])) for row in rows]


async def _events() -> list[str]:
    rows = await everywhere().rows(
        "SELECT action FROM audit_events WHERE action LIKE 'alert.%' OR action LIKE 'integration.%ed' ORDER BY at, id"
    )
    return [row["action"] for row in rows if row["action"] != "integration.updated"]


async def _later(actor: Actor, by: timedelta) -> None:
    """As if everything so far had happened so much earlier."""
    async with change(actor) as this:
        for table in ("alert_marks", "alerts", "audit_events"):
            rows = await this.rows(f"SELECT id, at FROM {table}")
            for row in rows:
                at = row["at"] if isinstance(row["at"], datetime) else datetime.fromisoformat(row["at"])
                this.run(f"UPDATE {table} SET at = $1 WHERE id = $2", at - by, row["id"])


async def test_one_deactivation_too_many_within_an_hour_is_told_once(
    actor: Actor, scim_actor: Actor, integration: Integration, people: list[User]
) -> None:
    await _choose(actor, integration, alert_deactivations_per_hour=3)
    await _deactivate(scim_actor, *people[:3])
    assert await _told() == []
    await _deactivate(scim_actor, people[3])
    ((recipient, facts),) = await _told()
    assert recipient == "root@lovelace.dev"
    assert "deactivated more than 3 people" in facts
    await _deactivate(scim_actor, *people[4:])
    assert len(await _told()) == 1, "at most once an hour"
    assert await _events() == ["alert.raised"]
    (alert,) = await alerts.list_(actor)
    assert (alert["integration"], alert["kind"], alert["threshold"]) == ("Okta", "deactivations", 3)
    assert not alert["has_paused"]
    assert await alerts.list_(actor, integration_id=integration.id) == [alert]
    rows = await everywhere().rows("SELECT count(*) AS n FROM users WHERE deactivated_at IS NOT NULL")
    assert rows[0]["n"] == 6, "it goes on"


async def test_what_was_longer_ago_than_an_hour_does_not_count(
    actor: Actor, scim_actor: Actor, integration: Integration, people: list[User]
) -> None:
    await _choose(actor, integration, alert_deactivations_per_hour=3)
    await _deactivate(scim_actor, *people[:3])
    await _later(actor, timedelta(minutes=61))
    await _deactivate(scim_actor, *people[3:])
    assert await _told() == []
    await alerts.prune()
    assert len(await everywhere().rows("SELECT id FROM alert_marks")) == 3


async def test_neither_people_by_hand_nor_another_integrations_count(
    actor: Actor, scim_actor: Actor, integration: Integration, people: list[User]
) -> None:
    await _choose(actor, integration, alert_deactivations_per_hour=1)
    await _deactivate(actor, *people)
    assert await _told() == []
    other = builders.a_scim_client(await builders.an_integration(actor, "Entra", alert_deactivations_per_hour=0))
    await _deactivate(other, *[await builders.a_user(other, f"other-{number}") for number in range(3)])
    assert await _told() == []
    assert await _events() == []


async def test_deleting_people_counts_as_deactivating_them(
    actor: Actor, scim_actor: Actor, integration: Integration, people: list[User]
) -> None:
    await _choose(actor, integration, alert_deactivations_per_hour=1)
    for user in people[:2]:
        async with change(scim_actor) as this:
            await users.delete(this, await users.lock(this, user.id))
    assert len(await _told()) == 1


async def test_emptied_and_deleted_teams_are_told_too(
    actor: Actor, scim_actor: Actor, integration: Integration, people: list[User]
) -> None:
    await _choose(actor, integration, alert_emptied_teams_per_hour=2)
    groups = []
    for number in range(4):
        async with change(scim_actor) as this:
            group = await teams.create(this, name=f"Group {number}")
            await this.flush()
            await memberships.add(this, group, [people[0].id, people[1].id])
            groups.append(group)

    async def leave(group: Any, *who: User) -> None:
        async with change(scim_actor) as this:
            await memberships.end(this, await teams.lock(this, group.id), [user.id for user in who])

    await leave(groups[0], people[0])
    await leave(groups[0], people[1])
    await leave(groups[0], people[1])
    await leave(groups[1], people[0], people[1])
    assert await _told() == []
    async with change(scim_actor) as this:
        await teams.delete(this, await teams.lock(this, groups[2].id))
    ((_, facts),) = await _told()
    assert "emptied more than 2 teams" in facts


async def test_a_change_that_is_undone_leaves_no_mark(
    actor: Actor, scim_actor: Actor, integration: Integration, people: list[User]
) -> None:
    async def undone() -> None:
        async with change(scim_actor) as this:
            await users.deactivate(this, await users.lock(this, people[0].id))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await undone()
    assert await everywhere().rows("SELECT id FROM alert_marks") == []


async def test_a_threshold_is_a_number_and_pausing_a_choice(actor: Actor, integration: Integration) -> None:
    for bad in (-1, True, "50", 1.5, 10_001):
        with pytest.raises(Invalid):
            await _choose(actor, integration, alert_deactivations_per_hour=bad)
    with pytest.raises(Invalid):
        await _choose(actor, integration, pause_on_alert="yes")


# --- pausing ----------------------------------------------------------------------------------------------------------


async def test_an_integration_that_is_set_so_is_paused_by_the_alert(
    actor: Actor, scim_actor: Actor, integration: Integration, people: list[User]
) -> None:
    await _choose(actor, integration, alert_deactivations_per_hour=2, pause_on_alert=True)
    await _deactivate(scim_actor, *people[:3])
    ((_, facts),) = await _told()
    assert '"has_paused":true' in facts.replace(" ", "").replace("'", '"').replace("True", "true")
    with pytest.raises(Paused, match=r"More than 2 people deactivated within an hour\."):
        await _deactivate(scim_actor, people[3])
    with pytest.raises(Paused, match="muster integration resume"):
        await pausing.need_running(scim_actor)
    rows = await everywhere().rows("SELECT count(*) AS n FROM users WHERE deactivated_at IS NOT NULL")
    assert rows[0]["n"] == 3
    await _deactivate(actor, people[3])  # administrators go on
    assert await _events() == ["alert.raised", "integration.paused"]

    async with change(actor) as this:
        await pausing.resume(this, integration.id)
        await pausing.resume(this, integration.id)
    await pausing.need_running(scim_actor)
    await _deactivate(scim_actor, *people[4:])
    assert len(await _told()) == 1, "whoever let it go on knows"
    assert (await _events())[2:] == ["integration.resumed"]
    await _later(actor, timedelta(minutes=61))
    more = [await builders.a_user(scim_actor, f"more-{number}") for number in range(3)]
    await _deactivate(scim_actor, *more)
    assert len(await _told()) == 2


async def test_administrators_pause_by_hand(
    actor: Actor, scim_actor: Actor, integration: Integration, elsewhere: Account
) -> None:
    await pausing.need_running(scim_actor)
    async with change(actor) as this:
        paused = await pausing.pause(this, integration.id)
        again = await pausing.pause(this, integration.id)
    assert paused.paused_at is not None
    assert again.version == paused.version
    with pytest.raises(Paused, match="An administrator paused it"):
        await pausing.need_running(scim_actor)
    await pausing.need_running(actor)
    other = builders.a_scim_client(await builders.an_integration(actor, "Entra"))
    await pausing.need_running(other)
    user = await sessions.recognise(await builders.a_session(actor, await builders.a_user(actor)))
    for who, problem in ((user, NotPermitted), (scim_actor, NotPermitted), (actors.command(elsewhere.id), NotFound)):
        for verb in (pausing.pause, pausing.resume):
            with pytest.raises(problem):
                async with change(who) as this:
                    await verb(this, integration.id)
    assert await _events() == ["integration.paused"]
