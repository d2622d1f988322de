"""What an answer should hold, compared with what it holds: a list of differences, each one a sentence.

Pure. An expected object is a subset (attributes it does not name are free), an expected list is exact, everything
else is equal in value and in JSON type. Where that says too much or too little, one of the matchers below.

    {"$absent": true}        the attribute is not there at all
    {"$any": "string"}       any value of that JSON type: string, integer, number, boolean, object, array
    {"$length": 2}           a list or text of exactly that length
    {"$at_least": 2}         an integer that is not smaller
    {"$contains": x}         a list with an element like x, or a text with x in it
    {"$contains_all": [x]}   the same, for each of these
    {"$each": x}             a list whose every element is like x (an empty list is no proof, and fails)
    {"$unordered": [x, y]}   a list of exactly these elements, in any order
    {"$values": ["a", "b"]}  a multi-valued attribute whose `value`s are exactly these, in any order; [] = unassigned
    {"$keys": ["id"]}        an object with exactly these attributes
    {"$ends": "/Users/1"}    a text with that end
    {"$in": ["a", "b"]}      one of these values
    {"$not": x}              anything that is not like x
"""

import json
from collections.abc import Callable
from typing import Any, Final

MISSING: Final = object()
"""What is found where an attribute is not there; JSON null is something else."""

Matcher = Callable[[Any, Any, str], list[str]]


def differences(expected: Any, found: Any, at: str = "$") -> list[str]:
    """Everything in which `found` is not as `expected`, each with the path where it is; [] when all is well.

    Raises ValueError for an expectation that is no matcher we know: a misspelled one must not pass as satisfied.
    """
    if isinstance(expected, dict):
        return _object(expected, found, at)
    if isinstance(expected, list):
        return _list(expected, found, at)
    if type(expected) is type(found) and expected == found:
        return []
    return [f"{at}: expected {_show(expected)}, found {_show(found)}"]


def _object(expected: dict[str, Any], found: Any, at: str) -> list[str]:
    unknown = [name for name in expected if name.startswith("$") and name != "$ref" and name not in MATCHERS]
    if unknown:
        raise ValueError(f"{at}: there is no matcher {unknown[0]}.")
    matchers = {name: wanted for name, wanted in expected.items() if name in MATCHERS}
    attributes = {name: wanted for name, wanted in expected.items() if name not in MATCHERS}
    found_here = [line for name, wanted in matchers.items() for line in MATCHERS[name](wanted, found, at)]
    if matchers and not attributes:
        return found_here
    if not isinstance(found, dict):
        return [*found_here, f"{at}: expected an object, found {_show(found)}"]
    for name, wanted in attributes.items():
        found_here += differences(wanted, found.get(name, MISSING), f"{at}.{name}")
    return found_here


def _list(expected: list[Any], found: Any, at: str) -> list[str]:
    if not isinstance(found, list):
        return [f"{at}: expected a list, found {_show(found)}"]
    if len(expected) != len(found):
        return [f"{at}: expected {len(expected)} elements, found {len(found)}: {_show(found)}"]
    return [
        line
        for position, (wanted, there) in enumerate(zip(expected, found, strict=True))
        for line in differences(wanted, there, f"{at}[{position}]")
    ]


def _absent(wanted: Any, found: Any, at: str) -> list[str]:
    if wanted is not True:
        raise ValueError(f"{at}: $absent takes true and nothing else.")
    return [] if found is MISSING else [f"{at}: expected nothing, found {_show(found)}"]


def _any(wanted: str, found: Any, at: str) -> list[str]:
    if wanted not in JSON_TYPES:
        raise ValueError(f"{at}: there is no JSON type {wanted}.")
    fits = isinstance(found, JSON_TYPES[wanted]) and (wanted == "boolean" or not isinstance(found, bool))
    return [] if fits else [f"{at}: expected any {wanted}, found {_show(found)}"]


def _length(wanted: int, found: Any, at: str) -> list[str]:
    if isinstance(found, list | str) and len(found) == wanted:
        return []
    size = f"{len(found)}: " if isinstance(found, list | str) else ""
    return [f"{at}: expected a length of {wanted}, found {size}{_show(found)}"]


def _at_least(wanted: int, found: Any, at: str) -> list[str]:
    fits = isinstance(found, int) and not isinstance(found, bool) and found >= wanted
    return [] if fits else [f"{at}: expected at least {wanted}, found {_show(found)}"]


def _contains(wanted: Any, found: Any, at: str) -> list[str]:
    if isinstance(found, str) and isinstance(wanted, str):
        held = wanted in found
    else:
        held = isinstance(found, list) and any(not differences(wanted, element, at) for element in found)
    return [] if held else [f"{at}: expected it to contain {_show(wanted)}, found {_show(found)}"]


def _contains_all(wanted: list[Any], found: Any, at: str) -> list[str]:
    return [line for element in wanted for line in _contains(element, found, at)]


def _each(wanted: Any, found: Any, at: str) -> list[str]:
    if not isinstance(found, list) or not found:
        return [f"{at}: expected a list with elements, found {_show(found)}"]
    return [line for n, element in enumerate(found) for line in differences(wanted, element, f"{at}[{n}]")]


def _unordered(wanted: list[Any], found: Any, at: str) -> list[str]:
    if not isinstance(found, list):
        return [f"{at}: expected a list, found {_show(found)}"]
    left = list(found)
    lines = []
    for element in wanted:
        match = next((there for there in left if not differences(element, there, at)), MISSING)
        if match is MISSING:
            lines.append(f"{at}: expected an element {_show(element)}, found {_show(found)}")
        else:
            left.remove(match)
    return lines or [f"{at}: did not expect the element {_show(element)}" for element in left]


def _values(wanted: list[str], found: Any, at: str) -> list[str]:
    if not wanted and (found is MISSING or found == []):
        return []  # RFC 7643 §2.5: an empty array and an absent attribute are the same state
    if not isinstance(found, list) or not all(isinstance(element, dict) for element in found):
        return [f"{at}: expected the values {_show(wanted)}, found {_show(found)}"]
    values = [element.get("value") for element in found]
    if sorted(map(_show, values)) == sorted(map(_show, wanted)):
        return []
    return [f"{at}: expected the values {_show(wanted)}, found {_show(values)}"]


def _keys(wanted: list[str], found: Any, at: str) -> list[str]:
    if isinstance(found, dict) and sorted(found) == sorted(wanted):
        return []
    return [f"{at}: expected exactly the attributes {_show(sorted(wanted))}, found {_show(found)}"]


def _ends(wanted: str, found: Any, at: str) -> list[str]:
    fits = isinstance(found, str) and found.endswith(wanted)
    return [] if fits else [f"{at}: expected a text that ends with {_show(wanted)}, found {_show(found)}"]


def _in(wanted: list[Any], found: Any, at: str) -> list[str]:
    fits = any(not differences(value, found, at) for value in wanted)
    return [] if fits else [f"{at}: expected one of {_show(wanted)}, found {_show(found)}"]


def _not(wanted: Any, found: Any, at: str) -> list[str]:
    if differences(wanted, found, at):
        return []
    return [f"{at}: expected anything but {_show(wanted)}, found {_show(found)}"]


def _show(value: Any) -> str:
    text = "nothing" if value is MISSING else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 600 else f"{text[:600]}…"


JSON_TYPES: Final[dict[str, type | tuple[type, ...]]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "object": dict,
    "array": list,
}

MATCHERS: Final[dict[str, Matcher]] = {
    "$absent": _absent,
    "$any": _any,
    "$length": _length,
    "$at_least": _at_least,
    "$contains": _contains,
    "$contains_all": _contains_all,
    "$each": _each,
    "$unordered": _unordered,
    "$values": _values,
    "$keys": _keys,
    "$ends": _ends,
    "$in": _in,
    "$not": _not,
}
