"""Bulk over HTTP: references, circles, failures, limits (RFC 7644 §3.7).

The examples of the RFC itself are files in `rfc_samples`.
"""

from typing import Any

import httpx
import pytest

Json = dict[str, Any]
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
BULK_REQUEST = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
BULK_RESPONSE = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


def post(bulk_id: str, path: str, **data: Any) -> Json:
    return {"method": "POST", "path": path, "bulkId": bulk_id, "data": data}


def patch(path: str, *operations: Json, **more: Any) -> Json:
    return {"method": "PATCH", "path": path, "data": {"Operations": list(operations)}, **more}


async def bulk(scim: httpx.AsyncClient, *operations: Any, **more: Any) -> list[Json]:
    answer = await scim.post("/Bulk", json={"schemas": [BULK_REQUEST], "Operations": list(operations), **more})
    assert answer.status_code == 200, answer.text
    assert answer.json()["schemas"] == [BULK_RESPONSE]
    results: list[Json] = answer.json()["Operations"]
    return results


async def refused(scim: httpx.AsyncClient, body: Any) -> tuple[int, str | None]:
    answer = await scim.post("/Bulk", json=body)
    assert answer.json()["schemas"] == [ERROR], answer.text
    return answer.status_code, answer.json().get("scimType")


def statuses(results: list[Json]) -> list[str]:
    return [one["status"] for one in results]


def id_of(result: Json) -> str:
    return str(result["location"].rpartition("/")[2])


async def read(scim: httpx.AsyncClient, result: Json) -> Json:
    answer = await scim.get(result["location"])
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def test_a_result_says_what_became_of_each_operation_in_the_order_they_were_sent(
    scim: httpx.AsyncClient,
) -> None:
    team, ada = await bulk(
        scim,
        post("team", "/Groups", displayName="Payments", members=[{"value": "bulkId:ada"}]),
        post("ada", "/Users", userName="ada"),
    )
    assert [one["bulkId"] for one in (team, ada)] == ["team", "ada"]
    assert [one["method"] for one in (team, ada)] == ["POST", "POST"]
    assert statuses([team, ada]) == ["201", "201"]
    assert ada["version"] == (await read(scim, ada))["meta"]["version"]
    assert ada["location"] == (await read(scim, ada))["meta"]["location"]
    [member] = (await read(scim, team))["members"]
    assert (member["value"], member["type"]) == (id_of(ada), "User")


async def test_a_reference_is_resolved_wherever_it_stands(scim: httpx.AsyncClient) -> None:
    manager = {ENTERPRISE: {"manager": {"value": "bulkId:boss"}}}
    results = await bulk(
        scim,
        patch("/Groups/bulkId:team", {"op": "add", "path": "members", "value": [{"value": "bulkId:ada"}]}),
        post("ada", "/Users", userName="ada", **manager),
        {"method": "PUT", "path": "/Users/bulkId:boss", "data": {"userName": "boss", "title": "Head"}},
        post("team", "/Groups", displayName="Payments"),
        post("boss", "/Users", userName="boss"),
        post("above", "/Groups", displayName="Money", members=[{"value": "bulkId:team", "type": "Group"}]),
        {"method": "DELETE", "path": "/Users/bulkId:gone"},
        post("gone", "/Users", userName="gone"),
    )
    assert statuses(results) == ["204", "201", "200", "201", "201", "201", "204", "201"]
    _, ada, _, team, boss, above, _, gone = results
    assert (await read(scim, ada))[ENTERPRISE]["manager"]["value"] == id_of(boss)
    assert (await read(scim, boss))["title"] == "Head"
    assert [one["value"] for one in (await read(scim, team))["members"]] == [id_of(ada)]
    assert [one["value"] for one in (await read(scim, above))["members"]] == [id_of(team)]
    assert (await scim.get(gone["location"])).status_code == 404


async def test_people_who_manage_each_other_are_made_and_then_completed(scim: httpx.AsyncClient) -> None:
    ada, charles = await bulk(
        scim,
        post(
            "ada", "/Users", userName="ada", title="Countess", **{ENTERPRISE: {"manager": {"value": "bulkId:charles"}}}
        ),
        post("charles", "/Users", userName="charles", **{ENTERPRISE: {"manager": {"value": "bulkId:ada"}}}),
    )
    assert statuses([ada, charles]) == ["201", "201"]
    for one, other in ((ada, charles), (charles, ada)):
        whole = await read(scim, one)
        assert whole[ENTERPRISE]["manager"]["value"] == id_of(other)
        assert one["version"] == whole["meta"]["version"]
    assert (await read(scim, ada))["title"] == "Countess"


async def test_what_names_something_that_never_comes_fails_alone(scim: httpx.AsyncClient) -> None:
    results = await bulk(
        scim,
        post("team", "/Groups", displayName="Payments", members=[{"value": "bulkId:nobody"}]),
        post("bad", "/Users", userName=""),
        post("other", "/Groups", displayName="Other", members=[{"value": "bulkId:bad"}]),
        patch("/Users/bulkId:nobody", {"op": "add", "path": "title", "value": "x"}),
        post("ada", "/Users", userName="ada"),
    )
    assert statuses(results) == ["400", "400", "400", "404", "201"]
    for one in results[:-1]:
        assert one["response"]["schemas"] == [ERROR]
        assert one["response"]["status"] == one["status"]
    assert not any("location" in one for one in results[:3]), "what was not made is nowhere"
    assert (await scim.get("/Groups")).json()["totalResults"] == 0


@pytest.mark.parametrize(("most", "tried"), [(1, 2), (2, 3), (3, 5), (100, 5), (None, 5)])
async def test_the_rest_is_not_tried_once_as_many_have_failed_as_are_allowed(
    scim: httpx.AsyncClient, most: int | None, tried: int
) -> None:
    people = [post(str(number), "/Users", userName=name) for number, name in enumerate(["a", "A", "", "b", "B"])]
    results = await bulk(scim, *people, **({} if most is None else {"failOnErrors": most}))
    assert statuses(results) == ["201", "409", "400", "201", "409"][:tried]
    assert (await scim.get("/Users")).json()["totalResults"] == statuses(results).count("201")


async def test_each_operation_is_a_change_of_its_own(scim: httpx.AsyncClient) -> None:
    [ada] = await bulk(scim, post("ada", "/Users", userName="ada"))
    path = f"/Users/{id_of(ada)}"
    results = await bulk(
        scim,
        patch(path, {"op": "replace", "path": "title", "value": "Lady"}, version=ada["version"]),
        patch(path, {"op": "replace", "path": "title", "value": "Late"}, version=ada["version"]),
        patch(path, {"op": "add", "path": "nickName", "value": "x"}, {"op": "add", "path": "nosuch", "value": "x"}),
        {"method": "delete", "path": path},
        {"method": "DELETE", "path": path},
    )
    assert statuses(results) == ["200", "412", "400", "204", "404"]
    assert results[2]["response"]["scimType"] == "invalidPath"
    assert all(one["location"].endswith(path) for one in results)


@pytest.mark.parametrize(
    "operations",
    [
        "x",
        {},
        ["x"],
        [None],
        [{}],
        [{"method": "GET", "path": "/Users"}],
        [{"method": "POST", "path": "/Users", "data": {"userName": "a"}}],
        [{"method": "POST", "path": "/Users", "bulkId": "", "data": {"userName": "a"}}],
        [{"method": "POST", "path": "/Users", "bulkId": 1, "data": {"userName": "a"}}],
        [{"method": "POST", "path": "Users", "bulkId": "a", "data": {"userName": "a"}}],
        [{"method": "POST", "bulkId": "a", "data": {"userName": "a"}}],
        [{"method": "POST", "path": "/Users", "bulkId": "a", "data": "x"}],
        [{"method": "POST", "path": "/Bulk", "bulkId": "a", "data": {}}],
        [{"method": ["POST"], "path": "/Users", "bulkId": "a"}],
        [post("a", "/Users", userName="a"), post("a", "/Users", userName="b")],
    ],
    ids=lambda operations: repr(operations)[:50],
)
async def test_a_request_of_another_form_is_refused_before_anything_is_done(
    scim: httpx.AsyncClient, operations: Any
) -> None:
    if isinstance(operations, list):
        operations = [post("fine", "/Users", userName="fine"), *operations]
    status, scim_type = await refused(scim, {"schemas": [BULK_REQUEST], "Operations": operations})
    assert (status, scim_type) in {(400, "invalidSyntax"), (400, "invalidValue")}
    assert (await scim.get("/Users")).json()["totalResults"] == 0


@pytest.mark.parametrize("most", [0, -1, 1.5, "1", True])
async def test_fail_on_errors_is_a_number_above_zero(scim: httpx.AsyncClient, most: Any) -> None:
    body = {"schemas": [BULK_REQUEST], "failOnErrors": most, "Operations": [post("a", "/Users", userName="a")]}
    assert await refused(scim, body) == (400, "invalidValue")


@pytest.mark.parametrize("schemas", [None, [], ["urn:nobody"], "x", 1, {}])
async def test_the_message_says_what_it_is(scim: httpx.AsyncClient, schemas: Any) -> None:
    body = {"schemas": schemas, "Operations": [post("a", "/Users", userName="a")]}
    assert await refused(scim, body) == (400, "invalidSyntax")


async def test_the_limit_that_is_announced_is_kept(scim: httpx.AsyncClient) -> None:
    most = (await scim.get("/ServiceProviderConfig")).json()["bulk"]["maxOperations"]
    nothing = {"method": "DELETE", "path": "/Users/nobody"}
    assert statuses(await bulk(scim, *[nothing] * most)) == ["404"] * most
    answer = await scim.post("/Bulk", json={"schemas": [BULK_REQUEST], "Operations": [nothing] * (most + 1)})
    assert (answer.status_code, answer.json()["status"]) == (413, "413")
    assert str(most) in answer.json()["detail"]


async def test_a_long_chain_of_references_is_followed(scim: httpx.AsyncClient) -> None:
    size = 100
    people = [
        post(str(n), "/Users", userName=f"u{n}", **{ENTERPRISE: {"manager": {"value": f"bulkId:{n + 1}"}}})
        for n in range(size)
    ]
    results = await bulk(scim, *people, post(str(size), "/Users", userName="top"))
    assert statuses(results) == ["201"] * (size + 1)
    first = await read(scim, results[0])
    assert first[ENTERPRISE]["manager"]["value"] == id_of(results[1])
