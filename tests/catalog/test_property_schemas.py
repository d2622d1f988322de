"""Schemas of properties: which may be used, what fits them, and that none costs more than its size."""

from typing import Any

import pytest

from catalog.errors import Invalid
from catalog.property_schemas import MAX_BYTES, check, displayed, problems, read

FRIEND = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$ref": "#/$defs/Friend",
    "$defs": {
        "Friend": {
            "type": "object",
            "properties": {"name": {"type": "string", "minLength": 2}, "age": {"type": "integer"}},
            "additionalProperties": False,
            "required": ["name"],
        }
    },
}


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "string"},
        {"$schema": "http://json-schema.org/draft-07/schema#", "type": ["integer", "null"]},
        {"type": "array", "items": {"enum": ["a", "b"]}, "uniqueItems": True},
        {"type": "object", "properties": {"id": {"type": "string"}, "$ref": {"type": "boolean"}}},
        FRIEND,
    ],
)
def test_a_json_schema_is_taken_as_it_is(schema: dict[str, Any]) -> None:
    assert check(schema) is schema


@pytest.mark.parametrize(
    ("schema", "reason"),
    [
        ([], "is an object"),
        ("string", "is an object"),
        ({"type": "strin"}, "no JSON Schema"),
        ({"pattern": "("}, "no JSON Schema"),
        ({"pattern": "((a{1,1000}){1,1000}){1,100}"}, "no JSON Schema"),
        ({"$schema": "https://schemas.example/mine"}, "no JSON Schema"),
        ({"$ref": "https://schemas.example/friend"}, "parts of itself alone"),
        ({"$ref": "friend.json#/a"}, "parts of itself alone"),
        ({"$ref": "#/$defs/Nobody"}, "leads to nothing"),
        ({"$ref": "#"}, "in a circle"),
        ({"properties": {"child": {"$ref": "#"}}}, "in a circle"),
        ({"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}, "in a circle"),
        ({"$dynamicRef": "#x"}, r"no \$dynamicRef"),
        ({"$id": "https://schemas.example/mine"}, r"no \$id"),
        ({"description": "x" * MAX_BYTES}, "bytes at most"),
        ({"enum": list(range(6000))}, "parts at most"),
    ],
)
def test_what_is_no_schema_or_leads_elsewhere_is_refused(schema: Any, reason: str) -> None:
    with pytest.raises(Invalid, match=reason):
        check(schema)


def test_a_schema_that_grows_with_every_reference_is_refused() -> None:
    growing: dict[str, Any] = {f"d{n}": {"anyOf": [{"$ref": f"#/$defs/d{n + 1}"} for _ in range(8)]} for n in range(6)}
    with pytest.raises(Invalid, match="parts at most"):
        check({"$ref": "#/$defs/d0", "$defs": {**growing, "d6": False}})


def test_a_schema_that_is_nested_too_deep_is_refused() -> None:
    nested: dict[str, Any] = {}
    for _ in range(2_000):
        nested = {"items": nested}
    with pytest.raises(Invalid, match="deep at most"):
        check(nested)


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ({"type": "integer"}, 7, []),
        ({"type": "integer"}, "7", ['"7" is not of type "integer".']),
        ({"enum": ["a", "b"]}, "c", ['"c" is not one of "a" or "b".']),
        (FRIEND, {"name": "Ada", "age": 36}, []),
        (
            FRIEND,
            {"name": "A", "age": 3.5},
            ['age: 3.5 is not of type "integer".', 'name: "A" is shorter than 2 characters.'],
        ),
        ({"items": {"type": "string"}}, [1] * 9, [f'{n}: 1 is not of type "string".' for n in range(5)]),
    ],
)
def test_what_does_not_fit_is_said_in_sentences(schema: Any, value: Any, expected: list[str]) -> None:
    assert sorted(problems(check(schema), value)) == sorted(expected)


def test_a_pattern_that_would_backtrack_for_ever_is_answered_at_once() -> None:
    assert problems(check({"pattern": "^(a+)+$"}), "a" * 5_000 + "b")


@pytest.mark.parametrize(
    ("schema", "shown"),
    [
        ({"type": "string"}, ("TEXT", None)),
        ({"type": "integer"}, ("NUMBER", None)),
        ({"type": ["null", "number"]}, ("NUMBER", None)),
        ({"type": "boolean"}, ("BOOLEAN", None)),
        ({"type": "string", "enum": ["a"]}, ("DROPDOWN", None)),
        ({"type": "array", "items": {"type": "string"}}, ("ARRAY", "TEXT")),
        ({"type": "array", "items": {"enum": [1]}}, ("ARRAY", "DROPDOWN")),
        ({"type": "array"}, ("ARRAY", None)),
        ({}, ("TEXT", None)),
        (FRIEND, ("OBJECT", None)),
        ({"$ref": "#/$defs/anything", "$defs": {"anything": True}}, ("TEXT", None)),
    ],
)
def test_a_schema_says_how_its_values_are_shown(schema: Any, shown: tuple[str, str | None]) -> None:
    assert displayed(check(schema)) == shown


@pytest.mark.parametrize("text", ["", "friend", "{", "NaN", '"' + "x" * MAX_BYTES + '"', "[" * 5_000])
def test_a_value_is_json(text: str) -> None:
    with pytest.raises(Invalid):
        read(text)
    assert read('{"name": "Ada"}') == {"name": "Ada"}
