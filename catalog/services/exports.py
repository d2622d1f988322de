"""Exports: lists as a stream of flat rows, read by pages: a million people take no more memory than five hundred.

What a reader may not see is no column of theirs. People, teams and memberships as they are, as they were at an instant,
or what changed of them behind a place in the feed; changes of memberships and the audit trail between two instants.
Ids are those of GraphQL.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args
from uuid import UUID

import orjson

from catalog import access, permissions
from catalog.actors import Actor
from catalog.changes import Change
from catalog.errors import Invalid
from catalog.ids import now, public_id
from catalog.selection import EVERYTHING, AllOf, Column, Compare, Order, Where
from catalog.services import answers, feed, visibility
from catalog.shapes import MOST_ROWS, Connected, Member, Nodes, One, Page, PageFacts, Rows, Shape, Shown
from catalog.visibility import Visibility

What = Literal["users", "teams", "memberships", "membership-changes", "audit"]
WHATS: tuple[What, ...] = get_args(What)

Type = Literal["text", "instant", "boolean", "integer", "json"]

MOST_CHANGED = 100_000
"""Rows of one export of what changed; the cursor that comes with it goes on from there."""


@dataclass(frozen=True, slots=True)
class Datum:
    """A column: its name, its type, and where it is found: a field of the row, or of what its link leads to."""

    name: str
    type: Type
    path: tuple[str, ...]
    attribute: str | None = None
    """The field of people that it tells, which not everybody may see."""


@dataclass(frozen=True, slots=True)
class Export:
    """What is wanted. `at` for lists as they were, `begin` and `end` for what is of a time; `after` is a cursor."""

    what: What
    at: datetime | None = None
    begin: datetime | None = None
    end: datetime | None = None
    after: str | None = None
    where: Where = EVERYTHING
    with_deactivated: bool = False
    """Of memberships: those of people who are deactivated too. People themselves are all there, with their status."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """An export that may be made: its columns, the instant it tells of, and the feed's cursor to go on from."""

    export: Export
    data: tuple[Datum, ...]
    at: datetime
    cursor: str | None
    ids: tuple[UUID, ...] | None = None
    gone: frozenset[UUID] = frozenset()

    @property
    def columns(self) -> dict[str, Type]:
        """The columns' names in order, each with the type of its values."""
        own = {datum.name: datum.type for datum in self.data}
        return own if self.ids is None else {**own, "is_deleted": "boolean"}


async def prepare(actor: Actor, export: Export) -> Prepared:
    """The export, checked. Raises NotPermitted; Invalid for what does not go together, or a cursor that is none."""
    permissions.need(actor, "exports.make")
    permissions.need(actor, "audit.read" if export.what == "audit" else "users.read")
    if export.at is not None or export.what == "membership-changes":
        permissions.need(actor, "history.read")
    _check(export)
    data = tuple(_seen(DATA[export.what], await visibility.of(actor)))
    at = export.at or export.end or now()
    if export.what not in KINDS or export.at is not None:
        return Prepared(export, data, at, None)
    if export.after is None:
        # Before the first row is read: what changes meanwhile is told once more by whoever goes on from here.
        return Prepared(export, data, at, str(await feed.end(actor)))
    changed, cursor = await _changed(actor, KINDS[export.what], export.after)
    gone = frozenset(id for id, is_gone in changed.items() if is_gone)
    return Prepared(export, data, at, cursor, tuple(changed), gone)


async def rows(actor: Actor, prepared: Prepared) -> AsyncIterator[list[dict[str, Any]]]:
    """The rows, some hundred at a time, each with every column; instants are RFC 3339 text, documents are values."""
    if prepared.ids is not None:
        async for some in _rows_of(actor, prepared, prepared.ids):
            yield some
        return
    cursor: str | None = None
    while True:
        asked = One("account", Rows(""), (_page(prepared, cursor),))
        page = orjson.loads(await answers.answer(actor, "accounts", asked))["rows"]
        yield [_flat(prepared, row) for row in page["nodes"]]
        if not page["page"]["more"]:
            return
        cursor = page["page"]["end"]


async def note(this: Change, prepared: Prepared, *, format: str) -> None:
    """The audit event of an export that is being made: who took what with them."""
    permissions.need(this.actor, "exports.make")
    account = await access.account(this, lock=True)
    export = prepared.export
    told = {
        "what": export.what,
        "format": format,
        "columns": list(prepared.columns),
        **{name: value.isoformat() for name in ("at", "begin", "end") if (value := getattr(export, name))},
        **({"after": export.after} if export.after else {}),
        **({"is_filtered": True} if export.where != EVERYTHING else {}),
    }
    this.record("export.made", account, kind="account", name=account.name, after=told)


# --- the columns --------------------------------------------------------------------------------------------------


def _data(**columns: str) -> tuple[Datum, ...]:
    """`name="type path.to.field"`, with `!field` at the end where it tells an attribute of people."""
    told = []
    for name, text in columns.items():
        described, _, attribute = text.partition("!")
        kind, path = described.split()
        told.append(Datum(name, kind, tuple(path.split(".")), attribute or None))  # type: ignore[arg-type]
    return tuple(told)


_PERIOD = {
    "valid_from": "instant valid_from",
    "valid_to": "instant valid_to",
    "recorded_at": "instant recorded_at",
    "began_on_or_before": "boolean began_on_or_before",
}
_WHO = {
    "team_id": "text team_id",
    "team_alias": "text team.alias",
    "team_name": "text team.name",
    "user_id": "text user_id",
    "user_email": "text user.email!email",
    "user_name": "text user.name",
}

DATA: dict[What, tuple[Datum, ...]] = {
    "users": _data(
        id="text id",
        user_name="text user_name",
        name="text name",
        given_name="text given_name",
        family_name="text family_name",
        email="text email!email",
        title="text title!title",
        department="text department!department",
        employee_number="text employee_number!employee_number",
        user_type="text user_type!user_type",
        manager_id="text manager_id!manager_id",
        manager_name="text manager.name!manager_id",
        manager_email="text manager.email!manager_id",
        role="text role",
        status="text status",
        deactivated_at="instant deactivated_at",
        invitation="text invitation",
        last_sign_in_at="instant last_sign_in_at",
        source="text integration.name",
        created_at="instant created_at",
        updated_at="instant updated_at",
        attributes="json attributes",
    ),
    "teams": _data(
        id="text id",
        alias="text alias",
        name="text name",
        parent_id="text parent_id",
        parent_alias="text parent.alias",
        parent_name="text parent.name",
        responsibilities="text responsibilities",
        source="text integration.name",
        created_at="instant created_at",
        updated_at="instant updated_at",
    ),
    "memberships": _data(id="text id", **_WHO, role="text role", source="text integration.name", **_PERIOD),
    "membership-changes": _data(
        at="instant at",
        type="text type",
        **_WHO,
        role="text role",
        previous_role="text previous_role",
        source="text integration.name",
        recorded_at="instant recorded_at",
    ),
    "audit": (
        *_data(id="text id", at="instant at"),
        Datum("action", "text", ("action",)),
        *_data(
            actor_kind="text actor_kind",
            actor_name="text actor_name",
            subject_kind="text subject_kind",
            subject_id="text subject",
            subject_name="text subject_name",
            before="json before",
            after="json after",
            change_id="text change_id",
            request_id="text request_id",
        ),
    ),
}
"""What each export has, in order."""

KINDS: Mapping[str, feed.Kind] = {"users": "user", "teams": "team", "memberships": "membership"}
"""The lists that can be told as they were, or by what changed of them."""

_TYPES = {"users": "User", "teams": "Team", "memberships": "TeamMembership"}


def _check(export: Export) -> None:
    is_list = export.what in KINDS
    if not is_list and (export.at or export.after):
        raise Invalid("what", f"{export.what} are of a time: say from when to when.")
    if is_list and (export.begin or export.end):
        raise Invalid("what", f"{export.what} are of one instant; take membership-changes for a time.")
    if export.at and export.after:
        raise Invalid("after", "what changed is told as it is now, so it goes with no instant.")
    if export.what == "membership-changes" and export.begin is None:
        raise Invalid("from", "say from when changes are wanted.")
    if export.where != EVERYTHING and (export.what != "users" or export.after):
        raise Invalid("where", "a condition goes with people alone, and not with what changed.")


def _seen(data: tuple[Datum, ...], sees: Visibility) -> Iterator[Datum]:
    return (datum for datum in data if datum.attribute is None or sees.sees_column(datum.attribute))


# --- a page -------------------------------------------------------------------------------------------------------


def _page(prepared: Prepared, cursor: str | None) -> Member:
    """A page of the account's rows."""
    export = prepared.export
    link, where = export.what.replace("-", "_"), [export.where]
    given: dict[str, Any] = {}
    orders: tuple[Order, ...] = (Order(Column("id")),)
    if export.at is not None:
        link, given = f"past_{link}", {"at": export.at}
    if export.what == "memberships" and not export.with_deactivated:
        where.append(Compare(Column("user_active"), "eq", True))
    if export.what == "membership-changes":
        orders, given = (), {"begin": export.begin, "end": prepared.at, "collapse": 0}
    if export.what == "audit":
        orders = (Order(Column("at")),)
        where += [
            Compare(Column("at"), op, at)  # type: ignore[arg-type]
            for op, at in (("ge", export.begin), ("le", export.end))
            if at is not None
        ]
    asked = Rows(link, AllOf(tuple(where)), orders, Page(MOST_ROWS, cursor), tuple(given.items()))
    facts = (("more", "has_next"), ("end", "end"))
    return Connected("rows", asked, (Nodes("nodes", _shape(prepared.data)), PageFacts("page", facts)))


def _shape(data: tuple[Datum, ...]) -> Shape:
    """What the columns are made of, as one object with an object for each link."""
    own: list[Member] = []
    linked: dict[str, list[Member]] = {}
    for datum in data:
        *link, field = datum.path
        (linked.setdefault(link[0], []) if link else own).append(Shown(datum.name, field))
    return (*own, *(One(f"of_{link}", Rows(link), tuple(fields)) for link, fields in linked.items()))


def _flat(prepared: Prepared, row: dict[str, Any]) -> dict[str, Any]:
    found = {}
    for datum in prepared.data:
        place = row if len(datum.path) == 1 else row.get(f"of_{datum.path[0]}") or {}
        found[datum.name] = place.get(datum.name)
    return found


# --- what changed -------------------------------------------------------------------------------------------------


async def _changed(actor: Actor, kind: feed.Kind, after: str) -> tuple[dict[UUID, bool], str]:
    """Whose changes stand behind the cursor, each with whether it is gone by now; and the cursor behind them."""
    changed: dict[UUID, bool] = {}
    cursor = after
    while len(changed) < MOST_CHANGED:
        page = await feed.page(actor, after=cursor, size=feed.MOST, kinds=(kind,))
        for told in page.changes:
            changed[told.id] = told.is_deleted
        cursor = str(page.end)
        if not page.has_more:
            break
    return changed, cursor


async def _rows_of(actor: Actor, prepared: Prepared, ids: tuple[UUID, ...]) -> AsyncIterator[list[dict[str, Any]]]:
    """The rows of these ids as they are now; of what is gone, its id alone."""
    nothing = dict.fromkeys(prepared.columns)
    what = prepared.export.what
    member = One("row", Rows("itself"), _shape(prepared.data))
    for start in range(0, len(ids), MOST_ROWS):
        some = ids[start : start + MOST_ROWS]
        found = await answers.answers(actor, what, member, some)
        told = []
        for id in some:
            is_gone = id in prepared.gone
            # A membership that has ended is still told of; of people and teams that are deleted nothing is.
            row = None if is_gone and what != "memberships" else orjson.loads(found.get(id, "null"))
            flat = _flat(prepared, row) if row else {**nothing, "id": public_id(_TYPES[what], id)}
            told.append({**flat, "is_deleted": is_gone or row is None})
        yield told
