"""A person's attributes as JSON text: the whole document, or the part of it that the reader may see.

What an account shows is chosen by names, which are bound like every other value.
"""

from __future__ import annotations

from catalog.attributes import ENTERPRISE
from catalog.dialects import Bind, Dialect
from catalog.visibility import ALWAYS, Visibility

_OF_ENTERPRISE = frozenset({"employeeNumber", "costCenter", "organization", "division", "department", "manager"})


def shown(say: Dialect, document: str, bind: Bind, sees: Visibility) -> str:
    """What the reader may see of the document: what `Visibility.of` would leave of it."""
    if sees.everything:
        return say.json_text(document)
    names = sorted(ALWAYS | sees.chosen)
    plain = [(name,) for name in names if ":" not in name and name not in _OF_ENTERPRISE]
    urns = [(name,) for name in names if ":" in name]
    parts: dict[str, list[str]] = {ENTERPRISE: [name for name in names if name in _OF_ENTERPRISE]}
    for name in names:
        urn, colon, part = name.rpartition(":")
        if colon and urn not in names:
            parts.setdefault(urn, []).append(part)
    made = [_member(say, document, bind, path) for path in [*plain, *urns]]
    for urn, inner in parts.items():
        if inner and urn not in names:
            members = _members([_member(say, document, bind, (urn, part)) for part in inner])
            whole = f"{say.quoted(_text(bind, urn))} || ':{{' || {members} || '}},'"
            made.append(f"CASE WHEN {members} <> '' THEN {whole} ELSE '' END")
    return f"'{{' || {_members(made)} || '}}'"


def _member(say: Dialect, document: str, bind: Bind, path: tuple[str, ...]) -> str:
    found = say.part(document, say.path(path, bind, None))
    return f"coalesce({say.quoted(_text(bind, path[-1]))} || ':' || {found} || ',', '')"


def _members(made: list[str]) -> str:
    """The members one after another, without the comma behind the last: none of JSON's values ends with one."""
    return f"rtrim({' || '.join(made)}, ',')" if made else "''"


def _text(bind: Bind, name: str) -> str:
    return f"CAST({bind(name)} AS TEXT)"
