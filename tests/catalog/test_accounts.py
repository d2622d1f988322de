"""Accounts: the first one, names and slugs, throw-away ones and their end."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from catalog import actors
from catalog.actors import Actor
from catalog.changes import Change, change
from catalog.database import everywhere
from catalog.errors import AlreadyTaken, Invalid, NotFound, NotPermitted
from catalog.ids import new_id, now
from catalog.models import (
    Account,
    Alert,
    AlertMark,
    Contact,
    IdempotencyClaim,
    Integration,
    OneTimeLink,
    Password,
    Property,
    PropertyDefinition,
    Session,
    SignInConnection,
    SignInError,
    SignInIdentity,
    SignInState,
    Tag,
    Team,
    TokenNotice,
    User,
)
from catalog.sealing import Sealer
from catalog.services import accounts, deliveries, integrations, tokens
from tests import builders


async def test_the_first_account_is_made_once(db: Any) -> None:
    made = [account for account in await asyncio.gather(*(accounts.first() for _ in range(5))) if account]
    assert [account.slug for account in made] == ["default"]
    assert await accounts.first() is None
    assert (await accounts.default()).id == made[0].id
    only = await accounts.only()
    assert only is not None
    assert only.id == made[0].id


async def test_the_account_that_is_meant_is_default_or_the_only_one(db: Any) -> None:
    with pytest.raises(NotFound):
        await accounts.default()
    lovelace = await accounts.create("Lovelace Engines")
    assert (await accounts.default()).id == lovelace.id
    await accounts.create("Hopper", "hopper")
    with pytest.raises(Invalid):
        await accounts.default()
    assert await accounts.only() is None
    ours = await accounts.create("Ours", "default")
    assert (await accounts.default()).id == ours.id
    assert [account.slug for account in await accounts.every()] == ["default", "hopper", "lovelace-engines"]


@pytest.mark.parametrize(
    ("name", "slug"), [("Lovelace Engines", "lovelace-engines"), ("  Zoë & Co. ", "zo-co"), ("--A--", "a")]
)
async def test_a_slug_is_made_from_the_name(db: Any, name: str, slug: str) -> None:
    made = await accounts.create(name)
    assert (await accounts.by_slug(slug)).id == made.id
    assert made.name == name.strip()


async def test_an_account_that_cannot_be_is_refused(db: Any) -> None:
    await accounts.create("日本")
    await accounts.create("Lovelace", "lovelace")
    for name, slug in [
        ("", "x"),
        ("x" * 201, "x"),
        ("X", ""),
        ("X", "Big"),
        ("X", "-x"),
        ("X", "a b"),
        ("X", "a" * 64),
    ]:
        with pytest.raises(Invalid):
            await accounts.create(name, slug)
    with pytest.raises(AlreadyTaken):
        await accounts.create("Another", "lovelace")
    with pytest.raises(NotFound):
        await accounts.by_slug("nobody")
    assert len(await accounts.every()) == 2


async def test_making_an_account_is_audited(db: Any) -> None:
    made = await accounts.create("Lovelace")
    rows = await everywhere().rows("SELECT action, account_id FROM audit_events")
    assert [(row["action"], str(row["account_id"])) for row in rows] == [("account.created", str(made.id))]


async def test_a_rehearsals_account_is_nobodys_default_and_works(db: Any) -> None:
    actor = await accounts.for_rehearsal()
    assert list(await accounts.every()) == []
    assert (await accounts.first()) is not None
    async with change(actor) as this:
        connection = await integrations.named(this, "Rehearsal")
        _, secret = await tokens.create_for_integration(this, connection, name="rehearsal")
    assert (await tokens.recognise(secret)).account_id == actor.account_id


async def _live(actor: Actor) -> None:
    """Something in every table of the account."""
    async with change(actor) as this:
        connection = await integrations.named(this, "Okta")
        await tokens.create_for_integration(this, connection, name="Okta")
    scim = builders.a_scim_client(connection)
    boss = await builders.a_user(scim, "boss@lovelace.dev", external_id="1")
    ada = await builders.a_user(scim, "ada@lovelace.dev", manager_id=boss.id)
    parent = await builders.a_team(scim, "Parent")
    child = await builders.a_team(scim, "Child", members=[ada, boss], parent_id=parent.id)
    async with change(scim) as this:
        deliveries.record(this, method="POST", path="/Users", status=201, duration_ms=1.0)
        await integrations.ask(this, kind="rehire", subject_id=ada.id, name="ada", external_id="2")
        _sign_in(this, ada, connection)
        _describe(this, child)
        claim: dict[str, Any] = dict.fromkeys(("id", "asker_id", "runner"), new_id())
        claim |= {"account_id": this.account_id, "key_digest": "0" * 64, "body_digest": "1" * 64}
        this.add(IdempotencyClaim(**claim, leased_until=this.at, created_at=this.at))


def _describe(this: Change, team: Team) -> None:
    """A row in each table of what hangs on teams."""
    own: dict[str, Any] = {"account_id": this.account_id, "created_at": this.at}
    of_the_team = {**own, "owner_kind": "team", "owner_id": team.id}
    this.add(Contact(id=new_id(), **of_the_team, type="slack", address="#child"))
    this.add(Tag(id=new_id(), **of_the_team, key="env", value="prod"))
    definition = PropertyDefinition(
        id=new_id(),
        **own,
        updated_at=this.at,
        alias="size",
        name="Size",
        description="",
        schema={},
        display_type="TEXT",
    )
    this.add(definition)
    this.add(Property(id=new_id(), **own, updated_at=this.at, definition_id=definition.id, team_id=team.id, value="1"))


def _sign_in(this: Change, user: User, integration: Integration) -> None:
    """A row in each table of signing in and of alerts, as they end up."""
    own: dict[str, Any] = {"account_id": this.account_id}
    lived = {"created_at": this.at, "expires_at": this.at}
    seen = {"last_seen_at": this.at, "confirmed_at": this.at}
    digest = new_id().hex
    this.add(Password(id=new_id(), **own, user_id=user.id, hash="$argon2id$", set_at=this.at))
    this.add(Session(id=new_id(), **own, user_id=user.id, digest=digest, method="password", **lived, **seen))
    this.add(OneTimeLink(id=new_id(), **own, user_id=user.id, purpose="password", digest=digest, **lived))
    made = {"created_at": this.at, "updated_at": this.at}
    okta = SignInConnection(id=new_id(), **own, kind="oidc", name="Okta", **made)
    this.add(okta)
    through = {**own, "connection_id": okta.id}
    this.add(SignInIdentity(id=new_id(), **through, user_id=user.id, subject="00u1", created_at=this.at))
    this.add(SignInState(id=new_id(), **through, purpose="request", digest=digest, expires_at=this.at))
    this.add(SignInError(id=new_id(), **through, at=this.at, code="state", message="It was used before."))
    of_okta = {**own, "integration_id": integration.id, "kind": "deactivations", "at": this.at}
    this.add(Alert(id=new_id(), **of_okta, threshold=50))
    this.add(AlertMark(id=new_id(), **of_okta, subject_id=user.id))
    this.add(TokenNotice(id=new_id(), **own, token_id=new_id(), days=30, at=this.at))


async def _tables_with_rows_of(account_id: Any) -> set[str]:
    found = set()
    for table in (*accounts._TABLES, "accounts"):
        column = "id" if table == "accounts" else "account_id"
        if await everywhere().one(f"SELECT 1 FROM {table} WHERE {column} = $1", account_id):
            found.add(table)
    return found


async def test_a_rehearsals_account_is_purged_a_day_later_without_a_trace(account: Account, actor: Actor) -> None:
    old, fresh = await accounts.for_rehearsal(), await accounts.for_rehearsal()
    for living in (old, fresh, actor):
        await _live(living)
    await Sealer("a secret key of the tests, long enough").seal()
    filled = {*accounts._TABLES, "accounts"} - {"outbox_messages"}
    assert await _tables_with_rows_of(old.account_id) == filled
    assert await accounts.purge_rehearsals() == 0
    async with change(old) as this:
        this.run(
            "UPDATE accounts SET created_at = $1 WHERE id IN ($2, $3)",
            *(now() - timedelta(hours=25), old.account_id, account.id),
        )
    assert await accounts.purge_rehearsals() == 1
    assert await _tables_with_rows_of(old.account_id) == set()
    assert await _tables_with_rows_of(fresh.account_id) == filled
    assert await _tables_with_rows_of(account.id) == filled


async def test_a_real_account_is_never_purged(account: Account) -> None:
    async with change(actors.system(account.id)) as this:
        with pytest.raises(NotPermitted):
            await accounts.purge(this)
    assert (await accounts.by_slug(account.slug)).id == account.id
