"""What a rehearsal came to: a table for people, JSON for machines."""

from __future__ import annotations

import json
import statistics
from dataclasses import dataclass
from math import ceil
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from web.rehearsal.client import Step
from web.rehearsal.model import Differences


@dataclass(frozen=True, slots=True)
class Report:
    """The steps in their order, and the differences."""

    style: str
    steps: dict[str, Step]
    differences: Differences
    took_s: float

    @property
    def requests(self) -> int:
        """How many requests were sent, those that were asked again included."""
        return sum(step.requests for step in self.steps.values())

    @property
    def failures(self) -> int:
        """How many were not answered as expected."""
        return sum(step.failures for step in self.steps.values())

    @property
    def is_good(self) -> bool:
        """Whether everything was as it should be."""
        return not self.failures and not self.differences.count

    def as_json(self) -> str:
        """`{"requests", "failures", "differences", "steps": […]}`, durations in milliseconds."""
        return json.dumps(
            {
                "style": self.style,
                "requests": self.requests,
                "failures": self.failures,
                "differences": self.differences.count,
                "took_s": round(self.took_s, 3),
                "steps": [_told(name, step) for name, step in self.steps.items()],
                "examples": self.differences.shown,
            },
            indent=2,
            ensure_ascii=False,
        )

    def show(self, console: Console) -> None:
        """The table, then what differed."""
        table = Table(title=f"Rehearsal as {self.style}", title_justify="left")
        table.add_column("step")
        for column in ("requests", "failures", "median ms", "p95 ms"):
            table.add_column(column, justify="right")
        for name, step in self.steps.items():
            told = _told(name, step)
            failed = f"[red]{step.failures}[/red]" if step.failures else "0"
            table.add_row(name, str(step.requests), failed, f"{told['median_ms']:.1f}", f"{told['p95_ms']:.1f}")
        console.print(table)
        for name, step in self.steps.items():
            for reason, count in step.reasons.most_common(10):
                console.print(f"[red]{name}[/red]: {count} × {escape(reason)}", soft_wrap=True, highlight=False)
        for difference in self.differences.shown:
            console.print(f"[red]differs[/red] {escape(difference)}", soft_wrap=True, highlight=False)
        if self.differences.count > len(self.differences.shown):
            console.print(f"… and {self.differences.count - len(self.differences.shown)} more")
        rate = self.requests / self.took_s if self.took_s else 0
        console.print(
            f"{self.requests:,} requests in {self.took_s:.1f} s ({rate:,.0f}/s), {self.failures} failures, "
            f"{self.differences.count} differences"
        )


def _told(name: str, step: Step) -> dict[str, Any]:
    durations = sorted(step.durations_ms) or [0.0]
    return {
        "name": name,
        "requests": step.requests,
        "failures": step.failures,
        "median_ms": round(statistics.median(durations), 3),
        # The nearest rank: at least 95 of 100 took no longer.
        "p95_ms": round(durations[ceil(len(durations) * 0.95) - 1], 3),
        "reasons": [f"{count} × {reason}" for reason, count in step.reasons.most_common(10)],
    }
