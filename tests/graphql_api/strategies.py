"""Documents drawn from the schema: what a client may select of people, teams and memberships, in every form.

Arguments are such as lead somewhere in the account that `test_two_roads` seeds.
"""

from __future__ import annotations

from dataclasses import dataclass

from graphql import (
    GraphQLField,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)
from hypothesis import strategies as st

from graphql_api.schema import schema

LEFT_OUT = {
    # They tell the instant of asking.
    *("asOf", "health"),
    # They need arguments of their own: the tests of time have them.
    *("membershipChanges", "headcount", "reorganisation", "changes"),
    # What only administration asks for: rows that the seed has none of.
    *("apiTokens", "integration", "integrations", "scimIntegrations", "auditEvents", "provisioningEvents"),
    *("pendingDecisions", "letters", "teamPropertyDefinition", "teamPropertyDefinitions", "property", "properties"),
    "signInConnections",
}

ARGUMENTS = {
    "Account.user": [
        '(input: {email: "ADA@x.example"})',
        '(input: {email: "nobody@x.example"})',
        '(id: "nonsense")',
        "",
    ],
    "Account.team": ['(alias: "engines")', '(alias: "old-name")', '(alias: "nothing")', ""],
    "Account.usersCountedBy": ['(field: "department")', '(field: "status", where: {field: "role", value: "user"})'],
    "Account.teamsCountedBy": ['(field: "parent")', '(field: "name", first: 2)'],
}

LISTS = {
    "Account.users": [
        "",
        "filter: [{key: deactivated_at}]",
        'where: {field: "title", op: present}, orderBy: [{field: "title", descending: true}]',
        'where: {team: {alias: "engines"}}',
        'search: "a", orderBy: [{field: "status"}, {field: "email"}]',
        "includeDeactivated: false",
    ],
    "Account.teams": ["", "roots: true", 'managerEmail: "ada@x.example"', 'where: {field: "parent", op: present}'],
    "Account.memberships": ["", "includeDeactivated: true", 'filter: {role: "manager"}'],
    "Team.memberships": [
        "",
        "includeDeactivated: true",
        'role: "manager"',
        'search: "da"',
        "scope: all",
        "scope: inherited",
    ],
}

PAGES = ["", "first: 2", "first: 0", "last: 2", "first: 500", 'after: "", first: 1', "last: 1"]


@dataclass(frozen=True)
class Depth:
    """How much deeper a selection may go, and how wide it may be there."""

    left: int

    @property
    def below(self) -> Depth:
        return Depth(self.left - 1)


@st.composite
def documents(draw: st.DrawFn) -> str:
    """A document that asks for the account, under one name or two."""
    account = schema._schema.type_map["Account"]
    assert isinstance(account, GraphQLObjectType)
    asked = [f"a{place}: account {draw(selections(account, Depth(4)))}" for place in range(draw(st.integers(1, 2)))]
    return f"query ($yes: Boolean! = true, $no: Boolean! = false) {{ {' '.join(asked)} }}"


@st.composite
def selections(draw: st.DrawFn, of: GraphQLObjectType, depth: Depth) -> str:
    """What is selected of a type, in braces."""
    fields = {
        name: field
        for name, field in of.fields.items()
        if name not in LEFT_OUT and (depth.left > 0 or is_leaf_type(get_named_type(field.type)))
    }
    names = draw(st.lists(st.sampled_from([*fields, "__typename"]), min_size=1, max_size=5))
    pieces = [draw(_field(of, name, fields.get(name), depth, place)) for place, name in enumerate(names)]
    return "{ " + " ".join(pieces) + " }"


@st.composite
def _field(
    draw: st.DrawFn, of: GraphQLObjectType, name: str, field: GraphQLField | None, depth: Depth, place: int
) -> str:
    directive = draw(st.sampled_from(["", "", "", "@include(if: $yes)", "@skip(if: $no)", "@skip(if: true)"]))
    # Two fields of one name with different arguments need names of their own.
    key = f"k{place}: "
    if field is None:
        return f"{key}__typename {directive}"
    arguments, below = "", ""
    named = get_named_type(field.type)
    if field.args:
        arguments = draw(_arguments(f"{of.name}.{name}", field))
    if isinstance(named, GraphQLObjectType):
        below = draw(selections(named, depth.below))
    elif not is_leaf_type(named):
        assert not isinstance(named, GraphQLUnionType)
        below = "{ __typename }"
    piece = f"{key}{name}{arguments} {directive} {below}"
    wrapped = draw(st.sampled_from(["", "", "", "... ", f"... on {of.name} "]))
    return f"{wrapped}{{ {piece} }}" if wrapped else piece


@st.composite
def _arguments(draw: st.DrawFn, name: str, field: GraphQLField) -> str:
    if name in ARGUMENTS:
        return draw(st.sampled_from(ARGUMENTS[name]))
    assert not [argument for argument in field.args.values() if is_required_argument(argument)], name
    parts = [
        draw(st.sampled_from(LISTS.get(name, [""]))),
        draw(st.sampled_from(PAGES)) if "first" in field.args else "",
    ]
    told = ", ".join(part for part in parts if part)
    return f"({told})" if told else ""
