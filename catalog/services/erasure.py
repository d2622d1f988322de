"""Erasure: a person's data gone from every table, while what was done stays told and proven (GDPR, article 17).

`catalog.personal` says what becomes of the rows that are about them. Their id stays, as a name that leads to nobody:
teams keep how many people they had, and the trail keeps when something was done. Rows about others may name the person
too: the trail, letters, the log of providers' requests and what is good once are searched for whatever leads to them
(`catalog.traces`). Texts that people write of each other (a team's responsibilities, a tag) are left alone and told.
docs/decisions/0033 says how the chain of the trail holds without what was erased.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from tortoise import fields

from catalog import access, models, permissions, personal, sealing
from catalog.actors import Actor
from catalog.attributes import ENTERPRISE, folded
from catalog.changes import Change
from catalog.database import database
from catalog.dialects import DIALECTS, Dialect
from catalog.engines import Row
from catalog.errors import NotPermitted
from catalog.models import User
from catalog.sealing import Sealer
from catalog.services import recognition, sessions, users
from catalog.services.disclosure import holdings
from catalog.traces import Traces

_AUDIT = ("actor_name", "subject_name", "before", "after")
_PROVISIONING = ("path", "resource_name", "request_body", "response_body", "reason")
_NAMES = ("name", "displayName", "formatted")
_THEIR_OWN = ("user_name", "email")
_OF_SOMEBODY = ("decision", "letter", "link", "token")
"""Subjects of the trail that are called after a person."""
_OF_A_SENDER = ("by", "owner", "sender")
"""What a letter says of somebody else than its reader."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What became of it: how many events of the trail say less, and what would lead to the person."""

    events: int
    traces: Traces


class Eraser:
    """Erases people, and seals what remains of the trail with the installation's secret key."""

    def __init__(self, secret_key: str) -> None:
        self._sealer = Sealer(secret_key)

    async def erase(self, this: Change, user_id: UUID, *, version: int | None = None) -> Erased:
        """The person deleted, if they were not, and everything that is known of them gone with the change.

        Raises NotFound, VersionMismatch, NotConfirmed; NotPermitted, also for somebody break-glass, oneself and the
        last administrator.
        """
        permissions.need(this.actor, "users.erase")
        this.actor.need_confirmed(this.at)
        user = await access.user_ever(this, user_id, version=version)
        _check(this, user)
        if patience := DIALECTS[this.dialect].patience:
            this.run(patience)
        await this.flush()
        traces = await _traces(this, user)
        reports = await _reports(this, user)
        if user.deleted_at is None:
            await users.delete(this, user)
        await _erase_manager(this, reports)
        await sealing.hold_still(this)
        events = await self._erase_events(this, user, traces)
        await _erase_elsewhere(this, user, traces)
        await _erase_own(this, user)
        this.record(*("user.erased", user), kind="user", name=personal.NAME, after={"events": events})
        await this.flush()
        recognition.forget()
        sessions.forget()
        return Erased(events, traces)

    async def _erase_events(self, this: Change, user: User, traces: Traces) -> int:
        """The trail without the person; what is sealed already gets a seal over what remains."""
        say = DIALECTS[this.dialect]
        needles = traces.needles(with_names=True)
        naming = _naming(say, "AuditEvent", _AUDIT, needles, "e")
        rows = await this.rows(
            f"SELECT {sealing.columns(say)}, e.subject_id IN ({personal.TOKENS}) AS is_of_token FROM audit_events e "
            f"WHERE e.account_id = $1 AND (e.actor_id = $2 OR e.subject_id = $2 OR e.subject_id IN ({personal.TOKENS}) "
            f"OR {naming})",
            *(this.account_id, user.id, *needles),
        )
        changed = [(row, left) for row in rows if (left := _left_of_event(row, user, traces)) is not None]
        this.run(
            "UPDATE audit_events SET actor_name = $1, subject_name = $2, before = $3, after = $4, erased_seal = $5 "
            "WHERE id = $6",
            [
                [
                    *(left["actor_name"], left["subject_name"]),
                    *(None if left[side] is None else orjson.loads(left[side]) for side in ("before", "after")),
                    self._sealer.of_remains(left) if row["seq"] is not None else None,
                    row["id"],
                ]
                for row, left in changed
            ],
            many=True,
        )
        return len(changed)


async def mentions(actor: Actor, traces: Traces) -> dict[str, int]:
    """In which tables texts of others still name the person, and in how many rows: whoever wrote them, changes them.

    Raises NotPermitted.
    """
    permissions.need(actor, "users.erase")
    db, found, needles = database(actor.account_id), {}, traces.needles()
    for name in personal.HOLDINGS:
        model = getattr(models, name)
        texts = [
            column
            for field, column in model._meta.fields_db_projection.items()
            if isinstance(model._meta.fields_map[field], fields.TextField | fields.JSONField)
        ]
        if not texts or name == "Account":
            continue
        naming = _naming(DIALECTS[db.dialect], name, texts, needles, "r", start=2)
        table = model._meta.db_table
        rows = await db.rows(
            f"SELECT count(*) AS n FROM {table} r WHERE r.account_id = $1 AND {naming}", actor.account_id, *needles
        )
        if rows[0]["n"]:
            found[table] = int(rows[0]["n"])
    return found


# --- what leads to them -------------------------------------------------------------------------------------------


def _check(this: Change, user: User) -> None:
    if user.is_break_glass:
        raise NotPermitted(f"{user.name} is there for emergencies (break-glass): let somebody else be that first.")
    if this.actor.id == user.id:
        raise NotPermitted("Nobody erases themselves: another administrator does.")


async def _traces(this: Change, user: User) -> Traces:
    """What the person is, and was, called."""
    own: list[str | None] = [user.user_name, user.email]
    names: list[str | None] = [user.name]
    own += [element.get("value") for element in user.attributes.get("emails") or ()]
    names += [user.attributes.get("displayName"), (user.attributes.get("name") or {}).get("formatted")]
    among = "account_id = $1 AND user_id = $2"
    external = "account_id = $1 AND subject_kind = 'user' AND subject_id = $2"
    for text, into in (
        (f"SELECT value AS told FROM external_ids WHERE {external}", own),
        (f"SELECT subject AS told FROM sign_in_identities WHERE {among}", own),
        (f"SELECT recipient AS told FROM outbox_messages WHERE {among}", own),
        ("SELECT address AS told FROM contacts WHERE account_id = $1 AND owner_kind = 'user' AND owner_id = $2", own),
        (f"SELECT name AS told FROM user_periods WHERE {among}", names),
    ):
        into += [row["told"] for row in await this.rows(text, this.account_id, user.id)]
    say = DIALECTS[this.dialect]
    for row in await this.rows(
        f"SELECT {say.json_text('before')} AS before, {say.json_text('after')} AS after FROM audit_events "
        "WHERE account_id = $1 AND subject_id = $2 AND action LIKE 'user.%'",
        *(this.account_id, user.id),
    ):
        for side in ("before", "after"):
            told = orjson.loads(row[side]) if row[side] else None
            if isinstance(told, dict):
                own += [told[key] for key in _THEIR_OWN if isinstance(told.get(key), str)]
                names += [told[key] for key in _NAMES if isinstance(told.get(key), str)]
    gone = {personal.NAME, "erased"}
    return Traces([text for text in own if text not in gone], [text for text in names if text not in gone])


def _naming(
    say: Dialect, model: str, columns: Sequence[str], needles: Sequence[str], alias: str, *, start: int = 3
) -> str:
    """A condition that is true of rows in whose columns one of the needles stands: its parameters, from `start`."""
    known = getattr(models, model)._meta
    kinds = {column: known.fields_map[field] for field, column in known.fields_db_projection.items()}
    texts = [
        say.json_text(f"{alias}.{column}") if isinstance(kinds[column], fields.JSONField) else f"{alias}.{column}"
        for column in columns
    ]
    told = "lower(" + " || ' ' || ".join(f"coalesce({text}, '')" for text in texts) + ")"
    found = [say.contains(told, f"${place}") for place in range(start, start + len(needles))]
    return f"({' OR '.join(found) or 'FALSE'})"


# --- what is left -------------------------------------------------------------------------------------------------


def _left_of_event(row: Row, user: User, traces: Traces) -> dict[str, Any] | None:
    """The event without the person, documents as JSON text; None where nothing of it is theirs."""
    event = dict(row)
    is_about_them = UUID(str(event["subject_id"])) == user.id
    acted = event["actor_id"] is not None and UUID(str(event["actor_id"])) == user.id
    # Another person, or a team, may be called as they are, and what is told of that one is not theirs.
    with_names = event["subject_kind"] in _OF_SOMEBODY
    left = dict(event)
    if acted:
        left["actor_name"] = personal.NAME
    if is_about_them or event["is_of_token"]:
        left |= {"subject_name": personal.NAME, "before": None, "after": None}
    else:
        left["subject_name"] = traces.out_of(event["subject_name"], with_names=with_names)
        for side in ("before", "after"):
            if event[side] is not None:
                told = orjson.loads(event[side])
                without = traces.out_of(told, with_names=with_names)
                left[side] = event[side] if without == told else orjson.dumps(without).decode()
    return left if left != event else None


async def _erase_elsewhere(this: Change, user: User, traces: Traces) -> None:
    """What is about others, or nobody, and names the person."""
    say, needles = DIALECTS[this.dialect], traces.needles(with_names=True)
    with_id = [*needles, str(user.id)]
    naming = _naming(say, "ProvisioningEvent", _PROVISIONING, with_id, "p")
    rows = await this.rows(
        f"SELECT p.id, p.path FROM provisioning_events p WHERE p.account_id = $1 AND (p.resource_id = $2 OR {naming})",
        *(this.account_id, user.id, *with_id),
    )
    blank = ", ".join(f"{column} = NULL" for column in _PROVISIONING[1:])
    this.run(
        f"UPDATE provisioning_events SET path = $1, {blank} WHERE id = $2",
        [[_bare(row["path"], traces), row["id"]] for row in rows],
        many=True,
    )
    naming = _naming(say, "OutboxMessage", ("recipient", "facts"), needles, "o")
    for row in await this.rows(
        f"SELECT o.id, {say.json_text('o.facts')} AS facts FROM outbox_messages o WHERE o.account_id = $1 "
        f"AND (o.user_id IS NULL OR o.user_id <> $2) AND {naming}",
        *(this.account_id, user.id, *needles),
    ):
        facts = _letter(orjson.loads(row["facts"]), traces)
        this.run("UPDATE outbox_messages SET facts = $1 WHERE id = $2", facts, row["id"])
    for model, columns in (("SignInError", ("message",)), ("SignInState", ("facts",))):
        naming = _naming(say, model, columns, with_id, "s", start=2)
        table = getattr(models, model)._meta.db_table
        this.run(f"DELETE FROM {table} AS s WHERE s.account_id = $1 AND {naming}", this.account_id, *with_id)
    # Answers are sealed, so nobody can see whom they name: who asks again is told that the answer is lost.
    this.run(
        "UPDATE idempotency_claims SET answer = NULL, changed_at = coalesce(changed_at, $1), leased_until = $1 "
        "WHERE account_id = $2 AND answer IS NOT NULL",
        *(this.at, this.account_id),
    )
    this.run(
        "UPDATE api_tokens SET created_by = $3 WHERE account_id = $1 AND id IN (SELECT subject_id FROM audit_events "
        "WHERE account_id = $1 AND actor_id = $2 AND action = 'token.created')",
        *(this.account_id, user.id, personal.NAME),
    )


def _bare(path: str, traces: Traces) -> str:
    """The path without its question; of one that spells the person, nothing."""
    bare = path.partition("?")[0]
    return "/" if traces.are_in(bare, with_names=True) else bare


def _letter(facts: Mapping[str, Any], traces: Traces) -> dict[str, Any]:
    """The facts of somebody else's letter without the person."""
    return {key: traces.out_of(value, with_names=key in _OF_A_SENDER) for key, value in facts.items()}


async def _reports(this: Change, user: User) -> list[UUID]:
    """Whoever's provider names the person as their manager, also of people who are deleted."""
    rows = await this.rows(
        "SELECT id FROM users WHERE account_id = $1 AND id <> $2 AND (manager_id = $2 OR manager_key IN ($3, $4)) "
        "ORDER BY id",
        *(this.account_id, user.id, str(user.id), user.user_name_key),
    )
    return [UUID(str(row["id"])) for row in rows]


async def _erase_manager(this: Change, reports: Sequence[UUID]) -> None:
    """What these people's providers said of their manager, gone."""
    for id in reports:
        person = await access.user_ever(this, id)
        enterprise = {key: part for key, part in (person.attributes.get(ENTERPRISE) or {}).items() if key != "manager"}
        person.attributes = {**person.attributes, ENTERPRISE: enterprise}
        person.attributes_key = folded(person.attributes)
        person.manager_value = person.manager_key = None
        told = {"attributes": [ENTERPRISE]}
        if person.deleted_at is None:
            this.record("user.updated", person, kind="user", name=person.name, before={}, after=told)
        else:
            this.touch(person, rises=False)


async def _erase_own(this: Change, user: User) -> None:
    """The rows that are about the person, each as its table's verdict has it. (Events and requests are done.)"""
    for model, holding in holdings():
        if holding.fate == "deleted":
            this.run(f"DELETE FROM {model._meta.db_table} WHERE {holding.of}", this.account_id, user.id)
        elif model is models.UserPeriod:
            blank = ", ".join(f"{column} = ${place}" for place, column in enumerate(holding.blank, 3))
            this.run(
                f"UPDATE user_periods SET {blank} WHERE {holding.of}",
                *(this.account_id, user.id, *holding.blank.values()),
            )
        elif model is User:
            user.update_from_dict(dict(holding.blank))
            this.touch(user)
