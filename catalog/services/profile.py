"""One's own profile: what a person may change of themselves. Passwords are in `passwords`, sessions in `sessions`."""

from __future__ import annotations

from catalog import access
from catalog.attributes import split_name
from catalog.changes import Change
from catalog.errors import Invalid, Managed, NotPermitted
from catalog.models import User
from catalog.services import integrations, ownership, users
from catalog.services.users import Draft

MAX_NAME_CHARACTERS = 200


async def rename(this: Change, name: str) -> User:
    """The person who asks, under this name.

    Raises Invalid for a blank or overlong one; Managed where their provider says what they are called, unless its
    integration allows edits.
    """
    if this.actor.id is None:
        raise NotPermitted("Only a person has a name of their own.")
    user = await access.user(this, this.actor.id, lock=True)
    ownership.need_for(this, "users.update", user)
    if user.integration_id is not None:
        settings = await integrations.settings_held(this, user.integration_id)
        if not settings.allow_edits:
            owner = await integrations.name_of(this, user.integration_id)
            raise Managed("user", "name", owner or "")
    shown = " ".join(name.split())
    if not shown or len(shown) > MAX_NAME_CHARACTERS or not shown.isprintable():
        raise Invalid("name", f"a name has 1 to {MAX_NAME_CHARACTERS} characters.")
    given, family = split_name(shown)
    parts = {**(user.attributes.get("name") or {}), "formatted": shown, "givenName": given, "familyName": family}
    document = {**user.attributes, "displayName": shown, "name": parts}
    await users.replace(this, user, Draft(user.user_name, document))
    return user
