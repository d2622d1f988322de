"""The audit trail, read; and the names of everything that it tells of.

It is written by `Change.record` alone, in the transaction of what it tells of. A service records no action that is
not named here; docs/audit.md explains each, and tests hold both to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from catalog import permissions, sentences, sql
from catalog.actors import Actor
from catalog.database import database
from catalog.dialects import DIALECTS
from catalog.engines import Row
from catalog.ids import as_uuid
from catalog.selection import EVERYTHING, Column, Order, Where, Window
from catalog.services import visibility
from catalog.visibility import Visibility

ACTIONS: dict[str, str] = {
    "account.created": "An account was made.",
    "account.updated": "The account's name, time zone or settings changed.",
    "account.restored": "The account came from a backup; it stands behind a fence until the checklist is done.",
    "account.resynced": "Somebody has been through the checklist after a restore: everybody signs in again.",
    "export.made": "Somebody took a list away as a file; what it held is named, not shown.",
    "user.created": "A person came into the catalog: by hand, or from a provider.",
    "user.updated": "A person's attributes changed; the old and new values of the main ones are shown.",
    "user.deactivated": "A person lost their access: sessions, personal tokens and unsent letters ended.",
    "user.reactivated": "A person was made active again.",
    "user.deleted": "A person was deleted; their history stays.",
    "user.exported": "Somebody took away everything that is kept of a person.",
    "user.erased": "A person was erased: what the trail said of them is gone, and that it was there is proven.",
    "user.role_changed": "A person's role in the account changed.",
    "user.linked": "A person is managed by an integration from now on.",
    "user.detached": "A person is no longer managed by an integration.",
    "team.created": "A team was made: by hand, or from a pushed group.",
    "team.renamed": "A team's name changed; its aliases stay.",
    "team.moved": "A team has another parent.",
    "team.updated": "A team's responsibilities or aliases changed.",
    "team.deleted": "A team was deleted; it may be restored for 90 days.",
    "team.restored": "A deleted team came back.",
    "team.linked": "A team is managed by an integration from now on.",
    "team.detached": "A team is no longer managed by an integration.",
    "contacts.changed": "A team or a person is reached otherwise.",
    "tags.changed": "Tags of a team or a person were added or removed.",
    "property_definition.created": "A property of teams was defined.",
    "property_definition.updated": "The definition of a property changed; values that no longer fit are told of.",
    "property_definition.deleted": "A property of teams was abolished, with its values.",
    "property.assigned": "A team has another value for a property.",
    "property.unassigned": "A team has no value for a property any more.",
    "memberships.changed": "People joined or left a team, or have another role in it.",
    "memberships.imported": "Memberships of the past were brought in from elsewhere.",
    "integration.created": "An integration was made.",
    "integration.updated": "An integration's settings changed.",
    "integration.paused": "What an integration writes is refused until an administrator lets it go on.",
    "integration.resumed": "An administrator let an integration go on.",
    "alert.raised": "Administrators were told that an integration deactivates, or empties, more than is usual.",
    "integration.deleted": "An integration was deleted: its tokens ended, its people and teams stay.",
    "external_id.changed": "An integration calls a person or a team by another name.",
    "decision.taken": "Somebody decided what an integration had to wait for.",
    "token.created": "An API token was made.",
    "token.deleted": "An API token was deleted and is refused from then on.",
    "token.notice_sent": "Whoever is concerned was told that a token ends soon.",
    "letters.released": "Letters that were held are being sent.",
    "letters.discarded": "Letters that were held will not be sent.",
    "letter.retried": "A letter that could not be sent is tried again.",
    "letter.discarded": "A letter that could not be sent will not be tried again.",
    "invitation.sent": "A person was sent an invitation again.",
    "invitation.accepted": "A person accepted their invitation.",
    "invitation.revoked": "A person's invitation was withdrawn.",
    "invitations.expired": "Invitations were not accepted within seven days.",
    "link.created": "A link was made that lets somebody in once: to set up, or to choose a password.",
    "link.used": "A link that lets somebody in was used; it is good no more.",
    "password.set": "A person has another password; their sessions ended.",
    "password.link_sent": "A person was sent a link to choose a new password.",
    "session.started": "A person signed in.",
    "session.confirmed": "A person proved anew who they are, to do what needs it.",
    "session.ended": "A person's session was ended.",
    "sign_in_connection.created": "A way to sign in by an identity provider was made; it is switched off at first.",
    "sign_in_connection.updated": "A way to sign in by an identity provider was changed, or switched on or off.",
    "sign_in_connection.deleted": "A way to sign in by an identity provider is gone; the sessions it began ended.",
    "identity.linked": "A person signed in by an identity provider for the first time, or under another name.",
}
"""Every action, with what it means in one sentence."""

NEWEST_FIRST = (Order(Column("at"), descending=True),)
LATEST = Window(100)


async def list_(actor: Actor, where: Where = EVERYTHING, window: Window = LATEST) -> Sequence[Row]:
    """What was done in the account, newest first; `where` speaks of the columns of `catalog.tables.AUDIT`.

    `at` is RFC 3339 text, `before` and `after` are JSON text; `sort_key` and `id` are the position that `window.after`
    takes. Raises NotPermitted to all but administrators: the trail shows what people may not see of each other.
    """
    permissions.need(actor, "audit.read")
    db = database(actor.account_id)
    query = sql.Query(db.dialect, "audit", actor.account_id)
    for name in (
        *("id", "change_id", "actor_kind", "actor_id", "actor_name", "action"),
        *("subject_kind", "subject_id", "subject_name", "request_id"),
    ):
        query.column(name, f"a.{name}")
    query.column("at", query.dialect.instant("a.at"))
    query.column("before", query.dialect.json_text("a.before"))
    query.column("after", query.dialect.json_text("a.after"))
    query.where(where)
    query.window(NEWEST_FIRST, window)
    rows = await db.rows(query.text(), *query.params)
    return list(reversed(rows)) if window.backwards else rows


async def count(actor: Actor, where: Where = EVERYTHING) -> int:
    """How many events meet the condition. Raises NotPermitted."""
    permissions.need(actor, "audit.read")
    db = database(actor.account_id)
    query = sql.Query(db.dialect, "audit", actor.account_id)
    query.where(where)
    found = await db.rows(query.counting(), *query.params)
    return int(found[0]["n"])


async def told(actor: Actor, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Each of these events as a sentence, with the names that people, teams and integrations have now, or had last.

    What the account hides of people from whoever asks is in none of them. Two statements, however many events. Raises
    NotPermitted for a provider.
    """
    permissions.need(actor, "history.read")
    db = database(actor.account_id)
    say, sees = DIALECTS[db.dialect], await visibility.of(actor)
    rows = await db.rows(
        "SELECT a.id, a.actor_kind, a.actor_id, a.actor_name, a.action, a.subject_kind, a.subject_id, a.subject_name, "
        f"{say.json_text('a.before')} AS before, {say.json_text('a.after')} AS after FROM audit_events a "
        f"WHERE a.account_id = $1 AND {say.one_of('a.id', '$2', 'uuid')}",
        *(actor.account_id, list(ids)),
    )
    events = {UUID(str(row["id"])): _shown(row, sees) for row in rows}
    named = {UUID(id) for event in events.values() for id in sentences.mentioned(event) if as_uuid(id)}
    names = await _names(actor, sorted(named)) if named else {}
    return {id: sentences.sentence(event, names) for id, event in events.items()}


def _shown(row: Row, sees: Visibility) -> dict[str, Any]:
    """The event without what the reader may not see of the person that it is about."""
    event = dict(row)
    if event["subject_kind"] == "user" and not sees.everything:
        for side in ("before", "after"):
            differing = sentences.document(event[side])
            shown = {name: value for name, value in differing.items() if sees.sees_column(name)}
            if "attributes" in shown:
                shown["attributes"] = [name for name in shown["attributes"] if sees.sees(name)]
            event[side] = shown
    return event


async def _names(actor: Actor, ids: Sequence[UUID]) -> dict[str, str]:
    db = database(actor.account_id)
    among = f"account_id = $1 AND {DIALECTS[db.dialect].one_of('id', '$2', 'uuid')}"
    tables = ("users", "teams", "integrations")
    text = " UNION ALL ".join(f"SELECT id, name FROM {table} WHERE {among}" for table in tables)
    return {str(row["id"]): row["name"] for row in await db.rows(text, actor.account_id, list(ids))}
