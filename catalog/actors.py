"""Who asks, for which account, and what they may do.

An `Actor` is the first parameter of every read; a `Change` carries one through every write. Nothing in the catalog
can be asked without saying for whom, so no door leads to another account's rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from catalog.errors import NotConfirmed, NotPermitted

CONFIRMED = timedelta(minutes=10)
"""How long after giving a password a session may make or delete what opens doors."""


class Role(StrEnum):
    """What a person may do in their account, from most to least: nowhere else is this order written down."""

    ADMIN = "admin"
    STANDARDS_ADMIN = "standards_admin"
    USER = "user"
    TEAM_MEMBER = "team_member"


class Scope(StrEnum):
    """What a credential is good for."""

    SCIM = "scim"
    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


class ActorKind(StrEnum):
    """Who acted, as the audit trail tells it."""

    PERSON = "person"
    INTEGRATION = "integration"
    SERVICE = "service"
    COMMAND = "command"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Claim:
    """One runner's right to carry out a request that may be sent again (`catalog.services.idempotency`)."""

    id: UUID
    runner: UUID


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody who acts within one account.

    `id` is the person's, integration's or service token's; the command line and the system have none. `name` is how
    the audit trail calls them. `integration_id` is set for a SCIM client alone: what it writes belongs to that
    integration. `session_id` is set for a person in a browser alone, and `confirmed_at` is when they last proved who
    they are. `claim` is set while a request with an Idempotency-Key is carried out.
    """

    account_id: UUID
    kind: ActorKind
    name: str
    scopes: frozenset[Scope]
    id: UUID | None = None
    role: Role | None = None
    integration_id: UUID | None = None
    token_id: UUID | None = None
    session_id: UUID | None = None
    confirmed_at: datetime | None = None
    request_id: str | None = None
    claim: Claim | None = None

    def during(self, request_id: str | None) -> Actor:
        """The same, asking by this request. (Every request does it, and `dataclasses.replace` takes thrice as long.)"""
        return Actor(
            self.account_id,
            self.kind,
            self.name,
            self.scopes,
            self.id,
            self.role,
            self.integration_id,
            self.token_id,
            self.session_id,
            self.confirmed_at,
            request_id,
            self.claim,
        )

    def need(self, scope: Scope) -> None:
        """Nothing, if the actor holds `scope`. Raises NotPermitted otherwise."""
        if scope not in self.scopes:
            raise NotPermitted(f"This needs the scope {scope.value!r}, which {self.name} does not have.")

    def need_confirmed(self, at: datetime) -> None:
        """Nothing, unless a session asks whose person proved who they are more than `CONFIRMED` before `at`.

        Raises NotConfirmed then. (A token is its own proof; a browser may have been left open.)
        """
        if self.confirmed_at is not None and at - self.confirmed_at > CONFIRMED:
            raise NotConfirmed


def command(account_id: UUID, name: str = "muster command") -> Actor:
    """The operator at the machine: whoever may run the command may do everything in the account."""
    return Actor(account_id, ActorKind.COMMAND, name, everything())


def system(account_id: UUID, name: str = "Muster") -> Actor:
    """Muster itself: the worker that sends letters, prunes and expires."""
    return Actor(account_id, ActorKind.SYSTEM, name, everything())


def everything(but: Iterable[Scope] = ()) -> frozenset[Scope]:
    """All scopes, without those in `but`."""
    return frozenset(Scope) - frozenset(but)
