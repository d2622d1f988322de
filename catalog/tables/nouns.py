"""What a noun is to SQL: a table under a short name, its fields, what is related to it, and where its links lead.

One table of fields serves conditions, orders and answers. SQL in these tables may ask for names in braces: `{forever}`,
the end of an open period; `{self}` and `{parent}`, the short names of a link's two ends; a link of one row
(`{user}`), which is then joined; what a question gives (`{at}`); and whether the reader may see an attribute of people
(`{sees_title}`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from catalog.dialects import Dialect
from catalog.ids import public_beginning
from catalog.selection import Column, Order

Kind = Literal["folded", "text", "instant", "boolean", "integer", "number", "uuid", "json"]


OF_PEOPLE = frozenset({"users", "user_periods"})
"""Tables with people's attributes, which not everybody may see."""


@dataclass(frozen=True, slots=True)
class Field:
    """A column, or an expression over the row: how it is written, what it holds, whether it may be null.

    `shown` is what an answer shows, where that is not what is compared. `names` says whose id a uuid is. A `json` is a
    document of the row's, or a `shown` that is JSON text already; it can't be compared.
    """

    sql: str
    kind: Kind
    nullable: bool = False
    shown: str | Callable[[Dialect], str] | None = None
    names: str | None = None
    is_unique: bool = False
    """No two visible rows of an account have the same."""
    is_kept: bool = False
    """For administrators alone."""
    is_document: bool = False
    """A person's attributes: everybody gets those that they may see."""


@dataclass(frozen=True, slots=True)
class Relation:
    """Rows that belong to a noun's row: `key` of them equals its id, and `where` tells which of them count."""

    source: str
    key: str
    where: str
    fields: dict[str, Field]


@dataclass(frozen=True, slots=True)
class Link:
    """A way from a row (`{parent}`) to the rows of another noun (`{self}`).

    `one` is at most one row: `joined` where its condition can meet no second one, else the first in order; `required`
    where there always is one. `source` is what stands in FROM, for a list that needs more than the noun's table; it
    may look at `{parent}`.
    """

    noun: str
    where: str
    source: str | Callable[[Dialect], str] | None = None
    orders: tuple[Order, ...] = (Order(Column("id")),)
    one: Literal["joined", "first"] | None = None
    required: bool = False
    attribute: str | None = None
    """Which of a person's attributes it tells: nobody is shown more by a link than by its attribute."""
    total: str | None = None
    """A scalar over `{parent}`: how many rows there are, where that is known without counting them."""


@dataclass(frozen=True, slots=True)
class Noun:
    """A table under a short name, its visible rows, and what may be asked of them."""

    table: str
    alias: str
    visible: str
    fields: dict[str, Field]
    documents: tuple[str, str] | None = None
    """The attributes as they are, and folded."""
    relations: dict[str, Relation] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    account: str = "account_id"
    """The column that scopes it."""
    source: str | None = None
    """What stands in FROM instead of the table: a subquery with the same columns, as they were at `{at}`, say."""


def alive(alias: str) -> str:
    """The condition that a period counts at the instant `{at}`."""
    return f"{alias}.valid_from <= {{at}} AND {alias}.valid_to > {{at}}"


def public(say: Dialect, kind: str, expression: str) -> str:
    """A uuid as the public id that scripts know, as text."""
    beginning, rest = public_beginning(kind)
    key = f"'{rest}' || {say.text(expression)}" if rest else say.text(expression)
    return f"'{beginning}' || {say.encoded(key)}"


def page_address(folder: str, expression: Callable[[Dialect], str]) -> Field:
    """The address of the page in the product that shows the row: `{base_url}` is the product's own."""
    return Field("''", "text", shown=lambda say: f"CAST({{base_url}} AS TEXT) || '/{folder}/' || {expression(say)}")
