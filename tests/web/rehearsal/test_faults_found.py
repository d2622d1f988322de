"""Each thing that a server may get wrong, done to one request of a rehearsal on the real facade, and named by it."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.web.rehearsal.tampering import Answer, Forward, Once, Tampering, is_read, on_sqlite, rehearsed, with_body

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
Is = Callable[[httpx.Request], bool]


def but(**changes: Any) -> Tampering:
    """The answer with these members of its body changed, or without those that are None."""

    async def tamper(request: httpx.Request, forward: Forward) -> Answer:
        answer = await forward(request)
        body = {**answer.json(), **changes}
        return with_body(answer, {name: value for name, value in body.items() if value is not None})

    return tamper


def answers(status: int, body: Any, **headers: str) -> Tampering:
    """That, whatever was asked; the facade hears nothing of it."""

    async def tamper(request: httpx.Request, forward: Forward) -> Answer:
        return httpx.Response(status, json=body, headers=headers)

    return tamper


def is_creation(request: httpx.Request) -> bool:
    return request.method == "POST" and request.url.path.endswith("/Users")


def is_group_patch(request: httpx.Request) -> bool:
    return request.method == "PATCH" and "/Groups/" in request.url.path


def is_page(of: str) -> Is:
    return lambda request: request.url.query == b"startIndex=1&count=100" and request.url.path.endswith(of)


def sends(text: bytes) -> Is:
    return lambda request: text in request.content


async def differences(scim: httpx.AsyncClient, qualifies: Is, tamper: Tampering, style: str = "okta") -> list[str]:
    hindrance = Once(qualifies, tamper)
    report = await rehearsed(scim, hindrance, style=style)
    assert hindrance.done, "there was no such request"
    assert not report.is_good
    assert not report.failures, [step.reasons for step in report.steps.values() if step.failures]
    return report.differences.shown


async def failure(scim: httpx.AsyncClient, qualifies: Is, tamper: Tampering) -> str:
    hindrance = Once(qualifies, tamper)
    report = await rehearsed(scim, hindrance)
    assert hindrance.done, "there was no such request"
    assert not report.is_good
    [reason] = [reason for step in report.steps.values() if step.failures for reason in step.reasons]
    return reason


@on_sqlite
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"id": "another"}, "id is 'another', was "),
        ({"active": "true"}, "active is 'true', was sent as True"),
        ({"active": None}, "active is None, was sent as True"),
        ({"nickName": "Countess"}, "nickName is 'Countess', and should be absent"),
        ({"password": "secret"}, "password is 'secret', and should be absent"),
        ({"emails": [{"value": "a@rehearsal.example"}] * 2}, "emails[1].value is 'a@rehearsal.example', and should"),
        ({"userName": "x@rehearsal.example"}, "userName is 'x@rehearsal.example', was sent as"),
        ({ENTERPRISE: None}, "employeeNumber is None, was sent as"),
        ({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"]}, f"schemas lacks {ENTERPRISE}"),
        ({"meta": {"resourceType": "Group"}}, "meta.resourceType is 'Group', not 'User'"),
        ({"meta": {"resourceType": "User", "location": "/Users/1"}}, "meta.location is '/Users/1'"),
    ],
)
async def test_a_person_read_otherwise_than_written_is_told(
    scim: httpx.AsyncClient, changes: dict[str, Any], said: str
) -> None:
    shown = await differences(scim, lambda request: is_read(request, "Users"), but(**changes))
    assert any(said in line for line in shown), shown


@on_sqlite
@pytest.mark.parametrize(
    ("path", "changes", "said"),
    [
        ("/Users", {"totalResults": "12"}, "import people: totalResults is '12'"),
        ("/Users", {"startIndex": "1"}, "import people: from 1, startIndex is '1', not 1"),
        ("/Groups", {"itemsPerPage": 100}, "import groups: from 1, itemsPerPage is 100, not 2"),
    ],
)
async def test_pages_with_wrong_numbers_are_told(
    scim: httpx.AsyncClient, path: str, changes: dict[str, Any], said: str
) -> None:
    shown = await differences(scim, is_page(path), but(**changes))
    assert said in shown


@on_sqlite
async def test_a_person_whose_groups_are_not_told_is_found(scim: httpx.AsyncClient) -> None:
    async def forgets(request: httpx.Request, forward: Forward) -> Answer:
        answer = await forward(request)
        page = answer.json()
        for user in page["Resources"]:
            user.pop("groups", None)
        return with_body(answer, page)

    shown = await differences(scim, is_page("/Users"), forgets)
    assert shown
    assert all("groups: the group" in line and "is missing" in line for line in shown)


async def does_nothing(request: httpx.Request, forward: Forward) -> Answer:
    """Says yes, and that is all."""
    return httpx.Response(204)


@on_sqlite
@pytest.mark.parametrize(
    ("style", "qualifies", "said"),
    [
        ("okta", sends(b'},{"op":"add","path":"members"'), "is missing"),
        ("okta", sends(b'"op":"remove","path":"members[value eq'), "should not be there"),
        ("okta", sends(b"& Friends"), "displayName is"),
        ("okta", sends(b'"path":"members","value":[]'), "should not be there"),
        ("entra", sends(b'"op":"Add","path":"members"'), "is missing"),
        ("entra", sends(b'"op":"Remove","path":"members"'), "should not be there"),
        ("entra", sends(b'"path":"title","value":""'), "title is 'S"),
        ("entra", sends(b':User:manager","value":""'), "manager.value is"),
        ("entra", sends(b'phoneNumbers[type eq \\"mobile\\"].value","value":"+'), "phoneNumbers[0].value is None"),
    ],
)
async def test_what_a_server_agrees_to_and_does_not_do_is_found(
    scim: httpx.AsyncClient, style: str, qualifies: Is, said: str
) -> None:
    async def forgets(request: httpx.Request, forward: Forward) -> Answer:
        # A move is told twice; both are forgotten.
        return httpx.Response(204) if request.content == first[0] else await forward(request)

    first: list[bytes] = []

    async def tamper(request: httpx.Request, forward: Forward) -> Answer:
        if not first and request.method == "PATCH" and qualifies(request):
            first.append(request.content)
        return await forgets(request, forward) if first else await forward(request)

    report = await rehearsed(scim, tamper, style=style)

    assert first, "there was no such request"
    assert not report.failures
    assert any(said in line for line in report.differences.shown), report.differences.shown


@on_sqlite
async def test_members_that_were_not_asked_for_are_found(scim: httpx.AsyncClient) -> None:
    shown = await differences(
        scim,
        lambda request: is_read(request, "Groups") and request.url.query == b"excludedAttributes=members",
        but(members=[]),
        style="entra",
    )
    assert [line.partition("): ")[2] for line in shown] == ["has members with excludedAttributes=members"]


@on_sqlite
async def test_a_refusal_without_its_kind_is_found(scim: httpx.AsyncClient) -> None:
    seen: set[bytes] = set()

    def is_duplicate(request: httpx.Request) -> bool:
        known = is_creation(request) and request.content in seen
        seen.add(request.content)
        return known

    [line] = await differences(scim, is_duplicate, but(scimType=None))
    assert line.endswith("was refused with the scimType None, not 'uniqueness'")


@on_sqlite
async def test_who_is_still_found_after_being_deleted_is_told(scim: httpx.AsyncClient) -> None:
    gone: list[httpx.Request] = []

    def is_search(request: httpx.Request) -> bool:
        if request.method == "DELETE":
            gone.append(request)
        return bool(gone) and b"filter=" in request.url.query

    async def finds(request: httpx.Request, forward: Forward) -> Answer:
        return with_body(await forward(request), {"totalResults": 1, "Resources": [{"id": "a ghost"}]})

    [line] = await differences(scim, is_search, finds)
    assert line.endswith(": is found after being deleted")


@on_sqlite
@pytest.mark.parametrize(
    ("qualifies", "tamper", "reason"),
    [
        (is_creation, answers(201, {"userName": "x"}), "POST /Users: the answer has no id"),
        (sends(b"nobody"), answers(204, None), "PATCH /Groups/{id}: 204, not 400"),
        (lambda request: "nobody's" in request.headers["Authorization"], answers(200, {}), "GET /Users: 200, not 401"),
        (lambda request: is_read(request, "Users"), answers(200, {}, **{"Content-Type": "text/html"}),
         "GET /Users/{id}: Content-Type is 'text/html'"),
        (lambda request: is_read(request, "Groups"), answers(429, {"detail": "Later."}),
         "GET /Groups/{id}: 429 without whole seconds in Retry-After"),
    ],
)  # fmt: skip
async def test_a_wrong_answer_is_a_failure(
    scim: httpx.AsyncClient, qualifies: Is, tamper: Tampering, reason: str
) -> None:
    assert (await failure(scim, qualifies, tamper)) == reason


@on_sqlite
@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"error": "not found"}, "404 is no SCIM Error (RFC 7644 §3.12)"),
        ({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": 404, "detail": "Gone."},
         "404 has the status 404 in its body"),
        ({"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "404"},
         "404 has no detail, which is what the administrator is shown"),
    ],
)  # fmt: skip
async def test_a_refusal_that_is_no_scim_error_is_a_failure(scim: httpx.AsyncClient, body: Any, said: str) -> None:
    deleted: list[str] = []

    def is_look_for_the_deleted(request: httpx.Request) -> bool:
        if request.method == "DELETE":
            deleted.append(request.url.path)
        return request.method == "GET" and request.url.path in deleted

    assert (await failure(scim, is_look_for_the_deleted, answers(404, body))) == f"GET /Users/{{id}}: {said}"


@on_sqlite
@pytest.mark.parametrize(("method", "path"), [("POST", "/Users"), ("POST", "/Groups"), ("DELETE", "/Users/")])
async def test_what_was_done_though_the_connection_broke_is_taken_as_done(
    scim: httpx.AsyncClient, method: str, path: str
) -> None:
    async def breaks(request: httpx.Request, forward: Forward) -> Answer:
        await forward(request)
        raise httpx.ReadError("gone")

    hindrance = Once(lambda request: request.method == method and path in request.url.path, breaks)
    report = await rehearsed(scim, hindrance)

    assert hindrance.done
    assert report.is_good, report.differences.shown


@on_sqlite
async def test_without_a_connection_nothing_else_is_tried(scim: httpx.AsyncClient) -> None:
    report = await rehearsed(scim, answers(403, {"detail": "Not you."}))

    assert {name: dict(step.reasons) for name, step in report.steps.items()} == {
        "connect": {"GET /Users: 403 Not you.": 1}
    }
    assert not report.is_good
