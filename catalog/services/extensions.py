"""An account's own attributes of a person, beside those of the standard: a schema URN, and a definition of its parts.

The definition is a subset of JSON Schema: an object whose properties are strings (also `"format": "date-time"`),
integers, numbers, booleans, lists of these, and objects of one further level. Values are kept in the person's document
under the URN, and are filtered, discovered and returned as the standard's own are.
"""

from __future__ import annotations

from time import monotonic
from typing import Any
from uuid import UUID

import orjson

from catalog import access, permissions
from catalog.actors import Actor
from catalog.changes import Change
from catalog.database import database
from catalog.errors import Invalid

CACHED_S = 0.9
MAX_ATTRIBUTES = 100
SETTING = "user_extension"
_RESERVED = ("urn:ietf:params:scim:",)
_TYPES = ("string", "integer", "number", "boolean")

Definition = dict[str, Any]

_cache: dict[UUID, tuple[float, Definition | None]] = {}


async def of(actor: Actor) -> Definition | None:
    """The account's extension, `{"urn", "schema"}`, or None. At most `CACHED_S` seconds old."""
    kept = _cache.get(actor.account_id)
    if kept is not None and kept[0] > monotonic():
        return kept[1]
    row = await database(actor.account_id).one("SELECT settings FROM accounts WHERE id = $1", actor.account_id)
    stored = row["settings"] if row else None
    settings = orjson.loads(stored) if isinstance(stored, str) else stored or {}
    found = settings.get(SETTING)
    _cache[actor.account_id] = (monotonic() + CACHED_S, found)
    return found


async def define(this: Change, urn: str, schema: Definition) -> None:
    """The account's extension from now on; attributes that it no longer has are kept, but not shown.

    Raises Invalid for a URN of the standard's or of another form, and for a schema beyond the subset; NotPermitted.
    """
    permissions.need(this.actor, "account.update")
    _check_urn(urn)
    _check(schema, "schema", depth=0)
    account = await access.account(this, lock=True)
    before = account.settings.get(SETTING)
    after = {"urn": urn, "schema": schema}
    if before != after:
        account.settings = {**account.settings, SETTING: after}
        this.record(
            "account.updated",
            account,
            kind="account",
            name=account.name,
            before={SETTING: before},
            after={SETTING: after},
        )
        await this.flush()
    _cache.pop(this.account_id, None)


def _check_urn(urn: str) -> None:
    parts = urn.split(":")
    allowed = all(part and all(one.isalnum() or one in "-._" for one in part) for part in parts)
    if len(parts) < 3 or parts[0].lower() != "urn" or not allowed or not urn.isascii() or len(urn) > 200:
        raise Invalid("urn", "give a URN such as urn:example:params:scim:schemas:extension:acme:2.0:User.")
    if urn.lower().startswith(_RESERVED):
        raise Invalid("urn", "this URN belongs to the standard.")


def _check(schema: Any, where: str, *, depth: int) -> None:
    if not isinstance(schema, dict):
        raise Invalid(where, "must be an object.")
    _check_keywords(schema, where)
    kind = schema.get("type")
    if kind in _TYPES and depth > 0:
        return
    if kind == "array" and depth == 1:
        inner = schema.get("items")
        if not isinstance(inner, dict) or inner.get("type") == "array":
            raise Invalid(where, "a list needs items that are no lists.")
        _check(inner, f"{where}.items", depth=depth)
        return
    if kind != "object" or depth > 1:
        raise Invalid(where, f"the type must be {_ALLOWED[min(depth, 2)]}, not {str(kind)[:50]!r}.")
    _check_properties(schema, where, depth=depth)


def _check_properties(schema: Definition, where: str, *, depth: int) -> None:
    properties = schema.get("properties")
    if not isinstance(properties, dict) or not properties:
        raise Invalid(where, "an object needs properties.")
    if len(properties) > MAX_ATTRIBUTES:
        raise Invalid(where, f"at most {MAX_ATTRIBUTES} attributes can be defined.")
    names = [name.lower() for name in properties]
    if len(names) != len(set(names)):
        raise Invalid(where, "names must differ in more than case.")
    if not set(schema.get("required", ())) <= set(properties):
        raise Invalid(where, "what is required must be among the properties.")
    for name, part in properties.items():
        plain = name.isascii() and name[:1].isalpha() and all(one.isalnum() or one in "-_" for one in name)
        if not plain or len(name) > 64:
            raise Invalid(where, f"{name!r} is no attribute name (RFC 7643 §2.1).")
        _check(part, f"{where}.{name}", depth=depth + 1)


def _check_keywords(schema: Definition, where: str) -> None:
    """What is not understood is refused: nobody shall rely on a rule that is not kept."""
    for name, value in schema.items():
        if name not in _KEYWORDS:
            raise Invalid(where, f"{name!r} is not understood here; {', '.join(_KEYWORDS)} are.")
        if name in ("title", "description") and not isinstance(value, str):
            raise Invalid(where, f"{name} must be a text.")
        if name in ("required", "enum") and not (
            isinstance(value, list) and all(isinstance(one, str) for one in value)
        ):
            raise Invalid(where, f"{name} must be a list of texts.")
        if name == "format" and (value != "date-time" or schema.get("type") != "string"):
            raise Invalid(where, "the only format is date-time, of a string.")
        if name == "enum" and schema.get("type") != "string":
            raise Invalid(where, "an enum is of strings.")


_KEYWORDS = ("type", "title", "description", "properties", "required", "items", "format", "enum")
_ALLOWED = (
    "object",
    f"{', '.join(_TYPES)}, array or object",
    f"{', '.join(_TYPES[:-1])} or {_TYPES[-1]}, as objects and lists have one level",
)
