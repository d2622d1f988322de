"""An integration's letters of the last hour counted from an index alone, as is done for everybody who arrives."""

from tortoise import migrations

from catalog.migrations._operations import PerDialect

CHANGED = [
    "DROP INDEX outbox_messages_integration",
    "CREATE INDEX outbox_messages_integration ON outbox_messages (integration_id, created_at, letter)",
]


class Migration(migrations.Migration):
    dependencies = [("catalog", "0012_erasure")]

    operations = [PerDialect(sqlite=CHANGED, postgres=CHANGED)]
