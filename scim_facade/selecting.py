"""A filter and a sort, over a resource's attributes, to the catalog's conditions.

Most attributes are parts of the document, and follow from the schema by themselves. What stands elsewhere in the
catalog (userName, groups, members, meta) has a `Meaning`, which the resource type supplies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from catalog.ids import as_uuid
from catalog.selection import (
    EVERYTHING,
    NOTHING,
    AllOf,
    AnyOf,
    Attribute,
    Best,
    Column,
    Compare,
    Element,
    Not,
    Op,
    Order,
    Present,
    Related,
    Sort,
    Where,
)
from scim_facade import filters
from scim_facade.errors import InvalidFilter, InvalidPath
from scim_facade.matching import fold, holds
from scim_facade.names import AttributePath, locate
from scim_facade.schemas import ResourceSchema


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an attribute is in the catalog: how to compare it, whether it is there, how to sort by it.

    `elements` tells, of a multi-valued attribute, which rows its elements are.
    """

    compare: Callable[[Op, Any], Where]
    present: Where = EVERYTHING
    order: Column | None = None
    elements: tuple[Elements, ...] = ()


@dataclass(frozen=True, slots=True)
class Elements:
    """The rows of a relation as elements of an attribute, and what each part of an element means within it."""

    relation: str
    parts: Mapping[str, Meaning]


class Meanings(dict[str, Meaning]):
    """What the attributes of a resource type mean, by name: a table per integration, told apart by identity."""

    __hash__ = object.__hash__  # type: ignore[assignment]


def column(name: str, *, nullable: bool = False) -> Meaning:
    """An attribute that is a column."""
    present: Where = Present(Column(name)) if nullable else EVERYTHING
    return Meaning(lambda op, value: Compare(Column(name), op, value), present, Column(name))


def identity(name: str = "id") -> Meaning:
    """An id: a text that is no UUID is nobody's, and ids have no parts and no order worth asking for."""

    def compare(op: Op, value: Any) -> Where:
        if op not in ("eq", "ne"):
            raise InvalidFilter(f"{op!r} cannot be asked of an id.")
        known = as_uuid(str(value))
        return Compare(Column(name), "eq", known) if known else NOTHING

    return Meaning(compare, EVERYTHING, Column(name))


def related(relation: str, inner: Meaning, *, also: Where = EVERYTHING) -> Meaning:
    """An attribute of one value that is a related row's."""
    return Meaning(
        lambda op, value: Related(relation, AllOf((also, inner.compare(op, value)))), Related(relation, also)
    )


def several(name: str, *kinds: Elements) -> dict[str, Meaning]:
    """A multi-valued attribute and its parts, whose elements are rows, of as many relations as there are kinds."""
    meanings = {f"{name}.{part}": _of_any(kinds, part) for part in kinds[0].parts}
    value = meanings[f"{name}.value"]
    return {name: Meaning(value.compare, value.present, None, kinds), **meanings}


def _of_any(kinds: tuple[Elements, ...], part: str) -> Meaning:
    """A part of elements: it is so if it is so of any of them."""

    def those(met: Callable[[Meaning], Where]) -> Where:
        return AnyOf(tuple(Related(kind.relation, met(kind.parts[part])) for kind in kinds))

    present = those(lambda meaning: meaning.present)

    def compare(op: Op, value: Any) -> Where:
        if op == "ne":
            differing = those(lambda meaning: AllOf((meaning.present, Not(meaning.compare("eq", value)))))
            return AnyOf((Not(present), differing))
        return those(lambda meaning: meaning.compare(op, value))

    return Meaning(compare, present)


def constant(value: str, *, exact: bool = False) -> Meaning:
    """An attribute that is the same for every resource of the type; `exact` says whether case matters."""

    def compare(op: Op, other: Any) -> Where:
        found, asked = (value, str(other)) if exact else (fold(value), fold(str(other)))
        return EVERYTHING if holds(op, found, asked) else NOTHING

    return Meaning(compare)


def schemas_meaning(schema: ResourceSchema) -> Meaning:
    """`schemas`: the core's URN is said of everybody, an extension's of those who have any of its attributes."""

    def compare(op: Op, value: Any) -> Where:
        if holds(op, schema.core.urn, value):
            return EVERYTHING
        return AnyOf(tuple(Present(Attribute((one.urn,))) for one in schema.extensions if holds(op, one.urn, value)))

    return Meaning(compare)


def version_meaning() -> Meaning:
    """`meta.version`: an entity tag, compared as the number in it."""

    def compare(op: Op, value: Any) -> Where:
        digits = str(value).removeprefix('W/"').removesuffix('"')
        is_ours = digits.isascii() and digits.isdigit() and len(digits) < 10
        return Compare(Column("version"), op, int(digits)) if is_ours and op not in ("co", "sw", "ew") else NOTHING

    return Meaning(compare, EVERYTHING, Column("version"))


def location_meaning(prefix: str) -> Meaning:
    """`meta.location`, and `$ref`: the address of one resource, which begins with the prefix."""

    def compare(op: Op, value: Any) -> Where:
        known = str(value).removeprefix(prefix) if str(value).startswith(prefix) else ""
        return identity().compare(op, known)

    return Meaning(compare)


def condition(text: str | None, schema: ResourceSchema, meanings: Meanings) -> Where:
    """The condition that a filter asks for; everything, without one. Raises InvalidFilter."""
    if not text:
        return EVERYTHING
    # Providers ask the same of one person after another: `userName eq "…"` is read once for all of them.
    before, _, rest = text.partition('"')
    value = rest[:-1]
    if rest.endswith('"') and len(text) <= filters.MAX_CHARACTERS and value.isprintable() and value.isascii():
        sought = None if '"' in value or "\\" in value else _sought(before, schema)
        if sought is not None:
            return _compare(sought.path, sought.op, value, meanings, inside=False)
    return _condition(filters.parse(text, schema), meanings)


@lru_cache(maxsize=1024)
def _sought(before: str, schema: ResourceSchema) -> filters.Compare | None:
    """The comparison with a text that a filter is which begins so and ends with the text; None if it is another one."""
    try:
        tree = filters.parse(before + '""', schema)
    except InvalidFilter:
        return None
    is_of_texts = isinstance(tree, filters.Compare) and tree.path.leaf.type in ("string", "reference")
    return cast(filters.Compare, tree) if is_of_texts else None


def orders(sort_by: str | None, descending: bool, schema: ResourceSchema, meanings: Meanings) -> tuple[Order, ...]:
    """The order that `sortBy` asks for (RFC 7644 §3.4.2.3). Raises InvalidPath for an attribute that there is not."""
    if not sort_by:
        return ()
    path = locate(sort_by, schema)
    if path is None:
        raise InvalidPath(f"sortBy: there is no attribute {sort_by[:100]!r}.")
    meaning = meanings.get(_key(path))
    if meaning is not None:
        if meaning.order is None:
            raise InvalidPath(f"sortBy: {sort_by[:100]!r} cannot be sorted by.")
        return (Order(meaning.order, descending),)
    attribute, sub = path.attribute, path.sub
    if attribute.multi_valued:
        sub = sub or attribute.sub("value")
        inside: tuple[str, ...] = (sub.name,) if sub else ()
        best = Best(_names(path.urn, attribute.name), inside, (sub or attribute).case_exact)
        return (Order(best, descending, _SORTS.get((sub or attribute).type, "text")),)
    names = _names(path.urn, attribute.name, *((sub.name,) if sub else ()))
    return (Order(Attribute(names, path.leaf.case_exact), descending, _SORTS.get(path.leaf.type, "text")),)


_SORTS: dict[str, Sort] = {"integer": "number", "decimal": "number", "boolean": "boolean", "dateTime": "instant"}
"""What values are sorted as; others are texts."""


def _condition(tree: filters.Filter, meanings: Mapping[str, Meaning], *, inside: bool = False) -> Where:
    """`inside` says that the paths are relative to an element, whose parts the meanings are."""
    match tree:
        case filters.And(terms):
            return AllOf(tuple(_condition(term, meanings, inside=inside) for term in terms))
        case filters.Or(terms):
            return AnyOf(tuple(_condition(term, meanings, inside=inside) for term in terms))
        case filters.Not(term):
            return Not(_condition(term, meanings, inside=inside))
        case filters.Present(path):
            return _present(path, meanings)
        case filters.Compare(path, op, value):
            return _compare(path, op, value, meanings, inside=inside)
        case filters.ValuePath(path, inner):
            return _of_one_element(path, inner, meanings)
    raise InvalidFilter("This is not a filter.")


def _of_one_element(path: AttributePath, inner: filters.Filter, meanings: Mapping[str, Meaning]) -> Where:
    """One element meets the whole of the filter. A complex attribute of one value is the only element it has."""
    meaning = meanings.get(_key(path))
    if meaning is not None and meaning.elements:
        kinds = meaning.elements
        return AnyOf(tuple(Related(kind.relation, _condition(inner, kind.parts, inside=True)) for kind in kinds))
    if path.attribute.multi_valued:
        return Element(_names(path.urn, path.attribute.name), _condition(inner, {}, inside=True))
    return AllOf((_present(path, meanings), _condition(_spelled_out(inner, path), meanings)))


def _spelled_out(inner: filters.Filter, path: AttributePath) -> filters.Filter:
    """The filter in the brackets with its paths written out."""
    match inner:
        case filters.And(terms):
            return filters.And(tuple(_spelled_out(term, path) for term in terms))
        case filters.Or(terms):
            return filters.Or(tuple(_spelled_out(term, path) for term in terms))
        case filters.Not(term):
            return filters.Not(_spelled_out(term, path))
        case filters.Present(part):
            return filters.Present(AttributePath(path.urn, path.attribute, part.attribute))
        case filters.Compare(part, op, value):
            return filters.Compare(AttributePath(path.urn, path.attribute, part.attribute), op, value)
    return inner


def _compare(path: AttributePath, op: Op, value: Any, meanings: Mapping[str, Meaning], *, inside: bool) -> Where:
    meaning = meanings.get(_key(path))
    if meaning is not None:
        if op == "ne" and not path.attribute.multi_valued:
            return Not(meaning.compare("eq", value))
        return meaning.compare(op, value)
    attribute, sub = path.attribute, path.sub
    names = _names(path.urn, attribute.name)
    if inside or not attribute.multi_valued:
        return Compare(Attribute((*names, sub.name) if sub else names, path.leaf.case_exact), op, value)
    part = Attribute((sub.name,) if sub else (), path.leaf.case_exact)
    if op == "ne":
        return AnyOf((Not(Present(Attribute(names))), Element(names, Compare(part, "ne", value))))
    return Element(names, Compare(part, op, value))


def _present(path: AttributePath, meanings: Mapping[str, Meaning]) -> Where:
    meaning = meanings.get(_key(path))
    if meaning is not None:
        return meaning.present
    names = _names(path.urn, path.attribute.name)
    if path.sub is None:
        return Present(Attribute(names))
    if path.attribute.multi_valued:
        return Element(names, Present(Attribute((path.sub.name,))))
    return Present(Attribute((*names, path.sub.name)))


def _key(path: AttributePath) -> str:
    if path.urn is not None:
        return ""
    return f"{path.attribute.name}.{path.sub.name}" if path.sub else path.attribute.name


def _names(urn: str | None, *names: str) -> tuple[str, ...]:
    return (urn, *names) if urn else names
