"""JSON put together as text by the database: members, objects, constants."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from catalog.errors import CatalogError, Invalid


def an_object(members: Iterable[tuple[str, str]]) -> str:
    """The expression of an object's JSON text: pairs of a key and the expression of its value's JSON text."""
    pieces: list[str] = []
    for key, value in members:
        pieces += [f"{',' if pieces else ''}{_key(key)}", value]
    return _joined("{", *pieces, "}")


@contextmanager
def placed(key: str) -> Iterator[None]:
    """What is refused within says that it was under this key."""
    try:
        yield
    except CatalogError as refused:
        refused.place = (key, *refused.place)
        raise


def literal(text: str) -> str:
    """A constant text."""
    return "'" + text.replace("'", "''") + "'"


def _key(key: str) -> str:
    """The beginning of a member. A key is written into the statement, so it is a GraphQL name and nothing else."""
    if not (key.isascii() and key.isidentifier()):
        raise Invalid("answer", f"{key!r} is no name.")
    return f'"{key}":'


def _joined(first: str, *pieces: str) -> str:
    """The pieces one after another: by turns a constant and an expression, ending with a constant.

    Where there are many, halves of halves, as SQLite allows an expression a depth of a thousand.
    """
    constants, expressions = [first], list[str]()
    for place, piece in enumerate(pieces):
        if place % 2 == 0:
            constants[-1] += piece
            continue
        if piece.startswith("'") and piece.endswith("'") and "||" not in piece:
            constants[-1] += piece[1:-1].replace("''", "'")
        else:
            expressions.append(piece)
            constants.append("")
    terms = [literal(constants[0])]
    for expression, constant in zip(expressions, constants[1:], strict=True):
        terms += [expression, *([literal(constant)] if constant else [])]
    return _halved(terms)


def _halved(terms: list[str]) -> str:
    if len(terms) <= 40:
        return " || ".join(terms) if len(terms) == 1 else f"({' || '.join(terms)})"
    middle = len(terms) // 2
    return f"({_halved(terms[:middle])} || {_halved(terms[middle:])})"
