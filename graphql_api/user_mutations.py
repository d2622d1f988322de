"""What can be done to people: invited, renamed, given a role, deactivated, taken back, deleted, many at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import StrEnum
from uuid import UUID

import strawberry
from strawberry.types import Info

from catalog.changes import Change
from catalog.errors import Invalid
from catalog.services import administration, crowds, invitations, teams, users
from catalog.services.crowds import Failure, Status
from graphql_api import context, filters, finding, ids
from graphql_api.filters import Condition
from graphql_api.inputs import IdentifierInput, UserIdentifierInput, given
from graphql_api.payloads import Error, all_read_back, carried_out, read_back, refusal
from graphql_api.users import ProvisionedByEnum, User, UserRole, UserStatus


@strawberry.enum
class UsersInviteScopeEnum(StrEnum):
    """Who is invited again: everybody whose invitation is still open."""

    pending = "pending"


@strawberry.input
class UserInput:
    """What is absent or null is kept."""

    name: str | None = strawberry.UNSET
    role: UserRole | None = strawberry.UNSET
    skip_welcome_email: bool | None = strawberry.UNSET


@strawberry.input
class UsersInviteInput:
    """Who is sent an invitation again: everybody in the scope, or these."""

    scope: UsersInviteScopeEnum | None = strawberry.UNSET
    users: list[UserIdentifierInput] | None = strawberry.UNSET


@strawberry.input
class UsersUpdateInput:
    """Many at once: these people, or everybody who meets the condition. With `dryRun` nothing is written."""

    users: list[UserIdentifierInput] | None = strawberry.UNSET
    where: Condition | None = strawberry.UNSET
    role: UserRole | None = strawberry.UNSET
    status: UserStatus | None = strawberry.UNSET
    add_to_teams: list[IdentifierInput] | None = strawberry.UNSET
    dry_run: bool | None = strawberry.UNSET


@strawberry.type
class UserPayload:
    """The person as they are now."""

    user: User | None
    errors: list[Error]


@strawberry.type
class UsersInvitePayload:
    """Who was sent an invitation, and the emails or ids of those who were not."""

    users: list[User] | None
    failed: list[str] | None
    errors: list[Error]


@strawberry.type
class UserDeletePayload:
    """The person is gone, if there are no errors."""

    errors: list[Error]


@strawberry.type
class BulkFailure:
    """Who was passed over, and why."""

    id: strawberry.ID
    name: str
    message: str
    code: str


@strawberry.type
class UsersUpdatePayload:
    """How many differ from before, or would, and who was passed over."""

    count: int
    failed: list[BulkFailure]
    errors: list[Error]


class _OnlyTried(Exception):
    """What a dry run found out; raised, so that nothing of it is kept."""

    def __init__(self, count: int, failures: list[Failure]) -> None:
        self.count, self.failures = count, failures
        super().__init__()


@strawberry.type
class UserMutations:
    """What can be done to people."""

    @strawberry.mutation
    async def user_invite(
        self,
        info: Info,
        email: str,
        input: UserInput | None = strawberry.UNSET,
        force_send_invite: bool | None = strawberry.UNSET,
    ) -> UserPayload | None:
        wanted = given(input) or UserInput()
        # A person in the browser brings somebody in by hand; everything else comes over a token.
        by = ProvisionedByEnum.user if context.actor(info).session_id else ProvisionedByEnum.api_other

        async def work(this: Change) -> UUID:
            user = await administration.invite(
                this,
                email=email,
                name=given(wanted.name),
                role=(given(wanted.role) or UserRole.user).value,
                provisioned_by=by.value,
                welcome=bool(given(force_send_invite)) or not given(wanted.skip_welcome_email),
            )
            return user.id

        id, errors = await carried_out(info, work, {"user_name": "email", "userName": "email"})
        return UserPayload(user=read_back("users", id), errors=errors)

    @strawberry.mutation
    async def users_invite(self, info: Info, input: UsersInviteInput) -> UsersInvitePayload | None:
        async def work(this: Change) -> tuple[list[UUID], list[UUID]]:
            if given(input.scope) is not None:
                return await crowds.invite_again(this)
            if not given(input.users):
                raise Invalid("users", "say who, or `scope: pending`.")
            return await crowds.invite_again(this, await finding.people(this, given(input.users) or ()))

        done, errors = await carried_out(info, work, {"user": "users"})
        sent, failed = (None, None) if done is None else done
        named = None if failed is None else [ids.write("User", id) for id in failed]
        return UsersInvitePayload(users=all_read_back("users", sent), failed=named, errors=errors)

    @strawberry.mutation
    async def user_update(
        self,
        info: Info,
        user: UserIdentifierInput,
        input: UserInput,
        expected_version: int | None = strawberry.UNSET,
    ) -> UserPayload | None:
        async def work(this: Change) -> UUID:
            held = await users.lock(this, await finding.user(this, user), version=given(expected_version))
            if input.name:
                await administration.rename(this, held, input.name)
            elif input.name == "":
                raise Invalid("name", "a person needs a name.")
            if input.role:
                await administration.set_role(this, held, input.role.value)
            return held.id

        id, errors = await carried_out(info, work, {"user": "user"})
        return UserPayload(user=read_back("users", id), errors=errors)

    @strawberry.mutation
    async def user_delete(
        self, info: Info, user: UserIdentifierInput, expected_version: int | None = strawberry.UNSET
    ) -> UserDeletePayload | None:
        _, errors = await _done(info, user, administration.delete, expected_version)
        return UserDeletePayload(errors=errors)

    @strawberry.mutation
    async def user_deactivate(
        self, info: Info, user: UserIdentifierInput, expected_version: int | None = strawberry.UNSET
    ) -> UserPayload | None:
        id, errors = await _done(info, user, administration.deactivate, expected_version)
        return UserPayload(user=read_back("users", id), errors=errors)

    @strawberry.mutation
    async def user_reactivate(
        self, info: Info, user: UserIdentifierInput, expected_version: int | None = strawberry.UNSET
    ) -> UserPayload | None:
        id, errors = await _done(info, user, administration.reactivate, expected_version)
        return UserPayload(user=read_back("users", id), errors=errors)

    @strawberry.mutation
    async def user_invite_resend(self, info: Info, user: UserIdentifierInput) -> UserPayload | None:
        id, errors = await _done(info, user, invitations.resend)
        return UserPayload(user=read_back("users", id), errors=errors)

    @strawberry.mutation
    async def user_invite_revoke(self, info: Info, user: UserIdentifierInput) -> UserPayload | None:
        id, errors = await _done(info, user, invitations.revoke)
        return UserPayload(user=read_back("users", id), errors=errors)

    @strawberry.mutation
    async def users_update(self, info: Info, input: UsersUpdateInput) -> UsersUpdatePayload | None:
        async def work(this: Change) -> tuple[int, list[Failure]]:
            status: Status | None = None
            if input.status:
                status = "active" if input.status is UserStatus.active else "deactivated"
            wanted = {await finding.team(this, team) for team in given(input.add_to_teams) or ()}
            joining = [await teams.lock(this, id) for id in sorted(wanted)]
            count, failures = await crowds.alter_many(
                this,
                await _meant(this, input),
                role=input.role.value if input.role else None,
                status=status,
                joining=joining,
            )
            if given(input.dry_run):
                raise _OnlyTried(count, failures)
            return count, failures

        names = {"user": "users", "team": "addToTeams", "members": "addToTeams"}
        try:
            done, errors = await carried_out(info, work, names)
        except _OnlyTried as tried:
            done, errors = (tried.count, tried.failures), []
        count, failures = done or (0, [])
        return UsersUpdatePayload(count=count, failed=[_failed(failure) for failure in failures], errors=errors)


async def _done(
    info: Info, user: UserIdentifierInput, verb: Callable[..., Awaitable[None]], version: int | None = strawberry.UNSET
) -> tuple[UUID | None, list[Error]]:
    """The verb, done to the person in a change of its own."""

    async def work(this: Change) -> UUID:
        held = await users.lock(this, await finding.user(this, user), version=given(version))
        await verb(this, held)
        return held.id

    return await carried_out(info, work, {"user": "user", "status": "user", "existence": "user"})


async def _meant(this: Change, input: UsersUpdateInput) -> list[UUID]:
    """Who is to be altered. Raises Invalid unless exactly one of `users` and `where` is given."""
    named, where = given(input.users), given(input.where)
    if (named is None) is (where is None):
        raise Invalid("users", "give either `users` or `where`.")
    if where is not None:
        return await crowds.meant(this, filters.USERS.where(where))
    return await finding.people(this, named or ())


def _failed(failure: Failure) -> BulkFailure:
    told = refusal(failure.error)
    id = strawberry.ID(ids.write("User", failure.user.id))
    return BulkFailure(id=id, name=failure.user.name, message=told.message, code=told.code)
