"""Counts, as SQL sees them: rows that stand for all rows of one value (`catalog.sql.answers` makes their table)."""

from __future__ import annotations

from catalog.tables.nouns import Field, Noun

COUNTS = Noun(
    "counts",
    "counts",
    "TRUE",
    {
        "id": Field("counts.id", "integer"),
        "value": Field("counts.v", "text", nullable=True),
        "count": Field("counts.n", "integer"),
    },
)
