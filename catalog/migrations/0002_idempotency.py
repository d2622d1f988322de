"""Keys under which a client may send a mutation again."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from catalog.migrations._operations import PerDialect

INDEXES = [
    "CREATE UNIQUE INDEX idempotency_claims_key ON idempotency_claims (account_id, asker_id, key_digest)",
    "CREATE INDEX idempotency_claims_pruned ON idempotency_claims (created_at)",
]
COLLATIONS = [
    "ALTER TABLE idempotency_claims "
    + ", ".join(f'ALTER COLUMN "{name}" TYPE text COLLATE "C"' for name in ("key_digest", "body_digest", "answer"))
]


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]

    operations = [
        ops.CreateModel(
            name="IdempotencyClaim",
            fields=[
                ("id", fields.UUIDField(primary_key=True)),
                ("account_id", fields.UUIDField()),
                ("asker_id", fields.UUIDField()),
                ("key_digest", fields.TextField()),
                ("body_digest", fields.TextField()),
                ("runner", fields.UUIDField()),
                ("leased_until", fields.DatetimeField()),
                ("changed_at", fields.DatetimeField(null=True)),
                ("answer", fields.TextField(null=True)),
                ("created_at", fields.DatetimeField()),
            ],
            options={"table": "idempotency_claims"},
        ),
        PerDialect(sqlite=INDEXES, postgres=[*COLLATIONS, *INDEXES]),
    ]
