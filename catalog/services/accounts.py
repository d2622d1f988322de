"""Accounts: the tenants of an installation, made and purged.

An account can't be made by an actor, as every actor acts within one. So these are the functions that take neither an
Actor nor a Change, and `create` opens the change in which the account begins.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from catalog import access, sql
from catalog.actors import Actor, command, system
from catalog.changes import Change, change, uninterrupted
from catalog.database import everywhere
from catalog.errors import AlreadyTaken, Invalid, NotFound, NotPermitted
from catalog.ids import fold, new_id, now
from catalog.models import Account

DEFAULT_SLUG = "default"
REHEARSALS_KEPT = timedelta(days=1)

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")

# What belongs to an account, in an order that leaves no row referring to one that is gone.
_TABLES = (
    "user_periods",
    "team_periods",
    "memberships",
    "team_aliases",
    "properties",
    "property_definitions",
    "contacts",
    "tags",
    "external_ids",
    "pending_decisions",
    "idempotency_claims",
    "sign_in_states",
    "sign_in_errors",
    "sign_in_identities",
    "sign_in_connections",
    "sessions",
    "passwords",
    "one_time_links",
    "alerts",
    "alert_marks",
    "token_notices",
    "api_tokens",
    "provisioning_events",
    "outbox_messages",
    "audit_events",
    "audit_heads",
    "tallies",
    "teams",
    "users",
    "integrations",
)


async def create(name: str, slug: str | None = None, *, is_rehearsal: bool = False) -> Account:
    """A new account; its slug is made from the name where none is given.

    Raises Invalid for a blank name or a slug that is not lower-case letters, digits and hyphens; AlreadyTaken.
    """
    name = name.strip()
    if not name or len(name) > 200:
        raise Invalid("name", "an account's name has 1 to 200 characters.")
    slug = slug if slug is not None else _slug(name)
    if not _SLUG.fullmatch(slug):
        raise Invalid("slug", "it has 1 to 63 lower-case letters, digits and hyphens, and no hyphen at either end.")
    account = Account(
        id=new_id(), name=name, slug=slug, time_zone="UTC", is_rehearsal=is_rehearsal, settings={}, created_at=now()
    )

    async def begin() -> None:
        async with change(system(account.id)) as this:
            this.add(account)
            this.record("account.created", account, kind="account", name=name, after={"name": name, "slug": slug})

    await uninterrupted(begin)
    return account


async def first() -> Account | None:
    """The account `default`, made if there is none at all; None where there is one.

    Of processes that start at the same time one makes it.
    """
    if await everywhere().one("SELECT 1 FROM accounts WHERE is_rehearsal = $1 LIMIT 1", False):
        return None
    try:
        return await create("Default", DEFAULT_SLUG)
    except AlreadyTaken:
        return None


async def by_slug(slug: str) -> Account:
    """The account of this slug. Raises NotFound."""
    found = await _where("r.slug = $1", slug)
    if not found:
        raise NotFound("account", slug)
    return found[0]


async def default() -> Account:
    """The account that is meant where none is named: `default`, or the only one.

    Raises NotFound where there is none, Invalid where there are several and none is called so.
    """
    found = await every()
    named = [account for account in found if account.slug == DEFAULT_SLUG]
    if named or len(found) == 1:
        return (named or found)[0]
    if not found:
        raise NotFound("account", DEFAULT_SLUG)
    raise Invalid("account", f"say which: {', '.join(account.slug for account in found)}.")


async def only() -> Account | None:
    """The account, if there is exactly one."""
    found = await every()
    return found[0] if len(found) == 1 else None


async def every() -> Sequence[Account]:
    """All accounts by slug, without those of rehearsals."""
    return await _where("r.is_rehearsal = $1", False)


async def for_rehearsal() -> Actor:
    """The operator in a new throw-away account: it sends no mail, and is purged a day later.

    Purges those of earlier rehearsals that are older.
    """
    await purge_rehearsals()
    slug = f"rehearsal-{secrets.token_hex(4)}"
    return command((await create("Rehearsal", slug, is_rehearsal=True)).id)


async def purge_rehearsals() -> int:
    """Throw-away accounts that are a day old, purged; how many."""
    old = await _where("r.is_rehearsal = $1 AND r.created_at < $2", True, now() - REHEARSALS_KEPT)
    for account in old:
        await uninterrupted(partial(_purge, system(account.id)))
    return len(old)


async def purge(this: Change) -> None:
    """The throw-away account of the change, gone without a trace. Raises NotFound; NotPermitted for a real account."""
    account = await access.account(this, lock=True)
    if not account.is_rehearsal:
        raise NotPermitted(f"{account.name} is a real account; only those of rehearsals can be purged.")
    for table in _TABLES:
        this.run(f"DELETE FROM {table} WHERE account_id = $1", this.account_id)
    this.run("DELETE FROM accounts WHERE id = $1", this.account_id)
    await this.flush()


async def _purge(actor: Actor) -> None:
    async with change(actor) as this:
        await purge(this)


async def _where(condition: str, *params: object) -> list[Account]:
    rows = await everywhere().rows(
        f"SELECT {sql.columns(Account, 'r')} FROM accounts r WHERE {condition} ORDER BY r.slug", *params
    )
    return [access.loaded(Account, row) for row in rows]


def _slug(name: str) -> str:
    """The name as a slug; something random where nothing of it can be used."""
    made = re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:63].strip("-")
    return made or f"account-{secrets.token_hex(4)}"
