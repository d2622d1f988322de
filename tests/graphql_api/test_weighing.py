"""What a document weighs: as much as its largest answer has values, whatever it is cut into."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    build_schema,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
)
from graphql import parse as parse_text
from hypothesis import given, settings
from hypothesis import strategies as st

from graphql_api.limits import Cost, Gate, Limits, Refused, check, parse
from graphql_api.weighing import LISTS, PAGE_SIZES, PER_ITEM
from tests.doses import dose

ANALYST = "{account{teams(first:100){nodes{name memberships{nodes{role user{name email}}}}}}}"


def weigh(text: str) -> Cost:
    return check(parse(text))


@pytest.mark.parametrize(
    ("document", "total"),
    [
        ("{a}", 1),
        ("{a{b c{d}}}", 4),
        ("{reports{totalCount}}", 2),
        ("{users{nodes{id}}}", 1 + 100 * 2),
        ("{users(first:3){nodes{id}}}", 1 + 3 * 2),
        ("{users(first:0){nodes{id}}}", 1),
        ("{users(first:3,last:5){nodes{id}}}", 1 + 5 * 2),
        ("{users(first:3){edges{cursor node{id}} totalCount}}", 1 + 1 + 3 * 4),
        ("{users(first:3){n:nodes{id}}}", 1 + 3 * 2),
        ("{users(first:3){...{nodes{id}}}}", 1 + 3 * 2),
        ("{users(first:3){...F}} fragment F on C{nodes{id}}", 1 + 3 * 2),
        ("{users(first:3){nodes{teams(first:2){nodes{id name}}}}}", 1 + 3 * (1 + 1 + 2 * 3)),
        ("{users(first:3){nodes{contacts{id}}}}", 1 + 3 * (1 + 1 + 10)),
        ("{users{nodes{teams{nodes{id}}}}}", 1 + 100 * (1 + 1 + 20 * 2)),
        ("{users(first:3){nodes{teams(first:2){nodes{tags{nodes{id}}}}}}}", 1 + 3 * (2 + 2 * (2 + 100 * 2))),
        ("{users(first:3){edges{node{teams(first:2){...F}}}}} fragment F on T{nodes{tags{nodes{id}}}}", 1 + 3 * 407),
        ("{users(first:3){nodes{a{b(first:2){nodes{c(first:1){nodes{d{nodes{id}}}}}}}}}}", 1 + 3 * (3 + 2 * 204)),
        (ANALYST, 10_302 + 100 * 15),
    ],
)
def test_a_page_weighs_as_often_as_it_has_items(document: str, total: int) -> None:
    assert weigh(document).total == total


@pytest.mark.parametrize(
    ("document", "total"),
    [
        pytest.param("{user{name history(first:3){nodes{sentence}}}}", 1 + 1 + 1 + 3 * (1 + 131), id="a sentence"),
        pytest.param("{users(first:3){nodes{attributes rawScim}}}", 1 + 3 * (1 + 6 + 6), id="documents"),
        pytest.param("{events(first:3){nodes{a:requestBody responseBody}}}", 1 + 3 * (1 + 2 * 101), id="bodies"),
        pytest.param("{auditEvents(first:3){nodes{before after}}}", 1 + 3 * (1 + 2 * 21), id="what was and is"),
        pytest.param(
            "{users(first:3){nodes{teams(first:2){nodes{memberships{totalCount}}}}}}",
            1 + 3 * (1 + 1 + 2 * (1 + 1 + 1)) + 9_000,
            id="the people of each team of each person",
        ),
        pytest.param(
            "{teams(first:3){nodes{memberships(first:2){nodes{user{...F}}}}}} "
            "fragment F on User{teams(first:5){nodes{managers{pageInfo{hasNextPage}}}}}",
            1 + 3 * (1 + 1 + 2 * (1 + 1 + 1 + 5 * (1 + 3))) + 45_000 + 3 * 15,
            id="by a fragment",
        ),
        pytest.param(
            "{user{teams(first:2){nodes{memberships(first:3){nodes{role}}}}}}",
            1 + 1 + 2 * (1 + 1 + 3 * 2 + 15),
            id="the people of one person's teams are met once",
        ),
        pytest.param(
            "{teams(first:2){nodes{children(first:3){nodes{managers(first:1){totalCount}}}}}}",
            1 + 2 * (1 + 1 + 3 * (1 + 2 + 15)),
            id="each team of a tree is met once",
        ),
        pytest.param(
            "{team{parentTeam{memberships(first:3){totalCount}}}}", 1 + 1 + 2 + 15, id="the team above one team"
        ),
        pytest.param(
            "{memberships(first:3){nodes{team{memberships(first:1){totalCount}}}}}",
            1 + 15 + 3 * (1 + 1 + 2 + 1_500),
            id="the team of each membership",
        ),
        pytest.param(
            "{membershipChanges(first:3){nodes{...F}}} fragment F on C{team{members{totalCount} managers{totalCount}}}",
            1 + 12 * 15 + 3 * (1 + 1 + 2 * (2 + 1_500)),
            id="the team of each change, by a fragment",
        ),
        pytest.param(
            "{memberships(first:3){nodes{team{membershipChanges(first:1){nodes{at}}}}}}",
            1 + 15 + 3 * (1 + 1 + 1 + 2 + 12 * 1_500),
            id="the changes of the team of each membership",
        ),
        pytest.param(
            "{teams(first:3){nodes{parentTeam{id memberships(first:1,scope:direct){totalCount}}}}}",
            1 + 3 * (1 + 2 + 2 + 1_500),
            id="the team above each",
        ),
        pytest.param(
            "{team{memberships(first:3,scope:all){nodes{via{children(first:2){nodes{managers{totalCount}}}}}}}}",
            1 + 1 + 6 * 15 + 3 * (1 + 1 + 1 + 2 * (1 + 2 + 1_500)) + 15_000,
            id="the teams below the one through which each is a member",
        ),
        pytest.param(
            "{teams(first:3){nodes{ancestors(first:2){nodes{memberships(first:1){totalCount}}}}}}",
            1 + 3 * (1 + 1 + 2 * (1 + 2 + 1_500)),
            id="the teams above each",
        ),
        pytest.param(
            "{teams(first:3){nodes{parentTeam{memberships(first:1){total:totalCount edges{cursor} nodes{id}}}}}}",
            1 + 3 * (1 + 1 + 2 + 2 + 2 + 3_000),
            id="counted and sorted",
        ),
        pytest.param(
            "query($s:S){teams(first:3){nodes{parentTeam{memberships(first:1,scope:$s){totalCount}}}}}",
            1 + 3 * (1 + 1 + 2 + 6 * 1_500) + 15_000,
            id="with the members of the teams below",
        ),
        pytest.param(
            "{team{ancestors(first:2){nodes{memberships(first:1){totalCount}}}}}",
            1 + 1 + 2 * (1 + 2 + 15),
            id="the teams above one team are met once",
        ),
        pytest.param(
            "{memberships(first:3){nodes{team{id parentTeam{name}}}}}",
            1 + 15 + 3 * (1 + 2 + 2),
            id="a team without its people",
        ),
    ],
)
def test_what_takes_longer_than_a_value_weighs_more(document: str, total: int) -> None:
    assert weigh(document).total == total


def test_introspection_has_a_depth_and_a_number_of_fields_of_its_own() -> None:
    cost = weigh("{a __schema{types{fields{type{ofType{ofType{ofType{ofType{ofType{ofType{name}}}}}}}}}}}")
    assert (cost.depth, cost.fields, cost.introspection_fields) == (1, 1, 11)


def a_document(seed: int) -> str:
    """One whose fragments spread only those that come after them."""
    chance = random.Random(seed)
    number = chance.randint(0, 5)

    def selections(first: int, depth: int) -> str:
        return " ".join(selection(first, depth) for _ in range(chance.randint(0, 4)))

    def selection(first: int, depth: int) -> str:
        directives = chance.choice(["", "@skip(if:true)", "@a @b"])
        kind = chance.choice(["leaf"] + ["field", "inline"] * (depth > 0) + ["spread"] * (first < number))
        if kind == "spread":
            return f"...F{chance.randint(first, number - 1)} {directives}"
        inside = f"{{{selections(first, depth - 1)}}}" if kind != "leaf" else ""
        if kind == "inline":
            return f"... {directives} {inside}"
        name = chance.choice(["a", "nodes", "edges", "users", "contacts", "types", "__schema"])
        alias = chance.choice(["", "x:", "nodes:"])
        page = chance.choice(["", "(first:2)", "(last:3,first:1)", "(first:$n)", "(other:9)"])
        return f"{alias}{name}{page}{directives}{inside}"

    text = f"query($n:Int=4) {{{selections(0, 3)}}}"
    return text + "".join(f" fragment F{n} on T {{{selections(n + 1, 3)}}}" for n in range(number))


DOCUMENTS = st.integers(0, 2**64).map(a_document)

UNLIMITED = Limits(**dict.fromkeys(Limits.__slots__, 10**30))


@settings(max_examples=dose(100, 3_000), deadline=None)
@given(DOCUMENTS)
def test_a_fragment_weighs_what_it_would_weigh_spelled_out(text: str) -> None:
    document = parse_text(text)
    cost = check(document, limits=Limits(**{**_fields(UNLIMITED), "page": 5, "page_within": 2}))
    fragments = {
        node.name.value: node.selection_set for node in document.definitions if isinstance(node, FragmentDefinitionNode)
    }
    operation = document.definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    once, per_item = _spelled_out(operation.selection_set, fragments)
    assert cost.total == once + per_item


def _fields(limits: Limits) -> dict[str, int]:
    return {name: getattr(limits, name) for name in Limits.__slots__}


def _spelled_out(
    selections: SelectionSetNode, fragments: dict[str, SelectionSetNode], lists: int = 0
) -> tuple[int, int]:
    """The oracle: every spread walked anew, as it would be carried out."""
    once = per_item = 0
    for node in selections.selections:
        if isinstance(node, FieldNode):
            name = node.name.value
            below = lists + (name in PER_ITEM)
            inner = _spelled_out(node.selection_set, fragments, below) if node.selection_set else (0, 0)
            sizes = {"first": 0, "last": 0}
            for argument in node.arguments or ():
                if argument.name.value in sizes:
                    sizes[argument.name.value] = int(getattr(argument.value, "value", 4))
            size = max(sizes.values()) or (2 if lists == 1 else 5)
            values = 1 + size * inner[1] + (1 if inner[1] else LISTS.get(name, 1)) * inner[0]
            once, per_item = (once, per_item + values) if name in PER_ITEM else (once + values, per_item)
        else:
            inner = (0, 0)
            if isinstance(node, FragmentSpreadNode):
                inner = _spelled_out(fragments[node.name.value], fragments, lists)
            elif isinstance(node, InlineFragmentNode):
                inner = _spelled_out(node.selection_set, fragments, lists)
            once, per_item = once + inner[0], per_item + inner[1]
    return once, per_item


@settings(max_examples=dose(100, 3_000), deadline=None)
@given(DOCUMENTS)
def test_tokens_are_counted_as_the_parser_counts_them(text: str) -> None:
    number = parse_text(text).token_count
    parse(text, Limits(tokens=number))
    with pytest.raises(Refused, match="tokens"):
        parse(text, Limits(tokens=number - 1))


# --- documents that are asked again ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sizes", [[{"n": 3}, {"n": 4}, {}, {"n": None}, {"n": 3}, {"n": "3"}, {"n": 3.0}, {"n": True}, {"n": 7, "m": 9}]]
)
def test_a_document_that_is_remembered_weighs_what_it_would_weigh_anew(sizes: list[dict[str, Any]]) -> None:
    text = "query A($n:Int=5){users(first:$n){...F}} query B{a} fragment F on C{nodes{teams(last:$n){nodes{id}}}}"
    gate = Gate(parse(text))
    for variables in sizes * 2:
        for name in ("A", "B", None):
            assert gate.check(variables, name) == check(parse(text), variables, name)
    for _ in range(2):
        with pytest.raises(Refused, match="more than 500"):
            gate.check({"n": 501}, "A")


def test_a_document_is_not_remembered_for_page_sizes_without_end() -> None:
    gate = Gate(parse("query($n:Int){users(first:$n){nodes{id}}}"))
    for size in range(500):
        assert gate.check({"n": size}).total == 1 + size * 2
    assert len(gate._known) <= 100


# --- the schema -----------------------------------------------------------------------------------------------------

SCHEMA = build_schema((Path(__file__).parents[2] / "graphql_api/schema.graphql").read_text(encoding="utf-8"))
OBJECTS = [
    kind
    for kind in SCHEMA.type_map.values()
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType) and not kind.name.startswith("__")
]


def test_every_list_of_objects_is_a_connection_or_has_a_length_that_it_seldom_exceeds() -> None:
    unknown = [
        f"{kind.name}.{name}"
        for kind in OBJECTS
        for name, field in kind.fields.items()
        if is_list_type(get_nullable_type(field.type)) and is_composite_type(get_named_type(field.type))
        if name not in PER_ITEM and name not in LISTS
    ]
    assert not unknown


def test_whatever_takes_a_page_size_has_the_items_of_its_page_where_they_are_weighed() -> None:
    paged = [
        (f"{kind.name}.{name}", get_named_type(field.type))
        for kind in OBJECTS
        for name, field in kind.fields.items()
        if PAGE_SIZES & set(field.args)
    ]
    assert len(paged) > 20
    assert not [name for name, page in paged if not set(page.fields) >= PER_ITEM]  # type: ignore[union-attr]


def test_no_field_of_ours_is_taken_for_one_of_the_schemas_own() -> None:
    own = {"types", "fields", "inputFields", "enumValues", "args", "possibleTypes"}
    own |= {"interfaces", "ofType", "directives"}
    assert own <= set(LISTS)
    assert not [f"{kind.name}.{name}" for kind in OBJECTS for name in kind.fields if name in own]
