"""Whether a resource meets a filter: what PATCH asks of elements, and the yardstick of what SQL answers.

Pure. Two-valued: what has no value meets no comparison, so that its negation holds.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from scim_facade.attributes import Attribute
from scim_facade.filter_tree import And, Compare, Filter, Not, Or, Present, ValuePath
from scim_facade.names import AttributePath

Json = dict[str, Any]

_TESTS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda found, asked: bool(found == asked),
    "co": lambda found, asked: asked in found,
    "sw": lambda found, asked: found.startswith(asked),
    "ew": lambda found, asked: found.endswith(asked),
    "gt": lambda found, asked: found > asked,
    "ge": lambda found, asked: found >= asked,
    "lt": lambda found, asked: found < asked,
    "le": lambda found, asked: found <= asked,
}


def matches(tree: Filter, resource: Json) -> bool:
    """Whether the resource, or the element, meets the filter."""
    match tree:
        case And(terms):
            return all(matches(term, resource) for term in terms)
        case Or(terms):
            return any(matches(term, resource) for term in terms)
        case Not(term):
            return not matches(term, resource)
        case Present(path):
            return any(not _is_empty(value) for value in _found(path, resource))
        case ValuePath(path, inner):
            found = _attribute(path, resource)
            elements = found if isinstance(found, list) else [found]
            return any(matches(inner, element) for element in elements if isinstance(element, dict))
        case Compare(path, op, asked):
            found = _found(path, resource)
            if op == "ne":
                return not found or any(one is None or not _compare(path.leaf, "eq", one, asked) for one in found)
            return any(_compare(path.leaf, op, one, asked) for one in found if one is not None)


def holds(op: str, found: Any, asked: Any) -> bool:
    """Whether `found op asked` is so, of two values of one type that are folded where case does not matter."""
    return bool(found != asked) if op == "ne" else _TESTS[op](found, asked)


def fold(text: str) -> str:
    """`text` as it is compared where case does not matter: NFKC and full case folding."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _found(path: AttributePath, resource: Json) -> list[Any]:
    """Every value that the path leads to, and None for each element that has none there."""
    found = _attribute(path, resource)
    elements = found if isinstance(found, list) else [found]
    if path.sub is None:
        return elements
    return [element.get(path.sub.name) for element in elements if isinstance(element, dict)]


def _attribute(path: AttributePath, resource: Json) -> Any:
    holder = resource.get(path.urn) if path.urn else resource
    return holder.get(path.attribute.name) if isinstance(holder, dict) else None


def _compare(attribute: Attribute, op: str, found: Any, asked: Any) -> bool:
    if isinstance(asked, datetime):
        if not isinstance(found, str):
            return False
        at = datetime.fromisoformat(found)
        found = at if at.tzinfo else at.replace(tzinfo=UTC)
    elif isinstance(asked, str):
        if not isinstance(found, str):
            return False
        if not attribute.case_exact:
            found, asked = fold(found), fold(asked)
    elif isinstance(found, bool) is not isinstance(asked, bool) or not isinstance(found, int | float):
        return False
    return _TESTS[op](found, asked)


def _is_empty(value: Any) -> bool:
    return value is None or value in ("", [], {})
