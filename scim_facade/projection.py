"""What of a resource is answered: `attributes`, `excludedAttributes`, and what a schema says is `returned` (§3.9).

Pure. Unknown names are ignored; a filter after a name (`emails[type eq "work"]`, Microsoft's collection) is too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from scim_facade.attributes import ResourceSchema
from scim_facade.errors import InvalidValue
from scim_facade.names import MAX_CHARACTERS, locate

Json = dict[str, Any]
Choice = dict[str, "Choice | None"]
_ALWAYS = ("schemas", "id")


@dataclass(frozen=True, slots=True)
class Projection:
    """A choice of attributes: everything that is returned by default, only these, or all but these.

    A chosen name maps to the choice among its parts, or to None for the whole of it. The attributes of an extension
    are parts of its URN.
    """

    given: bool = False
    only: Choice | None = None
    without: Choice = field(default_factory=dict)

    @staticmethod
    def read(
        attributes: str | Sequence[str] | None, excluded: str | Sequence[str] | None, schema: ResourceSchema
    ) -> Projection:
        """The choice that the two parameters make. Raises InvalidValue when both are given."""
        if not attributes and not excluded:
            return _EVERYTHING
        if attributes and excluded:
            raise InvalidValue("Give attributes or excludedAttributes, not both (RFC 7644 §3.9).")
        chosen, left_out = _names(attributes), _names(excluded)
        # Remembered if it is of the usual size, as `/.search` takes lists of any.
        is_usual = sum(map(len, chosen)) + sum(map(len, left_out)) <= MAX_CHARACTERS
        return (_read if is_usual else _read.__wrapped__)(chosen, left_out, schema)

    def wants(self, name: str) -> bool:
        """Whether the attribute, of the core, is answered at all."""
        if self.only is not None:
            return name in self.only
        return self.without.get(name, ()) is not None

    def asks_for(self, name: str, part: str) -> bool:
        """Whether a part that is returned on request only was asked for by its name."""
        return self.only is not None and part in (self.only.get(name) or ())

    def shape(self, resource: Json) -> Json:
        """The resource with what was chosen of it; the same one where all is."""
        if self.only is None and not self.without:
            return resource
        always = {name: resource[name] for name in _ALWAYS if name in resource}
        shaped = _inside(resource, self.only) if self.only is not None else _outside(resource, self.without)
        shaped |= always
        return {name: shaped[name] for name in resource if name in shaped}


_EVERYTHING = Projection()


def _names(given: str | Sequence[str] | None) -> tuple[str, ...]:
    if not given:
        return ()
    parts = given.split(",") if isinstance(given, str) else given
    return tuple(name for part in parts if (name := str(part).partition("[")[0].strip()))


@lru_cache(maxsize=1024)
def _read(attributes: tuple[str, ...], excluded: tuple[str, ...], schema: ResourceSchema) -> Projection:
    chosen: Choice = {}
    for name in attributes or excluded:
        extension = schema.extension(name)
        path = None if extension else locate(name, schema)
        if extension is not None:
            chosen[extension.urn] = None
        elif path is not None and path.leaf.returned != "never":
            names = (path.urn, path.attribute.name, path.sub.name if path.sub else None)
            _choose(chosen, *(part for part in names if part))
    return Projection(True, chosen, {}) if attributes else Projection(True, None, chosen)


def _choose(chosen: Choice, name: str, *parts: str) -> None:
    """One more attribute chosen. The whole of it takes in its parts, whichever was named first."""
    if not parts:
        chosen[name] = None
    elif (inner := chosen.setdefault(name, {})) is not None:
        _choose(inner, *parts)


def _inside(value: Any, chosen: Choice) -> Any:
    """The chosen parts alone; an element that has none of them is left out."""
    if isinstance(value, list):
        return [kept for element in value if (kept := _inside(element, chosen))]
    if not isinstance(value, dict):
        return value
    shaped: Json = {}
    for name, part in value.items():
        if name in chosen:
            inner = chosen[name]
            kept = part if inner is None else _inside(part, inner)
            if kept or not part:
                shaped[name] = kept
    return shaped


def _outside(value: Any, chosen: Choice) -> Any:
    """All but the chosen parts; an element that has no others is left out."""
    if isinstance(value, list):
        return [kept for element in value if (kept := _outside(element, chosen))]
    if not isinstance(value, dict):
        return value
    shaped: Json = {}
    for name, part in value.items():
        inner = chosen.get(name, {})
        if inner is not None:
            kept = _outside(part, inner) if inner else part
            if kept or not part:
                shaped[name] = kept
    return shaped
