"""The name of an attribute in a filter, a sort or a projection: `userName`, `name.familyName`, `urn:…:User:userName`.

Pure. Found in the schema, in any case; the URN is split off where a known one ends, as URNs hold dots and colons.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from scim_facade.attributes import Attribute, ResourceSchema

MAX_CHARACTERS = 2048
"""No name is longer. What is found is remembered, so a client must not decide how much memory that takes."""


@dataclass(frozen=True, slots=True)
class AttributePath:
    """An attribute, possibly of an extension, possibly with a sub-attribute."""

    urn: str | None
    attribute: Attribute
    sub: Attribute | None = None

    @property
    def leaf(self) -> Attribute:
        """What is compared in the end."""
        return self.sub or self.attribute

    def __str__(self) -> str:
        name = f"{self.attribute.name}.{self.sub.name}" if self.sub else self.attribute.name
        return f"{self.urn}:{name}" if self.urn else name


def split_urn(text: str, schema: ResourceSchema) -> tuple[str | None, str]:
    """The schema's URN at the head of `text`, and the rest; None where there is none.

    Microsoft writes a dot between the two as well (`urn:…:User.manager`).
    """
    if text[:4].lower() != "urn:":
        return None, text
    lowered = text.lower()
    for known in schema.urns:
        size = len(known)
        if lowered.startswith(known.lower()) and text[size : size + 1] in (":", "."):
            return known, text[size + 1 :]
    return text, ""


def locate(text: str, schema: ResourceSchema) -> AttributePath | None:
    """The attribute that the text names, or None if the schema has none of that name."""
    return _locate(text, schema) if len(text) <= MAX_CHARACTERS else None


@lru_cache(maxsize=4096)
def _locate(text: str, schema: ResourceSchema) -> AttributePath | None:
    urn, rest = split_urn(text, schema)
    name, dot, sub_name = rest.partition(".")
    if not name or (dot and not sub_name):
        return None
    found = schema.find(urn, name)
    if found is None:
        return None
    extension, attribute = found
    if not sub_name:
        return AttributePath(extension, attribute)
    sub = attribute.sub(sub_name)
    return AttributePath(extension, attribute, sub) if sub else None
