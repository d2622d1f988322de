"""Sign-in connections: the identity providers whose word for who somebody is the account takes.

A connection is made switched off, tried by an administrator, and then switched on. It is paired with the SCIM
integration of the same provider, whose people it signs in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from catalog import access, connection_settings, minting, permissions, request_keys
from catalog.actors import Actor, system
from catalog.changes import Change
from catalog.connection_settings import Settings
from catalog.database import database, everywhere
from catalog.dialects import DIALECTS
from catalog.engines import Row
from catalog.errors import Invalid, NotFound
from catalog.ids import new_id
from catalog.models import SignInConnection, SignInError
from catalog.services import sessions
from catalog.vault import Vault

MAX_NAME_CHARACTERS = 100
KEPT_ERRORS = 20
ADMISSIONS = ("refuse", "just_in_time")


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection, as a sign-in needs it."""

    id: UUID
    account_id: UUID
    kind: str
    name: str
    integration_id: UUID | None
    settings: Settings
    secret: str | None
    """Still sealed."""
    admission: str
    enabled: bool

    def actor(self, request_id: str | None = None) -> Actor:
        """Who acts before it is known who comes: Muster itself, by the connection's name."""
        return system(self.account_id, self.name).during(request_id)


async def create(
    this: Change,
    *,
    kind: str,
    name: str,
    settings: dict[str, Any] | None = None,
    integration_id: UUID | None = None,
    client_secret: str | None = None,
    admission: str = "refuse",
    vault: Vault,
) -> SignInConnection:
    """A new connection, switched off. Raises NotPermitted, NotConfirmed; Invalid; AlreadyTaken; NotFound."""
    _need(this)
    if kind not in connection_settings.KINDS:
        raise Invalid("kind", f"a connection is of kind {' or '.join(connection_settings.KINDS)}.")
    connection = SignInConnection(
        id=new_id(),
        account_id=this.account_id,
        kind=kind,
        name=_name(name),
        integration_id=await _integration(this, integration_id),
        settings=connection_settings.stored(
            connection_settings.altered(connection_settings.read(kind, {}), settings or {})
        ),
        admission=_admission(admission),
        created_at=this.at,
        updated_at=this.at,
    )
    if client_secret:
        connection.secret = _sealed(connection, client_secret, vault)
    _make_key(connection, vault)
    this.add(connection)
    told = {"kind": kind, "name": connection.name, "admission": connection.admission, **_told(connection.settings)}
    this.record("sign_in_connection.created", connection, kind=KIND, name=connection.name, after=told)
    await this.flush()
    return connection


async def lock(this: Change, connection_id: UUID, *, version: int | None = None) -> SignInConnection:
    """The connection, held until the change ends. Raises NotFound, VersionMismatch, NotPermitted, NotConfirmed."""
    _need(this)
    return await access.sign_in_connection(this, connection_id, version=version)


async def update(
    this: Change,
    connection: SignInConnection,
    *,
    name: str | None = None,
    settings: dict[str, Any] | None = None,
    client_secret: str | None = None,
    admission: str | None = None,
    vault: Vault,
) -> None:
    """The connection, which must be held, with these choices; who signs in from now on is asked by them.

    What the provider is asked changed means that it was not tried yet. Raises NotPermitted; Invalid; AlreadyTaken.
    """
    _need(this)
    before = {"name": connection.name, "admission": connection.admission, **_told(connection.settings)}
    if name is not None:
        connection.name = _name(name)
    if admission is not None:
        connection.admission = _admission(admission)
    if settings is not None:
        now_ = connection_settings.altered(connection_settings.read(connection.kind, connection.settings), settings)
        if connection_settings.stored(now_) != connection.settings:
            connection.settings, connection.tested_at = connection_settings.stored(now_), None
            if connection.enabled and now_.missing():
                raise Invalid(now_.missing()[0], "the connection is switched on, and can't do without it.")
            _make_key(connection, vault)
    if client_secret:
        connection.secret, connection.tested_at = _sealed(connection, client_secret, vault), None
    after = {"name": connection.name, "admission": connection.admission, **_told(connection.settings)}
    if client_secret:
        before, after = {**before, "client_secret": "another one"}, {**after, "client_secret": "new"}
    if before == after:
        return
    different = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    this.record(
        "sign_in_connection.updated",
        connection,
        kind=KIND,
        name=connection.name,
        before={key: before.get(key) for key in sorted(different)},
        after={key: after.get(key) for key in sorted(different)},
    )
    await this.flush()


async def pair(this: Change, connection: SignInConnection, integration_id: UUID | None) -> None:
    """It signs in that integration's people from now on, or nobody's. Raises NotPermitted, NotFound."""
    _need(this)
    wanted = await _integration(this, integration_id)
    if wanted == connection.integration_id:
        return
    before = {"integration": str(connection.integration_id or "")}
    connection.integration_id = wanted
    after = {"integration": str(wanted or "")}
    this.record(
        *("sign_in_connection.updated", connection), kind=KIND, name=connection.name, before=before, after=after
    )
    await this.flush()


async def switch(this: Change, connection: SignInConnection, on: bool) -> None:
    """People may sign in by it from now on, or may not: then the sessions that it began end.

    Raises NotPermitted; Invalid where something is missing without which it can't work.
    """
    _need(this)
    if connection.enabled == on:
        return
    if on:
        missing = connection_settings.read(connection.kind, connection.settings).missing()
        if missing:
            raise Invalid(missing[0], "it is missing: nobody could sign in without it.")
    connection.enabled = on
    this.record(
        "sign_in_connection.updated",
        connection,
        kind=KIND,
        name=connection.name,
        before={"enabled": not on},
        after={"enabled": on},
    )
    if not on:
        sessions.end_all_by(this, connection.id)
    await this.flush()


async def delete(this: Change, connection: SignInConnection) -> None:
    """The connection is gone, with whom it asserted; the sessions that it began end. Raises NotPermitted."""
    _need(this)
    connection.deleted_at = this.at
    connection.enabled, connection.secret = False, None
    sessions.end_all_by(this, connection.id)
    for table in ("sign_in_identities", "sign_in_states", "sign_in_errors"):
        this.run(f"DELETE FROM {table} WHERE account_id = $1 AND connection_id = $2", this.account_id, connection.id)
    told = {"name": connection.name}
    this.record("sign_in_connection.deleted", connection, kind=KIND, name=connection.name, before=told)
    await this.flush()


async def look(id: UUID) -> Connection:
    """The connection, in whichever account it is; that it is switched on is the caller's to ask. Raises NotFound."""
    db = everywhere()
    row = await db.one(
        f"SELECT c.id, c.account_id, c.kind, c.name, c.integration_id, {DIALECTS[db.dialect].json_text('c.settings')} "
        "AS settings, c.secret, c.admission, c.enabled FROM sign_in_connections c WHERE c.id = $1 "
        "AND c.deleted_at IS NULL",
        id,
    )
    if row is None:
        raise NotFound("sign-in connection", id)
    return Connection(
        id=UUID(str(row["id"])),
        account_id=UUID(str(row["account_id"])),
        kind=row["kind"],
        name=row["name"],
        integration_id=UUID(str(row["integration_id"])) if row["integration_id"] is not None else None,
        settings=connection_settings.read(row["kind"], row["settings"]),
        secret=row["secret"],
        admission=row["admission"],
        enabled=bool(row["enabled"]),
    )


async def offered(account_id: UUID) -> Sequence[Row]:
    """`id kind name` of the connections by which people of this account sign in: what the sign-in page shows."""
    return await database(account_id).rows(
        "SELECT c.id, c.kind, c.name FROM sign_in_connections c WHERE c.account_id = $1 AND c.enabled = $2 "
        "AND c.deleted_at IS NULL ORDER BY c.name",
        *(account_id, True),
    )


async def note_error(this: Change, connection_id: UUID, *, code: str, message: str) -> None:
    """Why somebody was not let in; of each connection the latest `KEPT_ERRORS` are kept."""
    error = SignInError(
        id=new_id(),
        account_id=this.account_id,
        connection_id=connection_id,
        at=this.at,
        code=code,
        message=message[:1000],
    )
    this.add(error)
    this.run(
        "DELETE FROM sign_in_errors WHERE account_id = $1 AND connection_id = $2 AND id NOT IN (SELECT id FROM "
        "sign_in_errors WHERE connection_id = $2 ORDER BY at DESC, id DESC LIMIT $3)",
        *(this.account_id, connection_id, KEPT_ERRORS),
    )
    await this.flush()


async def passed(this: Change, connection_id: UUID) -> None:
    """An administrator has come through it whole, as a test. Raises NotFound."""
    connection = await access.sign_in_connection(this, connection_id)
    connection.tested_at = this.at
    this.touch(connection, rises=False)
    await this.flush()


KIND = "sign_in_connection"


def _need(this: Change) -> None:
    """What says who gets in is an administrator's who has just proved who they are, as tokens are."""
    permissions.need(this.actor, "sign_in.manage")
    this.actor.need_confirmed(this.at)


def _name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > MAX_NAME_CHARACTERS or not name.isprintable():
        raise Invalid("name", f"a connection's name has 1 to {MAX_NAME_CHARACTERS} characters.")
    return name


def _admission(admission: str) -> str:
    if admission not in ADMISSIONS:
        raise Invalid("admission", f"it is {' or '.join(ADMISSIONS)}.")
    return admission


async def _integration(this: Change, integration_id: UUID | None) -> UUID | None:
    return None if integration_id is None else (await access.integration(this, integration_id)).id


def _sealed(connection: SignInConnection, secret: str, vault: Vault) -> str:
    if connection.kind != "oidc":
        raise Invalid("client_secret", "it is OpenID Connect that has a client secret.")
    if len(secret) > connection_settings.MAX_CHARACTERS:
        raise Invalid("client_secret", f"it has at most {connection_settings.MAX_CHARACTERS} characters.")
    return vault.seal(connection.id, secret.strip())


def _make_key(connection: SignInConnection, vault: Vault) -> None:
    """A key for requests that are to be signed, where there is none yet."""
    if connection.settings.get("sign_requests") and not connection.settings.get("request_certificate"):
        private, certificate = request_keys.make("Muster")
        connection.secret = vault.seal(connection.id, private)
        connection.settings = {**connection.settings, "request_certificate": certificate}


def _told(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings as the audit trail has them: of a certificate its digest, so that a renewal is seen."""
    told = {name: value for name, value in settings.items() if "certificate" not in name}
    if settings.get("certificates"):
        told["certificates"] = [minting.digest(text)[:16] for text in settings["certificates"]]
    return told
