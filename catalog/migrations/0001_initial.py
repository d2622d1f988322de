"""The tables of the first release, with their indexes and collations."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from catalog.migrations._operations import PerDialect

# The end of an open period, as both engines read it: on SQLite it must be the very text that is stored.
FOREVER = "'9999-12-31 00:00:00+00:00'"

# What both engines are told alike. Uniqueness holds among what is not deleted.
INDEXES = [
    "CREATE UNIQUE INDEX accounts_slug ON accounts (slug)",
    "CREATE UNIQUE INDEX users_user_name ON users (account_id, user_name_key) WHERE deleted_at IS NULL",
    "CREATE UNIQUE INDEX users_email ON users (account_id, email_key)"
    " WHERE deleted_at IS NULL AND email_key IS NOT NULL",
    "CREATE INDEX users_by_id ON users (account_id, id) WHERE deleted_at IS NULL",
    "CREATE INDEX users_by_updated_at ON users (account_id, updated_at, id) WHERE deleted_at IS NULL",
    "CREATE INDEX users_display_name ON users (account_id, display_name_key, id) WHERE deleted_at IS NULL",
    "CREATE INDEX users_by_name ON users (account_id, name_key, id) WHERE deleted_at IS NULL",
    "CREATE INDEX users_employee_number ON users (account_id, employee_number)"
    " WHERE deleted_at IS NULL AND employee_number IS NOT NULL",
    "CREATE INDEX users_manager ON users (manager_id) WHERE manager_id IS NOT NULL",
    "CREATE INDEX users_manager_sought ON users (account_id, manager_key)"
    " WHERE deleted_at IS NULL AND manager_id IS NULL AND manager_key IS NOT NULL",
    "CREATE UNIQUE INDEX teams_pushed_name ON teams (integration_id, provider_name_key)"
    " WHERE deleted_at IS NULL AND integration_id IS NOT NULL",
    "CREATE INDEX teams_by_id ON teams (account_id, id) WHERE deleted_at IS NULL",
    "CREATE INDEX teams_by_updated_at ON teams (account_id, updated_at, id) WHERE deleted_at IS NULL",
    "CREATE INDEX teams_by_name ON teams (account_id, name_key, id) WHERE deleted_at IS NULL",
    "CREATE INDEX teams_provider_name ON teams (account_id, provider_name_key, id) WHERE deleted_at IS NULL",
    "CREATE INDEX teams_parent ON teams (parent_id) WHERE parent_id IS NOT NULL",
    "CREATE INDEX teams_integration ON teams (integration_id) WHERE integration_id IS NOT NULL",
    "CREATE UNIQUE INDEX team_aliases_alias ON team_aliases (account_id, alias)",
    "CREATE INDEX team_aliases_team ON team_aliases (team_id)",
    f"CREATE UNIQUE INDEX memberships_open ON memberships (team_id, user_id) WHERE valid_to = {FOREVER}",
    "CREATE INDEX memberships_user ON memberships (user_id, valid_from)",
    "CREATE INDEX memberships_begun ON memberships (account_id, valid_from, id)",
    "CREATE INDEX memberships_ended ON memberships (account_id, valid_to, id)",
    "CREATE UNIQUE INDEX integrations_name ON integrations (account_id, name) WHERE deleted_at IS NULL",
    "CREATE UNIQUE INDEX external_ids_current ON external_ids (integration_id, subject_kind, subject_id)"
    f" WHERE until = {FOREVER}",
    "CREATE INDEX external_ids_value ON external_ids (integration_id, subject_kind, value)",
    "CREATE UNIQUE INDEX pending_decisions_open ON pending_decisions (integration_id, kind, subject_id)"
    " WHERE decided_at IS NULL",
    "CREATE UNIQUE INDEX api_tokens_digest ON api_tokens (digest)",
    "CREATE INDEX api_tokens_integration ON api_tokens (integration_id) WHERE integration_id IS NOT NULL",
    "CREATE INDEX api_tokens_user ON api_tokens (user_id) WHERE user_id IS NOT NULL",
    "CREATE INDEX audit_events_by_at ON audit_events (account_id, at, id)",
    "CREATE INDEX audit_events_subject ON audit_events (account_id, subject_id, at)",
    "CREATE INDEX outbox_messages_due ON outbox_messages (state, next_attempt_at)",
    "CREATE INDEX outbox_messages_integration ON outbox_messages (integration_id, created_at)",
    "CREATE UNIQUE INDEX outbox_messages_welcome ON outbox_messages (user_id, letter) WHERE letter = 'Welcome'",
    "CREATE INDEX provisioning_events_by_at ON provisioning_events (account_id, integration_id, at)",
    "CREATE INDEX provisioning_events_pruned ON provisioning_events (at)",
]

# Who was in a team at an instant, and what changed in a team, are answered from an index alone.
SQLITE = [
    "CREATE INDEX memberships_team_from ON memberships (team_id, valid_from, valid_to, user_id, role)",
    "CREATE INDEX memberships_team_to ON memberships (team_id, valid_to, valid_from, user_id, role)",
]
POSTGRES = [
    "CREATE INDEX memberships_team_from ON memberships (team_id, valid_from, valid_to) INCLUDE (user_id, role)",
    "CREATE INDEX memberships_team_to ON memberships (team_id, valid_to, valid_from) INCLUDE (user_id, role)",
]

# Texts compare by their bytes, as on SQLite: the same order on both, ranges by index, no dependence on a libc's locale.
TEXTS = {
    "accounts": "name slug time_zone",
    "audit_events": "actor_kind actor_name action subject_kind subject_name request_id",
    "integrations": "type name",
    "external_ids": "subject_kind value",
    "outbox_messages": "letter recipient state message_id last_error",
    "pending_decisions": "kind name external_id decision",
    "provisioning_events": "method path resource_kind resource_name request_body response_body reason request_id",
    "teams": "name name_key provider_name provider_name_key alias responsibilities",
    "team_aliases": "alias",
    "users": (
        "user_name user_name_key display_name_key name name_key given_name family_name email email_key title "
        "department employee_number user_type manager_value manager_key role role_by_hand invitation provisioned_by"
    ),
    "api_tokens": "name prefix digest scope created_by",
    "memberships": "role",
}
COLLATIONS = [
    f"ALTER TABLE {table} " + ", ".join(f'ALTER COLUMN "{name}" TYPE text COLLATE "C"' for name in names.split())
    for table, names in TEXTS.items()
]


class Migration(migrations.Migration):
    initial = True

    operations = [
        ops.CreateModel(
            name="Account",
            fields=[
                ("id", fields.UUIDField(primary_key=True)),
                ("name", fields.TextField()),
                ("slug", fields.TextField()),
                ("time_zone", fields.TextField(default="UTC")),
                ("is_rehearsal", fields.BooleanField(default=False)),
                ("settings", fields.JSONField(default=dict)),
                ("created_at", fields.DatetimeField()),
            ],
            options={"table": "accounts"},
        ),
        ops.CreateModel(
            name="AuditEvent",
            fields=[
                ("id", fields.UUIDField(primary_key=True)),
                ("account_id", fields.UUIDField()),
                ("at", fields.DatetimeField()),
                ("change_id", fields.UUIDField()),
                ("actor_kind", fields.TextField()),
                ("actor_id", fields.UUIDField(null=True)),
                ("actor_name", fields.TextField()),
                ("action", fields.TextField()),
                ("subject_kind", fields.TextField()),
                ("subject_id", fields.UUIDField()),
                ("subject_name", fields.TextField()),
                ("before", fields.JSONField(null=True)),
                ("after", fields.JSONField(null=True)),
                ("request_id", fields.TextField(null=True)),
            ],
            options={"table": "audit_events"},
        ),
        ops.CreateModel(
            name="Integration",
            fields=[
                ("id", fields.UUIDField(primary_key=True)),
                ("account", fields.ForeignKeyField("catalog.Account", source_field="account_id", related_name=False, on_delete=OnDelete.NO_ACTION)),
                ("type", fields.TextField(default="scim")),
                ("name", fields.TextField()),
                ("settings", fields.JSONField(default=dict)),
                ("version", fields.IntField(default=1)),
                ("created_at", fields.DatetimeField()),
                ("updated_at", fields.DatetimeField()),
                ("deleted_at", fields.DatetimeField(null=True)),
            ],
            options={"table": "integrations"},
        ),
        ops.CreateModel(
            name="ExternalId",
            fields=[
                ("id", fields.UUIDField(primary_key=True)),
                ("account", fields.ForeignKeyField("catalog.Account", source_field="account_id", related_name=False, on_delete=OnDelete.NO_ACTION)),
                ("integration", fields.ForeignKeyField("catalog.Integration", source_field="integration_id", related_name=False, on_delete=OnDelete.NO_ACTION)),
                ("subject_kind", fields.TextField()),
                ("subject_id", fields.UUIDField()),
                ("value", fields.TextField()),
                ("since", fields.DatetimeField()),
                ("until", fields.DatetimeField()),
            ],
            options={"table": "external_ids"},
        ),
        ops.CreateModel(
            name="OutboxMessage",
            fields=[
                ("id", fields.UUIDField(primary_key=True)),
                ("account_id", fields.UUIDField()),
                ("integration_id", fields.UUIDField(null=True)),
                ("user_id", fields.UUIDField(null=True)),
                ("letter", fields.TextField()),
                ("recipient", fields.TextField()),
                ("facts", fields.JSONField(default=dict)),
                ("state", fields.TextField(default="waiting")),
                ("attempts", fields.IntField(default=0)),
                ("next_attempt_at", fields.DatetimeField()),
                ("leased_until", fields.DatetimeField(null=True)),
                ("message_id", fields.TextField()),
                ("last_error", fields.TextField(null=True)),
                ("created_at", fields.DatetimeField()),
                ("sent_at", fields.DatetimeField(null=True)),
            ],
            options={"table": "outbox_messages"},
        ),
        ops.CreateModel(
            name="PendingDecision",
            fields=[
                ("id", fields.UUIDField(primary_key=True)),
                ("account", fields.ForeignKeyField("catalog.Account", source_field="account_id", related_name=False, on_delete=OnDelete.NO_ACTION)),
                ("integration", fields.ForeignKeyField("catalog.Integration", source_field="integration_id", related_name=False, on_delete=OnDelete.NO_ACTION)),
                ("kind", fields.TextField()),
                ("subject_id", fields.UUIDField()),
                ("name", fields.TextField()),
                ("external_id", fields.TextField(null=True)),
                ("attempts", fields.IntField(default=1)),
                ("first_asked_at", fields.DatetimeField()),
                ("last_asked_at", fields.DatetimeField()),
                ("decided_at", fields.DatetimeField(null=True)),
                ("decision", fields.TextField(null=True)),
            ],
            options={"table": "pending_decisions"},
        ),
        ops.CreateModel(
            name="ProvisioningEvent",
            fields=[
                ("id", fields.UUIDField(primary_key=True)),
                ("account_id", fields.UUIDField()),
                ("integration_id", fields.UUIDField()),
                ("token_id", fields.UUIDField(null=True)),
                ("at", fields.DatetimeField()),
                ("method", fields.TextField()),
                ("path", fields.TextField()),
                ("status", fields.IntField()),
                ("duration_ms", fields.FloatField()),
                ("requests", fields.IntField(default=1)),
                ("resource_kind", fields.TextField(null=True)),
                ("resource_id", fields.UUIDField(null=True)),
                ("resource_name", fields.TextField(null=True)),
                ("request_body", fields.TextField(null=True)),
                ("response_body", fields.TextField(null=True)),
                ("reason", fields.TextField(null=True)),
                ("request_id", fields.TextField(null=True)),
            ],
            options={"table": "provisioning_events"},
        ),
        ops.CreateModel(
            name="Team",
            fields=[
                ("id", fields.UUIDField(primary_key=True)),
                ("account", fields.ForeignKeyField("catalog.Account", source_field="account_id", related_name=False, on_delete=OnDelete.NO_ACTION)),
                ("name", fields.TextField()),
                ("name_key", fields.TextField()),
                ("provider_name", fields.TextField()),
                ("provider_name_key", fields.TextField()),
                ("alias", fields.TextField()),
                ("responsibilities", fields.TextField(null=True)),
                ("parent", fields.ForeignKeyField("catalog.Team", source_field="parent_id", null=True, related_name=False, on_delete=OnDelete.NO_ACTION)),
                ("parent_integration_id", fields.UUIDField(null=True)),
                ("integration", fields.ForeignKeyField("catalog.Integration", source_field="integration_id", null=True, related_name=False, on_delete=OnDelete.NO_ACTION)),
                ("is_listed", fields.BooleanField(default=True)),
                ("version", fields.IntField(default=1)),
                ("created_at", fields.DatetimeField()),
                ("updated_at", fields.DatetimeField()),
                ("deleted_at", fields.DatetimeField(null=True)),
            ],
            options={"table": "teams"},
        ),
        ops.CreateModel(
            name="TeamAlias",
            fields=[
                ("id", fields.UUIDField(primary_key=True)),
                ("account", fields.ForeignKeyField("catalog.Account", source_field="account_id", related_name=False, on_delete=OnDelete.NO_ACTION)),
                ("team", fields.ForeignKeyField("catalog.Team", source_field="team_id", related_name=False, on_delete=OnDelete.NO_ACTION)),
                ("alias", fields.TextField()),
                ("is_managed", fields.BooleanField(default=True)),
                ("created_at", fields.DatetimeField()),
            ],
            options={"table": "team_aliases"},
        ),
        ops.CreateModel(
            name="User",
            fields=[
                ("id", fields.UUIDField(primary_key=True)),
                ("account", fields.ForeignKeyField("catalog.Account", source_field="account_id", related_name=False, on_delete=OnDelete.NO_ACTION)),
                ("user_name", fields.TextField()),
                ("user_name_key", fields.TextField()),
                ("attributes", fields.JSONField(default=dict)),
                ("attributes_key", fields.JSONField(default=dict)),
                ("display_name_key", fields.TextField(null=True)),
                ("name", fields.TextField()),
                ("name_key", fields.TextField()),
                ("given_name", fields.TextField(null=True)),
                ("family_name", fields.TextField(null=True)),
                ("email", fields.TextField(null=True)),
                ("email_key", fields.TextField(null=True)),
                ("title", fields.TextField(null=True)),
                ("department", fields.TextField(null=True)),
                ("employee_number", fields.TextField(null=True)),
                ("user_type", fields.TextField(null=True)),
                ("manager_value", fields.TextField(null=True)),
                ("manager_key", fields.TextField(null=True)),
                ("manager", fields.ForeignKeyField("catalog.User", source_field="manager_id", null=True, related_name=False, on_delete=OnDelete.NO_ACTION)),
                ("role", fields.TextField(default="user")),
                ("role_by_hand", fields.TextField(null=True)),
                ("is_break_glass", fields.BooleanField(default=False)),
                ("deactivated_at", fields.DatetimeField(null=True)),
                ("invitation", fields.TextField(default="none")),
                ("last_sign_in_at", fields.DatetimeField(null=True)),
                ("provisioned_by", fields.TextField(default="unknown")),
                ("integration", fields.ForeignKeyField("catalog.Integration", source_field="integration_id", null=True, related_name=False, on_delete=OnDelete.NO_ACTION)),
                ("version", fields.IntField(default=1)),
                ("created_at", fields.DatetimeField()),
                ("updated_at", fields.DatetimeField()),
                ("deleted_at", fields.DatetimeField(null=True)),
            ],
            options={"table": "users"},
        ),
        ops.CreateModel(
            name="ApiToken",
            fields=[
                ("id", fields.UUIDField(primary_key=True)),
                ("account", fields.ForeignKeyField("catalog.Account", source_field="account_id", related_name=False, on_delete=OnDelete.NO_ACTION)),
                ("integration", fields.ForeignKeyField("catalog.Integration", source_field="integration_id", null=True, related_name=False, on_delete=OnDelete.NO_ACTION)),
                ("user", fields.ForeignKeyField("catalog.User", source_field="user_id", null=True, related_name=False, on_delete=OnDelete.NO_ACTION)),
                ("name", fields.TextField()),
                ("prefix", fields.TextField()),
                ("digest", fields.TextField()),
                ("scope", fields.TextField()),
                ("created_by", fields.TextField()),
                ("created_at", fields.DatetimeField()),
                ("last_used_at", fields.DatetimeField(null=True)),
                ("expires_at", fields.DatetimeField()),
                ("revoked_at", fields.DatetimeField(null=True)),
            ],
            options={"table": "api_tokens"},
        ),
        ops.CreateModel(
            name="Membership",
            fields=[
                ("id", fields.UUIDField(primary_key=True)),
                ("account", fields.ForeignKeyField("catalog.Account", source_field="account_id", related_name=False, on_delete=OnDelete.NO_ACTION)),
                ("team", fields.ForeignKeyField("catalog.Team", source_field="team_id", related_name=False, on_delete=OnDelete.NO_ACTION)),
                ("user", fields.ForeignKeyField("catalog.User", source_field="user_id", related_name=False, on_delete=OnDelete.NO_ACTION)),
                ("role", fields.TextField(null=True)),
                ("integration", fields.ForeignKeyField("catalog.Integration", source_field="integration_id", null=True, related_name=False, on_delete=OnDelete.NO_ACTION)),
                ("valid_from", fields.DatetimeField()),
                ("valid_to", fields.DatetimeField()),
                ("recorded_at", fields.DatetimeField()),
            ],
            options={"table": "memberships"},
        ),
        PerDialect(sqlite=[*INDEXES, *SQLITE], postgres=[*COLLATIONS, *INDEXES, *POSTGRES]),
    ]
