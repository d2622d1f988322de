"""The nouns as SQL sees them: tables, the columns a condition may name, relations, unique indexes.

Nothing outside this package and `catalog.sql` writes the name of a column into a condition; so no text of a client's
can become one.
"""

from __future__ import annotations

from catalog.tables.accounts import ACCOUNTS
from catalog.tables.changes import DIFFERENCES
from catalog.tables.counts import COUNTS
from catalog.tables.descriptions import CONTACTS, PROPERTIES, PROPERTY_DEFINITIONS, TAGS
from catalog.tables.external_ids import EXTERNAL_IDS
from catalog.tables.history import HISTORY, HISTORY_IN_FULL
from catalog.tables.integrations import DECISIONS, INTEGRATIONS, TOKENS
from catalog.tables.journal import AUDIT, DELIVERIES, LETTERS
from catalog.tables.memberships import MEMBERSHIP_CHANGES, MEMBERSHIPS, REACHED
from catalog.tables.nouns import Field, Link, Noun, Relation
from catalog.tables.past import PAST_LINE, PAST_MEMBERSHIPS, PAST_REACHED, PAST_TEAMS, PAST_USERS
from catalog.tables.periods import TEAM_PERIODS, USER_PERIODS
from catalog.tables.single_sign_on import CONNECTIONS, ERRORS
from catalog.tables.teams import LINE, TEAMS
from catalog.tables.users import USERS

__all__ = ["NOUNS", "UNIQUE", "Field", "Link", "Noun", "Relation"]

NOUNS = {
    "accounts": ACCOUNTS,
    "users": USERS,
    "teams": TEAMS,
    "memberships": MEMBERSHIPS,
    "past_users": PAST_USERS,
    "past_teams": PAST_TEAMS,
    "past_memberships": PAST_MEMBERSHIPS,
    "line": LINE,
    "past_line": PAST_LINE,
    "reach": REACHED,
    "past_reach": PAST_REACHED,
    "user_periods": USER_PERIODS,
    "team_periods": TEAM_PERIODS,
    "membership_changes": MEMBERSHIP_CHANGES,
    "differences": DIFFERENCES,
    "history": HISTORY,
    "history_in_full": HISTORY_IN_FULL,
    "integrations": INTEGRATIONS,
    "external_ids": EXTERNAL_IDS,
    "counts": COUNTS,
    "audit": AUDIT,
    "deliveries": DELIVERIES,
    "letters": LETTERS,
    "tokens": TOKENS,
    "decisions": DECISIONS,
    "sign_in_connections": CONNECTIONS,
    "sign_in_errors": ERRORS,
    "contacts": CONTACTS,
    "tags": TAGS,
    "property_definitions": PROPERTY_DEFINITIONS,
    "properties": PROPERTIES,
}

UNIQUE: dict[str, tuple[str, str, str]] = {}
"""The index that refused, as either engine names it, to (noun, field, model) of the error."""


def _unique(index: str, columns: str, noun: str, field_name: str, model: str) -> None:
    UNIQUE[index] = UNIQUE[columns] = (noun, field_name, model)


_unique("users_user_name", "users.account_id, users.user_name_key", "user", "user_name", "User")
_unique("users_email", "users.account_id, users.email_key", "user", "email", "User")
_unique("teams_pushed_name", "teams.integration_id, teams.provider_name_key", "team", "provider_name", "Team")
_unique("team_aliases_alias", "team_aliases.account_id, team_aliases.alias", "team", "alias", "TeamAlias")
_unique("memberships_open", "memberships.team_id, memberships.user_id", "membership", "user_id", "Membership")
_unique(
    *("sign_in_connections_name", "sign_in_connections.account_id, sign_in_connections.name"),
    *("sign-in connection", "name", "SignInConnection"),
)
_unique(
    *("sign_in_identities_subject", "sign_in_identities.connection_id, sign_in_identities.subject"),
    *("identity", "subject", "SignInIdentity"),
)
_unique(
    *(
        "sign_in_states_once",
        "sign_in_states.connection_id, sign_in_states.purpose, sign_in_states.digest",
    ),
    *("sign-in", "digest", "SignInState"),
)
_unique("integrations_name", "integrations.account_id, integrations.name", "integration", "name", "Integration")
_unique("tags_of_one", "tags.owner_id, tags.key, tags.value", "tag", "value", "Tag")
_unique(
    "property_definitions_alias",
    "property_definitions.account_id, property_definitions.alias",
    "property definition",
    "alias",
    "PropertyDefinition",
)
_unique("accounts_slug", "accounts.slug", "account", "slug", "Account")
