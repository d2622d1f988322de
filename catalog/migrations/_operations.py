"""What Tortoise's operations can't say: SQL that differs between the engines, or that no model can express."""

from __future__ import annotations

from collections.abc import Sequence

from tortoise.migrations.operations import TortoiseOperation
from tortoise.migrations.schema_editor.base import BaseSchemaEditor
from tortoise.migrations.schema_generator.state import State


class PerDialect(TortoiseOperation):
    """Statements for one engine, other statements for the other. A statement has no semicolon within."""

    reversible = False

    def __init__(self, *, sqlite: Sequence[str], postgres: Sequence[str]) -> None:
        self.statements = {"sqlite": sqlite, "postgres": postgres}

    def describe(self) -> str:
        return "SQL of each engine's own"

    async def database_forward(
        self, app_label: str, old_state: State, new_state: State, state_editor: BaseSchemaEditor | None = None
    ) -> None:
        if state_editor is not None:
            for statement in self.statements[state_editor.DIALECT]:
                await state_editor._run_sql(statement)


def walled(table: str, *, account: str = "account_id") -> list[str]:
    """For PostgreSQL: of the table, only the rows are there whose column `account` is what `muster.account` says.

    Not even its owner sees others. Where the setting was never made, or was reset, no row is there; `*` is all accounts.
    A setting is looked up once in a statement, not for each row, as it is asked for by a subquery.
    """
    of_one = "nullif(nullif(current_setting('muster.account', true), ''), '*')::uuid"
    of_all = "current_setting('muster.account', true) = '*'"
    return [
        f"CREATE POLICY account ON {table} USING ({account} = (SELECT {of_one}) OR (SELECT {of_all}))",
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
    ]
