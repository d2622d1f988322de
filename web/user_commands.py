"""`muster user`: people made by hand, let in and out; told what is kept of them, and erased."""

from __future__ import annotations

import sys
from typing import Annotated

import orjson
import typer

from catalog.actors import Role
from catalog.changes import change
from catalog.database import everywhere
from catalog.services import disclosure, erasure, users
from catalog.services.erasure import Eraser
from web import admitting
from web.commanding import AccountOption, operator, run, say
from web.settings import Settings, signing_key

user_app = typer.Typer(no_args_is_help=True, help="People: made by hand, let in and out, exported, erased.")

WhomArgument = Annotated[str, typer.Argument(metavar="EMAIL-OR-ID", help="Also of somebody who was deleted.")]


@user_app.command("create")
def user_create(
    email: Annotated[str, typer.Option()],
    name: Annotated[str | None, typer.Option(help="Display name; the address's first part otherwise.")] = None,
    role: Annotated[Role, typer.Option()] = Role.USER,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Their password is read from standard input.")
    ] = False,
    account: AccountOption = None,
) -> None:
    """Make a person by hand. Without a password they get a letter with a link to choose one."""
    password = admitting.read_password() if password_stdin else None

    async def work(chosen: Settings) -> None:
        user = await admitting.create(await operator(account), email=email, name=name, role=role, password=password)
        say.print(f"Made {user.name} <{user.email}>, {user.role}.")

    run(work)


@user_app.command("link")
def user_link(email: str, account: AccountOption = None) -> None:
    """Print a link at which a person chooses a new password: good once, for 24 hours."""

    async def work(chosen: Settings) -> str:
        found = await admitting.link(await operator(account), chosen, email)
        say.print(f"{email} chooses a new password here, once and within 24 hours:")
        return found

    sys.stdout.write(f"{run(work)}\n")


@user_app.command("deactivate")
def user_deactivate(email: str, account: AccountOption = None) -> None:
    """End a person's access at once; they stay in the catalog."""
    _set_active(email, account, active=False)


@user_app.command("reactivate")
def user_reactivate(email: str, account: AccountOption = None) -> None:
    """Give a person their access again."""
    _set_active(email, account, active=True)


def _set_active(email: str, account: str | None, *, active: bool) -> None:
    async def work(chosen: Settings) -> None:
        async with change(await operator(account)) as this:
            user = await users.lock(this, await users.id_of_email(this.actor, email))
            await (users.reactivate(this, user) if active else users.deactivate(this, user))
        say.print(f"{user.name} is {'active' if active else 'deactivated'}.")

    run(work)


@user_app.command("export")
def user_export(whom: WhomArgument, account: AccountOption = None) -> None:
    """Print everything that is kept of a person, as JSON: what they may ask for by the GDPR's article 15."""

    async def work(chosen: Settings) -> bytes:
        async with change(await operator(account)) as this:
            document = await disclosure.disclose(this, await disclosure.find(this, whom))
        counted = ", ".join(f"{table} {len(rows)}" for table, rows in document["tables"].items())
        say.print(f"Rows: {counted}.", soft_wrap=True)
        return orjson.dumps(document, option=orjson.OPT_INDENT_2)

    sys.stdout.write(run(work).decode() + "\n")


@user_app.command("erase")
def user_erase(
    whom: WhomArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask: this can't be undone.")] = False,
    account: AccountOption = None,
) -> None:
    """Erase a person: nothing that is kept leads to them any more (GDPR, article 17). Read docs/privacy.md before."""
    if not yes:
        typer.confirm(f"Erase {whom} for good? Backups alone could bring them back.", abort=True, err=True)

    async def work(chosen: Settings) -> None:
        actor = await operator(account)
        async with change(actor) as this:
            id = await disclosure.find(this, whom)
            done = await Eraser(signing_key(chosen).decode()).erase(this, id)
        await everywhere().compact()
        say.print(f"Erased. {id} is what is left of them; {done.events} events of the trail say less now.")
        left = await erasure.mentions(actor, done.traces)
        if left:
            counted = ", ".join(f"{rows} of {table}" for table, rows in left.items())
            say.print(f"Texts that others wrote still name them, in {counted}: change those by hand.", style="yellow")
        say.print("Backups of before still hold them, until you delete these.")

    run(work)
