"""`python -m tests.benchmarks.graphql`: the compiled road beside a hand-written endpoint, in one run on each database.

Both answer the same question about the same rows with the same token, in one process, by turns: what is compared is
what parsing, weighing, compiling and the statement itself cost over a statement that somebody wrote for the occasion.
Figures are medians; the ratios are what holds on another machine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import orjson
from rich.console import Console
from rich.table import Table
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message

from catalog import actors, database, schema
from catalog.actors import Actor, Scope
from catalog.attributes import by_hand, derive
from catalog.changes import change
from catalog.ids import FOREVER, fold, new_id
from catalog.models import Membership, Team, TeamAlias, User
from catalog.services import accounts, tokens
from graphql_api.app import Endpoint
from tests.benchmarks.servers import postgres_database

TEAMS, MEMBERS, PEOPLE = 100, 50, 2000
QUESTION = "query($n:Int){account{teams(first:$n){nodes{name memberships{nodes{role user{name email}}}}}}}"

BY_HAND = {
    "sqlite": """
        SELECT json_object('nodes', json_group_array(json_object('name', t.name, 'memberships', (
            SELECT json_object('nodes', json_group_array(json(j))) FROM (
                SELECT json_object('role', m.role, 'user',
                    json_object('name', u.name, 'email', coalesce(u.email, ''))) AS j
                FROM memberships m JOIN users u ON u.id = m.user_id
                WHERE m.team_id = t.id AND m.valid_to = '9999-12-31 00:00:00+00:00' AND u.deactivated_at IS NULL
                ORDER BY u.name_key, m.id LIMIT 100))))) AS answer
        FROM (SELECT id, name FROM teams
            WHERE account_id = $1 AND deleted_at IS NULL AND is_listed ORDER BY name_key, id LIMIT $2) t""",
    "postgres": """
        SELECT json_build_object('nodes', coalesce(json_agg(json_build_object('name', t.name, 'memberships', (
            SELECT json_build_object('nodes', coalesce(json_agg(j), '[]')) FROM (
                SELECT json_build_object('role', m.role, 'user',
                    json_build_object('name', u.name, 'email', coalesce(u.email, ''))) AS j
                FROM memberships m JOIN users u ON u.id = m.user_id
                WHERE m.team_id = t.id AND m.valid_to = '9999-12-31 00:00:00+00:00' AND u.deactivated_at IS NULL
                ORDER BY u.name_key, m.id LIMIT 100) q))), '[]'))::text AS answer
        FROM (SELECT id, name FROM teams
            WHERE account_id = $1 AND deleted_at IS NULL AND is_listed ORDER BY name_key, id LIMIT $2) t""",
}


async def by_hand_endpoint(request: Request) -> Response:
    """The same answer, by a statement written for it."""
    actor = await tokens.recognise(request.headers["authorization"].removeprefix("Bearer "))
    asked = orjson.loads(await request.body())
    db = database.everywhere()
    rows = await db.rows(BY_HAND[db.dialect], actor.account_id, asked["variables"]["n"])
    answer = {"data": {"account": {"teams": orjson.Fragment(rows[0]["answer"])}}}
    return Response(orjson.dumps(answer), media_type="application/json")


async def measured(url: str, rounds: int) -> dict[str, Any]:
    """The figures on the database at `url`, which is filled first."""
    await database.connect(url)
    try:
        await schema.migrate()
        secret = await filled()
        app = Starlette(
            routes=[
                Route("/graphql", Endpoint("https://muster.example", "a secret key of 32 characters, or more")),
                Route("/by-hand", by_hand_endpoint, methods=["POST"]),
            ]
        )
        figures: dict[str, Any] = {}
        for first, times in ((TEAMS, rounds), (1, rounds * 10)):
            body = orjson.dumps({"query": QUESTION, "variables": {"n": first}})
            roads = {path: _asking(app, path, secret, body) for path in ("/graphql", "/by-hand")}
            answers = {path: orjson.loads(await ask()) for path, ask in roads.items()}
            assert answers["/graphql"] == answers["/by-hand"], "the two answer differently"
            figures[f"first: {first}"] = await _by_turns(roads, times)
        return figures
    finally:
        await database.disconnect()


async def filled() -> str:
    """An account with teams and people; the secret of a token that may read it."""
    account = await accounts.create("Lovelace Engines")
    actor: Actor = actors.command(account.id)
    async with change(actor) as this:
        people = [_person(this, f"person{number}@lovelace.example") for number in range(PEOPLE)]
        for number in range(TEAMS):
            name = f"Team {number:03}"
            team = Team(
                id=new_id(), account_id=account.id, name=name, name_key=fold(name), provider_name=name,
                provider_name_key=fold(name), alias=f"team-{number}", created_at=this.at, updated_at=this.at,
            )  # fmt: skip
            this.add(team)
            this.add(
                TeamAlias(id=new_id(), account_id=account.id, team_id=team.id, alias=team.alias, created_at=this.at)
            )
            for place in range(MEMBERS):
                member = people[(number * 37 + place) % PEOPLE]
                this.add(
                    Membership(
                        id=new_id(),
                        account_id=account.id,
                        team_id=team.id,
                        user_id=member.id,
                        role=None,
                        valid_from=this.at,
                        valid_to=FOREVER,
                        recorded_at=this.at,
                    )
                )
    async with change(actor) as this:
        _, secret = await tokens.create_for_service(this, name="benchmark", scope=Scope.READ)
    db = database.everywhere()
    await db.rows("ANALYZE") if db.dialect == "postgres" else None
    return secret


def _person(this: Any, email: str) -> User:
    user = User(
        id=new_id(), account_id=this.account_id, user_name=email, user_name_key=fold(email),
        created_at=this.at, updated_at=this.at,
    )  # fmt: skip
    derive(user, by_hand(name=email.partition("@")[0].title(), email=email))
    this.add(user)
    return user


def _asking(app: Starlette, path: str, secret: str, body: bytes) -> Callable[[], Awaitable[bytes]]:
    headers = [(b"authorization", f"Bearer {secret}".encode()), (b"content-type", b"application/json")]

    async def ask() -> bytes:
        got: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            got.append(message)

        scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": headers}
        await app(scope, receive, send)
        assert got[0]["status"] == 200
        return b"".join(message.get("body", b"") for message in got[1:])

    return ask


async def _by_turns(roads: dict[str, Callable[[], Awaitable[bytes]]], times: int) -> dict[str, float]:
    wall: dict[str, list[float]] = {path: [] for path in roads}
    cpu: dict[str, list[float]] = {path: [] for path in roads}
    for _ in range(times):
        for path, ask in roads.items():
            began, cpu_began = perf_counter(), process_time()
            await ask()
            wall[path].append((perf_counter() - began) * 1000)
            cpu[path].append((process_time() - cpu_began) * 1000)
    middle = {path: statistics.median(found) for path, found in wall.items()}
    return {
        "graphql_ms": middle["/graphql"],
        "by_hand_ms": middle["/by-hand"],
        "ratio": middle["/graphql"] / middle["/by-hand"],
        "graphql_cpu_ms": statistics.median(cpu["/graphql"]),
        "by_hand_cpu_ms": statistics.median(cpu["/by-hand"]),
    }


def main() -> None:
    """The figures as a table, and as JSON where a file is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        found["sqlite"] = asyncio.run(measured(f"sqlite://{folder}/muster.db", options.rounds))
        with postgres_database(Path(folder) / "postgres") as url:
            found["postgres"] = asyncio.run(measured(url, options.rounds))
    table = Table("database", "question", "GraphQL ms", "by hand ms", "ratio", "CPU ms", "CPU by hand")
    for name, figures in found.items():
        for question, row in figures.items():
            shown = ("graphql_ms", "by_hand_ms", "ratio", "graphql_cpu_ms", "by_hand_cpu_ms")
            table.add_row(name, question, *(f"{row[key]:.2f}" for key in shown))
    Console().print(table)
    if options.json:
        options.json.write_text(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
