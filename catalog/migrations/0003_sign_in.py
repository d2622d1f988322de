"""Passwords, sessions and one-time links; alerts and the pausing of integrations; what was told of tokens."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from catalog.migrations._operations import PerDialect

INDEXES = [
    "CREATE UNIQUE INDEX passwords_user ON passwords (user_id)",
    "CREATE UNIQUE INDEX sessions_digest ON sessions (digest)",
    "CREATE INDEX sessions_user ON sessions (user_id) WHERE ended_at IS NULL",
    "CREATE INDEX sessions_expired ON sessions (expires_at)",
    "CREATE UNIQUE INDEX one_time_links_digest ON one_time_links (digest)",
    "CREATE INDEX one_time_links_user ON one_time_links (user_id) WHERE user_id IS NOT NULL",
    "CREATE INDEX one_time_links_expired ON one_time_links (expires_at)",
    "CREATE INDEX alerts_integration ON alerts (integration_id, kind, at)",
    "CREATE INDEX alert_marks_counted ON alert_marks (integration_id, kind, at)",
    "CREATE INDEX alert_marks_pruned ON alert_marks (at)",
    "CREATE UNIQUE INDEX token_notices_once ON token_notices (token_id, days)",
    "CREATE INDEX api_tokens_expiring ON api_tokens (account_id, expires_at) WHERE revoked_at IS NULL",
    # Who signs in is found by the email alone, in whichever accounts it is.
    "CREATE INDEX users_signing_in ON users (email_key) WHERE deleted_at IS NULL AND email_key IS NOT NULL",
    "CREATE INDEX users_invited ON users (account_id, invitation) WHERE deleted_at IS NULL AND invitation = 'sent'",
]

TEXTS = {
    "passwords": "hash",
    "sessions": "digest method subject ip user_agent",
    "one_time_links": "purpose digest",
    "alerts": "kind",
    "alert_marks": "kind",
    "integrations": "pause_reason",
}
COLLATIONS = [
    f"ALTER TABLE {table} " + ", ".join(f'ALTER COLUMN "{name}" TYPE text COLLATE "C"' for name in names.split())
    for table, names in TEXTS.items()
]


def account():
    return ("account", fields.ForeignKeyField("catalog.Account", source_field="account_id", related_name=False, on_delete=OnDelete.NO_ACTION))


def user(**more):
    return ("user", fields.ForeignKeyField("catalog.User", source_field="user_id", related_name=False, on_delete=OnDelete.NO_ACTION, **more))


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]

    operations = [
        ops.CreateModel(
            name="Password",
            fields=[
                ("id", fields.UUIDField(primary_key=True)),
                account(),
                user(),
                ("hash", fields.TextField()),
                ("set_at", fields.DatetimeField()),
            ],
            options={"table": "passwords"},
        ),
        ops.CreateModel(
            name="Session",
            fields=[
                ("id", fields.UUIDField(primary_key=True)),
                account(),
                user(),
                ("digest", fields.TextField()),
                ("method", fields.TextField()),
                ("connection_id", fields.UUIDField(null=True)),
                ("subject", fields.TextField(null=True)),
                ("ip", fields.TextField(null=True)),
                ("user_agent", fields.TextField(null=True)),
                ("created_at", fields.DatetimeField()),
                ("last_seen_at", fields.DatetimeField()),
                ("confirmed_at", fields.DatetimeField()),
                ("expires_at", fields.DatetimeField()),
                ("ended_at", fields.DatetimeField(null=True)),
            ],
            options={"table": "sessions"},
        ),
        ops.CreateModel(
            name="OneTimeLink",
            fields=[
                ("id", fields.UUIDField(primary_key=True)),
                account(),
                user(null=True),
                ("purpose", fields.TextField()),
                ("digest", fields.TextField()),
                ("created_at", fields.DatetimeField()),
                ("expires_at", fields.DatetimeField()),
                ("used_at", fields.DatetimeField(null=True)),
                ("revoked_at", fields.DatetimeField(null=True)),
            ],
            options={"table": "one_time_links"},
        ),
        ops.CreateModel(
            name="Alert",
            fields=[
                ("id", fields.UUIDField(primary_key=True)),
                account(),
                ("integration", fields.ForeignKeyField("catalog.Integration", source_field="integration_id", related_name=False, on_delete=OnDelete.NO_ACTION)),
                ("kind", fields.TextField()),
                ("threshold", fields.IntField()),
                ("has_paused", fields.BooleanField(default=False)),
                ("at", fields.DatetimeField()),
            ],
            options={"table": "alerts"},
        ),
        ops.CreateModel(
            name="AlertMark",
            fields=[
                ("id", fields.UUIDField(primary_key=True)),
                ("account_id", fields.UUIDField()),
                ("integration_id", fields.UUIDField()),
                ("kind", fields.TextField()),
                ("subject_id", fields.UUIDField()),
                ("at", fields.DatetimeField()),
            ],
            options={"table": "alert_marks"},
        ),
        ops.CreateModel(
            name="TokenNotice",
            fields=[
                ("id", fields.UUIDField(primary_key=True)),
                ("account_id", fields.UUIDField()),
                ("token_id", fields.UUIDField()),
                ("days", fields.IntField()),
                ("at", fields.DatetimeField()),
            ],
            options={"table": "token_notices"},
        ),
        ops.AddField("Integration", "paused_at", fields.DatetimeField(null=True)),
        ops.AddField("Integration", "pause_reason", fields.TextField(null=True)),
        PerDialect(sqlite=INDEXES, postgres=[*COLLATIONS, *INDEXES]),
    ]
