"""Where the tests of guarantees note what they have shown."""

import pytest

from tests.guarantees.ledger import Ledger, writer


@pytest.fixture
def ledger(request: pytest.FixtureRequest) -> Ledger:
    """Notes the figures of this test: `ledger(kills=20, lost=0)`."""
    return writer(request.node.name)
