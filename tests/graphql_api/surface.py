"""Documents of the reference's surface, made of its schema: every field of what an operation answers."""

from collections.abc import Mapping
from pathlib import Path

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    is_leaf_type,
)

REFERENCE = build_schema((Path(__file__).parent / "reference.graphql").read_text())

DEPTHS = {"team": 1, "teams": 1, "users": 1}
DEPTH = 2
"""Objects within objects that a document selects; of a team, and of many people, so much that it stays within what one
may ask at once."""

CLOUDS = (
    "AwsIntegration",
    "AzureResourcesIntegration",
    "GoogleCloudIntegration",
    "KubernetesIntegration",
    "NewRelicIntegration",
)
"""On which every document of an integration spreads a fragment."""

Arguments = Mapping[tuple[str, str], str]

ARGUMENTS: Arguments = {("Team", "property"): '(definition: {alias: "size"})'}
"""Of fields within a selection that can't be without."""

STEPS = {"nodes", "edges", "pageInfo"}
"""What lies between one object and the next: it is no depth."""

NOT_WITHIN = {"account", "user", "users", "team", "teams", "members", "parentTeam"}
"""Fields that lead back to where one comes from: selected once, not within one another."""


def document(kind: str, name: str) -> str:
    """The operation with every field of its answer; its arguments are variables of the same names."""
    root = REFERENCE.query_type if kind == "query" else REFERENCE.mutation_type
    assert root is not None
    account = REFERENCE.get_type("Account")
    fields = account.fields if kind == "query" and isinstance(account, GraphQLObjectType) else root.fields
    field = fields[name]
    asked = ", ".join(f"${argument}: {type.type}" for argument, type in field.args.items())
    passed = ", ".join(f"{argument}: ${argument}" for argument in field.args)
    call = f"{name}{f'({passed})' if passed else ''} {selection(get_named_type(field.type), DEPTHS.get(name, DEPTH))}"
    body = f"account {{ {call} }}" if kind == "query" else call
    return f"{kind} {name}{f'({asked})' if asked else ''} {{ {body} }}"


def selection(
    type: GraphQLNamedType,
    depth: int,
    below: frozenset[str] = frozenset(),
    arguments_of: Arguments = ARGUMENTS,
) -> str:
    """Every field of the type, objects within it as deep as is wanted."""
    if isinstance(type, GraphQLUnionType):
        parts = [f"... on {one.name} {selection(one, 0, below, arguments_of)}" for one in type.types]
        return f"{{ __typename {' '.join(parts)} }}"
    assert isinstance(type, GraphQLObjectType | GraphQLInterfaceType)
    if type.name.endswith("Edge"):
        return "{ cursor node { __typename } }"
    picked = ["__typename"]
    for name, field in type.fields.items():
        if is_leaf_type(get_named_type(field.type)):
            picked.append(name)
        elif (depth > 0 or name in STEPS) and not (name in NOT_WITHIN and name in below):
            within = _within(field, name, depth, below, arguments_of)
            picked.append(f"{name}{arguments(type, name, field, arguments_of)} {within}")
    if isinstance(type, GraphQLInterfaceType):
        picked += [f"... on {cloud} {selection(REFERENCE.type_map[cloud], 1, below, arguments_of)}" for cloud in CLOUDS]
    return f"{{ {' '.join(picked)} }}"


def _within(field: GraphQLField, name: str, depth: int, below: frozenset[str], arguments_of: Arguments) -> str:
    inner = get_named_type(field.type)
    return selection(inner, depth if name in STEPS else depth - 1, below | {name}, arguments_of)


def arguments(
    type: GraphQLObjectType | GraphQLInterfaceType, name: str, field: GraphQLField, needed: Arguments = ARGUMENTS
) -> str:
    """What the field is given: what it can't be without, and a short page."""
    if (type.name, name) in {**ARGUMENTS, **needed}:
        return {**ARGUMENTS, **needed}[(type.name, name)]
    return "(first: 2)" if "first" in field.args else ""
