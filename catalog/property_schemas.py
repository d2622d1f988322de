"""The JSON Schemas of properties: whether one may be used, and whether a value fits.

Pure. A schema is data that somebody sent, so it must cost no more than its size: it refers to nothing outside itself
and to itself in no circle, what its references unfold to is bounded, and patterns run in linear time.
"""

from __future__ import annotations

from typing import Any

import jsonschema_rs
import orjson

from catalog.errors import Invalid

Schema = dict[str, Any]

MAX_BYTES = 16_384
"""Of a schema, and of a value, as JSON."""
MAX_DEPTH = 32
MAX_PARTS = 5_000
"""Of a schema whose references are unfolded."""
MAX_PATTERN_BYTES = 100_000
"""Of one compiled pattern."""
TOLD = 5
"""Problems of a value that are told; there may be more."""

_NAMING = ("$id", "id", "$anchor", "$dynamicAnchor", "$dynamicRef", "$recursiveRef", "$recursiveAnchor")
"""Other ways to name and to refer than `$ref` with a path: nothing could tell what they unfold to."""

_DISPLAYED = {
    "array": "ARRAY",
    "boolean": "BOOLEAN",
    "integer": "NUMBER",
    "number": "NUMBER",
    "object": "OBJECT",
    "string": "TEXT",
}


def check(schema: Any) -> Schema:
    """The schema, if it may be used: JSON Schema, of the draft that its `$schema` names, 2020-12 without.

    Raises Invalid for anything else, and for one that is too large, refers elsewhere or unfolds without bound.
    """
    if not isinstance(schema, dict):
        raise Invalid("schema", "a JSON Schema is an object.")
    _Unfolding(schema).measure(schema, 0)
    if len(orjson.dumps(schema)) > MAX_BYTES:
        raise Invalid("schema", f"it has {MAX_BYTES} bytes at most.")
    try:
        _validator(schema)
    except jsonschema_rs.ValidationError as problem:
        raise Invalid("schema", f"it is no JSON Schema: {problem.message[:300]}.") from None
    except ValueError as problem:
        raise Invalid("schema", f"it is no JSON Schema: {str(problem)[:300]}.") from None
    return schema


def read(value: str) -> Any:
    """What the JSON text says. Raises Invalid where it is none, or too large."""
    if len(value.encode()) > MAX_BYTES:
        raise Invalid("value", f"it has {MAX_BYTES} bytes at most.")
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        raise Invalid("value", "it is no JSON: a text needs its quotation marks.") from None


def problems(schema: Schema, value: Any) -> list[str]:
    """Why the value does not fit, a sentence each, the first few; none, if it fits."""
    found = []
    for error in _validator(schema).iter_errors(value):
        where = ".".join(str(step) for step in error.instance_path)
        found.append(f"{where}: {error.message[:300]}." if where else f"{error.message[:300]}.")
        if len(found) == TOLD:
            break
    return found


def displayed(schema: Schema) -> tuple[str, str | None]:
    """As what the UI shows a value, and the elements of a list: a member of PropertyDefinitionDisplayTypeEnum each."""
    target = _resolved(schema, schema)
    shown = _shown(target)
    items = target.get("items")
    if shown != "ARRAY" or not isinstance(items, dict):
        return shown, None
    return shown, _shown(_resolved(schema, items))


def _validator(schema: Schema) -> Any:
    return jsonschema_rs.validator_for(
        schema, retriever=_nothing, pattern_options=jsonschema_rs.RegexOptions(size_limit=MAX_PATTERN_BYTES)
    )


def _nothing(uri: str) -> Any:
    raise ValueError(f"it may refer to nothing outside itself, but refers to {uri[:100]!r}")


class _Unfolding:
    """How large a schema becomes when every reference is replaced by what it refers to."""

    def __init__(self, root: Schema) -> None:
        self._root = root
        self._sizes: dict[int, int] = {}
        """By identity of the part; 0 for one that is being measured, so that a circle is seen."""

    def measure(self, part: Any, depth: int) -> int:
        """The number of parts. Raises Invalid above the bounds, for a circle, and for a reference that leads out."""
        if not isinstance(part, dict | list):
            return 1
        if depth > MAX_DEPTH:
            raise Invalid("schema", f"it is nested {MAX_DEPTH} deep at most.")
        known = self._sizes.get(id(part))
        if known is not None:
            if not known:
                raise Invalid("schema", "it refers to itself in a circle.")
            return known
        self._sizes[id(part)] = 0
        inner = part.values() if isinstance(part, dict) else part
        size = 1 + sum(self.measure(one, depth + 1) for one in inner)
        if isinstance(part, dict):
            size += self._of_reference(part, depth)
        if size > MAX_PARTS:
            raise Invalid("schema", f"with its references unfolded it has {MAX_PARTS} parts at most.")
        self._sizes[id(part)] = size
        return size

    def _of_reference(self, part: Schema, depth: int) -> int:
        for name in _NAMING:
            if isinstance(part.get(name), str):
                raise Invalid("schema", f"it may use no {name}; $ref takes a path such as '#/$defs/Name'.")
        reference = part.get("$ref")
        return self.measure(_at(self._root, reference), depth + 1) if isinstance(reference, str) else 0


def _at(root: Schema, reference: str) -> Any:
    """What a reference within the schema leads to (RFC 6901 §6). Raises Invalid where that is nothing."""
    if reference != "#" and not reference.startswith("#/"):
        raise Invalid("schema", f"it may refer to parts of itself alone, not to {reference[:100]!r}.")
    found: Any = root
    for step in reference.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        found = found.get(name) if isinstance(found, dict) else None
    if found is None:
        raise Invalid("schema", f"{reference[:100]!r} leads to nothing.")
    return found


def _resolved(root: Schema, part: Schema) -> Schema:
    """The part itself, or what it refers to in the end; a checked schema has no circle."""
    while isinstance(part.get("$ref"), str):
        target = _at(root, part["$ref"])
        if not isinstance(target, dict):
            return {}
        part = target
    return part


def _shown(schema: Schema) -> str:
    if "enum" in schema:
        return "DROPDOWN"
    named = schema.get("type")
    types = [one for one in (named if isinstance(named, list) else [named]) if isinstance(one, str) and one != "null"]
    return _DISPLAYED.get(types[0], "TEXT") if types else "TEXT"
