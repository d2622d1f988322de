"""Indexes for what an administrator looks at: an integration's people and requests, what failed, what waits, letters."""

from tortoise import migrations

from catalog.migrations._operations import PerDialect

INDEXES = [
    "CREATE INDEX users_integration ON users (integration_id)"
    " WHERE deleted_at IS NULL AND integration_id IS NOT NULL",
    "CREATE INDEX provisioning_events_failed ON provisioning_events (account_id, at, id) WHERE status >= 400",
    # The log of a whole account; old rows are found by it too, account by account.
    "DROP INDEX provisioning_events_pruned",
    "CREATE INDEX provisioning_events_of_account ON provisioning_events (account_id, at, id)",
    "DROP INDEX provisioning_events_by_at",
    "CREATE INDEX pending_decisions_waiting ON pending_decisions (account_id, first_asked_at, id)"
    " WHERE decided_at IS NULL",
    "CREATE INDEX outbox_messages_of_account ON outbox_messages (account_id, created_at, id)",
]

# How an integration is doing is counted from an index alone.
SQLITE = [
    "CREATE INDEX provisioning_events_by_at ON provisioning_events"
    " (account_id, integration_id, at, status, requests, duration_ms)"
]
POSTGRES = [
    "CREATE INDEX provisioning_events_by_at ON provisioning_events"
    " (account_id, integration_id, at) INCLUDE (status, requests, duration_ms)"
]


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]

    operations = [PerDialect(sqlite=[*INDEXES, *SQLITE], postgres=[*INDEXES, *POSTGRES])]
