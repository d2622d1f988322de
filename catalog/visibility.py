"""Visibility: which attributes of a person somebody may see. An account chooses; administrators see all.

One rule for every way to an attribute: fields, filters, sorting, grouping, exports and views. An attribute that may not
be seen is refused in a condition rather than met by nobody, so that no question tells what its answer hides.

Pure; `services.visibility.of` gives the `Visibility` of an actor. An attribute goes by the name of RFC 7643 §4.1 or
§4.3 (`addresses`, `department`), one of an extension by URN and name, and an extension as a whole by its URN.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from catalog.attributes import ENTERPRISE
from catalog.errors import Invalid, NotPermitted

ALWAYS = frozenset({"userName", "displayName", "name", "emails"})
"""By which people know one another; no account can hide them."""

USUAL = frozenset(
    {
        *("nickName", "profileUrl", "photos", "title", "userType", "preferredLanguage", "locale", "timezone"),
        *("employeeNumber", "costCenter", "organization", "division", "department", "manager"),
    }
)
"""What everybody sees as well where the account has not chosen."""

KEPT = frozenset({"phoneNumbers", "addresses", "ims", "entitlements", "roles", "x509Certificates"})
"""What is for administrators where the account has not chosen; so are all custom extensions."""

KNOWN = ALWAYS | USUAL | KEPT

COLUMNS = {
    "user_name": "userName",
    "display_name": "displayName",
    "name": "name",
    "given_name": "name",
    "family_name": "name",
    "email": "emails",
    "title": "title",
    "user_type": "userType",
    "department": "department",
    "employee_number": "employeeNumber",
    "manager_id": "manager",
    "manager_value": "manager",
}
"""The columns that are made from attributes, each with its attribute; other columns are the catalog's own."""

CORE = "urn:ietf:params:scim:schemas:core:2.0:User"

_NOT_ATTRIBUTES = frozenset({"id", "schemas", "meta", "active", "groups", "externalId"})


@dataclass(frozen=True, slots=True)
class Visibility:
    """What one actor sees of people."""

    everything: bool
    chosen: frozenset[str] = USUAL
    """Beyond ALWAYS: names of attributes, and of extensions as a whole."""

    def sees(self, path: str) -> bool:
        """Whether the attribute may be seen: `addresses.country`, `department`, `urn:…:User:costCenter`."""
        if self.everything:
            return True
        name = attribute_of(path)
        urn, colon, _ = name.rpartition(":")
        return name in ALWAYS or name in _NOT_ATTRIBUTES or name in self.chosen or (bool(colon) and urn in self.chosen)

    def sees_column(self, column: str) -> bool:
        """Whether the column of a person may be seen: one that no attribute stands behind is everybody's."""
        return column not in COLUMNS or self.sees(COLUMNS[column])

    def need(self, path: str) -> None:
        """Nothing, if the attribute may be seen. Raises NotPermitted: filters and sorting ask this as fields do."""
        if not self.sees(path):
            raise NotPermitted(f"The attribute {path[:200]!r} is shown to administrators alone.")

    def of(self, document: dict[str, Any]) -> dict[str, Any]:
        """The part of a person's attributes that may be seen; an extension of which nothing remains is left out."""
        if self.everything:
            return document
        shown = {}
        for name, value in document.items():
            if ":" in name and isinstance(value, dict):
                value = {part: inner for part, inner in value.items() if self.sees(f"{name}:{part}")}
                if value:
                    shown[name] = value
            elif self.sees(name):
                shown[name] = value
        return shown

    def names(self) -> list[str]:
        """The attributes that everybody sees, in order: what an account's settings show."""
        return sorted(ALWAYS | self.chosen)

    def hidden(self, extensions: Iterable[str] = ()) -> list[str]:
        """The attributes kept for administrators, in order, among those known and the account's `extensions` (URNs)."""
        others = Visibility(everything=False, chosen=self.chosen)
        return sorted(name for name in {*KNOWN, *extensions} if not others.sees(name))


ADMINISTRATORS = Visibility(everything=True)


def attribute_of(path: str) -> str:
    """The attribute to which a path belongs, sub-attributes left off; the enterprise extension's by name alone.

    `addresses[type eq "work"].country` and `addresses.country` are `addresses`; another extension's keeps its URN.
    """
    urn, _, last = path.rpartition(":") if path.lower().startswith("urn:") else ("", "", path)
    name = last.partition("[")[0].partition(".")[0]
    return name if urn in ("", ENTERPRISE, CORE) else f"{urn}:{name}"


def choice(names: Iterable[str], extensions: Iterable[str] = ()) -> list[str]:
    """What an account chose to show everybody, as it is kept: in order, once, without what is shown anyway.

    `extensions` are the URNs of those that the account has. Raises Invalid for a name that is no attribute.
    """
    known, urns = {*KNOWN, *extensions}, tuple(f"{urn}:" for urn in extensions)
    chosen = set(names)
    for name in sorted(chosen):
        if name not in known and not (name.startswith(urns) and name == attribute_of(name)):
            raise Invalid("visibleAttributes", f"there is no attribute {name[:200]!r}.")
    return sorted(chosen - ALWAYS)
