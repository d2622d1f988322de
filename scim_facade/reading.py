"""A resource as a client sends it, to one as it is kept: names in their canonical case, values of their type.

Pure. What is readOnly, unknown or unassigned falls away; of formats, only types are checked. Everything that a client
gets wrong and is forgiven is asked of `dialects`.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from datetime import datetime
from typing import Any

from scim_facade import dialects, elements
from scim_facade.attributes import Attribute, ResourceSchema
from scim_facade.errors import InvalidSyntax, InvalidValue
from scim_facade.names import locate, split_urn

Json = dict[str, Any]

_NOT_KEPT = {"schemas", "meta", "id", "password"}


def read_resource(body: Json, schema: ResourceSchema, *, strict: bool = False) -> Json:
    """The resource in canonical form, without `schemas` and what the server makes.

    Raises InvalidValue for a value of another type, or a required one that is missing; InvalidSyntax where `schemas`
    is no list of texts. With `strict`, also for attributes and schemas that are not known.
    """
    _check_schemas(body.get("schemas"), schema, strict=strict)
    resource: Json = {}
    for key, value in body.items():
        _take(resource, key, value, schema, strict=strict)
    check_required(resource, schema)
    return resource


def check_required(resource: Json, schema: ResourceSchema) -> None:
    """Nothing, if the resource has all that its schema requires, and each extension that it has. Raises InvalidValue.

    An extension as a whole is never required (RFC 7643 §6, `schemaExtensions.required`).
    """
    for part in (schema.core, *(extension for extension in schema.extensions if extension.urn in resource)):
        holder = resource if part is schema.core else resource[part.urn]
        for attribute in part.attributes:
            if attribute.required and not attribute.is_implied and attribute.name not in holder:
                urn = "" if part is schema.core else f"{part.urn}:"
                raise InvalidValue(f"{urn}{attribute.name} is required.")


def read_value(attribute: Attribute, value: Any, *, strict: bool = False) -> Any:
    """The value of an attribute in canonical form, or None where it stands for none. Raises InvalidValue."""
    if type(value) is _AS_IT_IS.get(attribute.type) and value != "" and not attribute.multi_valued:
        return value
    if dialects.is_blank(value):
        return None
    if not attribute.multi_valued:
        return _one(attribute, dialects.single(value), strict=strict)
    several = dialects.several(value)
    if len(several) > attribute.max_values:
        raise InvalidValue(f"{attribute.name} has {len(several)} values; at most {attribute.max_values} are taken.")
    read = [_one(attribute, element, strict=strict) for element in several]
    return _with_one_primary(attribute, [element for element in read if element is not None], strict=strict) or None


_AS_IT_IS = {"string": str, "boolean": bool}
"""What most values are, and need no more reading than that."""


def _with_one_primary(attribute: Attribute, read: list[Any], *, strict: bool) -> list[Any]:
    """The elements, of which one is primary at most (RFC 7643 §2.4): the first, unless it is to be strict."""
    if attribute.sub("primary") is None:
        return read
    if strict and sum(map(elements.is_primary, read)) > 1:
        raise InvalidValue(f"{attribute.name} has more than one primary value.")
    return elements.with_one_primary(read, range(len(read)))


def _check_schemas(schemas: Any, schema: ResourceSchema, *, strict: bool) -> None:
    if schemas is None and not strict:
        return
    if not isinstance(schemas, list) or not all(isinstance(urn, str) for urn in schemas):
        raise InvalidSyntax("schemas must be a list of URNs.")
    if not strict:
        return
    known = {urn.lower() for urn in (schema.core.urn, *(extension.urn for extension in schema.extensions))}
    unknown = [urn for urn in schemas if urn.lower() not in known]
    if unknown or schema.core.urn.lower() not in {urn.lower() for urn in schemas}:
        raise InvalidSyntax(f"schemas must name {schema.core.urn}, and no schema that is not known here: {unknown}.")


def _take(resource: Json, key: str, value: Any, schema: ResourceSchema, *, strict: bool) -> None:
    """One member of the body put where it belongs."""
    attribute = schema.attributes.get(key.lower())
    if attribute is not None:
        if _is_kept(attribute):
            _set(resource, attribute, read_value(attribute, value, strict=strict))
        return
    extension = schema.extension(key)
    if extension is not None:
        if not isinstance(value, dict):
            if dialects.is_blank(value):
                return
            raise InvalidValue(f"{extension.urn} must be an object.")
        for name, part in value.items():
            found = extension.find(name)
            if found is None:
                _unknown(name, strict=strict)
            else:
                _set(resource.setdefault(extension.urn, {}), found, read_value(found, part, strict=strict))
        if not resource.get(extension.urn):
            resource.pop(extension.urn, None)
        return
    _take_path(resource, key, value, schema, strict=strict)


def _take_path(resource: Json, key: str, value: Any, schema: ResourceSchema, *, strict: bool) -> None:
    """A member whose name is a path: `name.givenName`, `urn:…:User:department` (Entra writes them in PATCH values)."""
    urn, rest = split_urn(key, schema)
    path = locate(key, schema) if (urn or "." in rest) and rest else None
    if path is None:
        _unknown(key, strict=strict)
        return
    if path.leaf.mutability == "readOnly" or not (path.urn or _is_kept(path.attribute)):
        return
    holder = resource.setdefault(path.urn, {}) if path.urn else resource
    if path.sub is None:
        _set(holder, path.attribute, read_value(path.attribute, value, strict=strict))
    elif not path.attribute.multi_valued:
        inner: Json = {}
        _set(inner, path.sub, read_value(path.sub, value, strict=strict))
        _set(holder, path.attribute, inner or None)
    if path.urn and not holder:
        del resource[path.urn]


def _is_kept(attribute: Attribute) -> bool:
    """Whether an attribute of the core is the client's to write, and is stored with the rest."""
    return attribute.name not in _NOT_KEPT and attribute.mutability != "readOnly"


def _set(holder: Json, attribute: Attribute, value: Any) -> None:
    """The value in its place. Raises InvalidSyntax if there is another: names differ by more than case (§2.1)."""
    if value is None:
        return
    there = holder.get(attribute.name)
    if there is None or there == value:
        holder[attribute.name] = value
    elif isinstance(there, dict) and isinstance(value, dict) and not there.keys() & value.keys():
        holder[attribute.name] = {**there, **value}
    else:
        raise InvalidSyntax(f"{attribute.name} is given twice, with different values.")


def _unknown(name: str, *, strict: bool) -> None:
    if strict:
        raise InvalidValue(f"There is no attribute {name[:100]!r}.")


def _one(attribute: Attribute, value: Any, *, strict: bool) -> Any:
    if dialects.is_blank(value):
        return None
    if attribute.type == "complex":
        return _complex(attribute, value, strict=strict)
    if not strict:
        value = dialects.boolean(value) if attribute.type == "boolean" else value
        value = dialects.text(value) if attribute.type in ("string", "reference") else value
    if not _IS[attribute.type](value):
        raise InvalidValue(f"{attribute.name} must be {_A[attribute.type]}.")
    return value


_A = {
    "string": "a text",
    "reference": "a text",
    "boolean": "true or false",
    "integer": "an integer",
    "decimal": "a number",
    "dateTime": "a date and time of ISO 8601",
    "binary": "a text in base64",
    "complex": "an object",
}


def _complex(attribute: Attribute, value: Any, *, strict: bool) -> Json | None:
    if not isinstance(value, dict) and not strict and attribute.sub("value") is not None:
        value = dialects.complex_value(value)
    if not isinstance(value, dict):
        raise InvalidValue(f"{attribute.name} must be {_A['complex']}.")
    made: Json = {}
    for name, part in value.items():
        sub = attribute.sub(name)
        if sub is None:
            _unknown(f"{attribute.name}.{name}", strict=strict)
        elif sub.mutability != "readOnly":
            _set(made, sub, read_value(sub, part, strict=strict))
    for needed in attribute.required_parts:
        if needed not in made:
            raise InvalidValue(f"{attribute.name}.{needed} is required.")
    return made or None


def _is_instant(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return False
    return True


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_IS: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "reference": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "decimal": _is_number,
    "dateTime": lambda value: isinstance(value, str) and _is_instant(value),
    "binary": lambda value: isinstance(value, str) and _is_base64(value),
}
