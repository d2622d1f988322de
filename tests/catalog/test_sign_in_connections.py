"""Connections for single sign-on: made off, tried, switched on; their secrets sealed; what is good once, is."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from catalog import minting
from catalog.actors import Actor, command
from catalog.changes import change, uninterrupted
from catalog.database import everywhere
from catalog.errors import (
    AlreadyTaken,
    Invalid,
    NotConfirmed,
    NotFound,
    NotPermitted,
    SignInRefused,
    SingleSignOnRequired,
    Unauthenticated,
)
from catalog.ids import now
from catalog.models import Account, Integration, SignInConnection
from catalog.services import one_time_states, sessions, sign_in, sign_in_connections, sign_in_policy, users
from catalog.vault import Vault
from tests import builders
from tests.catalog.certificates import a_certificate, metadata

VAULT = Vault("a secret key of at least 32 characters")
OIDC = {"issuer": "https://acme.okta.com", "client_id": "0oa1"}


async def made(actor: Actor, kind: str = "oidc", **more: Any) -> SignInConnection:
    more.setdefault("settings", OIDC if kind == "oidc" else {"metadata": metadata()})
    async with change(actor) as this:
        return await sign_in_connections.create(this, kind=kind, name=more.pop("name", "Okta"), vault=VAULT, **more)


async def test_a_connection_begins_switched_off_and_is_told_in_the_trail(
    actor: Actor, integration: Integration
) -> None:
    connection = await made(actor, integration_id=integration.id)
    found = await sign_in_connections.look(connection.id)
    assert (found.enabled, found.admission, found.integration_id) == (False, "refuse", integration.id)
    assert await sign_in_connections.offered(actor.account_id) == []
    async with change(actor) as this:
        await sign_in_connections.switch(this, await sign_in_connections.lock(this, connection.id), True)
    assert [row["name"] for row in await sign_in_connections.offered(actor.account_id)] == ["Okta"]
    rows = await everywhere().rows("SELECT action FROM audit_events ORDER BY at, id")
    told = [row["action"] for row in rows if row["action"].startswith("sign_in_connection")]
    assert told == ["sign_in_connection.created", "sign_in_connection.updated"]


async def test_the_client_secret_is_sealed_for_its_own_row(actor: Actor) -> None:
    connection = await made(actor, client_secret="hush-hush-hush")
    other = await made(actor, name="Other")
    for table in ("sign_in_connections", "audit_events"):
        for row in await everywhere().rows(f"SELECT * FROM {table}"):
            assert "hush-hush" not in " ".join(str(value) for value in dict(row).values())
    assert connection.secret is not None
    assert VAULT.open(connection.id, connection.secret) == "hush-hush-hush"
    assert VAULT.open(other.id, connection.secret) is None
    assert Vault("another key of at least 32 characters").open(connection.id, connection.secret) is None


@pytest.mark.parametrize(
    ("kind", "settings", "field"),
    [
        ("oidc", {"issuer": "http://acme.okta.com"}, "issuer"),
        ("oidc", {"issuer": "https://user@acme.okta.com"}, "issuer"),
        ("oidc", {"issuer": "ftp://127.0.0.1"}, "issuer"),
        ("oidc", {"scopes": "profile"}, "scopes"),
        ("oidc", {"subject_claim": "email"}, "subject_claim"),
        ("oidc", {"metadata": "<x/>"}, "metadata"),
        ("oidc", {"colour": "red"}, "colour"),
        ("saml", {"metadata": "<x/>"}, "metadata"),
        ("saml", {"metadata": "no xml"}, "metadata"),
        ("saml", {"metadata": "<!DOCTYPE x []><x/>"}, "metadata"),
        ("saml", {"certificates": ["nonsense"]}, "certificates"),
        ("saml", {"certificates": "nonsense"}, "certificates"),
        ("saml", {"metadata_url": "http://acme.okta.com/metadata"}, "metadata_url"),
        ("saml", {"sign_requests": "yes"}, "sign_requests"),
        ("ldap", {}, "kind"),
    ],
)
async def test_what_cant_work_is_refused_by_its_field(
    actor: Actor, kind: str, settings: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await made(actor, kind, settings=settings)
    assert refused.value.field == field


async def test_pasted_metadata_give_the_providers_address_and_certificates(actor: Actor) -> None:
    certificate = a_certificate()
    connection = await made(actor, "saml", settings={"metadata": metadata(certificate)})
    settings = (await sign_in_connections.look(connection.id)).settings
    assert settings.missing() == []
    assert settings.entity_id == "https://idp.example/entity"  # type: ignore[union-attr]
    assert settings.certificates == (certificate.pem,)  # type: ignore[union-attr]


async def test_a_connection_that_lacks_something_cant_be_switched_on(actor: Actor) -> None:
    connection = await made(actor, settings={"issuer": "https://acme.okta.com"})
    async with change(actor) as this:
        with pytest.raises(Invalid) as refused:
            await sign_in_connections.switch(this, await sign_in_connections.lock(this, connection.id), True)
    assert refused.value.field == "client_id"


async def test_a_name_is_one_connections(actor: Actor) -> None:
    await made(actor)
    with pytest.raises(AlreadyTaken):
        await made(actor)


async def test_switching_off_and_deleting_end_the_sessions_that_it_began(actor: Actor) -> None:
    ada = await builders.a_user(actor)
    for ends in ("switch", "delete"):
        connection = await made(actor, name=ends)
        async with change(actor) as this:
            await sign_in_connections.switch(this, await sign_in_connections.lock(this, connection.id), True)
        async with change(actor) as this:
            user = await users.lock(this, ada.id)
            _, secret = sessions.start(this, user, method="oidc", connection_id=connection.id, subject="00u1")
        kept = await builders.a_session(actor, ada)
        assert (await sessions.recognise(secret)).id == ada.id
        async with change(actor) as this:
            held = await sign_in_connections.lock(this, connection.id)
            if ends == "delete":
                await sign_in_connections.delete(this, held)
            else:
                await sign_in_connections.switch(this, held, False)
        with pytest.raises(Unauthenticated):
            await sessions.recognise(secret)
        assert (await sessions.recognise(kept)).id == ada.id
    with pytest.raises(NotFound):
        await sign_in_connections.look(connection.id)


async def test_connections_are_an_administrators_who_has_just_proved_it_and_no_other_accounts(
    actor: Actor, elsewhere: Account
) -> None:
    connection = await made(actor)
    ada = await builders.a_user(actor)
    with pytest.raises(NotPermitted):
        await made(await sessions.recognise(await builders.a_session(actor, ada)))
    root = await builders.a_user(actor, "root@acme.example", role="admin")
    stale = await sessions.recognise(await builders.a_session(actor, root))
    with pytest.raises(NotConfirmed):
        await made(replace(stale, confirmed_at=now() - timedelta(minutes=11)))
    with pytest.raises(NotFound):
        async with change(command(elsewhere.id)) as this:
            await sign_in_connections.lock(this, connection.id)


async def test_requiring_single_sign_on_needs_a_way_in_and_a_way_back(actor: Actor) -> None:
    async def requires() -> None:
        async with change(actor) as this:
            await sign_in_policy.require(this, True)

    with pytest.raises(Invalid, match="switch a sign-in connection on"):
        await requires()
    connection = await made(actor)
    async with change(actor) as this:
        await sign_in_connections.switch(this, await sign_in_connections.lock(this, connection.id), True)
    with pytest.raises(Invalid, match="break-glass"):
        await requires()
    root = await builders.a_user(actor, "root@acme.example", role="admin", is_break_glass=True)
    await builders.a_password(actor, root)
    await requires()


async def test_of_many_who_redeem_a_state_at_once_one_succeeds(actor: Actor) -> None:
    connection = await made(actor)
    async with change(actor) as this:
        secret = one_time_states.remember(this, connection.id, "ticket", {"subject": "00u1"})

    async def redeem() -> bool:
        async def work() -> dict[str, Any]:
            async with change(actor) as this:
                return await one_time_states.redeem(this, connection.id, "ticket", secret)

        try:
            return await uninterrupted(work) == {"subject": "00u1"}
        except SignInRefused:
            return False

    assert sum(await asyncio.gather(*(redeem() for _ in range(32)))) == 1


async def test_a_state_is_good_for_its_purpose_and_connection_and_time_alone(actor: Actor) -> None:
    connection, other = await made(actor), await made(actor, name="Other")
    async with change(actor) as this:
        secret = one_time_states.remember(this, connection.id, "request", {})
        late = one_time_states.remember(this, connection.id, "request", {})
        await this.flush()
        this.run("UPDATE sign_in_states SET expires_at = $1 WHERE digest = $2", this.at, minting.digest(late))
    async with change(actor) as this:
        for id, purpose, sent in (
            (connection.id, "ticket", secret),
            (other.id, "request", secret),
            (connection.id, "request", late),
            (connection.id, "request", "nonsense"),
            (connection.id, "request", minting.mint("sso")),
        ):
            with pytest.raises(SignInRefused):
                await one_time_states.redeem(this, id, purpose, sent)  # type: ignore[arg-type]
        assert await one_time_states.redeem(this, connection.id, "request", secret) == {}
    await one_time_states.prune()
    assert await everywhere().rows("SELECT 1 FROM sign_in_states") == []


async def test_an_assertion_is_used_once(actor: Actor) -> None:
    connection = await made(actor)

    async def use() -> None:
        async with change(actor) as this:
            await one_time_states.use_assertion(this, connection.id, "_id1", until=now() + timedelta(minutes=5))

    await use()
    with pytest.raises(SignInRefused) as refused:
        await use()
    assert refused.value.why == "replayed"


async def test_the_last_errors_are_kept_and_no_more(actor: Actor) -> None:
    connection = await made(actor)
    for number in range(sign_in_connections.KEPT_ERRORS + 3):
        async with change(actor) as this:
            await sign_in_connections.note_error(this, connection.id, code="unknown", message=f"Number {number}.")
    kept = await everywhere().rows("SELECT message FROM sign_in_errors ORDER BY at DESC, id DESC")
    assert len(kept) == sign_in_connections.KEPT_ERRORS
    assert kept[0]["message"] == "Number 22."


async def test_what_a_provider_is_asked_changed_means_that_it_was_not_tried(actor: Actor) -> None:
    connection = await made(actor)
    async with change(actor) as this:
        await sign_in_connections.passed(this, connection.id)
    async with change(actor) as this:
        held = await sign_in_connections.lock(this, connection.id)
        assert held.tested_at is not None
        await sign_in_connections.update(this, held, settings={"client_id": "0oa2"}, vault=VAULT)
        assert held.tested_at is None


async def test_a_password_is_refused_at_the_door_where_single_sign_on_is_required(actor: Actor) -> None:
    ada = await builders.a_user(actor)
    await builders.a_password(actor, ada)
    async with change(actor) as this:
        this.run(
            """UPDATE accounts SET settings = '{"require_single_sign_on": true}' WHERE id = $1""", actor.account_id
        )
    proven = await sign_in.prove(ada.email or "", builders.PASSWORD)
    with pytest.raises(SingleSignOnRequired):
        async with change(proven.actor) as this:
            await sign_in.begin(this, proven)
