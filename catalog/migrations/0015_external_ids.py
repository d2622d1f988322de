"""Whoever leaves or comes back is looked up among the external ids by who they are: today's and former ones."""

from tortoise import migrations

from catalog.migrations._operations import PerDialect

FOREVER = "'9999-12-31 00:00:00+00:00'"

CHANGED = [
    "DROP INDEX external_ids_current",
    "CREATE UNIQUE INDEX external_ids_current ON external_ids (subject_id, subject_kind, integration_id)"
    f" WHERE until = {FOREVER}",
    f"CREATE INDEX external_ids_former ON external_ids (subject_id, integration_id) WHERE until < {FOREVER}",
]


class Migration(migrations.Migration):
    dependencies = [("catalog", "0014_row_level_security")]

    operations = [PerDialect(sqlite=CHANGED, postgres=CHANGED)]
