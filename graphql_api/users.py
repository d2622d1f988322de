"""People."""

from __future__ import annotations

from enum import StrEnum

import strawberry
from strawberry.types import Info

from graphql_api.connections import DatedConnection
from graphql_api.contacts import Reachable
from graphql_api.describing import Description, described, lazily, linked, listing
from graphql_api.history import UserHistory
from graphql_api.instants import dated
from graphql_api.provenance import Known, Managed
from graphql_api.scalars import JSON, Instant
from graphql_api.tags import Taggable

Person = lazily("users", "User")
Users = lazily("users", "UserConnection")
Memberships = lazily("memberships", "TeamMembershipConnection")
Teams = lazily("teams", "TeamConnection")


@strawberry.enum
class UserRole(StrEnum):
    """What a person may do in their account."""

    admin = "admin"
    standards_admin = "standards_admin"
    team_member = "team_member"
    user = "user"


@strawberry.enum
class UserStatus(StrEnum):
    """Whether a person may sign in."""

    active = "active"
    deactivated = "deactivated"


@strawberry.enum
class InvitationState(StrEnum):
    """How far an invitation has come."""

    none = "none"
    held = "held"
    sent = "sent"
    accepted = "accepted"
    expired = "expired"
    revoked = "revoked"


@strawberry.enum
class ProvisionedByEnum(StrEnum):
    """Where a person came from."""

    api_cli = "api_cli"
    api_other = "api_other"
    api_terraform = "api_terraform"
    backstage = "backstage"
    integration_scim = "integration_scim"
    sso_okta = "sso_okta"
    sso_other = "sso_other"
    unknown = "unknown"
    user = "user"


@strawberry.type
class User(Reachable, Taggable, UserHistory, Managed, Known):
    """A person of the account."""

    id: strawberry.ID
    email: str
    name: str
    html_url: str
    role: UserRole | None
    provisioned_by: ProvisionedByEnum | None
    user_name: str
    given_name: str | None
    family_name: str | None
    title: str | None
    department: str | None
    employee_number: str | None
    user_type: str | None
    status: UserStatus
    invitation: InvitationState | None
    deactivated_at: Instant | None
    last_sign_in_at: Instant | None
    created_at: Instant
    updated_at: Instant
    version: int
    is_break_glass: bool
    locked_fields: list[str]
    attributes: JSON | None
    raw_scim: JSON | None

    @described(Person | None)
    def manager(self, info: Info) -> Description:
        return linked("manager")

    @listing(Users)
    def reports(self, info: Info) -> Description:
        return linked("reports")

    @listing(Teams | None)
    def teams(self, info: Info) -> Description:
        return linked("teams")

    @listing(Memberships)
    def memberships(self, info: Info, as_of: Instant | None = strawberry.UNSET) -> Description:
        return dated(info, as_of, "memberships")


@strawberry.type
class UserConnection(DatedConnection[User]):
    """A page of people."""
