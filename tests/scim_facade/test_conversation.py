"""The reader, comparer and replayer of conversations themselves: a wrong expectation must fail, and say where."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.scim_facade.conversation import Malformed, fill, part, understand
from tests.scim_facade.manners import ERROR, LIST, breaches
from tests.scim_facade.matching import MISSING, differences
from tests.scim_facade.replay import replay

ADA = {"id": "7", "userName": "ada@example.org", "active": True, "emails": [{"value": "a"}, {"value": "b"}]}


@pytest.mark.parametrize(
    "expected",
    [
        {},
        {"userName": "ada@example.org", "active": True},
        {"title": {"$absent": True}},
        {"id": {"$any": "string"}, "active": {"$any": "boolean"}, "emails": {"$any": "array"}},
        {"emails": [{"value": "a"}, {"value": "b"}]},
        {"emails": {"$length": 2}},
        {"emails": {"$contains": {"value": "b"}}},
        {"emails": {"$contains_all": [{"value": "b"}, {"value": "a"}]}},
        {"emails": {"$each": {"value": {"$any": "string"}}}},
        {"emails": {"$unordered": [{"value": "b"}, {"value": "a"}]}},
        {"emails": {"$values": ["b", "a"]}},
        {"members": {"$values": []}},
        {"userName": {"$contains": "ada", "$ends": ".org"}},
        {"id": {"$in": ["6", "7"]}},
        {"id": {"$not": "8"}},
        {"$keys": ["id", "userName", "active", "emails"], "id": "7"},
    ],
)
def test_a_right_expectation_passes(expected: Any) -> None:
    assert differences(expected, ADA) == []


@pytest.mark.parametrize(
    ("expected", "place"),
    [
        ({"userName": "Ada@example.org"}, "$.userName"),
        ({"title": "Countess"}, "$.title"),
        ({"id": 7}, "$.id"),
        ({"active": 1}, "$.active"),
        ({"active": {"$any": "integer"}}, "$.active"),
        ({"id": {"$any": "integer"}}, "$.id"),
        ({"id": {"$absent": True}}, "$.id"),
        ({"emails": [{"value": "b"}, {"value": "a"}]}, "$.emails[0].value"),
        ({"emails": [{"value": "a"}]}, "$.emails"),
        ({"emails": {"$length": 1}}, "$.emails"),
        ({"emails": {"$length": 3}}, "$.emails"),
        ({"id": {"$at_least": 1}}, "$.id"),
        ({"emails": {"$contains": {"value": "c"}}}, "$.emails"),
        ({"userName": {"$contains": "grace"}}, "$.userName"),
        ({"emails": {"$contains_all": [{"value": "a"}, {"value": "c"}]}}, "$.emails"),
        ({"emails": {"$each": {"value": "a"}}}, "$.emails[1].value"),
        ({"emails": {"$each": {"type": {"$absent": True}, "value": {"$not": "b"}}}}, "$.emails[1].value"),
        ({"members": {"$each": {}}}, "$.members"),
        ({"emails": {"$unordered": [{"value": "a"}]}}, "$.emails"),
        ({"emails": {"$unordered": [{"value": "a"}, {"value": "a"}]}}, "$.emails"),
        ({"emails": {"$values": ["a"]}}, "$.emails"),
        ({"emails": {"$values": ["a", "b", "b"]}}, "$.emails"),
        ({"emails": {"$values": []}}, "$.emails"),
        ({"members": {"$values": ["a"]}}, "$.members"),
        ({"$keys": ["id", "userName", "active"]}, "$"),
        ({"$keys": ["id", "userName", "active", "emails"], "id": "8"}, "$.id"),
        ({"userName": {"$ends": "@example.com"}}, "$.userName"),
        ({"id": {"$in": ["6", "8"]}}, "$.id"),
        ({"id": {"$not": "7"}}, "$.id"),
        ({"userName": {"givenName": "Ada"}}, "$.userName"),
    ],
)
def test_a_wrong_expectation_fails_and_says_where(expected: Any, place: str) -> None:
    found = differences(expected, ADA)
    assert found
    assert found[0].startswith(f"{place}: ")


def test_nothing_at_all_satisfies_only_what_expects_nothing() -> None:
    assert differences({"$absent": True}, MISSING) == []
    assert differences({}, MISSING)
    assert differences({"$any": "string"}, MISSING)


@pytest.mark.parametrize(
    "expected", [{"$lenght": 2}, {"emails": {"$unorderd": []}}, {"id": {"$any": "text"}}, {"id": {"$absent": False}}]
)
def test_a_misspelled_matcher_is_an_error(expected: Any) -> None:
    with pytest.raises(ValueError, match=r"matcher|JSON type|absent"):
        differences(expected, ADA)


def test_what_was_captured_is_filled_in_as_text_or_as_the_value_itself() -> None:
    variables = {"user": "7", "ids": ["7", "8"]}
    assert fill({"path": "/Users/{user}?x", "in": "{ids}"}, variables) == {"path": "/Users/7?x", "in": ["7", "8"]}
    assert fill('{"id":"06b07648","value":"25"}', variables) == '{"id":"06b07648","value":"25"}'
    with pytest.raises(KeyError, match="team"):
        fill("/Groups/{team}", variables)


def test_an_echo_is_the_captured_resource_with_its_changes() -> None:
    name = {"givenName": "Ada", "familyName": "King"}
    read = {"id": "7", "title": "Countess", "name": name, "emails": [{"value": "a"}]}
    sent = fill({"$echo": "{read}", "title": None, "name": {"familyName": "Lovelace"}, "emails": []}, {"read": read})
    assert sent == {"id": "7", "name": {"givenName": "Ada", "familyName": "Lovelace"}, "emails": []}


def test_a_capture_reads_bodies_and_headers() -> None:
    body = {"Resources": [{"id": "1"}, {"id": "2"}]}
    assert part("$.Resources[*].id", body, {}) == ["1", "2"]
    assert part("$.Resources[1].id", body, {}) == "2"
    assert part("$", body, {}) == body
    assert part("header ETag", body, httpx.Headers({"etag": 'W/"1"'})) == 'W/"1"'
    with pytest.raises(LookupError):
        part("$.id", body, {})


OK = {"name": "reads", "request": {"method": "GET", "path": "/Users/7"}, "expect": {"status": 200, "body": {"id": "7"}}}


@pytest.mark.parametrize(
    ("exchange", "complaint"),
    [
        ({**OK, "expects": {}}, "expects"),
        ({**OK, "expect": {"status": 200}}, "expected to hold something"),
        ({**OK, "expect": {"status": 200, "body": {}}}, "expected to hold something"),
        ({**OK, "expect": {"status": 204, "body": {}}}, "expected to hold something"),
        ({**OK, "expect": {"body": {}}}, "status"),
        ({**OK, "request": {"method": "GET", "path": "/Users", "content": ""}}, "content"),
        ({"name": "links", "by_hand": {"link": "{ada}"}}, "link"),
    ],
)
def test_a_file_that_says_what_nobody_reads_is_refused(exchange: Any, complaint: str) -> None:
    with pytest.raises(Malformed, match=complaint):
        understand({"about": "a", "source": "b", "exchanges": [exchange]}, "acme/one.json")


def test_a_file_says_what_it_is_about_and_where_it_comes_from() -> None:
    for document in ({"about": "a", "exchanges": [OK]}, {"about": " ", "source": "b", "exchanges": [OK]}):
        with pytest.raises(Malformed, match=r"acme/one\.json"):
            understand(document, "acme/one.json")


SCIM = {"content-type": "application/scim+json"}
USER = {"schemas": ["u"], "id": "7", "meta": {"location": "http://muster.test/Users/7", "version": 'W/"1"'}}
LISTED = {"schemas": [LIST], "totalResults": 1, "startIndex": 1, "itemsPerPage": 1, "Resources": [USER]}
REFUSED = {"schemas": [ERROR], "status": "404", "detail": "There is no such user."}


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [(200, {}, USER), (201, {"location": "http://muster.test/Users/7"}, USER), (200, {}, LISTED), (404, {}, REFUSED)],
)
def test_a_well_mannered_answer_passes(status: int, headers: dict[str, str], body: Any) -> None:
    assert breaches(status, {**SCIM, **headers}, b"{}", body) == []


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (204, SCIM, MISSING),
        (200, {}, USER),
        (200, {"content-type": "text/html"}, USER),
        (200, SCIM, MISSING),
        (200, SCIM, {"id": "7"}),
        (200, SCIM, {**USER, "password": "hunter2"}),
        (200, SCIM, {**USER, "title": None}),
        (201, SCIM, USER),
        (201, {**SCIM, "location": "/Users/8"}, USER),
        (200, {**SCIM, "etag": 'W/"2"'}, USER),
        (200, SCIM, {**LISTED, "startIndex": "1"}),
        (200, SCIM, {**LISTED, "itemsPerPage": 100}),
        (200, SCIM, {**LISTED, "itemsPerPage": 2, "Resources": [USER, USER]}),
        (404, SCIM, {**REFUSED, "status": 404}),
        (404, SCIM, {**REFUSED, "detail": ""}),
        (404, SCIM, {**REFUSED, "scimType": "notFound"}),
        (404, SCIM, {**REFUSED, "schemas": ["u"]}),
    ],
)
def test_bad_manners_are_named(status: int, headers: dict[str, str], body: Any) -> None:
    assert breaches(status, headers, b"{}", body)


async def test_a_failing_replay_names_file_exchange_difference_request_and_answer() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, headers=SCIM, content=json.dumps(USER))

    again = {**OK, "name": "reads again", "expect": {"status": 200, "body": {"id": "8"}}}
    right = understand({"about": "Ada is read.", "source": "a test", "exchanges": [OK]}, "acme/one.json")
    wrong = understand({"about": "Ada is read.", "source": "a test", "exchanges": [OK, again]}, "acme/one.json")
    async with _client(answer) as client:
        await replay(right, client)
        with pytest.raises(AssertionError) as failure:
            await replay(wrong, client)
    for told in ("acme/one.json", "reads again", '$.id: expected "8", found "7"', "GET /scim/v2/Users/7", "200 OK"):
        assert told in str(failure.value)


async def test_a_request_is_sent_as_it_is_written() -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, headers=SCIM, content=json.dumps(USER))

    request = {
        "method": "POST",
        "path": "/Users?filter=userName%20eq%20%22a%2Bb%40x%22",
        "headers": {"User-Agent": None, "Authorization": ["Bearer a", "Bearer b"]},
        "raw_body": '{"userName": ',
    }
    exchanges = [{**OK, "request": request}]
    document = {"about": "a", "source": "b", "headers": {"accept": "text/json"}, "exchanges": exchanges}
    async with _client(answer) as client:
        await replay(understand(document, "acme/one.json"), client)
    assert sent[0].url.raw_path == b"/scim/v2/Users?filter=userName%20eq%20%22a%2Bb%40x%22"
    assert sent[0].content == b'{"userName": '
    assert "user-agent" not in sent[0].headers
    assert sent[0].headers["accept"] == "text/json"
    assert sent[0].headers.get_list("authorization") == ["Bearer a", "Bearer b"]


def _client(answer: Callable[[httpx.Request], httpx.Response]) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://muster.test/scim/v2")
