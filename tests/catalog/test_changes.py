"""A change: what it gathers, and what it writes of that."""

import pytest

from catalog import access
from catalog.actors import Actor
from catalog.changes import change
from catalog.models import AuditEvent, User
from tests import builders


async def test_a_second_copy_of_a_row_is_refused_and_nothing_of_the_change_is_kept(actor: Actor) -> None:
    ada = await builders.a_user(actor)

    async def renamed_twice() -> None:
        async with change(actor) as this:
            for name in ("Countess", "Analyst"):
                copy = await access.user(this, ada.id)
                copy.name = name
                this.record("user.updated", copy, kind="user", name=name)

    with pytest.raises(RuntimeError, match="Two copies of User"):
        await renamed_twice()
    assert (await User.get(id=ada.id)).name == ada.name
    assert not await AuditEvent.all().count()


async def test_a_copy_that_was_read_after_a_flush_goes_on_from_there(actor: Actor) -> None:
    ada = await builders.a_user(actor)
    async with change(actor) as this:
        for field, value in (("name", "Countess"), ("title", "Analyst")):
            copy = await access.user(this, ada.id)
            setattr(copy, field, value)
            this.record("user.updated", copy, kind="user", name=copy.name)
            await this.flush()
    kept = await User.get(id=ada.id)
    assert (kept.name, kept.title, kept.version) == ("Countess", "Analyst", ada.version + 1)
