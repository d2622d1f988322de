"""The reference's whole surface, against an account with something of everything.

What its clients rely on is there, under the same names; every operation is carried out with every field of its answer
selected; every value of every enumeration is sent, or comes back.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
)

from catalog.actors import Actor
from catalog.changes import change
from catalog.ids import public_id
from catalog.models import Integration
from catalog.services import contacts, properties, property_definitions, tags, teams
from catalog.services.property_definitions import Draft
from graphql_api.schema import schema
from tests import builders
from tests.graphql_api.conftest import Ask
from tests.graphql_api.surface import REFERENCE, document

OURS = schema._schema
ADA, GRACE = "ada@lovelace.dev", "grace@hopper.dev"
SIZE = {"alias": "size", "name": "Size", "description": "How many.", "schema": {"type": "integer"}}

QUERIES = [
    name
    for name, field in REFERENCE.type_map["Account"].fields.items()  # type: ignore[attr-defined]
    if not is_leaf_type(get_named_type(field.type))
]
MUTATIONS = list(REFERENCE.mutation_type.fields)  # type: ignore[union-attr]


# --- what is there ------------------------------------------------------------------------------------------------


def test_whatever_the_references_clients_rely_on_is_there() -> None:
    types = [one for name, one in REFERENCE.type_map.items() if not name.startswith("__")]
    assert not [difference for one in types for difference in _differences(one)]


def _differences(theirs: Any) -> list[str]:
    ours: Any = OURS.type_map.get(theirs.name)
    if ours is None:
        return [f"There is no {theirs.name}."]
    if isinstance(theirs, GraphQLEnumType):
        return [f"{theirs.name} has no {value}." for value in theirs.values if value not in ours.values]
    if not isinstance(theirs, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
        return []
    found = []
    for name, field in theirs.fields.items():
        place, mine = f"{theirs.name}.{name}", ours.fields.get(name)
        if mine is None:
            found.append(f"There is no {place}.")
        elif isinstance(theirs, GraphQLInputObjectType):
            found += [] if str(mine.type) == str(field.type) else [f"{place} takes {mine.type}, not {field.type}."]
        else:
            # What is never null is as good as what may be.
            kind = mine.type.of_type if isinstance(mine.type, GraphQLNonNull) and mine.type != field.type else mine.type
            promised = str(mine.type) == str(field.type) or str(kind) == str(field.type)
            found += [] if promised else [f"{place} is {mine.type}, not {field.type}."]
            found += (
                [] if mine.deprecation_reason == field.deprecation_reason else [f"{place} is deprecated otherwise."]
            )
            for argument, asked in field.args.items():
                given = mine.args.get(argument)
                if given is None or str(given.type) != str(asked.type):
                    found.append(f"{place} takes no {argument} of {asked.type}.")
            new = [one for argument, one in mine.args.items() if argument not in field.args]
            found += [f"{place} asks for more." for one in new if isinstance(one.type, GraphQLNonNull)]
    return found


# --- what is done -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Seed:
    """The public ids of what the account has."""

    ada: str
    grace: str
    team: str
    contact: str
    tag: str
    definition: str
    integration: str


@pytest.fixture
async def seed(actor: Actor, integration: Integration) -> Seed:
    """People, a team with all that hangs on it, and an integration."""
    ada = await builders.a_user(actor, ADA, name="Ada Lovelace", invitation="sent")
    grace = await builders.a_user(actor, GRACE, name="Grace Hopper", manager_id=ada.id)
    parent = await builders.a_team(actor, "Engineering")
    team = await builders.a_team(actor, "Payments", members=[ada, grace], parent_id=parent.id)
    async with change(actor) as this:
        held = await teams.lock(this, team.id)
        contact = await contacts.create(this, held, type="slack", address="#pay")
        tag = await tags.create(this, held, "env", "prod")
        definition = await property_definitions.create(this, Draft(**SIZE))
        await properties.assign(this, held, definition, "7")
    return Seed(
        public_id("User", ada.id),
        public_id("User", grace.id),
        public_id("Team", team.id),
        public_id("Contact", contact.id),
        public_id("Tag", tag.id),
        public_id("PropertyDefinition", definition.id),
        public_id("Integration", integration.id),
    )


Variables = Callable[[Seed], dict[str, Any]]

ASKED: dict[str, Variables] = {
    "user": lambda seed: {"id": seed.ada, "input": {"email": ADA}},
    "users": lambda seed: {"after": "", "first": 500, "filter": [{"key": "deactivated_at", "type": "equals"}]},
    "team": lambda seed: {"alias": "payments"},
    "teams": lambda seed: {"first": 100, "managerEmail": None, "searchTerm": "pay"},
    "teamPropertyDefinition": lambda seed: {"input": {"alias": "size"}},
    "teamPropertyDefinitions": lambda seed: {"first": 100},
    "integration": lambda seed: {"id": seed.integration},
    "integrations": lambda seed: {"type": "scim"},
}
"""What each query is given."""

GIVEN: dict[str, Variables] = {
    "userInvite": lambda seed: {"email": "alan@turing.dev", "input": {"name": "Alan", "role": "user"}},
    "usersInvite": lambda seed: {"input": {"users": [{"email": ADA}]}},
    "userUpdate": lambda seed: {"user": {"email": ADA}, "input": {"name": "Ada King"}},
    "userDelete": lambda seed: {"user": {"id": seed.grace}},
    "teamCreate": lambda seed: {
        "input": {
            "name": "Ledger",
            "responsibilities": "Books",
            "managerEmail": ADA,
            "members": {"user": {"id": seed.grace}, "role": "member"},
            "contacts": [{"type": "web", "address": "https://ledger.example"}],
            "parentTeam": {"id": seed.team},
        }
    },
    "teamUpdate": lambda seed: {"input": {"id": seed.team, "name": "Money", "parentTeam": None, "members": []}},
    "teamDelete": lambda seed: {"input": {"alias": "payments"}},
    "teamMembershipCreate": lambda seed: {
        "input": {"teamId": seed.team, "members": [{"user": {"email": ADA}, "email": ADA, "role": "lead"}]}
    },
    "teamMembershipDelete": lambda seed: {"input": {"teamId": seed.team, "members": [{"email": ADA, "role": "lead"}]}},
    "contactCreate": lambda seed: {"input": {"type": "web", "address": "https://pay.example", "ownerId": seed.team}},
    "contactUpdate": lambda seed: {"input": {"id": seed.contact, "displayName": "Pay", "makeDefault": True}},
    "contactDelete": lambda seed: {"input": {"id": seed.contact}},
    "aliasCreate": lambda seed: {"input": {"alias": "cash", "ownerId": seed.team}},
    "aliasDelete": lambda seed: {"input": {"alias": "cash", "ownerType": "team"}},
    "tagAssign": lambda seed: {"input": {"id": seed.team, "tags": [{"key": "env", "value": "test"}]}},
    "tagCreate": lambda seed: {"input": {"alias": "payments", "type": "Team", "key": "tier", "value": "1"}},
    "tagUpdate": lambda seed: {"input": {"id": seed.tag, "value": "test"}},
    "tagDelete": lambda seed: {"input": {"id": seed.tag}},
    "eventIntegrationCreate": lambda seed: {"input": {"type": "deploy", "name": "Deploys"}},
    "eventIntegrationUpdate": lambda seed: {"input": {"id": seed.integration, "name": "Deploys"}},
    "integrationDelete": lambda seed: {"resource": {"id": seed.integration}},
    "integrationReactivate": lambda seed: {"integration": {"id": seed.integration}},
    "teamPropertyDefinitionCreate": lambda seed: {"input": {**SIZE, "alias": "floor"}},
    "teamPropertyDefinitionUpdate": lambda seed: {
        "propertyDefinition": {"id": seed.definition},
        "input": {**SIZE, "name": "Headcount", "lockedStatus": "ui_locked"},
    },
    "teamPropertyDefinitionsAssign": lambda seed: {"input": {"properties": [SIZE, {**SIZE, "alias": "floor"}]}},
    "importEntityFromBackstage": lambda seed: {
        "entityRef": "group:default/ledger",
        "entity": {"kind": "Group", "metadata": {"name": "ledger"}, "spec": {}},
    },
}
"""What each mutation is given."""

NOT_OURS = {"eventIntegrationCreate", "eventIntegrationUpdate"}
"""What belongs to services, which Muster does not have: refused with a reason."""

BEFORE: dict[str, str] = {
    "aliasDelete": 'mutation {aliasCreate(input: {alias: "cash", ownerId: "%(team)s"}) {errors {message}}}',
}
"""What must have been done before."""


def test_every_operation_has_its_arguments_here() -> None:
    assert set(ASKED) == set(QUERIES)
    assert set(GIVEN) == set(MUTATIONS)


@pytest.mark.parametrize("name", QUERIES)
async def test_every_query_answers_with_every_field(ask: Ask, seed: Seed, name: str) -> None:
    found = (await ask(document("query", name), **ASKED[name](seed)))["account"][name]
    assert found is not None
    if "nodes" in found:
        assert found["totalCount"] == len(found["nodes"]) == len(found["edges"]) > 0
        assert found["pageInfo"]["hasNextPage"] is False


@pytest.mark.parametrize("name", MUTATIONS)
async def test_every_mutation_is_carried_out_with_every_field(ask: Ask, seed: Seed, name: str) -> None:
    if name in BEFORE:
        await ask(BEFORE[name] % {"team": seed.team})
    done = (await ask(document("mutation", name), **GIVEN[name](seed)))[name]
    assert (done["errors"] == []) is (name not in NOT_OURS), done["errors"]
    result = [value for field, value in done.items() if field not in ("__typename", "errors", "failed")]
    assert (None in result) is (name in NOT_OURS), done


# --- every value --------------------------------------------------------------------------------------------------


def values(enumeration: str) -> list[str]:
    return list(REFERENCE.type_map[enumeration].values)  # type: ignore[attr-defined]


def test_every_enumeration_is_tried_here() -> None:
    tried = {
        *("PropertyDefinitionDisplayTypeEnum", "PropertyLockedStatusEnum", "UserRole", "UsersFilterEnum"),
        *("BasicTypeEnum", "UsersInviteScopeEnum", "ProvisionedByEnum", "ContactType", "AliasOwnerTypeEnum"),
        *("TaggableResource", "EventIntegrationEnum"),
    }
    assert tried == {
        name for name, one in REFERENCE.type_map.items() if isinstance(one, GraphQLEnumType) and name[0] != "_"
    }


async def test_every_display_type_follows_from_a_schema(ask: Ask) -> None:
    schemas = {
        "ARRAY": {"type": "array", "items": {"type": "string"}},
        "BOOLEAN": {"type": "boolean"},
        "DROPDOWN": {"enum": ["a"]},
        "NUMBER": {"type": "number"},
        "OBJECT": {"type": "object"},
        "TEXT": {"type": "string"},
    }
    assert list(schemas) == values("PropertyDefinitionDisplayTypeEnum")
    for shown, wanted in schemas.items():
        input = {**SIZE, "alias": shown, "schema": wanted}
        done = await ask(document("mutation", "teamPropertyDefinitionCreate"), input=input)
        assert done["teamPropertyDefinitionCreate"]["definition"]["displayType"] == shown


async def test_every_lock_is_set(ask: Ask, seed: Seed) -> None:
    for lock in values("PropertyLockedStatusEnum"):
        given = {"propertyDefinition": {"alias": "size"}, "input": {**SIZE, "lockedStatus": lock}}
        done = await ask(document("mutation", "teamPropertyDefinitionUpdate"), **given)
        assert done["teamPropertyDefinitionUpdate"]["definition"]["lockedStatus"] == lock


async def test_every_role_is_given_and_found(ask: Ask, seed: Seed) -> None:
    for role in values("UserRole"):
        done = await ask(document("mutation", "userUpdate"), user={"email": ADA}, input={"role": role})
        assert done["userUpdate"]["user"]["role"] == role
        found = await ask(document("query", "users"), filter=[{"key": "role", "arg": role}])
        assert ADA in [node["email"] for node in found["account"]["users"]["nodes"]]


async def test_people_are_found_and_not_found_by_every_key(ask: Ask, seed: Seed) -> None:
    tagged = {"alias": ADA, "type": "User", "tags": [{"key": "env", "value": "prod"}]}
    await ask("mutation($i: TagAssignInput!) {tagAssign(input: $i) {errors {message}}}", i=tagged)
    await ask("mutation($u: UserIdentifierInput!) {userDeactivate(user: $u) {errors {message}}}", u={"email": ADA})
    asked = {
        "deactivated_at": {},
        "email": {"arg": ADA},
        "last_sign_in_at": {},
        "name": {"arg": "Ada Lovelace"},
        "role": {"arg": "user"},
        "tag": {"arg": "env:prod"},
    }
    assert list(asked) == values("UsersFilterEnum")
    for key, arg in asked.items():
        sides = []
        for type in values("BasicTypeEnum"):
            found = await ask(document("query", "users"), filter=[{"key": key, "type": type, **arg}])
            sides.append({node["email"] for node in found["account"]["users"]["nodes"]})
        assert not sides[0] & sides[1]
        assert sides[0] | sides[1] >= {ADA, GRACE}, key


async def test_everybody_whose_invitation_is_open_is_invited_again(ask: Ask, seed: Seed) -> None:
    for scope in values("UsersInviteScopeEnum"):
        done = await ask(document("mutation", "usersInvite"), input={"scope": scope})
        assert ADA in [user["email"] for user in done["usersInvite"]["users"]]


async def test_every_origin_of_a_person_is_shown(ask: Ask, actor: Actor) -> None:
    for origin in values("ProvisionedByEnum"):
        await builders.a_user(actor, f"{origin}@lovelace.dev", provisioned_by=origin)
        found = await ask(document("query", "user"), input={"email": f"{origin}@lovelace.dev"})
        assert found["account"]["user"]["provisionedBy"] == origin


async def test_every_type_of_contact_is_made(ask: Ask, seed: Seed) -> None:
    addresses = {"email": "pay@muster.example", "web": "https://pay.example"}
    for type in values("ContactType"):
        input = {"type": type, "address": addresses.get(type, "pay"), "teamAlias": "payments"}
        done = await ask(document("mutation", "contactCreate"), input=input)
        assert done["contactCreate"]["contact"]["type"] == type


async def test_teams_alone_have_aliases(ask: Ask, seed: Seed) -> None:
    for owner in values("AliasOwnerTypeEnum"):
        await ask(BEFORE["aliasDelete"] % {"team": seed.team})
        done = await ask(document("mutation", "aliasDelete"), input={"alias": "cash", "ownerType": owner})
        assert (done["aliasDelete"]["deletedAlias"] == "cash") is (owner in ("team", "group"))


async def test_teams_and_people_alone_are_tagged(ask: Ask, seed: Seed) -> None:
    for type in values("TaggableResource"):
        alias = ADA if type == "User" else "payments"
        input = {"alias": alias, "type": type, "tags": [{"key": "env", "value": "prod"}]}
        done = await ask(document("mutation", "tagAssign"), input=input)
        assert (done["tagAssign"]["errors"] == []) is (type in ("Team", "User"))


async def test_no_events_of_services_are_taken(ask: Ask) -> None:
    for type in values("EventIntegrationEnum"):
        done = await ask(document("mutation", "eventIntegrationCreate"), input={"type": type})
        assert done["eventIntegrationCreate"]["integration"] is None
        assert done["eventIntegrationCreate"]["errors"]
