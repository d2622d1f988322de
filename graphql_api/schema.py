"""Query and Mutation: the parts put together. `python -m graphql_api.schema` prints them (`make schema`)."""

from __future__ import annotations

import sys

import strawberry
from strawberry.types import Info

from catalog import permissions
from catalog.actors import ActorKind
from catalog.shapes import Rows
from graphql_api import context
from graphql_api.account_mutations import AccountMutations
from graphql_api.accounts import Account
from graphql_api.administration import Administration
from graphql_api.aliases import AliasMutations
from graphql_api.backstage import BackstageMutations
from graphql_api.contacts import ContactMutations
from graphql_api.describing import Description, described, found
from graphql_api.execution import Executor
from graphql_api.foreign_integrations import FOREIGN
from graphql_api.privacy import PrivacyMutations
from graphql_api.properties import PropertyMutations
from graphql_api.scalars import CONFIG, Instant, shown_instant
from graphql_api.sign_in import SignInMutations
from graphql_api.tags import TagMutations
from graphql_api.team_mutations import TeamMutations
from graphql_api.user_mutations import UserMutations
from graphql_api.users import User, UserRole


@strawberry.type
class Viewer:
    """Who asks."""

    role: UserRole | None
    actor_name: str
    operations: list[str]
    confirmed_at: Instant | None

    @described(User | None)
    def user(self, info: Info) -> Description | None:
        asking = context.actor(info)
        return found("users", asking.id) if asking.kind is ActorKind.PERSON and asking.id else None

    @described(Account)
    def account(self, info: Info) -> Description:
        return the_account(info)


@strawberry.type
class Query:
    """What can be asked."""

    @described(Account | None)
    def account(self, info: Info) -> Description:
        return the_account(info)

    @strawberry.field
    def viewer(self, info: Info) -> Viewer:
        asking = context.actor(info)
        return Viewer(
            role=UserRole(asking.role) if asking.role else None,
            actor_name=asking.name,
            operations=list(permissions.operations_of(asking)),
            confirmed_at=shown_instant(asking.confirmed_at),
        )


@strawberry.type
class Mutation(
    Administration,
    AccountMutations,
    UserMutations,
    PrivacyMutations,
    TeamMutations,
    AliasMutations,
    ContactMutations,
    TagMutations,
    PropertyMutations,
    BackstageMutations,
    SignInMutations,
):
    """What can be done: each is one change, by whoever asks."""


def the_account(info: Info) -> Description:
    """The account in which the caller acts."""
    return Description(Rows("accounts"), noun="accounts")


schema = strawberry.Schema(
    query=Query, mutation=Mutation, types=FOREIGN, config=CONFIG, execution_context_class=Executor
)


def printed() -> str:
    """The schema as graphql_api/schema.graphql holds it."""
    return f"{schema.as_str()}\n"


if __name__ == "__main__":
    sys.stdout.write(printed())
