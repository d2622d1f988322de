"""Reading people, teams and memberships, over HTTP, as the reference's clients ask and as the product's UI does."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from catalog import actors
from catalog.actors import Actor
from catalog.ids import public_id
from catalog.models import User
from tests import builders
from tests.graphql_api.conftest import Ask

Make = Callable[..., Awaitable[Any]]


async def test_a_client_finds_out_that_it_is_let_in(ask: Ask, actor: Actor) -> None:
    assert await ask("{account{id}}") == {"account": {"id": public_id("Account", actor.account_id)}}


async def test_the_viewer_is_who_asks(ask: Ask, admin: User) -> None:
    got = (await ask("{viewer{role actorName operations user{email} account{name}}}"))["viewer"]
    assert got["operations"]
    del got["operations"]
    assert got == {
        "role": "admin",
        "actorName": "Root Admin",
        "user": {"email": "root@muster.example"},
        "account": {"name": "Lovelace Engines"},
    }


async def test_teams_with_their_people(ask: Ask, a_user: Make, a_team: Make) -> None:
    grace = await a_user("grace@hopper.example", name="Grace Hopper")
    ada = await a_user("ada@lovelace.example", name="Ada Lovelace", title="Countess", manager_id=grace.id)
    parent = await a_team("Engineering")
    await a_team("Engines", members=[ada, grace], parent_id=parent.id)
    got = await ask(
        """
        query Teams($first: Int) {
          account {
            teams(first: $first) {
              totalCount
              nodes {
                ...named
                parentTeam { ...named }
                memberships { totalCount nodes { role user { name email title manager { name } } } }
              }
            }
          }
        }
        fragment named on Team { __typename name alias htmlUrl }
        """,
        first=10,
    )

    def named(name: str, alias: str) -> dict[str, str]:
        return {"__typename": "Team", "name": name, "alias": alias, "htmlUrl": f"https://muster.test/teams/{alias}"}

    people = [
        {
            "role": None,
            "user": {
                "name": "Ada Lovelace",
                "email": "ada@lovelace.example",
                "title": "Countess",
                "manager": {"name": "Grace Hopper"},
            },
        },
        {
            "role": None,
            "user": {"name": "Grace Hopper", "email": "grace@hopper.example", "title": None, "manager": None},
        },
    ]
    assert got["account"]["teams"] == {
        "totalCount": 2,
        "nodes": [
            {
                **named("Engineering", "engineering"),
                "parentTeam": None,
                "memberships": {"totalCount": 0, "nodes": []},
            },
            {
                **named("Engines", "engines"),
                "parentTeam": named("Engineering", "engineering"),
                "memberships": {"totalCount": 2, "nodes": people},
            },
        ],
    }


async def test_aliases_and_directives_choose_what_is_answered(ask: Ask, a_team: Make) -> None:
    await a_team("Engines")
    got = await ask(
        """
        query ($no: Boolean!, $yes: Boolean!) {
          a: account { n: name @skip(if: $yes) slug @include(if: $yes) }
          account { teams { edges { c: cursor node @skip(if: $no) { x: name } } rows: nodes { y: alias } } }
        }
        """,
        no=False,
        yes=True,
    )
    edges = got["account"]["teams"]["edges"]
    assert got["a"] == {"slug": "lovelace-engines"}
    assert [edge["node"] for edge in edges] == [{"x": "Engines"}]
    assert got["account"]["teams"]["rows"] == [{"y": "engines"}]


async def test_a_list_is_paged_to_its_end_and_back(ask: Ask, a_team: Make) -> None:
    for name in "abcde":
        await a_team(name)
    document = """
        query ($after: String, $before: String, $first: Int, $last: Int) {
          account { teams(after: $after, before: $before, first: $first, last: $last) {
            nodes { name } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }
    """
    first = (await ask(document, after="", first=2))["account"]["teams"]
    second = (await ask(document, after=first["pageInfo"]["endCursor"], first=2))["account"]["teams"]
    third = (await ask(document, after=second["pageInfo"]["endCursor"], first=2))["account"]["teams"]
    back = (await ask(document, before=third["pageInfo"]["startCursor"], last=2))["account"]["teams"]
    assert ["".join(team["name"] for team in page["nodes"]) for page in (first, second, third, back)] == [
        "ab", "cd", "e", "cd",
    ]  # fmt: skip
    assert [page["pageInfo"]["hasNextPage"] for page in (first, second, third, back)] == [True, True, False, True]
    assert [page["pageInfo"]["hasPreviousPage"] for page in (first, second, third)] == [False, True, True]


async def test_a_person_is_found_by_id_and_by_email(ask: Ask, a_user: Make) -> None:
    ada = await a_user("Ada@Lovelace.example")
    id = public_id("User", ada.id)
    document = """
        query ($id: ID, $email: String) {
          one: account { user(id: $id) { id } }
          two: account { user(input: {email: $email}) { id } }
          three: account { user(input: {id: $id, email: $email}) { id } }
        }
    """
    got = await ask(document, id=id, email="ADA@lovelace.example")
    assert [got[name]["user"]["id"] for name in ("one", "two", "three")] == [id, id, id]


async def test_a_missing_person_is_an_error_at_its_place_beside_what_is_there(ask: Ask, a_user: Make) -> None:
    ada = await a_user()
    answer = await ask(
        "query ($there: ID, $not: ID) { account { name a: user(id: $there) { name } b: user(id: $not) { name } "
        'c: user(id: "nonsense") { name } team(alias: "nobody") { id } } }',
        errors=True,
        there=public_id("User", ada.id),
        **{"not": public_id("User", ada.account_id)},
    )
    assert answer["data"]["account"] == {
        "name": "Lovelace Engines",
        "a": {"name": "Ada"},
        "b": None,
        "c": None,
        "team": None,
    }
    assert sorted(error["path"] for error in answer["errors"]) == [["account", "b"], ["account", "c"]]
    assert {error["extensions"]["code"] for error in answer["errors"]} == {"NOT_FOUND"}


async def test_a_team_is_found_by_an_older_alias(ask: Ask, a_team: Make) -> None:
    team = await a_team("Engines", alias="motors")
    got = await ask('{account{team(alias:"motors"){id aliases}}}')
    assert got["account"]["team"] == {"id": public_id("Team", team.id), "aliases": ["motors"]}


@pytest.mark.parametrize(
    "arguments",
    ["first: 501", "first: -1", "last: 501", "first: 1, last: 1", 'after: "x", before: "y"', 'after: "not one"'],
)
async def test_a_page_that_can_not_be_is_refused(ask: Ask, arguments: str) -> None:
    answer = await ask(f"{{account{{teams({arguments}){{nodes{{id}}}}}}}}", errors=True)
    assert [error["extensions"]["code"] for error in answer["errors"]] == ["INVALID"]


async def test_another_accounts_people_are_not_there(ask: Ask, elsewhere: Any) -> None:
    theirs = await builders.a_user(actors.command(elsewhere.id), "eve@elsewhere.example")
    answer = await ask(
        "query ($id: ID) { account { user(id: $id) { name } users { nodes { email } } } }",
        errors=True,
        id=public_id("User", theirs.id),
    )
    assert answer["data"]["account"]["user"] is None
    assert [user["email"] for user in answer["data"]["account"]["users"]["nodes"]] == ["root@muster.example"]


async def test_a_stranger_is_told_nothing(client: httpx.AsyncClient) -> None:
    for headers in ({"Authorization": ""}, {"Authorization": "Bearer muster_api_x"}, {"Authorization": "Basic x"}):
        response = await client.post("/graphql", json={"query": "{account{id}}"}, headers=headers)
        assert (response.status_code, "data" in response.json()) == (401, False)


async def test_an_integrations_token_is_refused(client: httpx.AsyncClient, scim: httpx.AsyncClient) -> None:
    headers = {"Authorization": scim.headers["Authorization"]}
    response = await client.post("/graphql", json={"query": "{account{id}}"}, headers=headers)
    assert response.status_code == 403


@pytest.mark.parametrize(
    ("method", "body", "type", "status"),
    [
        ("GET", b"", "application/json", 405),
        ("POST", b'{"query":"{account{id}}"}', "text/plain", 415),
        ("POST", b"{", "application/json", 400),
        ("POST", b'[{"query":"{account{id}}"}]', "application/json", 400),
        ("POST", b'{"query":1}', "application/json", 400),
        ("POST", b'{"query":"{account{id}}","variables":[]}', "application/json", 400),
        ("POST", b'{"query":"{account{id}}","operationName":null,"variables":null}', "application/json", 200),
    ],
)
async def test_what_is_no_graphql_request_is_refused(
    client: httpx.AsyncClient, method: str, body: bytes, type: str, status: int
) -> None:
    response = await client.request(method, "/graphql", content=body, headers={"Content-Type": type})
    assert response.status_code == status


@pytest.mark.parametrize("as_of", ["", 'asOf: "2999-01-01"'], ids=["now", "then"])
@pytest.mark.parametrize(
    "below",
    [
        "nodes{memberships(first: 5){PAGE nodes{user{teams(first: 5){PAGE nodes{name}}}}}}",
        "edges{node{children(first: 5){PAGE edges{node{children(first: 5){PAGE nodes{name}}}}}}}",
        "nodes{parentTeam{parentTeam{parentTeam{parentTeam{parentTeam{parentTeam{name}}}}}}}",
    ],
    ids=["lists", "edges", "parents"],
)
async def test_a_selection_of_the_greatest_depth_is_answered(
    ask: Ask, a_user: Make, a_team: Make, as_of: str, below: str
) -> None:
    parent = await a_team("Finance")
    await a_team("Payments", members=[await a_user("ada@lovelace.example")], parent_id=parent.id)
    query = "{account{teams(first: 5 AS_OF){PAGE BELOW}}}".replace("BELOW", below).replace("AS_OF", as_of)
    got = await ask(query.replace("PAGE", "totalCount pageInfo{hasNextPage startCursor endCursor}"))
    assert got["account"]["teams"]["totalCount"] == 2
