"""Answers: what a facade described, asked of the database as one statement, and given back as finished JSON.

The description names fields and links of `catalog.tables`; what the actor may not see is not in the answer, whatever
the facade describes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from catalog import sql
from catalog.actors import Actor
from catalog.database import database
from catalog.engines import TooDeep
from catalog.services import visibility
from catalog.shapes import Member
from catalog.tables import NOUNS

__all__ = ["TooDeep", "answer", "answers", "noun_of"]


async def answer(actor: Actor, noun: str, member: Member, *, given: Mapping[str, Any] | None = None) -> str:
    """The member's JSON text, `null` where there is no such row; the rows are those of the actor's account.

    `given` is what the tables' SQL may ask for by name; `base_url` is the product's address.
    Raises Invalid for a field, a link or a cursor that is none, NotPermitted for a condition on a hidden attribute,
    TooDeep where the database can't read so nested a question as one statement.
    """
    db = database(actor.account_id)
    asked = sql.alone(db.dialect, noun, member, await visibility.of(actor), tuple((given or {}).items()))
    rows = await db.rows(asked.text, actor.account_id, *asked.params)
    return str(rows[0]["answer"])


async def answers(
    actor: Actor, noun: str, member: Member, ids: Sequence[UUID], *, given: Mapping[str, Any] | None = None
) -> dict[UUID, str]:
    """The member's JSON text of each of the noun's rows of these ids. Raises as `answer` does."""
    db = database(actor.account_id)
    asked = sql.of_each(db.dialect, noun, member, await visibility.of(actor), tuple((given or {}).items()))
    rows = await db.rows(asked.text, actor.account_id, list(ids), *asked.params)
    return {UUID(row["id"]): str(row["answer"]) for row in rows}


def noun_of(noun: str, link: str) -> str:
    """The noun to whose rows the link of a noun's row leads."""
    return NOUNS[noun].links[link].noun
