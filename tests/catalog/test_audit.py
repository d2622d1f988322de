"""The audit trail: written with the change, read by administrators, every action named and explained."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest

from catalog import actors
from catalog.actors import Actor, ActorKind, Role, Scope
from catalog.attributes import ENTERPRISE
from catalog.changes import change
from catalog.database import everywhere
from catalog.errors import NotPermitted
from catalog.models import Account, Integration
from catalog.selection import AllOf, Column, Compare, Position, Window
from catalog.services import audit, integrations, memberships, teams, tokens, users, visibility
from catalog.services.users import Draft
from catalog.tables.journal import PUBLIC
from tests import builders

ROOT = Path(__file__).parents[2]


async def test_an_event_tells_who_did_what_to_whom_and_what_differs(actor: Actor, integration: Integration) -> None:
    async with change(replace(actor, request_id="r-7")) as this:
        await integrations.update_settings(this, integration.id, strict=True)
    (event,) = await audit.list_(actor)
    assert (event["actor_kind"], event["actor_name"], event["request_id"]) == ("command", "muster command", "r-7")
    assert (event["action"], event["subject_kind"], event["subject_name"]) == (
        "integration.updated",
        "integration",
        "Okta",
    )
    assert str(event["subject_id"]) == str(integration.id)
    assert orjson.loads(event["before"]) == {"strict": False}
    assert orjson.loads(event["after"]) == {"strict": True}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", event["at"])


async def test_a_change_that_is_undone_leaves_no_trace(actor: Actor) -> None:
    async def undone() -> None:
        async with change(actor) as this:
            await integrations.create(this, name="Okta")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await undone()
    assert list(await audit.list_(actor)) == []
    assert await audit.count(actor) == 0


async def test_the_trail_is_filtered_and_paged_newest_first(actor: Actor, integration: Integration) -> None:
    for number in range(7):
        async with change(actor) as this:
            await tokens.create_for_integration(this, integration, name=f"token {number}")
            if number == 3:
                await integrations.update_settings(this, integration.id, strict=True)
    made = Compare(Column("action"), "eq", "token.created")
    assert await audit.count(actor, made) == 7
    of_one = AllOf(
        (Compare(Column("subject_id"), "eq", integration.id), Compare(Column("subject_kind"), "eq", "integration"))
    )
    assert [row["action"] for row in await audit.list_(actor, of_one)] == ["integration.updated"]
    seen: list[str] = []
    window = Window(3)
    while page := await audit.list_(actor, made, window):
        seen += [row["subject_name"] for row in page]
        window = Window(3, after=Position(page[-1]["sort_key"], page[-1]["id"]))
    assert len(seen) == len(set(seen)) == 7
    before = await audit.list_(actor, made, replace(window, backwards=True))
    assert [row["subject_name"] for row in before] == seen[3:6]


async def test_the_trail_is_an_administrators_and_another_account_sees_none_of_it(
    actor: Actor, scim_actor: Actor, elsewhere: Account
) -> None:
    async with change(actor) as this:
        await integrations.create(this, name="Entra")
    with pytest.raises(NotPermitted):
        await audit.list_(scim_actor)
    with pytest.raises(NotPermitted):
        await audit.count(scim_actor)
    assert await audit.count(actor) == 1
    assert await audit.count(actors.command(elsewhere.id)) == 0
    assert list(await audit.list_(actors.command(elsewhere.id))) == []


async def _told(reader: Actor) -> list[str]:
    """Every event's sentence, oldest first."""
    rows = await everywhere().rows("SELECT id FROM audit_events WHERE account_id = $1 ORDER BY id", reader.account_id)
    ids = [UUID(str(row["id"])) for row in rows]
    sentences = await audit.told(reader, ids)
    return [sentences[id] for id in ids if id in sentences]


async def test_events_are_told_with_the_names_of_whom_they_are_about(
    actor: Actor, integration: Integration, a_user: Callable[..., Any], a_team: Callable[..., Any]
) -> None:
    ada, engines, payments = await a_user(name="Ada Lovelace"), await a_team("Engines"), await a_team("Payments")
    async with change(actor) as this:
        team = await teams.lock(this, payments.id)
        await memberships.add(this, team, [ada.id])
        await teams.set_parent(this, team, engines.id)
        await integrations.link_user(this, integration.id, ada.id)
        await integrations.detach_user(this, ada.id)
    assert await _told(actor) == [
        "Somebody at the machine added Ada Lovelace to Payments.",
        "Somebody at the machine moved Payments below Engines.",
        "Somebody at the machine linked Ada Lovelace to Okta.",
        "Somebody at the machine detached Ada Lovelace from Okta: managed by hand from now on.",
    ]


async def test_a_sentence_tells_nobody_what_the_account_hides_from_them(
    actor: Actor, scim_actor: Actor, elsewhere: Account
) -> None:
    ada = await builders.a_user(scim_actor, "ada@lovelace.example", name="Ada")
    async with change(actor) as this:
        await visibility.choose(this, ["title"])
    document = {
        **ada.attributes,
        "title": "SRE",
        ENTERPRISE: {"employeeNumber": "007"},
        "phoneNumbers": [{"value": "1"}],
    }
    async with change(scim_actor) as this:
        await users.replace(this, await users.lock(this, ada.id), Draft(ada.user_name, document))
    reader = replace(actor, kind=ActorKind.PERSON, role=Role.USER, scopes=frozenset({Scope.READ}))
    assert (await _told(actor))[-1] == "Okta (SCIM) changed Ada’s title to “SRE” and employee number to “007”."
    assert (await _told(reader))[-1] == "Okta (SCIM) changed Ada’s title to “SRE”."
    assert await audit.told(actors.command(elsewhere.id), [ada.id]) == {}
    with pytest.raises(NotPermitted):
        await audit.told(scim_actor, [])


async def test_a_manager_who_arrives_later_is_named_to_whom_the_account_shows_managers(
    actor: Actor, scim_actor: Actor
) -> None:
    reader = replace(actor, kind=ActorKind.PERSON, role=Role.USER, scopes=frozenset({Scope.READ}))
    ada = await builders.a_user(scim_actor, "ada@lovelace.example", name="Ada")
    async with change(scim_actor) as this:
        document = {**ada.attributes, ENTERPRISE: {"manager": {"value": "boss@lovelace.example"}}}
        await users.replace(this, await users.lock(this, ada.id), Draft(ada.user_name, document))
    async with change(scim_actor) as this:
        await users.create(this, Draft("boss@lovelace.example", {"displayName": "Grace"}))
    assert "Okta (SCIM) changed Ada’s manager to Grace." in await _told(reader)
    async with change(actor) as this:
        await visibility.choose(this, ["title"])
    assert not [told for told in await _told(reader) if "Grace" in told and "manager" in told]


def test_every_action_is_explained_in_the_guide_and_the_guide_explains_no_other() -> None:
    guide = (ROOT / "docs" / "audit.md").read_text()
    explained = dict(re.findall(r"^\| `([a-z_]+\.[a-z_]+)` \| (.+?) \|$", guide, re.MULTILINE))
    assert explained == audit.ACTIONS


def test_every_action_that_a_service_records_has_a_name_here() -> None:
    recorded = {action for path in (ROOT / "catalog").rglob("*.py") for action in _recorded(path)}
    assert {"user.created", "user.linked", "team.detached", "token.created", "letters.released"} <= recorded
    assert recorded <= set(audit.ACTIONS)


def test_every_kind_of_subject_has_a_public_name() -> None:
    kinds: set[str] = set()
    for path in (ROOT / "catalog").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "record":
                named = [keyword.value for keyword in node.keywords if keyword.arg == "kind"]
                kinds |= {one.value for one in named if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    assert {"user", "team", "token", "letter"} <= kinds
    assert kinds <= PUBLIC.keys()


def _recorded(path: Path) -> Iterator[str]:
    """Every action that may be given to `record`: written there, or handed down as `action`."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Attribute) and node.func.attr == "record" and node.args:
            yield from _texts(node.args[0])
        for keyword in node.keywords:
            if keyword.arg == "action":
                yield from _texts(keyword.value)


def _texts(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str() as action):
            yield action
        case ast.JoinedStr(values=[ast.FormattedValue(), ast.Constant(value=str() as verb)]):
            yield from (f"{noun}{verb}" for noun in ("user", "team"))
        case ast.IfExp(body=body, orelse=orelse):
            yield from (*_texts(body), *_texts(orelse))
