"""What is compiled into one statement and what graphql-core completes row by row are the same answer.

Documents are drawn from the schema and asked twice of the same account, on each database.
"""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from graphql import parse
from hypothesis import HealthCheck, example, given, settings

from catalog.actors import Actor
from catalog.attributes import ENTERPRISE
from catalog.changes import change
from catalog.ids import new_id, now
from catalog.models import Integration, TeamAlias
from catalog.services import visibility
from catalog.services.erasure import Eraser
from catalog.vault import Vault
from catalog.visibility import Visibility
from graphql_api.context import Context
from graphql_api.execution import carry_out
from graphql_api.schema import schema
from graphql_api.selections import Selections, Uncovered
from tests import builders
from tests.doses import dose
from tests.graphql_api.strategies import documents

EXAMPLES = dose(30, 2_000)


@pytest.fixture
async def seeded(actor: Actor, integration: Integration, scim_actor: Actor) -> Actor:
    """People with and without everything, in teams above and below one another."""
    ada = await builders.a_user(
        actor, "ada@x.example", name="Ada Lovelace",
        attributes={"title": 'A "countess"\n\u2028', ENTERPRISE: {"department": "Engines"}}, role="admin",
    )  # fmt: skip
    bob = await builders.a_user(
        scim_actor, "bob@y.example", manager_id=ada.id, external_id="00u1", attributes={"title": "Smith"}
    )
    cyd = await builders.a_user(scim_actor, "Çyd", manager_id=bob.id, deactivated_at=now())
    engines = await builders.a_team(actor, "Engines", members=[bob, cyd])
    below = await builders.a_team(
        scim_actor, "Pistons", parent_id=engines.id, members=[cyd], responsibilities="Up & down"
    )
    await builders.a_team(actor, "Empty", parent_id=below.id)
    await builders.a_team(scim_actor, "For SCIM alone", members=[ada], is_listed=False)
    async with change(actor) as this:
        this.add(builders.a_period(this, engines, ada, role="manager"))
        this.add(
            TeamAlias(
                id=new_id(), account_id=actor.account_id, team_id=engines.id, alias="old-name",
                is_managed=True, created_at=this.at,
            )
        )  # fmt: skip
    return actor


async def answered(actor: Actor, document: str) -> tuple[Any, list[tuple[Any, str]]]:
    """The data, and where which errors are.

    Of what is null because something below it failed, only that is said: how many of several failures there are told
    is left to the server (GraphQL, 6.4.4).
    """
    context = Context(actor, "https://muster.test", Vault("a key of the tests"), Eraser("a key"))
    result = await carry_out(schema._schema, parse(document), context)
    data = orjson.loads(orjson.dumps(result.data))
    errors = {
        (str([key for key in place if isinstance(key, str)]), kind if place == (error.path or []) else "below")
        for error in result.errors or ()
        for place, kind in [(nulled(data, error.path or []), type(error.original_error).__name__)]
    }
    return data, sorted(errors)


def nulled(data: Any, path: list[str | int]) -> list[str | int]:
    """How much of the path the data has: its end is null."""
    for depth, key in enumerate(path):
        if data is None:
            return path[:depth]
        data = data[key]
    return path


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@example(document='{account{team(alias: "engines"){memberships(scope: all){nodes{isInherited via{name}}}}}}')
@given(document=documents())
async def test_both_roads_lead_to_the_same_answer(seeded: Actor, document: str) -> None:
    with pytest.MonkeyPatch.context() as patched:
        compiled = await answered(seeded, document)
        patched.setattr(Selections, "compiled", _not)
        ordinary = await answered(seeded, document)
    assert compiled == ordinary, document


@settings(max_examples=EXAMPLES // 3, deadline=None, suppress_health_check=list(HealthCheck))
@example(document='{account{usersCountedBy(field: "department"){pageInfo{hasPreviousPage}}}}')
@given(document=documents())
async def test_both_roads_hide_the_same_from_others(seeded: Actor, document: str) -> None:
    with pytest.MonkeyPatch.context() as patched:

        async def everybodys(actor: Actor) -> Visibility:
            return Visibility(everything=False, chosen=frozenset({"userType"}))

        patched.setattr(visibility, "of", everybodys)
        compiled = await answered(seeded, document)
        patched.setattr(Selections, "compiled", _not)
        ordinary = await answered(seeded, document)
    assert compiled == ordinary, document
    assert "countess" not in orjson.dumps(compiled[0]).decode()


def _not(*_: Any) -> Any:
    raise Uncovered
