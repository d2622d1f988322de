"""`muster backup`, `muster restore`, `muster resync`: an installation as one file, and what follows when it is read."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from catalog import archive, schema
from catalog.changes import change
from catalog.services import resync as resyncing
from catalog.services.resync import Checklist
from web.commanding import AccountOption, Failure, operator, run, say
from web.settings import Settings, signing_key


def backup(
    file: Annotated[Path, typer.Argument(help="Where to; a file that is there is replaced.", dir_okay=False)],
) -> None:
    """Write everything into one file, as it is at this moment, while Muster goes on."""

    async def work(chosen: Settings) -> None:
        # Beside its place, and put there when it is whole and on the disk: nobody mistakes half a backup for one.
        draft = file.with_name(f".{file.name}.part")
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600)
        with draft.open("wb") as out, _bar() as bar:
            made = await archive.write(out, signing_key(chosen), _counted(bar))
            out.flush()
            os.fsync(out.fileno())
        draft.replace(file)
        say.print(f"{made.rows:,} rows, {file.stat().st_size:,} bytes, as of {made.made_at.isoformat()}.")
        say.print("It holds personal data and hashes of passwords, and not the secret key: keep that elsewhere.")

    run(work)


def restore(
    file: Annotated[Path, typer.Argument(help="What `muster backup` wrote.", exists=True, dir_okay=False)],
) -> None:
    """Read a backup into an empty database, of whichever kind: all of it or nothing."""

    async def work(chosen: Settings) -> None:
        if await schema.state() == "empty":
            await schema.migrate()
        if await schema.state() != "current":
            raise Failure("The database is of another version of Muster: a backup is restored into an empty one.")
        with file.open("rb") as packed, _bar() as bar:
            read = await archive.read(packed, signing_key(chosen), _counted(bar))
        say.print(f"{read.rows:,} rows, as they were at {read.made_at.isoformat()}.")
        if not read.is_of_this_key:
            say.print(
                "The backup was made with another MUSTER_SECRET_KEY: with this one the audit trail can't be verified, "
                "and links and cursors of then are good for nothing.",
                style="yellow",
            )
        say.print("Sessions and personal tokens have ended, mail is held, only break-glass people sign in.")
        say.print("Start the server, then go through the checklist: `muster resync`.")

    run(work, migrated=False)


def resync(
    done: Annotated[bool, typer.Option("--done", help="Everything was looked at: take the fence away.")] = False,
    letters: Annotated[
        str | None, typer.Option(help="With --done: send, or discard, the letters that the backup had not sent.")
    ] = None,
    account: AccountOption = None,
) -> None:
    """Show what is to be looked at after a restore; with --done, let everybody in and letters out again."""
    if done != (letters in ("send", "discard")):
        raise typer.BadParameter("Give --done together with --letters send or --letters discard.")

    async def work(chosen: Settings) -> None:
        actor = await operator(account)
        if done:
            async with change(actor) as this:
                await resyncing.finish(this, send_letters=letters == "send")
            say.print("Everybody signs in again, and letters leave.")
            return
        found = await resyncing.checklist(actor)
        if found is None:
            say.print("There is nothing to do: the account was not restored, or somebody has been through this.")
        else:
            _show(found)

    run(work)


def _show(found: Checklist) -> None:
    say.print(
        f"Restored at {found.restored_at.isoformat()} from a backup of {found.backup_at.isoformat()}. What happened "
        "between the two is not known here. Go through this:",
        soft_wrap=True,
    )
    say.print("1. Push everything again at each provider (Okta: Force Sync, Push now; Entra: Restart provisioning):")
    for row in found.integrations:
        say.print(f"   {row['name']}: {int(row['requests']):,} requests since the restore")
    say.print("2. Revoke tokens that were revoked after the backup, for they are live again:")
    for token in found.tokens:
        used = f"last used {token['last_used_at']}" if token["last_used_at"] else "never used"
        say.print(f"   {token['prefix']}… {token['name']}, made {token['created_at']}, {used}")
    say.print("3. Deactivate people who were deactivated by hand after the backup: `muster user deactivate EMAIL`.")
    say.print(f"4. {found.letters:,} letters of the backup were not sent when it was made; perhaps they were since.")
    say.print("Then: `muster resync --done --letters discard`, or `--letters send`.")


def _bar() -> Progress:
    columns = TextColumn("{task.description}"), TextColumn("{task.completed:,.0f} rows"), TimeElapsedColumn()
    return Progress(*columns, console=say, transient=True)


def _counted(bar: Progress) -> archive.Progress:
    task = bar.add_task("", total=None)
    return lambda table, rows: bar.update(task, description=table, completed=rows)
