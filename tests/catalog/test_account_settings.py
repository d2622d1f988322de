"""The account's own name and time zone, as an administrator changes them."""

from typing import Any

import pytest

from catalog.actors import Actor, Role
from catalog.changes import change
from catalog.errors import Invalid, NotPermitted
from catalog.services import account_settings, accounts, audit
from tests.catalog.test_ownership import as_role


async def updated(actor: Actor, **details: Any) -> None:
    async with change(actor) as this:
        await account_settings.update(this, **details)


async def test_what_is_said_changes_and_the_rest_stays(actor: Actor) -> None:
    await updated(actor, name=" Analytical Engines ")
    await updated(actor, time_zone="Europe/London")
    await updated(actor, time_zone="Europe/London")
    account = (await accounts.every())[0]
    assert (account.name, account.time_zone) == ("Analytical Engines", "Europe/London")
    assert [event["action"] for event in await audit.list_(actor)] == ["account.updated"] * 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"name": "x" * 201},
        {"time_zone": ""},
        {"time_zone": "Mars/Olympus"},
        {"time_zone": "../../etc/passwd"},
        {"time_zone": "/etc/localtime"},
    ],
)
async def test_what_cannot_be_is_refused(actor: Actor, wrong: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        await updated(actor, **wrong)


@pytest.mark.parametrize("role", [Role.STANDARDS_ADMIN, Role.USER, Role.TEAM_MEMBER])
async def test_only_administrators_change_the_account(actor: Actor, role: Role) -> None:
    with pytest.raises(NotPermitted):
        await updated(as_role(actor, role), name="Mine")
