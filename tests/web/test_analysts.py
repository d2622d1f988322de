"""The guide for analysts: every question of it, asked in its three ways as it stands there, has one answer."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from catalog import database
from catalog.services import exports
from tests.processes import muster
from tests.web.serving import running
from web.demo import living
from web.exporting import addresses

GUIDE = (Path(__file__).parents[2] / "docs/analysts.md").read_text(encoding="utf-8")
QUESTIONS = re.findall(r"^### (\d+)\. (.+?)$(.*?)(?=^### |\Z)", GUIDE.partition("## Ten questions")[2], re.M | re.S)
UNTIL = datetime(2026, 11, 27, tzinfo=UTC)
PEOPLE, SEED = 120, 6
"""A company in which each of the questions finds somebody."""


def piece(language: str, text: str) -> str:
    """The one piece of that language. Raises ValueError where there is another number of them."""
    (found,) = re.findall(rf"```{language}\n(.*?)```", text, re.S)
    return str(found)


def _emails(people: Any) -> list[tuple[str]]:
    return [(one["user"]["email"],) for one in people["nodes"]]


def _by_department(nodes: Any) -> Counter[str]:
    return Counter(one["department"] for one in nodes["nodes"])


def _departments(account: Any) -> list[tuple[Any, ...]]:
    before, after = _by_department(account["before"]), _by_department(account["after"])
    return [(name, before[name], after[name]) for name in {*before, *after}]


READ: dict[str, Callable[[Any], list[tuple[Any, ...]]]] = {
    "1": lambda account: _emails(account["team"]["memberships"]),
    "2": lambda account: [
        (one["user"]["email"], one["team"]["alias"])
        for one in account["membershipChanges"]["nodes"]
        if one["type"] == "moved"
    ],
    "3": lambda account: [(team["alias"],) for team in account["teams"]["nodes"] if team["manager"] is None],
    "4": lambda account: list(
        Counter(one["manager"]["email"] for one in account["users"]["nodes"] if one["manager"]).items()
    ),
    "5": lambda account: [(one["at"][:7], one["joined"], one["left"]) for one in account["headcount"]],
    "6": _departments,
    "7": lambda account: [(one["user"]["email"], one["validFrom"]) for one in account["team"]["memberships"]["nodes"]],
    "8": lambda account: [(one["email"],) for one in account["users"]["nodes"] if not one["teams"]["nodes"]],
    "9": lambda account: [(team["alias"], team["memberships"]["totalCount"]) for team in account["teams"]["nodes"]],
    "10": lambda account: [
        (email,)
        for email, times in Counter(
            one["user"]["email"]
            for one in account["team"]["membershipChanges"]["nodes"]
            if one["type"] in ("joined", "moved")
        ).items()
        if times > 1
    ],
}
"""What is read out of GraphQL's answer to each question."""


def _plain(rows: Any) -> list[tuple[Any, ...]]:
    """The rows in one order; instants as text, numbers as whole ones."""

    def value(one: Any) -> Any:
        if isinstance(one, datetime):
            return one.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return one if isinstance(one, str) else int(one)

    return sorted(tuple(value(one) for one in row) for row in rows)


def test_there_are_ten_questions() -> None:
    assert [number for number, *_ in QUESTIONS] == [str(number) for number in range(1, 11)]
    assert all(title.endswith("?") for _, title, _ in QUESTIONS)


def test_every_column_of_every_export_and_every_parameter_is_in_the_guide() -> None:
    files = GUIDE.partition("## Files")[2].partition("## Ten questions")[0]
    rows = {
        what: re.findall(r"`([\w]+)`", columns)
        for what, columns in re.findall(r"^\| `([\w-]+)` \|.+\| (.+) \|$", files, re.M)
    }
    assert {what: [datum.name for datum in data] for what, data in exports.DATA.items()} == {
        what: rows[what] for what in exports.DATA
    }
    options = "".join(line for line in files.splitlines() if line.startswith("| `--"))
    assert set(addresses.PARAMETERS) == set(re.findall(r"`(\w+)`", "".join(re.findall(r"\|.+?\|(.+?)\|", options))))


async def test_the_three_ways_to_ask_give_one_answer(address: str, tmp_path: Path) -> None:
    db = await database.connect(address)
    try:
        await living.make(PEOPLE, SEED, UNTIL)
        async with running(address, tmp_path) as served:
            token = await muster(
                "token", "create", "--service", "notebook", "--account", "demo", environment=served.environment
            )
            prelude = piece("python", GUIDE.partition("### 1.")[0])
            for number, title, text in QUESTIONS:
                asked = READ[number]((await _asked(served.url, token.strip(), piece("graphql", text)))["account"])
                told = [tuple(dict(row).values()) for row in await db.rows(piece("sql", text))]
                found = await asyncio.to_thread(_computed, prelude, piece("python", text), served.url, token.strip())
                assert _plain(asked) == _plain(told), title
                assert _plain(found) == _plain(told), title
                assert told, title
    finally:
        await database.disconnect()


async def _asked(url: str, token: str, document: str) -> Any:
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {token}"}, timeout=30) as client:
        answer = (await client.post(f"{url}/graphql", json={"query": document})).json()
    assert "errors" not in answer, answer["errors"]
    return answer["data"]


def _computed(prelude: str, text: str, url: str, token: str) -> list[tuple[Any, ...]]:
    """What the notebook's `answer` holds, row by row."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("MUSTER", url)
        patched.setenv("TOKEN", token)
        names: dict[str, Any] = {}
        exec(prelude + text, names)  # noqa: S102 – the guide is ours
    return [tuple(row) for row in names["answer"].itertuples(index=False)]
