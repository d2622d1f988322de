"""The path of a PATCH operation (RFC 7644 §3.5.2): `attrPath`, `valuePath`, `valuePath.subAttr`.

Pure. A name that the schema does not have, `__proto__` and its like among them, is simply not found.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from scim_facade import filters
from scim_facade.attributes import Attribute, ResourceSchema
from scim_facade.errors import InvalidFilter, InvalidPath
from scim_facade.names import AttributePath, locate


@dataclass(frozen=True, slots=True)
class Path:
    """Where an operation applies."""

    urn: str | None
    attribute: Attribute
    value_filter: filters.Filter | None = None
    sub_attribute: Attribute | None = None

    @property
    def leaf(self) -> Attribute:
        """What the operation's value is a value of."""
        return self.sub_attribute or self.attribute

    def __str__(self) -> str:
        text = str(AttributePath(self.urn, self.attribute))
        if self.value_filter is not None:
            text += f"[{self.value_filter}]"
        return f"{text}.{self.sub_attribute.name}" if self.sub_attribute else text


@lru_cache(maxsize=4096)
def parse(text: str, schema: ResourceSchema) -> Path:
    """The path that the text spells. Raises InvalidPath."""
    if len(text) > filters.MAX_CHARACTERS:
        raise InvalidPath(f"The path has {len(text)} characters; at most {filters.MAX_CHARACTERS} are read.")
    text = text.strip()
    head, bracket, rest = text.partition("[")
    located = locate(head.strip(), schema)
    if located is None:
        raise InvalidPath(f"{schema.name} has no attribute {head[:100]!r}.")
    if not bracket:
        return Path(located.urn, located.attribute, None, located.sub)
    if located.sub is not None or not located.attribute.multi_valued:
        raise InvalidPath(f"{head[:100]!r} has no elements to choose from.")
    inside, closing, after = rest.rpartition("]")
    if not closing:
        raise InvalidPath("A closing bracket is missing.")
    try:
        chosen = filters.parse_element(inside, located.attribute)
    except InvalidFilter as problem:
        raise InvalidPath(f"In the brackets: {problem.detail}") from None
    if not after:
        return Path(located.urn, located.attribute, chosen)
    sub = located.attribute.sub(after[1:]) if after.startswith(".") else None
    if sub is None:
        raise InvalidPath(f"{located.attribute.name} has no part {after[:100]!r}.")
    return Path(located.urn, located.attribute, chosen, sub)
