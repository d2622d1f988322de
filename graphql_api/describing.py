"""How a field says what it shows: a column, rows that a link leads to, or something made of a row.

A resolver authorises and describes; it runs no query. What it returns is a `Description`, relative to the row on which
the field stands and the same for every row, so that a whole selection can be asked as one statement. Which of the two
roads an answer takes is `graphql_api.execution`'s business.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any
from uuid import UUID

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.extensions import FieldExtension
from strawberry.types import Info
from strawberry.types.arguments import StrawberryArgument

from catalog.errors import CatalogError, Invalid
from catalog.selection import EVERYTHING, AnyOf, Attribute, Column, Compare, Order, Where
from catalog.shapes import MOST_ROWS, USUAL_ROWS, Page, Rows

COLUMN, PART, DESCRIBED, COMPUTED, NEEDS = "column", "part", "described", "computed", "needs"
"""The marks in a field's metadata that `execution` reads. A field without a mark is the column of its own name."""


class Row(dict[str, Any]):
    """A row on the ordinary road: its columns by the names of the fields, and whose it is."""

    def __init__(self, noun: str, id: UUID, columns: Mapping[str, Any], given: Mapping[str, Any] | None = None) -> None:
        super().__init__(columns)
        self.noun, self.id = noun, id
        self.given = given or {}
        """What the question about it was given, and what lies below it is given too."""


@dataclass(frozen=True, slots=True)
class Description:
    """Rows, as seen from the row on which the field stands, or from nowhere (`noun`): one, a list, or a connection.

    `missing` is raised where a description of one row finds none. `facts` are JSON texts of what the connection itself
    shows beside its rows.
    """

    rows: Rows
    noun: str | None = None
    missing: CatalogError | None = None
    facts: Mapping[str, str] = field(default_factory=dict)
    counted: Column | Attribute | None = None
    """Not the rows, but how many of them have which value of this field."""
    parent: Row | None = None
    """Set on the ordinary road alone."""

    @property
    def given(self) -> dict[str, Any]:
        """What the question is given, with what it was given above."""
        return {**(self.parent.given if self.parent is not None else {}), **dict(self.rows.given)}


def linked(
    link: str,
    *,
    where: Where = EVERYTHING,
    orders: Sequence[Order] = (),
    given: Mapping[str, Any] | None = None,
    missing: CatalogError | None = None,
    facts: Mapping[str, str] | None = None,
) -> Description:
    """The rows to which the link of that name leads (`catalog.tables`), or those of them that meet `where`."""
    return Description(
        Rows(link, where, tuple(orders), given=tuple((given or {}).items())), missing=missing, facts=facts or {}
    )


def found(noun: str, id: UUID) -> Description:
    """The one row of a noun in the caller's account: what a payload shows of what it has just written."""
    return Description(Rows(noun, Compare(Column("id"), "eq", id)), noun=noun)


def among(noun: str, wanted: Sequence[UUID], orders: Sequence[Order] = ()) -> Description:
    """The rows of these ids in the caller's account, as a list."""
    where = AnyOf(tuple(Compare(Column("id"), "eq", id) for id in wanted))
    return Description(Rows(noun, where, tuple(orders), Page(MOST_ROWS)), noun=noun)


# --- what stands in a type ----------------------------------------------------------------------------------------


def column(name: str, **options: Any) -> Any:
    """A field that shows a column of another name than its own."""
    return strawberry.field(metadata={COLUMN: name}, **options)


def part(**options: Any) -> Any:
    """A field whose object is made of the same row."""
    return strawberry.field(metadata={PART: True}, **options)


def computed(make: Callable[[Mapping[str, Any]], Any], *needs: str, **options: Any) -> Any:
    """A field that Python makes of these columns of the row: it takes the ordinary road."""
    return strawberry.field(metadata={COMPUTED: make, NEEDS: needs}, **options)


def lazily(module: str, name: str) -> Any:
    """A GraphQL type of another module, which may need types of this one."""
    return Annotated[name, strawberry.lazy(f"graphql_api.{module}")]


def described(
    type: Any, *, needs: Sequence[str] = (), **options: Any
) -> Callable[[Callable[..., Description | None]], Any]:
    """A field of one row, or of a plain list of rows, of the GraphQL type; the function describes them.

    On the ordinary road it is given the row on which the field stands, which has these columns under `_needs`: for what
    is known while the row is read, and by its id alone is not.
    """
    return _field(type, [_Placed()], options, needs)


def listing(connection: Any, **options: Any) -> Callable[[Callable[..., Description | None]], Any]:
    """A field that is a connection: it takes `after before first last` beside what the function takes."""
    return _field(connection, [_Placed(), _Paged()], options)


def _field(
    type: Any, extensions: list[FieldExtension], options: dict[str, Any], needs: Sequence[str] = ()
) -> Callable[[Callable[..., Description | None]], Any]:
    def decorate(function: Callable[..., Description | None]) -> Any:
        metadata = {DESCRIBED: function, NEEDS: tuple(needs)}
        return strawberry.field(
            resolver=function, graphql_type=type, extensions=extensions, metadata=metadata, **options
        )

    return decorate


class _Placed(FieldExtension):
    """Adds the row on which the field stands, where there is one."""

    def resolve(self, next_: Callable[..., Any], source: Any, info: Info, **arguments: Any) -> Any:
        description = next_(source, info, **arguments)
        if isinstance(source, Row) and isinstance(description, Description):
            return replace(description, parent=source)
        return description


class _Paged(FieldExtension):
    """Takes the four arguments of a page, and adds the page."""

    def apply(self, field: Any) -> None:
        texts = [_argument(name, str) for name in ("after", "before")]
        numbers = [_argument(name, int) for name in ("first", "last")]
        field.arguments = [*texts, *numbers, *field.arguments]

    def resolve(
        self,
        next_: Callable[..., Any],
        source: Any,
        info: Info,
        *,
        after: str | None = None,
        before: str | None = None,
        first: int | None = None,
        last: int | None = None,
        **arguments: Any,
    ) -> Any:
        return with_page(next_(source, info, **arguments), after, before, first, last)


PAGE = ("after", "before", "first", "last")


def is_paged(field: Any) -> bool:
    """Whether the field takes the four arguments of a page."""
    return any(isinstance(extension, _Paged) for extension in field.extensions)


def with_page(
    description: Description | None,
    after: str | None = None,
    before: str | None = None,
    first: int | None = None,
    last: int | None = None,
) -> Description | None:
    """The description of that page. Raises Invalid as `page` does."""
    if description is None:
        return None
    return replace(description, rows=replace(description.rows, page=page(after, before, first, last)))


def page(after: str | None, before: str | None, first: int | None, last: int | None) -> Page:
    """The page that the four arguments mean; an empty cursor means none, as the reference's clients send it.

    Raises Invalid where both ends are asked for, and for a number below 0 or above `MOST_ROWS`.
    """
    backwards = last is not None or bool(before)
    if backwards and (after or (first is not None and last is not None)):
        raise Invalid("first", "ask for `first` and `after`, or for `last` and `before`.")
    size = last if last is not None else first
    if size is not None and not 0 <= size <= MOST_ROWS:
        raise Invalid("last" if last is not None else "first", f"it is from 0 to {MOST_ROWS}, not {size}.")
    return Page(USUAL_ROWS if size is None else size, (before if backwards else after) or None, backwards)


def _argument(name: str, type: type) -> StrawberryArgument:
    return StrawberryArgument(name, None, StrawberryAnnotation(type | None), default=strawberry.UNSET)
