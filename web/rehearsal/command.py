"""The command's side of a rehearsal: a progress bar while it runs, the report at its end, the exit code."""

from __future__ import annotations

import sys

import uvloop
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from web.rehearsal import STYLES, rehearse


def run(url: str, token: str, users: int, groups: int, style: str, connections: int, keep: bool, as_json: bool) -> int:
    """The exit code: 0 when everything was as it should be, 1 when anything was not, 2 for wrong usage."""
    errors = Console(stderr=True)
    if style not in STYLES:
        errors.print(f"The style is one of {', '.join(STYLES)}.", style="red")
        return 2
    if not url.startswith(("https://", "http://")):
        errors.print("The URL begins with https:// or http://.", style="red")
        return 2
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=errors, disable=not errors.is_terminal) as bars:
        tasks: dict[str, TaskID] = {}

        def progress(step: str, done: int, of: int) -> None:
            if step not in tasks:
                tasks[step] = bars.add_task(step, total=of)
            bars.update(tasks[step], completed=done, total=of)

        report = uvloop.run(
            rehearse(
                url,
                token,
                users=users,
                groups=groups,
                style=style,
                connections=connections,
                keep=keep,
                progress=progress,
            )
        )
    if as_json:
        sys.stdout.write(report.as_json() + "\n")
    else:
        report.show(Console())
    return 0 if report.is_good else 1
