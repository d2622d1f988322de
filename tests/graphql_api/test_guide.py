"""Every document of the guide runs against a company that has what the guide speaks of."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from catalog.actors import Actor
from catalog.attributes import ENTERPRISE
from graphql_api import filters
from tests import builders
from tests.graphql_api.conftest import Ask

GUIDE = (Path(__file__).parents[2] / "docs/graphql.md").read_text(encoding="utf-8")
EXPLORE = Path(__file__).parents[2] / "web/ui/src/screens/explore/examples.ts"
EXAMPLES = re.findall(r"query: `(.+?)`", EXPLORE.read_text(encoding="utf-8"), re.DOTALL)
DOCUMENTS = ["\n".join(found.splitlines()) for found in re.findall(r"(?:^    .+\n)+", GUIDE, re.MULTILINE)]


@pytest.mark.parametrize("document", [*DOCUMENTS, "{ viewer { actorName role operations } }"])
async def test_a_document_of_the_guide_finds_something(ask: Ask, actor: Actor, document: str) -> None:
    grace = await builders.a_user(actor, "grace@example.com", name="Grace", attributes={"title": "Manager of Sales"})
    ada = await builders.a_user(
        actor,
        "ada@example.com",
        name="Ada",
        manager_id=grace.id,
        attributes={"title": "Account Manager", ENTERPRISE: {"department": "sales"}},
    )
    await builders.a_team(actor, "Payments", members=[ada])
    got = str(await ask(document))
    assert "Ada" in got or "Root Admin" in got or "sales" in got or "lockedFields" in got


@pytest.mark.parametrize("document", EXAMPLES)
async def test_an_example_of_explore_is_answered(ask: Ask, a_team: Callable[..., Any], document: str) -> None:
    await a_team("Platform")
    assert (await ask(document))["account"]


def test_the_guide_has_documents() -> None:
    assert len(DOCUMENTS) == 5
    assert len(EXAMPLES) == 11


@pytest.mark.parametrize(("noun", "fields"), [("people", filters.USERS), ("teams", filters.TEAMS)])
def test_the_guide_names_every_field_of_a_condition(noun: str, fields: filters.Fields) -> None:
    row = next(line for line in GUIDE.splitlines() if line.startswith(f"| {noun} | `id`"))
    assert set(fields.columns) <= set(re.findall(r"`(\w+)`", row))


def test_the_guide_names_every_way_to_compare() -> None:
    row = next(line for line in GUIDE.splitlines() if line.startswith("| `field` with `op`"))
    names = {op.name.rstrip("_") for op in filters.ConditionOp}
    assert names <= set(re.findall(r"`(\w+)`", row))
