"""The program of a later release: this one, and a migration more, which adds what releases add."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

MIGRATION = "9999_later"

_PACKAGE = "later_migrations"

# Executed anew whenever Tortoise looks for migrations, as it loads the package again.
_OURS_TOO = """
from catalog import migrations

__path__ += migrations.__path__
"""

_ADDS = [
    "ALTER TABLE users ADD COLUMN nickname TEXT",
    "ALTER TABLE memberships ADD COLUMN reason TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX users_nickname ON users (account_id, nickname)",
    "CREATE TABLE nicknames (id TEXT PRIMARY KEY, user_id TEXT NOT NULL, nickname TEXT NOT NULL)",
]


def write(folder: Path) -> None:
    """The migration put into the folder."""
    from catalog import schema

    (folder / _PACKAGE).mkdir()
    (folder / _PACKAGE / "__init__.py").write_text(_OURS_TOO)
    (folder / _PACKAGE / f"{MIGRATION}.py").write_text(
        "from tortoise import migrations\n"
        "from catalog.migrations._operations import PerDialect\n\n"
        f"ADDS = {_ADDS}\n\n"
        "class Migration(migrations.Migration):\n"
        f"    dependencies = [('catalog', '{schema.known()[-1]}')]\n"
        "    operations = [PerDialect(sqlite=ADDS, postgres=ADDS)]\n"
    )


def release(folder: str) -> None:
    """This process is one of the later release, whose migration was put into the folder."""
    from catalog import schema

    ours = schema.tortoise_config

    def config(url: str, **options: Any) -> dict[str, Any]:
        made = ours(url, **options)
        made["apps"]["catalog"]["migrations"] = _PACKAGE
        return made

    sys.path.append(folder)
    schema.tortoise_config = config  # type: ignore[assignment]
    schema.migrations = import_module(_PACKAGE)
