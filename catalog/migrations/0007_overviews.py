"""Indexes for what an administrator looks at: an integration's people, what failed, what waits, letters."""

from tortoise import migrations

from catalog.migrations._operations import PerDialect

INDEXES = [
    "CREATE INDEX users_integration ON users (integration_id)"
    " WHERE deleted_at IS NULL AND integration_id IS NOT NULL",
    "CREATE INDEX provisioning_events_failed ON provisioning_events (account_id, at, id) WHERE status >= 400",
    "CREATE INDEX pending_decisions_waiting ON pending_decisions (account_id, first_asked_at, id)"
    " WHERE decided_at IS NULL",
    "CREATE INDEX outbox_messages_of_account ON outbox_messages (account_id, created_at, id)",
]


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]

    operations = [PerDialect(sqlite=INDEXES, postgres=INDEXES)]
