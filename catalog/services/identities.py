"""Identities: who a connection's subject is here. Decided by (connection, subject), never by an email.

An email is a value that its bearer, or an administrator of another directory, may choose (nOAuth; CVE-2022-31107).
What a subject is found by are names that the paired integration itself gave: the userName and the externalId of its own
people. So somebody signs in as whom their provider sent here, or as nobody.
"""

from __future__ import annotations

from dataclasses import dataclass

from catalog import access, sql
from catalog.attributes import by_hand
from catalog.changes import Change
from catalog.dialects import DIALECTS
from catalog.errors import AlreadyTaken, SignInRefused, WaitsToBeLinked
from catalog.ids import fold, new_id
from catalog.models import SignInIdentity, User
from catalog.services import external_ids, users
from catalog.services.sign_in_connections import Connection
from catalog.services.users import Draft

MAX_SUBJECT_CHARACTERS = 512


@dataclass(frozen=True, slots=True)
class Asserted:
    """Whom the provider says it is. Name and email are for whoever is admitted just in time, and for nothing else."""

    subject: str
    name: str | None = None
    email: str | None = None


async def person(this: Change, connection: Connection, asserted: Asserted) -> User:
    """The active person whom the subject is, held; linked to it from now on if this is the first time.

    Raises SignInRefused, saying for administrators why nobody is let in.
    """
    subject = asserted.subject
    if not subject or len(subject) > MAX_SUBJECT_CHARACTERS or not subject.isprintable():
        raise SignInRefused("no_subject", "The provider named nobody: its answer has no usable subject.")
    known = await _known(this, connection, subject)
    named = await _named(this, connection, subject)
    if known is not None and known.integration_id == connection.integration_id and known.integration_id is not None:
        # The provider's own person is whom it calls so now: a name that was given up may be somebody else's soon.
        if named is None or named.id != known.id:
            raise SignInRefused(
                "renamed",
                f"{subject!r} was {known.name}, whom the integration does not call so any more. They sign in under "
                "the name that it sends now.",
            )
    elif known is not None and named is not None and named.id != known.id:
        raise SignInRefused(
            "ambiguous", f"{subject!r} signed in as {known.name} before, and the integration now calls {named.name} so."
        )
    found = known or named
    if found is None:
        return await _admitted(this, connection, asserted)
    if found.deactivated_at is not None:
        raise SignInRefused("deactivated", f"{found.name} is deactivated; signing in does not change that.")
    if known is None:
        await _link(this, connection, found, subject)
    return found


async def _known(this: Change, connection: Connection, subject: str) -> User | None:
    """Whom the subject was before, if they are still there; held."""
    rows = await this.rows(
        f"SELECT {sql.columns(User, 'u')} FROM users u JOIN sign_in_identities i ON i.user_id = u.id "
        "WHERE i.account_id = $1 AND i.connection_id = $2 AND i.subject = $3 AND u.account_id = $1 "
        f"AND u.deleted_at IS NULL{_held(this)}",
        *(this.account_id, connection.id, subject),
    )
    return access.loaded(User, rows[0]) if rows else None


async def _named(this: Change, connection: Connection, subject: str) -> User | None:
    """The paired integration's own person of this userName or externalId; held. Raises SignInRefused for two."""
    if connection.integration_id is None:
        return None
    rows = await this.rows(
        f"SELECT {sql.columns(User, 'u')} FROM users u WHERE u.account_id = $1 AND u.integration_id = $2 "
        f"AND u.deleted_at IS NULL AND (u.user_name_key = $3 OR {external_ids.current('user', 'u.id', '$2')} = $4)"
        f"{_held(this)}",
        *(this.account_id, connection.integration_id, fold(subject), subject),
    )
    if len(rows) > 1:
        raise SignInRefused("ambiguous", f"The integration calls two people {subject!r}: one by userName, one by id.")
    return access.loaded(User, rows[0]) if rows else None


async def _admitted(this: Change, connection: Connection, asserted: Asserted) -> User:
    """Somebody new, where the account takes them. Raises SignInRefused."""
    if connection.admission != "just_in_time":
        raise SignInRefused(
            "unknown",
            f"{asserted.subject!r} is nobody whom the paired integration has sent. Assign them to the application that "
            "provisions, or check that NameID (or the claim) is their userName or externalId.",
        )
    email = asserted.email if asserted.email and "@" in asserted.email else None
    name = asserted.name or (email or asserted.subject).partition("@")[0]
    try:
        user = await users.create(
            this, Draft(email or asserted.subject, by_hand(name=name, email=email)), welcome=False
        )
    except (AlreadyTaken, WaitsToBeLinked):
        raise SignInRefused(
            "taken",
            f"{asserted.subject!r} is unknown, and somebody here has their name or email already. An email proves "
            "nothing: link that person to the integration, and they can sign in.",
        ) from None
    await _link(this, connection, user, asserted.subject)
    return user


async def _link(this: Change, connection: Connection, user: User, subject: str) -> None:
    """The subject is this person from now on, in place of what the connection called them before."""
    this.run(
        "DELETE FROM sign_in_identities WHERE account_id = $1 AND connection_id = $2 "
        "AND (user_id = $3 OR subject = $4)",
        *(this.account_id, connection.id, user.id, subject),
    )
    await this.flush()
    this.add(
        SignInIdentity(
            id=new_id(),
            account_id=this.account_id,
            connection_id=connection.id,
            user_id=user.id,
            subject=subject,
            created_at=this.at,
        )
    )
    told = {"connection": connection.name, "subject": subject}
    this.record("identity.linked", user, kind="user", name=user.name, after=told, rises=False)
    await this.flush()


def _held(this: Change) -> str:
    lock = DIALECTS[this.dialect].for_update
    return f"{lock} OF u" if lock.strip() else ""
