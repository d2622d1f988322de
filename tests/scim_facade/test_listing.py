"""Long lists while others write, in every order, for every asker: nobody is missed, nobody comes twice.

What a single page looks like, `test_protocol` says.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import cycle
from random import Random
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from catalog import cursors
from catalog.actors import Actor
from catalog.changes import change
from catalog.models import Integration
from catalog.services import deliveries, tokens
from scim_facade.app import create_app
from tests.catalog.teamwork import many_people

Json = dict[str, Any]
Crawl = Callable[[httpx.AsyncClient, Json], AsyncIterator[list[Json]]]
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
PAGE = 100


async def page(scim: httpx.AsyncClient, **query: Any) -> Json:
    answer = await scim.get("/Users", params=query)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def refusal(scim: httpx.AsyncClient, path: str = "/Users", **query: Any) -> tuple[int, str]:
    answer = await scim.get(path, params=query)
    return answer.status_code, answer.json().get("scimType")


async def by_number(scim: httpx.AsyncClient, query: Json) -> AsyncIterator[list[Json]]:
    """As Okta and Entra read: the next startIndex is what has been read so far, until there is no more."""
    start, total = 1, 1
    while start <= total:
        found = await page(scim, **{"count": PAGE, **query, "startIndex": start})
        total = found["totalResults"]
        yield found["Resources"]
        start += found["itemsPerPage"] or total


async def by_cursor(scim: httpx.AsyncClient, query: Json) -> AsyncIterator[list[Json]]:
    """As RFC 9865 has it: on to the next cursor, until a page has none."""
    cursor: str | None = ""
    while cursor is not None:
        found = await page(scim, **{"count": PAGE, **query, "cursor": cursor})
        yield found["Resources"]
        cursor = found.get("nextCursor")


CRAWLS = [pytest.param(by_number, id="by number"), pytest.param(by_cursor, id="by cursor")]
BY_NAME, NEWEST_FIRST = {"sortBy": "userName"}, {"sortBy": "meta.created", "sortOrder": "descending"}


@pytest.mark.parametrize("crawl", CRAWLS)
@pytest.mark.parametrize(
    ("query", "crowd"),
    [
        ({}, 2_000),
        (BY_NAME, 2_000),
        (NEWEST_FIRST, 2_000),
        pytest.param({}, 20_000, marks=pytest.mark.long),
    ],
)
async def test_a_reader_meets_everybody_who_was_there_throughout_once(
    scim: httpx.AsyncClient, scim_actor: Actor, crawl: Crawl, query: Json, crowd: int
) -> None:
    ids = [str(id) for id in await many_people(scim_actor, crowd)]
    leaving = Random(7).sample(ids, 50)
    seen: list[str] = []
    is_read = asyncio.Event()

    async def read() -> None:
        async for people in crawl(scim, {**query, "attributes": "userName"}):
            seen.extend(one["id"] for one in people)
            await asyncio.sleep(0.005)
        is_read.set()

    async def delete() -> None:
        for id in leaving:
            assert (await scim.delete(f"/Users/{id}")).status_code == 204

    async def create() -> None:
        for number in range(1_000):
            if is_read.is_set():
                break
            # Before and after everybody else, in the order of names.
            name = f"{'a' if number % 2 else 'z'}{number}@lovelace.example"
            assert (await scim.post("/Users", json={"userName": name})).status_code == 201

    await asyncio.gather(read(), delete(), create())
    assert len(seen) == len(set(seen))
    assert set(ids) - set(leaving) <= set(seen)


async def test_a_cursor_misses_nobody_though_more_than_a_page_is_deleted_behind_it(
    scim: httpx.AsyncClient, scim_actor: Actor
) -> None:
    ids = [str(id) for id in await many_people(scim_actor, 60)]
    first = await page(scim, count=25, cursor="")
    for id in ids[:25]:
        assert (await scim.delete(f"/Users/{id}")).status_code == 204
    seen = [one["id"] for one in first["Resources"]]
    while (cursor := first.get("nextCursor")) is not None:
        first = await page(scim, count=25, cursor=cursor)
        seen += [one["id"] for one in first["Resources"]]
    assert seen == ids


async def test_crawls_that_go_to_and_fro_between_processes_skip_and_double_nobody(
    scim: httpx.AsyncClient, scim_actor: Actor
) -> None:
    """Each process has bookmarks of its own: those of an earlier crawl, before people were deleted, lead elsewhere."""
    ids = [str(id) for id in await many_people(scim_actor, 60)]
    facade = create_app("http://muster.test/scim/v2", deliveries.Buffer(), "test secret key of 32 characters")
    transport = httpx.ASGITransport(Starlette(routes=[Mount("/scim/v2", facade)]))
    async with httpx.AsyncClient(transport=transport, base_url=scim.base_url, headers=scim.headers) as other:
        for begun_at, leaving in ((scim, ids[:7]), (other, ids[7:12]), (other, ids[12:13]), (scim, [])):
            turns = cycle((scim, other) if begun_at is scim else (other, scim))
            seen: list[str] = []
            for start in range(1, len(ids) + 1, 10):
                found = await page(next(turns), count=10, startIndex=start)
                seen += [one["id"] for one in found["Resources"]]
            assert seen == ids
            for id in leaving:
                assert (await scim.delete(f"/Users/{id}")).status_code == 204
                ids.remove(id)


PEOPLE: list[Json] = [
    {"title": "b", "active": True, "emails": [{"value": "z@x", "type": "home"}, {"value": "b@x", "primary": True}]},
    {"title": "B", "active": False, "emails": [{"value": "a@x"}], ENTERPRISE: {"department": "Engines"}},
    {"title": "a", "active": True, "name": {"familyName": "Lovelace"}, ENTERPRISE: {"department": "engines"}},
    {"active": True, "name": {"familyName": "Turing"}, ENTERPRISE: {"department": "Codes"}},
    {"active": False, "emails": [{"value": "C@x"}], ENTERPRISE: {"employeeNumber": "7"}},
    {"title": "É", "active": True},
    {"title": "b", "active": True, "name": {"givenName": "Ada"}},
]
ORDERS = [
    "title",
    "active",
    "userName",
    "displayName",
    "name.familyName",
    "emails",
    "emails.value",
    "emails.type",
    f"{ENTERPRISE}:department",
    f"{ENTERPRISE}:employeeNumber",
    "meta.created",
    "meta.lastModified",
    "meta.version",
    "id",
]


@pytest.mark.parametrize("descending", [False, True], ids=["up", "down"])
async def test_in_every_order_both_ways_of_reading_lead_through_everybody_once(
    scim: httpx.AsyncClient, descending: bool
) -> None:
    for number, body in enumerate(PEOPLE):
        made = await scim.post("/Users", json={"userName": f"u{number % 3}{number}", **body})
        assert made.status_code == 201, made.text
    for order in ORDERS:
        query = {"sortBy": order, "sortOrder": "descending" if descending else "ascending"}
        whole = [one["id"] for one in (await page(scim, **query))["Resources"]]
        assert len(whole) == len(set(whole)) == len(PEOPLE), order
        for crawl in (by_number, by_cursor):
            found = [one["id"] async for people in crawl(scim, {**query, "count": 2}) for one in people]
            assert found == whole, (order, crawl.__name__)
        back = await backwards(scim, {**query, "count": 2})
        assert back == whole, order


async def backwards(scim: httpx.AsyncClient, query: Json) -> list[str]:
    """Everybody, read from the last page back to the first."""
    last = await page(scim, **query, cursor="")
    while "nextCursor" in last:
        last = await page(scim, **query, cursor=last["nextCursor"])
    seen = [one["id"] for one in last["Resources"]]
    while "previousCursor" in last:
        last = await page(scim, **query, cursor=last["previousCursor"])
        seen = [one["id"] for one in last["Resources"]] + seen
    return seen


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ({"sortBy": "title"}, ["a", "b", "B", "b", "É", None, None]),
        ({"sortBy": "title", "sortOrder": "descending"}, [None, None, "É", "b", "B", "b", "a"]),
    ],
)
async def test_who_has_no_value_comes_last_going_up_and_first_going_down(
    scim: httpx.AsyncClient, query: Json, titles: list[str | None]
) -> None:
    for number, body in enumerate(PEOPLE):
        await scim.post("/Users", json={"userName": f"u{number}", **body})
    found = [one.get("title") for one in (await page(scim, **query))["Resources"]]
    assert [title and title.lower() for title in found] == [title and title.lower() for title in titles]


async def test_the_primary_element_counts_in_an_order_or_else_the_first(scim: httpx.AsyncClient) -> None:
    for number, body in enumerate(PEOPLE):
        await scim.post("/Users", json={"userName": f"u{number}", **body})
    found = [one["userName"] for one in (await page(scim, sortBy="emails"))["Resources"]]
    assert found[:3] == ["u1", "u0", "u4"]


async def test_a_cursor_is_nobody_elses(scim: httpx.AsyncClient, actor: Actor, integration: Integration) -> None:
    await many_people(actor, 5)
    cursor = (await page(scim, count=2, cursor="", filter="userName pr"))["nextCursor"]
    same = {"count": 2, "filter": "userName pr", "cursor": cursor}
    assert len((await page(scim, **same))["Resources"]) == 2
    for other in ({"filter": "active eq true"}, {"sortBy": "userName"}, {"sortOrder": "descending"}):
        assert await refusal(scim, **{**same, **other}) == (400, "invalidCursor")
    assert await refusal(scim, "/Groups", count=2, cursor=cursor) == (400, "invalidCursor")
    for spoilt in (cursor[:-1], cursor + "A", cursor.swapcase(), "é", "x" * 5000, "%00"):
        assert await refusal(scim, **{**same, "cursor": spoilt}) == (400, "invalidCursor")
    async with change(actor) as this:
        _, secret = await tokens.create_for_integration(this, integration, name="another")
    stranger = {"Authorization": f"Bearer {secret}"}
    assert (await scim.get("/Users", params=same, headers=stranger)).json()["scimType"] == "invalidCursor"


async def test_a_cursor_is_good_for_as_long_as_is_announced(
    scim: httpx.AsyncClient, actor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await many_people(actor, 5)
    cursor = (await page(scim, count=2, cursor=""))["nextCursor"]
    lasts_s = (await scim.get("/ServiceProviderConfig")).json()["pagination"]["cursorTimeout"]

    def moved(seconds: int) -> type[datetime]:
        class Clock(datetime):
            @classmethod
            def now(cls, tz: Any = None) -> "Clock":
                return cls.fromtimestamp((datetime.now(UTC) + timedelta(seconds=seconds)).timestamp(), tz)

        return Clock

    monkeypatch.setattr(cursors, "datetime", moved(lasts_s - 30))
    assert len((await page(scim, count=2, cursor=cursor))["Resources"]) == 2
    monkeypatch.setattr(cursors, "datetime", moved(lasts_s + 30))
    assert await refusal(scim, count=2, cursor=cursor) == (400, "expiredCursor")


async def test_a_page_holds_as_many_as_are_announced_and_no_more(scim: httpx.AsyncClient, actor: Actor) -> None:
    config = (await scim.get("/ServiceProviderConfig")).json()
    most = config["filter"]["maxResults"]
    await many_people(actor, most + 5)
    for query in ({"count": 100_000}, {"count": 10**30}, {"count": most + 1, "cursor": ""}):
        found = await page(scim, attributes="id", **query)
        assert (found["itemsPerPage"], len(found["Resources"]), found["totalResults"]) == (most, most, most + 5)
    beyond = await page(scim, startIndex=10**30, count=1)
    assert (beyond["itemsPerPage"], beyond["Resources"], beyond["totalResults"]) == (0, [], most + 5)


async def test_a_search_takes_null_for_what_is_not_asked(scim: httpx.AsyncClient, actor: Actor) -> None:
    await many_people(actor, 2)
    names = ("filter", "sortBy", "sortOrder", "startIndex", "count", "cursor", "attributes", "excludedAttributes")
    answer = await scim.post("/Users/.search", json={"schemas": [SEARCH], **dict.fromkeys(names)})
    assert (answer.status_code, answer.json()["totalResults"]) == (200, 2), answer.text


async def test_only_what_is_chosen_of_a_list_is_answered(
    scim: httpx.AsyncClient, a_user: Callable[..., Awaitable[Any]]
) -> None:
    ada = await a_user("ada@lovelace.example")
    group = {"displayName": "Payments", "members": [{"value": str(ada.id)}]}
    assert (await scim.post("/Groups", json=group)).status_code == 201
    for path, query, names in (
        ("/Users", {"attributes": "userName"}, {"schemas", "id", "userName"}),
        ("/Users", {"attributes": "groups.display"}, {"schemas", "id", "groups"}),
        ("/Groups", {"excludedAttributes": "members"}, {"schemas", "id", "displayName", "meta"}),
        ("/Groups", {"attributes": "members"}, {"schemas", "id", "members"}),
        ("/", {"attributes": "displayName"}, {"schemas", "id", "displayName"}),
    ):
        answer = await scim.get(path, params=query)
        assert all(set(one) == names for one in answer.json()["Resources"]), answer.text
        assert answer.json()["Resources"]
    both = {"attributes": "userName", "excludedAttributes": "members"}
    assert await refusal(scim, **both) == (400, "invalidValue")
