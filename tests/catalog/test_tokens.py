"""API tokens: made once, recognised everywhere, refused from the moment they are deleted."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from catalog import actors, minting
from catalog.actors import Actor, ActorKind, Role, Scope
from catalog.changes import change
from catalog.database import everywhere
from catalog.errors import Invalid, NotConfirmed, NotFound, NotPermitted, Unauthenticated
from catalog.ids import new_id, now
from catalog.models import Account, Integration, User
from catalog.services import integrations, recognition, tokens
from tests import builders


async def _scim_token(actor: Actor, integration: Integration, **how: Any) -> tuple[Any, str]:
    async with change(actor) as this:
        return await tokens.create_for_integration(this, integration, name="Okta", **how)


async def _user_token(actor: Actor, user: User, scope: Scope = Scope.READ) -> tuple[Any, str]:
    async with change(actor) as this:
        return await tokens.create_for_user(this, user, name="laptop", scope=scope)


async def _is_refused(secret: str) -> str:
    with pytest.raises(Unauthenticated) as refused:
        await tokens.recognise(secret)
    return refused.value.why


async def test_a_scim_token_stands_for_its_integration(actor: Actor, integration: Integration) -> None:
    token, secret = await _scim_token(actor, integration)
    found = await tokens.recognise(secret, request_id="r-1")
    assert found == Actor(
        account_id=actor.account_id,
        kind=ActorKind.INTEGRATION,
        name=integration.name,
        scopes=frozenset({Scope.SCIM}),
        id=integration.id,
        integration_id=integration.id,
        token_id=token.id,
        request_id="r-1",
    )


@pytest.mark.parametrize(
    ("role", "scope", "scopes"),
    [
        ("user", Scope.READ, {Scope.READ}),
        ("user", Scope.WRITE, {Scope.READ, Scope.WRITE}),
        ("admin", Scope.READ, {Scope.READ, Scope.ADMIN}),
        ("admin", Scope.WRITE, {Scope.READ, Scope.WRITE, Scope.ADMIN}),
    ],
)
async def test_what_a_persons_token_is_good_for_follows_from_its_scope_and_their_role(
    actor: Actor, a_user: Any, role: str, scope: Scope, scopes: set[Scope]
) -> None:
    ada = await a_user(role=role)
    token, secret = await _user_token(actor, ada, scope)
    found = await tokens.recognise(secret)
    assert (found.kind, found.id, found.token_id) == (ActorKind.PERSON, ada.id, token.id)
    assert (found.name, found.role, found.scopes) == (ada.name, role, scopes)
    assert found.integration_id is None


async def test_a_service_token_is_the_accounts_own_and_never_an_administrators(actor: Actor) -> None:
    async with change(actor) as this:
        token, secret = await tokens.create_for_service(this, name="nightly", scope=Scope.WRITE)
    found = await tokens.recognise(secret)
    assert (found.kind, found.id, found.name) == (ActorKind.SERVICE, token.id, "nightly")
    assert found.scopes == {Scope.READ, Scope.WRITE}


async def test_the_secret_is_kept_nowhere(actor: Actor, integration: Integration) -> None:
    token, secret = await _scim_token(actor, integration)
    assert secret.startswith("muster_scim_")
    assert token.prefix == secret[:16]
    for table in ("api_tokens", "audit_events", "outbox_messages", "provisioning_events"):
        for row in await everywhere().rows(f"SELECT * FROM {table}"):
            assert secret[16:] not in " ".join(str(value) for value in dict(row).values())


async def test_a_text_that_was_never_a_token_is_refused(actor: Actor, integration: Integration) -> None:
    assert await _is_refused("") == "unknown"
    assert await _is_refused("muster_scim_typing-error") == "unknown"
    assert await _is_refused(minting.mint("scim")) == "unknown"
    _, secret = await _scim_token(actor, integration)
    assert (await tokens.recognise(secret)).integration_id == integration.id


async def test_a_deleted_token_is_refused_at_once_and_another_one_is_not(
    actor: Actor, integration: Integration
) -> None:
    (old, old_secret), (_, new_secret) = await _scim_token(actor, integration), await _scim_token(actor, integration)
    await tokens.recognise(old_secret)
    async with change(actor) as this:
        await tokens.delete(this, old.id)
    assert await _is_refused(old_secret) == "revoked"
    assert (await tokens.recognise(new_secret)).integration_id == integration.id
    rows = {str(row["id"]): row["revoked_at"] for row in await tokens.list_(actor)}
    assert rows[str(old.id)] is not None
    assert len(rows) == 2


async def test_a_token_deleted_by_another_process_is_refused_within_a_second(
    actor: Actor, integration: Integration
) -> None:
    token, secret = await _scim_token(actor, integration)
    await tokens.recognise(secret)
    async with change(actor) as this:  # as another process would: this one's memory is not told
        this.run("UPDATE api_tokens SET revoked_at = $1 WHERE id = $2", this.at, token.id)
    await asyncio.sleep(1)
    assert await _is_refused(secret) == "revoked"


async def test_an_expired_token_is_refused_and_says_whose_it_was(actor: Actor, integration: Integration) -> None:
    token, secret = await _scim_token(actor, integration, expires_in_days=1)
    assert token.expires_at - token.created_at == timedelta(days=1)
    async with change(actor) as this:
        this.run("UPDATE api_tokens SET expires_at = $1 WHERE id = $2", now() - timedelta(seconds=1), token.id)
    with pytest.raises(Unauthenticated) as refused:
        await tokens.recognise(secret)
    assert refused.value.why == "expired"
    assert (refused.value.account_id, refused.value.integration_id) == (actor.account_id, integration.id)
    assert refused.value.token_id == token.id


async def test_the_tokens_of_a_deactivated_person_end(actor: Actor, a_user: Any) -> None:
    ada = await a_user()
    _, secret = await _user_token(actor, ada)
    await tokens.recognise(secret)
    async with change(actor) as this:
        await tokens.revoke_all_of(this, ada.id)
    assert await _is_refused(secret) == "revoked"


async def test_a_token_of_somebody_deactivated_by_any_other_way_is_refused_too(actor: Actor, a_user: Any) -> None:
    ada = await a_user()
    _, secret = await _user_token(actor, ada)
    async with change(actor) as this:
        this.run("UPDATE users SET deactivated_at = $1 WHERE id = $2", this.at, ada.id)
    assert await _is_refused(secret) == "gone"


async def test_nobody_deactivated_gets_a_token(actor: Actor, a_user: Any) -> None:
    gone = await a_user(deactivated_at=now())
    with pytest.raises(NotPermitted):
        await _user_token(actor, gone)


async def test_deleting_an_integration_ends_its_tokens(actor: Actor, integration: Integration) -> None:
    _, secret = await _scim_token(actor, integration)
    await tokens.recognise(secret)
    async with change(actor) as this:
        await integrations.delete(this, integration.id)
    assert await _is_refused(secret) == "revoked"


@pytest.mark.parametrize(
    "how",
    [{"name": " "}, {"name": "x" * 201}, {"expires_in_days": 0}, {"expires_in_days": 366}, {"scope": Scope.ADMIN}],
)
async def test_a_token_that_cannot_be_is_refused(actor: Actor, how: dict[str, Any]) -> None:
    async with change(actor) as this:
        await tokens.create_for_service(this, name="nightly")
        with pytest.raises(Invalid):
            await tokens.create_for_service(this, **{"name": "nightly", **how})


async def test_only_administrators_make_and_delete_tokens_but_people_their_own(
    actor: Actor, integration: Integration, scim_actor: Actor, a_user: Any
) -> None:
    ada, grace = await a_user(), await a_user("grace@lovelace.example")
    _, secret = await _user_token(actor, ada, Scope.WRITE)
    as_ada = await tokens.recognise(secret)
    async with change(as_ada) as this:
        own, _ = await tokens.create_for_user(this, ada, name="mine")
        with pytest.raises(NotPermitted):
            await tokens.create_for_user(this, grace, name="hers")
        with pytest.raises(NotPermitted):
            await tokens.create_for_service(this, name="nightly")
        with pytest.raises(NotPermitted):
            await tokens.create_for_integration(this, integration, name="Okta")
    async with change(scim_actor) as this:
        with pytest.raises(NotPermitted):
            await tokens.create_for_integration(this, integration, name="another")
        with pytest.raises(NotPermitted):
            await tokens.delete(this, own.id)
    async with change(as_ada) as this:
        assert (await tokens.delete(this, own.id)).revoked_at is not None
    assert {row["name"] for row in await tokens.list_(as_ada, user_id=ada.id)} == {"laptop", "mine"}
    with pytest.raises(NotPermitted):
        await tokens.list_(as_ada)


async def test_another_accounts_token_is_not_found(actor: Actor, integration: Integration, elsewhere: Account) -> None:
    token, secret = await _scim_token(actor, integration)
    async with change(actors.command(elsewhere.id)) as this:
        with pytest.raises(NotFound):
            await tokens.delete(this, token.id)
        with pytest.raises(NotFound):
            await tokens.delete(this, new_id())
    assert await tokens.list_(actors.command(elsewhere.id)) == []
    assert (await tokens.recognise(secret)).token_id == token.id


async def test_a_use_is_written_once_a_minute_and_off_the_requests_path(
    actor: Actor, integration: Integration, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, secret = await _scim_token(actor, integration)

    async def used() -> Any:
        return (await tokens.list_(actor))[0]["last_used_at"]

    await tokens.recognise(secret)
    assert await used() is None
    await tokens.write_uses()
    first = await used()
    assert first is not None
    await asyncio.sleep(0.01)
    await tokens.recognise(secret)
    await tokens.write_uses()
    assert await used() == first
    monkeypatch.setattr(recognition, "USES_EVERY", timedelta(0))
    # As if the second were over for which a token is remembered.
    recognition.forget()
    await tokens.recognise(secret)
    await tokens.write_uses()
    assert await used() > first


async def test_making_and_deleting_a_token_is_audited_without_its_secret(actor: Actor) -> None:
    async with change(actor) as this:
        token, secret = await tokens.create_for_service(this, name="nightly")
        await tokens.delete(this, token.id)
        await tokens.delete(this, token.id)
    rows = await everywhere().rows("SELECT * FROM audit_events WHERE subject_kind = 'token' ORDER BY id")
    assert [row["action"] for row in rows] == ["token.created", "token.deleted"]
    assert all(secret not in str(dict(row)) for row in rows)


async def test_the_builder_and_the_token_agree_on_who_a_scim_client_is(actor: Actor, integration: Integration) -> None:
    token, secret = await _scim_token(actor, integration)
    found = await tokens.recognise(secret)
    made = builders.a_scim_client(integration)
    assert (found.account_id, found.kind, found.scopes, found.id) == (
        made.account_id,
        made.kind,
        made.scopes,
        made.id,
    )
    assert found.token_id == token.id


@pytest.mark.parametrize(("minutes", "may"), [(0, True), (9, True), (11, False)])
async def test_a_session_makes_and_deletes_tokens_shortly_after_the_password_was_given(
    actor: Actor, a_user: Any, minutes: int, may: bool
) -> None:
    ada = await a_user(role="admin")
    token, _ = await _user_token(actor, ada)
    in_a_browser = Actor(
        actor.account_id,
        ActorKind.PERSON,
        ada.name,
        frozenset({Scope.READ, Scope.WRITE, Scope.ADMIN}),
        id=ada.id,
        role=Role.ADMIN,
        session_id=new_id(),
        confirmed_at=now() - timedelta(minutes=minutes),
    )
    async with change(in_a_browser) as this:
        for attempt in (
            partial(tokens.create_for_service, this, name="nightly"),
            partial(tokens.create_for_user, this, ada, name="laptop"),
            partial(tokens.delete, this, token.id),
        ):
            if may:
                await attempt()
                continue
            with pytest.raises(NotConfirmed):
                await attempt()
    assert len(await tokens.list_(actor)) == (3 if may else 1)
