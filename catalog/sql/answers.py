"""Whole answers: a description of any depth (`catalog.shapes`) to one statement that returns finished JSON.

The text of the JSON is put together by the database with `||`, piece by piece, as that costs least on both engines and
knows no limit on the number of fields. A link of one row is a join; a list is a subquery of its own for each row above
it, so that each has its own first page.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from catalog.dialects import DIALECTS
from catalog.errors import Invalid
from catalog.selection import EVERYTHING
from catalog.shapes import (
    MOST_ROWS,
    Connected,
    Constant,
    Cursor,
    Edges,
    Many,
    Member,
    Node,
    Nodes,
    One,
    PageFacts,
    Part,
    Rows,
    Shape,
    Shown,
    Total,
)
from catalog.sql.levels import Level, Statement
from catalog.sql.orders import Ordering
from catalog.tables import NOUNS, Link
from catalog.tables.nouns import OF_PEOPLE, public
from catalog.visibility import Visibility

Given = tuple[tuple[str, Hashable], ...]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A statement, and what is bound after the account's id, and after the ids of the rows where it has these."""

    text: str
    params: tuple[Any, ...]


@lru_cache(maxsize=500)
def alone(dialect: str, noun: str, member: Member, sees: Visibility, given: Given = ()) -> Compiled:
    """The statement whose one row has the member's JSON text as `answer`; the noun's rows are the account's own.

    The same for equal questions of all accounts. Raises as `Conditions.condition` does.
    """
    answer, found = Answer(dialect, sees), NOUNS[noun]
    scope = f"{{self}}.{found.account} = {answer.account}"
    link = Link(noun, f"{scope} AND {found.visible}", one="first")
    text = f"SELECT {answer.member(None, member, link, dict(given))} AS answer"
    return Compiled(text, tuple(answer.params[1:]))


@lru_cache(maxsize=500)
def of_each(dialect: str, noun: str, member: Member, sees: Visibility, given: Given = ()) -> Compiled:
    """The statement that gives the member's JSON text of each of the noun's rows: `id` and `answer`. As `alone`."""
    answer = Answer(dialect, sees)
    ids = answer.bind(())
    level = Level(answer.statement, NOUNS[noun], dict(given))
    made = answer.member(level, member)
    mine = level.sql(f"{{self}}.{level.noun.account} = {answer.account}")
    chosen = answer.say.one_of(f"{level.alias}.id", ids, "uuid")
    text = (
        f"SELECT {answer.say.text(f'{level.alias}.id')} AS id, {made} AS answer "
        f"FROM {answer.source(level, None)} WHERE {mine} AND {chosen}"
    )
    return Compiled(text, tuple(answer.params[2:]))


class Answer:
    """The parts of one statement."""

    def __init__(self, dialect: str, sees: Visibility) -> None:
        self.say = DIALECTS[dialect]
        self.statement = Statement(self.say, sees)
        self.account = self.bind(None)

    @property
    def params(self) -> list[Any]:
        """What is bound, in the order of the placeholders."""
        return self.statement.params

    def bind(self, value: Any) -> str:
        """The placeholder of the value."""
        return self.statement.bind(value)

    # --- objects ----------------------------------------------------------------------------------------------

    def object(self, level: Level, shape: Shape) -> str:
        pieces: list[str] = []
        for member in shape:
            pieces += [f"{',' if pieces else ''}{_key(member.key)}", self.member(level, member)]
        return _joined("{", *pieces, "}")

    def member(
        self, level: Level | None, member: Member, link: Link | None = None, given: Mapping[str, Any] | None = None
    ) -> str:
        """The JSON text of a member, never null: a constant in quotes, or an expression."""
        match member:
            case Constant(_, json):
                return _literal(json)
            case Shown(_, field) if level is not None:
                return self._shown(level, field)
            case Part(_, shape) if level is not None:
                return self.object(level, shape)
            case One(_, rows, shape):
                found = link or _link(level, rows)
                if found.one == "joined" and level is not None and _is_plain(rows, level):
                    return self._of_joined(level, rows, found, shape)
                return self._first(_Asked(level, found, rows, given), shape)
            case Many(_, rows, shape):
                return self._array(_Asked(level, link or _link(level, rows), rows, given), shape)
            case Connected(_, rows, parts):
                asked = _Asked(level, link or _link(level, rows), rows, given)
                return _Connection(self, asked).text(parts)
        raise Invalid("answer", f"{member.key!r} stands where it can't.")

    def _shown(self, level: Level, name: str) -> str:
        known = level.noun.fields.get(name)
        if known is None:
            raise Invalid("answer", f"{level.noun.table} have no field {name!r}.")
        if level.noun.table in OF_PEOPLE and not self.statement.sees.sees_column(name):
            return _literal('""' if name == "email" else "null")
        say = self.say
        shown = known.shown(say) if callable(known.shown) else known.shown or known.sql
        text = level.sql(shown)
        match known.kind:
            case "instant":
                text = f"""'"' || {say.instant(text)} || '"'"""
            case "uuid":
                text = f"""'"' || {public(say, known.names or level.noun.table, text)} || '"'"""
            case "boolean":
                text = f"CASE WHEN {text} THEN 'true' WHEN NOT {text} THEN 'false' END"
            case "json":
                text = say.json_text(text) if known.shown is None else text
            case "integer":
                text = say.text(text)
            case _:
                text = say.quoted(text)
        return f"coalesce({text}, 'null')" if known.nullable else f"({text})"

    def _of_joined(self, level: Level, rows: Rows, link: Link, shape: Shape) -> str:
        joined = level.joined(rows.link)
        made = self.object(joined, shape)
        return made if link.required else f"CASE WHEN {joined.alias}.id IS NULL THEN 'null' ELSE {made} END"

    def _first(self, asked: _Asked, shape: Shape) -> str:
        level, ordering, conditions = asked.opened(self.statement)
        made = self.object(level, shape)
        source = self.source(level, asked.link)
        found = f"SELECT {made} FROM {source} WHERE {conditions} ORDER BY {ordering.text()} LIMIT 1"
        return f"coalesce(({found}), 'null')"

    def _array(self, asked: _Asked, shape: Shape) -> str:
        level, ordering, conditions = asked.opened(self.statement)
        made = self.object(level, shape)
        limit = self.statement.bind(_size(asked.rows))
        rows = (
            f"SELECT {made} AS j FROM {self.source(level, asked.link)} WHERE {conditions} "
            f"ORDER BY {ordering.text()} LIMIT {limit}"
        )
        return f"(SELECT '[' || {self.say.gathered('w.j')} || ']' FROM ({rows}) w)"

    def source(self, level: Level, link: Link | None) -> str:
        if link is None or link.source is None:
            own = level.table
        else:
            own = level.sql(link.source if isinstance(link.source, str) else link.source(self.say))
        return " ".join([own, *level.joins])


class _Asked:
    """Which rows are asked for, from where."""

    def __init__(self, parent: Level | None, link: Link, rows: Rows, given: Mapping[str, Any] | None) -> None:
        self.parent, self.link, self.rows = parent, link, rows
        self._given = {**(parent.given if parent else {}), **(given or {}), **dict(rows.given)}

    def opened(self, statement: Statement) -> tuple[Level, Ordering, str]:
        """A level of these rows, their order, and the conditions they meet, but for where the page begins."""
        level, conditions = self.unordered(statement)
        orders = self.rows.orders or self.link.orders
        return level, Ordering(level, orders, backwards=self.rows.page.backwards), conditions

    def unordered(self, statement: Statement) -> tuple[Level, str]:
        """The same without the order, and without the tables that are joined for its sake."""
        level = Level(statement, NOUNS[self.link.noun], self._given, self.parent)
        terms = [level.sql(self.link.where)]
        if self.rows.where != EVERYTHING:
            terms.append(level.condition(self.rows.where))
        return level, " AND ".join(terms)


class _Connection:
    """One page of rows as JSON: a subquery gives each row's pieces, the query around it puts them together."""

    def __init__(self, answer: Answer, asked: _Asked) -> None:
        self._answer, self._asked = answer, asked
        self.statement = answer.statement
        self._columns: list[str] = []
        self._size = _size(asked.rows)
        self._has_extra = False
        """One row more than the page is read, to tell whether there are more."""
        self._cursor: str | None = None
        self._is_numbered = asked.rows.page.backwards

    @cached_property
    def _opened(self) -> tuple[Level, Ordering, str]:
        """The level of the rows, their order and conditions; not where only their number is asked for, as PostgreSQL
        refuses what is bound and stands nowhere."""
        return self._asked.opened(self.statement)

    def text(self, parts: Sequence[Any]) -> str:
        """The JSON text of the connection."""
        told = [fact for part in parts if isinstance(part, PageFacts) for fact in part.facts]
        asks = {fact[1] for fact in told if isinstance(fact, tuple)}
        self._has_extra = ("has_previous" if self._asked.rows.page.backwards else "has_next") in asks
        self._is_numbered = self._is_numbered or self._has_extra or bool(asks & {"start", "end"})
        pieces: list[str] = []
        for part in parts:
            pieces += [f"{',' if pieces else ''}{_key(part.key)}", self._part(part)]
        whole = _joined("{", *pieces, "}")
        return f"(SELECT {whole} FROM {self._rows()} w)" if self._columns or self._has_extra else whole

    def _part(self, part: Any) -> str:
        match part:
            case Constant(_, json):
                return _literal(json)
            case Nodes(_, shape):
                return self._gathered(self._answer.object(self._opened[0], shape))
            case Edges(_, parts):
                pieces: list[str] = []
                for inner in parts:
                    pieces += [f"{',' if pieces else ''}{_key(inner.key)}", self._of_edge(inner)]
                return self._gathered(_joined("{", *pieces, "}"))
            case PageFacts(_, facts):
                pieces = []
                for fact in facts:
                    key, told = (fact.key, _literal(fact.json)) if isinstance(fact, Constant) else self._fact(fact)
                    pieces += [f"{',' if pieces else ''}{_key(key)}", told]
                return _joined("{", *pieces, "}")
            case Total():
                return self._total()
        raise Invalid("answer", f"{part!r} is no part of a connection.")

    def _of_edge(self, part: Cursor | Node | Constant) -> str:
        match part:
            case Constant(_, json):
                return _literal(json)
            case Cursor():
                return f"""'"' || {self._opened[1].cursor()} || '"'"""
            case Node(_, shape):
                return self._answer.object(self._opened[0], shape)

    def _gathered(self, row: str) -> str:
        name = self._column(row)
        which = f"w.n <= {self._size}" if self._has_extra else ""
        return f"'[' || {self._answer.say.gathered(f'w.{name}', which)} || ']'"

    def _fact(self, fact: tuple[str, str]) -> tuple[str, str]:
        key, name = fact
        page = self._asked.rows.page
        if name == ("has_previous" if page.backwards else "has_next"):
            return key, f"CASE WHEN count(*) > {self._size} THEN 'true' ELSE 'false' END"
        if name in ("has_previous", "has_next"):
            return key, "'false'" if page.cursor is None else "'true'"
        if self._cursor is None:
            self._cursor = self._column(self._opened[1].cursor())
        nearest = "w.n = 1"
        furthest = f"w.n = CASE WHEN w.s > {self._size} THEN {self._size} ELSE w.s END"
        which = nearest if (name == "start") != page.backwards else furthest
        return key, f"""coalesce('"' || max(CASE WHEN {which} THEN w.{self._cursor} END) || '"', 'null')"""

    def _total(self) -> str:
        level, conditions = self._asked.unordered(self.statement)
        source = self._answer.source(level, self._asked.link)
        return self._answer.say.text(f"(SELECT count(*) FROM {source} WHERE {conditions})")

    def _column(self, expression: str) -> str:
        self._columns.append(expression)
        return f"c{len(self._columns)}"

    def _rows(self) -> str:
        """The rows of the page (and one more), numbered where that is of use, in the order in which they are shown."""
        page = self._asked.rows.page
        level, order, conditions = self._opened
        if page.cursor is not None:
            conditions += f" AND {order.behind(page.cursor)}"
        limit = self.statement.bind(self._size + self._has_extra)
        columns = [f"{expression} AS c{place}" for place, expression in enumerate(self._columns, 1)] or ["1 AS c1"]
        source = self._answer.source(level, self._asked.link)
        rows = f"(SELECT {', '.join(columns)} FROM {source} WHERE {conditions} ORDER BY {order.text()} LIMIT {limit})"
        if not self._is_numbered:
            return rows
        turned = "DESC" if page.backwards else "ASC"
        numbered = f"SELECT r.*, row_number() OVER () AS n, count(*) OVER () AS s FROM {rows} r"
        return f"(SELECT * FROM ({numbered}) q ORDER BY q.n {turned})"


def _size(rows: Rows) -> int:
    if not 0 <= rows.page.size <= MOST_ROWS:
        raise Invalid("first", f"it is from 0 to {MOST_ROWS}, not {rows.page.size}.")
    return rows.page.size


def _link(level: Level | None, rows: Rows) -> Link:
    if level is None:
        raise Invalid("answer", f"{rows.link!r} leads from nowhere.")
    return level.link(rows.link)


def _is_plain(rows: Rows, level: Level) -> bool:
    return rows.where == EVERYTHING and dict(rows.given).items() <= level.given.items()


def _key(key: str) -> str:
    """The beginning of a member. A key is written into the statement, so it is a GraphQL name and nothing else."""
    if not (key.isascii() and key.isidentifier()):
        raise Invalid("answer", f"{key!r} is no name.")
    return f'"{key}":'


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _joined(first: str, *pieces: str) -> str:
    """The pieces one after another: by turns a constant and an expression, ending with a constant.

    Halves of halves, as SQLite allows an expression a depth of a thousand.
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
    terms = [_literal(constants[0])]
    for expression, constant in zip(expressions, constants[1:], strict=True):
        terms += [expression, *([_literal(constant)] if constant else [])]
    return _halved(terms)


def _halved(terms: list[str]) -> str:
    if len(terms) <= 8:
        return " || ".join(terms) if len(terms) == 1 else f"({' || '.join(terms)})"
    middle = len(terms) // 2
    return f"({_halved(terms[:middle])} || {_halved(terms[middle:])})"
