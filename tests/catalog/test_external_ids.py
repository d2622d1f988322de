"""What an integration calls somebody is found by who they are, however many it has names for."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from catalog.actors import Actor
from catalog.changes import Change, change
from catalog.engines import Database
from catalog.models import Integration
from catalog.services import external_ids
from tests import builders

Work = Callable[[Change, Any], Awaitable[Any]]


async def forgetting(this: Change, user: Any) -> None:
    await external_ids.forget_external_ids(this, "user", user.id)
    await this.flush()


async def remembering(this: Change, user: Any) -> None:
    assert this.actor.integration_id is not None
    await external_ids.remember_external_id(this, this.actor.integration_id, "user", user.id, "another")


async def asking(this: Change, user: Any) -> None:
    await external_ids.external_id_of(this, "user", user.id)


@pytest.mark.parametrize("work", [forgetting, remembering, asking])
async def test_a_name_is_found_by_an_index_today_and_formerly(
    db: Database, scim_actor: Actor, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sync of 100,000 people read all of their names for each who came back, 120 ms of a processor."""
    user = await builders.a_user(scim_actor)
    asked: list[tuple[str, tuple[Any, ...]]] = []
    async with change(scim_actor) as this:
        rows, run = this.rows, this.run
        monkeypatch.setattr(this, "rows", lambda *asking: asked.append((asking[0], asking[1:])) or rows(*asking))
        monkeypatch.setattr(this, "run", lambda *asking: asked.append((asking[0], asking[1:])) or run(*asking))
        await work(this, user)
        monkeypatch.undo()
        of_names = [(text, params) for text, params in asked if " external_ids " in text and "WHERE id =" not in text]
        assert of_names
        for text, params in of_names:
            if db.dialect == "postgres":
                # Of so few rows it would read all.
                await this.rows("SET LOCAL enable_seqscan = off")
                plan = " ".join(row[0] for row in await this.rows(f"EXPLAIN {text}", *params))
            else:
                plan = " ".join(row["detail"] for row in await this.rows(f"EXPLAIN QUERY PLAN {text}", *params))
            assert "external_ids_current" in plan or "external_ids_former" in plan, plan
            assert "subject_id" in plan, plan


async def test_the_last_name_counts_where_there_is_none_today(scim_actor: Actor, integration: Integration) -> None:
    user = await builders.a_user(scim_actor, external_id="first")
    for name in ("second", None):
        async with change(scim_actor) as this:
            await external_ids.remember_external_id(this, integration.id, "user", user.id, name)
    async with change(scim_actor) as this:
        assert await external_ids.external_id_of(this, "user", user.id) == "second"
        await external_ids.remember_external_id(this, integration.id, "user", user.id, "third")
    async with change(scim_actor) as this:
        assert await external_ids.external_id_of(this, "user", user.id) == "third"
