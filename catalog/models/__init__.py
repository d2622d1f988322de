"""The catalog's tables, as Tortoise-ORM models: shape only, no behaviour.

Every row belongs to one account. Ids are UUIDv7 made by the server. A `…_key` column holds its neighbour folded
(`catalog.ids.fold`), so that uniqueness and search without regard to case need no SQL function. Unique indexes that
hold for some rows only, and collations, stand in the first migration: Tortoise emits neither from a model.
"""

from catalog.models.accounts import Account, Tally
from catalog.models.alerts import Alert, AlertMark, TokenNotice
from catalog.models.credentials import ApiToken
from catalog.models.descriptions import Contact, Property, PropertyDefinition, Tag
from catalog.models.idempotency import IdempotencyClaim
from catalog.models.integrations import ExternalId, Integration, PendingDecision
from catalog.models.journal import AuditEvent, OutboxMessage, ProvisioningEvent
from catalog.models.sign_in import OneTimeLink, Password, Session
from catalog.models.single_sign_on import SignInConnection, SignInError, SignInIdentity, SignInState
from catalog.models.teams import Membership, Team, TeamAlias
from catalog.models.time import AuditHead, TeamPeriod, UserPeriod
from catalog.models.users import User

__all__ = [
    "Account",
    "Alert",
    "AlertMark",
    "ApiToken",
    "AuditEvent",
    "AuditHead",
    "Contact",
    "ExternalId",
    "IdempotencyClaim",
    "Integration",
    "Membership",
    "OneTimeLink",
    "OutboxMessage",
    "Password",
    "PendingDecision",
    "Property",
    "PropertyDefinition",
    "ProvisioningEvent",
    "Session",
    "SignInConnection",
    "SignInError",
    "SignInIdentity",
    "SignInState",
    "Tag",
    "Tally",
    "Team",
    "TeamAlias",
    "TeamPeriod",
    "TokenNotice",
    "User",
    "UserPeriod",
]
