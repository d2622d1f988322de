"""The feed: what changed of people, teams and memberships, in the order in which it was committed.

It reads sealed events alone (`catalog.sealing`), so whoever goes on from where they stopped never misses what was begun
earlier and committed later. It tells that something changed, not to what: the reader asks for what is so now, and may
be told of the same change twice. A membership is told of by the change that began it and by the one that ended it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from catalog import permissions
from catalog.actors import Actor
from catalog.database import database
from catalog.dialects import DIALECTS, FOREVER
from catalog.engines import Row
from catalog.errors import Invalid

Kind = Literal["user", "team", "membership"]
KINDS: tuple[Kind, ...] = ("user", "team", "membership")

MOST = 500
"""Changes of one page, at most."""

_OWN = UUID(int=0)
"""Before every membership."""

# Who signs in, or is asked to, has not changed; and members are told of one by one.
_LEFT_OUT = "e.action NOT LIKE 'session.%' AND e.action NOT LIKE 'memberships.%'"


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the feed: behind everything of an event; or within it, behind its own change or a membership of it."""

    seq: int = 0
    membership: UUID | None = None

    def __str__(self) -> str:
        return f"{self.seq}" if self.membership is None else f"{self.seq}_{self.membership.hex}"

    @classmethod
    def read(cls, cursor: str | None) -> Place:
        """The place of a cursor; the beginning for none. Raises Invalid for what is no cursor of the feed."""
        number, _, key = (cursor or "0").partition("_")
        try:
            if not (number.isascii() and number.isdigit()) or len(number) > 18:
                raise ValueError
            return cls(int(number), UUID(hex=key) if key else None)
        except ValueError:
            raise Invalid("after", "this is no cursor of the feed; take `endCursor` of an answer as it is.") from None


@dataclass(frozen=True, slots=True)
class Told:
    """One change. `id` is the person's, the team's or the membership's; `at` is RFC 3339 text.

    `is_deleted` says whether it is gone by now: a person or a team that was deleted, a membership that has ended.
    """

    place: Place
    kind: Kind
    id: UUID
    at: str
    action: str
    is_deleted: bool


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the feed, whether there is more, and where to go on: where the reader stood, if nothing came."""

    changes: list[Told]
    has_more: bool
    end: Place


async def page(actor: Actor, *, after: str | None = None, size: int = 100, kinds: Collection[Kind] = KINDS) -> Page:
    """The changes behind the cursor, at most `size`, of these kinds. Raises NotPermitted, Invalid."""
    permissions.need(actor, "history.read")
    if not 0 <= size <= MOST:
        raise Invalid("first", f"it is from 0 to {MOST}, not {size}.")
    place = Place.read(after)
    found: list[Told] = []
    while True:
        events = await _events(actor, place, size + 1)
        memberships = await _memberships(actor, place, events, size + 1) if "membership" in kinds else []
        for told in _in_order(events, memberships, place, kinds):
            if len(found) == size:
                return Page(found, True, found[-1].place if found else place)
            found.append(told)
        if len(events) <= size:
            return Page(found, False, Place(events[-1]["seq"]) if events else place)
        place = Place(events[-1]["seq"])


async def end(actor: Actor) -> Place:
    """Where the feed ends at this moment: whoever goes on from here is told of what comes. Raises NotPermitted."""
    permissions.need(actor, "history.read")
    row = await database(actor.account_id).one(
        "SELECT max(seq) AS seq FROM audit_events WHERE account_id = $1 AND seq IS NOT NULL", actor.account_id
    )
    return Place(row["seq"] or 0) if row is not None else Place()


def _in_order(events: Sequence[Row], memberships: Sequence[Row], place: Place, kinds: Collection[Kind]) -> list[Told]:
    """The changes that the events tell of: each its own first, then its memberships by their ids."""
    by_event: dict[int, list[Row]] = {}
    for row in memberships:
        by_event.setdefault(row["seq"], []).append(row)
    told: list[Told] = []
    for event in events:
        kind: Kind = event["subject_kind"]
        if event["seq"] > place.seq and event["is_told"] and kind in kinds:
            own, subject_id = Place(event["seq"], _OWN), _uuid(event["subject_id"])
            told.append(Told(own, kind, subject_id, event["at"], event["action"], bool(event["is_deleted"])))
        told += [
            Told(_place(row), "membership", _uuid(row["id"]), event["at"], event["action"], bool(row["is_deleted"]))
            for row in by_event.get(event["seq"], ())
        ]
    return told


async def _events(actor: Actor, place: Place, limit: int) -> Sequence[Row]:
    """Events about people and teams from the place on; the one in whose memberships the reader stands is the first."""
    db = database(actor.account_id)
    say = DIALECTS[db.dialect]
    return await db.rows(
        f"SELECT e.seq, e.action, e.subject_kind, e.subject_id, {say.instant('e.at')} AS at, {_LEFT_OUT} AS is_told, "
        "(u.deleted_at IS NOT NULL OR t.deleted_at IS NOT NULL) AS is_deleted FROM audit_events e "
        "LEFT JOIN users u ON u.id = e.subject_id LEFT JOIN teams t ON t.id = e.subject_id "
        "WHERE e.account_id = $1 AND e.seq > $2 AND e.subject_kind IN ('user', 'team') ORDER BY e.seq LIMIT $3",
        *(actor.account_id, place.seq - (place.membership is not None), limit),
    )


async def _memberships(actor: Actor, place: Place, events: Sequence[Row], limit: int) -> Sequence[Row]:
    """The memberships that these events' changes began or ended, in the order of the feed.

    Of a change that tells of one team several times, the last event has them.
    """
    teams = [event["seq"] for event in events if event["subject_kind"] == "team"]
    if not teams:
        return []
    params: list[Any] = [actor.account_id, teams[0], teams[-1], limit]
    further = "TRUE"
    if place.membership is not None:
        params += [place.seq, place.membership]
        further = "(e.seq > $5 OR m.id > $6)"
    return await database(actor.account_id).rows(
        f"SELECT e.seq, m.id, m.valid_to < {FOREVER} AS is_deleted FROM audit_events e "
        "JOIN memberships m ON m.team_id = e.subject_id AND (m.begun_in = e.change_id OR m.ended_in = e.change_id) "
        "WHERE e.account_id = $1 AND e.seq >= $2 AND e.seq <= $3 AND e.subject_kind = 'team' "
        "AND NOT EXISTS (SELECT 1 FROM audit_events l WHERE l.account_id = e.account_id "
        f"AND l.subject_id = e.subject_id AND l.change_id = e.change_id AND l.seq > e.seq) AND {further} "
        "ORDER BY e.seq, m.id LIMIT $4",
        *params,
    )


def _place(row: Row) -> Place:
    return Place(row["seq"], _uuid(row["id"]))


def _uuid(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)
