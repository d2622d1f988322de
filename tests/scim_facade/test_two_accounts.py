"""Two accounts side by side: wherever an id can stand, another account's is answered as one that never was."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import orjson
import pytest

from catalog import actors
from catalog.changes import change
from catalog.ids import new_id
from catalog.models import Account, Team, User
from catalog.services import tokens
from tests import builders, walls
from tests.conftest import ENGINES

pytestmark = pytest.mark.parametrize("db", [*ENGINES, *walls.EACH_ALONE], indirect=True)

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"


@dataclass(frozen=True)
class Company:
    """One account with one integration, one person and one team, called the same in every account."""

    user: User
    team: Team
    secret: str

    def id_of(self, kind: str) -> str:
        return str(self.user.id if kind == "user" else self.team.id)


async def company(account: Account) -> Company:
    operator = actors.command(account.id)
    provider = await builders.an_integration(operator, "Provider")
    async with change(operator) as this:
        _, secret = await tokens.create_for_integration(this, provider, name="test")
    client = builders.a_scim_client(provider)
    boss = await builders.a_user(client, "grace@hopper.example", external_id="00u1")
    document = {"displayName": "Ada", ENTERPRISE: {"manager": {"value": str(boss.id)}}}
    await builders.a_user(client, "ada@lovelace.example", attributes=document)
    team = await builders.a_team(client, "Payments", members=[boss], external_id="00g1")
    return Company(boss, team, secret)


@pytest.fixture
async def ours(account: Account) -> Company:
    return await company(account)


@pytest.fixture
async def theirs(elsewhere: Account) -> Company:
    return await company(elsewhere)


@pytest.fixture
async def subject(ours: Company, scim: httpx.AsyncClient) -> dict[str, str]:
    """A person and a group of ours, to which the requests are put."""
    scim.headers["Authorization"] = f"Bearer {ours.secret}"
    person = await scim.post("/Users", json={"schemas": [USER], "userName": "alan@turing.example"})
    group = await scim.post("/Groups", json={"schemas": [GROUP], "displayName": "Growth"})
    return {"user": person.json()["id"], "team": group.json()["id"]}


Request = tuple[str, str, Any]
"""Method, path and body; `{id}` stands for the id in question, `{user}` and `{team}` for the subject's."""


def patch(path: str, *operations: Any) -> Request:
    return "PATCH", path, {"schemas": [PATCH_OP], "Operations": list(operations)}


def bulk(method: str, path: str, data: Any = None) -> Request:
    operation = {"method": method, "path": path, **({"data": data} if data else {})}
    return "POST", "/Bulk", {"schemas": [BULK], "Operations": [operation]}


def search(endpoint: str, condition: str) -> Request:
    return "POST", f"{endpoint}/.search", {"schemas": [SEARCH], "filter": condition}


A_USER = {"schemas": [USER], "userName": "somebody@else.example"}
A_GROUP = {"schemas": [GROUP], "displayName": "Something else"}
TITLE = {"op": "replace", "path": "title", "value": "Countess"}
NAME = {"op": "replace", "path": "displayName", "value": "Something else"}
MEMBER = {"value": "{id}"}

USER_POSITIONS: dict[str, Request] = {
    "path of GET": ("GET", "/Users/{id}", None),
    "path of GET, projected": ("GET", "/Users/{id}?attributes=userName", None),
    "path of PUT": ("PUT", "/Users/{id}", A_USER),
    "path of PATCH": patch("/Users/{id}", TITLE),
    "path of DELETE": ("DELETE", "/Users/{id}", None),
    "members.value of POST": ("POST", "/Groups", {**A_GROUP, "members": [MEMBER]}),
    "members.value of PUT": ("PUT", "/Groups/{team}", {**A_GROUP, "members": [MEMBER]}),
    "members.value of add": patch("/Groups/{team}", {"op": "add", "path": "members", "value": [MEMBER]}),
    "members.value of add, without path": patch("/Groups/{team}", {"op": "add", "value": {"members": [MEMBER]}}),
    "members.value of replace": patch("/Groups/{team}", {"op": "replace", "path": "members", "value": [MEMBER]}),
    "filter: id": ("GET", '/Users?filter=id eq "{id}"', None),
    "filter: meta.location": ("GET", '/Users?filter=meta.location eq "http://muster.test/scim/v2/Users/{id}"', None),
    "filter: manager": ("GET", f'/Users?filter={ENTERPRISE}:manager.value eq "{{id}}"', None),
    "filter: members.value": ("GET", '/Groups?filter=members.value eq "{id}"', None),
    "filter: members[value]": ("GET", '/Groups?filter=members[value eq "{id}"]', None),
    "search: id": search("/Users", 'id eq "{id}"'),
    "search at the root": search("", 'id eq "{id}"'),
    "bulk: path of PUT": bulk("PUT", "/Users/{id}", A_USER),
    "bulk: path of PATCH": bulk("PATCH", "/Users/{id}", {"schemas": [PATCH_OP], "Operations": [TITLE]}),
    "bulk: path of DELETE": bulk("DELETE", "/Users/{id}"),
    "bulk: members.value": bulk("PUT", "/Groups/{team}", {**A_GROUP, "members": [MEMBER]}),
}
TEAM_POSITIONS: dict[str, Request] = {
    "path of GET": ("GET", "/Groups/{id}", None),
    "path of GET, projected": ("GET", "/Groups/{id}?excludedAttributes=members", None),
    "path of PUT": ("PUT", "/Groups/{id}", A_GROUP),
    "path of PATCH": patch("/Groups/{id}", NAME),
    "path of PATCH, members": patch("/Groups/{id}", {"op": "add", "path": "members", "value": [{"value": "{user}"}]}),
    "path of DELETE": ("DELETE", "/Groups/{id}", None),
    "members.value of a nested group": patch(
        "/Groups/{team}", {"op": "add", "path": "members", "value": [{"value": "{id}", "type": "Group"}]}
    ),
    "filter: id": ("GET", '/Groups?filter=id eq "{id}"', None),
    "filter: groups.value": ("GET", '/Users?filter=groups.value eq "{id}"', None),
    "filter: groups[value]": ("GET", '/Users?filter=groups[value eq "{id}"]', None),
    "search: id": search("/Groups", 'id eq "{id}"'),
    "search at the root": search("", 'id eq "{id}"'),
    "bulk: path of DELETE": bulk("DELETE", "/Groups/{id}"),
    "bulk: path of PATCH": bulk("PATCH", "/Groups/{id}", {"schemas": [PATCH_OP], "Operations": [NAME]}),
}
POSITIONS = [
    *[pytest.param("user", request, id=f"user, {where}") for where, request in USER_POSITIONS.items()],
    *[pytest.param("team", request, id=f"team, {where}") for where, request in TEAM_POSITIONS.items()],
]


@pytest.mark.parametrize(("kind", "request_"), POSITIONS)
async def test_g17_another_accounts_id_is_answered_as_an_unknown_one(
    scim: httpx.AsyncClient,
    ours: Company,
    theirs: Company,
    subject: dict[str, str],
    kind: str,
    request_: Request,
) -> None:
    before = await everything_of(scim, theirs)
    nobody, foreign, own = str(new_id()), theirs.id_of(kind), ours.id_of(kind)

    of_nobody = await answer(scim, request_, subject, nobody)
    of_theirs = await answer(scim, request_, subject, foreign)
    of_ours = await answer(scim, request_, subject, own)

    assert of_theirs == of_nobody
    assert of_ours != of_nobody, "this position does not look at the id at all"
    assert await everything_of(scim, theirs) == before


REMOVALS = [
    {"op": "remove", "path": "members", "value": [{"value": "{id}"}]},
    {"op": "remove", "path": 'members[value eq "{id}"]'},
]


@pytest.mark.parametrize("operation", REMOVALS)
async def test_another_accounts_member_is_removed_as_an_unknown_one_is(
    scim: httpx.AsyncClient, ours: Company, theirs: Company, subject: dict[str, str], operation: dict[str, Any]
) -> None:
    before = await everything_of(scim, theirs)
    request = patch(f"/Groups/{ours.team.id}", operation)

    of_nobody = await answer(scim, request, subject, str(new_id()))
    assert await answer(scim, request, subject, str(theirs.user.id)) == of_nobody
    assert await everything_of(scim, theirs) == before
    assert len((await scim.get(f"/Groups/{ours.team.id}")).json()["members"]) == 1

    await answer(scim, request, subject, str(ours.user.id))
    assert (await scim.get(f"/Groups/{ours.team.id}")).json().get("members", []) == []


@pytest.mark.parametrize("by", ["id", "user_name"])
async def test_another_accounts_person_is_nobodys_manager(
    scim: httpx.AsyncClient, ours: Company, theirs: Company, subject: dict[str, str], by: str
) -> None:
    only = await builders.a_user(actors.command(theirs.user.account_id), "only@there.example")
    foreign = str(getattr(only, by))
    for value, manager_id in ((foreign, None), (str(getattr(ours.user, by)), ours.user.id)):
        operation = {"op": "add", "path": f"{ENTERPRISE}:manager", "value": {"value": value}}
        told = await answer(scim, patch("/Users/{user}", operation), subject, "")
        assert (told.status, told.body[ENTERPRISE]) == (200, {"manager": {"value": value}}), "it is kept verbatim"
        kept = await User.get(id=UUID(subject["user"]))
        assert kept.manager_id == manager_id


@pytest.mark.parametrize(
    "condition",
    ['externalId eq "00u9"', 'userName eq "only@there.example"', 'emails.value eq "only@there.example"'],
)
async def test_another_accounts_person_is_found_by_none_of_their_names(
    scim: httpx.AsyncClient, ours: Company, theirs: Company, subject: dict[str, str], condition: str
) -> None:
    body = {
        "schemas": [USER],
        "userName": "only@there.example",
        "externalId": "00u9",
        "emails": [{"value": "only@there.example"}],
    }
    scim.headers["Authorization"] = f"Bearer {theirs.secret}"
    assert (await scim.post("/Users", json=body)).status_code == 201
    assert (await scim.get("/Users", params={"filter": condition})).json()["totalResults"] == 1

    scim.headers["Authorization"] = f"Bearer {ours.secret}"
    assert (await scim.get("/Users", params={"filter": condition})).json()["totalResults"] == 0
    assert (await scim.post("/Users", json=body)).status_code == 201, "nor is any of their names taken here"


async def test_another_accounts_cursor_is_none_of_ours(
    scim: httpx.AsyncClient, ours: Company, theirs: Company, subject: dict[str, str]
) -> None:
    scim.headers["Authorization"] = f"Bearer {theirs.secret}"
    first = (await scim.get("/Users", params={"cursor": "", "count": "1"})).json()
    query = {"cursor": first["nextCursor"], "count": "1"}
    assert (await scim.get("/Users", params=query)).status_code == 200

    scim.headers["Authorization"] = f"Bearer {ours.secret}"
    refused = await scim.get("/Users", params=query)
    assert (refused.status_code, refused.json()["scimType"]) == (400, "invalidCursor")


# --- how answers are compared -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """What was answered, with the id in question taken out."""

    status: int
    body: Any
    headers: dict[str, str]


async def answer(scim: httpx.AsyncClient, request: Request, subject: dict[str, str], id: str) -> Told:
    method, path, body = request
    filled = orjson.dumps([path, body]).decode()
    for name, value in {"{id}": id, "{user}": subject["user"], "{team}": subject["team"]}.items():
        filled = filled.replace(name, value)
    path, body = orjson.loads(filled)
    found = await scim.request(method, path, json=body)
    text = found.text.replace(id, "{id}") if id else found.text
    headers = {name: value.replace(id, "{id}") for name, value in found.headers.items() if id and name != "etag"}
    return Told(found.status_code, orjson.loads(text) if text else None, headers)


async def everything_of(scim: httpx.AsyncClient, there: Company) -> tuple[Any, Any]:
    """All that an account holds, as its own provider reads it."""
    headers = {"Authorization": f"Bearer {there.secret}"}
    people, groups = [await scim.get(endpoint, headers=headers) for endpoint in ("/Users", "/Groups")]
    assert (people.json()["totalResults"], groups.json()["totalResults"]) == (2, 1)
    return people.json(), groups.json()
