"""How the operator lets people in: with a password from the beginning, by a link, and the link to set up."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from catalog import hashing
from catalog.actors import Actor, Role, command
from catalog.changes import change
from catalog.errors import Invalid, NotFound
from catalog.services import accounts, links, passwords, set_up, users
from web.settings import Settings

if TYPE_CHECKING:
    from catalog.models import User


async def create(actor: Actor, *, email: str, name: str | None, role: Role, password: str | None) -> User:
    """A new person by hand; with a password they need no letter to come in. Raises AlreadyTaken, Invalid."""
    hash = None
    if password is not None:
        await hashing.check(password, about=(email, name))
        hash = await hashing.make(password)
    async with change(actor) as this:
        user = await users.create_by_hand(this, email=email, name=name, role=role, welcome=hash is None)
        if hash is not None:
            await passwords.set_(this, user, hash)
    return user


async def link(actor: Actor, chosen: Settings, email: str) -> str:
    """The address at which this person chooses a new password, once, within 24 hours.

    Raises NotFound; Invalid for somebody who is deactivated.
    """
    async with change(actor) as this:
        user = await users.lock(this, await users.id_of_email(actor, email))
        if user.deactivated_at is not None:
            raise Invalid("user", f"{user.name} is deactivated: reactivate them first.")
        secret = await links.make(this, "password", user)
    return f"{chosen.public_url}/invitations/{secret}"


async def set_up_link(chosen: Settings) -> str | None:
    """The address at which the first administrator sets Muster up, new at every start and the only one.

    None where an administrator can sign in, or no account is meant before all others.
    """
    try:
        account = await accounts.default()
    except (NotFound, Invalid):
        return None
    async with change(command(account.id)) as this:
        secret = await set_up.offer(this)
    return f"{chosen.public_url}/setup/{secret}" if secret else None


def read_password() -> str:
    """The password on standard input, without the end of its line."""
    return sys.stdin.read().removesuffix("\n").removesuffix("\r")
