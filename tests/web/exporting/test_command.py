"""`muster export`: to a file that is whole or not there, or to standard output alone."""

import os
from pathlib import Path

import orjson
import pyarrow.parquet as pq
import pytest

from tests.processes import muster, run


@pytest.fixture
async def environment(tmp_path: Path) -> dict[str, str]:
    """An embedded database with three people in it."""
    environment = {**os.environ, "MUSTER_DATA_DIR": str(tmp_path)}
    for name in ("ada", "grace", "alan"):
        await muster("user", "create", "--email", f"{name}@muster.example", environment=environment)
    return environment


async def test_rows_alone_are_on_standard_output(environment: dict[str, str]) -> None:
    printed = await muster("export", "users", "--format", "ndjson", environment=environment)
    assert {orjson.loads(line)["email"] for line in printed.splitlines()} == {
        "ada@muster.example",
        "grace@muster.example",
        "alan@muster.example",
    }


async def test_a_file_is_put_in_its_place_when_it_is_whole(environment: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "people.parquet"
    await muster("export", "users", "--format", "parquet", "--output", str(file), environment=environment)
    assert pq.read_table(file).num_rows == 3
    assert sorted(os.listdir(tmp_path)) == ["muster.db", "people.parquet"]


async def test_what_can_not_be_exported_is_told_in_a_sentence(environment: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("kept")
    command = ("export", "users", "--as-of", "yesterday", "--output", str(file))
    ended = await run(*command, environment=environment)
    assert ended.code == 1
    assert "2026-03-01T12:00:00Z" in ended.errors
    assert file.read_text() == "kept"
