"""Rows as CSV, NDJSON and Parquet, written piece by piece."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest

from web.exporting.formats import FORMATS, Format, writer

COLUMNS = {"name": "text", "at": "instant", "active": "boolean", "age": "integer", "document": "json"}
ROWS: list[dict[str, Any]] = [
    {"name": "Ada", "at": "2026-03-01T12:00:00.123Z", "active": True, "age": 36, "document": {"a": [1]}},
    {"name": 'Zoë, "the" 2nd\nline', "at": None, "active": False, "age": None, "document": None},
    {"name": None, "at": "1969-12-31T23:59:59.999Z", "active": None, "age": -1, "document": []},
]


def written(format: Format, *pieces: list[dict[str, Any]]) -> bytes:
    made = writer(format, COLUMNS)
    return b"".join([*(made.rows(piece) for piece in pieces), made.end()])


@pytest.mark.parametrize("format", FORMATS)
def test_pieces_make_the_same_file_as_the_whole(format: Format) -> None:
    def read(content: bytes) -> Any:
        return pq.read_table(io.BytesIO(content)).to_pylist() if format == "parquet" else content

    assert read(written(format, ROWS)) == read(written(format, ROWS[:1], [], ROWS[1:]))


def test_csv_has_a_heading_and_reads_back() -> None:
    heading, *rows = csv.reader(io.StringIO(written("csv", ROWS).decode()))
    assert heading == list(COLUMNS)
    assert rows[0] == ["Ada", "2026-03-01T12:00:00.123Z", "true", "36", '{"a":[1]}']
    assert rows[1] == ['Zoë, "the" 2nd\nline', "", "false", "", ""]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_text_that_would_be_a_formula_is_no_formula(text: str) -> None:
    [_, [cell]] = csv.reader(io.StringIO(_only(text).decode(), newline=""))
    assert cell == f"'{text}"


def _only(text: str) -> bytes:
    made = writer("csv", {"name": "text"})
    return made.rows([{"name": text}]) + made.end()


def test_a_number_stays_one_though_it_is_less_than_nothing() -> None:
    assert b",-1," in written("csv", ROWS)


def test_ndjson_has_one_object_a_line() -> None:
    assert [orjson.loads(line) for line in written("ndjson", ROWS).splitlines()] == ROWS


def test_parquet_knows_its_types() -> None:
    table = pq.read_table(io.BytesIO(written("parquet", ROWS)))
    assert [str(field.type) for field in table.schema] == [
        "string",
        "timestamp[ms, tz=UTC]",
        "bool",
        "int64",
        "string",
    ]
    assert table["at"].to_pylist()[0] == datetime(2026, 3, 1, 12, 0, 0, 123000, UTC)
    assert table["document"].to_pylist() == ['{"a":[1]}', None, "[]"]


@pytest.mark.parametrize("format", FORMATS)
def test_nothing_is_a_file_too(format: Format) -> None:
    content = written(format)
    assert content == (b"name,at,active,age,document\r\n" if format == "csv" else content)
    if format == "parquet":
        assert pq.read_table(io.BytesIO(content)).num_rows == 0
