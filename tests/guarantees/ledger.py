"""The figures that tests of guarantees have shown, gathered where `python -m tests.guarantees` finds them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

FIGURES = Path(__file__).parent.parent.parent / "guarantees.ndjson"
"""A line for each test that has told figures in a full run; not committed, as docs/guarantees.md tells them."""

Ledger = Callable[..., None]


def writer(test: str) -> Ledger:
    """`ledger(kills=200, lost=0)` notes these figures of the test, in a run of the full dose."""

    def note(**figures: float | str) -> None:
        if os.environ.get("MUSTER_TEST_DOSE") == "full":
            line = {"test": test, "on": datetime.now(UTC).date().isoformat(), "figures": figures}
            with FIGURES.open("a") as file:
                file.write(json.dumps(line) + "\n")

    return note
