"""People to ask questions of."""

import pytest

from catalog.actors import Actor
from catalog.engines import Database
from catalog.models import Account, User
from tests.catalog import meaning


@pytest.fixture
async def people(db: Database, actor: Actor, elsewhere: Account) -> dict[str, User]:
    """Everybody of `meaning.PEOPLE`, by id."""
    return await meaning.everybody(actor, elsewhere)
