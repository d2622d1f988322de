"""The provisioning log: a write's row shares its fate, reads are counted together, failures keep what was sent."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from catalog import actors
from catalog.actors import Actor
from catalog.changes import change
from catalog.database import disconnect, everywhere
from catalog.errors import NotPermitted, Unavailable
from catalog.ids import new_id, now
from catalog.models import Account, Integration
from catalog.selection import Column, Compare, Position, Window
from catalog.services import deliveries, integrations, tokens


def _event(**other: Any) -> dict[str, Any]:
    return {"method": "GET", "path": "/Users", "status": 200, "duration_ms": 4.0, **other}


async def _log(actor: Actor) -> list[dict[str, Any]]:
    return [dict(row) for row in await deliveries.list_(actor)]


async def test_the_row_of_a_write_is_kept_if_and_only_if_the_change_is(actor: Actor, scim_actor: Actor) -> None:
    posted = _event(method="POST", status=201, request_body=b'{"userName": "ada"}', resource_kind="user")

    async def undone() -> None:
        async with change(scim_actor) as this:
            deliveries.record(this, **posted)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await undone()
    assert await _log(actor) == []
    async with change(scim_actor) as this:
        deliveries.record(this, **posted, resource_id=str(this.id), resource_name="Ada", reason="passed over: x")
    (row,) = await _log(actor)
    assert (row["method"], row["status"], row["request_body"]) == ("POST", 201, '{"userName": "ada"}')
    assert (row["resource_kind"], row["resource_name"], row["reason"]) == ("user", "Ada", "passed over: x")
    assert str(row["resource_id"]) == str(this.id)
    assert row["requests"] == 1


async def test_like_reads_become_one_row_with_their_number(actor: Actor, scim_actor: Actor) -> None:
    buffer = deliveries.Buffer()
    for page in range(200):
        buffer.note(scim_actor, **_event(path=f"/Users?startIndex={page}", duration_ms=float(page), response_body=b"x"))
    for _ in range(50):
        buffer.note(scim_actor, **_event(path=f"/Users/{new_id()}"))
    buffer.note(scim_actor, **_event(path="/Groups?filter=displayName eq x"))
    assert await _log(actor) == []
    await buffer.flush()
    rows = {row["path"]: row for row in await _log(actor)}
    assert {path: row["requests"] for path, row in rows.items()} == {
        "/Users": 200,
        "/Users/{id}": 50,
        "/Groups?filter=displayName eq x": 1,
    }
    assert rows["/Users"]["duration_ms"] == pytest.approx(99.5)
    assert rows["/Users"]["response_body"] is None
    await buffer.flush()
    assert len(await _log(actor)) == 3


async def test_each_failure_is_a_row_with_what_was_sent_and_why_it_failed(actor: Actor, scim_actor: Actor) -> None:
    buffer = deliveries.Buffer()
    for number in range(3):
        refused = _event(method="POST", status=409, request_body=b"{%d}" % number, response_body=b"no", reason="Taken.")
        buffer.note(scim_actor, **refused)
    await buffer.flush()
    rows = await _log(actor)
    assert {row["request_body"] for row in rows} == {"{0}", "{1}", "{2}"}
    assert {(row["status"], row["response_body"], row["reason"]) for row in rows} == {(409, "no", "Taken.")}
    assert await deliveries.failures_of_last_day(actor) == 3


async def test_a_storm_of_failures_is_bounded_and_still_counted(
    actor: Actor, scim_actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "MAX_BUFFERED", 10)
    buffer = deliveries.Buffer()
    for _ in range(500):
        buffer.note(scim_actor, **_event(path=f"/Users/{new_id()}", status=404))
    await buffer.flush()
    assert len(await _log(actor)) == 11
    assert await deliveries.failures_of_last_day(actor) == 500


async def test_what_could_not_be_written_is_written_the_next_time(
    actor: Actor, scim_actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    buffer = deliveries.Buffer()
    buffer.note(scim_actor, **_event())
    buffer.note(scim_actor, **_event(status=404))
    with monkeypatch.context() as away:

        def unreachable() -> Any:
            raise Unavailable("The database is away.")

        away.setattr(deliveries, "everywhere", unreachable)
        with pytest.raises(Unavailable):
            await buffer.flush()
    buffer.note(scim_actor, **_event())
    await buffer.flush()
    assert sum(row["requests"] for row in await _log(actor)) == 3


async def test_texts_that_no_database_can_hold_spoil_nothing(actor: Actor, scim_actor: Actor) -> None:
    buffer = deliveries.Buffer()
    odd = _event(path="/Users/\x00\ud800", status=404, reason="\x00", resource_id="no id", request_body=b"\xff\x00")
    buffer.note(scim_actor, **odd)
    await buffer.flush()
    (row,) = await _log(actor)
    assert row["path"] == "/Users/\ufffd?"
    assert row["resource_id"] is None


async def test_only_requests_of_an_integration_are_logged(actor: Actor) -> None:
    buffer = deliveries.Buffer()
    buffer.note(actor, **_event(status=404))
    await buffer.flush()
    async with change(actor) as this:
        deliveries.record(this, **_event())
    assert await _log(actor) == []


async def test_flushing_writes_when_tokens_were_used(actor: Actor, integration: Integration) -> None:
    async with change(actor) as this:
        _, secret = await tokens.create_for_integration(this, integration, name="Okta")
    await tokens.recognise(secret)
    await deliveries.Buffer().flush()
    assert (await tokens.list_(actor))[0]["last_used_at"] is not None


async def test_the_log_is_filtered_and_paged_newest_first(actor: Actor, scim_actor: Actor) -> None:
    for number in range(5):
        async with change(scim_actor) as this:
            deliveries.record(this, **_event(method="PUT", path=f"/Users/{number}", status=200 + number * 100))
    failed = await deliveries.list_(actor, Compare(Column("status"), "ge", 400))
    assert sorted(row["status"] for row in failed) == [400, 500, 600]
    everything = await deliveries.list_(actor)
    first = await deliveries.list_(actor, window=Window(2))
    last = first[-1]
    rest = await deliveries.list_(actor, window=Window(9, after=Position(last["sort_key"], last["id"])))
    assert [row["id"] for row in [*first, *rest]] == [row["id"] for row in everything]
    assert [row["at"] for row in everything] == sorted((row["at"] for row in everything), reverse=True)


async def test_the_log_is_an_administrators_and_another_account_sees_none_of_it(
    actor: Actor, scim_actor: Actor, elsewhere: Account
) -> None:
    async with change(scim_actor) as this:
        deliveries.record(this, **_event(method="PUT", status=500))
    stranger = actors.command(elsewhere.id)
    assert await _log(stranger) == []
    assert await deliveries.failures_of_last_day(stranger) == 0
    with pytest.raises(NotPermitted):
        await deliveries.list_(scim_actor)
    assert len(await _log(actor)) == 1


async def test_rows_are_pruned_after_30_days(actor: Actor, scim_actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliveries, "PRUNED_AT_ONCE", 3)
    async with change(scim_actor) as this:
        for number in range(8):
            deliveries.record(this, **_event(path=f"/{number}"))
    for number, age in enumerate([29, 30, 31, 40, 50, 60, 70]):
        async with change(actor) as this:
            at = now() - timedelta(days=age, minutes=1)
            this.run("UPDATE provisioning_events SET at = $1 WHERE path = $2", at, f"/{number}")
    await deliveries.prune()
    assert {row["path"] for row in await _log(actor)} == {"/0", "/7"}


async def test_a_lost_database_is_told_as_unavailable(scim_actor: Actor) -> None:
    buffer = deliveries.Buffer()
    buffer.note(scim_actor, **_event())
    await disconnect()
    with pytest.raises(Unavailable):
        await buffer.flush()
    with pytest.raises(Unavailable):
        everywhere()
    with pytest.raises(Unavailable):
        async with change(scim_actor) as this:
            await integrations.settings_of(this)
