"""Lists and searches: one type or all of them, by number or by cursor (RFC 7644 §3.4.2–3.4.3, RFC 9865)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from catalog import cursors
from catalog.cursors import Bookmarks, Cursors
from catalog.selection import NOTHING, Order, Where, Window
from scim_facade import answers, paging, selecting
from scim_facade.answers import Answer
from scim_facade.endpoints import Call
from scim_facade.errors import ExpiredCursor, InvalidCursor, InvalidFilter, InvalidPath, InvalidValue
from scim_facade.paging import Asked
from scim_facade.projection import Projection
from scim_facade.resources import Found, ResourceType


@dataclass(frozen=True, slots=True)
class Places:
    """How readers of long lists find their place again."""

    cursors: Cursors
    bookmarks: Bookmarks


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked of one type, ready to be answered."""

    kind: ResourceType
    where: Where
    orders: Sequence[Order]
    wanted: Projection
    asked: Asked
    token_id: UUID | None

    @property
    def name(self) -> str:
        """Short, for cursors and bookmarks: who asks, of what, which filter, which order."""
        asked = self.asked
        return cursors.question(self.token_id, self.kind.name, asked.filter, asked.sort_by, asked.descending)


async def search(call: Call, kind: ResourceType, places: Places) -> Answer:
    """GET of a list: no match is an empty list, never a 404 (§3.4.2)."""
    return await _answer(call, [kind], paging.read(call.query), places)


async def post_search(call: Call, kinds: Sequence[ResourceType], places: Places) -> Answer:
    """POST to `/.search`, at the root or of one type (§3.4.3)."""
    return await _answer(call, kinds, paging.read_search(await call.json()), places)


async def root(call: Call, kinds: Sequence[ResourceType], places: Places) -> Answer:
    """GET of the root: all types (§3.4.2.1)."""
    return await _answer(call, kinds, paging.read(call.query), places)


async def _answer(call: Call, kinds: Sequence[ResourceType], asked: Asked, places: Places) -> Answer:
    questions = _questions(call, kinds, asked)
    if len(questions) == 1:
        call.resource = (questions[0].kind.kind, None, None)
    if asked.cursor is not None:
        if len(questions) > 1:
            raise InvalidValue("Several types are read by startIndex, or one after the other by cursor.")
        return await _by_cursor(call, questions[0], asked, places.cursors)
    return await _by_number(call, questions, asked, places.bookmarks)


def _questions(call: Call, kinds: Sequence[ResourceType], asked: Asked) -> list[_Question]:
    """The question put to each type. What only one type knows meets nothing of the others (§3.4.2.1)."""
    questions: list[_Question] = []
    refused: list[InvalidFilter | InvalidPath] = []
    for kind in kinds:
        schema, meanings = kind.schema(call.caller), kind.meanings(call.caller)
        wanted = Projection.read(asked.attributes, asked.excluded_attributes, schema)
        orders: Sequence[Order] = ()
        try:
            where = selecting.condition(asked.filter, schema, meanings)
            orders = selecting.orders(asked.sort_by, asked.descending, schema, meanings)
        except (InvalidFilter, InvalidPath) as problem:
            where = NOTHING
            refused.append(problem)
        questions.append(_Question(kind, where, orders, wanted, asked, call.caller.actor.token_id))
    if len(refused) == len(kinds):
        raise refused[0]
    return questions


async def _by_number(call: Call, questions: Sequence[_Question], asked: Asked, bookmarks: Bookmarks) -> Answer:
    found: list[Found] = []
    total = 0
    for question in questions:
        first, room = max(1, asked.start_index + len(found) - total), asked.count - len(found)
        page, of_question = await _page(call, question, first, room, bookmarks)
        found += page
        total += of_question
    return answers.listed(found, total, {"startIndex": asked.start_index})


async def _page(
    call: Call, question: _Question, first: int, room: int, bookmarks: Bookmarks
) -> tuple[Sequence[Found], int]:
    """Rows of one type from the `first`-th on, at most so many, and how many there are in all.

    A crawl goes on after the row it last saw, whatever was deleted.
    """
    kind, name = question.kind, question.name
    total = await kind.count(call.caller, question.where) if first > 1 or not room else None
    if not room:
        return (), total or 0
    mark = None if total is None else bookmarks.find(name, first, total)
    window = Window(room, after=mark.position) if mark else Window(room, offset=first - 1)
    rows = await kind.page(call.caller, question.where, question.orders, window, question.wanted)
    if total is None:
        # A first page that is not full is all there is: nothing is left to count. So is every look-up by name.
        if len(rows) < room:
            return rows, len(rows)
        total = await kind.count(call.caller, question.where)
    # The last page of a crawl leaves one too: who came in before the reader makes the numbers go on beyond the end.
    if rows:
        is_own = first == 1 or (mark is not None and mark.is_own)
        bookmarks.keep(name, first + len(rows), rows[-1].position, total, is_own=is_own)
    return rows, total


async def _by_cursor(call: Call, question: _Question, asked: Asked, sealed: Cursors) -> Answer:
    after, backwards = None, False
    if asked.cursor:
        try:
            after, backwards = sealed.open(question.name, asked.cursor)
        except cursors.Expired:
            raise ExpiredCursor("The cursor has expired: begin again without one.") from None
        except cursors.Foreign:
            raise InvalidCursor("This is no cursor of this question.") from None
    total = await question.kind.count(call.caller, question.where)
    found: list[Found] = []
    is_more = False
    if asked.count:
        # One more than asked for tells whether there is a further page.
        window = Window(asked.count + 1, after=after, backwards=backwards)
        found = list(await question.kind.page(call.caller, question.where, question.orders, window, question.wanted))
        is_more = len(found) > asked.count
        if is_more:
            found = found[1:] if backwards else found[:-1]
    extra: dict[str, object] = {}
    if found:
        if is_more or backwards:
            extra["nextCursor"] = sealed.seal(question.name, found[-1].position)
        if is_more if backwards else after is not None:
            extra["previousCursor"] = sealed.seal(question.name, found[0].position, backwards=True)
    return answers.listed(found, total, extra)
