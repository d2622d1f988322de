"""The figures of a rehearsal's report, and how it is shown."""

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from web.rehearsal.client import Step
from web.rehearsal.model import MOST_SHOWN, Differences
from web.rehearsal.report import Report


def told(durations_ms: list[float]) -> dict[str, float]:
    step = Step(requests=len(durations_ms), durations_ms=durations_ms)
    found: dict[str, float] = json.loads(Report("okta", {"step": step}, Differences(), 1.0).as_json())["steps"][0]
    return found


@pytest.mark.parametrize(
    ("durations_ms", "median", "p95"),
    [
        ([], 0, 0),
        ([8], 8, 8),
        ([2, 10], 6, 10),
        ([*range(1, 21)], 10.5, 19),
        ([*range(1, 101)], 50.5, 95),
    ],
)
def test_median_and_p95(durations_ms: list[float], median: float, p95: float) -> None:
    assert (told(durations_ms)["median_ms"], told(durations_ms)["p95_ms"]) == (median, p95)


@given(st.lists(st.integers(0, 10_000), min_size=1))
def test_p95_bounds_95_of_100_and_is_never_below_the_median(durations_ms: list[int]) -> None:
    found = told([float(duration) for duration in durations_ms])
    assert found["p95_ms"] >= found["median_ms"]
    assert sum(duration <= found["p95_ms"] for duration in durations_ms) >= 0.95 * len(durations_ms)


def test_what_differed_is_shown_up_to_a_bound_and_counted_beyond_it() -> None:
    differences = Differences()
    for number in range(MOST_SHOWN + 3):
        differences.add(f"person {number}: title [red]differs", "title")
    page = io.StringIO()
    Report("okta", {"read": Step(requests=2, durations_ms=[1, 2])}, differences, 1.0).show(
        Console(file=page, width=120)
    )

    assert "differs person 0: title [red]differs" in page.getvalue(), "what a server says is no markup"
    assert "… and 3 more" in page.getvalue()
    assert "2 requests in 1.0 s (2/s), 0 failures, 53 differences" in page.getvalue()
