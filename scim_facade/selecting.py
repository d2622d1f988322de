"""A filter and a sort, over a resource's attributes, to the catalog's conditions.

Most attributes are parts of the document, and follow from the schema by themselves. What stands elsewhere in the
catalog (userName, groups, members, meta) has a `Meaning`, which the resource type supplies.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

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
from scim_facade.names import AttributePath, locate
from scim_facade.schemas import ResourceSchema


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an attribute is in the catalog: how to compare it, whether it is there, how to sort by it."""

    compare: Callable[[Op, Any], Where]
    present: Where = EVERYTHING
    order: Column | None = None


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
    """An attribute of what is related: true if it is so of any of them."""

    def compare(op: Op, value: Any) -> Where:
        if op == "ne":
            return AnyOf(
                (Not(Related(relation, also)), Related(relation, AllOf((also, Not(inner.compare("eq", value))))))
            )
        return Related(relation, AllOf((also, inner.compare(op, value))))

    return Meaning(compare, Related(relation, also))


def constant(value: str) -> Meaning:
    """An attribute that is the same for every resource of the type."""
    return Meaning(lambda op, other: EVERYTHING if op == "eq" and other == value else NOTHING)


def version_meaning() -> Meaning:
    """`meta.version`: an entity tag, compared as the number in it."""

    def compare(op: Op, value: Any) -> Where:
        digits = str(value).removeprefix('W/"').removesuffix('"')
        is_ours = digits.isascii() and digits.isdigit() and len(digits) < 10
        return Compare(Column("version"), op, int(digits)) if is_ours and op not in ("co", "sw", "ew") else NOTHING

    return Meaning(compare, EVERYTHING, Column("version"))


def location_meaning(prefix: str) -> Meaning:
    """`meta.location`: the address of one resource."""
    return Meaning(lambda op, value: identity().compare(op, str(value).removeprefix(prefix)))


@lru_cache(maxsize=4096)
def condition(text: str | None, schema: ResourceSchema, meanings: Meanings) -> Where:
    """The condition that a filter asks for; everything, without one. Raises InvalidFilter."""
    return EVERYTHING if not text else _condition(filters.parse(text, schema), meanings, within=None)


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


def _condition(tree: filters.Filter, meanings: Meanings, within: AttributePath | None) -> Where:
    match tree:
        case filters.And(terms):
            return AllOf(tuple(_condition(term, meanings, within) for term in terms))
        case filters.Or(terms):
            return AnyOf(tuple(_condition(term, meanings, within) for term in terms))
        case filters.Not(term):
            return Not(_condition(term, meanings, within))
        case filters.Present(path):
            return _present(path, meanings, within)
        case filters.Compare(path, op, value):
            return _compare(path, op, value, meanings, within)
        case filters.ValuePath(path, inner):
            if _of_related(path, meanings):
                return _condition(inner, meanings, path)
            return Element(_names(path.urn, path.attribute.name), _condition(inner, meanings, path))
    raise InvalidFilter("This is not a filter.")


def _compare(path: AttributePath, op: Op, value: Any, meanings: Meanings, within: AttributePath | None) -> Where:
    meaning = meanings.get(_key(path, within))
    if meaning is not None:
        return (
            Not(meaning.compare("eq", value))
            if op == "ne" and not path.attribute.multi_valued
            else meaning.compare(op, value)
        )
    if within is not None:
        return Compare(Attribute((path.attribute.name,), path.attribute.case_exact), op, value)
    attribute, sub = path.attribute, path.sub
    if attribute.multi_valued:
        inside = Attribute((sub.name,) if sub else (), path.leaf.case_exact)
        names = _names(path.urn, attribute.name)
        if op == "ne":
            return AnyOf((Not(Present(Attribute(names))), Element(names, Compare(inside, "ne", value))))
        return Element(names, Compare(inside, op, value))
    names = _names(path.urn, attribute.name, *((sub.name,) if sub else ()))
    return Compare(Attribute(names, path.leaf.case_exact), op, value)


def _present(path: AttributePath, meanings: Meanings, within: AttributePath | None) -> Where:
    meaning = meanings.get(_key(path, within))
    if meaning is not None:
        return meaning.present
    if within is not None:
        return Present(Attribute((path.attribute.name,)))
    if path.attribute.multi_valued and path.sub is not None:
        return Element(_names(path.urn, path.attribute.name), Present(Attribute((path.sub.name,))))
    return Present(Attribute(_names(path.urn, path.attribute.name, *((path.sub.name,) if path.sub else ()))))


def _of_related(path: AttributePath, meanings: Meanings) -> bool:
    """Whether the elements of this attribute are rows of the catalog rather than parts of the document."""
    return path.attribute.name in meanings


def _key(path: AttributePath, within: AttributePath | None = None) -> str:
    if within is not None:
        return f"{within.attribute.name}.{path.attribute.name}"
    if path.urn is not None:
        return ""
    return f"{path.attribute.name}.{path.sub.name}" if path.sub else path.attribute.name


def _names(urn: str | None, *names: str) -> tuple[str, ...]:
    return (urn, *names) if urn else names
