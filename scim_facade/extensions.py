"""An account's own extension, from its definition in the catalog to a schema of the engine.

Pure.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson

from scim_facade.attributes import Attribute, ResourceSchema, Schema, Type
from scim_facade.schemas import USER

_TYPES: dict[str, Type] = {"string": "string", "integer": "integer", "number": "decimal", "boolean": "boolean"}


def user_schema(definition: dict[str, Any] | None) -> ResourceSchema:
    """The schema of users with the account's extension; the standard's alone where there is none."""
    return _extended(orjson.dumps(definition, option=orjson.OPT_SORT_KEYS)) if definition else USER


# One schema per definition, whoever asks: the engine's caches go by the schema's identity.
@lru_cache(maxsize=256)
def _extended(definition: bytes) -> ResourceSchema:
    read = orjson.loads(definition)
    return USER.with_extension(
        Schema(
            read["urn"],
            read["schema"].get("title", "Extension"),
            read["schema"].get("description", "Attributes of this account's own."),
            _attributes(read["schema"]),
        )
    )


def _attributes(schema: dict[str, Any]) -> tuple[Attribute, ...]:
    required = schema.get("required", [])
    return tuple(_attribute(name, part, name in required) for name, part in schema["properties"].items())


def _attribute(name: str, part: dict[str, Any], required: bool) -> Attribute:
    plural = part["type"] == "array"
    kind = part["items"] if plural else part
    is_object = kind["type"] == "object"
    of_type: Type = "complex" if is_object else _TYPES[kind["type"]]
    if kind.get("format") == "date-time":
        of_type = "dateTime"
    return Attribute(
        name,
        of_type,
        part.get("description", ""),
        multi_valued=plural,
        required=required,
        canonical_values=tuple(kind.get("enum", ())),
        sub_attributes=_attributes(kind) if is_object else (),
    )
