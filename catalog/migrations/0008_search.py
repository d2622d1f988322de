"""People searched by words, from an index alone: their rows are wide, as the attributes stand in them."""

from tortoise import migrations

from catalog.migrations._operations import PerDialect

DROP = "DROP INDEX users_by_name"
# Whatever a search looks at, and whether they are active; the order of the list is that of the index.
SQLITE = (
    "CREATE INDEX users_by_name ON users (account_id, name_key, id, email_key, user_name_key, deactivated_at)"
    " WHERE deleted_at IS NULL"
)
POSTGRES = (
    "CREATE INDEX users_by_name ON users (account_id, name_key, id) INCLUDE (email_key, user_name_key, deactivated_at)"
    " WHERE deleted_at IS NULL"
)


class Migration(migrations.Migration):
    dependencies = [("catalog", "0007_overviews")]

    operations = [PerDialect(sqlite=[DROP, SQLITE], postgres=[DROP, POSTGRES])]
