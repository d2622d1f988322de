"""A person's attributes: one document, and the columns that follow from it.

The document holds what the provider sent, under the names of RFC 7643 §4.1 and §4.3 (the field's own vocabulary), with
extensions under their URN. It leaves out what the catalog keeps in columns and rows of its own: userName, active,
externalId, groups, and what the server makes. Columns are never written from anything but the document.
"""

from __future__ import annotations

from typing import Any, Literal

from catalog.ids import fold
from catalog.models import User

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

Document = dict[str, Any]

NameFrom = Literal["displayName", "formatted", "given_family"]
"""What comes first for a person's name: the displayName, name.formatted, or given and family name together."""

EmailFrom = Literal["primary", "work", "userName"]
"""What comes first for a person's email: the primary address, the work address, or the userName."""


AUDITED = (
    "user_name",
    "name",
    "given_name",
    "family_name",
    "email",
    "title",
    "department",
    "employee_number",
    "user_type",
    "manager_value",
)
"""The columns whose old and new values an audit event shows; other attributes are named, not shown."""


def by_hand(*, name: str, email: str | None) -> Document:
    """The document of somebody who was not provisioned: enough of it that an import by a provider finds every part
    that it requires (RFC 7643 §4.1.1; Okta refuses a person without givenName and familyName)."""
    given, family = split_name(name)
    document: Document = {
        "displayName": name,
        "name": {"formatted": name, "givenName": given, "familyName": family},
    }
    if email:
        document["emails"] = [{"value": email, "type": "work", "primary": True}]
    return document


def split_name(name: str) -> tuple[str, str]:
    """Given and family name of a display name: the last word is the family's; a single word stands for both."""
    words = name.split()
    if not words:
        return name, name
    return " ".join(words[:-1]) or words[0], words[-1]


def derive(
    user: User, document: Document, *, name_from: NameFrom = "displayName", email_from: EmailFrom = "primary"
) -> None:
    """`document` taken as the person's attributes, and every derived column set from it.

    The email is the primary one, else the work one, else the first, else the userName if that is an address. Where an
    integration prefers another source of name or email, that is asked first.
    """
    enterprise = document.get(ENTERPRISE) or {}
    parts = document.get("name") or {}
    user.attributes = document
    user.attributes_key = folded(document)
    user.display_name_key = user.attributes_key.get("displayName")
    user.name = _name(user.user_name, document, name_from)
    user.name_key = fold(user.name)
    given, family = split_name(user.name)
    user.given_name = parts.get("givenName") or given
    user.family_name = parts.get("familyName") or family
    user.email = _email(user.user_name, document, email_from)
    user.email_key = fold(user.email) if user.email else None
    user.title = document.get("title")
    user.user_type = document.get("userType")
    user.department = enterprise.get("department")
    user.employee_number = enterprise.get("employeeNumber")
    user.manager_value = (enterprise.get("manager") or {}).get("value") or None
    user.manager_key = fold(user.manager_value) if user.manager_value else None


def audited(user: User) -> dict[str, Any]:
    """What an audit event shows of the person."""
    return {name: value for name in AUDITED if (value := getattr(user, name)) is not None}


def folded(value: Any) -> Any:
    """The same document with every text folded, names left as they are."""
    match value:
        case str():
            return fold(value)
        case dict():
            return {name: folded(part) for name, part in value.items()}
        case list():
            return [folded(part) for part in value]
    return value


def _name(user_name: str, document: Document, first: NameFrom) -> str:
    parts = document.get("name") or {}
    names: dict[NameFrom, str | None] = {
        "displayName": document.get("displayName"),
        "formatted": parts.get("formatted"),
        "given_family": " ".join(part for part in (parts.get("givenName"), parts.get("familyName")) if part),
    }
    return names[first] or next((name for name in names.values() if name), user_name)


def _email(user_name: str, document: Document, first: EmailFrom) -> str | None:
    before, at, after = user_name.partition("@")
    own = user_name if before and at and "." in after else None
    if first == "userName" and own:
        return own
    usual: list[dict[str, Any]] = [{"primary": True}, {"type": "work"}, {}]
    addresses = [element for element in document.get("emails") or () if element.get("value")]
    for wanted in ([{"type": "work"}, *usual] if first == "work" else usual):
        for element in addresses:
            if wanted.items() <= element.items():
                return str(element["value"])
    return own
