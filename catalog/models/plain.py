"""PlainModel: what every model is. A row of it is made of its columns, and written whole (`catalog.sql.rows`).

Tortoise describes the tables, migrates them and reads rows. It never saves one: so a row need not be prepared for that
when it is made, which took a sixth of a POST.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from tortoise.models import Model


class PlainModel(Model):
    """A row that is not in the database yet: its columns as they are stored, defaults for those left out.

    Nothing is converted: an id is a UUID, an instant has a zone. What must not be null the database refuses.
    Raises TypeError for a name that is no column.
    """

    class Meta:
        abstract = True

    def __init__(self, **columns: Any) -> None:
        values, made = _defaults(type(self))
        state = self.__dict__
        state.update(values)
        for name, make in made:
            state[name] = None if name in columns else make()
        known = len(state)
        state.update(columns)
        if len(state) != known:
            raise TypeError(f"{type(self).__name__} has no {' or '.join(list(state)[known:])}.")

    # Tortoise's own looks at each value that is set: it might be a row that is referred to.
    __setattr__ = object.__setattr__  # type: ignore[assignment]


@cache
def _defaults(model: type[PlainModel]) -> tuple[dict[str, Any], list[tuple[str, Callable[[], Any]]]]:
    """Every column with its default, null where it has none; and those whose default is made for each row."""
    given = {name: model._meta.fields_map[name].default for name in model._meta.fields_db_projection}
    values = {name: None if callable(default) else default for name, default in given.items()}
    return values, [(name, default) for name, default in given.items() if callable(default)]
