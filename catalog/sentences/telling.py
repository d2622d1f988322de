"""One audit event as its sentence reads it: who acted, whose it was, what differed, how people are counted or named.

Pure. Which words an action has is in `actions`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

NAMED = 3
"""People of one event who are named; the others are counted."""
SHOWN_CHARACTERS = 60
"""Of a value that is quoted."""
DIFFERENCES = 3
"""Differences of one event that are told; the others are counted."""

OF_A_MANAGER = ("manager_value", "manager_id")
"""What a provider calls a manager by, which is mostly our id; and who was found by it."""

Row = Mapping[str, Any]
Names = Mapping[str, str]


def actor(kind: str, name: str) -> str:
    """Who acted, as a sentence calls them: a person by name, the others with what they are."""
    match kind:
        case "integration":
            return f"{name} (SCIM)"
        case "service":
            return f"{name} (service token)"
        case "command":
            return "Somebody at the machine" if name == "muster command" else f"{name} (at the machine)"
    return name


@dataclass(frozen=True, slots=True)
class Event:
    """An event that is about to be told; `names` by the text of an id."""

    who: str
    subject: str
    is_about_themselves: bool
    before: dict[str, Any]
    after: dict[str, Any]
    names: Names

    @classmethod
    def read(cls, row: Row, names: Names) -> Event:
        """The event of a row of `services.audit.list_`."""
        acted, was_done_to = row.get("actor_id"), row.get("subject_id")
        return cls(
            actor(row["actor_kind"], row["actor_name"]),
            row["subject_name"],
            acted is not None and str(acted) == str(was_done_to),
            document(row.get("before")),
            document(row.get("after")),
            names,
        )

    @property
    def whose(self) -> str:
        """The subject as an owner."""
        return "their own" if self.is_about_themselves else f"{self.subject}’s"

    def name_of(self, id: Any) -> str | None:
        """What the thing of this id is called, as far as anybody has said."""
        return None if id is None else self.names.get(str(id))

    def people(self, side: dict[str, Any]) -> str:
        """The members of one side: by name, or by number."""
        ids = members(side)
        count = max(int(side.get("count", 0)), len(ids))
        known = [name for id in ids[:NAMED] if (name := self.name_of(id)) is not None]
        if not known:
            return number(count, "person", "people")
        left = count - len(known)
        return listed([*known, *([number(left, "other person", "others")] if left else [])])

    def changes(self, labels: Mapping[str, str]) -> list[str]:
        """What differs, each as `title from “SRE” to “Staff”`, in the order of the labels, as PostgreSQL keeps none.

        Fields without a label are not told.
        """
        told = []
        for field, label in labels.items():
            if self.before.get(field) == self.after.get(field):
                continue
            old, new = self.before.get(field), self.after.get(field)
            if not is_short(old) or not is_short(new):
                told.append(label)
            elif old in (None, ""):
                told.append(f"{label} to {self._value(field, new)}")
            elif new in (None, ""):
                told.append(f"{label} from {self._value(field, old)} to nothing")
            else:
                told.append(f"{label} from {self._value(field, old)} to {self._value(field, new)}")
        if len(told) > DIFFERENCES:
            told = [*told[:DIFFERENCES], number(len(told) - DIFFERENCES, "other thing", "other things")]
        return told

    def _value(self, field: str, value: Any) -> str:
        named = self.name_of(value) if field in OF_A_MANAGER else None
        return named or quoted(value)


# --- words --------------------------------------------------------------------------------------------------------


def document(value: Any) -> dict[str, Any]:
    """What differed on one side, as the row holds it: text of JSON, or read already."""
    read = orjson.loads(value) if isinstance(value, str | bytes) else value
    return read if isinstance(read, dict) else {}


def members(side: dict[str, Any]) -> list[Any]:
    """The ids of the people on one side."""
    ids = side.get("members")
    return ids if isinstance(ids, list) else []


def is_short(value: Any) -> bool:
    """Whether a value can be quoted within a sentence."""
    return value is None or isinstance(value, str | int | float | bool)


def quoted(value: Any) -> str:
    """A value between quotation marks, on one line and cut; whether something is on or off, or that there is none."""
    match value:
        case None:
            return "none"
        case bool():
            return "on" if value else "off"
    text = " ".join(str(value).split())
    return f"“{text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 1] + '…'}”"


def number(count: int, one: str, several: str) -> str:
    """So many of them: `one person`, `1,200 people`."""
    return f"one {one}" if count == 1 else f"{count:,} {several}"


def listed(parts: Iterable[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *first, last = [*parts] or [""]
    return f"{', '.join(first)} and {last}" if first else last
