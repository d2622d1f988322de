"""`muster import memberships`: a CSV file of who was in which team when, brought in, or looked at in a dry run."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path

import typer
from rich.progress import Progress

from catalog.actors import Actor
from catalog.changes import change
from catalog.services import backfill, calendars
from catalog.services.backfill import Record
from web.commanding import Failure, say

COLUMNS = ("team", "user", "role", "validFrom", "validTo")
NEEDED = ("team", "user", "validFrom")

BATCH = 500
"""Lines in one change: what was brought in before a failure stays, and is unchanged when the file is given again."""

SHOWN = 20
"""Refused lines that are printed; the others are counted."""


async def memberships(actor: Actor, file: Path, *, dry_run: bool) -> None:
    """Brings the file in, or says what would become of it. Raises Failure, CatalogError; exits 1 for refused lines."""
    lines = list(read(file, await calendars.zone_of(actor)))
    fates: Counter[str] = Counter()
    with Progress(console=say, transient=True, disable=not say.is_terminal) as progress:
        task = progress.add_task("Reading" if dry_run else "Bringing in", total=len(lines))
        for some in _batches(lines):
            async with change(actor) as this:
                outcomes = await backfill.bring_in(this, [record for _, record in some], dry_run=dry_run)
            for (number, _), outcome in zip(some, outcomes, strict=True):
                fates[outcome.fate] += 1
                if outcome.reason and fates["refused"] <= SHOWN:
                    say.print(f"line {number}: {outcome.reason}", soft_wrap=True)
            progress.advance(task, len(some))
    told = ", ".join(f"{fates[fate]} {fate}" for fate in ("imported", "lengthened", "unchanged", "refused"))
    say.print(f"{'Would be: ' if dry_run else ''}{told}.")
    if fates["refused"]:
        raise typer.Exit(1)


def read(file: Path, zone: tzinfo) -> Iterator[tuple[int, Record]]:
    """The records with their line numbers. Raises Failure for a file that is none of ours, and where."""
    with file.open(encoding="utf-8-sig", newline="") as text:
        rows = csv.DictReader(text)
        missing = [name for name in NEEDED if name not in (rows.fieldnames or ())]
        if missing:
            raise Failure(f"The first line must name the columns {', '.join(COLUMNS)}; there is no {missing[0]!r}.")
        for row in rows:
            try:
                yield rows.line_num, _record(row, zone)
            except ValueError as problem:
                raise Failure(f"Line {rows.line_num}: {problem}.") from None


def _record(row: dict[str, str | None], zone: tzinfo) -> Record:
    told = {name: (row.get(name) or "").strip() for name in COLUMNS}
    for name in NEEDED:
        if not told[name]:
            raise ValueError(f"it has no {name}")
    end = _instant(told["validTo"], zone, is_end=True) if told["validTo"] else None
    return Record(told["team"], told["user"], told["role"] or None, _instant(told["validFrom"], zone), end)


def _instant(text: str, zone: tzinfo, *, is_end: bool = False) -> datetime:
    """An instant with a zone; a bare date is that whole day, from its beginning, or to its end."""
    try:
        if len(text) == 10:
            return calendars.beginning(date.fromisoformat(text) + timedelta(days=is_end), zone)
        at = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        raise ValueError(f"{text[:40]!r} is neither a date nor an instant") from None
    if at.tzinfo is None:
        raise ValueError(f"{text[:40]!r} needs a zone, as in 2026-03-01T12:00:00Z")
    return calendars.instant(at, zone)


def _batches(lines: list[tuple[int, Record]]) -> Iterator[list[tuple[int, Record]]]:
    for start in range(0, len(lines), BATCH):
        yield lines[start : start + BATCH]
