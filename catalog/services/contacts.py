"""Contacts: how a team or a person is reached. Of each type an owner has, one is the default."""

from __future__ import annotations

from typing import Any, TypedDict, Unpack
from urllib.parse import urlsplit
from uuid import UUID

from catalog import access, sql
from catalog.changes import Change
from catalog.errors import Invalid
from catalog.ids import new_id
from catalog.models import Contact
from catalog.services import ownership
from catalog.services.ownership import Described

TYPES = ("email", "github", "microsoft_teams", "slack", "slack_handle", "web")
MAX_CHARACTERS = 500
MAX_OF_ONE = 100
"""Contacts of one owner."""

_SCHEMES = {"", "http", "https", "mailto", "slack", "msteams"}
"""An address becomes a link: none of these runs anything in a browser."""


class Details(TypedDict, total=False):
    """What a contact says: what is absent is kept, None clears."""

    type: str
    address: str
    display_name: str | None
    display_type: str | None
    external_id: str | None


async def create(this: Change, owner: Described, **details: Unpack[Details]) -> Contact:
    """A new contact, the default one if it is the first of its type. Raises NotPermitted, Invalid."""
    await ownership.need_to_describe(this, owner)
    theirs = await _of(this, owner.id)
    if len(theirs) >= MAX_OF_ONE:
        raise Invalid("contact", f"one has {MAX_OF_ONE} contacts at most.")
    contact = Contact(
        id=new_id(),
        account_id=this.account_id,
        owner_kind=ownership.kind_of(owner),
        owner_id=owner.id,
        created_at=this.at,
        **_checked({"type": "", "address": "", **details}),
    )
    contact.is_default = not any(other.type == contact.type for other in theirs)
    this.add(contact)
    _record(this, owner, None, _shown(contact))
    await this.flush()
    return contact


async def update(
    this: Change,
    contact_id: UUID,
    *,
    make_default: bool = False,
    version: int | None = None,
    **details: Unpack[Details],
) -> Contact:
    """The contact with these details, and the default of its type if that is asked for.

    With `version`, only if its owner is still at it. Raises NotFound, NotPermitted, Invalid, VersionMismatch.
    """
    contact, owner = await _held(this, contact_id, version)
    before = _shown(contact)
    contact.update_from_dict(_checked({"type": contact.type, "address": contact.address, **details}))
    if _shown(contact) != before:
        this.touch(contact)
    defaults = await _settle(this, owner.id, contact.id if make_default else None)
    contact.is_default = contact.id in defaults
    if _shown(contact) != before:
        _record(this, owner, before, _shown(contact))
    await this.flush()
    return contact


async def delete(this: Change, contact_id: UUID, *, version: int | None = None) -> Contact:
    """The contact as it was; where it was a default one, the oldest of its type is from now on.

    With `version`, only if its owner is still at it. Raises NotFound, NotPermitted, VersionMismatch.
    """
    contact, owner = await _held(this, contact_id, version)
    this.run("DELETE FROM contacts WHERE account_id = $1 AND id = $2", this.account_id, contact.id)
    _record(this, owner, _shown(contact), None)
    await this.flush()
    await _settle(this, owner.id)
    return contact


async def of(this: Change, owner: Described) -> list[Contact]:
    """The owner's contacts, the oldest first."""
    return await _of(this, owner.id)


# --- what the verbs lean on ---------------------------------------------------------------------------------------


async def _held(this: Change, contact_id: UUID, version: int | None) -> tuple[Contact, Described]:
    """The contact, and its owner, who is held until the change ends: so nobody else alters the contact meanwhile."""
    found = await access.contact(this, contact_id)
    owner = await ownership.lock_described(this, found.owner_kind, found.owner_id, version=version)
    await ownership.need_to_describe(this, owner)
    return await access.contact(this, contact_id), owner


async def _of(this: Change, owner_id: UUID) -> list[Contact]:
    rows = await this.rows(
        f"SELECT {sql.columns(Contact, 'c')} FROM contacts c WHERE c.account_id = $1 AND c.owner_id = $2 ORDER BY c.id",
        this.account_id,
        owner_id,
    )
    return [access.loaded(Contact, row) for row in rows]


async def _settle(this: Change, owner_id: UUID, preferred: UUID | None = None) -> set[UUID]:
    """One default of each type: the preferred one, else who is it already, else the oldest; who they are now."""
    await this.flush()
    theirs = await _of(this, owner_id)
    ranked = sorted(theirs, key=lambda contact: (contact.id != preferred, not contact.is_default, contact.id))
    defaults = {next(contact.id for contact in ranked if contact.type == type) for type in {one.type for one in theirs}}
    # First who is no default any more: a type never has two.
    for is_default in (False, True):
        for contact in theirs:
            if (contact.id in defaults) is is_default is not contact.is_default:
                contact.is_default = is_default
                this.touch(contact)
        await this.flush()
    return defaults


def _checked(details: dict[str, Any]) -> dict[str, Any]:
    """The details as they are kept. Raises Invalid."""
    kept = {name: text.strip() if isinstance(text, str) else text for name, text in details.items()}
    if kept["type"] not in TYPES:
        raise Invalid("type", f"it is {', '.join(TYPES[:-1])} or {TYPES[-1]}.")
    for name, text in kept.items():
        if isinstance(text, str) and (len(text) > MAX_CHARACTERS or not text.isprintable()):
            raise Invalid(name, f"it has {MAX_CHARACTERS} characters at most, and none that can't be seen.")
    _check_address(kept["type"], kept["address"])
    return {name: text if name in ("type", "address") else text or None for name, text in kept.items()}


def _check_address(kind: str, address: str) -> None:
    if not address:
        raise Invalid("address", "a contact needs an address.")
    try:
        parts = urlsplit(address)
    except ValueError:
        raise Invalid("address", f"{address[:100]!r} is no address.") from None
    if kind == "web" and (parts.scheme not in ("http", "https") or not parts.netloc):
        raise Invalid("address", "give an address that begins with https:// or http://.")
    if kind == "email":
        before, at, after = address.rpartition("@")
        if not (before and at and "." in after) or " " in address:
            raise Invalid("address", f"{address[:100]!r} is no email address.")
    if parts.scheme not in _SCHEMES:
        raise Invalid("address", f"an address can't begin with {parts.scheme}:.")


def _record(this: Change, owner: Described, before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
    this.record("contacts.changed", owner, kind=ownership.kind_of(owner), name=owner.name, before=before, after=after)


def _shown(contact: Contact) -> dict[str, Any]:
    known = {
        "type": contact.type,
        "address": contact.address,
        "display_name": contact.display_name,
        "display_type": contact.display_type,
        "external_id": contact.external_id,
        "is_default": contact.is_default,
    }
    return {name: value for name, value in known.items() if value is not None}
