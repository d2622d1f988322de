"""Whole answers: a description of any depth (`catalog.shapes`) to one statement that returns finished JSON.

The text of the JSON is put together by the database with `||`, piece by piece, as that costs least on both engines and
knows no limit on the number of fields. A link of one row is a join; a list is a subquery of its own for each row above
it, so that each has its own first page.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from catalog.dialects import DIALECTS
from catalog.errors import Invalid
from catalog.selection import EVERYTHING, Attribute, Column, Order
from catalog.shapes import Connected, Constant, Counted, Many, Member, One, Part, Rows, Shape, Shown
from catalog.sql import documents
from catalog.sql.levels import Level, Statement
from catalog.sql.pages import Asked, Connection, Counting, is_seen, size
from catalog.sql.texts import an_object, literal, placed
from catalog.tables import NOUNS, Field, Link
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
        """The JSON text of an object made of the level's row."""
        return an_object([(member.key, self.member(level, member)) for member in shape])

    def member(
        self, level: Level | None, member: Member, link: Link | None = None, given: Mapping[str, Any] | None = None
    ) -> str:
        """The JSON text of a member, never null: a constant in quotes, or an expression."""
        with placed(member.key):
            return self._member(level, member, link, given or {})

    def _member(self, level: Level | None, member: Member, link: Link | None, given: Mapping[str, Any]) -> str:
        match member:
            case Constant(_, json):
                return literal(json)
            case Shown(_, field) if level is not None:
                return self._shown(level, field)
            case Part(_, shape) if level is not None:
                return self.object(level, shape)
            case One(_, rows, shape):
                found = link or _link(level, rows)
                if found.one == "joined" and level is not None and _is_plain(rows, level):
                    return self._of_joined(level, rows, found, shape)
                return self._first(Asked(level, found, rows, given), shape)
            case Many(_, rows, shape):
                return self._array(Asked(level, link or _link(level, rows), rows, given), shape)
            case Connected(_, rows, parts):
                asked = Asked(level, link or _link(level, rows), rows, given)
                return Connection(self, asked).text(parts)
            case Counted(_, rows, field, parts):
                asked = Asked(level, link or _link(level, rows), rows, given)
                return Connection(self, Counting(rows, partial(self._counted, asked, field))).text(parts)
        raise Invalid("answer", f"{member.key!r} stands where it can't.")

    def _shown(self, level: Level, name: str) -> str:
        known = level.noun.fields.get(name)
        if known is None:
            raise Invalid("answer", f"{level.noun.table} have no field {name!r}.")
        if level.noun.table in OF_PEOPLE and not self.statement.sees.sees_column(name):
            return literal('""' if name == "email" else "null")
        if known.is_kept and not self.statement.sees.everything:
            return literal("null")
        if known.is_document:
            return documents.shown(self.say, level.sql(known.sql), self.bind, self.statement.sees)
        text = self._text(level, known)
        say = self.say
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

    def _text(self, level: Level, known: Field) -> str:
        shown = known.shown(self.say) if callable(known.shown) else known.shown or known.sql
        return level.sql(shown)

    def _counted(self, asked: Asked, field: Column | Attribute) -> str:
        """What stands in FROM: the rows by what they have in the field, as rows of their own."""
        level, conditions = asked.unordered(self.statement)
        if isinstance(field, Column):
            # Refused, where it may not be asked about.
            level.sortable(Order(field))
            known = level.noun.fields[field.name]
            text = self._text(level, known)
            if known.kind == "uuid":
                text = public(self.say, known.names or level.noun.table, text)
            elif known.kind == "instant":
                text = self.say.instant(text)
            elif known.kind not in ("text", "folded"):
                text = self.say.text(text)
        else:
            text = level.scalar(field)
        values = f"SELECT {text} AS v FROM {self.source(level, asked.link)} WHERE {conditions}"
        place = "row_number() OVER (ORDER BY count(*) DESC, g.v IS NULL, g.v)"
        return f"(SELECT g.v, count(*) AS n, {place} AS id FROM ({values}) g GROUP BY g.v) {{self}}"

    def _of_joined(self, level: Level, rows: Rows, link: Link, shape: Shape) -> str:
        if not is_seen(level, link):
            return literal("null")
        joined = level.joined(rows.link)
        made = self.object(joined, shape)
        return made if link.required else f"CASE WHEN {joined.alias}.id IS NULL THEN 'null' ELSE {made} END"

    def _first(self, asked: Asked, shape: Shape) -> str:
        level, ordering, conditions = asked.opened(self.statement)
        level.is_single = asked.parent is None or asked.parent.is_single
        made = self.object(level, shape)
        source = self.source(level, asked.link)
        found = f"SELECT {made} FROM {source} WHERE {conditions} ORDER BY {ordering.text()} LIMIT 1"
        return f"coalesce(({found}), 'null')"

    def _array(self, asked: Asked, shape: Shape) -> str:
        level, ordering, conditions = asked.opened(self.statement)
        made = self.object(level, shape)
        limit = self.statement.bind(size(asked.rows))
        rows = (
            f"SELECT {made} AS j FROM {self.source(level, asked.link)} WHERE {conditions} "
            f"ORDER BY {ordering.text()} LIMIT {limit}"
        )
        return f"(SELECT '[' || {self.say.gathered('w.j')} || ']' FROM ({rows}) w)"

    def source(self, level: Level, link: Link | None) -> str:
        """What stands in FROM: asked for once everything that may join a table has been written."""
        if link is None or link.source is None:
            own = level.table
        else:
            own = level.sql(link.source if isinstance(link.source, str) else link.source(self.say))
        return " ".join([own, *level.joins])


def _link(level: Level | None, rows: Rows) -> Link:
    if level is None:
        raise Invalid("answer", f"{rows.link!r} leads from nowhere.")
    return level.link(rows.link)


def _is_plain(rows: Rows, level: Level) -> bool:
    return rows.where == EVERYTHING and dict(rows.given).items() <= level.given.items()
