"""Traces: the texts by which a person may be found where no id leads to them, and texts without them.

Pure. What is unlike anybody else's (an address, an external id, most userNames) is looked for everywhere, within texts
too. A name, or a userName that is a plain word, may be another one's as well: it counts only where it can be nobody
else's (`catalog.services.erasure` says where), and as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote, quote_plus

from catalog.ids import fold
from catalog.personal import NAME

LONG = 6
"""A text of theirs alone has so many characters at least, and one that is no letter."""


class Traces:
    """What leads to one person: what they are called by systems, and by people."""

    def __init__(self, called: Iterable[str | None], names: Iterable[str | None] = ()) -> None:
        texts = {text.strip() for text in called if text and text.strip()}
        self._own = {text for text in texts if len(text) >= LONG and not text.isalpha()}
        self._names = (texts - self._own) | {text.strip() for text in names if text and text.strip()}

    def needles(self, *, with_names: bool = False) -> list[str]:
        """Parts of texts lowered by an engine that lead to the person: as they are, as JSON escapes them, as addresses
        do; a name in quotation marks, or as the whole."""
        found = {spelling for text in self._own for spelling in _spellings(text)}
        if with_names:
            found |= {spelling for text in self._names for spelling in _spellings(f'"{text}"')}
            found |= {_lowered(text) for text in self._names if " " in text}
        return sorted(found)

    def are_in(self, text: str | None, *, with_names: bool = False) -> bool:
        """Whether the text has what is theirs alone within; `with_names`, whether it is a name of theirs."""
        folded = fold((text or "").strip())
        return any(fold(own) in folded for own in self._own) or (
            with_names and folded in {fold(name) for name in self._names}
        )

    def out_of(self, value: Any, *, with_names: bool = False) -> Any:
        """The document with `personal.NAME` for every text that leads to the person."""
        match value:
            case str():
                return NAME if self.are_in(value, with_names=with_names) else value
            case dict():
                return {key: self.out_of(part, with_names=with_names) for key, part in value.items()}
            case list():
                return [self.out_of(part, with_names=with_names) for part in value]
        return value


def _spellings(text: str) -> set[str]:
    """As it is and in small letters, with letters escaped in JSON, and percent-encoded in the ways that clients do."""
    found: set[str] = set()
    for spelt in (text, text.lower()):
        plain = spelt.strip('"')
        found |= {spelt, spelt.replace(plain, json.dumps(plain)[1:-1])}
        found |= {spell(spelt, safe="") for spell in (quote, quote_plus)}
    return {_lowered(spelling) for spelling in found}


def _lowered(text: str) -> str:
    """As the engines lower a text: its ASCII letters alone."""
    return "".join(letter.lower() if letter.isascii() else letter for letter in text)
