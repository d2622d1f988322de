"""What remains of an audit event when a person is erased is sealed anew; the seals that there are stay as they are."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from catalog.migrations._operations import PerDialect

COLLATED = ['ALTER TABLE audit_events ALTER COLUMN "erased_seal" TYPE text COLLATE "C"']


class Migration(migrations.Migration):
    dependencies = [("catalog", "0011_tallies")]

    operations = [
        ops.AddField(model_name="AuditEvent", name="erased_seal", field=fields.TextField(null=True)),
        PerDialect(sqlite=[], postgres=COLLATED),
    ]
