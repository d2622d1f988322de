"""What each style sends, to the letter: as it stands in the providers' documentation and in captured requests."""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

import httpx
import pytest

from web.rehearsal import STYLES
from web.rehearsal.client import Client
from web.rehearsal.directory import Group, Member
from web.rehearsal.people import Person
from web.rehearsal.styles import Style

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"

ADA = Person(
    number=2, id="23a3", key="0a21f0f28d2a4f8ebf987363c4aed4ef", user_name="ada+1@rehearsal.example",
    email="ada+1@rehearsal.example", given_name="Ada", family_name="Lovelace", title="Countess",
    department="Engines", division=None, employee_number="r-2", locale="en-GB", mobile=None, active=True,
    manager_id=None, manager_employee_number=None,
)  # fmt: skip
CREW = Group(2, "8aa1a0c0c4c34bc0b4a52ef676900159", 'The "Crew"', {1, 2}, id="abf4")
ADA_IN, ALAN_IN = Member("23a3", "ada@rehearsal.example"), Member("89bb", "alan@rehearsal.example")

Ask = Callable[[Style, Client], Awaitable[object]]


class Recorder(httpx.AsyncBaseTransport):
    """Agrees to everything, and writes it down."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        found = {"id": "23a3", "meta": {"x": 1}, "groups": [{"value": "abf4"}], "nickName": "kept", "title": "old"}
        body = {**found, "totalResults": 0, "Resources": [found]}
        return httpx.Response(201 if request.method == "POST" else 200, json=body)


async def recorded(style: str, ask: Ask) -> list[httpx.Request]:
    recorder = Recorder()
    client = Client("http://muster.test/scim/v2/", "abc", STYLES[style].headers, 1, recorder)
    await ask(STYLES[style], client)
    return recorder.requests


def told(requests: list[httpx.Request]) -> list[tuple[str, str, Any]]:
    """Method, target and body of each; of a PATCH its operations."""
    lines = []
    for request in requests:
        body = json.loads(request.content) if request.content else None
        if request.method == "PATCH":
            assert body["schemas"] == [PATCH_OP]
            body = body["Operations"]
        lines.append((request.method, request.url.raw_path.decode().removeprefix("/scim/v2"), body))
    return lines


@pytest.mark.parametrize(
    ("style", "headers"),
    [
        ("okta", {"accept": "application/scim+json", "accept-charset": "utf-8", "accept-encoding": "gzip,deflate",
                  "user-agent": "Okta SCIM Client 1.0.0"}),
        ("okta-aiw", {"accept": "application/scim+json", "accept-charset": "utf-8", "accept-encoding": "gzip,deflate",
                      "user-agent": "Okta SCIM Client 1.0.0"}),
        ("entra", {"accept": "application/scim+json"}),
    ],
)  # fmt: skip
async def test_headers(style: str, headers: Mapping[str, str]) -> None:
    [read, *_] = await recorded(style, lambda style, client: style.connect(client, "step"))
    [*_, written] = await recorded(style, lambda style, client: style.replace(client, "step", CREW, []))

    common = {"host": "muster.test", "authorization": "Bearer abc", **headers}
    assert dict(read.headers) == common, "a GET has no Content-Type"
    assert dict(written.headers) == {
        **common,
        "content-type": "application/scim+json; charset=utf-8",
        "content-length": str(len(written.content)),
    }


@pytest.mark.parametrize(
    ("style", "query", "literal"),
    [
        ("okta", lambda style: style.user_query(ADA),
         "filter=userName%20eq%20%22ada%2B1%40rehearsal.example%22&startIndex=1&count=100"),
        ("okta", lambda style: style.find_group_query("Test SCIMv2"),
         "filter=displayName%20eq%20%22Test%20SCIMv2%22&startIndex=1&count=100"),
        ("okta", lambda style: style.find_group_query('a "b\\'),
         "filter=displayName%20eq%20%22a%20%5C%22b%5C%5C%22&startIndex=1&count=100"),
        ("okta", lambda style: style.page_query(101, 100), "startIndex=101&count=100"),
        ("entra", lambda style: style.user_query(ADA), "filter=userName+eq+%22ada%2B1%40rehearsal.example%22"),
        ("entra", lambda style: style.user_query(replace(ADA, number=1)),
         "filter=emails%5Btype+eq+%22work%22%5D.value+eq+%22ada%2B1%40rehearsal.example%22"),
        ("entra", lambda style: style.user_query(replace(ADA, number=0)),
         "filter=externalId+eq+%220a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef%22"),
        ("entra", lambda style: style.find_group_query("displayName"),
         "excludedAttributes=members&filter=displayName+eq+%22displayName%22"),
    ],
)  # fmt: skip
def test_queries(style: str, query: Callable[[Style], str], literal: str) -> None:
    assert query(STYLES[style]) == literal


def test_okta_creates_with_a_password_and_with_groups() -> None:
    body = STYLES["okta"].new_user(replace(ADA, department=None, employee_number=""))
    assert body == {
        "schemas": [USER],
        "userName": "ada+1@rehearsal.example",
        "name": {"givenName": "Ada", "familyName": "Lovelace"},
        "emails": [{"primary": True, "value": "ada+1@rehearsal.example", "type": "work"}],
        "displayName": "Ada Lovelace",
        "title": "Countess",
        "locale": "en-GB",
        "externalId": "00u0a21f0f28d2a4f8eb",
        "groups": [],
        "password": "c4aed4ef",
        "active": True,
    }


def test_a_custom_okta_application_sends_neither_display_name_nor_kind_of_address() -> None:
    body = STYLES["okta-aiw"].new_user(replace(ADA, manager_employee_number="r-1"))
    assert "displayName" not in body
    assert body["emails"] == [{"primary": True, "value": "ada+1@rehearsal.example"}]
    assert body["schemas"] == [USER, ENTERPRISE]
    assert body[ENTERPRISE] == {"employeeNumber": "r-2", "department": "Engines", "manager": {"value": "r-1"}}


def test_entra_creates_with_meta_and_roles_and_the_manager_as_text() -> None:
    assert STYLES["entra"].new_user(replace(ADA, number=2, manager_id="2819")) == {
        "schemas": [USER, ENTERPRISE],
        "externalId": "0a21f0f2-8d2a-4f8e-bf98-7363c4aed4ef",
        "userName": "ada+1@rehearsal.example",
        "displayName": "Ada Lovelace",
        "title": "Countess",
        "preferredLanguage": "en-GB",
        "emails": [{"primary": True, "type": "work", "value": "ada+1@rehearsal.example"}],
        "name": {"formatted": "Ada Lovelace", "familyName": "Lovelace", "givenName": "Ada"},
        ENTERPRISE: {"employeeNumber": "r-2", "department": "Engines", "manager": "2819"},
        "active": True,
        "meta": {"resourceType": "User"},
        "roles": [],
        "addresses": None,
        "nickName": None,
    }


async def test_okta_puts_what_it_read_with_the_mapped_attributes_replaced() -> None:
    def update(style: Style, client: Client) -> Awaitable[object]:
        return style.update(client, "step", ADA, replace(ADA, title=None))

    [read, (method, target, body)] = told(await recorded("okta", update))
    assert read == ("GET", "/Users/23a3", None)
    assert (method, target) == ("PUT", "/Users/23a3")
    assert body == {
        "id": "23a3", "meta": {"x": 1}, "groups": [{"value": "abf4"}], "nickName": "kept",
        "totalResults": 0, "Resources": body["Resources"],
        **STYLES["okta"].profile(replace(ADA, title=None)),
    }  # fmt: skip


BOTH = [{"value": "23a3", "display": "ada@rehearsal.example"}, {"value": "89bb", "display": "alan@rehearsal.example"}]
PUT_READ = ("GET", "/Groups/abf4", None)


def put(name: str, members: list[Any]) -> tuple[str, str, Any]:
    return ("PUT", "/Groups/abf4", {"schemas": [GROUP], "displayName": name, "members": members})


@pytest.mark.parametrize(
    ("style", "ask", "sent"),
    [
        ("okta", lambda style, client: style.rename(client, "step", CREW, "New", [ADA_IN]),
         [("PATCH", "/Groups/abf4", [{"op": "replace", "value": {"id": "abf4", "displayName": "New"}}])]),
        ("okta",
         lambda style, client: style.move(client, "step", CREW, joined=[ADA_IN], left=[ALAN_IN], members=[ADA_IN]),
         [("PATCH", "/Groups/abf4", [
             {"op": "remove", "path": 'members[value eq "89bb"]'},
             {"op": "add", "path": "members", "value": BOTH[:1]}])]),
        ("okta", lambda style, client: style.replace(client, "step", CREW, [ADA_IN, ALAN_IN]),
         [("PATCH", "/Groups/abf4", [{"op": "replace", "path": "members", "value": BOTH}])]),
        ("okta", lambda style, client: style.empty(client, "step", CREW, [ADA_IN]),
         [("PATCH", "/Groups/abf4", [{"op": "replace", "path": "members", "value": []}])]),
        ("okta", lambda style, client: style.empty(client, "step", replace(CREW, number=1), [ADA_IN]),
         [("PATCH", "/Groups/abf4",
           [{"op": "replace", "value": {"members": [], "id": "abf4", "displayName": 'The "Crew"'}}])]),
        ("okta", lambda style, client: style.create_group(client, "step", CREW, []),
         [("POST", "/Groups", {"schemas": [GROUP], "displayName": 'The "Crew"', "members": []})]),
        ("okta", lambda style, client: style.set_active(client, "step", replace(ADA, active=False)),
         [("PATCH", "/Users/23a3", [{"op": "replace", "value": {"active": False}}])]),
        ("okta-aiw", lambda style, client: style.create_group(client, "step", CREW, [ADA_IN]),
         [("POST", "/Groups", {"schemas": [GROUP], "displayName": 'The "Crew"', "members": BOTH[:1]}),
          ("GET", "/Groups/23a3", None),
          ("PUT", "/Groups/23a3", {"schemas": [GROUP], "displayName": 'The "Crew"', "members": BOTH[:1]})]),
        ("okta-aiw",
         lambda style, client: style.move(client, "step", CREW, joined=[ADA_IN], left=[ALAN_IN], members=[ADA_IN]),
         [PUT_READ, put('The "Crew"', BOTH[:1])]),
        ("okta-aiw", lambda style, client: style.rename(client, "step", CREW, "New", [ADA_IN]),
         [PUT_READ, put("New", BOTH[:1])]),
        ("okta-aiw", lambda style, client: style.empty(client, "step", CREW, [ADA_IN]),
         [PUT_READ, put('The "Crew"', [])]),
        ("entra", lambda style, client: style.create_group(client, "step", CREW, [ADA_IN]),
         [("POST", "/Groups", {
             "schemas": [GROUP, "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"],
             "externalId": "8aa1a0c0-c4c3-4bc0-b4a5-2ef676900159", "displayName": 'The "Crew"',
             "meta": {"resourceType": "Group"}}),
          ("PATCH", "/Groups/23a3",
           [{"op": "Add", "path": "members", "value": [{"$ref": None, "value": "23a3"}]}])]),
        ("entra",
         lambda style, client: style.move(client, "step", CREW, joined=[ADA_IN], left=[ALAN_IN], members=[ADA_IN]),
         [("PATCH", "/Groups/abf4", [{"op": "Add", "path": "members", "value": [{"$ref": None, "value": "23a3"}]}]),
          ("PATCH", "/Groups/abf4",
           [{"op": "Remove", "path": "members", "value": [{"$ref": None, "value": "89bb"}]}])]),
        ("entra", lambda style, client: style.empty(client, "step", replace(CREW, number=1), [ADA_IN, ALAN_IN]),
         [("PATCH", "/Groups/abf4", [
             {"op": "remove", "path": 'members[value eq "23a3"]'},
             {"op": "remove", "path": 'members[value eq "89bb"]'}])]),
        ("entra", lambda style, client: style.rename(client, "step", CREW, "New", []),
         [("PATCH", "/Groups/abf4", [{"op": "Replace", "path": "displayName", "value": "New"}])]),
        ("entra", lambda style, client: style.rename(client, "step", replace(CREW, number=1), "New", []),
         [("PATCH", "/Groups/abf4", [{"op": "replace", "value": {"displayName": "New"}}])]),
        ("entra", lambda style, client: style.set_active(client, "step", replace(ADA, active=False)),
         [("PATCH", "/Users/23a3", [{"op": "Replace", "path": "active", "value": "False"}])]),
        ("entra", lambda style, client: style.set_active(client, "step", replace(ADA, number=1, active=False)),
         [("PATCH", "/Users/23a3", [{"op": "replace", "path": "active", "value": False}])]),
    ],
)  # fmt: skip
async def test_what_is_sent(style: str, ask: Ask, sent: list[tuple[str, str, Any]]) -> None:
    assert told(await recorded(style, ask)) == sent


@pytest.mark.parametrize(
    ("before", "after", "operations"),
    [
        ({"number": 2}, {"email": "b@rehearsal.example", "family_name": "King"}, [
            {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "b@rehearsal.example"},
            {"op": "Replace", "path": "name.familyName", "value": "King"},
            {"op": "Replace", "path": "name.formatted", "value": "Ada King"},
            {"op": "Replace", "path": "displayName", "value": "Ada King"}]),
        ({"number": 1}, {"email": "b@rehearsal.example", "family_name": "King", "department": "Notes"}, [
            {"op": "replace", "path": 'emails[type eq "work"].value', "value": "b@rehearsal.example"},
            {"op": "replace", "value": {
                "name.familyName": "King", "name.formatted": "Ada King", "displayName": "Ada King",
                f"{ENTERPRISE}:department": "Notes"}}]),
        ({"number": 2}, {"mobile": "+1 555", "title": None}, [
            {"op": "Replace", "path": "title", "value": ""},
            {"op": "Add", "path": 'phoneNumbers[type eq "mobile"].value', "value": "+1 555"}]),
        ({"number": 2}, {"manager_id": "2819"}, [
            {"op": "Add", "path": f"{ENTERPRISE}:manager", "value": "2819"}]),
        ({"number": 2, "manager_id": "1"}, {"manager_id": "2819"}, [
            {"op": "Replace", "path": f"{ENTERPRISE}:manager", "value": "2819"}]),
        ({"number": 3}, {"manager_id": "2819"}, [
            {"op": "Add", "path": "manager", "value": [{"$ref": "../Users/2819", "value": "2819"}]}]),
        ({"number": 3, "manager_id": "1"}, {"manager_id": None}, [
            {"op": "Replace", "path": f"{ENTERPRISE}:manager", "value": ""}]),
        ({"number": 1, "manager_id": "1"}, {"manager_id": None}, [
            {"op": "replace", "path": f"{ENTERPRISE}:manager", "value": {"value": ""}}]),
        ({"number": 2, "manager_id": "1"}, {"manager_id": None}, [
            {"op": "Remove", "path": f"{ENTERPRISE}:manager"}]),
    ],
)  # fmt: skip
async def test_entra_updates_what_changed(
    before: dict[str, Any], after: dict[str, Any], operations: list[dict[str, Any]]
) -> None:
    old = replace(ADA, **before)
    new = replace(old, **after)
    [_, sent] = told(await recorded("entra", lambda style, client: style.update(client, "step", old, new)))
    assert sent == ("PATCH", "/Users/23a3", operations)
