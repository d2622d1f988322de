"""Rows to INSERT and UPDATE, written whole; the columns that a SELECT of whole rows names.

From the models alone: no value is written into a statement, and no name comes from elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any

from tortoise.models import Model

from catalog.engines import Statement


def insert(model: type[Model], rows: Sequence[Model], *, on_conflict: str = "") -> Statement:
    """New rows written whole; `on_conflict` is what is done where there is such a row, in SQL."""
    return _of(model, _insert(model, on_conflict), rows)


def update(model: type[Model], rows: Sequence[Model]) -> Statement:
    """Rows written whole, by id."""
    return _of(model, _update(model), rows)


@lru_cache
def columns(model: type[Model], alias: str) -> str:
    """The columns of a model, for a SELECT whose row `loaded` takes."""
    return ", ".join(f'{alias}."{name}"' for name in model._meta.fields_db_projection.values())


Form = tuple[str, Callable[[Any], tuple[Any, ...]]]
"""A statement, and what takes its parameters out of a row."""


def _of(model: type[Model], form: Form, rows: Sequence[Model]) -> Statement:
    text, values = form
    table = model._meta.db_table
    if len(rows) == 1:
        return Statement(text, values(rows[0]), table=table)
    return Statement(text, [values(row) for row in rows], many=True, table=table)


@lru_cache
def _insert(model: type[Model], on_conflict: str) -> Form:
    names = tuple(model._meta.fields_db_projection)
    columns = ", ".join(f'"{model._meta.fields_db_projection[name]}"' for name in names)
    places = ", ".join(f"${place}" for place in range(1, len(names) + 1))
    return f"INSERT INTO {model._meta.db_table} ({columns}) VALUES ({places}){on_conflict}", attrgetter(*names)


@lru_cache
def _update(model: type[Model]) -> Form:
    names = tuple(name for name in model._meta.fields_db_projection if name not in ("id", "account_id", "created_at"))
    columns = ", ".join(f'"{model._meta.fields_db_projection[name]}" = ${place}' for place, name in enumerate(names, 1))
    return f"UPDATE {model._meta.db_table} SET {columns} WHERE id = ${len(names) + 1}", attrgetter(*names, "id")
