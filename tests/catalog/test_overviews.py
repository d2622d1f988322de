"""What an administrator looks at, asked as one answer: how integrations are doing, their tokens, logs and letters."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import orjson
import pytest

from catalog import actors, ids
from catalog.actors import Actor
from catalog.changes import change
from catalog.ids import new_id, now
from catalog.models import Account, Integration, OutboxMessage, ProvisioningEvent, Team, User
from catalog.selection import AnyOf, Column, Compare
from catalog.services import answers, deliveries, integrations, tokens
from catalog.shapes import Connected, Many, Nodes, One, Part, Rows, Shape, Shown, Total
from tests import builders

CHECKLIST = ("url_reached", "token_accepted", "first_user", "first_group")


async def _asked(actor: Actor, link: str, shape: Shape, **rows: Any) -> Any:
    asked = One("account", Rows("accounts"), (Many("rows", Rows(link, **rows), shape),))
    return orjson.loads(await answers.answer(actor, "accounts", asked))["rows"]


async def _of(actor: Actor, *fields: str) -> list[Any]:
    """These fields of the only integration."""
    (found,) = await _asked(actor, "integrations", tuple(Shown(name, name) for name in fields))
    return [found[name] for name in fields]


async def _logged(integration: Integration, **other: Any) -> None:
    event: dict[str, Any] = {"method": "POST", "path": "/Users", "status": 201, "duration_ms": 10.0, "at": now()}
    async with change(actors.system(integration.account_id)) as this:
        scope = {"id": new_id(), "account_id": integration.account_id, "integration_id": integration.id}
        this.add(ProvisioningEvent(**{**scope, **event, **other}))


async def _letter(integration: Integration, state: str, user: User | None = None) -> None:
    async with change(actors.system(integration.account_id)) as this:
        this.add(
            OutboxMessage(
                id=new_id(),
                account_id=integration.account_id,
                integration_id=integration.id,
                user_id=user.id if user else None,
                letter="Notice",
                recipient="ada@lovelace.example",
                state=state,
                next_attempt_at=this.at,
                message_id="<1@muster.local>",
                created_at=this.at,
            )
        )


async def _token(actor: Actor, integration: Integration) -> str:
    async with change(actor) as this:
        return (await tokens.create_for_integration(this, integration, name="Okta"))[1]


# --- how an integration is doing ----------------------------------------------------------------------------------


async def test_an_integration_that_nobody_called_is_waiting(actor: Actor, integration: Integration) -> None:
    await _token(actor, integration)
    assert await _of(actor, "status", "last_request_at") == ["waiting", None]
    assert await _of(actor, *CHECKLIST) == [False] * 4


async def test_the_first_request_connects_it_and_ticks_off_what_it_shows(
    actor: Actor, scim_actor: Actor, integration: Integration
) -> None:
    at = now()
    await _logged(integration, method="GET", status=200, at=at)
    assert await _of(actor, "status", "last_request_at") == [
        "connected",
        at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    ]
    assert await _of(actor, *CHECKLIST) == [True, True, False, False]
    await builders.a_user(scim_actor)
    assert await _of(actor, *CHECKLIST) == [True, True, True, False]
    await builders.a_team(scim_actor)
    await builders.a_team(scim_actor, "Hidden", is_listed=False)
    assert await _of(actor, *CHECKLIST, "user_count", "team_count") == [True] * 4 + [1, 1]


async def test_a_used_token_shows_that_it_was_reached_though_the_log_is_empty(
    actor: Actor, integration: Integration
) -> None:
    await tokens.recognise(await _token(actor, integration))
    await deliveries.Buffer().flush()
    assert await _of(actor, "status", *CHECKLIST) == ["connected", True, True, False, False]
    assert (await _of(actor, "last_request_at"))[0] is not None


async def test_a_refused_token_was_reached_but_not_accepted(actor: Actor, integration: Integration) -> None:
    await _logged(integration, status=401)
    assert await _of(actor, "status", *CHECKLIST) == ["failing", True, False, False, False]


async def test_it_is_failing_when_more_than_half_of_the_latest_requests_failed(
    actor: Actor, integration: Integration
) -> None:
    for minutes in range(1, 12):
        await _logged(integration, status=409 if minutes <= 6 else 201, at=now() - timedelta(minutes=minutes))
    assert await _of(actor, "status") == ["failing"]
    await _logged(integration, method="GET", status=200, requests=2)
    assert await _of(actor, "status") == ["connected"]


async def test_only_the_latest_hundred_rows_judge_it(actor: Actor, integration: Integration) -> None:
    await _logged(integration, status=500, requests=1000, at=now() - timedelta(hours=1))
    assert await _of(actor, "status") == ["failing"]
    async with change(actors.system(integration.account_id)) as this:
        scope = {"account_id": integration.account_id, "integration_id": integration.id, "at": this.at}
        for _ in range(100):
            row = {"id": new_id(), "method": "POST", "path": "/Users", "status": 201, "duration_ms": 1.0}
            this.add(ProvisioningEvent(**scope, **row))
    assert await _of(actor, "status") == ["connected"]


async def test_a_paused_integration_is_paused_whatever_it_sent(actor: Actor, integration: Integration) -> None:
    await _logged(integration)
    async with change(actor) as this:
        this.run("UPDATE integrations SET paused_at = $1 WHERE id = $2", this.at, integration.id)
    assert await _of(actor, "status") == ["paused"]


async def test_letters_are_counted_by_what_became_of_them(actor: Actor, integration: Integration) -> None:
    for state in ("waiting", "sending", "held", "failed", "failed", "discarded", "sent"):
        await _letter(integration, state)
    counts = await _of(actor, "letters_waiting", "letters_held", "letters_failed", "letters_sent")
    assert counts == [2, 1, 2, 1]


async def test_how_each_of_several_is_doing_is_told_apart_and_in_parts(
    actor: Actor, scim_actor: Actor, integration: Integration
) -> None:
    entra = await builders.an_integration(actor, "Entra")
    await _logged(entra)
    await builders.a_user(scim_actor)
    shape: Shape = (
        Shown("name", "name"),
        Shown("status", "status"),
        Shown("people", "user_count"),
        Part("checklist", (Shown("urlReached", "url_reached"), Shown("firstUser", "first_user"))),
    )
    assert await _asked(actor, "integrations", shape) == [
        {
            "name": "Entra",
            "status": "connected",
            "people": 0,
            "checklist": {"urlReached": True, "firstUser": False},
        },
        {"name": "Okta", "status": "waiting", "people": 1, "checklist": {"urlReached": False, "firstUser": True}},
    ]


# --- what hangs on it ---------------------------------------------------------------------------------------------


async def test_tokens_are_shown_newest_first_and_without_any_secret(actor: Actor, integration: Integration) -> None:
    secret = await _token(actor, integration)
    async with change(actor) as this:
        made, _ = await tokens.create_for_service(this, name="nightly")
        await tokens.delete(this, made.id)
    shape: Shape = (
        *(Shown(name, name) for name in ("id", "name", "prefix", "scope", "created_by", "last_used_at")),
        Shown("isRevoked", "revoked_at"),
        One("integration", Rows("integration"), (Shown("name", "name"),)),
        One("user", Rows("user"), (Shown("name", "name"),)),
    )
    service, okta = await _asked(actor, "tokens", shape)
    assert (service["name"], service["integration"], service["user"]) == ("nightly", None, None)
    assert service["isRevoked"] is not None
    assert okta["integration"] == {"name": "Okta"}
    assert (okta["prefix"], okta["scope"], okta["created_by"]) == (secret[:16], "scim", "muster command")
    assert (ids.opened(okta["id"]) or ("",))[0] == "ApiToken"
    assert secret not in orjson.dumps([service, okta]).decode()
    (of_okta,) = await _asked(
        actor, "integrations", (Connected("tokens", Rows("tokens"), (Nodes("n", (Shown("i", "id"),)), Total("t"))),)
    )
    assert of_okta == {"tokens": {"n": [{"i": okta["id"]}], "t": 1}}


async def test_what_waits_is_shown_with_whom_it_is_about(
    actor: Actor, scim_actor: Actor, integration: Integration, a_user: Callable[..., Any], a_team: Callable[..., Any]
) -> None:
    ada: User = await a_user()
    team: Team = await a_team()
    for kind, subject in (("link_user", ada), ("link_team", team), ("rehire", ada)):
        async with change(scim_actor) as this:
            await integrations.ask(this, kind=kind, subject_id=subject.id, name="wished", external_id="00u1")
    shape: Shape = (
        *(Shown(name, name) for name in ("kind", "name", "external_id", "attempts")),
        One("integration", Rows("integration"), (Shown("name", "name"),)),
        One("user", Rows("user"), (Shown("name", "name"),)),
        One("team", Rows("team"), (Shown("name", "name"),)),
    )
    rows = await _asked(actor, "decisions", shape)
    assert [(row["kind"], row["user"], row["team"]) for row in rows] == [
        ("link_user", {"name": ada.name}, None),
        ("link_team", None, {"name": team.name}),
        ("rehire", {"name": ada.name}, None),
    ]
    assert {row["external_id"] for row in rows} == {"00u1"}
    (okta,) = await _asked(actor, "integrations", (Connected("waiting", Rows("decisions"), (Total("total"),)),))
    assert okta == {"waiting": {"total": 3}}
    async with change(actor) as this:
        await integrations.link_user(this, integration.id, ada.id)
    assert [row["kind"] for row in await _asked(actor, "decisions", (Shown("kind", "kind"),))] == [
        *("link_team", "rehire"),
    ]


async def test_the_log_is_shown_newest_first_with_whom_it_is_about(
    actor: Actor, integration: Integration, a_user: Callable[..., Any]
) -> None:
    ada: User = await a_user()
    await _logged(integration, at=now() - timedelta(seconds=9), method="GET", requests=40, duration_ms=2.5)
    await _logged(
        integration,
        status=409,
        resource_kind="user",
        resource_id=ada.id,
        resource_name="Ada",
        request_body='{"a": "\u2028"}',
        reason="Taken.",
    )
    shape: Shape = (
        *(Shown(name, name) for name in ("method", "status", "duration_ms", "requests", "request_body", "reason")),
        One("user", Rows("user"), (Shown("id", "id"),)),
        One("team", Rows("team"), (Shown("id", "id"),)),
        One("integration", Rows("integration"), (Shown("name", "name"),)),
    )
    failed, read = await _asked(actor, "deliveries", shape)
    assert (failed["status"], failed["request_body"], failed["reason"]) == (409, '{"a": "\u2028"}', "Taken.")
    assert (failed["user"], failed["team"]) == ({"id": ids.public_id("User", ada.id)}, None)
    assert (read["method"], read["duration_ms"], read["requests"], read["user"]) == ("GET", 2.5, 40, None)
    assert read["integration"] == {"name": "Okta"}


@pytest.mark.parametrize(("text", "found"), [("ADA", True), ("Ada", True), ("Ö", True), ("ö", False), ("Alan", False)])
async def test_the_log_is_searched_without_regard_to_the_case_of_plain_letters(
    actor: Actor, integration: Integration, text: str, found: bool
) -> None:
    await _logged(integration, resource_name="Ada Östlund")
    where = AnyOf(tuple(Compare(Column(name), "co", text) for name in ("resource_name", "resource_lowered")))
    assert bool(await _asked(actor, "deliveries", (Shown("id", "id"),), where=where)) is found


async def test_the_trail_is_shown_with_what_differed_and_the_public_id_of_its_subject(
    actor: Actor, integration: Integration, a_user: Callable[..., Any]
) -> None:
    ada: User = await a_user()
    async with change(actor) as this:
        await integrations.update_settings(this, integration.id, strict=True)
        await integrations.link_user(this, integration.id, ada.id)
        token, _ = await tokens.create_for_user(this, ada, name="mine")
    shape: Shape = (
        *(Shown(name, name) for name in ("action", "subject", "subject_kind", "before", "after", "change_id")),
        One("user", Rows("user"), (Shown("name", "name"),)),
    )
    rows = {row["action"]: row for row in await _asked(actor, "audit", shape)}
    assert {action: row["subject"] for action, row in rows.items()} == {
        "integration.updated": ids.public_id("Integration", integration.id),
        "user.linked": ids.public_id("User", ada.id),
        "token.created": ids.public_id("ApiToken", token.id),
    }
    updated = rows["integration.updated"]
    assert (updated["before"], updated["after"], updated["user"]) == ({"strict": False}, {"strict": True}, None)
    assert rows["user.linked"]["user"] == {"name": ada.name}
    assert len({row["change_id"] for row in rows.values()}) == 1


async def test_letters_are_shown_with_whom_they_are_for(
    actor: Actor, integration: Integration, a_user: Callable[..., Any]
) -> None:
    await _letter(integration, "failed", await a_user())
    shape: Shape = (
        *(Shown(name, name) for name in ("letter", "recipient", "state", "attempts", "last_error", "sent_at")),
        One("user", Rows("user"), (Shown("email", "email"),)),
    )
    assert await _asked(actor, "letters", shape) == [
        {
            "letter": "Notice",
            "recipient": "ada@lovelace.example",
            "state": "failed",
            "attempts": 0,
            "last_error": None,
            "sent_at": None,
            "user": {"email": "ada@lovelace.example"},
        }
    ]


@pytest.mark.parametrize("link", ["integrations", "tokens", "audit", "deliveries", "decisions", "letters"])
async def test_another_account_has_none_of_it(
    actor: Actor, scim_actor: Actor, integration: Integration, elsewhere: Account, a_user: Any, link: str
) -> None:
    ada = await a_user()
    await _token(actor, integration)
    await _logged(integration)
    await _letter(integration, "sent")
    async with change(scim_actor) as this:
        await integrations.ask(this, kind="link_user", subject_id=ada.id, name="ada", external_id=None)
    assert await _asked(actor, link, (Shown("id", "id"),))
    assert await _asked(actors.command(elsewhere.id), link, (Shown("id", "id"),)) == []
