"""What `muster integration …` prints and reads: settings as KEY=VALUE, and who moves house, as tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
from rich.markup import escape
from rich.table import Column, Table

from catalog.actors import Actor
from catalog.changes import change, uninterrupted
from catalog.engines import Row
from catalog.services import extensions, integrations, moving, pausing
from catalog.services.integrations import Settings
from catalog.services.moving import Found, Preview
from web.commanding import Failure, say

SHOWN = 50
"""Rows of a table for people to read; the others are counted."""


def read_choices(given: Sequence[str]) -> dict[str, Any]:
    """Settings as they are typed: a value is JSON, or else a plain text. Raises ValueError for what has no `=`."""
    choices: dict[str, Any] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise ValueError(f"{text!r} is not of the form KEY=VALUE.")
        try:
            choices[name] = orjson.loads(value)
        except orjson.JSONDecodeError:
            choices[name] = value
    return choices


async def choose(actor: Actor, name: str, choices: dict[str, Any]) -> None:
    """The integration set to these choices, and its settings shown."""

    async def work() -> Settings:
        async with change(actor) as this:
            integration = await integrations.known(this, name)
            return await integrations.update_settings(this, integration.id, **choices)

    _show_settings(name, await uninterrupted(work))


async def let_go_on(actor: Actor, name: str, *, is_to: bool) -> None:
    """The integration lets go on, or paused; said in a sentence."""
    async with change(actor) as this:
        integration = await integrations.known(this, name)
        await (pausing.resume if is_to else pausing.pause)(this, integration.id)
    say.print(f"The integration {name!r} {'may write again' if is_to else 'is paused: what it writes is refused'}.")


async def show(actor: Actor, name: str | None) -> None:
    """An integration's settings, and who waits to be linked; or all integrations, with how much each has."""
    rows = await integrations.list_(actor)
    if name is None:
        table = Table("integration", "people", "teams", "tokens")
        for row in rows:
            table.add_row(escape(row["name"]), *(str(row[column]) for column in ("users", "teams", "tokens")))
        say.print(table)
        return
    row = _named(rows, name)
    _show_settings(name, Settings.read(row["settings"]))
    _show_waiting(await integrations.pending(actor, UUID(str(row["id"]))))


async def move(actor: Actor, source: str, target: str, *, everybody: bool, dry_run: bool) -> None:
    """People and teams moved from one to the other, or shown who would be."""
    rows = await integrations.list_(actor)
    source_id, target_id = (UUID(str(_named(rows, name)["id"])) for name in (source, target))

    async def work() -> Preview:
        async with change(actor) as this:
            return await moving.move(this, source_id, target_id, everybody=everybody)

    foreseen = partial(moving.preview, actor, source_id, target_id, everybody=everybody)
    plan = await (foreseen() if dry_run else uninterrupted(work))
    _show_plan(plan)
    moved = f"{len(plan.ids('user'))} people and {len(plan.ids('team'))} teams"
    say.print(f"{moved} {'would move' if dry_run else 'moved'} from {escape(source)} to {escape(target)}.")


def read_definition(file: Path) -> Any:
    """What the file says, as plain data. Raises ValueError for a file that is not JSON."""
    try:
        return orjson.loads(file.read_bytes())
    except orjson.JSONDecodeError as problem:
        raise ValueError(f"{file} is not JSON: {problem}.") from None


async def define_extension(actor: Actor, urn: str, definition: Any) -> None:
    """The account's own attributes of people, under this URN."""
    async with change(actor) as this:
        await extensions.define(this, urn, definition)


def _named(rows: Sequence[Row], name: str) -> Row:
    found = next((row for row in rows if row["name"] == name), None)
    if found is None:
        raise Failure(f"There is no integration {name!r}; there is {', '.join(row['name'] for row in rows) or 'none'}.")
    return found


def _show_settings(name: str, settings: Settings) -> None:
    usual = asdict(Settings())
    table = Table("setting", Column("value", overflow="fold"), title=escape(name), title_justify="left")
    for setting, value in asdict(settings).items():
        text = value if isinstance(value, str) else orjson.dumps(value).decode()
        table.add_row(setting, escape(text), style="bold" if value != usual[setting] else "")
    say.print(table)


def _show_waiting(waiting: Sequence[Row]) -> None:
    table = Table("waits for", "asked for as", "is here", "managed by", "times", title="Waiting", title_justify="left")
    for row in waiting[:SHOWN]:
        cells = (row["kind"].replace("_", " "), row["name"], row["there"] or "", row["owner"] or "hand")
        table.add_row(*map(escape, cells), str(row["attempts"]))
    if waiting:
        say.print(table)
    if len(waiting) > SHOWN:
        say.print(f"… and {len(waiting) - SHOWN} more.")


def _show_plan(plan: Preview) -> None:
    table = Table("", "name", "what becomes of it")
    told = [
        *((found, f"moves: the same {found.by}" if found.by != "everybody" else "moves") for found in plan.matched),
        *((found, f"stays: {found.reason}") for found in plan.conflicts),
        *((found, "stays: the new integration has not asked for it") for found in plan.only_in_source),
    ]
    for found, what in told[:SHOWN]:
        table.add_row(_KINDS[found.kind], escape(_shown(found)), escape(what))
    if told:
        say.print(table)
    if len(told) > SHOWN:
        say.print(f"… and {len(told) - SHOWN} more.")
    say.print(
        f"{len(plan.matched)} match, {len(plan.only_in_source)} were not asked for, "
        f"{len(plan.conflicts)} have something against them."
    )


_KINDS = {"user": "person", "team": "team"}


def _shown(found: Found) -> str:
    return f"{found.name} ({found.external_id})" if found.external_id else found.name
