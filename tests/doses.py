"""How much of a test is done: a small dose where nothing is said, as in `make test`; the full one in `make test-long`.

A test marked `long` belongs to the full dose alone.
"""

import os

IS_FULL = os.environ.get("MUSTER_TEST_DOSE") == "full"


def dose(small: int, full: int) -> int:
    """How many cases, examples or requests are drawn in this run."""
    return full if IS_FULL else small
