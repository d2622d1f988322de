"""What an administrator says of the account itself; which attributes everybody sees is in `visibility`."""

from __future__ import annotations

from typing import TypedDict, Unpack

from catalog import access, permissions
from catalog.changes import Change
from catalog.errors import Invalid
from catalog.ids import fold
from catalog.services import calendars

MAX_NAME_CHARACTERS = 200


class Details(TypedDict, total=False):
    """What may be said: what is absent is kept."""

    name: str
    time_zone: str


async def update(this: Change, **details: Unpack[Details]) -> None:
    """The account under this name, in this time zone (of the IANA's); nothing, if it is so already.

    Raises NotPermitted, Invalid.
    """
    permissions.need(this.actor, "account.update")
    wanted = {name: text.strip() for name, text in details.items() if isinstance(text, str)}
    if "name" in wanted and (not fold(wanted["name"]) or len(wanted["name"]) > MAX_NAME_CHARACTERS):
        raise Invalid("name", f"an account's name has 1 to {MAX_NAME_CHARACTERS} characters.")
    if "time_zone" in wanted:
        calendars.named(wanted["time_zone"])
    account = await access.account(this, lock=True)
    before = {name: getattr(account, name) for name in wanted}
    if before != wanted:
        account.update_from_dict(wanted)
        this.record("account.updated", account, kind="account", name=account.name, before=before, after=wanted)
        await this.flush()
        calendars.forget(this.account_id)
