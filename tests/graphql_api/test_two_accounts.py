"""Another account's ids are nobody's: what is asked with one is answered as with an id of nothing at all (G17)."""

import re
from dataclasses import fields
from typing import Any

import httpx
import pytest

from catalog import actors
from catalog.actors import Actor, Scope
from catalog.changes import change
from catalog.database import database
from catalog.ids import new_id, opened, public_id
from catalog.models import Account
from catalog.services import tokens
from tests import builders, walls
from tests.conftest import ENGINES
from tests.graphql_api.test_roles import MUTATIONS, given, others_token
from tests.graphql_api.test_surface import Seed, seed

__all__ = ["others_token", "seed"]

pytestmark = pytest.mark.parametrize("db", [*ENGINES, *walls.EACH_ALONE], indirect=True)

LOOKUPS = {
    "user": "query($id: ID!) {account {user(id: $id) {email}}}",
    "team": "query($id: ID!) {account {team(id: $id) {name}}}",
    "integration": "query($id: ID!) {account {integration(id: $id) {name}}}",
    "definition": "query($id: ID!) {account {teamPropertyDefinition(input: {id: $id}) {name}}}",
    "people of": "query($id: ID!) {account {users(where: {team: {id: $id}}) {totalCount}}}",
    "managed by": 'query($id: JSON!) {account {users(where: {field: "manager", value: $id}) {totalCount}}}',
    "teams of": "query($id: ID!) {account {teams(where: {member: {id: $id}}) {totalCount}}}",
    "memberships of": "query($id: ID!) {account {memberships(filter: {team: {id: $id}}) {totalCount}}}",
    "events": "query($id: ID!) {account {auditEvents(filter: {subjectId: $id}) {totalCount}}}",
}
"""Every place where a question takes an id."""

UUID_TEXT = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

PASSED_OVER = {"usersUpdate"}
"""Mutations of many that pass over ids of nobody."""

KINDS = {"user": "ada", "people of": "team", "managed by": "ada", "teams of": "ada", "memberships of": "team"}


@pytest.fixture
async def stranger(elsewhere: Account, client: httpx.AsyncClient) -> Any:
    """The same endpoint, asked by an administrator of another account: what they are answered, without the ids."""
    theirs = actors.command(elsewhere.id)
    root = await builders.a_user(theirs, "root@elsewhere.dev", role="admin")
    async with change(theirs) as this:
        _, secret = await tokens.create_for_user(this, root, name="theirs", scope=Scope.WRITE)

    async def asked(query: str, sent: set[str], **variables: Any) -> str:
        headers = {"Authorization": f"Bearer {secret}"}
        answer = await client.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
        assert answer.status_code == 200, answer.text
        text = answer.text
        for id in sent:
            text = text.replace(id, "ID")
        return UUID_TEXT.sub("ID", text)

    return asked


def unknown(seed: Seed) -> Seed:
    """The same kinds of ids, of nothing at all."""
    ids = (getattr(seed, field.name) for field in fields(seed))
    return Seed(*(public_id((opened(id) or ("", None))[0], new_id()) for id in ids))


def ids_of(seed: Seed, token: str) -> set[str]:
    return {token, *(getattr(seed, field.name) for field in fields(seed))}


async def trail(actor: Actor) -> int:
    rows = await database(actor.account_id).rows(
        "SELECT count(*) AS n FROM audit_events WHERE account_id = $1", actor.account_id
    )
    return int(rows[0]["n"])


async def test_g17_no_mutation_tells_another_accounts_id_from_nobodys(
    actor: Actor, stranger: Any, seed: Seed, others_token: str
) -> None:
    before, nobody, no_token = await trail(actor), unknown(seed), public_id("ApiToken", new_id())
    for name, field in MUTATIONS.items():
        declared = ", ".join(f"${argument}: {type.type}" for argument, type in field.args.items())
        passed = ", ".join(f"{argument}: ${argument}" for argument in field.args)
        query = f"mutation({declared}) {{{name}({passed}) {{errors {{message path code}}}}}}"
        foreign = await stranger(query, ids_of(seed, others_token), **given(name, seed, others_token))
        if given(name, seed, others_token) == given(name, nobody, no_token):
            continue
        assert foreign == await stranger(query, ids_of(nobody, no_token), **given(name, nobody, no_token)), name
        assert ('"code":' in foreign) is (name not in PASSED_OVER), name
    assert await trail(actor) == before


@pytest.mark.parametrize("name", LOOKUPS)
async def test_no_question_tells_another_accounts_id_from_nobodys(stranger: Any, seed: Seed, name: str) -> None:
    which = KINDS.get(name, name) if name != "events" else "team"
    mine, nobodys = getattr(seed, which), getattr(unknown(seed), which)
    assert await stranger(LOOKUPS[name], {mine}, id=mine) == await stranger(LOOKUPS[name], {nobodys}, id=nobodys)
