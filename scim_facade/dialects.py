"""What identity providers send instead of what RFC 7643 and 7644 say: each tolerance with its client and source.

Pure. An integration that is set to strict gets none of those that a parameter `strict` guards.
"""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

TRUE, FALSE = "true", "false"


def urn_as_meant(urn: str) -> str:
    """An enterprise URN without its last colon (older Entra bodies, "…enterprise:2.0User"), as it was meant."""
    return urn[:-4] + ":User" if urn.lower().endswith("2.0user") else urn


def operation(op: Any) -> Any:
    """An operation's name in the RFC's lower case. Entra sends "Add", "Replace" and "Remove" unless its tenant URL
    carries the flag aadOptscim062020 (Microsoft, "Known issues … with SCIM 2.0 protocol compliance")."""
    return op.lower() if isinstance(op, str) else op


def boolean(value: Any) -> Any:
    """ "True" and "False" as booleans: Entra sends them in bodies, PATCH values and filters (same page; its validator
    sends `roles[].primary` as the text "True")."""
    if isinstance(value, str) and value.lower() in (TRUE, FALSE):
        return value.lower() == TRUE
    return value


def text(value: Any) -> Any:
    """A number where a text belongs, as text. Okta's entitlement samples have numeric externalId, employeeNumber,
    costCenter and postalCode."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value


def complex_value(value: Any) -> Any:
    """A bare text for a complex attribute with a `value`: Entra sends the manager so, in bodies and in PATCH, and
    Microsoft's Postman collection the members of a group."""
    return {"value": value} if isinstance(value, str | int) and not isinstance(value, bool) else value


def single(value: Any) -> Any:
    """A list of one for a single-valued attribute: the oldest Entra sends the manager as `[{"$ref":…, "value":…}]`."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def several(value: Any) -> Any:
    """One object for a multi-valued attribute, as a list of one (templates of OneLogin's customers)."""
    return value if isinstance(value, list) else [value]


def is_blank(value: Any) -> bool:
    """Whether a value stands for none: null and the empty list by RFC 7643 §2.5; the empty text as Entra clears an
    attribute (its template's null tests, and the manager as "" or {"value": ""})."""
    if isinstance(value, dict):
        return not value or (len(value) == 1 and value.get("value", value) in ("", None))
    return value is None or value in ("", [])


def creates_element(op: str) -> bool:
    """Whether an operation on `emails[type eq "work"].value` that meets no element makes one. The RFC has `noTarget`
    for replace; Entra expects creation for Add and Replace alike (sourcegraph#49200, SCIM-SDK#416)."""
    return op in ("add", "replace")


def unquoted(word: str) -> bool:
    """Whether a bare word may stand for a text in a filter: Microsoft's Postman collection, authentik and older Entra
    leave the quotes out (`externalId eq jyoung`)."""
    return bool(word) and all(character.isalnum() or character in "._:+-@" for character in word)
