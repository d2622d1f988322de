"""Whoever arrives is asked about once, written once, and answered without being read back."""

from typing import Any, cast

import orjson
import pytest

from catalog.actors import Actor
from catalog.attributes import ENTERPRISE
from catalog.changes import change
from catalog.engines import Database
from catalog.errors import AlreadyTaken
from catalog.services import users
from catalog.services.users import Draft
from tests.conftest import ON_POSTGRES

DRAFTS = [
    Draft("ada", {}),
    Draft("ada@lovelace.dev", {"title": "Countess", "displayName": "Ada"}, external_id="00u1"),
    Draft("ada@lovelace.example", {"name": {"givenName": "Ada"}}, external_id="00u1", active=False),
    Draft("ädá", {"displayName": "Ядро\u2028", ENTERPRISE: {"employeeNumber": "1", "manager": {"value": "1"}}}),
]


@pytest.mark.parametrize("draft", DRAFTS, ids=["bare", "with a letter", "deactivated", "their own manager"])
async def test_whoever_arrives_is_answered_as_they_are_read_afterwards(
    db: Database, scim_actor: Actor, draft: Draft
) -> None:
    async with change(scim_actor) as this:
        answered = await users.provision(this, draft)
    read = await users.one(scim_actor, answered["id"])
    assert read is not None
    assert as_read(answered) == as_read(read)


def as_read(row: Any) -> dict[str, Any]:
    """The row's values as the facade takes them."""
    shown = {name: row[name] for name in ("user_name", "given_name", "family_name", "version", "external_id")}
    return {
        **shown,
        "ids": (str(row["id"]), str(row["integration_id"])),
        "active": bool(row["active"]),
        "instants": (row["created_at"], row["updated_at"]),
        "documents": (orjson.loads(row["attributes"]), orjson.loads(f"[{row['teams']}]")),
    }


async def test_an_email_that_is_anothers_is_refused_when_the_change_is_left(db: Database, scim_actor: Actor) -> None:
    emails = {"emails": [{"value": "ada@lovelace.dev", "primary": True}]}
    async with change(scim_actor) as this:
        await users.provision(this, Draft("ada", emails))
    with pytest.raises(AlreadyTaken, match="email"):
        async with change(scim_actor) as this:
            await users.provision(this, Draft("grace", emails))
    assert await users.count(scim_actor) == 1


@pytest.mark.parametrize("db", ON_POSTGRES, indirect=True)
async def test_somebody_arrives_in_two_round_trips_between_the_beginning_and_the_commit(
    db: Database, scim_actor: Actor
) -> None:
    sent: list[str] = []
    document = {"displayName": "Ada", "emails": [{"value": "ada@lovelace.dev"}]}

    def note(record: Any) -> None:
        sent.append(record.query)

    async with change(scim_actor) as this:
        connection = cast(Any, this.orm)._connection
        connection.add_query_logger(note)
        await users.provision(this, Draft("ada", document, external_id="00u1"))
        await this.finish()
        connection.remove_query_logger(note)
    asked, written = sent
    assert asked.startswith("SELECT ")
    for table in ("users", "external_ids", "audit_events", "outbox_messages", "user_periods", "tallies"):
        assert f"INSERT INTO {table} " in written
