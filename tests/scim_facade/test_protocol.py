"""RFC 7644 and RFC 9865 over HTTP: versions, lists, orders, pages, searches, discovery, refusals."""

from typing import Any

import httpx
import pytest

from catalog import cursors
from catalog.cursors import CURSOR_LIFETIME_S
from scim_facade.paging import DEFAULT_COUNT, MAX_COUNT

Json = dict[str, Any]
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


async def made(scim: httpx.AsyncClient, name: str, **more: Any) -> Json:
    answer = await scim.post("/Users", json={"schemas": [USER], "userName": f"{name}@lovelace.example", **more})
    assert answer.status_code == 201, answer.text
    found: Json = answer.json()
    return found


async def listed(scim: httpx.AsyncClient, path: str = "/Users", **query: Any) -> Json:
    answer = await scim.get(path, params=query)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


def names(page: Json) -> list[str]:
    return [one["userName"].partition("@")[0] for one in page["Resources"]]


def error(answer: httpx.Response) -> tuple[int, str | None]:
    assert answer.json()["schemas"] == [ERROR], answer.text
    assert answer.json()["status"] == str(answer.status_code)
    assert answer.headers["content-type"] == "application/scim+json"
    return answer.status_code, answer.json().get("scimType")


def retitled(title: str) -> Json:
    return {"schemas": [PATCH_OP], "Operations": [{"op": "replace", "path": "title", "value": title}]}


@pytest.fixture
async def five(scim: httpx.AsyncClient) -> list[str]:
    """Five people, whose titles are in another order than they came; the last has none."""
    for name, title in (("eve", "b"), ("ada", "C"), ("bob", "a"), ("cid", "D")):
        await made(scim, name, title=title)
    await made(scim, "dan")
    return ["eve", "ada", "bob", "cid", "dan"]


# --- §3.14 versions -----------------------------------------------------------------------------------------------


async def test_a_version_is_told_everywhere_and_known_again(scim: httpx.AsyncClient) -> None:
    ada = await made(scim, "ada")
    path, tag = f"/Users/{ada['id']}", ada["meta"]["version"]
    read = await scim.get(path)
    assert read.headers["etag"] == tag == read.json()["meta"]["version"]
    for known in (tag, f'"other", {tag}', "*"):
        unchanged = await scim.get(path, headers={"If-None-Match": known})
        assert (unchanged.status_code, unchanged.content, unchanged.headers["etag"]) == (304, b"", tag)
    assert (await scim.get(path, headers={"If-None-Match": 'W/"99"'})).status_code == 200


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_a_write_is_refused_where_somebody_was_faster(scim: httpx.AsyncClient, method: str) -> None:
    ada = await made(scim, "ada")
    path, old = f"/Users/{ada['id']}", ada["meta"]["version"]
    current = (await scim.patch(path, json=retitled("Countess"))).headers["etag"]
    body = {"PUT": {"schemas": [USER], "userName": ada["userName"]}, "PATCH": retitled("Analyst")}.get(method)
    for stale in (old, "nonsense"):
        refused = await scim.request(method, path, json=body, headers={"If-Match": stale})
        assert error(refused) == (412, None)
    assert (await listed(scim, path))["title"] == "Countess"
    assert (await scim.request(method, path, json=body, headers={"If-Match": current})).status_code in (200, 204)


async def test_no_write_needs_a_version(scim: httpx.AsyncClient) -> None:
    ada = await made(scim, "ada")
    for headers in ({}, {"If-Match": "*"}):
        assert (await scim.patch(f"/Users/{ada['id']}", json=retitled("a"), headers=headers)).status_code == 200


# --- §3.4.2.3 order -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "order"),
    [
        ({"sortBy": "userName"}, ["ada", "bob", "cid", "dan", "eve"]),
        ({"sortBy": "USERNAME", "sortOrder": "descending"}, ["eve", "dan", "cid", "bob", "ada"]),
        ({"sortBy": "title"}, ["bob", "eve", "ada", "cid", "dan"]),
        ({"sortBy": "title", "sortOrder": "descending"}, ["dan", "cid", "ada", "eve", "bob"]),
        ({"sortBy": f"{USER}:title", "count": 2, "startIndex": 2}, ["eve", "ada"]),
        ({"sortBy": "meta.created"}, ["eve", "ada", "bob", "cid", "dan"]),
    ],
)
async def test_a_list_is_sorted(scim: httpx.AsyncClient, five: list[str], query: Json, order: list[str]) -> None:
    assert names(await listed(scim, **query)) == order


async def test_an_order_by_nothing_is_refused(scim: httpx.AsyncClient) -> None:
    assert error(await scim.get("/Users", params={"sortBy": "colour"})) == (400, "invalidPath")


# --- §3.4.2.4 pages by number -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "start", "found"),
    [
        ({}, 1, 5),
        ({"startIndex": 0, "count": 2}, 1, 2),
        ({"startIndex": -7, "count": 2}, 1, 2),
        ({"startIndex": 5, "count": 2}, 5, 1),
        ({"startIndex": 6, "count": 2}, 6, 0),
        ({"count": 0}, 1, 0),
        ({"count": -1}, 1, 0),
        ({"STARTINDEX": 4, "Count": 1}, 4, 1),
    ],
)
async def test_a_page_by_number(scim: httpx.AsyncClient, five: list[str], query: Json, start: int, found: int) -> None:
    page = await listed(scim, **query)
    assert (page["totalResults"], page["startIndex"], page["itemsPerPage"]) == (5, start, found)
    assert len(page["Resources"]) == found


@pytest.mark.parametrize("query", [{"startIndex": "one"}, {"count": "many"}, {"count": "1.5"}])
async def test_what_is_no_number_is_refused(scim: httpx.AsyncClient, query: Json) -> None:
    assert error(await scim.get("/Users", params=query)) == (400, "invalidValue")
    if "count" in query:
        assert error(await scim.get("/Users", params={**query, "cursor": ""})) == (400, "invalidCount")


async def test_pages_by_number_lead_through_everybody_once(scim: httpx.AsyncClient, five: list[str]) -> None:
    pages = [await listed(scim, startIndex=start, count=2) for start in (1, 3, 5)]
    assert [name for page in pages for name in names(page)] == five
    assert not any("nextCursor" in page for page in pages), "nobody is given a cursor unasked"


# --- RFC 9865 pages by cursor -------------------------------------------------------------------------------------


async def test_cursors_lead_through_everybody_once_and_back(scim: httpx.AsyncClient, five: list[str]) -> None:
    seen, page = [], await listed(scim, cursor="", count=2, sortBy="userName")
    assert "previousCursor" not in page
    assert "startIndex" not in page
    pages = [page]
    while "nextCursor" in page:
        page = await listed(scim, cursor=page["nextCursor"], count=2, sortBy="userName")
        pages.append(page)
    seen = [name for one in pages for name in names(one)]
    assert seen == sorted(five)
    back = await listed(scim, cursor=pages[-1]["previousCursor"], count=2, sortBy="userName")
    assert names(back) == names(pages[1])
    first = await listed(scim, cursor=back["previousCursor"], count=2, sortBy="userName")
    assert names(first) == names(pages[0])
    assert "previousCursor" not in first


async def test_a_cursor_misses_nobody_where_others_are_deleted(scim: httpx.AsyncClient, five: list[str]) -> None:
    page = await listed(scim, cursor="", count=2)
    for one in page["Resources"]:
        await scim.delete(f"/Users/{one['id']}")
    rest = await listed(scim, cursor=page["nextCursor"], count=10)
    assert names(rest) == five[2:]


async def test_a_cursor_is_good_for_one_question_and_for_a_while(
    scim: httpx.AsyncClient, five: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    cursor = (await listed(scim, cursor="", count=2))["nextCursor"]
    assert cursor.replace("-", "").replace("_", "").isalnum(), "unreserved characters only"
    for query in ({"cursor": "nonsense"}, {"cursor": cursor[:-4] + "AAAA"}, {"cursor": cursor, "sortBy": "title"}):
        assert error(await scim.get("/Users", params=query)) == (400, "invalidCursor")
    monkeypatch.setattr(cursors, "CURSOR_LIFETIME_S", -1)
    assert error(await scim.get("/Users", params={"cursor": cursor})) == (400, "expiredCursor")


# --- §3.4.3 searches, §3.4.2.1 all types --------------------------------------------------------------------------


async def test_a_search_is_a_list_that_is_posted(scim: httpx.AsyncClient, five: list[str]) -> None:
    body = {
        "schemas": [SEARCH],
        "filter": 'title pr and userName ne "eve@lovelace.example"',
        "sortBy": "title",
        "startIndex": 2,
        "count": 1,
        "attributes": ["title"],
    }
    answer = await scim.post("/Users/.search", json=body)
    page = answer.json()
    assert (answer.status_code, page["totalResults"], page["startIndex"], page["itemsPerPage"]) == (200, 3, 2, 1)
    [one] = page["Resources"]
    assert (one["title"], "userName" in one, "id" in one) == ("C", False, True)
    assert error(await scim.post("/Users/.search", json={"filter": "title pr"})) == (400, "invalidSyntax")


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_the_root_searches_all_types(scim: httpx.AsyncClient, five: list[str], method: str) -> None:
    await scim.post("/Groups", json={"schemas": [GROUP], "displayName": "Payments"})

    async def search(**asked: Any) -> list[str]:
        if method == "GET":
            answer = await scim.get("/", params=asked)
        else:
            answer = await scim.post("/.search", json={"schemas": [SEARCH], **asked})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert page["totalResults"] >= len(page["Resources"])
        return [one["meta"]["resourceType"] for one in page["Resources"]]

    assert await search() == [*["User"] * 5, "Group"]
    assert await search(startIndex=5, count=2) == ["User", "Group"]
    assert await search(filter='displayName eq "Payments"') == ["Group"]
    assert await search(filter='userName sw "a"') == ["User"]


# --- §3.9 attributes of what was written --------------------------------------------------------------------------


async def test_a_write_answers_with_what_is_asked_for(scim: httpx.AsyncClient) -> None:
    body = {"schemas": [USER], "userName": "ada@lovelace.example", "title": "Countess", "nickName": "Ada"}
    created = await scim.post("/Users", params={"attributes": "title"}, json=body)
    assert created.status_code == 201
    ada = created.json()
    assert ("title" in ada, "userName" in ada, "nickName" in ada) == (True, False, False)
    path = f"/Users/{ada['id']}"
    for answer in (
        await scim.put(path, params={"excludedAttributes": "nickName"}, json=body),
        await scim.patch(path, params={"excludedAttributes": "nickName"}, json=retitled("Analyst")),
    ):
        assert ("title" in answer.json(), "nickName" in answer.json()) == (True, False)
    assert (await listed(scim, path))["nickName"] == "Ada"


# --- §4 discovery -------------------------------------------------------------------------------------------------


async def test_discovery_names_every_type_and_schema_and_each_is_found(scim: httpx.AsyncClient) -> None:
    for endpoint in ("/ResourceTypes", "/Schemas"):
        for one in (await listed(scim, endpoint))["Resources"]:
            found = await scim.get(f"{endpoint}/{one['id']}")
            assert (found.status_code, found.json()) == (200, one)
            assert one["meta"]["location"].endswith(f"{endpoint}/{one['id']}")
        assert error(await scim.get(f"{endpoint}/nothing")) == (404, None)
        assert error(await scim.get(endpoint, params={"filter": 'id eq "User"'})) == (403, None)
        assert error(await scim.post(endpoint, json={})) == (405, None)


async def test_the_configuration_tells_the_limits_that_are_kept(scim: httpx.AsyncClient, five: list[str]) -> None:
    config = await listed(scim, "/ServiceProviderConfig")
    assert {name: config[name]["supported"] for name in ("patch", "bulk", "filter", "sort", "etag")} == dict.fromkeys(
        ("patch", "bulk", "filter", "sort", "etag"), True
    )
    assert config["changePassword"] == {"supported": False}
    assert config["filter"]["maxResults"] == config["pagination"]["maxPageSize"] == MAX_COUNT
    assert config["pagination"]["defaultPageSize"] == DEFAULT_COUNT
    assert config["pagination"]["cursorTimeout"] == CURSOR_LIFETIME_S
    operation = {"method": "DELETE", "path": "/Users/x"}
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"]}
    most = config["bulk"]["maxOperations"]
    assert error(await scim.post("/Bulk", json={**body, "Operations": [operation] * (most + 1)}))[0] == 413


# --- §3.11, §3.12 what is not there -------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/Me", "/me", "/Me/photos"])
async def test_there_is_nobody_behind_an_integrations_token(scim: httpx.AsyncClient, path: str) -> None:
    assert error(await scim.get(path)) == (501, None)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/Users", "GET, POST"),
        ("POST", "/Users/0198c0de-0000-7000-8000-000000000000", "GET, PUT, PATCH, DELETE"),
        ("GET", "/Bulk", "POST"),
        ("PUT", "/Schemas", "GET"),
    ],
)
async def test_a_method_that_is_not_possible(scim: httpx.AsyncClient, method: str, path: str, allowed: str) -> None:
    refused = await scim.request(method, path, json={})
    assert error(refused) == (405, None)
    assert refused.headers["allow"] == allowed


@pytest.mark.parametrize("path", ["/Users/0", "/Users/a/b", "/Nothing", "/Users/%00", "/Groups/x.y"])
async def test_a_path_to_nothing(scim: httpx.AsyncClient, path: str) -> None:
    assert error(await scim.get(path)) == (404, None)


async def test_another_media_type_is_refused(scim: httpx.AsyncClient) -> None:
    refused = await scim.post("/Users", content=b"<user/>", headers={"Content-Type": "application/xml"})
    assert error(refused) == (415, None)


async def test_head_is_get_without_its_body(scim: httpx.AsyncClient) -> None:
    ada = await made(scim, "ada")
    answer = await scim.head(f"/Users/{ada['id']}")
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (200, b"", ada["meta"]["version"])
