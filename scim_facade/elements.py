"""The values of a multi-valued attribute: adding without repeating, taking away what is listed, one primary.

Pure. Each function takes time in proportion to the values it is given: how many there are is the client's choice.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

import orjson

from scim_facade.attributes import Attribute
from scim_facade.matching import fold


def added(elements: list[Any], new: Iterable[Any]) -> list[Any]:
    """The elements and the new ones. One that is there already is not repeated (RFC 7644 §3.5.2.1).

    Elements are the same where value and type are (RFC 7643 §2.4), or the value, if the new one has no type; what
    else the new one says of it is kept. Elements without a value are the same where all of them is.
    """
    result = list(elements)
    places: dict[Hashable, int] = {}
    for at, element in enumerate(result):
        _note(places, element, at)
    touched: list[int] = []
    for element in new:
        whole, *parts = _identities(element)
        found = places.get(whole, places.get(parts[0]) if parts else None)
        if found is None:
            touched.append(len(result))
            _note(places, element, len(result))
            result.append(element)
        elif isinstance(element, dict) and not element.items() <= result[found].items():
            result[found] = {**result[found], **element}
            touched.append(found)
    return with_one_primary(result, touched)


def without(elements: list[Any], listed: Iterable[Any], attribute: Attribute) -> list[Any]:
    """The elements but those that are listed: by value, and type where it is said; without a value, by all that is."""
    wanted: dict[tuple[str, ...], set[Hashable]] = {}
    for one in listed:
        names = _naming(one)
        wanted.setdefault(names, set()).add(_compared(one, names, attribute))
    return [
        element
        for element in elements
        if not any(_compared(element, names, attribute) in keys for names, keys in wanted.items())
    ]


def with_one_primary(elements: list[Any], touched: Iterable[int]) -> list[Any]:
    """The elements, of which the first touched one that is primary is the only one (RFC 7644 §3.5.2)."""
    chosen = next((at for at in touched if is_primary(elements[at])), None)
    if chosen is None:
        return elements
    return [
        {**element, "primary": False} if at != chosen and is_primary(element) else element
        for at, element in enumerate(elements)
    ]


def is_primary(element: Any) -> bool:
    """Whether the element says that it is the preferred one."""
    return isinstance(element, dict) and element.get("primary") is True


def _note(places: dict[Hashable, int], element: Any, at: int) -> None:
    for key in _identities(element):
        places.setdefault(key, at)


def _identities(element: Any) -> tuple[Hashable, ...]:
    """What an element is known by, the narrowest first: all of it, value and type, the value."""
    whole = ("whole", _plain(element))
    if not isinstance(element, dict) or element.get("value") is None:
        return (whole,)
    value, type_ = _plain(element["value"]), element.get("type")
    alone = ("value", value)
    return (whole, alone) if type_ is None else (whole, ("pair", value, type_), alone)


def _naming(listed: Any) -> tuple[str, ...]:
    """The names of what a listed value is recognised by."""
    if not isinstance(listed, dict):
        return ()
    if "value" in listed:
        return ("value", "type") if "type" in listed else ("value",)
    return tuple(sorted(listed))


def _compared(element: Any, names: tuple[str, ...], attribute: Attribute) -> Hashable:
    if not names or not isinstance(element, dict):
        return _folded(element, attribute)
    return tuple(_folded(element.get(name), attribute.sub(name) or attribute) for name in names)


def _folded(value: Any, attribute: Attribute) -> Hashable:
    return fold(value) if isinstance(value, str) and not attribute.case_exact else _plain(value)


def _plain(value: Any) -> Hashable:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS) if isinstance(value, dict | list) else value
