"""How the story comes about: each event a change through the catalog's services, dated on its day.

People and their teams come from an integration, as an identity provider would push them; the departments, the tree and
who leads what are by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from catalog.actors import Actor, ActorKind, Scope, command
from catalog.changes import Change, change
from catalog.services import accounts, deliveries, integrations, memberships, teams, users
from catalog.services.users import Draft
from web.demo.company import DEPARTMENTS, INFRASTRUCTURE, NAME
from web.demo.story import Event, Person, Verb, story

if TYPE_CHECKING:
    from catalog.models import Account

SLUG = "demo"
BY_HAND = frozenset({*(department.name for department in DEPARTMENTS), INFRASTRUCTURE})
"""Teams that no provider pushes: those that have others below them."""

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

Progress = Callable[[int, int], None]
"""Told how many events have come about, of how many."""


async def make(people: int, seed: int, until: datetime, told: Progress = lambda done, of: None) -> Account:
    """The account `demo` with a company that has about so many people at `until`.

    Raises AlreadyTaken where there is one, whatever is in it.
    """
    account = await accounts.create(NAME, SLUG)
    events = story(people, seed, until)
    living = await _Living.begun(command(UUID(str(account.id))), events[0].at)
    for done, event in enumerate(events, 1):
        await living.comes_about(event, is_logged=until - event.at < deliveries.KEPT - timedelta(days=1))
        told(done, len(events))
    return account


class _Living:
    """Who and what has come about so far."""

    def __init__(self, operator: Actor, provider: Actor) -> None:
        self._operator = operator
        self._provider = provider
        self._people: dict[int, UUID] = {}
        self._teams: dict[str, UUID] = {}

    @classmethod
    async def begun(cls, operator: Actor, at: datetime) -> _Living:
        """With the integration that people come from."""
        async with change(operator) as this:
            this.at = at
            integration = await integrations.create(this, name="Okta")
        scopes = frozenset({Scope.SCIM})
        id = UUID(str(integration.id))
        provider = Actor(operator.account_id, ActorKind.INTEGRATION, integration.name, scopes, id=id, integration_id=id)
        return cls(operator, provider)

    async def comes_about(self, event: Event, *, is_logged: bool) -> None:
        """The event as one change on its day; with a line in the provisioning log where that still reaches so far."""
        by_hand = event.verb in ("leads", "places") or event.team in BY_HAND
        async with change(self._operator if by_hand else self._provider) as this:
            this.at = event.at
            done = await getattr(self, f"_{event.verb}")(this, event)
            if is_logged:
                _log(this, event.verb, done)

    async def _founds(self, this: Change, event: Event) -> Any:
        above = self._teams[event.under] if event.under else None
        team = await teams.create(this, name=event.team or "", parent_id=above)
        self._teams[team.name] = team.id
        return team

    async def _places(self, this: Change, event: Event) -> Any:
        team = await self._team(this, event)
        await teams.set_parent(this, team, self._teams[event.under or ""])
        return team

    async def _hires(self, this: Change, event: Event) -> Any:
        person = _of(event)
        draft = Draft(person.email, self._document(person), external_id=f"00u{person.number:05}")
        user = await users.create(this, draft, provisioned_by="Okta")
        self._people[person.number] = user.id
        return user

    async def _changes(self, this: Change, event: Event) -> Any:
        person = _of(event)
        user = await users.lock(this, self._people[person.number])
        await users.replace(this, user, Draft(person.email, self._document(person)))
        return user

    async def _departs(self, this: Change, event: Event) -> Any:
        user = await users.lock(this, self._people[_of(event).number])
        await users.deactivate(this, user)
        return user

    async def _joins(self, this: Change, event: Event) -> Any:
        team = await self._team(this, event)
        await memberships.add(this, team, [self._people[_of(event).number]])
        return team

    async def _quits(self, this: Change, event: Event) -> Any:
        team = await self._team(this, event)
        await memberships.end(this, team, [self._people[_of(event).number]])
        return team

    async def _leads(self, this: Change, event: Event) -> Any:
        team = await self._team(this, event)
        await memberships.assign(this, team, self._people[_of(event).number], "manager")
        return team

    async def _team(self, this: Change, event: Event) -> Any:
        return await teams.lock(this, self._teams[event.team or ""])

    def _document(self, person: Person) -> dict[str, Any]:
        given, _, family = person.name.partition(" ")
        manager = {"manager": {"value": str(self._people[person.manager])}} if person.manager else {}
        return {
            "displayName": person.name,
            "name": {"formatted": person.name, "givenName": given, "familyName": family},
            "emails": [{"value": person.email, "type": "work", "primary": True}],
            "phoneNumbers": [{"value": f"+49 30 5550 {person.number:04}", "type": "work"}],
            "addresses": [{"type": "work", "country": person.country}],
            "title": person.title,
            "userType": person.kind,
            ENTERPRISE: {
                "employeeNumber": f"{person.number:05}",
                "department": person.department,
                "costCenter": person.department[:3].upper(),
                **manager,
            },
        }


def _of(event: Event) -> Person:
    return cast(Person, event.person)


_REQUESTS: dict[Verb, tuple[str, str, int]] = {
    "hires": ("POST", "Users", 201),
    "changes": ("PUT", "Users", 200),
    "departs": ("PATCH", "Users", 200),
    "joins": ("PATCH", "Groups", 204),
    "quits": ("PATCH", "Groups", 204),
}


def _log(this: Change, verb: Verb, subject: Any) -> None:
    """The line that the provider's request would have left."""
    if verb not in _REQUESTS:
        return
    method, folder, status = _REQUESTS[verb]
    deliveries.record(
        this,
        method=method,
        path=f"/scim/v2/{folder}" + ("" if method == "POST" else f"/{subject.id}"),
        status=status,
        duration_ms=4.0,
        resource_kind="user" if folder == "Users" else "team",
        resource_id=subject.id,
        resource_name=subject.name,
    )
