"""Questions drawn from the schema and a seed: validation mostly takes them; values are awkward where they can be.

No test by itself. What is `known` to be there is asked for as often as what is not.
"""

from __future__ import annotations

import base64
import json
from random import Random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
    is_leaf_type,
)

Json = Any


def gid(kind: str, key: str) -> str:
    """An id in the form of ours, whatever the key is."""
    return base64.urlsafe_b64encode(f"gid://muster/{kind}/{key}".encode("utf-8", "replace")).decode().rstrip("=")


TEXTS = [
    *("", " ", "ada", "Ada@Lovelace.example", "payments", "\0", "a\0b", "\u2028", "\ufeff", "İ", "ﬁ", "😀", "é" * 300),
    *("x" * 5_000, "%", "_", "\\", "'", '"', "'; DROP TABLE users; --", "$1", "?1", "{}", "[]", "null", "true", "-1"),
    *(
        "../../etc/passwd",
        "<script>alert(1)</script>",
        "=1+1",
        "a\r\nb: c",
        "urn:acme:x:1.0:User:floor",
        "name.familyName",
    ),
    *(
        "emails[type eq",
        "__proto__",
        "emails.value",
        "userName",
        "NaN",
        "1e400",
        "0001-01-01",
        "9999-12-31",
        "2026-02-30",
    ),
    *("2026-03-01T00:00:00Z", "2026-03-01T00:00:00", "9999-12-31T23:59:59.999Z", "0001-01-01T00:00:00+14:00", "24:00"),
    *("10000-01-01T00:00:00Z", "2026-03-01T00:00:00.123456789Z", "-2026-03-01T00:00:00Z", "2026-W01-1"),
    *(
        gid("Team", "payments"),
        gid("Team", "01994d2e-8a6b-7cc3-98c4-dc0c0c07398f"),
        gid("User", ""),
        gid("", ""),
        "Z2lk",
    ),
    *(
        gid("User", "01994d2e-8a6b-7cc3-98c4-dc0c0c07398f"),
        gid("Nobody", "x"),
        gid("Team", "\0"),
        "Z2lkOi8v",
        "=",
        "====",
    ),
    *("MDE5OTRkMmU", "c" * 400, "0" * 36, "01994d2e-8a6b-7cc3-98c4-dc0c0c07398f", "_" * 64),
]
NUMBERS = [0, 1, -1, 2, 100, 500, 501, 2**31 - 1, -(2**31), 2**31, 2**63, 10**30, 1.5, 3.0, -0.0, 1e300]
INSTANTS = [
    "2026-03-01T00:00:00Z",
    "2026-03-01",
    "2026-03-01T12:00:00.123+02:00",
    "1900-01-01",
    "9998-12-31",
    "2026-11-27",
]
FIELDS = [
    "id",
    "name",
    "email",
    "alias",
    "title",
    "role",
    "status",
    "createdAt",
    "updatedAt",
    "version",
    "manager",
    "parent",
]
FIELDS += [
    "integration",
    "deactivatedAt",
    "name.familyName",
    "addresses.country",
    "employeeNumber",
    "invitation",
    "userType",
]
ODD: list[Json] = [None, True, [], {}, [[]], [None], {"a": 1}, {"field": "name", "op": "eq", "value": "x"}, *NUMBERS]


class Questions:
    """Draws operations that validation mostly takes, about what is `known` to be there and about what is not."""

    def __init__(self, schema: GraphQLSchema, chance: Random, known: list[str]) -> None:
        self._schema, self._chance, self._known = schema, chance, known
        self._variables: dict[str, tuple[str, Json]] = {}

    def draw(self, *, mutation: bool = False) -> dict[str, Json]:
        """A request's body."""
        self._variables = {}
        root = self._schema.mutation_type if mutation else self._schema.query_type
        assert root is not None
        selections = self._object(root, self._chance.randint(2, 6), most=2 if mutation else 4)
        declared = ",".join(f"${name}:{kind}" for name, (kind, _) in self._variables.items())
        head = ("mutation" if mutation else "query") + (f"({declared})" if declared else "")
        values = {name: value for name, (_, value) in self._variables.items() if self._chance.random() < 0.99}
        return {"query": f"{head}{selections}", "variables": values}

    def _object(self, kind: GraphQLObjectType | GraphQLInterfaceType, depth: int, most: int = 4) -> str:
        names = list(kind.fields)
        if depth <= 0:
            names = [name for name in names if is_leaf_type(get_named_type(kind.fields[name].type))]
        chosen = self._chance.sample(names, k=min(most, len(names)))
        written = []
        for place, name in enumerate(chosen):
            field = kind.fields[name]
            inner = self._selection(field.type, depth - 1)
            arguments = self._arguments(field.args)
            alias = f"a{place}:" if self._chance.random() < 0.1 else ""
            skipped = "@include(if:true)" if self._chance.random() < 0.05 else ""
            written.append(f"{alias}{name}{arguments}{skipped}{inner}")
        return "{" + " ".join(written or ["__typename"]) + "}"

    def _selection(self, kind: GraphQLOutputType, depth: int) -> str:
        named = get_named_type(kind)
        if isinstance(named, GraphQLObjectType | GraphQLInterfaceType):
            return self._object(named, depth)
        return "{__typename}" if is_composite_type(named) else ""

    def _arguments(self, arguments: dict[str, Any]) -> str:
        one_way = self._chance.sample([("first", "after"), ("last", "before")], k=1)[0]
        other_way = {"first", "after", "last", "before"} - set(one_way)
        given = [
            f"{name}:{self._given(argument.type, name)}"
            for name, argument in arguments.items()
            if isinstance(argument.type, GraphQLNonNull)
            or self._chance.random() < (0.01 if name in other_way else 0.35)
        ]
        return f"({','.join(given)})" if given else ""

    def _given(self, kind: GraphQLInputType, argument: str) -> str:
        name = f"v{len(self._variables)}"
        self._variables[name] = (str(kind), self.value(kind, argument))
        return f"${name}"

    def value(self, kind: GraphQLInputType, name: str, depth: int = 4) -> Json:
        """A value that the type takes, or seldom one that it does not."""
        chance = self._chance
        if chance.random() < 0.01:
            return chance.choice([*ODD, *TEXTS])
        match kind:
            case GraphQLNonNull(of_type=inner):
                return self.value(inner, name, depth)
            case GraphQLList(of_type=inner):
                number = chance.choice([0, 1, 1, 2, 40]) if depth > 0 else 0
                return [self.value(inner, name, depth - 1) for _ in range(number)]
            case GraphQLEnumType(values=values):
                return chance.choice(list(values))
            case GraphQLInputObjectType():
                return self._input(kind, depth)
            case GraphQLScalarType():
                return self._scalar(kind.name, name)
        return None

    def _input(self, kind: GraphQLInputObjectType, depth: int) -> Json:
        fields = kind.fields
        needed = [name for name, field in fields.items() if isinstance(field.type, GraphQLNonNull)]
        if depth > 0:
            others = [name for name in fields if name not in needed]
            needed += self._chance.sample(others, k=min(len(others), self._chance.choice([0, 1, 1, 2, 3])))
        return {name: self.value(fields[name].type, name, depth - 1) for name in needed}

    def _scalar(self, scalar: str, name: str) -> Json:
        chance = self._chance
        match scalar:
            case "Int":
                return chance.choice(NUMBERS[:10] if chance.random() < 0.02 else [0, 1, 2, 3, 10])
            case "Float":
                return chance.choice(NUMBERS)
            case "Boolean":
                return chance.random() < 0.5
            case "JSON" | "JSONSchema":
                return chance.choice([*ODD, *TEXTS, *self._known])
            case "JsonString":
                return json.dumps(chance.choice([*ODD, *TEXTS]))
            case "ISO8601DateTime" if chance.random() < 0.9:
                return chance.choice(INSTANTS)
        if name in ("after", "before") and chance.random() < 0.8:
            return ""
        if name == "field" and chance.random() < 0.8:
            return chance.choice(FIELDS)
        return chance.choice(TEXTS if chance.random() < 0.5 else self._known)
