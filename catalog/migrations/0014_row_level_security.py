"""On PostgreSQL a second wall between accounts, behind the conditions of every statement (docs/decisions/0034).

A later migration that makes a table with an `account_id` puts it behind the wall as well: `walled` says how.
"""

from tortoise import migrations

from catalog.migrations._operations import PerDialect, walled

TABLES = (
    *("tallies", "users", "user_periods", "team_periods", "teams", "team_aliases", "memberships", "contacts", "tags"),
    *("property_definitions", "properties", "integrations", "external_ids", "pending_decisions", "provisioning_events"),
    *("api_tokens", "passwords", "sessions", "one_time_links", "idempotency_claims", "outbox_messages"),
    *("alerts", "alert_marks", "token_notices", "audit_events", "audit_heads"),
    *("sign_in_connections", "sign_in_identities", "sign_in_states", "sign_in_errors"),
)

# The wall asks every row for its account: a count of members is still answered from the index alone.
MEMBERS = [
    statement
    for name, columns in (("from", "valid_from, valid_to"), ("to", "valid_to, valid_from"))
    for statement in (
        f"DROP INDEX memberships_team_{name}",
        f"CREATE INDEX memberships_team_{name} ON memberships (team_id, {columns}) INCLUDE (user_id, role, account_id)",
    )
]


class Migration(migrations.Migration):
    dependencies = [("catalog", "0013_letters")]

    operations = [
        PerDialect(
            sqlite=[],
            postgres=[
                *walled("accounts", account="id"),
                *(statement for table in TABLES for statement in walled(table)),
                *MEMBERS,
            ],
        )
    ]
