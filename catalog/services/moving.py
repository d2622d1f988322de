"""Moving house: the people and teams of one integration become another's (a new Okta application, Okta to Entra).

Who moves is whom the new integration has asked for, by exactly the same userName, group name or externalId; so it is
connected first, asks, and is told to wait. Ids, memberships and history stay as they are; what the former integration
called somebody is remembered as a dormant name, and the new one's name for the same person is no conflict.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeVar
from uuid import UUID

from catalog import access, permissions, sql
from catalog.actors import Actor
from catalog.changes import Change
from catalog.database import database
from catalog.dialects import DIALECTS, FOREVER
from catalog.engines import Row
from catalog.errors import Invalid, NotFound
from catalog.ids import FOREVER as STILL
from catalog.ids import fold, new_id
from catalog.models import ExternalId, Integration, Team, User
from catalog.services import account_roles, mapping
from catalog.services.external_ids import Subject
from catalog.services.integration_settings import Settings

CHUNK = 500
"""Rows held, and written, at once: within a statement's time on a busy machine."""

By = Literal["userName", "displayName", "externalId", "everybody"]
M = TypeVar("M", User, Team)
Rows = Callable[..., Awaitable[Sequence[Row]]]


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody, or a team, of the integration that is left: as it is called there, and how it was recognised."""

    kind: Subject
    id: UUID
    name: str
    by: By | None = None
    """None for whom the new integration has not asked for, and where something stands against it."""
    external_id: str | None = None
    """What the new integration calls it, as far as it has said."""
    reason: str | None = None
    """What stands against moving it."""


@dataclass(frozen=True, slots=True)
class Preview:
    """Who would move, who stays because nobody asked for them, and who stays for a reason."""

    matched: list[Found] = field(default_factory=list)
    only_in_source: list[Found] = field(default_factory=list)
    conflicts: list[Found] = field(default_factory=list)

    def ids(self, kind: Subject) -> list[UUID]:
        """Who would move, of one kind."""
        return [found.id for found in self.matched if found.kind == kind]


async def preview(actor: Actor, source_id: UUID, target_id: UUID, *, everybody: bool = False) -> Preview:
    """What `move` would do. Raises NotPermitted; NotFound; Invalid for one and the same."""
    permissions.need(actor, "provisioning.read")
    db = database(actor.account_id)
    known = await db.rows(
        "SELECT id FROM integrations WHERE account_id = $1 AND id IN ($2, $3) AND deleted_at IS NULL",
        *(actor.account_id, source_id, target_id),
    )
    for wanted in (source_id, target_id):
        if str(wanted) not in {str(row["id"]) for row in known}:
            raise NotFound("integration", wanted)
    return await _plan(db.rows, actor.account_id, source_id, target_id, everybody)


async def move(this: Change, source_id: UUID, target_id: UUID, *, everybody: bool = False) -> Preview:
    """All who match are the target's from now on; who they are, and who stayed.

    With `everybody`, also those whom the target has not asked for yet, so that its first push finds its own. Raises as
    `preview` does.
    """
    permissions.need(this.actor, "integrations.manage")
    # In one order, so that two moves between the same two can't wait for each other.
    held = {id: await access.integration(this, id, lock=True) for id in sorted({source_id, target_id})}
    plan = await _plan(this.rows, this.account_id, source_id, target_id, everybody)
    moving = _Move(this, held[source_id], held[target_id], {(found.kind, found.id): found for found in plan.matched})
    await moving.people(plan.ids("user"))
    await moving.teams(plan.ids("team"))
    await moving.roles(plan.ids("user"))
    return plan


class _Move:
    """A move that is being carried out."""

    def __init__(
        self, this: Change, source: Integration, target: Integration, found: dict[tuple[Subject, UUID], Found]
    ) -> None:
        self.this, self.source, self.target, self.found = this, source, target, found
        self.before, self.after = Settings.read(source.settings), Settings.read(target.settings)

    async def people(self, ids: list[UUID]) -> None:
        """The people are the target's, under the names and emails that its mapping gives them."""
        mapped = (self.before.name_from, self.before.email_from) != (self.after.name_from, self.after.email_from)
        if self.before.email_from != self.after.email_from:
            for some in _chunks(ids):
                await mapping.free_emails(self.this, await self._held(User, some), self.after)
        for some in _chunks(ids):
            people = await self._held(User, some)
            await self._hand_over("user", people)
            if mapped:
                await mapping.map_people(self.this, people, self.after)

    async def teams(self, ids: list[UUID]) -> None:
        """The teams are the target's, under the names that its rules give them, with the parents they were pushed."""
        for some in _chunks(ids):
            teams = await self._held(Team, some)
            for team in teams:
                if team.parent_integration_id == self.source.id:
                    team.parent_integration_id = self.target.id
            await self._hand_over("team", teams)
            if self.before.team_rules != self.after.team_rules:
                await mapping.map_teams(self.this, teams, self.after)

    async def roles(self, user_ids: list[UUID]) -> None:
        """Account roles are those that the target's groups give."""
        if self.before.group_roles or self.after.group_roles:
            await account_roles.follow(self.this, {*user_ids, *await account_roles.holders(self.this, self.source.id)})
            await account_roles.follow_integration(self.this, self.target.id)

    async def _hand_over(self, kind: Subject, rows: Sequence[User | Team]) -> None:
        this = self.this
        for row in rows:
            row.integration_id = self.target.id
            found = self.found[(kind, row.id)]
            after = {"integration_id": str(self.target.id), "integration": self.target.name}
            if found.external_id is not None:
                after["external_id"] = found.external_id
            before = {"integration_id": str(self.source.id), "integration": self.source.name}
            this.record(f"{kind}.linked", row, kind=kind, name=row.name, before=before, after=after)
        await self._rename_outside(kind, [row.id for row in rows])
        chosen = DIALECTS[this.dialect].one_of("subject_id", "$5", "uuid")
        this.run(
            "UPDATE pending_decisions SET decided_at = $1, decision = 'linked' WHERE account_id = $2 "
            f"AND integration_id = $3 AND kind = $4 AND {chosen} AND decided_at IS NULL",
            *(this.at, this.account_id, self.target.id, f"link_{kind}", [row.id for row in rows]),
        )
        await this.flush()

    async def _rename_outside(self, kind: Subject, ids: list[UUID]) -> None:
        """What the source called them is dormant; what the target calls them, as far as it has said, is remembered."""
        this = self.this
        chosen = DIALECTS[this.dialect].one_of("subject_id", "$4", "uuid")
        current = f"account_id = $1 AND integration_id = $2 AND subject_kind = $3 AND {chosen} AND until = {FOREVER}"
        rows = await this.rows(
            f"SELECT subject_id, value FROM external_ids WHERE {current}", this.account_id, self.target.id, kind, ids
        )
        known = {UUID(str(row["subject_id"])): row["value"] for row in rows}
        called = {id: value for id in ids if (value := self.found[(kind, id)].external_id) not in (None, known.get(id))}
        end = f"UPDATE external_ids SET until = $5 WHERE {current}"
        this.run(end, this.account_id, self.source.id, kind, ids, this.at)
        this.run(end, this.account_id, self.target.id, kind, list(called), this.at)
        for id, value in called.items():
            this.add(
                ExternalId(
                    id=new_id(),
                    account_id=this.account_id,
                    integration_id=self.target.id,
                    subject_kind=kind,
                    subject_id=id,
                    value=value,
                    since=this.at,
                    until=STILL,
                )
            )

    async def _held(self, model: type[M], ids: list[UUID]) -> list[M]:
        """The rows, held until the change ends, as far as they are still the source's."""
        say = DIALECTS[self.this.dialect]
        rows = await self.this.rows(
            f"SELECT {sql.columns(model, 'r')} FROM {model._meta.db_table} r WHERE r.account_id = $1 "
            f"AND r.integration_id = $2 AND r.deleted_at IS NULL AND {say.one_of('r.id', '$3', 'uuid')} "
            f"ORDER BY r.id{say.for_update}",
            *(self.this.account_id, self.source.id, ids),
        )
        return [access.loaded(model, row) for row in rows]


# --- the plan -----------------------------------------------------------------------------------------------------


async def _plan(rows: Rows, account_id: UUID, source_id: UUID, target_id: UUID, everybody: bool) -> Preview:
    if source_id == target_id:
        raise Invalid("target", "an integration cannot move to itself.")
    plan = Preview()
    for kind in ("user", "team"):
        there = await _there(rows, account_id, target_id, kind)
        for row in await rows(_CANDIDATES[kind], account_id, source_id, target_id):
            found = _match(kind, row, there, everybody)
            place = plan.conflicts if found.reason else plan.matched if found.by else plan.only_in_source
            place.append(found)
    return plan


@dataclass(frozen=True, slots=True)
class _There:
    """What the target has already: names of its own by externalId, and the folded names of its teams."""

    called: dict[str, tuple[str, str]]
    """An externalId to the id and the name of whom the target calls so."""
    names: set[str]


async def _there(rows: Rows, account_id: UUID, target_id: UUID, kind: Subject) -> _There:
    table, name = ("users", "user_name") if kind == "user" else ("teams", "provider_name")
    called = await rows(
        f"SELECT x.value, x.subject_id, s.{name} AS name FROM external_ids x JOIN {table} s ON s.id = x.subject_id "
        f"WHERE x.account_id = $1 AND x.integration_id = $2 AND x.subject_kind = '{kind}' AND x.until = {FOREVER} "
        "AND s.deleted_at IS NULL AND s.integration_id = $2",
        account_id,
        target_id,
    )
    names = await rows(
        f"SELECT {name}_key AS name_key FROM {table} WHERE account_id = $1 AND integration_id = $2 "
        "AND deleted_at IS NULL",
        account_id,
        target_id,
    )
    return _There(
        {row["value"]: (str(row["subject_id"]), row["name"]) for row in called}, {row["name_key"] for row in names}
    )


def _match(kind: Subject, row: Row, there: _There, everybody: bool) -> Found:
    """How the target means this one, if it does, or what stands against it."""
    by: By | None = "everybody" if everybody else None
    if row["wished"] is not None:
        same_name = fold(row["wished"]) == row["name_key"]
        same_id = row["wished_id"] is not None and row["wished_id"] == row["called"]
        by = ("userName" if kind == "user" else "displayName") if same_name else "externalId" if same_id else None
    reason = None
    namesake = there.called.get(row["wished_id"] or row["called"] or "")
    if kind == "user" and row["is_break_glass"]:
        reason = "may always sign in with a password, so no integration manages them"
    elif kind == "user" and row["role"] == "admin":
        reason = "is an administrator: link them one by one, with --user"
    elif row["wished"] is not None and by is None:
        reason = f"is asked for as {row['wished']!r}: link them one by one, or rename them first"
    elif kind == "team" and row["name_key"] in there.names:
        reason = "has the name of a team that the target pushes already"
    elif namesake is not None and namesake[0] != str(row["id"]):
        reason = f"has the externalId by which the target knows {namesake[1]!r}"
    return Found(kind, UUID(str(row["id"])), row["name"], None if reason else by, row["wished_id"], reason)


def _candidates(table: str, kind: Subject, columns: str) -> str:
    return (
        f"SELECT s.id, {columns}, d.name AS wished, d.external_id AS wished_id, x.value AS called FROM {table} s "
        f"LEFT JOIN pending_decisions d ON d.integration_id = $3 AND d.kind = 'link_{kind}' AND d.subject_id = s.id "
        "AND d.decided_at IS NULL "
        f"LEFT JOIN external_ids x ON x.integration_id = $2 AND x.subject_kind = '{kind}' AND x.subject_id = s.id "
        f"AND x.until = {FOREVER} "
        "WHERE s.account_id = $1 AND s.integration_id = $2 AND s.deleted_at IS NULL ORDER BY 2, s.id"
    )


_CANDIDATES: dict[Subject, str] = {
    # An administrator by a group's gift is none by hand: what the target's groups give is seen to afterwards.
    "user": _candidates(
        "users",
        "user",
        "s.user_name AS name, s.user_name_key AS name_key, s.is_break_glass, coalesce(s.role_by_hand, s.role) AS role",
    ),
    "team": _candidates("teams", "team", "s.provider_name AS name, s.provider_name_key AS name_key"),
}


def _chunks(ids: list[UUID]) -> Iterator[list[UUID]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]
