"""What can be done to the account itself."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import strawberry
from strawberry.types import Info

from catalog.changes import Change
from catalog.errors import Invalid
from catalog.services import account_settings, sign_in_policy, visibility
from graphql_api.accounts import Account
from graphql_api.payloads import Error, carried_out, read_back


@strawberry.input
class AccountUpdateInput:
    """What is absent is kept. `visibleAttributes` is the whole list; null is what is usual."""

    name: str | None = strawberry.UNSET
    time_zone: str | None = strawberry.UNSET
    visible_attributes: list[str] | None = strawberry.UNSET
    require_single_sign_on: bool | None = strawberry.UNSET


@strawberry.type
class AccountPayload:
    """The account as it is now."""

    account: Account | None
    errors: list[Error]


@strawberry.type
class AccountMutations:
    """What can be done to the account."""

    @strawberry.mutation
    async def account_update(self, info: Info, input: AccountUpdateInput) -> AccountPayload | None:
        async def work(this: Change) -> UUID:
            said: dict[str, Any] = {"name": input.name, "time_zone": input.time_zone}
            wanted = {name: text for name, text in said.items() if text is not strawberry.UNSET}
            for name, text in wanted.items():
                if text is None:
                    raise Invalid(name, "an account can't be without it.")
            await account_settings.update(this, **wanted)
            if input.visible_attributes is not strawberry.UNSET:
                await visibility.choose(this, input.visible_attributes)
            if isinstance(input.require_single_sign_on, bool):
                await sign_in_policy.require(this, input.require_single_sign_on)
            return this.account_id

        id, errors = await carried_out(info, work)
        return AccountPayload(account=read_back("accounts", id), errors=errors)
