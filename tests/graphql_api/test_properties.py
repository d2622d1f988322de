"""Properties over GraphQL: defined, given, taken away, read beside their teams."""

import json
from typing import Any

from catalog.ids import new_id, public_id
from tests.graphql_api.conftest import Ask
from tests.graphql_api.test_reads import Make

DEFINITION = "id alias name description displayType displaySubtype lockedStatus schema version"
CREATE = f"""mutation($i: TeamPropertyDefinitionInput!) {{
  teamPropertyDefinitionCreate(input: $i) {{definition {{{DEFINITION}}} errors {{message path code}}}}
}}"""
UPDATE = f"""mutation($d: IdentifierInput!, $i: TeamPropertyDefinitionInput!, $v: Int) {{
  teamPropertyDefinitionUpdate(propertyDefinition: $d, input: $i, expectedVersion: $v) {{
    definition {{{DEFINITION}}} errors {{path code}}
  }}
}}"""
PUT = """mutation($i: TeamPropertyDefinitionsAssignInput!) {
  teamPropertyDefinitionsAssign(input: $i) {
    properties {totalCount nodes {alias} edges {cursor node {name}} pageInfo {hasNextPage}} errors {path code}
  }
}"""
DELETE = """mutation($r: IdentifierInput!, $v: Int) {
  teamPropertyDefinitionDelete(resource: $r, expectedVersion: $v) {deletedId errors {path code}}
}"""
ASSIGN = """mutation($i: PropertyAssignInput!) {
  propertyAssign(input: $i) {
    property {
      value locked definition {id aliases} owner {__typename ... on Team {name}} validationErrors {message path}
    }
    errors {message path code}
  }
}"""
UNASSIGN = """mutation($t: IdentifierInput!, $d: IdentifierInput!) {
  propertyUnassign(team: $t, definition: $d) {property {value} errors {path code}}
}"""
SIZE: dict[str, Any] = {
    "alias": "size",
    "name": "Size",
    "description": "How many.",
    "schema": {"type": "integer", "minimum": 1},
}


async def defined(ask: Ask, **other: Any) -> Any:
    return (await ask(CREATE, i={**SIZE, **other}))["teamPropertyDefinitionCreate"]


async def assigned(ask: Ask, value: str, team: Any = "payments") -> Any:
    input = {"team": {"alias": team}, "definition": {"alias": "size"}, "value": value}
    return (await ask(ASSIGN, i=input))["propertyAssign"]


async def test_a_property_is_defined_given_and_read(ask: Ask, a_team: Make) -> None:
    team = await a_team()
    size = await defined(ask)
    assert size["errors"] == []
    id = size["definition"].pop("id")
    assert size["definition"] == {
        **SIZE,
        "displayType": "NUMBER",
        "displaySubtype": None,
        "lockedStatus": "unlocked",
        "version": 1,
    }
    assert (await assigned(ask, "7"))["property"] == {
        "value": "7",
        "locked": False,
        "definition": {"id": id, "aliases": ["size"]},
        "owner": {"__typename": "Team", "name": "Payments"},
        "validationErrors": [],
    }
    read = await ask(
        """query($t: ID, $d: ID) {account {
          team(id: $t) {
            property(definition: {alias: "size"}) {value}
            byId: property(definition: {id: $d}) {value definition {id}}
            none: property(definition: {alias: "other"}) {value}
            properties {totalCount nodes {value owner {... on Team {alias} ... on Service {id}}}}
          }
          teamPropertyDefinition(input: {alias: "size"}) {id displayType}
          teamPropertyDefinitions {totalCount nodes {alias}}
        }}""",
        t=public_id("Team", team.id),
        d=id,
    )
    assert read["account"] == {
        "team": {
            "property": {"value": "7"},
            "byId": {"value": "7", "definition": {"id": id}},
            "none": None,
            "properties": {"totalCount": 1, "nodes": [{"value": "7", "owner": {"alias": "payments"}}]},
        },
        "teamPropertyDefinition": {"id": id, "displayType": "NUMBER"},
        "teamPropertyDefinitions": {"totalCount": 1, "nodes": [{"alias": "size"}]},
    }


async def test_a_value_that_fits_no_more_says_so(ask: Ask, a_team: Make) -> None:
    await a_team()
    await defined(ask)
    await assigned(ask, "7")
    stricter = {**SIZE, "schema": json.dumps({"type": "integer", "maximum": 5}), "lockedStatus": "ui_locked"}
    changed = (await ask(UPDATE, d={"alias": "size"}, i=stricter, v=1))["teamPropertyDefinitionUpdate"]
    assert changed["definition"]["lockedStatus"] == "ui_locked"
    assert changed["definition"]["schema"] == {"type": "integer", "maximum": 5}
    selected = "properties {nodes {locked value validationErrors {message path code}}}"
    read = await ask(f'{{account {{team(alias: "payments") {{{selected}}}}}}}')
    assert read["account"]["team"]["properties"]["nodes"] == [
        {
            "locked": True,
            "value": "7",
            "validationErrors": [
                {"message": "7 is greater than the maximum of 5.", "path": ["value"], "code": "INVALID"}
            ],
        }
    ]
    late = (await ask(UPDATE, d={"alias": "size"}, i=SIZE, v=1))["teamPropertyDefinitionUpdate"]
    assert late == {"definition": None, "errors": [{"path": ["base"], "code": "VERSION_MISMATCH"}]}
    kept = (await ask(UPDATE, d={"alias": "size"}, i=SIZE))["teamPropertyDefinitionUpdate"]
    assert kept["definition"]["lockedStatus"] == "ui_locked"
    cleared = (await ask(UPDATE, d={"alias": "size"}, i={**SIZE, "lockedStatus": None}))["teamPropertyDefinitionUpdate"]
    assert cleared["definition"]["lockedStatus"] == "unlocked"


async def test_definitions_are_put_together(ask: Ask) -> None:
    await defined(ask)
    both = [{**SIZE, "name": "Headcount"}, {**SIZE, "alias": "floor", "name": "Floor"}]
    put = (await ask(PUT, i={"properties": both}))["teamPropertyDefinitionsAssign"]
    assert put["errors"] == []
    assert put["properties"]["totalCount"] == 2
    assert {node["alias"] for node in put["properties"]["nodes"]} == {"size", "floor"}
    assert {edge["node"]["name"] for edge in put["properties"]["edges"]} == {"Headcount", "Floor"}
    twice = (await ask(PUT, i={"properties": [SIZE, SIZE]}))["teamPropertyDefinitionsAssign"]
    assert twice == {"properties": None, "errors": [{"path": ["properties"], "code": "INVALID"}]}


async def test_a_value_and_a_definition_are_taken_away(ask: Ask, a_team: Make) -> None:
    await a_team()
    id = (await defined(ask))["definition"]["id"]
    await assigned(ask, "7")
    gone = await ask(UNASSIGN, t={"alias": "payments"}, d={"id": id})
    assert gone == {"propertyUnassign": {"property": None, "errors": []}}
    await assigned(ask, "8")
    late = (await ask(DELETE, r={"alias": "size"}, v=2))["teamPropertyDefinitionDelete"]
    assert late["errors"] == [{"path": ["base"], "code": "VERSION_MISMATCH"}]
    assert await ask(DELETE, r={"alias": "size"}, v=1) == {
        "teamPropertyDefinitionDelete": {"deletedId": id, "errors": []}
    }
    again = await ask(DELETE, r={"id": id})
    expected = {"deletedId": None, "errors": [{"path": ["resource"], "code": "NOT_FOUND"}]}
    assert again == {"teamPropertyDefinitionDelete": expected}
    read = await ask("""{account {team(alias: "payments") {properties {totalCount}}}}""")
    assert read["account"]["team"]["properties"]["totalCount"] == 0


async def test_what_is_wrong_is_told_at_the_inputs_field(ask: Ask, a_team: Make) -> None:
    await a_team()
    await defined(ask)

    def told(payload: Any) -> list[tuple[list[str], str]]:
        return [(error["path"], error["code"]) for error in payload["errors"]]

    assert told(await defined(ask)) == [(["alias"], "ALREADY_TAKEN")]
    assert told(await defined(ask, alias="x", schema={"type": "strin"})) == [(["schema"], "INVALID")]
    assert told(await defined(ask, alias="x", schema="{")) == [(["schema"], "INVALID")]
    assert told(await assigned(ask, '"many"')) == [(["value"], "INVALID")]
    assert told(await assigned(ask, "many")) == [(["value"], "INVALID")]
    assert told(await assigned(ask, "7", team="nobody")) == [(["team"], "NOT_FOUND")]
    unknown = await ask(UNASSIGN, t={"alias": "payments"}, d={"id": public_id("PropertyDefinition", new_id())})
    assert told(unknown["propertyUnassign"]) == [(["definition"], "NOT_FOUND")]
    for missing in ({}, {"alias": "other"}):
        answer = await ask(
            "query($i: IdentifierInput!) {account {teamPropertyDefinition(input: $i) {id}}}", errors=True, i=missing
        )
        assert answer["data"]["account"]["teamPropertyDefinition"] is None
        assert answer["errors"][0]["path"] == ["account", "teamPropertyDefinition"]
