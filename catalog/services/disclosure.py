"""Disclosure: everything that is kept of one person, for whoever asks what a company knows of them (GDPR, article 15).

Which rows those are stands in `catalog.personal`. Digests and seals are left out: they open or prove something, and
say nothing of the person.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
from tortoise import fields
from tortoise.models import Model

from catalog import access, models, permissions
from catalog.changes import Change
from catalog.dialects import DIALECTS
from catalog.errors import Invalid, NotFound
from catalog.ids import as_uuid, fold
from catalog.models import User
from catalog.personal import HOLDINGS, Holding

FORMAT = "muster person 1"


async def find(this: Change, meant: str) -> UUID:
    """The id of the person with this id, email or userName, also of one who was deleted.

    Raises NotFound; Invalid where several people had it: then the ids are said.
    """
    rows = await this.rows(
        "SELECT id FROM users WHERE account_id = $1 AND (id = $2 OR email_key = $3 OR user_name_key = $3) ORDER BY id",
        *(this.account_id, as_uuid(meant), fold(meant.strip())),
    )
    if not rows:
        raise NotFound("user", meant)
    if len(rows) > 1:
        named = ", ".join(str(row["id"]) for row in rows)
        raise Invalid("user", f"{len(rows)} people had this address one after the other: say which by id: {named}.")
    return UUID(str(rows[0]["id"]))


async def disclose(this: Change, user_id: UUID) -> dict[str, Any]:
    """What is kept of the person, also of one who was deleted: the rows of each table that has any, as JSON has them.

    The trail tells that it was taken. Raises NotPermitted, NotConfirmed, NotFound.
    """
    permissions.need(this.actor, "users.export")
    this.actor.need_confirmed(this.at)
    user = await access.user_ever(this, user_id)
    found = {model: await _rows(this, model, holding, user) for model, holding in holdings()}
    told = {model._meta.db_table: rows for model, rows in found.items() if rows}
    this.record(
        *("user.exported", user),
        kind="user",
        name=user.name,
        after={"rows": sum(len(rows) for rows in told.values())},
        rises=False,
    )
    await this.flush()
    return {
        "format": FORMAT,
        "made_at": this.at.isoformat(),
        "account": (await access.account(this)).name,
        "person": {"id": str(user.id), "name": user.name, "user_name": user.user_name, "email": user.email},
        "tables": told,
    }


def holdings() -> list[tuple[type[Model], Holding]]:
    """The models that hold people, each with its verdict, in the order in which rows are erased."""
    return [(getattr(models, name), holding) for name, holding in HOLDINGS.items() if holding is not None]


async def _rows(this: Change, model: type[Model], holding: Holding, user: User) -> list[dict[str, Any]]:
    say, meta = DIALECTS[this.dialect], model._meta
    shown = {
        column: meta.fields_map[name]
        for name, column in meta.fields_db_projection.items()
        if column not in holding.hidden
    }

    def expression(column: str, field: fields.Field[Any]) -> str:
        match field:
            case fields.DatetimeField():
                return say.instant(column)
            case fields.JSONField():
                return say.json_text(column)
        return column

    told = ", ".join(f'{expression(column, field)} AS "{column}"' for column, field in shown.items())
    rows = await this.rows(
        f"SELECT {told} FROM {meta.db_table} WHERE {holding.of} ORDER BY id", this.account_id, user.id
    )
    return [{column: _value(field, row[column]) for column, field in shown.items()} for row in rows]


def _value(field: fields.Field[Any], value: Any) -> Any:
    match field:
        case fields.JSONField() if value is not None:
            return orjson.loads(value)
        case fields.BooleanField() if value is not None:
            return bool(value)
    return str(value) if isinstance(value, UUID) else value
