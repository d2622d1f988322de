"""How look-ups and crawls grow with the directory: `python -m tests.benchmarks.scale --users 1000000`.

Two databases of each engine, one of a thousand people and one of many, filled by SQL; then the same requests to a real
server on each. What is promised: a look-up by userName, externalId or displayName costs at most 1.5 times as much, and
the last pages of a crawl by startIndex at most twice the first.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
from contextlib import ExitStack
from pathlib import Path
from time import perf_counter
from typing import Any
from uuid import UUID

import httpx
from rich.console import Console
from rich.table import Table

from catalog import database, sql, tallies
from catalog.attributes import derive
from catalog.engines import Statement
from catalog.ids import FOREVER, fold, new_id, now
from catalog.models import ExternalId, User
from tests.benchmarks.servers import Server, muster, postgres_database

SMALL = 1000
CHUNK = 10_000
PAGE = 100
EDGE_PAGES = 50
"""How many of the first and of the last pages are measured."""
LARGEST_PAGE = 1000
MADE = {"userName": "p{}@rehearsal.example", "externalId": "00u{}", "displayName": "Person {}"}
LOOKUPS = tuple(MADE)


async def fill(database_url: str, count: int) -> None:
    """So many people in the account and integration of the only token there is."""
    db = await database.connect(database_url)
    token = (await db.rows("SELECT account_id, integration_id FROM api_tokens"))[0]
    account_id, integration_id = UUID(str(token["account_id"])), UUID(str(token["integration_id"]))
    for start in range(0, count, CHUNK):
        people: list[User] = []
        names: list[ExternalId] = []
        for number in range(start, min(count, start + CHUNK)):
            user_name, at = f"p{number}@rehearsal.example", now()
            user = User(
                id=new_id(),
                account_id=account_id,
                user_name=user_name,
                user_name_key=fold(user_name),
                integration_id=integration_id,
                created_at=at,
                updated_at=at,
            )
            derive(user, {"displayName": f"Person {number}", "name": {"givenName": "P", "familyName": f"{number}"}})
            people.append(user)
            names.append(
                ExternalId(
                    id=new_id(),
                    account_id=account_id,
                    integration_id=integration_id,
                    subject_kind="user",
                    subject_id=user.id,
                    value=f"00u{number}",
                    since=at,
                    until=FOREVER,
                )
            )
        async with db.unit() as unit:
            more = tallies.raising(account_id, tallies.Tally(users=len(people)), db.dialect)
            await unit.batch([sql.insert(User, people), sql.insert(ExternalId, names), more])
    if db.dialect == "postgres":
        async with db.unit() as unit:
            await unit.batch([Statement("ANALYZE")])
    await database.disconnect()


def look_up(small: Server, large: Server, attribute: str, users: int, times: int = 200) -> tuple[float, float]:
    """The median milliseconds of a look-up by equality, among few people and among many; asked in turns."""
    took: dict[int, list[float]] = {SMALL: [], users: []}
    with _client(small) as few, _client(large) as many:
        for n in range(times):
            for client, count in ((few, SMALL), (many, users)):
                sought = f'{attribute} eq "{MADE[attribute].format((n * 7919) % count)}"'
                answer, milliseconds = _timed(client, filter=sought)
                took[count].append(milliseconds)
                if answer["totalResults"] != 1:
                    raise AssertionError(answer)
    return statistics.median(took[SMALL]), statistics.median(took[users])


def crawl(server: Server, count: int) -> tuple[float, float, int]:
    """Milliseconds of the first and of the last pages of a whole crawl by startIndex, and how many people it saw.

    It goes through the middle by large pages; each of the last pages is asked in turn with one of the first, so that
    what else the machine does meets both alike.
    """
    seen: set[str] = set()
    first: list[float] = []
    last: list[float] = []
    edge = min(EDGE_PAGES, count // PAGE // 4) * PAGE

    def page(client: httpx.Client, start: int, size: int) -> tuple[int, float]:
        answer, milliseconds = _timed(client, startIndex=start, count=size, attributes="userName")
        seen.update(user["id"] for user in answer["Resources"])
        return len(answer["Resources"]), milliseconds

    with _client(server) as client:
        start = 1
        while start + LARGEST_PAGE <= count - edge:
            start += page(client, start, LARGEST_PAGE)[0]
        again = 1
        while start <= count:
            got, milliseconds = page(client, start, PAGE)
            last.append(milliseconds)
            got_again, milliseconds = page(client, again, PAGE)
            first.append(milliseconds)
            start, again = start + (got or PAGE), again + got_again
    # The pages on which a crawl begins, or changes its size, find nothing prepared for them.
    return statistics.median(first[1:]), statistics.median(last[1:]), len(seen)


def _timed(client: httpx.Client, **asked: str | int) -> tuple[Any, float]:
    began = perf_counter()
    answer = client.get("/Users", params=asked)
    return answer.json(), (perf_counter() - began) * 1000


def _client(server: Server) -> httpx.Client:
    return httpx.Client(
        base_url=f"http://127.0.0.1:{server.port}/scim/v2",
        headers={"Authorization": f"Bearer {server.token}"},
        timeout=60,
    )


def measure(engine: str, folder: Path, users: int) -> dict[str, float]:
    """Every figure of one engine."""
    figures: dict[str, float] = {}
    with ExitStack() as stack:
        servers = []
        for size in (SMALL, users):
            place = folder / f"{engine}-{size}"
            place.mkdir()
            url = f"sqlite://{place}/muster.db"
            if engine == "postgres":
                url = stack.enter_context(postgres_database(place / "cluster"))
            servers.append(stack.enter_context(muster(engine, url, place)))
            asyncio.run(fill(url, size))
        small, large = servers
        for attribute in LOOKUPS:
            among = look_up(small, large, attribute, users)
            figures[f"{attribute} eq, {SMALL:,}"], figures[f"{attribute} eq, {users:,}"] = among
        first, last, seen = crawl(large, users)
        figures |= {"first pages": first, "last pages": last, "seen": seen, "server MiB": large.rss_mib()}
    return figures


def show(results: dict[str, dict[str, float]], users: int) -> None:
    """Both engines, with the ratios that were promised."""
    table = Table(title=f"Look-ups and a crawl at {users:,} people, milliseconds over HTTP")
    for column in ("", *results):
        table.add_column(column, justify="right")
    for attribute in LOOKUPS:
        cells = []
        for figures in results.values():
            small, large = figures[f"{attribute} eq, {SMALL:,}"], figures[f"{attribute} eq, {users:,}"]
            cells.append(f"{small:.2f} → {large:.2f}  {large / small:.2f}×")
        table.add_row(f"{attribute} eq, {SMALL:,} → {users:,}", *cells)
    pages = [(figures["first pages"], figures["last pages"]) for figures in results.values()]
    cells = [f"{first:.2f} → {last:.2f}  {last / first:.2f}×" for first, last in pages]
    table.add_row(f"crawl, first → last pages of {PAGE}", *cells)
    table.add_row("people seen by it", *(f"{figures['seen']:,.0f}" for figures in results.values()))
    table.add_row("server's memory after it, MiB", *(f"{f['server MiB']:.0f}" for f in results.values()))
    Console(width=140).print(table)


def main() -> None:
    """Measures, and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--users", type=int, default=1_000_000)
    parser.add_argument("--engines", nargs="+", default=["sqlite", "postgres"])
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        results = {engine: measure(engine, Path(folder), chosen.users) for engine in chosen.engines}
    print(json.dumps(results, indent=2)) if chosen.json else show(results, chosen.users)


if __name__ == "__main__":
    main()
