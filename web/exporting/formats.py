"""CSV, NDJSON and Parquet, written piece by piece: rows in, bytes out, and never the whole file in memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol, get_args

import orjson

Format = Literal["csv", "ndjson", "parquet"]
FORMATS: tuple[Format, ...] = get_args(Format)

MEDIA_TYPES: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8",
    "ndjson": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
}

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula (CWE-1236)."""

Row = Mapping[str, Any]


class Missing(Exception):
    """The library that the format needs is not installed."""


class Writer(Protocol):
    """A file in the making."""

    def rows(self, rows: Sequence[Row]) -> bytes:
        """The file's next piece, with these rows; it may be empty."""

    def end(self) -> bytes:
        """The file's last piece."""


def writer(format: Format, columns: Mapping[str, str]) -> Writer:
    """A writer of rows with these columns, each of the type text, instant, boolean, integer or json. Raises Missing."""
    return _WRITERS[format](columns)


class _Csv:
    """RFC 4180 in UTF-8, a heading first. A text that a spreadsheet would take for a formula gets an apostrophe."""

    def __init__(self, columns: Mapping[str, str]) -> None:
        self._columns = columns
        self._out = io.StringIO(newline="")
        self._csv = csv.writer(self._out)
        self._csv.writerow(columns)

    def rows(self, rows: Sequence[Row]) -> bytes:
        self._csv.writerows([_cell(row[name], kind) for name, kind in self._columns.items()] for row in rows)
        written = self._out.getvalue().encode("utf-8")
        self._out.seek(0)
        self._out.truncate()
        return written

    def end(self) -> bytes:
        return self.rows(())


def _cell(value: Any, kind: str) -> str | int | float:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return value
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return f"'{text}" if kind == "text" and text.startswith(FORMULA) else text


class _Ndjson:
    """One JSON object a line."""

    def __init__(self, columns: Mapping[str, str]) -> None:
        self._columns = columns

    def rows(self, rows: Sequence[Row]) -> bytes:
        return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)

    def end(self) -> bytes:
        return b""


class _Parquet:
    """Apache Parquet by pyarrow; instants are timestamps with milliseconds in UTC, documents are JSON text."""

    def __init__(self, columns: Mapping[str, str]) -> None:
        try:
            import pyarrow as pa
            import pyarrow.parquet as pq
        except ImportError:
            raise Missing("Parquet needs pyarrow: pip install 'muster-catalog[parquet]'.") from None
        types = {
            "text": pa.string(),
            "json": pa.string(),
            "instant": pa.timestamp("ms", tz="UTC"),
            "boolean": pa.bool_(),
            "integer": pa.int64(),
        }
        self._columns = columns
        self._schema = pa.schema([(name, types[kind]) for name, kind in columns.items()])
        self._record = pa.RecordBatch.from_pylist
        self._sink = io.BytesIO()
        self._writer = pq.ParquetWriter(self._sink, self._schema, compression="zstd")
        self._waiting: list[dict[str, Any]] = []

    def rows(self, rows: Sequence[Row]) -> bytes:
        self._waiting += [{name: _typed(row[name], kind) for name, kind in self._columns.items()} for row in rows]
        return self._flush() if len(self._waiting) >= ROW_GROUP else b""

    def end(self) -> bytes:
        last = self._flush()
        self._writer.close()
        return last + self._taken()

    def _flush(self) -> bytes:
        if self._waiting:
            self._writer.write_batch(self._record(self._waiting, schema=self._schema))
            self._waiting.clear()
        return self._taken()

    def _taken(self) -> bytes:
        """What was written since the last time: pyarrow counts for itself where in the file it stands."""
        written = self._sink.getvalue()
        self._sink.seek(0)
        self._sink.truncate()
        return written


ROW_GROUP = 10_000
"""Rows of a group: what a reader takes at a time, and what is held here."""


def _typed(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind == "instant":
        return datetime.fromisoformat(value)
    return orjson.dumps(value).decode() if kind == "json" else value


_WRITERS: dict[Format, Callable[[Mapping[str, str]], Writer]] = {
    "csv": _Csv,
    "ndjson": _Ndjson,
    "parquet": _Parquet,
}
