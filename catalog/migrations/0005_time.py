"""The directory in time: periods of people and teams, which change began and ended a membership, the chain of audit."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from catalog.migrations._operations import PerDialect

FOREVER = "'9999-12-31 00:00:00+00:00'"

INDEXES = [
    f"CREATE UNIQUE INDEX user_periods_open ON user_periods (user_id) WHERE valid_to = {FOREVER}",
    "CREATE INDEX user_periods_user ON user_periods (user_id, valid_from)",
    "CREATE INDEX user_periods_manager ON user_periods (manager_id, valid_from) WHERE manager_id IS NOT NULL",
    "CREATE INDEX user_periods_begun ON user_periods (account_id, valid_from, id)",
    "CREATE INDEX user_periods_ended ON user_periods (account_id, valid_to, id)",
    f"CREATE UNIQUE INDEX team_periods_open ON team_periods (team_id) WHERE valid_to = {FOREVER}",
    "CREATE INDEX team_periods_team ON team_periods (team_id, valid_from)",
    "CREATE INDEX team_periods_parent ON team_periods (parent_id, valid_from) WHERE parent_id IS NOT NULL",
    "CREATE INDEX team_periods_begun ON team_periods (account_id, valid_from, id)",
    "CREATE INDEX team_periods_ended ON team_periods (account_id, valid_to, id)",
    "CREATE INDEX memberships_begun_in ON memberships (begun_in) WHERE begun_in IS NOT NULL",
    "CREATE INDEX memberships_ended_in ON memberships (ended_in) WHERE ended_in IS NOT NULL",
    "CREATE UNIQUE INDEX audit_events_seq ON audit_events (account_id, seq) WHERE seq IS NOT NULL",
    "CREATE INDEX audit_events_unsealed ON audit_events (account_id, id) WHERE seq IS NULL",
]

# Who is there already has been so since they came at the latest.
PRESENT = [
    "INSERT INTO user_periods (id, account_id, user_id, name, name_key, title, department, manager_id, is_active, role,"
    " valid_from, valid_to, recorded_at, began_on_or_before)"
    " SELECT id, account_id, id, name, name_key, title, department, manager_id, deactivated_at IS NULL, role,"
    f" created_at, {FOREVER}, created_at, TRUE FROM users WHERE deleted_at IS NULL",
    "INSERT INTO team_periods (id, account_id, team_id, name, name_key, parent_id,"
    " valid_from, valid_to, recorded_at, began_on_or_before)"
    " SELECT id, account_id, id, name, name_key, parent_id,"
    f" created_at, {FOREVER}, created_at, integration_id IS NOT NULL FROM teams WHERE deleted_at IS NULL",
]

TEXTS = {
    "user_periods": "name name_key title department role",
    "team_periods": "name name_key",
    "audit_events": "seal",
    "audit_heads": "seal proof",
}
COLLATIONS = [
    f"ALTER TABLE {table} " + ", ".join(f'ALTER COLUMN "{name}" TYPE text COLLATE "C"' for name in names.split())
    for table, names in TEXTS.items()
]


def of_the_account(model: str, relation: str) -> list:
    return [
        ("id", fields.UUIDField(primary_key=True)),
        ("account", fields.ForeignKeyField("catalog.Account", source_field="account_id", related_name=False, on_delete=OnDelete.NO_ACTION)),
        (relation, fields.ForeignKeyField(f"catalog.{model}", source_field=f"{relation}_id", related_name=False, on_delete=OnDelete.NO_ACTION)),
    ]


PERIOD = [
    ("valid_from", fields.DatetimeField()),
    ("valid_to", fields.DatetimeField()),
    ("recorded_at", fields.DatetimeField()),
    ("began_on_or_before", fields.BooleanField(default=False)),
]


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]

    operations = [
        ops.CreateModel(
            name="UserPeriod",
            fields=[
                *of_the_account("User", "user"),
                ("name", fields.TextField()),
                ("name_key", fields.TextField()),
                ("title", fields.TextField(null=True)),
                ("department", fields.TextField(null=True)),
                ("manager_id", fields.UUIDField(null=True)),
                ("is_active", fields.BooleanField()),
                ("role", fields.TextField()),
                *PERIOD,
            ],
            options={"table": "user_periods"},
        ),
        ops.CreateModel(
            name="TeamPeriod",
            fields=[
                *of_the_account("Team", "team"),
                ("name", fields.TextField()),
                ("name_key", fields.TextField()),
                ("parent_id", fields.UUIDField(null=True)),
                *PERIOD,
            ],
            options={"table": "team_periods"},
        ),
        ops.CreateModel(
            name="AuditHead",
            fields=[
                ("account_id", fields.UUIDField(primary_key=True)),
                ("seq", fields.BigIntField()),
                ("seal", fields.TextField()),
                ("proof", fields.TextField()),
                ("sealed_at", fields.DatetimeField()),
            ],
            options={"table": "audit_heads"},
        ),
        ops.AddField(model_name="AuditEvent", name="seq", field=fields.BigIntField(null=True)),
        ops.AddField(model_name="AuditEvent", name="seal", field=fields.TextField(null=True)),
        ops.AddField(model_name="Membership", name="begun_in", field=fields.UUIDField(null=True)),
        ops.AddField(model_name="Membership", name="ended_in", field=fields.UUIDField(null=True)),
        ops.AddField(
            model_name="Membership",
            name="began_on_or_before",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        PerDialect(sqlite=[*INDEXES, *PRESENT], postgres=[*COLLATIONS, *INDEXES, *PRESENT]),
    ]
