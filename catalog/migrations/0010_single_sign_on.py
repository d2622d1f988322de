"""Single sign-on: connections, identities, what is good once, and the last errors."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from catalog.migrations._operations import PerDialect

INDEXES = [
    "CREATE UNIQUE INDEX sign_in_connections_name ON sign_in_connections (account_id, name) WHERE deleted_at IS NULL",
    "CREATE UNIQUE INDEX sign_in_identities_subject ON sign_in_identities (connection_id, subject)",
    "CREATE INDEX sign_in_identities_user ON sign_in_identities (user_id)",
    "CREATE UNIQUE INDEX sign_in_states_once ON sign_in_states (connection_id, purpose, digest)",
    "CREATE INDEX sign_in_states_expired ON sign_in_states (expires_at)",
    "CREATE INDEX sign_in_errors_latest ON sign_in_errors (connection_id, at, id)",
    "CREATE INDEX sessions_connection ON sessions (connection_id) WHERE ended_at IS NULL AND connection_id IS NOT NULL",
]

TEXTS = {
    "sign_in_connections": "kind name secret admission",
    "sign_in_identities": "subject",
    "sign_in_states": "purpose digest",
    "sign_in_errors": "code message",
}
COLLATIONS = [
    f"ALTER TABLE {table} " + ", ".join(f'ALTER COLUMN "{name}" TYPE text COLLATE "C"' for name in names.split())
    for table, names in TEXTS.items()
]


def refers_to(name, model, **more):
    return (name, fields.ForeignKeyField(f"catalog.{model}", source_field=f"{name}_id", related_name=False, on_delete=OnDelete.NO_ACTION, **more))


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]

    operations = [
        ops.CreateModel(
            name="SignInConnection",
            fields=[
                ("id", fields.UUIDField(primary_key=True)),
                refers_to("account", "Account"),
                ("kind", fields.TextField()),
                ("name", fields.TextField()),
                refers_to("integration", "Integration", null=True),
                ("settings", fields.JSONField(default=dict)),
                ("secret", fields.TextField(null=True)),
                ("admission", fields.TextField(default="refuse")),
                ("enabled", fields.BooleanField(default=False)),
                ("tested_at", fields.DatetimeField(null=True)),
                ("version", fields.IntField(default=1)),
                ("created_at", fields.DatetimeField()),
                ("updated_at", fields.DatetimeField()),
                ("deleted_at", fields.DatetimeField(null=True)),
            ],
            options={"table": "sign_in_connections"},
        ),
        ops.CreateModel(
            name="SignInIdentity",
            fields=[
                ("id", fields.UUIDField(primary_key=True)),
                refers_to("account", "Account"),
                refers_to("connection", "SignInConnection"),
                refers_to("user", "User"),
                ("subject", fields.TextField()),
                ("created_at", fields.DatetimeField()),
            ],
            options={"table": "sign_in_identities"},
        ),
        ops.CreateModel(
            name="SignInState",
            fields=[
                ("id", fields.UUIDField(primary_key=True)),
                ("account_id", fields.UUIDField()),
                ("connection_id", fields.UUIDField()),
                ("purpose", fields.TextField()),
                ("digest", fields.TextField()),
                ("facts", fields.JSONField(default=dict)),
                ("expires_at", fields.DatetimeField()),
            ],
            options={"table": "sign_in_states"},
        ),
        ops.CreateModel(
            name="SignInError",
            fields=[
                ("id", fields.UUIDField(primary_key=True)),
                ("account_id", fields.UUIDField()),
                ("connection_id", fields.UUIDField()),
                ("at", fields.DatetimeField()),
                ("code", fields.TextField()),
                ("message", fields.TextField()),
            ],
            options={"table": "sign_in_errors"},
        ),
        PerDialect(sqlite=INDEXES, postgres=[*COLLATIONS, *INDEXES]),
    ]
