"""Permissions: who may do what. One table of whoever asks × operation; what is not in it is denied.

Pure: it knows actors, no rows. Whether something is one's own, the caller finds out (`services.ownership` for teams)
and says so. Which attributes of a person somebody may see is in `catalog.visibility`. docs/permissions.md shows the
same table, and a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from catalog.actors import Actor, ActorKind, Role, Scope
from catalog.errors import NotPermitted


class Holder(StrEnum):
    """As whom somebody asks: the columns of the table, from left to right."""

    ADMIN = "admin"
    STANDARDS_ADMIN = "standards_admin"
    USER = "user"
    TEAM_MEMBER = "team_member"
    SERVICE = "service"
    """A token of the account's own. It outlives whoever made it, so it is never an administrator's."""
    SCIM = "scim"
    """A token of an integration; its own is what it manages."""
    OPERATOR = "operator"
    """Whoever may run the command at the machine, and Muster itself."""


class Verdict(StrEnum):
    """Whether an operation may be done: to anything, to one's own alone, or not at all."""

    YES = "yes"
    OWN = "own"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be done. `writes` asks for a credential that may write, whatever the role."""

    writes: bool
    verdicts: dict[Holder, Verdict]
    meaning: str
    """In one sentence; docs/permissions.md has the same."""


def _reading(verdicts: str, meaning: str) -> Operation:
    return Operation(False, _columns(verdicts), meaning)


def _writing(verdicts: str, meaning: str) -> Operation:
    return Operation(True, _columns(verdicts), meaning)


def _columns(verdicts: str) -> dict[Holder, Verdict]:
    return {holder: Verdict(word) for holder, word in zip(Holder, verdicts.split(), strict=True)}


OPERATIONS: dict[str, Operation] = {
    # The columns: admin, standards_admin, user, team_member, service, scim, operator.
    "account.read": _reading("yes yes yes yes yes yes yes", "See the account's name, time zone and settings."),
    "account.update": _writing(
        "yes no no no no no yes", "Change the account's name, time zone, and which attributes everybody sees."
    ),
    "users.read": _reading("yes yes yes yes yes yes yes", "See people and the attributes that are everybody's."),
    "users.read_hidden": _reading(
        "yes no no no no yes yes", "See, filter and sort by the attributes kept for administrators, and raw SCIM."
    ),
    "users.create": _writing("yes no no no no own yes", "Bring people in."),
    "users.invite": _writing("yes no no no no no yes", "Send, send again and withdraw invitations."),
    "users.update": _writing("yes own own own no own yes", "Change a person's name and attributes."),
    "users.describe": _writing("yes own own own no no yes", "Change a person's contacts and tags."),
    "users.set_role": _writing("yes no no no no no yes", "Give a person another role in the account."),
    "users.deactivate": _writing("yes no no no no own yes", "Deactivate people, and make them active again."),
    "users.delete": _writing("yes no no no no own yes", "Delete people."),
    "users.export": _writing("yes no no no no no yes", "Take away everything that is kept of one person."),
    "users.erase": _writing("yes no no no no no yes", "Erase a person: nothing that is kept leads to them any more."),
    "teams.read": _reading("yes yes yes yes yes yes yes", "See teams, who is on them, and what hangs on them."),
    "teams.create": _writing("yes yes yes no yes own yes", "Make teams."),
    "teams.update": _writing(
        "yes yes yes own yes own yes",
        "Change a team: name, parent, responsibilities, aliases, contacts, tags, properties.",
    ),
    "teams.set_members": _writing("yes yes yes own yes own yes", "Add and remove members, and change their roles."),
    "teams.delete": _writing("yes yes yes no yes own yes", "Delete teams, and bring them back."),
    "property_definitions.manage": _writing(
        "yes yes no no no no yes", "Define the properties that teams have, and change locked ones."
    ),
    "history.read": _reading(
        "yes yes yes yes yes no yes", "See how people, teams and memberships were, and follow what changes."
    ),
    "history.import": _writing("yes no no no no no yes", "Bring in memberships of the past."),
    "exports.make": _reading("yes yes yes yes yes no yes", "Take away what one may see, as a file."),
    "integrations.read": _reading(
        "yes yes yes yes yes no yes", "See which integrations there are, and their settings."
    ),
    "integrations.manage": _writing(
        "yes no no no no no yes", "Make, change and delete integrations; link people and teams; decide; send letters."
    ),
    "provisioning.read": _reading(
        "yes no no no no no yes", "See what providers sent, what waits for a decision, and letters."
    ),
    "sign_in.manage": _writing("yes no no no no no yes", "Change how people sign in."),
    "sessions.end": _writing("yes own own own no no yes", "End sessions."),
    "tokens.read": _reading("yes own own own no no yes", "See tokens, without their secrets."),
    "tokens.manage": _writing("yes own own own no no yes", "Make and delete tokens."),
    "audit.read": _reading("yes no no no no no yes", "Read the audit trail, with what differed before and after."),
}
"""Everything that can be done, by name: each with a verdict for every holder."""


def holder(actor: Actor) -> Holder | None:
    """As whom the actor asks; None for a person without a role, who may do nothing."""
    match actor.kind:
        case ActorKind.COMMAND | ActorKind.SYSTEM:
            return Holder.OPERATOR
        case ActorKind.SERVICE:
            return Holder.SERVICE
        case ActorKind.INTEGRATION:
            return Holder.SCIM
        case ActorKind.PERSON:
            return _BY_ROLE[actor.role] if actor.role is not None else None


def verdict(actor: Actor, operation: str) -> Verdict:
    """Whether the actor may do this with the credential at hand; NO for an operation that is not in the table."""
    known, asks_as = OPERATIONS.get(operation), holder(actor)
    if known is None or asks_as is None or _scope_of(known, asks_as) not in actor.scopes:
        return Verdict.NO
    return known.verdicts[asks_as]


def may(actor: Actor, operation: str, *, own: bool = False) -> bool:
    """Whether the actor may do this to something; `own` says that it is theirs."""
    allowed = verdict(actor, operation)
    return allowed is Verdict.YES or (allowed is Verdict.OWN and own)


def need(actor: Actor, operation: str, *, own: bool = False) -> None:
    """Nothing, if the actor may do this. Raises NotPermitted, which says what is missing."""
    if may(actor, operation, own=own):
        return
    known, asks_as = OPERATIONS.get(operation), holder(actor)
    if known is not None and asks_as is not None and known.verdicts[asks_as] is not Verdict.NO:
        actor.need(_scope_of(known, asks_as))
        raise NotPermitted(f"{actor.name} may do this to what is their own alone ({operation}).")
    raise NotPermitted(f"{actor.name} may not do this ({operation}).")


def operations_of(actor: Actor) -> Iterator[str]:
    """What the actor may do, in the table's order: `teams.update`, or `teams.update:own` for their own alone."""
    for operation in OPERATIONS:
        match verdict(actor, operation):
            case Verdict.YES:
                yield operation
            case Verdict.OWN:
                yield f"{operation}:own"


_BY_ROLE = {
    Role.ADMIN: Holder.ADMIN,
    Role.STANDARDS_ADMIN: Holder.STANDARDS_ADMIN,
    Role.USER: Holder.USER,
    Role.TEAM_MEMBER: Holder.TEAM_MEMBER,
}


def _scope_of(operation: Operation, asks_as: Holder) -> Scope:
    """The scope without which the credential is not good for it: a provider's token has one for all it does."""
    if asks_as is Holder.SCIM:
        return Scope.SCIM
    return Scope.WRITE if operation.writes else Scope.READ
