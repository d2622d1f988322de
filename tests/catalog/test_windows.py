"""Orders and windows show the same rows in the same order on both databases, and pages meet everybody once."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from catalog import sql
from catalog.actors import Actor
from catalog.engines import Database
from catalog.ids import fold
from catalog.models import User
from catalog.selection import Attribute, Best, Column, Compare, Element, Order, Position, Window
from tests.catalog.meaning import part

ORDERS: list[tuple[Any, Callable[[User], Any]]] = [
    (Column("id"), lambda user: str(user.id)),
    (Column("user_name"), lambda user: fold(user.user_name)),
    (Column("email"), lambda user: fold(user.email) if user.email else None),
    (Column("title"), lambda user: user.title),
    (Column("active"), lambda user: user.deactivated_at is None),
    (Column("created_at"), lambda user: user.created_at),
    (Column("deactivated_at"), lambda user: user.deactivated_at),
    (Attribute(("nickName",)), lambda user: fold(user.attributes["nickName"])),
    (Attribute(("nickName",), exact=True), lambda user: user.attributes["nickName"]),
    (Attribute(("name", "familyName")), lambda user: _text(part(user.attributes, ("name", "familyName")))),
    (Best(("emails",), ("value",)), lambda user: _best(user.attributes.get("emails"))),
]


def _text(value: Any) -> str | None:
    return fold(value) if isinstance(value, str) else None


def _best(items: Any) -> str | None:
    if not isinstance(items, list) or not items:
        return None
    return _text(next((one for one in items if one.get("primary") is True), items[0]).get("value"))


def in_order(people: dict[str, User], key: Callable[[User], Any], descending: bool) -> list[str]:
    valued = sorted((key(user), str(user.id)) for user in people.values() if key(user) is not None)
    without = sorted(str(user.id) for user in people.values() if key(user) is None)
    ascending = [id for _, id in valued] + without
    return ascending[::-1] if descending else ascending


async def page(db: Database, actor: Actor, order: Sequence[Order], window: Window) -> list[Any]:
    query = sql.Query(db.dialect, "users", actor.account_id)
    query.column("id", "u.id")
    query.window(order, window)
    return list(await db.rows(query.text(), *query.params))


@pytest.mark.parametrize("descending", [False, True], ids=["up", "down"])
@pytest.mark.parametrize(("field", "key"), ORDERS, ids=[str(field) for field, _ in ORDERS])
async def test_pages_by_key_meet_everybody_once_in_order_forwards_and_backwards(
    db: Database,
    actor: Actor,
    people: dict[str, User],
    field: Any,
    key: Callable[[User], Any],
    descending: bool,
) -> None:
    order, expected = [Order(field, descending)], in_order(people, key, descending)
    assert [str(row["id"]) for row in await page(db, actor, order, Window(100))] == expected
    for backwards in (False, True):
        seen: list[str] = []
        after = None
        while rows := await page(db, actor, order, Window(3, after=after, backwards=backwards)):
            seen += [str(row["id"]) for row in rows]
            last = rows[-1]
            after = Position(None if field == Column("id") else last["sort_key"], people[str(last["id"])].id)
        assert seen == (expected[::-1] if backwards else expected)


async def test_pages_by_offset_and_without_an_order_follow_the_ids(
    db: Database, actor: Actor, people: dict[str, User]
) -> None:
    ids = sorted(people)
    assert [str(row["id"]) for row in await page(db, actor, [], Window(3, offset=2))] == ids[2:5]
    assert await page(db, actor, [], Window(3, offset=len(ids))) == []


async def test_a_filter_and_an_order_by_a_path_share_one_statement(
    db: Database, actor: Actor, people: dict[str, User]
) -> None:
    query = sql.Query(db.dialect, "users", actor.account_id)
    query.column("id", "u.id")
    query.where(Element(("emails",), Compare(Attribute(("value",)), "co", "@")))
    query.window([Order(Best(("emails",), ("value",)))], Window(10))
    rows = await db.rows(query.text(for_update=False), *query.params)
    assert [people[str(row["id"])].user_name for row in rows] == ["ada@lovelace.example", "grace_hopper"]
