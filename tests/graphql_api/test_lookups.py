"""A text that is no id, no alias, no cursor: every argument of the schema that takes a text says so, and nothing fails.

Made of the schema itself, so that a new argument is asked too: each text in an argument or an input is once each of
`TEXTS`, beside what the field can't be without.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import orjson
import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
)

from catalog.actors import Actor
from catalog.ids import new_id, public_id
from graphql_api.schema import schema
from tests import builders
from tests.graphql_api.conftest import Ask

OURS = schema._schema.type_map
ADA = "ada@lovelace.dev"
TEXTS = (
    *("unknown", "", "ÿ\ud7ff", "x" * 300, "-1", "Z2lkOi8vbXVzdGVyL1RlYW0v", "%00'\"\\"),
    *(str(new_id()), public_id("Team", new_id()), public_id("User", new_id()), public_id("Nobody", new_id())),
)

PARENTS = {
    "Account": "account { %s }",
    "User": f'account {{ user(input: {{email: "{ADA}"}}) {{ %s }} }}',
    "Team": 'account { team(alias: "payments") { %s } }',
    "Mutation": "%s",
}
REQUIRED = {"ISO8601DateTime": '"2026-01-01"', "Int": "1", "Boolean": "true", "JSONSchema": "{}", "JSON": "1"}
USUAL = '"usual"'
NEVER = {"INTERNAL", "SYNTAX_ERROR"}
"""A failure of ours; and a document that says nothing of any text, as it is none."""


def _texts(field: GraphQLField) -> Iterator[tuple[str, Callable[[str], str]]]:
    """The texts among the arguments: where each stands, and all arguments with one text there."""
    for name, argument in field.args.items():
        others = [f"{other}: {_needed(one.type)}" for other, one in field.args.items() if other != name and _must(one)]
        for place, inner in _within(argument.type, 0):
            yield f"{name}{place}", lambda text, n=name, i=inner, o=others: f"({', '.join([*o, f'{n}: {i(text)}'])})"


def _within(type: Any, depth: int) -> Iterator[tuple[str, Callable[[str], str]]]:
    bare = type.of_type if isinstance(type, GraphQLNonNull) else type
    if isinstance(bare, GraphQLList):
        for place, inner in _within(bare.of_type, depth):
            yield place, lambda text, i=inner: f"[{i(text)}]"
    elif isinstance(bare, GraphQLInputObjectType) and depth < 2:
        for name, one in bare.fields.items():
            others = [f"{other}: {_needed(o.type)}" for other, o in bare.fields.items() if other != name and _must(o)]
            for place, inner in _within(one.type, depth + 1):
                yield (
                    f".{name}{place}",
                    lambda text, n=name, i=inner, o=others: f"{{{', '.join([*o, f'{n}: {i(text)}'])}}}",
                )
    elif str(bare) in ("ID", "String", "JsonString", "JSON", "ISO8601DateTime"):
        yield "", lambda text: orjson.dumps(text).decode()


def _must(argument: Any) -> bool:
    return isinstance(argument.type, GraphQLNonNull) and argument.default_value is not None


def _needed(type: Any) -> str:
    """What is given where something must be, and something else is asked."""
    bare = type.of_type if isinstance(type, GraphQLNonNull) else type
    if isinstance(bare, GraphQLList):
        return f"[{_needed(bare.of_type)}]"
    if isinstance(bare, GraphQLEnumType):
        return next(iter(bare.values))
    if isinstance(bare, GraphQLInputObjectType):
        return f"{{{', '.join(f'{name}: {_needed(one.type)}' for name, one in bare.fields.items() if _must(one))}}}"
    return REQUIRED.get(str(bare), USUAL)


@pytest.mark.parametrize("parent", PARENTS)
async def test_a_text_that_leads_nowhere_is_answered(ask: Ask, actor: Actor, parent: str) -> None:
    ada = await builders.a_user(actor, ADA)
    await builders.a_team(actor, "Payments", members=[ada])
    type = OURS[parent]
    assert isinstance(type, GraphQLObjectType)
    asked, failed = 0, {}
    for name, field in type.fields.items():
        selected = "" if is_leaf_type(get_named_type(field.type)) else "{ __typename }"
        for place, written in _texts(field):
            # Beside a field that can't be null the errors of others are not told, so that is asked alone.
            alone = isinstance(field.type, GraphQLNonNull)
            for texts in [(text,) for text in TEXTS] if alone else [TEXTS]:
                each = " ".join(f"a{number}: {name}{written(text)} {selected}" for number, text in enumerate(texts))
                answer = await ask(f"{'mutation ' * (parent == 'Mutation')}{{ {PARENTS[parent] % each} }}", errors=True)
                wrong = [error for error in answer.get("errors", ()) if error["extensions"]["code"] in NEVER]
                asked += 1
                if wrong:
                    failed[f"{name}({place})"] = wrong
    assert asked > 10
    assert not failed
