"""Whatever is done to people and teams, and in whatever order: their history has no gap and no overlap, and an instant
of the past shows what was so then (G9). The same program is lived on each database."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.actors import command
from catalog.engines import Database
from tests import builders
from tests.catalog.lives import Life, Step, holds
from tests.doses import dose

STEPS = st.tuples(
    st.sampled_from(
        [
            "hire",
            "found",
            "title",
            "boss",
            "deactivate",
            "reactivate",
            "delete",
            "rename",
            "move",
            "dissolve",
            "restore",
        ]
        + ["join", "leave", "replace", "assign"] * 2
    ),
    st.integers(0, 4),
    st.integers(0, 4),
    st.sampled_from([0, 0, 1, 1, 3]),
)
PROGRAMS = st.lists(STEPS, min_size=8, max_size=40).map(
    # Nothing happens without somebody to whom it happens.
    lambda steps: [("hire", 0, 0, 0), ("hire", 0, 1, 0), ("found", 0, 0, 1), ("found", 0, 1, 0), *steps]
)


async def lived(program: list[Step]) -> None:
    life = Life(command((await builders.an_account(slug=f"life-{builders.new_id()}")).id))
    await life.live(program)
    await holds(life)


@settings(max_examples=dose(8, 50), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(program=PROGRAMS)
async def test_g09_history_has_no_gaps_and_no_overlaps_and_shows_what_was_so(db: Database, program: list[Step]) -> None:
    await lived(program)


@pytest.mark.long
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    program=st.lists(STEPS, min_size=50, max_size=50).map(lambda steps: [("hire", 0, 0, 0), ("found", 0, 0, 0), *steps])
)
async def test_g09_long_lives_have_no_gaps_and_no_overlaps(db: Database, program: list[Step]) -> None:
    await lived(program)
