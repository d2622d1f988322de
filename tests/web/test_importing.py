"""`muster import memberships`: a file of the past, looked at first, brought in, and brought in again."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from catalog.database import everywhere
from catalog.dialects import DIALECTS
from tests import builders
from tests.web.test_cli import Muster, muster, within
from web.commanding import operator

__all__ = ["muster", "within"]

Within = Callable[[Callable[[], Awaitable[Any]]], Any]

FILE = """team,user,role,validFrom,validTo
payments,ada@lovelace.example,manager,2024-01-01,2024-12-31
payments,ada@lovelace.example,,2025-06-01T00:00:00Z,2025-07-01T00:00:00+00:00
"""


@pytest.fixture
def company(muster: Muster, within: Within) -> None:
    async def work() -> None:
        actor = await operator(None)
        await builders.a_team(actor, "Payments")
        await builders.a_user(actor, "ada@lovelace.example")

    within(work)


def spells(within: Within) -> list[tuple[str, str, str | None]]:
    async def work() -> Any:
        db = everywhere()
        say = DIALECTS[db.dialect]
        return await db.rows(
            f"SELECT {say.instant('valid_from')} AS since, {say.instant('valid_to')} AS until, role "
            "FROM memberships ORDER BY valid_from"
        )

    return [(row["since"], row["until"], row["role"]) for row in within(work)]


def imported(muster: Muster, tmp_path: Path, text: str, *options: str) -> Result:
    file = tmp_path / "past.csv"
    file.write_text(text, encoding="utf-8")
    return muster("import", "memberships", str(file), *options)


@pytest.mark.usefixtures("company")
def test_a_file_is_looked_at_brought_in_and_brought_in_again(muster: Muster, within: Within, tmp_path: Path) -> None:
    looked = imported(muster, tmp_path, FILE, "--dry-run")
    assert (looked.exit_code, looked.stderr.strip()) == (
        0,
        "Would be: 2 imported, 0 lengthened, 0 unchanged, 0 refused.",
    )
    assert spells(within) == []
    assert imported(muster, tmp_path, FILE).stderr.strip() == "2 imported, 0 lengthened, 0 unchanged, 0 refused."
    assert spells(within) == [
        ("2024-01-01T00:00:00.000Z", "2025-01-01T00:00:00.000Z", "manager"),
        ("2025-06-01T00:00:00.000Z", "2025-07-01T00:00:00.000Z", None),
    ]
    assert imported(muster, tmp_path, FILE).stderr.strip() == "0 imported, 0 lengthened, 2 unchanged, 0 refused."


@pytest.mark.usefixtures("company")
def test_a_line_that_cannot_be_so_is_named_and_the_others_are_brought_in(
    muster: Muster, within: Within, tmp_path: Path
) -> None:
    wrong = imported(muster, tmp_path, FILE + "nowhere,ada@lovelace.example,,2020-01-01,2020-02-01\n")
    assert wrong.exit_code == 1
    assert wrong.stderr.splitlines() == [
        "line 4: There is no team 'nowhere'.",
        "2 imported, 0 lengthened, 0 unchanged, 1 refused.",
    ]
    assert len(spells(within)) == 2


@pytest.mark.usefixtures("company")
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("who,where\n", "there is no 'team'"),
        (FILE + "payments,,,2020-01-01,\n", "Line 4: it has no user."),
        (FILE + "payments,ada@lovelace.example,,yesterday,\n", "Line 4: 'yesterday' is neither a date nor an instant."),
        (FILE + "payments,ada@lovelace.example,,2020-01-01T00:00:00,\n", "needs a zone"),
    ],
)
def test_a_file_of_another_form_is_refused_whole(
    muster: Muster, within: Within, tmp_path: Path, text: str, reason: str
) -> None:
    refused = imported(muster, tmp_path, text)
    assert refused.exit_code == 1
    assert reason in refused.stderr.replace("\n", " ")
    assert spells(within) == []
