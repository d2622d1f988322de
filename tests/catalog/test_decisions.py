"""What waits for an administrator is decided once, or dismissed until it is asked for again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from catalog import actors
from catalog.actors import Actor
from catalog.changes import change
from catalog.errors import Invalid, NotFound, NotPermitted
from catalog.models import Account, User
from catalog.services import audit, decisions, integrations


async def _asked(scim_actor: Actor, actor: Actor, user: User) -> UUID:
    async with change(scim_actor) as this:
        await integrations.ask(this, kind="link_user", subject_id=user.id, name=user.user_name, external_id=None)
    (waiting,) = await integrations.pending(actor)
    return UUID(str(waiting["id"]))


async def test_what_is_dismissed_waits_no_more_until_it_is_asked_for_again(
    actor: Actor, scim_actor: Actor, a_user: Callable[..., Any]
) -> None:
    ada = await a_user()
    waiting = await _asked(scim_actor, actor, ada)
    async with change(actor) as this:
        await decisions.dismiss(this, waiting)
    assert list(await integrations.pending(actor)) == []
    (event,) = await audit.list_(actor)
    assert (event["action"], event["subject_name"]) == ("decision.taken", ada.user_name)
    async with change(actor) as this:
        with pytest.raises(Invalid):
            await decisions.dismiss(this, waiting)
    again = await _asked(scim_actor, actor, ada)
    assert again != waiting


async def test_dismissing_is_an_administrators_and_knows_no_other_account(
    actor: Actor, scim_actor: Actor, elsewhere: Account, a_user: Callable[..., Any]
) -> None:
    waiting = await _asked(scim_actor, actor, await a_user())
    async with change(scim_actor) as this:
        with pytest.raises(NotPermitted):
            await decisions.dismiss(this, waiting)
    async with change(actors.command(elsewhere.id)) as this:
        with pytest.raises(NotFound):
            await decisions.dismiss(this, waiting)
    assert len(await integrations.pending(actor)) == 1
