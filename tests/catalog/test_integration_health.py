"""How an integration is doing is counted from the log that administrators read, bar by bar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from catalog import actors
from catalog.actors import Actor
from catalog.changes import change
from catalog.errors import Invalid, NotPermitted
from catalog.ids import new_id, now
from catalog.models import Account, Integration, ProvisioningEvent
from catalog.services import deliveries, integration_health
from catalog.services.integration_health import Health
from tests import builders

NOON = datetime(2026, 3, 1, 12, 20, 30, tzinfo=UTC)


@pytest.fixture
def noon(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """The hour that is going on: twenty minutes past noon is all that the clock says."""
    monkeypatch.setattr(integration_health, "now", lambda: NOON)
    return NOON.replace(minute=0, second=0)


async def _logged(integration: Integration, *, at: datetime, **other: Any) -> None:
    event: dict[str, Any] = {"method": "POST", "path": "/Users", "status": 201, "duration_ms": 10.0, **other}
    async with change(actors.system(integration.account_id)) as this:
        this.add(
            ProvisioningEvent(
                id=new_id(), account_id=integration.account_id, integration_id=integration.id, at=at, **event
            )
        )


async def _health(actor: Actor, integration: Integration, hours: int = 24) -> Health:
    return (await integration_health.of(actor, [integration.id], hours=hours))[integration.id]


async def test_bars_add_up_to_what_the_log_holds(actor: Actor, integration: Integration, noon: datetime) -> None:
    await _logged(integration, at=noon)
    await _logged(integration, at=noon - timedelta(milliseconds=1), status=409)
    await _logged(integration, at=noon - timedelta(hours=3), status=429, requests=7)
    await _logged(integration, at=noon - timedelta(hours=3), method="GET", status=200, requests=200)
    await _logged(integration, at=noon - timedelta(hours=23))
    await _logged(integration, at=noon - timedelta(hours=23, milliseconds=1), status=500)
    health = await _health(actor, integration)
    assert (health.requests, health.failed, health.rate_limited) == (210, 8, 7)
    assert [bucket.at for bucket in health.buckets] == [noon - timedelta(hours=back) for back in range(23, -1, -1)]
    busy = {bucket.at: (bucket.requests, bucket.failed) for bucket in health.buckets if bucket.requests}
    assert busy == {
        noon - timedelta(hours=23): (1, 0),
        noon - timedelta(hours=3): (207, 7),
        noon - timedelta(hours=1): (1, 1),
        noon: (1, 0),
    }


async def test_longer_times_are_counted_by_days(actor: Actor, integration: Integration, noon: datetime) -> None:
    today = noon.replace(hour=0)
    await _logged(integration, at=today)
    await _logged(integration, at=today - timedelta(days=6), status=400)
    await _logged(integration, at=today - timedelta(days=6, milliseconds=1))
    health = await _health(actor, integration, hours=7 * 24)
    assert [bucket.at for bucket in health.buckets] == [today - timedelta(days=back) for back in range(6, -1, -1)]
    assert [bucket.requests for bucket in health.buckets] == [1, 0, 0, 0, 0, 0, 1]
    assert [bucket.failed for bucket in health.buckets] == [1, 0, 0, 0, 0, 0, 0]


async def test_nineteen_of_twenty_requests_are_at_most_as_slow_as_p95_says(
    actor: Actor, integration: Integration
) -> None:
    for number in range(1, 21):
        await _logged(integration, at=now(), duration_ms=number * 10.0)
    assert (await _health(actor, integration)).p95_ms == 190.0
    await _logged(integration, at=now(), method="GET", duration_ms=1.0, requests=400)
    assert (await _health(actor, integration)).p95_ms == 1.0


async def test_a_silent_integration_has_no_p95_and_empty_bars(actor: Actor, integration: Integration) -> None:
    health = await _health(actor, integration, hours=2)
    assert (health.requests, health.failed, health.rate_limited, health.p95_ms) == (0, 0, 0, None)
    assert [bucket.requests for bucket in health.buckets] == [0, 0]


async def test_several_integrations_are_counted_apart(actor: Actor, integration: Integration) -> None:
    other = await builders.an_integration(actor, "Entra")
    await _logged(integration, at=now(), duration_ms=5.0)
    for _ in range(3):
        await _logged(other, at=now(), status=500, duration_ms=50.0)
    found = await integration_health.of(actor, [integration.id, other.id])
    assert (found[integration.id].requests, found[integration.id].failed, found[integration.id].p95_ms) == (1, 0, 5.0)
    assert (found[other.id].requests, found[other.id].failed, found[other.id].p95_ms) == (3, 3, 50.0)


async def test_the_health_is_that_of_requests_as_they_are_logged(
    actor: Actor, scim_actor: Actor, integration: Integration
) -> None:
    buffer = deliveries.Buffer()
    for _ in range(30):
        buffer.note(scim_actor, method="GET", path="/Users", status=200, duration_ms=3.0)
    buffer.note(scim_actor, method="POST", path="/Users", status=409, duration_ms=9.0, reason="Taken.")
    await buffer.flush()
    health = await _health(actor, integration)
    assert (health.requests, health.failed) == (31, await deliveries.failures_of_last_day(actor))


async def test_another_account_and_everybody_but_administrators_learn_nothing(
    actor: Actor, scim_actor: Actor, integration: Integration, elsewhere: Account
) -> None:
    await _logged(integration, at=now())
    assert (await _health(actors.command(elsewhere.id), integration)).requests == 0
    with pytest.raises(NotPermitted):
        await _health(scim_actor, integration)
    for hours in (0, 721):
        with pytest.raises(Invalid):
            await _health(actor, integration, hours=hours)
