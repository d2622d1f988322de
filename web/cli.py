"""The command `muster`: serving, and what an operator does at the machine.

Commands work on the database directly, whether or not a server runs on it. A secret is printed alone on standard
output, all else on standard error. Exit code 0 is success, 1 a failure explained in one sentence, 2 wrong usage.
What one command alone needs, and is slow to import, is imported there: the others start in a third of the time.
"""

from __future__ import annotations

import gc

# Until all is imported, as none of it becomes garbage: looking for some took a seventh of a start.
gc.disable()

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from catalog import schema
from catalog.actors import Scope
from catalog.changes import change
from catalog.services import accounts, integrations, teams, tokens, users
from web import archiving, doctoring, importing, integrating, user_commands
from web.commanding import AccountOption, operator, run, say
from web.demo.command import demo
from web.settings import Settings

gc.enable()

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Muster: a catalog of people and teams.")
account_app = typer.Typer(no_args_is_help=True, help="Accounts, the tenants of this installation.")
token_app = typer.Typer(no_args_is_help=True, help="API tokens.")
import_app = typer.Typer(no_args_is_help=True, help="What was elsewhere before.")
integration_app = typer.Typer(no_args_is_help=True, help="Connections to identity providers.")
audit_app = typer.Typer(no_args_is_help=True, help="The audit trail, sent on.")
for command in (demo, archiving.backup, archiving.restore, archiving.resync):
    app.command()(command)
app.add_typer(account_app, name="account")
app.add_typer(user_commands.user_app, name="user")
app.add_typer(token_app, name="token")
app.add_typer(import_app, name="import")
app.add_typer(integration_app, name="integration")
app.add_typer(audit_app, name="audit")


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes that answer requests.")] = None,
) -> None:
    """Serve Muster. An embedded database is made and migrated by itself."""
    from web import serving

    serving.serve(host, port, workers)


@app.command()
def migrate() -> None:
    """Bring the database schema to this version, and make the first account on an empty database."""

    async def work(chosen: Settings) -> None:
        await schema.migrate(progress=lambda name: say.print(f"  applied {name}"))
        account = await accounts.first()
        say.print("The schema is current." + (f" Made the account {account.slug!r}." if account else ""))

    run(work, migrated=False)


@app.command()
def doctor(
    verify_audit: Annotated[
        bool, typer.Option("--verify-audit", help="Verify every event of the audit trail.")
    ] = False,
    earlier_key: Annotated[
        list[Path] | None,
        typer.Option(
            help="With --verify-audit: the file of a secret key that sealed before this one; the oldest first.",
            exists=True,
            dir_okay=False,
        ),
    ] = None,
    mend: Annotated[bool, typer.Option("--mend", help="Set right totals that are not what is counted.")] = False,
) -> None:
    """Check the settings, the database and what waits for somebody; exit 1 if something is wrong."""
    keys = [path.read_text(encoding="utf-8").strip() for path in earlier_key or ()]
    if not run(partial(doctoring.examine, verify_audit=verify_audit, earlier_keys=keys, mend=mend), migrated=False):
        raise typer.Exit(1)


@app.command()
def export(
    what: Annotated[str, typer.Argument(help="users, teams, memberships, membership-changes or audit.")],
    format: Annotated[str, typer.Option("--format", help="csv, ndjson or parquet.")] = "csv",
    as_of: Annotated[str | None, typer.Option(help="As it was then: an instant, or a date, at its end.")] = None,
    begin: Annotated[str | None, typer.Option("--from", help="What happened after this instant, or date.")] = None,
    end: Annotated[str | None, typer.Option("--to", help="And not after this one; until now without it.")] = None,
    after: Annotated[str | None, typer.Option(help="What changed since the export that printed this cursor.")] = None,
    where: Annotated[str | None, typer.Option(help="Of users: a condition, the JSON of GraphQL's `where`.")] = None,
    with_deactivated: Annotated[
        bool, typer.Option("--include-deactivated", help="Memberships of people who are deactivated too.")
    ] = False,
    output: Annotated[Path | None, typer.Option(help="The file; standard output without it.", dir_okay=False)] = None,
    account: AccountOption = None,
) -> None:
    """Write people, teams, memberships, their changes or the audit trail as a file."""
    from web.exporting import command as exporting

    wanted: dict[str, str | bool | None] = {"as_of": as_of, "begin": begin, "end": end, "after": after, "where": where}

    async def work(chosen: Settings) -> None:
        actor = await operator(account)
        await exporting.make(actor, what, format, output, **wanted, with_deactivated=with_deactivated)

    run(work)


@audit_app.command("follow")
def audit_follow(
    to: Annotated[
        str | None, typer.Option(help="A syslog collector: tcp://HOST:PORT or tls://HOST:PORT; else standard output.")
    ] = None,
    state: Annotated[
        Path | None, typer.Option(help="Where it stands how far was told; else audit-told.json in the data folder.")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="End when everything is told.")] = False,
    account: Annotated[str | None, typer.Option("--account", help="This one alone, else all.", metavar="SLUG")] = None,
) -> None:
    """Send audit events on as they are sealed, for a SIEM: lines of JSON, or syslog."""
    from web.following import Following, follow

    async def work(chosen: Settings) -> None:
        only = (await operator(account)).account_id if account else None
        following = Following(state or chosen.data_dir / "audit-told.json", only)
        say.print(f"{await follow(following, to, once=once):,} events told.")

    run(work)


@app.command()
def rehearse(
    url: Annotated[str, typer.Option(help="The SCIM API URL, as an identity provider is given it.")],
    token: Annotated[str, typer.Option(help="A token; `muster token create --rehearsal` makes one to play with.")],
    users: Annotated[int, typer.Option(min=1)] = 200,
    groups: Annotated[int, typer.Option(min=0)] = 12,
    style: Annotated[str, typer.Option(help="okta, okta-aiw or entra.")] = "okta",
    connections: Annotated[int, typer.Option(min=1)] = 16,
    keep: Annotated[bool, typer.Option("--keep", help="Leave what was made.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
) -> None:
    """Play an identity provider against an instance, and compare what it holds with what it was told."""
    from web.rehearsal import command as rehearsing

    raise typer.Exit(rehearsing.run(url, token, users, groups, style, connections, keep, as_json))


@account_app.command("create")
def account_create(name: str, slug: Annotated[str | None, typer.Option()] = None) -> None:
    """Make an account."""

    async def work(chosen: Settings) -> None:
        account = await accounts.create(name, slug)
        say.print(f"Made the account {account.name!r}; its slug is {account.slug}.")

    run(work)


@account_app.command("extension")
def account_extension(
    urn: Annotated[str, typer.Argument(help="The URN of the schema.")],
    file: Annotated[Path, typer.Argument(help="Its attributes, in JSON Schema.", exists=True, dir_okay=False)],
    account: AccountOption = None,
) -> None:
    """Define attributes of people beside the standard's; providers send them under the URN."""

    async def work(chosen: Settings) -> None:
        await integrating.define_extension(await operator(account), urn, integrating.read_definition(file))
        say.print(f"People have the attributes of {urn} now.")

    run(work)


@token_app.command("create")
def token_create(
    integration: Annotated[str | None, typer.Option(help="A SCIM token of this integration, made if new.")] = None,
    rehearsal: Annotated[bool, typer.Option("--rehearsal", help="A SCIM token of a throw-away account.")] = False,
    user: Annotated[str | None, typer.Option(help="A GraphQL token of the person with this email.")] = None,
    service: Annotated[str | None, typer.Option(help="A GraphQL token of the account's own.")] = None,
    scope: Annotated[Scope, typer.Option(help="read or write, for GraphQL.")] = Scope.READ,
    expires_in_days: Annotated[int, typer.Option(min=1, max=365)] = 365,
    account: AccountOption = None,
) -> None:
    """Make a token and print it, once."""
    if sum((integration is not None, rehearsal, user is not None, service is not None)) != 1:
        raise typer.BadParameter("Give one of --integration, --rehearsal, --user and --service.")
    if scope not in (Scope.READ, Scope.WRITE):
        raise typer.BadParameter("The scope is read or write.")

    async def work(chosen: Settings) -> str:
        actor = await (accounts.for_rehearsal() if rehearsal else operator(account))
        async with change(actor) as this:
            if user is not None:
                person = await users.lock(this, await users.id_of_email(this.actor, user))
                made = tokens.create_for_user(
                    this, person, name="command line", scope=scope, expires_in_days=expires_in_days
                )
            elif service is not None:
                made = tokens.create_for_service(this, name=service, scope=scope, expires_in_days=expires_in_days)
            else:
                connection = await integrations.named(this, integration or "Rehearsal")
                made = tokens.create_for_integration(
                    this, connection, name="command line", expires_in_days=expires_in_days
                )
            token, secret = await made
        say.print(f"Made the token {token.prefix}… It expires in {expires_in_days} days and is shown this once:")
        return secret

    print(run(work))


@import_app.command("memberships")
def import_memberships(
    file: Annotated[Path, typer.Argument(help="CSV: team,user,role,validFrom,validTo.", exists=True, dir_okay=False)],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would become of each line.")] = False,
    account: AccountOption = None,
) -> None:
    """Bring in who was in which team when, from before Muster was told. Nobody joins a team of today by it."""

    async def work(chosen: Settings) -> None:
        await importing.memberships(await operator(account), file, dry_run=dry_run)

    run(work)


@integration_app.command("link")
def integration_link(
    integration: Annotated[str, typer.Option(help="Name of the integration.")],
    user: Annotated[str | None, typer.Option(help="Email of the person to link.")] = None,
    team: Annotated[str | None, typer.Option(help="Alias of the team to link.")] = None,
    all_exact: Annotated[bool, typer.Option("--all-exact", help="All who wait, by exact name.")] = False,
    account: AccountOption = None,
) -> None:
    """Let an integration manage people and teams that were made by hand or by another one."""
    if sum((user is not None, team is not None, all_exact)) != 1:
        raise typer.BadParameter("Give one of --user, --team and --all-exact.")

    async def work(chosen: Settings) -> None:
        actor = await operator(account)
        async with change(actor) as this:
            connection = await integrations.known(this, integration)
            if user is not None:
                await integrations.link_user(this, connection.id, await users.id_of_email(actor, user))
            elif team is not None:
                await integrations.link_team(this, connection.id, await teams.id_of_alias(actor, team))
            else:
                linked = await integrations.link_all_exact(this, connection.id)
                say.print(f"Linked {linked.users} people and {linked.teams} teams.")
                return
        say.print(f"{user or team} is managed by {integration!r} now.")

    run(work)


@integration_app.command("show")
def integration_show(
    integration: Annotated[str | None, typer.Option(help="Name of the integration; all without.")] = None,
    account: AccountOption = None,
) -> None:
    """Show what an integration is set to and who waits to be linked; or the integrations there are."""

    async def work(chosen: Settings) -> None:
        await integrating.show(await operator(account), integration)

    run(work)


@integration_app.command("set")
def integration_set(
    integration: Annotated[str, typer.Option(help="Name of the integration.")],
    choices: Annotated[list[str], typer.Argument(metavar="KEY=VALUE…", help="Settings; a value may be JSON.")],
    account: AccountOption = None,
) -> None:
    """Change what an integration is set to; people and teams that are there follow at once."""
    try:
        chosen_ones = integrating.read_choices(choices)
    except ValueError as problem:
        raise typer.BadParameter(str(problem)) from None

    async def work(chosen: Settings) -> None:
        await integrating.choose(await operator(account), integration, chosen_ones)

    run(work)


@integration_app.command("detach")
def integration_detach(
    user: Annotated[str | None, typer.Option(help="Email of the person.")] = None,
    team: Annotated[str | None, typer.Option(help="Alias of the team.")] = None,
    account: AccountOption = None,
) -> None:
    """Manage a person or a team by hand from now on; they stay as they are."""
    if (user is None) == (team is None):
        raise typer.BadParameter("Give one of --user and --team.")

    async def work(chosen: Settings) -> None:
        actor = await operator(account)
        async with change(actor) as this:
            if user is not None:
                await integrations.detach_user(this, await users.id_of_email(actor, user))
            else:
                await integrations.detach_team(this, await teams.id_of_alias(actor, team or ""))
        say.print(f"{user or team} is managed by hand now.")

    run(work)


@integration_app.command("pause")
def integration_pause(
    integration: Annotated[str, typer.Option(help="Name of the integration.")],
    account: AccountOption = None,
) -> None:
    """Refuse what an integration writes, until it is resumed; what it reads is answered."""

    async def work(chosen: Settings) -> None:
        await integrating.let_go_on(await operator(account), integration, is_to=False)

    run(work)


@integration_app.command("resume")
def integration_resume(
    integration: Annotated[str, typer.Option(help="Name of the integration.")],
    account: AccountOption = None,
) -> None:
    """Let an integration go on that was paused."""

    async def work(chosen: Settings) -> None:
        await integrating.let_go_on(await operator(account), integration, is_to=True)

    run(work)


@integration_app.command("delete")
def integration_delete(
    integration: Annotated[str, typer.Option(help="Name of the integration.")],
    account: AccountOption = None,
) -> None:
    """End an integration: its tokens are refused at once, its people and teams stay and are managed by hand."""

    async def work(chosen: Settings) -> None:
        async with change(await operator(account)) as this:
            await integrations.delete(this, (await integrations.known(this, integration)).id)
        say.print(f"The integration {integration!r} has ended.")

    run(work)


@integration_app.command("move")
def integration_move(
    source: Annotated[str, typer.Option("--from", help="Name of the integration that is left.")],
    target: Annotated[str, typer.Option("--to", help="Name of the integration that takes over.")],
    everybody: Annotated[
        bool, typer.Option("--everybody", help="Also those for whom the new one has not asked.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show who would move.")] = False,
    account: AccountOption = None,
) -> None:
    """Move people and teams from one integration to another, with their history."""

    async def work(chosen: Settings) -> None:
        await integrating.move(await operator(account), source, target, everybody=everybody, dry_run=dry_run)

    run(work)


def main() -> None:
    """The entry point of the console script."""
    app()


if __name__ == "__main__":
    main()
