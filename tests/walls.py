"""The two walls between accounts, each alone: the conditions of the statements, and PostgreSQL's row-level security."""

import re
from typing import Any

import pytest

from catalog.engines.loans import Connection

CONDITIONS_ALONE, POLICIES_ALONE = "postgres-conditions-alone", "postgres-policies-alone"

EACH_ALONE = [pytest.param(name, marks=pytest.mark.postgres) for name in (CONDITIONS_ALONE, POLICIES_ALONE)]
"""For the fixture `db`, beside the engines as they are."""

_CONDITION = re.compile(r'(?:\b\w+\.)?"?\baccount_id"? = (?:(\$\d+)|\w+\.(?:id|account_id)\b)')


def take_conditions_away(patch: pytest.MonkeyPatch) -> None:
    """From here on no statement of this process that PostgreSQL is sent says which account's rows it means."""
    for name in ("fetch", "execute", "executemany"):
        patch.setattr(Connection, name, _told_of_no_account(getattr(Connection, name)))


def _told_of_no_account(send: Any) -> Any:
    async def sent(connection: Connection, statement: str, *params: Any, **options: Any) -> Any:
        return await send(connection, _CONDITION.sub(_true, statement), *params, **options)

    return sent


def _true(condition: re.Match[str]) -> str:
    return f"({condition[1]}::uuid IS NOT NULL)" if condition[1] else "TRUE"
