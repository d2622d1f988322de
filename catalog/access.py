"""The doors: one look-up per noun, scoped by account, for rows that a change is about to alter.

There is no second way to a row for writing. What another account has is not there, and what was deleted is not there
either, save for whoever erases or discloses a person. Lists are not read here: they are SQL of their own and build no
rows.
"""

from __future__ import annotations

from typing import Any, TypeVar
from uuid import UUID

from tortoise.models import Model

from catalog import sql, timekeeping
from catalog.changes import Change
from catalog.dialects import DIALECTS
from catalog.errors import NotFound, VersionMismatch
from catalog.ids import as_uuid
from catalog.models import (
    Account,
    ApiToken,
    Contact,
    Integration,
    PendingDecision,
    PropertyDefinition,
    SignInConnection,
    Tag,
    Team,
    User,
)

M = TypeVar("M", bound=Model)
V = TypeVar("V", User, Team, Integration, PropertyDefinition, SignInConnection)


async def account(this: Change, *, lock: bool = False) -> Account:
    """The account of the change. Raises NotFound if it has been purged meanwhile."""
    return await _found(this, Account, "account", this.account_id, "r.id = $1 AND r.id = $2", lock)


async def user(this: Change, id: UUID | str, *, lock: bool = False, version: int | None = None) -> User:
    """The person; held until the change ends with `lock`, and only at `version` where one is given.

    Raises NotFound, VersionMismatch (RFC 7644 §3.14, answered as 412).
    """
    return at(await _found(this, User, "user", id, _UNDELETED, lock), version)


async def user_ever(this: Change, id: UUID | str, *, version: int | None = None) -> User:
    """The person, also one who was deleted, held until the change ends. Raises NotFound, VersionMismatch."""
    return at(await _found(this, User, "user", id, _SCOPED, lock=True), version)


async def team(this: Change, id: UUID | str, *, lock: bool = False, version: int | None = None) -> Team:
    """The team; held until the change ends with `lock`, and only at `version` where one is given.

    The lock is FOR NO KEY UPDATE on PostgreSQL, so that memberships may still be added that refer to the team; SQLite
    has one writer anyway. Raises NotFound, VersionMismatch.
    """
    return at(await _found(this, Team, "team", id, _UNDELETED, lock), version)


async def integration(this: Change, id: UUID | str, *, lock: bool = False, version: int | None = None) -> Integration:
    """The integration, only at `version` where one is given.

    Raises NotFound, also for one that was deleted; VersionMismatch.
    """
    return at(await _found(this, Integration, "integration", id, _UNDELETED, lock), version)


async def token(this: Change, id: UUID | str, *, lock: bool = False) -> ApiToken:
    """The token, revoked or not. Raises NotFound."""
    return await _found(this, ApiToken, "token", id, _SCOPED, lock)


async def decision(this: Change, id: UUID | str, *, lock: bool = False) -> PendingDecision:
    """The decision that waits, or was taken. Raises NotFound."""
    return await _found(this, PendingDecision, "decision", id, _SCOPED, lock)


async def contact(this: Change, id: UUID | str) -> Contact:
    """The contact; whoever alters it holds its owner. Raises NotFound."""
    return await _found(this, Contact, "contact", id, _SCOPED, lock=False)


async def tag(this: Change, id: UUID | str) -> Tag:
    """The tag; whoever alters it holds its owner. Raises NotFound."""
    return await _found(this, Tag, "tag", id, _SCOPED, lock=False)


async def property_definition(this: Change, id: UUID | str, *, version: int | None = None) -> PropertyDefinition:
    """The definition, held until the change ends, and only at `version` where one is given.

    Raises NotFound, VersionMismatch.
    """
    return at(await _found(this, PropertyDefinition, "property definition", id, _SCOPED, lock=True), version)


async def sign_in_connection(this: Change, id: UUID | str, *, version: int | None = None) -> SignInConnection:
    """The connection, held until the change ends, and only at `version` where one is given.

    Raises NotFound, also for one that was deleted; VersionMismatch.
    """
    return at(await _found(this, SignInConnection, "sign-in connection", id, _UNDELETED, lock=True), version)


def loaded(model: type[M], row: Any) -> M:
    """The row of a SELECT of `sql.columns(model, …)`, as an instance of the model."""
    found = model._init_from_db(**dict(row))
    timekeeping.remember(found)
    return found


def at(row: V, version: int | None) -> V:
    """The row, if it is at this version, or none is asked for. Raises VersionMismatch."""
    if version is not None and row.version != version:
        raise VersionMismatch(version, row.version)
    return row


_SCOPED = "r.account_id = $1 AND r.id = $2"
_UNDELETED = f"{_SCOPED} AND r.deleted_at IS NULL"


async def _found(this: Change, model: type[M], kind: str, id: UUID | str, where: str, lock: bool) -> M:
    key = as_uuid(id) if isinstance(id, str) else id
    if key is None:
        raise NotFound(kind, id)
    held = DIALECTS[this.dialect].for_update if lock else ""
    rows = await this.rows(
        f"SELECT {sql.columns(model, 'r')} FROM {model._meta.db_table} r WHERE {where}{held}", this.account_id, key
    )
    if not rows:
        raise NotFound(kind, id)
    return loaded(model, rows[0])
