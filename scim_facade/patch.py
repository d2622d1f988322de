"""PATCH, RFC 7644 §3.5.2: operations become edits; edits are applied to a resource.

Pure. Knows the schema, not the catalog: what edits of members mean for a team is `groups`' business (`member_edits`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import orjson

from scim_facade import dialects, elements, filters, paths
from scim_facade.attributes import Attribute, ResourceSchema
from scim_facade.errors import InvalidPath, InvalidSyntax, InvalidValue, Mutability, NoTarget
from scim_facade.paths import Path
from scim_facade.reading import check_required, read_value

Json = dict[str, Any]
Op = Literal["add", "remove", "replace"]

PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
MAX_OPERATIONS = 5000
MAX_ATTRIBUTES = 200
"""Attributes that one request may speak of, members apart, which are edited as a set: each may look at every value.
Entra's validator names 36."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of one attribute. `seed` is the element to begin with where the path's filter meets none.

    `with_all`: it goes with its whole extension, so that it may be a required one.
    """

    op: Op
    path: Path
    value: Any = None
    seed: Json | None = None
    with_all: bool = False


def read(body: Json, schema: ResourceSchema, *, strict: bool = False) -> list[Edit]:
    """The edits that a PatchOp message asks for, in order; nothing is touched yet.

    Raises InvalidSyntax, InvalidPath, InvalidValue, NoTarget, Mutability.
    """
    members = {key.lower(): value for key, value in body.items()}
    schemas, operations = members.get("schemas"), members.get("operations")
    if strict and (not isinstance(schemas, list) or PATCH_OP not in schemas):
        raise InvalidSyntax(f"schemas must name {PATCH_OP}.")
    if not isinstance(operations, list) or not operations:
        raise InvalidSyntax("Operations must be a list of at least one operation.")
    if len(operations) > MAX_OPERATIONS:
        raise InvalidSyntax(f"At most {MAX_OPERATIONS} operations are taken at once.")
    named = [_members(operation) for operation in operations]
    if sum(map(_size, named)) > MAX_ATTRIBUTES:
        raise InvalidSyntax(f"At most {MAX_ATTRIBUTES} attributes are changed at once.")
    return [edit for operation in named for edit in _edits(operation, schema, strict=strict)]


def apply(edits: list[Edit], resource: Json, schema: ResourceSchema) -> Json:
    """The resource after all edits, a new one; equal to the old one where they ask for what is.

    Raises NoTarget, Mutability, InvalidValue; then none of them holds.
    """
    # A resource is JSON: copied as such in an eighth of the time of copy.deepcopy.
    changed: Json = orjson.loads(orjson.dumps(resource))
    for edit in edits:
        holder = changed.setdefault(edit.path.urn, {}) if edit.path.urn else changed
        _apply(edit, holder)
        if edit.path.urn and not holder:
            del changed[edit.path.urn]
    check_required(changed, schema)
    return changed


# --- reading ------------------------------------------------------------------------------------------------------


def _members(operation: Any) -> Json:
    if not isinstance(operation, dict):
        raise InvalidSyntax("An operation must be an object.")
    return {key.lower(): value for key, value in operation.items()}


def _size(members: Json) -> int:
    """How many attributes an operation speaks of."""
    path, value = members.get("path"), members.get("value")
    if isinstance(path, str) and path.strip():
        return 0 if path.strip().lower().startswith("members") else 1
    if not isinstance(value, dict):
        return 1
    return sum(len(part) if isinstance(part, dict) else 1 for part in value.values())


def _edits(members: Json, schema: ResourceSchema, *, strict: bool) -> list[Edit]:
    op = members.get("op") if strict else dialects.operation(members.get("op"))
    if op not in ("add", "remove", "replace"):
        raise InvalidSyntax(f"op must be add, remove or replace, not {str(members.get('op'))[:50]!r}.")
    path, value = members.get("path"), members.get("value")
    if path is not None and not isinstance(path, str):
        raise InvalidPath("path must be a text.")
    if not path or not path.strip():
        return _without_path(op, value, schema, strict=strict)
    if schema.extension(path) is not None or path.lower() == schema.core.urn.lower():
        return _without_path(op, {path: value} if schema.extension(path) else value, schema, strict=strict)
    return _edit(op, paths.parse(path, schema), value, "value" in members, strict=strict)


def _without_path(op: Op, value: Any, schema: ResourceSchema, *, strict: bool) -> list[Edit]:
    """Each key of the value is a path: attribute names by the RFC, dotted and URN-qualified ones from Entra."""
    if op == "remove":
        if isinstance(value, dict) and len(value) == 1 and (extension := schema.extension(next(iter(value)))):
            return [Edit("remove", Path(extension.urn, one), with_all=True) for one in extension.attributes]
        raise NoTarget("remove needs a path.")
    if not isinstance(value, dict):
        raise InvalidValue("Without a path, the value must be an object of attributes.")
    edits: list[Edit] = []
    for key, part in value.items():
        extension = schema.extension(key)
        if extension is not None and isinstance(part, dict):
            for name, inner in part.items():
                edits += _keyed(op, f"{extension.urn}:{name}", inner, schema, strict=strict)
        elif extension is None:
            edits += _keyed(op, key, part, schema, strict=strict)
    return edits


def _keyed(op: Op, key: str, value: Any, schema: ResourceSchema, *, strict: bool) -> list[Edit]:
    try:
        path = paths.parse(key, schema)
    except InvalidPath:
        if strict:
            raise
        return []
    # Okta sends the group's id inside the value at every rename; what is readOnly is ignored in a value (§3.5.1).
    if path.leaf.mutability == "readOnly" or path.attribute.mutability == "readOnly" or key.lower() == "schemas":
        return []
    if path.urn is not None and not any(sign in key for sign in ".:["):
        if strict:
            raise InvalidPath(f"{key[:100]!r} belongs to an extension: name its URN.")
        return []
    return _edit(op, path, value, True, strict=strict)


def _edit(op: Op, path: Path, value: Any, has_value: bool, *, strict: bool) -> list[Edit]:
    if "readOnly" in (path.attribute.mutability, path.leaf.mutability):
        raise Mutability(f"{path} is readOnly.")
    if path.attribute.name == "schemas" or path.attribute.mutability == "writeOnly":
        return []
    if op == "remove":
        return [Edit("remove", path, _listed(path, value, strict=strict))]
    if not has_value:
        raise InvalidValue(f"{op} of {path} needs a value.")
    if _has_parts(path) and isinstance(value, dict):
        return _of_parts(op, path, value, strict=strict)
    if path.value_filter is not None and path.sub_attribute is None:
        read = _element(path.attribute, value, strict=strict)
    elif path.sub_attribute is not None:
        read = read_value(path.sub_attribute, value, strict=strict)
    else:
        read = read_value(path.attribute, value, strict=strict)
    if read is None:
        # "" or null clears what it replaces; there is nothing to add.
        return [Edit("remove", path)] if op == "replace" else []
    seed = _seed(path.value_filter) if dialects.creates_element(op) and not strict else None
    return [Edit(op, path, read, seed)]


def _has_parts(path: Path) -> bool:
    """Whether the path leads to parts that stay where the value does not name them (§3.5.2.3): `name`.

    Not to a manager, whose parts speak of one value, and would be another's.
    """
    attribute = path.attribute
    return (
        attribute.type == "complex"
        and not attribute.multi_valued
        and path.sub_attribute is None
        and attribute.sub("value") is None
    )


def _of_parts(op: Op, path: Path, value: Json, *, strict: bool) -> list[Edit]:
    """An edit for each part that the value names, so that a blank one is cleared and leaves the others."""
    edits: list[Edit] = []
    for name, part in value.items():
        sub = path.attribute.sub(name)
        if sub is None:
            if strict:
                raise InvalidValue(f"{path.attribute.name} has no part {name[:100]!r}.")
        elif sub.mutability != "readOnly":
            edits += _edit(op, Path(path.urn, path.attribute, None, sub), part, True, strict=strict)
    return edits


def _element(attribute: Attribute, value: Any, *, strict: bool) -> Any:
    elements = read_value(attribute, value, strict=strict)
    if elements is not None and len(elements) != 1:
        raise InvalidValue(f"One element of {attribute.name} is replaced by one.")
    return elements[0] if elements else None


def _listed(path: Path, value: Any, *, strict: bool) -> Any:
    """The values that a remove lists: Entra, authentik and JumpCloud mean these, not all of them."""
    if value is None or path.value_filter is not None or path.sub_attribute or not path.attribute.multi_valued:
        return None
    return read_value(path.attribute, value, strict=strict) or []


def _seed(chosen: filters.Filter | None) -> Json | None:
    """The element that a filter of equalities describes; None if it asks for anything else."""
    match chosen:
        case filters.Compare(path, "eq", value) if isinstance(value, str | bool | int | float):
            return {path.attribute.name: value}
        case filters.And(terms):
            seeds = [_seed(term) for term in terms]
            return None if None in seeds else {key: value for seed in seeds if seed for key, value in seed.items()}
    return None


# --- applying -----------------------------------------------------------------------------------------------------


def _apply(edit: Edit, holder: Json) -> None:
    path, name = edit.path, edit.path.attribute.name
    if path.attribute.multi_valued:
        there: list[Any] = holder.get(name, [])
        if path.value_filter is not None:
            there = _apply_to_chosen(edit, path.value_filter, there)
        elif path.sub_attribute is not None:
            there = _apply_to_all(edit, path.sub_attribute, there)
        else:
            there = _apply_to_list(edit, there)
        if len(there) > path.attribute.max_values:
            raise InvalidValue(f"{name} would have more than {path.attribute.max_values} values.")
        _put(holder, name, there)
    elif path.sub_attribute is not None:
        inner = dict(holder.get(name, {}))
        _set(inner, path.sub_attribute, edit.op, edit.value)
        _put(holder, name, inner)
    elif edit.op == "remove":
        if path.attribute.required and not edit.with_all:
            raise Mutability(f"{name} is required and cannot be removed.")
        holder.pop(name, None)
    elif path.attribute.type == "complex":
        kept = {} if "value" in edit.value else holder.get(name, {})
        _put(holder, name, {**kept, **edit.value})
    else:
        _check_immutable(path.attribute, holder.get(name), edit.value)
        holder[name] = edit.value


def _apply_to_list(edit: Edit, there: list[Any]) -> list[Any]:
    if edit.op == "remove":
        return [] if edit.value is None else elements.without(there, edit.value, edit.path.attribute)
    return list(edit.value) if edit.op == "replace" else elements.added(there, edit.value)


def _apply_to_all(edit: Edit, sub: Attribute, there: list[Any]) -> list[Any]:
    """`emails.type`: of every element."""
    if not there and edit.op != "remove":
        there = [{}]
    changed = [dict(element) for element in there]
    for element in changed:
        _set(element, sub, edit.op, edit.value)
    kept = [element for element in changed if element]
    return elements.with_one_primary(kept, range(len(kept)))


def _apply_to_chosen(edit: Edit, wanted: filters.Filter, there: list[Any]) -> list[Any]:
    """`emails[type eq "work"]`, whole or a part of it."""
    path = edit.path
    chosen = [filters.matches(wanted, element) for element in there]
    if not any(chosen):
        if edit.op == "remove":
            return there
        if edit.seed is None:
            raise NoTarget(f"No value meets {path}.")
        there, chosen = [*there, dict(edit.seed)], [*chosen, True]
    result: list[Any] = []
    touched: list[int] = []
    for element, is_chosen in zip(there, chosen, strict=True):
        if not is_chosen:
            result.append(element)
            continue
        if path.sub_attribute is not None:
            changed = dict(element)
            _set(changed, path.sub_attribute, edit.op, edit.value)
        elif edit.op == "remove":
            continue
        else:
            changed = {**element, **edit.value} if edit.op == "add" or edit.seed == element else dict(edit.value)
        if changed:
            touched.append(len(result))
            result.append(changed)
    return elements.with_one_primary(result, touched)


def _set(element: Json, sub: Attribute, op: Op, value: Any) -> None:
    if op == "remove":
        if sub.required:
            raise Mutability(f"{sub.name} is required and cannot be removed.")
        element.pop(sub.name, None)
    else:
        _check_immutable(sub, element.get(sub.name), value)
        element[sub.name] = value


def _check_immutable(attribute: Attribute, old: Any, new: Any) -> None:
    if attribute.mutability == "immutable" and old is not None and old != new:
        raise Mutability(f"{attribute.name} is immutable.")


def _put(holder: Json, name: str, value: Any) -> None:
    if value:
        holder[name] = value
    else:
        holder.pop(name, None)
