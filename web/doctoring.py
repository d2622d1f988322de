"""`muster doctor`: what is wrong, and what waits for somebody, each with what to do."""

from __future__ import annotations

from collections.abc import Sequence

from catalog import schema, tallies
from catalog.actors import command
from catalog.sealing import Sealer
from catalog.services import accounts, deliveries, integrations, post, resync, set_up
from web import anchors
from web.commanding import say
from web.settings import Settings, signing_key


async def examine(
    chosen: Settings, *, verify_audit: bool = False, earlier_keys: Sequence[str] = (), mend: bool = False
) -> bool:
    """Whether all is well, after each finding was printed; with `verify_audit` also whether the trail is as it was,
    sealed with the secret key and, before it, with `earlier_keys`.

    With `mend`, totals that are kept and wrong are set right.
    """
    well = True

    def finding(good: bool, text: str) -> None:
        nonlocal well
        well = well and good
        say.print(f"[{'green' if good else 'red'}]{'ok ' if good else 'bad'}[/] {text}", soft_wrap=True)

    state = await schema.state()
    finding(state == "current", f"database schema: {state}" + ("" if state == "current" else "; run `muster migrate`"))
    public = chosen.public_url.startswith("https://")
    finding(
        True,
        f"public address: {chosen.public_url}"
        + ("" if public else " (Okta's cloud reaches public https addresses only; set MUSTER_BASE_URL)"),
    )
    mail = "by SMTP" if chosen.smtp_url else f"written as .eml files in {chosen.data_dir}/mail (set MUSTER_SMTP_URL)"
    finding(True, f"mail: {mail}")
    if state != "current":
        return well
    unheld = await schema.unheld()
    if unheld is not None:
        finding(False, unheld)
    for account in await accounts.every():
        actor = command(account.id)
        waiting = await integrations.pending(actor)
        failures = await deliveries.failures_of_last_day(actor)
        finding(True, f"account {account.slug}: {len(waiting)} wait to be linked, {failures} failed requests in 24 h")
        kept, there = await tallies.compared(account.id)
        wrong = f"; there are {there.users} and {there.teams}"
        if kept != there and mend:
            await tallies.mend(account.id)
            finding(True, f"totals of {account.slug} said {kept.users} people and {kept.teams} teams{wrong}: mended")
        else:
            rest = "" if kept == there else f"{wrong} (`muster doctor --mend` sets it right)"
            finding(kept == there, f"totals of {account.slug}: {kept.users} people and {kept.teams} teams{rest}")
        letters = await post.counts(actor)
        counted = ", ".join(f"{letters[state]} {state}" for state in ("waiting", "held", "failed"))
        why = " (Settings, Mail: see why, try again or throw away)" if letters["failed"] else ""
        finding(not letters["failed"], f"letters of {account.slug}: {counted}{why}")
        for row in await integrations.list_(actor):
            if row["paused"]:
                finding(
                    False, f"integration {row['name']} is paused. {row['pause_reason']} (`muster integration resume`)"
                )
        if await resync.checklist(actor) is not None:
            finding(
                False,
                f"account {account.slug} was restored: no mail, and only break-glass people sign in (`muster resync`)",
            )
        if await set_up.is_needed(actor):
            finding(True, f"account {account.slug}: no administrator can sign in yet (`muster serve` prints a link)")
        if verify_audit:
            told = anchors.read(chosen.data_dir / anchors.FILE)
            verified = await Sealer(signing_key(chosen).decode(), earlier_keys).verify(account.id, told)
            finding(
                verified.fault is None,
                f"audit trail of {account.slug}: {verified.events} events hold"
                + (f"; {verified.fault}" if verified.fault else ""),
            )
    return well
