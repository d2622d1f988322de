"""Conditions to SQL, over one table under one alias.

Every value is bound; every name comes from `catalog.tables`. Never true, and never an error of the database's, where a
value is of another kind than the field; a field that the noun does not have, or the reader may not see, is refused.
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from catalog.dialects import FOREVER, Bind, Dialect
from catalog.errors import Invalid, NotPermitted
from catalog.ids import fold
from catalog.selection import (
    AllOf,
    AnyOf,
    Attribute,
    Best,
    Column,
    Compare,
    Element,
    Not,
    Order,
    Present,
    Related,
    Value,
    Where,
)
from catalog.tables import Field, Noun
from catalog.tables.nouns import OF_PEOPLE
from catalog.visibility import ADMINISTRATORS, Visibility

_OPERATORS = {"eq": "=", "gt": ">", "ge": ">=", "lt": "<", "le": "<="}
_LAST_CHARACTER = 0x10FFFF


class Conditions:
    """What can be asked of the rows of a noun; `sees` says which attributes of people the reader may ask about."""

    def __init__(self, dialect: Dialect, noun: Noun, bind: Bind, sees: Visibility = ADMINISTRATORS) -> None:
        self.dialect = dialect
        self.noun = noun
        self.bind = bind
        self.sees = sees
        self._scopes: list[dict[str, Field]] = [noun.fields]
        self._place: str | None = None
        self._elements = 0

    def sql(self, text: str) -> str:
        """The tables' SQL as it stands in this statement."""
        return text.replace("{forever}", FOREVER)

    def condition(self, condition: Where) -> str:
        """The condition. Raises Invalid for a field that the noun does not have, NotPermitted for a hidden one."""
        return self._where(condition)

    def _where(self, condition: Where) -> str:
        match condition:
            case AllOf(terms):
                return f"({' AND '.join(map(self._where, terms))})" if terms else "TRUE"
            case AnyOf(terms):
                return f"({' OR '.join(map(self._where, terms))})" if terms else "FALSE"
            case Not(term):
                return f"NOT coalesce({self._where(term)}, FALSE)"
            case Compare(field, "ne", value):
                return self._where(Not(Compare(field, "eq", value)))
            case Compare(Column(name), op, value):
                return self._compare_column(self._field(name), op, value)
            case Compare(Attribute() as attribute, op, value):
                return self._compare_attribute(attribute, op, value)
            case Present(Column(name)):
                known = self._field(name)
                text = self.sql(known.sql)
                empty = f" AND {text} <> ''" if known.kind in ("folded", "text") else ""
                return f"({text} IS NOT NULL{empty})"
            case Present(Attribute(path)):
                return self.dialect.present(self._document(exact=True), self._path(path))
            case Element(path, where):
                return self._any_element(path, where)
            case Related(name, where):
                return self._related(name, where)
        raise Invalid("filter", f"{condition!r} is not a condition.")

    def _field(self, name: str) -> Field:
        found = self._scopes[-1].get(name)
        if found is None:
            raise Invalid("filter", f"there is no field {name!r}.")
        if self.noun.table in OF_PEOPLE and len(self._scopes) == 1 and not self.sees.sees_column(name):
            raise NotPermitted(f"The attribute {name!r} is shown to administrators alone.")
        if found.is_kept and not self.sees.everything:
            raise NotPermitted(f"The field {name!r} is shown to administrators alone.")
        return found

    def _compare_column(self, known: Field, op: str, value: Value) -> str:
        """Never true where the value is of another kind than the column, or can't be compared in this way."""
        text = self.sql(known.sql)
        if op not in _OPERATORS and known.kind not in ("folded", "text"):
            return "FALSE"
        match known.kind:
            case "folded":
                return self._compare_text(text, op, fold(str(value)))
            case "text":
                return self._compare_text(text, op, str(value))
            case "boolean":
                if op != "eq" or not isinstance(value, bool):
                    return "FALSE"
                return text if value else f"NOT {text}"
            case "uuid" if isinstance(value, UUID):
                bound = self.bind(value)
            case "instant" if isinstance(value, datetime):
                bound = self.bind(_utc(value))
            case "integer" if isinstance(value, int) and not isinstance(value, bool):
                bound = f"CAST({self.bind(max(-(2**63), min(value, 2**63 - 1)))} AS BIGINT)"
            case _:
                return "FALSE"
        return f"{text} {_OPERATORS[op]} {bound}"

    def _compare_attribute(self, attribute: Attribute, op: str, value: Value) -> str:
        match value:
            case bool():
                # Nothing is bound for what will not be asked: PostgreSQL refuses parameters that have no use.
                if op != "eq":
                    return "FALSE"
                found = self._at(attribute, "boolean")
                return found if value else f"NOT {found}"
            case str():
                text = value if attribute.exact else fold(value)
                return self._compare_text(self._at(attribute, "text"), op, text)
            case datetime() if op in _OPERATORS:
                bound = self.dialect.moment(_utc(value))
                # As it is: folding has made the T and the Z small.
                as_it_is = Attribute(attribute.path, exact=True)
                return f"{self._at(as_it_is, 'instant')} {_OPERATORS[op]} {self.bind(bound)}"
            case int() | float() if op in _OPERATORS:
                bound = self.dialect.number(value)
                return f"{self._at(attribute, 'number')} {_OPERATORS[op]} {self.bind(bound)}"
        return "FALSE"

    def _compare_text(self, text: str, op: str, value: str) -> str:
        _check_text(value)
        if op in _OPERATORS:
            return f"{text} {_OPERATORS[op]} {self.bind(value)}"
        if not value:
            return f"{text} IS NOT NULL"
        match op:
            case "co":
                return self.dialect.contains(text, self.bind(value))
            case "ew":
                return self.dialect.ends_with(text, self.bind(value))
            case _:
                # A range, as no engine takes an index for LIKE under every collation.
                low = f"{text} >= {self.bind(value)}"
                beyond = _beyond(value)
                return f"({low} AND {text} < {self.bind(beyond)})" if beyond else low

    def _at(self, attribute: Attribute, kind: str) -> str:
        return self.dialect.at(self._document(attribute.exact), self._path(attribute.path), kind)

    def _document(self, exact: bool) -> str:
        if self.noun.documents is None:
            raise Invalid("filter", f"{self.noun.table} have no attributes.")
        return self.sql(self.noun.documents[0 if exact else 1])

    def _need(self, path: tuple[str, ...]) -> None:
        """Raises NotPermitted for an attribute that the reader may not see; within an element it was asked already."""
        if self._place is None and path:
            self.sees.need(":".join(path[:2]) if path[0].startswith("urn:") else path[0])

    def _path(self, names: tuple[str, ...]) -> str:
        for name in names:
            _check_text(name)
            if '"' in name or "\\" in name:
                # SQLite has no way to write such a name.
                raise Invalid("filter", f"there is no attribute {name!r}.")
        self._need(names)
        return self.dialect.path(names, self.bind, self._place)

    def _any_element(self, path: tuple[str, ...], where: Where) -> str:
        self._elements += 1
        alias = f"e{self._elements}"
        # Both documents have the same shape: what one calls a place is the same element in the other.
        source = self.dialect.elements(self._document(exact=True), self._path(path), alias)
        outer, self._place = self._place, self.dialect.place(alias)
        condition = self._where(where)
        self._place = outer
        return f"EXISTS (SELECT 1 FROM {source} WHERE {condition})"

    def _related(self, name: str, where: Where) -> str:
        relation = self.noun.relations.get(name)
        if relation is None or len(self._scopes) > 1:
            raise Invalid("filter", f"{self.noun.table} have no {name!r}.")
        self._scopes.append(relation.fields)
        condition = self._where(where)
        self._scopes.pop()
        counted = self.sql(relation.where)
        identity = self.sql(f"{self.noun.alias}.id")
        source = self.sql(relation.source)
        return f"{identity} IN (SELECT {relation.key} FROM {source} WHERE {counted} AND {condition})"

    def sortable(self, order: Order) -> tuple[str, bool]:
        """What the order compares, and whether it may be null. Raises as `condition` does."""
        match order.field:
            case Column(name):
                known = self._field(name)
                return self.sql(known.sql), known.nullable
            case Attribute(path, exact):
                document = self._document(exact or order.sort == "instant")
                return self._sorted(document, self._path(path), order), True
            case Best(path, sub, exact):
                document = self._document(exact or order.sort == "instant")
                source = self.dialect.elements(document, self._path(path), "best")
                self._place = self.dialect.place("best")
                value = self._sorted(document, self._path(sub), order)
                primary = self.dialect.at(document, self._path(("primary",)), "boolean")
                self._place = None
                # Twice nested, as SQLite does not find the outer row from the ORDER BY of a subquery.
                ranked = f"SELECT {value} AS v, coalesce({primary}, FALSE) AS p, best.key AS k FROM {source}"
                return f"(SELECT v FROM ({ranked}) ranked ORDER BY p DESC, k LIMIT 1)", True

    def scalar(self, attribute: Attribute) -> str:
        """The attribute as text, be it a text, a number, true or false; null for others. Raises as `condition` does."""
        return self.dialect.scalar(self._document(exact=True), self._path(attribute.path))

    def _sorted(self, document: str, path: str, order: Order) -> str:
        value = self.dialect.at(document, path, order.sort)
        # A number of either engine's kind could not be sealed into a cursor and come back the same.
        return f"CAST({value} AS DOUBLE PRECISION)" if order.sort == "number" else value


def _check_text(value: str) -> None:
    """Raises Invalid for what no stored text can hold, so that no engine is asked for it."""
    if value.isascii() and "\0" not in value:
        return
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise Invalid("filter", "a text has a character that no text can have.")


def _utc(at: datetime) -> datetime:
    try:
        return at.astimezone(UTC)
    except OverflowError:
        raise Invalid("filter", f"{at} is out of the calendar.") from None


def _beyond(prefix: str) -> str | None:
    """The least text greater than every text that begins with `prefix`, by code points; None if there is none."""
    while prefix:
        last = ord(prefix[-1])
        if last < _LAST_CHARACTER:
            following = 0xE000 if 0xD7FF <= last < 0xE000 else last + 1
            return prefix[:-1] + chr(following)
        prefix = prefix[:-1]
    return None
