"""Contacts, tags, and the properties of teams."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from catalog.migrations._operations import PerDialect

INDEXES = [
    "CREATE INDEX contacts_owner ON contacts (owner_id, id)",
    "CREATE UNIQUE INDEX contacts_default ON contacts (owner_id, type) WHERE is_default",
    "CREATE UNIQUE INDEX tags_of_one ON tags (owner_id, key, value)",
    "CREATE INDEX tags_owner ON tags (owner_id, id)",
    "CREATE INDEX tags_key ON tags (account_id, key, value)",
    "CREATE UNIQUE INDEX property_definitions_alias ON property_definitions (account_id, alias)",
    "CREATE UNIQUE INDEX properties_of_one ON properties (team_id, definition_id)",
    "CREATE INDEX properties_definition ON properties (definition_id)",
]

TEXTS = {
    "contacts": "owner_kind type address display_name display_type external_id",
    "tags": "owner_kind key value",
    "property_definitions": "alias name description locked_status display_type display_subtype",
    "properties": "value",
}
COLLATIONS = [
    f"ALTER TABLE {table} " + ", ".join(f'ALTER COLUMN "{name}" TYPE text COLLATE "C"' for name in names.split())
    for table, names in TEXTS.items()
]


def of_the_account():
    return [
        ("id", fields.UUIDField(primary_key=True)),
        ("account", fields.ForeignKeyField("catalog.Account", source_field="account_id", related_name=False, on_delete=OnDelete.NO_ACTION)),
    ]


OWNER = [
    ("owner_kind", fields.TextField()),
    ("owner_id", fields.UUIDField()),
]


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]

    operations = [
        ops.CreateModel(
            name="Contact",
            fields=[
                *of_the_account(),
                *OWNER,
                ("type", fields.TextField()),
                ("address", fields.TextField()),
                ("display_name", fields.TextField(null=True)),
                ("display_type", fields.TextField(null=True)),
                ("external_id", fields.TextField(null=True)),
                ("is_default", fields.BooleanField(default=False)),
                ("created_at", fields.DatetimeField()),
            ],
            options={"table": "contacts"},
        ),
        ops.CreateModel(
            name="Tag",
            fields=[
                *of_the_account(),
                *OWNER,
                ("key", fields.TextField()),
                ("value", fields.TextField()),
                ("created_at", fields.DatetimeField()),
            ],
            options={"table": "tags"},
        ),
        ops.CreateModel(
            name="PropertyDefinition",
            fields=[
                *of_the_account(),
                ("alias", fields.TextField()),
                ("name", fields.TextField()),
                ("description", fields.TextField()),
                ("locked_status", fields.TextField(default="unlocked")),
                ("schema", fields.JSONField()),
                ("display_type", fields.TextField()),
                ("display_subtype", fields.TextField(null=True)),
                ("version", fields.IntField(default=1)),
                ("created_at", fields.DatetimeField()),
                ("updated_at", fields.DatetimeField()),
            ],
            options={"table": "property_definitions"},
        ),
        ops.CreateModel(
            name="Property",
            fields=[
                *of_the_account(),
                ("definition", fields.ForeignKeyField("catalog.PropertyDefinition", source_field="definition_id", related_name=False, on_delete=OnDelete.NO_ACTION)),
                ("team", fields.ForeignKeyField("catalog.Team", source_field="team_id", related_name=False, on_delete=OnDelete.NO_ACTION)),
                ("value", fields.TextField()),
                ("problems", fields.JSONField(default=list)),
                ("created_at", fields.DatetimeField()),
                ("updated_at", fields.DatetimeField()),
            ],
            options={"table": "properties"},
        ),
        PerDialect(sqlite=INDEXES, postgres=[*COLLATIONS, *INDEXES]),
    ]
