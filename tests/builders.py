"""What a test begins with, said in few words: an account, people, teams, who is asking.

Rows as the catalog keeps them, without the letters, audit events and refusals that come with the real way to them:
those are what tests of the services look at.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from catalog import actors, hashing
from catalog.actors import Actor, ActorKind, Scope
from catalog.attributes import by_hand, derive
from catalog.changes import Change, change
from catalog.ids import FOREVER, fold, new_id, now
from catalog.models import (
    Account,
    ExternalId,
    Integration,
    Membership,
    SignInConnection,
    Team,
    TeamAlias,
    User,
)
from catalog.services import passwords, sessions, sign_in_connections, users
from catalog.services.sign_in_connections import Connection

PASSWORD = "correct horse battery"


async def an_account(name: str = "Lovelace Engines", **fields: Any) -> Account:
    """An account of its own, without anybody in it."""
    account = Account(id=new_id(), name=name, slug=fields.pop("slug", _slug(name)), created_at=now(), **fields)
    async with change(actors.system(account.id)) as this:
        this.add(account)
    return account


async def an_integration(actor: Actor, name: str = "Okta", **settings: Any) -> Integration:
    """An integration of the actor's account."""
    async with change(actor) as this:
        integration = Integration(
            id=new_id(),
            account_id=actor.account_id,
            name=name,
            settings=settings,
            created_at=this.at,
            updated_at=this.at,
        )
        this.add(integration)
    return integration


def a_scim_client(integration: Integration) -> Actor:
    """Who asks when a request carries a token of the integration."""
    return Actor(
        integration.account_id,
        ActorKind.INTEGRATION,
        integration.name,
        frozenset({Scope.SCIM}),
        id=integration.id,
        integration_id=integration.id,
    )


async def a_user(
    actor: Actor,
    user_name: str = "ada@lovelace.example",
    *,
    name: str | None = None,
    attributes: dict[str, Any] | None = None,
    external_id: str | None = None,
    **fields: Any,
) -> User:
    """An active person; managed by the actor's integration if it has one. `fields` are columns, as they end up."""
    async with change(actor) as this:
        user = User(
            id=new_id(),
            account_id=actor.account_id,
            user_name=user_name,
            user_name_key=fold(user_name),
            integration_id=actor.integration_id,
            created_at=this.at,
            updated_at=this.at,
        )
        called = name or user_name.partition("@")[0].replace(".", " ").title()
        derive(user, by_hand(name=called, email=user_name if "@" in user_name else None) | (attributes or {}))
        user.update_from_dict(fields)
        this.add(user)
        _external_id(this, "user", user, external_id)
    return user


async def a_team(
    actor: Actor,
    name: str = "Payments",
    *,
    members: Sequence[User] = (),
    external_id: str | None = None,
    since: datetime | None = None,
    **fields: Any,
) -> Team:
    """A team with these people in it (`since` then, or since now); the actor's integration's, if it has one."""
    async with change(actor) as this:
        team = Team(
            id=new_id(),
            account_id=actor.account_id,
            name=name,
            name_key=fold(name),
            provider_name=fields.get("provider_name", name),
            provider_name_key=fold(fields.pop("provider_name", name)),
            alias=fields.pop("alias", _slug(name)),
            **{"integration_id": actor.integration_id, "created_at": this.at, "updated_at": this.at, **fields},
        )
        this.add(team)
        this.add(
            TeamAlias(
                id=new_id(),
                account_id=actor.account_id,
                team_id=team.id,
                alias=team.alias,
                is_managed=False,
                created_at=this.at,
            )
        )
        _external_id(this, "team", team, external_id)
        for user in members:
            this.add(a_period(this, team, user, since=since))
    return team


def a_period(
    this: Change,
    team: Team,
    user: User,
    *,
    since: datetime | None = None,
    until: datetime = FOREVER,
    role: str | None = None,
) -> Membership:
    """A period in which the person belonged to the team, to be added to the change."""
    return Membership(
        id=new_id(),
        account_id=this.account_id,
        team_id=team.id,
        user_id=user.id,
        role=role,
        integration_id=this.actor.integration_id,
        valid_from=since or this.at,
        valid_to=until,
        recorded_at=this.at,
    )


async def a_password(actor: Actor, user: User, password: str = PASSWORD) -> str:
    """The person has this password; its hash."""
    hash = await hashing.make(password)
    async with change(actor) as this:
        await passwords.set_(this, await users.lock(this, user.id), hash)
    return hash


async def a_session(actor: Actor, user: User) -> str:
    """The secret of a session of the person, begun now."""
    async with change(actor) as this:
        _, secret = sessions.start(this, await users.lock(this, user.id), method="password")
    return secret


def _external_id(this: Change, kind: str, subject: User | Team, value: str | None) -> None:
    if value is None:
        return
    this.add(
        ExternalId(
            id=new_id(),
            account_id=this.account_id,
            integration_id=this.actor.integration_id,
            subject_kind=kind,
            subject_id=subject.id,
            value=value,
            since=this.at,
            until=FOREVER,
        )
    )


def _slug(name: str) -> str:
    return "-".join(fold(name).split())


async def a_connection(
    actor: Actor, integration: Integration | None = None, *, kind: str = "oidc", on: bool = True, **fields: Any
) -> Connection:
    """A single sign-on connection of this integration's people, as a sign-in finds it; switched on unless said."""
    fields.setdefault("settings", CONNECTION_SETTINGS[kind])
    async with change(actor) as this:
        connection = SignInConnection(
            id=new_id(),
            account_id=actor.account_id,
            kind=kind,
            integration_id=integration.id if integration else None,
            enabled=on,
            created_at=this.at,
            updated_at=this.at,
            **{"name": f"Okta by {kind}", **fields},
        )
        this.add(connection)
    return await sign_in_connections.look(connection.id)


CONNECTION_SETTINGS: dict[str, dict[str, Any]] = {
    "oidc": {"issuer": "https://okta.example", "client_id": "muster"},
    "saml": {"metadata_url": "https://okta.example/metadata"},
}
