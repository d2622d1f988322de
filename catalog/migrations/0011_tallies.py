"""How many people and teams each account has, so that a list tells its total without counting."""

from tortoise import fields, migrations
from tortoise.fields.base import OnDelete
from tortoise.migrations import operations as ops

from catalog.migrations._operations import PerDialect

# Who comes while they are counted would be counted by nobody.
HELD = ["LOCK TABLE users, teams IN SHARE MODE"]
COUNTED = [
    "CREATE UNIQUE INDEX tallies_shard ON tallies (account_id, shard)",
    "INSERT INTO tallies (id, account_id, shard, users, teams) SELECT a.id, a.id, 0,"
    " (SELECT count(*) FROM users u WHERE u.account_id = a.id AND u.deleted_at IS NULL),"
    " (SELECT count(*) FROM teams t WHERE t.account_id = a.id AND t.deleted_at IS NULL) FROM accounts a",
]


class Migration(migrations.Migration):
    dependencies = [("catalog", "0010_single_sign_on")]

    operations = [
        ops.CreateModel(
            name="Tally",
            fields=[
                ("id", fields.UUIDField(primary_key=True)),
                ("account", fields.ForeignKeyField("catalog.Account", source_field="account_id", related_name=False, on_delete=OnDelete.NO_ACTION)),
                ("shard", fields.IntField()),
                ("users", fields.BigIntField()),
                ("teams", fields.BigIntField()),
            ],
            options={"table": "tallies"},
        ),
        PerDialect(sqlite=COUNTED, postgres=[*HELD, *COUNTED]),
    ]
