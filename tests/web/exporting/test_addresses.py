"""`GET /exports/…`: who gets which rows and columns, as of when, in which form; and that it is written down."""

import csv
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import orjson
import pytest
from starlette.applications import Starlette

from catalog.actors import Actor, Scope
from catalog.changes import change
from catalog.models import User
from catalog.sealing import Sealer
from catalog.services import audit, tokens, users, visibility
from tests import builders
from tests.graphql_api.past import Company, day, lived, told
from web.exporting import addresses

Fetch = Callable[..., Awaitable[httpx.Response]]
KEY = "a secret key of thirty-two characters"


@pytest.fixture
async def company(actor: Actor) -> Company:
    return await lived(actor)


@pytest.fixture
async def fetch(actor: Actor) -> AsyncIterator[Fetch]:
    """Fetches an export as an administrator, or as whoever has the `secret`."""
    own = await a_token(actor, await builders.a_user(actor, "root@muster.example", role="admin"))
    transport = httpx.ASGITransport(Starlette(routes=[*addresses.routes("http://muster.test")]))
    async with httpx.AsyncClient(transport=transport, base_url="http://muster.test") as client:

        async def fetched(what: str, *, secret: str | None = own, **asked: str) -> httpx.Response:
            headers = {"Authorization": f"Bearer {secret}"} if secret else {}
            return await client.get(f"/exports/{what}", params=asked, headers=headers)

        yield fetched


async def a_token(actor: Actor, user: User) -> str:
    async with change(actor) as this:
        _, secret = await tokens.create_for_user(this, user, name="notebook", scope=Scope.READ)
    return secret


def lines(response: httpx.Response) -> list[dict[str, Any]]:
    assert response.status_code == 200, response.text
    return [orjson.loads(line) for line in response.content.splitlines()]


async def test_people_are_told_with_their_manager_and_status(fetch: Fetch, company: Company) -> None:
    people = {row["name"]: row for row in lines(await fetch("users", format="ndjson"))}
    assert set(people) == {"Ada", "Alan", "Charles", "Root"}
    assert people["Ada"]["manager_name"] == "Charles"
    assert people["Ada"]["department"] == "Finance"
    assert people["Alan"]["status"] == "deactivated"


async def test_people_are_told_as_they_were(fetch: Fetch, company: Company) -> None:
    response = await fetch("users", format="ndjson", as_of=told(day(5)))
    people = {row["name"]: row for row in lines(response)}
    assert set(people) == {"Ada", "Alan", "Charles", "Grace"}
    assert (people["Ada"]["title"], people["Ada"]["manager_name"]) == ("Analyst", None)
    assert people["Alan"]["status"] == "active"
    assert response.headers["x-muster-as-of"] == told(day(5))


async def test_a_date_is_the_end_of_that_day(fetch: Fetch, company: Company) -> None:
    response = await fetch("memberships", format="ndjson", as_of="2026-01-02")
    assert response.headers["x-muster-as-of"] == "2026-01-02T23:59:59.999Z"
    assert {(row["team_name"], row["user_name"], row["role"]) for row in lines(response)} == {
        ("Engines", "Ada", "manager"),
        ("Payments", "Grace", None),
        ("Engineering", "Alan", None),
    }


async def test_memberships_are_those_of_active_people_unless_all_are_wanted(fetch: Fetch, company: Company) -> None:
    assert {row["user_name"] for row in lines(await fetch("memberships", format="ndjson"))} == {"Ada"}
    everybody = lines(await fetch("memberships", format="ndjson", include_deactivated="1"))
    assert {row["user_name"] for row in everybody} == {"Ada", "Alan"}


async def test_teams_are_told_with_their_parent(fetch: Fetch, company: Company) -> None:
    now = {row["name"]: row["parent_name"] for row in lines(await fetch("teams", format="ndjson"))}
    assert now == {"Engineering": None, "Engines": "Ledger", "Ledger": None}
    then = {row["name"]: row["parent_name"] for row in lines(await fetch("teams", format="ndjson", as_of=told(day(5))))}
    assert then == {"Engineering": None, "Engines": "Engineering", "Payments": None}


async def test_changes_of_memberships_are_those_of_the_time(fetch: Fetch, company: Company) -> None:
    asked = {"format": "ndjson", "from": told(day(35)), "to": told(day(70))}
    changes = [
        (row["type"], row["team_name"], row["user_name"]) for row in lines(await fetch("membership-changes", **asked))
    ]
    assert sorted(changes) == [("left", "Engines", "Ada"), ("left", "Ledger", "Grace"), ("moved", "Ledger", "Ada")]


async def test_the_audit_trail_is_told_in_order(fetch: Fetch, company: Company) -> None:
    rows = lines(await fetch("audit", format="ndjson", **{"from": told(day(40)), "to": told(day(60))}))
    assert [row["at"] for row in rows] == sorted(row["at"] for row in rows)
    assert {row["action"] for row in rows} >= {"memberships.changed", "team.renamed", "user.deleted"}


async def test_only_people_who_meet_the_condition_are_told(fetch: Fetch, company: Company) -> None:
    asked = {"all": [{"field": "department", "value": "finance"}, {"field": "status", "value": "active"}]}
    rows = lines(await fetch("users", format="ndjson", where=orjson.dumps(asked).decode()))
    assert [row["name"] for row in rows] == ["Ada"]


async def test_a_search_meets_whom_the_list_of_people_finds(fetch: Fetch, company: Company) -> None:
    assert {row["name"] for row in lines(await fetch("users", format="ndjson", search="AD"))} == {"Ada"}
    asked = '{"field": "name", "value": "Alan"}'
    assert lines(await fetch("users", format="ndjson", search="ada", where=asked)) == []
    assert (await fetch("teams", search="ada")).status_code == 400


async def test_what_changed_since_is_told_by_a_cursor(actor: Actor, fetch: Fetch, company: Company) -> None:
    await Sealer(KEY).seal()
    cursor = (await fetch("users", format="ndjson")).headers["x-muster-cursor"]
    await company.changes(101, "Charles", title="Chairman")
    await company.does(102, "Alan", users.delete)
    await Sealer(KEY).seal()
    response = await fetch("users", format="ndjson", after=cursor)
    told_of = {row["name"]: row for row in lines(response)}
    assert set(told_of) == {"Charles", None}
    assert told_of["Charles"]["title"] == "Chairman"
    assert told_of[None]["is_deleted"]
    assert lines(await fetch("users", format="ndjson", after=response.headers["x-muster-cursor"])) == []


async def test_a_hidden_attribute_is_no_column_of_others(actor: Actor, fetch: Fetch, company: Company) -> None:
    secret = await a_token(actor, await builders.a_user(actor, "somebody@muster.example"))
    async with change(actor) as this:
        await visibility.choose(this, ["department"])
    [row] = [row for row in lines(await fetch("users", secret=secret, format="ndjson")) if row["name"] == "Ada"]
    assert "title" not in row
    assert "manager_name" not in row
    assert row["department"] == "Finance"
    assert "title" not in row["attributes"]
    hidden = orjson.dumps({"field": "title", "value": "Countess"}).decode()
    assert (await fetch("users", secret=secret, where=hidden)).status_code == 403


async def test_a_file_for_spreadsheets_has_a_name_and_a_heading(fetch: Fetch, company: Company) -> None:
    response = await fetch("teams", as_of=told(day(5)))
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"] == 'attachment; filename="teams-2026-01-06.csv"'
    heading, *rows = csv.reader(io.StringIO(response.text))
    assert heading[:3] == ["id", "alias", "name"]
    assert len(rows) == 3


async def test_lists_longer_than_a_page_are_whole_and_each_row_is_there_once(actor: Actor, fetch: Fetch) -> None:
    people = [await builders.a_user(actor, f"p{number}@muster.example") for number in range(3)]
    team = await builders.a_team(actor)
    async with change(actor) as this:
        for number in range(1203):
            this.add(builders.a_period(this, team, people[number % 3], since=day(number), until=day(number + 1)))
    changes = lines(
        await fetch("membership-changes", format="ndjson", **{"from": told(day(-1)), "to": told(day(2000))})
    )
    assert len({(row["at"], row["type"], row["user_id"]) for row in changes}) == len(changes) == 2 * 1203


async def test_who_took_what_is_written_down(actor: Actor, fetch: Fetch, company: Company) -> None:
    await fetch("teams", format="ndjson")
    [event] = [event for event in await audit.list_(actor) if event["action"] == "export.made"]
    assert event["actor_name"] == "Root"
    assert orjson.loads(event["after"])["what"] == "teams"


@pytest.mark.parametrize(
    ("what", "asked", "named"),
    [
        ("people", {}, "what"),
        ("users", {"format": "xls"}, "format"),
        ("users", {"as_of": "yesterday"}, "as_of"),
        ("users", {"as_of": "2026-01-01T12:00:00"}, "zone"),
        ("users", {"from": "2026-01-01"}, "membership-changes"),
        ("users", {"where": "{"}, "JSON"),
        ("users", {"where": '{"field":"shoe"}'}, "shoe"),
        ("users", {"where": '{"field":"name","op":"like","value":"a"}'}, "like"),
        ("users", {"after": "nonsense"}, "cursor"),
        ("membership-changes", {}, "from"),
        ("audit", {"as_of": "2026-01-01"}, "time"),
        ("teams", {"colour": "red"}, "colour"),
    ],
)
async def test_what_can_not_be_exported_is_refused_by_name(
    fetch: Fetch, what: str, asked: dict[str, str], named: str
) -> None:
    response = await fetch(what, **asked)
    assert response.status_code == 400
    assert named in response.json()["error"]["message"]


async def test_nobody_gets_an_export_without_a_token(fetch: Fetch) -> None:
    response = await fetch("users", secret=None)
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == "Bearer"


async def test_the_trail_is_for_administrators(actor: Actor, fetch: Fetch) -> None:
    secret = await a_token(actor, await builders.a_user(actor, "somebody@muster.example"))
    assert (await fetch("audit", secret=secret)).status_code == 403
