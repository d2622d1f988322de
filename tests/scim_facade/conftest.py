"""The administrator beside the client, for what SCIM meets that it did not push itself."""

from uuid import UUID

import pytest

from catalog.actors import Actor
from catalog.changes import change
from catalog.models import Integration, User
from catalog.services import linking
from tests import builders


class ByHand:
    """What an administrator makes by hand and gives to the integration: the `Hands` that `replay` asks for."""

    def __init__(self, actor: Actor, integration: Integration) -> None:
        self._actor = actor
        self._integration = integration
        self._people: dict[str, User] = {}

    async def a_user(self, *, email: str, name: str) -> str:
        user = await builders.a_user(self._actor, email, name=name)
        self._people[str(user.id)] = user
        return str(user.id)

    async def a_team(self, *, name: str, members: list[str]) -> str:
        team = await builders.a_team(self._actor, name, members=[self._people[member] for member in members])
        return str(team.id)

    async def link_user(self, id: str) -> None:
        async with change(self._actor) as this:
            await linking.link_user(this, self._integration.id, UUID(id))

    async def link_team(self, id: str) -> None:
        async with change(self._actor) as this:
            await linking.link_team(this, self._integration.id, UUID(id))


@pytest.fixture
def by_hand(actor: Actor, integration: Integration) -> ByHand:
    """The administrator of the account whose integration `scim` speaks for."""
    return ByHand(actor, integration)
