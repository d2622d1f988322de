"""Pages of a list as JSON: which rows a link leads to, a page of them, and what is told of the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Protocol

from catalog.dialects import Dialect
from catalog.errors import Invalid
from catalog.selection import EVERYTHING
from catalog.shapes import MOST_ROWS, Constant, Cursor, Edges, Node, Nodes, PageFacts, Rows, Shape, Total
from catalog.sql.levels import Level, Statement
from catalog.sql.orders import Ordering
from catalog.sql.texts import an_object, literal, placed
from catalog.tables import NOUNS, Link


class Answering(Protocol):
    """What a page needs of the answer that it is a part of: `catalog.sql.answers.Answer`."""

    say: Dialect
    statement: Statement

    def object(self, level: Level, shape: Shape) -> str:
        """The JSON text of an object made of the level's row."""

    def source(self, level: Level, link: Link | None) -> str:
        """What stands in FROM."""


class Asked:
    """Which rows are asked for, from where."""

    def __init__(self, parent: Level | None, link: Link, rows: Rows, given: Mapping[str, Any] | None) -> None:
        self.parent, self.link, self.rows = parent, link, rows
        self._given = {**(parent.given if parent else {}), **(given or {}), **dict(rows.given)}

    def opened(self, statement: Statement) -> tuple[Level, Ordering, str]:
        """A level of these rows, their order, and the conditions they meet, but for where the page begins."""
        level, conditions = self.unordered(statement)
        return level, self._ordering(level), conditions

    def unordered(self, statement: Statement) -> tuple[Level, str]:
        """The same without the order, and without the tables that are joined for its sake."""
        level = self._level(statement)
        terms = [level.sql(self.link.where)]
        if not is_seen(level, self.link):
            terms.append("FALSE")
        if self.rows.where != EVERYTHING:
            terms.append(level.condition(self.rows.where))
        return level, " AND ".join(terms)

    def total(self, statement: Statement) -> str | None:
        """How many there are, where that is known without counting."""
        level = self._level(statement)
        if self.link.total is None or self.rows.where != EVERYTHING or not is_seen(level, self.link):
            return None
        return level.sql(self.link.total)

    def again(self, statement: Statement) -> tuple[Level, Ordering]:
        """A level of rows that were chosen elsewhere, in the same order."""
        level = self._level(statement)
        return level, self._ordering(level)

    def _ordering(self, level: Level) -> Ordering:
        return Ordering(level, self.rows.orders or self.link.orders, backwards=self.rows.page.backwards)

    def _level(self, statement: Statement) -> Level:
        return Level(statement, NOUNS[self.link.noun], self._given, self.parent)


class Counting(Asked):
    """Rows that stand for all rows of one value, the most frequent one first.

    `source` is asked for what stands in FROM once that is needed, as PostgreSQL refuses what is bound and stands
    nowhere.
    """

    def __init__(self, rows: Rows, source: Callable[[], str]) -> None:
        super().__init__(None, Link("counts", "TRUE"), replace(rows, where=EVERYTHING, orders=()), None)
        self._source = source
        self._made: str | None = None

    def unordered(self, statement: Statement) -> tuple[Level, str]:
        if self._made is None:
            self._made = self._source()
            self.link = replace(self.link, source=self._made)
        return super().unordered(statement)


class Connection:
    """One page of rows as JSON: a subquery gives each row's pieces, the query around it puts them together."""

    def __init__(self, answer: Answering, asked: Asked) -> None:
        self._answer, self._asked = answer, asked
        self._statement = answer.statement
        self._columns: list[str] = []
        self._size = size(asked.rows)
        self._has_extra = False
        """One row more than the page is read, to tell whether there are more."""
        self._cursor: str | None = None
        self._is_numbered = asked.rows.page.backwards

    @cached_property
    def _chosen(self) -> tuple[Level, Ordering, str]:
        """The level in which the rows are chosen, their order and conditions; not where only their number is asked for,
        as PostgreSQL refuses what is bound and stands nowhere."""
        return self._asked.opened(self._statement)

    @cached_property
    def _opened(self) -> tuple[Level, Ordering]:
        """The level of which the rows are shown, and their order."""
        chosen = self._chosen
        return self._asked.again(self._statement) if self._is_chosen_before else chosen[:2]

    @cached_property
    def _is_chosen_before(self) -> bool:
        """Whether the rows are chosen by their ids, and shown then.

        SQLite would make the whole JSON of every row before it sorts them. Within a list that would be done for each
        row of it, mostly for a few rows, where it costs more than it saves.
        """
        parent, noun = self._asked.parent, NOUNS[self._asked.link.noun]
        is_once = parent is None or parent.is_single
        return self._answer.say.sorts_whole and is_once and noun.source is None and noun.fields["id"].kind == "uuid"

    def text(self, parts: Sequence[Any]) -> str:
        """The JSON text of the connection."""
        told = [fact for part in parts if isinstance(part, PageFacts) for fact in part.facts]
        asks = {fact[1] for fact in told if isinstance(fact, tuple)}
        self._has_extra = ("has_previous" if self._asked.rows.page.backwards else "has_next") in asks
        self._is_numbered = self._is_numbered or self._has_extra or bool(asks & {"start", "end"})
        whole = an_object([(part.key, self._part(part)) for part in parts])
        return f"({self._rows()} SELECT {whole} FROM w)" if self._columns or self._has_extra else whole

    def _part(self, part: Any) -> str:
        match part:
            case Constant(_, json):
                return literal(json)
            case Nodes(key, shape):
                # What is wrong with the condition is wrong with the whole connection, so that is compiled before.
                level = self._opened[0]
                with placed(key):
                    return self._gathered(self._answer.object(level, shape))
            case Edges(key, parts):
                opened = self._opened
                with placed(key):
                    return self._gathered(an_object([(inner.key, self._of_edge(inner, *opened)) for inner in parts]))
            case PageFacts(_, facts):
                return an_object(
                    [
                        (fact.key, literal(fact.json)) if isinstance(fact, Constant) else self._fact(fact)
                        for fact in facts
                    ]
                )
            case Total():
                return self._total()
        raise Invalid("answer", f"{part!r} is no part of a connection.")

    def _of_edge(self, part: Cursor | Node | Constant, level: Level, ordering: Ordering) -> str:
        match part:
            case Constant(_, json):
                return literal(json)
            case Cursor():
                return f"""'"' || {ordering.cursor()} || '"'"""
            case Node(key, shape):
                with placed(key):
                    return self._answer.object(level, shape)

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
        nearest = f"w.n = 1 AND w.n <= {self._size}"
        furthest = f"w.n = CASE WHEN w.s > {self._size} THEN {self._size} ELSE w.s END"
        which = nearest if (name == "start") != page.backwards else furthest
        return key, f"""coalesce('"' || max(CASE WHEN {which} THEN w.{self._cursor} END) || '"', 'null')"""

    def _total(self) -> str:
        known = self._asked.total(self._statement)
        if known is None:
            level, conditions = self._asked.unordered(self._statement)
            known = f"(SELECT count(*) FROM {self._answer.source(level, self._asked.link)} WHERE {conditions})"
        return self._answer.say.text(known)

    def _column(self, expression: str) -> str:
        self._columns.append(expression)
        return f"c{len(self._columns)}"

    def _rows(self) -> str:
        """WITH `w`: the rows of the page (and one more), numbered where that is of use, in the order of the answer.

        One after another rather than one within another, as SQLite's parser allows a depth of a hundred.
        """
        page = self._asked.rows.page
        columns = [f"{expression} AS c{place}" for place, expression in enumerate(self._columns, 1)] or ["1 AS c1"]
        shown, order = self._opened
        chosen, first_order, conditions = self._chosen
        if page.cursor is not None:
            conditions += f" AND {first_order.behind(page.cursor)}"
        ordered = f" ORDER BY {first_order.text()} LIMIT {self._statement.bind(self._size + self._has_extra)}"
        source = self._answer.source(chosen, self._asked.link)
        before = ""
        if self._is_chosen_before:
            before = f"p AS (SELECT {chosen.alias}.id FROM {source} WHERE {conditions}{ordered}), "
            source, conditions = self._answer.source(shown, None), f"{shown.alias}.id IN (SELECT p.id FROM p)"
            ordered = f" ORDER BY {order.text()}"
        rows = f"(SELECT {', '.join(columns)} FROM {source} WHERE {conditions}{ordered})"
        if not self._is_numbered:
            return f"WITH {before}w AS {rows}"
        turned = "DESC" if page.backwards else "ASC"
        numbered = "SELECT r.*, row_number() OVER () AS n, count(*) OVER () AS s FROM r"
        return f"WITH {before}r AS {rows}, q AS ({numbered}), w AS (SELECT * FROM q ORDER BY q.n {turned})"


def is_seen(level: Level, link: Link) -> bool:
    """Whether the reader may know where the link leads."""
    return link.attribute is None or level.sees.sees(link.attribute)


def size(rows: Rows) -> int:
    if not 0 <= rows.page.size <= MOST_ROWS:
        raise Invalid("first", f"it is from 0 to {MOST_ROWS}, not {rows.page.size}.")
    return rows.page.size
