"""`muster export`: a list to a file or to standard output, with its progress on a terminal."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import BinaryIO

from rich.progress import Progress, TextColumn, TimeElapsedColumn

from catalog.actors import Actor
from catalog.changes import change, uninterrupted
from catalog.services import exports
from catalog.services.exports import Prepared
from web.commanding import Failure, say
from web.exporting import asked
from web.exporting.formats import Format, Missing, Writer, writer


async def make(actor: Actor, what: str, format: str, output: Path | None, **wanted: str | bool | None) -> None:
    """The export written to the file, or to standard output where none is named. Raises CatalogError, Failure.

    A file is written beside its place and put there when it is whole: what fails leaves an earlier one as it was.
    """
    form = asked.form(format)
    if output is None and form == "parquet" and sys.stdout.isatty():
        raise Failure("Parquet is no text: name a file with --output.")
    prepared = await exports.prepare(actor, await asked.export(actor, what, **wanted))
    try:
        made = writer(form, prepared.columns)
    except Missing as problem:
        raise Failure(str(problem)) from None
    await uninterrupted(partial(_note, actor, prepared, form))
    draft = None if output is None else output.with_name(f".{output.name}.part")
    with ExitStack() as stack:
        file = sys.stdout.buffer if draft is None else stack.enter_context(draft.open("wb"))
        count = await _write(actor, prepared, made, file)
    if draft is not None and output is not None:
        draft.replace(output)
    say.print(f"{count:,} {what}, as of {prepared.at.isoformat(timespec='milliseconds')}.")
    if prepared.cursor is not None:
        say.print(f"What changes from here on: --after {prepared.cursor}", soft_wrap=True)


async def _write(actor: Actor, prepared: Prepared, made: Writer, file: BinaryIO) -> int:
    count = 0
    bar = Progress(TextColumn("{task.completed:,.0f} rows"), TimeElapsedColumn(), console=say, transient=True)
    with bar:
        task = bar.add_task("", total=None)
        async for some in exports.rows(actor, prepared):
            file.write(made.rows(some))
            count += len(some)
            bar.update(task, completed=count)
        file.write(made.end())
        file.flush()
    return count


async def _note(actor: Actor, prepared: Prepared, form: Format) -> None:
    async with change(actor) as this:
        await exports.note(this, prepared, format=form)
