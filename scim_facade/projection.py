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
from scim_facade.names import locate

Json = dict[str, Any]
_ALWAYS = ("schemas", "id")


@dataclass(frozen=True, slots=True)
class Projection:
    """A choice of attributes: everything that is returned by default, only these, or all but these.

    A chosen name maps to the sub-attributes that are chosen, or to None for the whole of it. Those of an extension
    stand under its URN.
    """

    given: bool = False
    only: dict[str, set[str] | None] | None = None
    without: dict[str, set[str] | None] = field(default_factory=dict)

    @staticmethod
    def read(
        attributes: str | Sequence[str] | None, excluded: str | Sequence[str] | None, schema: ResourceSchema
    ) -> Projection:
        """The choice that the two parameters make. Raises InvalidValue when both are given."""
        if not attributes and not excluded:
            return _EVERYTHING
        if attributes and excluded:
            raise InvalidValue("Give attributes or excludedAttributes, not both (RFC 7644 §3.9).")
        return _read(_names(attributes), _names(excluded), schema)

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
        if self.only is not None:
            return {
                name: _inside(value, self.only.get(name))
                for name, value in resource.items()
                if name in self.only or name in _ALWAYS
            }
        if not self.without:
            return resource
        shaped: Json = {}
        for name, value in resource.items():
            parts = self.without.get(name, set())
            if parts is None and name not in _ALWAYS:
                continue
            shaped[name] = _outside(value, parts) if parts and name not in _ALWAYS else value
        return shaped


_EVERYTHING = Projection()


def _names(given: str | Sequence[str] | None) -> tuple[str, ...]:
    if not given:
        return ()
    parts = given.split(",") if isinstance(given, str) else given
    return tuple(name for part in parts if (name := str(part).partition("[")[0].strip()))


@lru_cache(maxsize=1024)
def _read(attributes: tuple[str, ...], excluded: tuple[str, ...], schema: ResourceSchema) -> Projection:
    chosen: dict[str, set[str] | None] = {}
    for name in attributes or excluded:
        extension = schema.extension(name)
        path = None if extension else locate(name, schema)
        if extension is not None:
            chosen[extension.urn] = None
        elif path is not None and path.leaf.returned != "never":
            top, part = path.attribute.name, path.sub.name if path.sub else None
            if path.urn is not None:
                top, part = path.urn, path.attribute.name
            if part is None or chosen.get(top, ()) is None:
                chosen[top] = None
            else:
                chosen[top] = {*(chosen.get(top) or ()), part}
    return Projection(True, chosen, {}) if attributes else Projection(True, None, chosen)


def _inside(value: Any, parts: set[str] | None) -> Any:
    if not parts:
        return value
    if isinstance(value, list):
        return [_inside(element, parts) for element in value]
    return {name: part for name, part in value.items() if name in parts} if isinstance(value, dict) else value


def _outside(value: Any, parts: set[str]) -> Any:
    if isinstance(value, list):
        return [_outside(element, parts) for element in value]
    return {name: part for name, part in value.items() if name not in parts} if isinstance(value, dict) else value
