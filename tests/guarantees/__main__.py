"""Writes the table of docs/guarantees.md: promises, the tests that are there, and the figures of the last full run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from tests.guarantees.ledger import FIGURES
from tests.guarantees.promises import PROMISES

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "guarantees.md"
TEST = re.compile(r"^\s*(?:async )?def (test_g(\d\d)_\w+)\(", re.MULTILINE)
HEAD = "| | promise | shown by | `make test` | `make test-long` | not yet | last long run |\n" + "|---" * 7 + "|\n"


def shown_by() -> dict[int, list[tuple[str, str]]]:
    """The tests of each guarantee, as (file, function)."""
    found: dict[int, list[tuple[str, str]]] = {number: [] for number in PROMISES}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for name, number in TEST.findall(path.read_text(encoding="utf-8")):
            found[int(number)].append((path.relative_to(ROOT).as_posix(), name))
    return found


def lines(figures: dict[int, str]) -> Iterator[str]:
    """The rows of the table."""
    there = shown_by()
    for number, promise in PROMISES.items():
        shown = ", ".join(f"[{name}](../{path})" for path, name in there[number]) or "–"
        small, full = (promise.small, promise.full) if there[number] else ("–", "–")
        cells = [f"G{number}", promise.says, shown, small, full, promise.lacks or "–", figures.get(number, "–")]
        yield f"| {' | '.join(cells)} |\n"


def figures_of(page: str) -> dict[int, str]:
    """The figures that the page tells already."""
    rows = re.findall(r"^\| G(\d+) \|.*\| ([^|]*) \|$", page, re.MULTILINE)
    return {int(number): told for number, told in rows if told != "–"}


def figures_of_run() -> dict[int, str]:
    """The figures that the last full run has noted; of one test on several databases, all of them."""
    told: dict[int, list[str]] = {}
    for line in FIGURES.read_text().splitlines() if FIGURES.exists() else []:
        noted = json.loads(line)
        engine = re.search(r"\[(\w+)", noted["test"])
        said = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in noted["figures"].items())
        number = int(noted["test"][6:8])
        told.setdefault(number, []).append(f"{noted['on']}{f' {engine.group(1)}' if engine else ''}: {said}")
    return {number: "; ".join(said) for number, said in told.items()}


def main() -> None:
    """The page with its table written anew."""
    page = PAGE.read_text(encoding="utf-8")
    intro = page.partition(HEAD)[0]
    figures = figures_of(page) | figures_of_run()
    PAGE.write_text(intro + HEAD + "".join(lines(figures)), encoding="utf-8")


if __name__ == "__main__":
    main()
