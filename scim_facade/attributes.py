"""What a schema is made of: attributes and their characteristics (RFC 7643 §2, §7), and how to look them up.

Pure. The User and Group schemas themselves stand in `schemas`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from scim_facade import dialects

Type = Literal["string", "boolean", "decimal", "integer", "dateTime", "binary", "reference", "complex"]
Json = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Attribute:
    """One attribute; what is not said is as RFC 7643 §2.2 has it by default."""

    name: str
    type: Type = "string"
    description: str = ""
    multi_valued: bool = False
    required: bool = False
    case_exact: bool = False
    mutability: Literal["readOnly", "readWrite", "immutable", "writeOnly"] = "readWrite"
    returned: Literal["always", "never", "default", "request"] = "default"
    uniqueness: Literal["none", "server", "global"] = "none"
    canonical_values: tuple[str, ...] = ()
    reference_types: tuple[str, ...] = ()
    sub_attributes: tuple[Attribute, ...] = ()
    is_implied: bool = False
    """Always there, so that it cannot be removed, though a client may leave it out."""
    is_listed: bool = True
    """Told by `/Schemas`."""
    max_values: int = 1_000
    """How many values are taken, where there may be several: a bound of work, which the RFC leaves to the server."""

    @cached_property
    def _by_name(self) -> dict[str, Attribute]:
        return {sub.name.lower(): sub for sub in self.sub_attributes}

    @cached_property
    def required_parts(self) -> tuple[str, ...]:
        """The names of the sub-attributes that each value must have."""
        return tuple(sub.name for sub in self.sub_attributes if sub.required)

    def sub(self, name: str) -> Attribute | None:
        """The sub-attribute of that name, in any case."""
        return self._by_name.get(name.lower())

    def as_json(self) -> Json:
        """As `/Schemas` tells it (RFC 7643 §7)."""
        told: Json = {
            "name": self.name,
            "type": self.type,
            "multiValued": self.multi_valued,
            "description": self.description or f"The {self.name}.",
            "required": self.required,
            "mutability": self.mutability,
            "returned": self.returned,
        }
        if self.type != "complex":
            told |= {"caseExact": self.case_exact, "uniqueness": self.uniqueness}
        if self.canonical_values:
            told["canonicalValues"] = list(self.canonical_values)
        if self.reference_types:
            told["referenceTypes"] = list(self.reference_types)
        if self.sub_attributes:
            told["subAttributes"] = [sub.as_json() for sub in self.sub_attributes if sub.is_listed]
        return told


@dataclass(frozen=True, eq=False)
class Schema:
    """A URN and its attributes."""

    urn: str
    name: str
    description: str
    attributes: tuple[Attribute, ...]

    @cached_property
    def _by_name(self) -> dict[str, Attribute]:
        return {attribute.name.lower(): attribute for attribute in self.attributes}

    def find(self, name: str) -> Attribute | None:
        """The attribute of that name, in any case."""
        return self._by_name.get(name.lower())

    def as_json(self) -> Json:
        """As `/Schemas` tells it."""
        return {
            "id": self.urn,
            "name": self.name,
            "description": self.description,
            "attributes": [one.as_json() for one in self.attributes if one.is_listed],
        }


COMMON = (
    Attribute(
        "id",
        description="Made by the server.",
        case_exact=True,
        mutability="readOnly",
        returned="always",
        uniqueness="server",
    ),
    Attribute("externalId", description="What the provider calls it.", case_exact=True),
    Attribute("schemas", "reference", multi_valued=True, case_exact=True, returned="always"),
    Attribute(
        "meta",
        "complex",
        mutability="readOnly",
        sub_attributes=(
            Attribute("resourceType", case_exact=True, mutability="readOnly"),
            Attribute("created", "dateTime", mutability="readOnly"),
            Attribute("lastModified", "dateTime", mutability="readOnly"),
            Attribute("location", "reference", case_exact=True, mutability="readOnly", reference_types=("uri",)),
            Attribute("version", case_exact=True, mutability="readOnly"),
        ),
    ),
)
"""Attributes of every resource (RFC 7643 §3.1); no schema lists them."""


@dataclass(frozen=True, eq=False)
class ResourceSchema:
    """A resource type's core schema and its extensions."""

    name: str
    endpoint: str
    description: str
    core: Schema
    extensions: tuple[Schema, ...] = field(default=())

    @cached_property
    def attributes(self) -> dict[str, Attribute]:
        """The common and core attributes by lower-case name."""
        return {one.name.lower(): one for one in (*COMMON, *self.core.attributes)}

    @cached_property
    def urns(self) -> tuple[str, ...]:
        """Of the core and the extensions, longer ones first: one may be the beginning of another."""
        return tuple(sorted((self.core.urn, *(schema.urn for schema in self.extensions)), key=len, reverse=True))

    @cached_property
    def _extensions(self) -> dict[str, Schema]:
        return {schema.urn.lower(): schema for schema in self.extensions}

    def find(self, urn: str | None, name: str) -> tuple[str | None, Attribute] | None:
        """The attribute of that name, in the extension or, without a URN or with the core's, in the core.

        Comes with the extension's URN as it is written, or None for the core. A bare name that the core does not have
        is looked for in the extensions: older Entra asks for `manager` so.
        """
        if urn is None or urn.lower() == self.core.urn.lower():
            found = self.attributes.get(name.lower())
            if found is not None:
                return None, found
            if urn is None:
                return next(((one.urn, known) for one in self.extensions if (known := one.find(name))), None)
            return None
        schema = self.extension(urn)
        attribute = schema.find(name) if schema else None
        return (schema.urn, attribute) if schema and attribute else None

    def extension(self, urn: str) -> Schema | None:
        """The extension of that URN, in any case."""
        return self._extensions.get(urn.lower()) or self._extensions.get(dialects.urn_as_meant(urn).lower())

    def with_extension(self, schema: Schema) -> ResourceSchema:
        """The same with one more extension."""
        return ResourceSchema(self.name, self.endpoint, self.description, self.core, (*self.extensions, schema))

    def urns_of(self, resource: Json) -> list[str]:
        """What `schemas` must say of a resource: the core, and each extension that it has attributes of."""
        return [self.core.urn, *(schema.urn for schema in self.extensions if schema.urn in resource)]
