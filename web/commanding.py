"""How every command runs: settings read, database opened, one account chosen, failures told in a sentence."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar
from uuid import UUID

import typer
from pydantic import ValidationError
from rich.console import Console

from catalog import database, schema
from catalog.actors import Actor, command
from catalog.errors import CatalogError
from catalog.services import accounts
from web import observability
from web.settings import Settings

T = TypeVar("T")

AccountOption = Annotated[str | None, typer.Option("--account", help="Slug of the account.", metavar="SLUG")]

say = Console(stderr=True, highlight=False)
"""Everything but secrets goes to standard error."""


class Failure(Exception):
    """What a command could not do, in one sentence."""


def settings() -> Settings:
    """The settings from the environment. Exits with 1 and the reason when they cannot be used."""
    try:
        found = Settings()
    except ValidationError as problem:
        for error in problem.errors():
            where = ".".join(str(part) for part in error["loc"])
            say.print(f"MUSTER_{where.upper()}: {error['msg']}" if where else error["msg"], style="red")
        raise typer.Exit(1) from None
    observability.configure(found)
    return found


def run(work: Callable[[Settings], Awaitable[T]], *, migrated: bool = True) -> T:
    """What `work` gives, with the database open. An embedded one is migrated first; another one must be current.

    Exits with 1 and one sentence on a failure that was foreseen.
    """
    chosen = settings()

    async def whole() -> T:
        await database.connect(chosen.database_url, pool_size=4)
        try:
            if migrated:
                await ready(chosen)
            return await work(chosen)
        finally:
            await database.disconnect()

    try:
        return asyncio.run(whole())
    except (CatalogError, Failure, ValueError, OSError) as problem:
        say.print(str(problem), style="red", soft_wrap=True)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        sys.exit(130)


async def ready(chosen: Settings) -> None:
    """The schema current: an embedded database is brought there. Raises Failure for PostgreSQL that is not."""
    state = await schema.state()
    if state == "current":
        return
    if state == "ahead":
        raise Failure("The database schema is newer than this version of Muster: run the newer one.")
    if not chosen.database_url.startswith("sqlite:"):
        raise Failure("The database schema is not this version's: run `muster migrate` first.")
    await schema.migrate()
    await accounts.first()


async def operator(slug: str | None) -> Actor:
    """The operator, acting in the account that was named, or else in `default`, or in the only one."""
    account = await accounts.by_slug(slug) if slug else await accounts.default()
    return command(UUID(str(account.id)))
