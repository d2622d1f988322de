"""Whole answers: one statement, finished JSON, nested to any depth."""

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
import pytest

from catalog import actors, ids
from catalog.actors import Actor
from catalog.errors import Invalid
from catalog.models import Account, Team, User
from catalog.selection import Attribute, Column, Compare, Order
from catalog.services import answers
from catalog.shapes import (
    Connected,
    ConnectionPart,
    Constant,
    Counted,
    Cursor,
    Edges,
    Many,
    Node,
    Nodes,
    One,
    Page,
    PageFacts,
    Rows,
    Shown,
    Total,
)
from tests import builders

Make = Callable[..., Awaitable[Any]]

FACTS = PageFacts("page", (("next", "has_next"), ("previous", "has_previous"), ("start", "start"), ("end", "end")))


async def teams(actor: Actor, rows: Rows, *parts: ConnectionPart) -> Any:
    asked = One("account", Rows("accounts"), (Connected("teams", rows, parts),))
    return orjson.loads(await answers.answer(actor, "accounts", asked))["teams"]


async def test_an_answer_is_nested_to_any_depth(actor: Actor, a_user: Make, a_team: Make) -> None:
    boss = await a_user("grace@hopper.example")
    ada = await a_user("ada@lovelace.example", title='A "countess"\n\u2028', manager_id=boss.id)
    await a_team("Engines", members=[ada])
    user = (
        Shown("id", "id"),
        Shown("title", "title"),
        One("manager", Rows("manager"), (Shown("email", "email"), One("manager", Rows("manager"), ()))),
    )
    got = await teams(
        actor,
        Rows("teams"),
        Nodes(
            "nodes",
            (
                Constant("__typename", '"Team"'),
                Shown("called", "name"),
                Shown("aliases", "aliases"),
                Connected(
                    "memberships",
                    Rows("memberships"),
                    (Nodes("nodes", (Shown("role", "role"), One("user", Rows("user"), user))), Total("count")),
                ),
                Many("members", Rows("members"), (Shown("active", "active"),)),
            ),
        ),
    )
    assert got == {
        "nodes": [
            {
                "__typename": "Team",
                "called": "Engines",
                "aliases": ["engines"],
                "memberships": {
                    "nodes": [
                        {
                            "role": None,
                            "user": {
                                "id": ids.public_id("User", ada.id),
                                "title": 'A "countess"\n\u2028',
                                "manager": {"email": "grace@hopper.example", "manager": None},
                            },
                        }
                    ],
                    "count": 1,
                },
                "members": [{"active": True}],
            }
        ]
    }


@pytest.mark.parametrize(
    "orders",
    [
        (),
        (Order(Column("name"), descending=True),),
        (Order(Column("responsibilities")), Order(Column("alias"), descending=True)),
    ],
)
@pytest.mark.parametrize("backwards", [False, True])
async def test_pages_show_everything_once_in_order(
    actor: Actor, a_team: Make, orders: tuple[Order, ...], backwards: bool
) -> None:
    for name in "abcdefg":
        await a_team(name, responsibilities=None if name in "bdf" else "cbacbac"["abcdefg".index(name)])
    whole = await teams(actor, Rows("teams", orders=orders), Nodes("nodes", (Shown("name", "name"),)))
    paged: list[Any] = []
    got: Any = None
    cursor = None
    for _ in range(4):
        page = Page(2, cursor, backwards)
        got = await teams(
            actor,
            Rows("teams", orders=orders, page=page),
            Edges("edges", (Cursor("cursor"), Node("node", (Shown("name", "name"),)))),
            FACTS,
        )
        nodes = [edge["node"] for edge in got["edges"]]
        paged = [*nodes, *paged] if backwards else [*paged, *nodes]
        assert got["page"]["start"] == got["edges"][0]["cursor"]
        assert got["page"]["end"] == got["edges"][-1]["cursor"]
        cursor = got["page"]["start" if backwards else "end"]
        assert cursor.replace("_", "").isalnum()
    assert paged == whole["nodes"]
    assert got["page"]["previous" if backwards else "next"] is False
    assert got["page"]["next" if backwards else "previous"] is True


async def test_a_page_of_nothing_is_an_answer(actor: Actor) -> None:
    got = await teams(actor, Rows("teams"), Nodes("nodes", (Shown("id", "id"),)), Total("count"), FACTS)
    assert got == {
        "nodes": [],
        "count": 0,
        "page": {"next": False, "previous": False, "start": None, "end": None},
    }


async def test_what_only_counts_reads_no_rows(actor: Actor, a_team: Make) -> None:
    await a_team("Engines")
    assert await teams(actor, Rows("teams", page=Page(1, None, backwards=True)), Total("count")) == {"count": 1}


@pytest.mark.parametrize("cursor", ["", "nonsense", "x00_", "xzz_01a21e1d6f3a749a99c6bfa3db521347", "n_n", "é"])
async def test_what_is_no_cursor_is_refused(actor: Actor, cursor: str) -> None:
    with pytest.raises(Invalid):
        await teams(actor, Rows("teams", page=Page(1, cursor)), Nodes("nodes", ()))


@pytest.mark.parametrize("key", ["a b", "a'b", 'a"b', "", "é", "1"])
async def test_a_key_is_a_name_and_nothing_else(actor: Actor, key: str) -> None:
    with pytest.raises(Invalid):
        await teams(actor, Rows("teams"), Nodes("nodes", (Shown(key, "id"),)))


async def test_five_hundred_fields_are_one_statement(actor: Actor, a_team: Make) -> None:
    await a_team("Engines")
    got = await teams(actor, Rows("teams"), Nodes("n", tuple(Shown(f"k{place}", "name") for place in range(500))))
    assert len(got["n"][0]) == 500


async def test_another_accounts_rows_are_in_no_answer(actor: Actor, elsewhere: Account, a_team: Make) -> None:
    await builders.a_team(actors.command(elsewhere.id), "Theirs")
    mine: Team = await a_team("Mine")
    got = await teams(actor, Rows("teams"), Nodes("nodes", (Shown("name", "name"),)), Total("count"))
    assert got == {"nodes": [{"name": "Mine"}], "count": 1}
    where = Compare(Column("id"), "eq", mine.id)
    theirs = actors.command(elsewhere.id)
    assert await answers.answer(theirs, "teams", One("team", Rows("teams", where=where), ())) == "null"
    assert await answers.answers(theirs, "teams", Shown("name", "name"), [mine.id]) == {}


async def test_the_same_is_answered_for_many_rows_at_once(actor: Actor, a_user: Make, a_team: Make) -> None:
    ada: User = await a_user()
    one, two = await a_team("One", members=[ada]), await a_team("Two")
    asked = Connected("members", Rows("members"), (Nodes("nodes", (Shown("name", "name"),)),))
    got = await answers.answers(actor, "teams", asked, [one.id, two.id])
    assert {id: orjson.loads(text) for id, text in got.items()} == {
        one.id: {"nodes": [{"name": ada.name}]},
        two.id: {"nodes": []},
    }


async def test_counts_of_which_nothing_is_told_are_an_answer(actor: Actor) -> None:
    facts = PageFacts("page", (Constant("__typename", '"PageInfo"'), ("previous", "has_previous")))
    counted = Counted("counts", Rows("users"), Attribute(("title",)), (facts,))
    asked = One("account", Rows("accounts"), (counted,))
    got = orjson.loads(await answers.answer(actor, "accounts", asked))
    assert got == {"counts": {"page": {"__typename": "PageInfo", "previous": False}}}
