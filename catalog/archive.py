"""A backup: the whole installation as one file, the same for both engines, every id kept.

Gzipped lines of JSON: what the file is; for each table its name and columns, then its rows as arrays; at last how many
rows there were and the SHA-256 of all lines before. It is written from one snapshot while others work, and read into
an empty database in one transaction, which ends with the fence that a restored installation stands behind
(`catalog.services.resync`). A file that is cut off or altered is found out before anything is kept.
"""

from __future__ import annotations

import gzip
import hashlib
import hmac
import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, BinaryIO
from uuid import UUID

import orjson
from tortoise import fields
from tortoise.models import Model

from catalog import models, schema
from catalog.database import address, everywhere
from catalog.engines import streams
from catalog.errors import Invalid
from catalog.ids import now
from catalog.services import resync

FORMAT = "muster backup 1"

LEFT_OUT = {"Session", "SignInState", "IdempotencyClaim"}
"""What lets somebody in, or lives for a day at most: a restored installation begins without it."""

Progress = Callable[[str, int], object]
"""Told the table, and how many of its rows are done."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What a backup says of itself, and how many rows it has."""

    made_at: datetime
    rows: int
    is_of_this_key: bool
    """Whether the installation that made it has the same secret key as this one."""


class Unreadable(Invalid):
    """The file is no backup that this program can read; `reason` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__("backup", reason)


async def write(file: BinaryIO, secret_key: bytes, progress: Progress = lambda table, rows: None) -> Backup:
    """The connected database written to the file, as it is at this moment."""
    at, count = now(), 0
    with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=5, mtime=0) as packed:
        lines = _Lines(packed)
        lines.write(
            {"format": FORMAT, "made_at": _text(at), "schema": schema.known(), "key": _key_check(secret_key, at)}
        )
        async with streams.snapshot(address()) as everything:
            for model in tables():
                columns = _columns(model)
                lines.write({"table": model._meta.db_table, "columns": [column for column, _ in columns]})
                done = 0
                async for rows in everything.rows(f"SELECT {_quoted(columns)} FROM {model._meta.db_table}"):
                    for row in rows:
                        lines.write([_told(field, value) for (_, field), value in zip(columns, row, strict=True)])
                    done += len(rows)
                    progress(model._meta.db_table, done)
                count += done
        lines.write({"rows": count, "sha256": lines.digest()})
    return Backup(at, count, is_of_this_key=True)


async def read(file: BinaryIO, secret_key: bytes, progress: Progress = lambda table, rows: None) -> Backup:
    """The backup read into the connected database, which has the schema and nothing else, all of it or nothing.

    Raises Unreadable for a file that is none, is of another schema, is cut off or was altered; Invalid where the
    database is not empty.
    """
    if await everywhere().one("SELECT 1 FROM accounts LIMIT 1"):
        raise Invalid("database", "it is not empty: a backup is restored into a new one.")
    reading = _Reading(file, secret_key)
    on_sqlite = everywhere().dialect == "sqlite"
    async with streams.filling(address()) as filled:
        for model in tables():
            columns = reading.table(model)
            await filled.table(
                model._meta.db_table,
                [f'"{column}"' if on_sqlite else column for column, _ in columns],
                _rows(model, [field for _, field in columns], reading, progress, on_sqlite=on_sqlite),
            )
        backup = reading.end()
        await resync.raise_fence(filled, now(), backup.made_at)
    return backup


def tables() -> list[type[Model]]:
    """The models whose rows a backup holds, each after those it refers to."""
    waiting = [getattr(models, name) for name in models.__all__ if name not in LEFT_OUT]
    ordered: list[type[Model]] = []
    while waiting:
        for model in waiting:
            needed = {model._meta.fields_map[name].related_model for name in model._meta.fk_fields}
            if needed - {model} <= set(ordered):
                ordered.append(model)
        waiting = [model for model in waiting if model not in ordered]
    return ordered


# --- lines ----------------------------------------------------------------------------------------------------------


class _Lines:
    def __init__(self, file: gzip.GzipFile) -> None:
        self._file, self._sum = file, hashlib.sha256()

    def write(self, told: Any) -> None:
        line = orjson.dumps(told) + b"\n"
        self._sum.update(line)
        self._file.write(line)

    def digest(self) -> str:
        return self._sum.hexdigest()


class _Reading:
    """The lines of a backup, one after the other; what is wrong with them is said as Unreadable."""

    def __init__(self, file: BinaryIO, secret_key: bytes) -> None:
        self._lines, self._sum, self._rows = _unpacked(file), hashlib.sha256(), 0
        header = self._next()
        if not isinstance(header, dict) or header.get("format") != FORMAT:
            raise Unreadable("the file is no backup of Muster.")
        if header["schema"] != schema.known():
            raise Unreadable(
                "it was made by another version of Muster: restore it with that version, then migrate with this one."
            )
        self._made_at = datetime.fromisoformat(header["made_at"])
        self._is_of_this_key = hmac.compare_digest(header["key"], _key_check(secret_key, self._made_at))
        self._ahead = self._next()

    def table(self, model: type[Model]) -> list[tuple[str, fields.Field[Any]]]:
        """The columns of this table, which comes next."""
        columns, told = _columns(model), self._ahead
        if told != {"table": model._meta.db_table, "columns": [column for column, _ in columns]}:
            raise Unreadable(f"the table {model._meta.db_table} is not where it should be.")
        return columns

    def rows(self) -> Iterator[list[Any]]:
        """The rows of that table."""
        while isinstance(found := self._next(), list):
            self._rows += 1
            yield found
        self._ahead = found

    def end(self) -> Backup:
        """What the backup was, now that everything of it was read and holds."""
        if self._ahead != {"rows": self._rows, "sha256": self._before_last} or next(self._lines, None) is not None:
            raise Unreadable("the file was altered: its checksum is another one.")
        return Backup(self._made_at, self._rows, self._is_of_this_key)

    def _next(self) -> Any:
        line = next(self._lines, None)
        if line is None:
            raise Unreadable("the file is cut off.")
        self._before_last = self._sum.hexdigest()
        self._sum.update(line)
        try:
            return orjson.loads(line)
        except orjson.JSONDecodeError:
            raise Unreadable("a line of it is damaged.") from None


def _unpacked(file: BinaryIO) -> Iterator[bytes]:
    try:
        with gzip.GzipFile(fileobj=file, mode="rb") as packed:
            yield from packed
    except gzip.BadGzipFile:
        raise Unreadable("the file is no backup of Muster, or is damaged.") from None
    except (EOFError, zlib.error):
        raise Unreadable("the file is cut off or damaged.") from None


def _key_check(secret_key: bytes, at: datetime) -> str:
    """Tells whether two installations have one secret key, and nothing else of it."""
    return hmac.digest(secret_key, f"muster backup {_text(at)}".encode(), hashlib.sha256).hex()


# --- values ---------------------------------------------------------------------------------------------------------


def _columns(model: type[Model]) -> list[tuple[str, fields.Field[Any]]]:
    meta = model._meta
    return [(column, meta.fields_map[name]) for name, column in meta.fields_db_projection.items()]


def _quoted(columns: list[tuple[str, fields.Field[Any]]]) -> str:
    return ", ".join(f'"{column}"' for column, _ in columns)


def _text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(" ")


def _told(field: fields.Field[Any], value: Any) -> Any:
    """What a driver gave, as JSON says it on both engines."""
    if value is None:
        return None
    match field:
        case fields.UUIDField():
            return str(value)
        case fields.DatetimeField():
            return _text(value) if isinstance(value, datetime) else value
        case fields.JSONField():
            return orjson.Fragment(value)
        case fields.BooleanField():
            return bool(value)
    return value


def _taken(field: fields.Field[Any], value: Any, *, on_sqlite: bool) -> Any:
    """What JSON says, as the engine's driver takes it."""
    if value is None:
        return None
    match field:
        case fields.JSONField():
            return orjson.dumps(value).decode()
        case fields.UUIDField() if not on_sqlite:
            return UUID(value)
        case fields.DatetimeField() if not on_sqlite:
            return datetime.fromisoformat(value)
    return value


async def _rows(
    model: type[Model], kinds: list[fields.Field[Any]], reading: _Reading, progress: Progress, *, on_sqlite: bool
) -> AsyncIterator[list[Any]]:
    done = 0
    for row in reading.rows():
        yield [_taken(field, value, on_sqlite=on_sqlite) for field, value in zip(kinds, row, strict=True)]
        done += 1
        if done % streams.AT_ONCE == 0:
            progress(model._meta.db_table, done)
    progress(model._meta.db_table, done)
