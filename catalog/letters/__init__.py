"""Letters: what each mail of Muster says, as text and as HTML; not how it travels (`catalog.outbox`, the postman).

A letter is made from facts that were written down when it was put into the outbox. Facts come from providers, so they
are never markup and never a header: HTML is escaped, line breaks and control characters are taken out.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any, Literal

import jinja2

WELCOME = "Welcome"
INVITATION = "Invitation"
PASSWORD_LINK = "PasswordLink"  # noqa: S105 - the name of a letter
PASSWORD_CHANGED = "PasswordChanged"  # noqa: S105
ADDRESS_CHANGED = "AddressChanged"
TOKEN_EXPIRES = "TokenExpires"  # noqa: S105
ALERT = "Alert"

_SUBJECTS = {
    WELCOME: "Welcome to {account} on Muster",
    INVITATION: "You are invited to {account} on Muster",
    PASSWORD_LINK: "Choose a new password for {account} on Muster",
    PASSWORD_CHANGED: "Your password for {account} on Muster was changed",
    ADDRESS_CHANGED: "Your address for {account} on Muster was changed",
    TOKEN_EXPIRES: "The token {prefix}… of {owner} ends in {left}",
    ALERT: "{integration}: {headline}",
}

PURPOSES: dict[str, Literal["invitation", "password"]] = {
    WELCOME: "invitation",
    INVITATION: "invitation",
    PASSWORD_LINK: "password",
}
"""Letters that may carry a one-time link, each with what it is for; theirs does if the fact `has_link` says so."""

_RESERVED_DOMAINS = ("example", "test", "invalid", "localhost", "example.com", "example.org", "example.net")
"""RFC 2606 and RFC 6761: nobody has mail there, and rehearsals use them."""

_MAX_FACT_CHARACTERS = 200

_templates = jinja2.Environment(
    loader=jinja2.PackageLoader("catalog", "letters"),
    autoescape=jinja2.select_autoescape(["html"]),
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter as it is handed to a postman."""

    recipient: str
    subject: str
    text: str
    html: str
    message_id: str
    """The Message-ID header: the same at every attempt."""


def write(
    name: str, recipient: str, facts: dict[str, Any], *, message_id: str, public_url: str, link: str | None = None
) -> Letter:
    """The letter of this name. `public_url` is where Muster is found, `link` what opens the door to its reader.

    Raises KeyError for a name that is no letter.
    """
    told = {key: _plain(value) if isinstance(value, str) else value for key, value in facts.items()}
    told |= {"public_url": public_url, "link": link}
    template = name.lower()
    return Letter(
        recipient,
        _SUBJECTS[name].format_map(told),
        _templates.get_template(f"{template}.txt").render(told),
        _templates.get_template(f"{template}.html").render(told),
        message_id,
    )


def can_get_mail(address: str | None) -> bool:
    """Whether a letter may be sent there: one address, of a domain that is not reserved, with nothing odd in it."""
    if not address or len(address) > 254 or not address.isprintable():
        return False
    local, _, domain = address.partition("@")
    if not local or not domain or any(character in '@,;:<>()[]\\" ' for character in local + domain):
        return False
    plain = domain.lower().rstrip(".")
    return "." in plain and not any(plain == name or plain.endswith(f".{name}") for name in _RESERVED_DOMAINS)


def _plain(value: str) -> str:
    """On one line, without control characters or invisible ones that turn text around."""
    shown = "".join(" " if unicodedata.category(character).startswith(("C", "Z")) else character for character in value)
    return " ".join(shown.split())[:_MAX_FACT_CHARACTERS]
