"""`muster demo`: a progress bar while three years go by, then how to come in and what to look at."""

from __future__ import annotations

from typing import Annotated

import typer

from web.commanding import Failure, run, say
from web.settings import Settings


def demo(
    people: Annotated[int, typer.Option(min=30, max=2000, help="About how many there are today.")] = 300,
    seed: Annotated[int, typer.Option(help="Another seed, another company.")] = 1,
) -> None:
    """Make a believable company with three years of history, in an account of its own."""
    typer.echo(run(lambda chosen: _make(chosen, people, seed)))


async def _make(chosen: Settings, people: int, seed: int) -> str:
    """The address at which somebody becomes the account's first administrator, once. Raises Failure."""
    from datetime import UTC, datetime

    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

    from catalog.actors import command
    from catalog.changes import change
    from catalog.errors import AlreadyTaken
    from catalog.services import set_up
    from web.demo import living

    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeElapsedColumn())
    with Progress(*columns, console=say, disable=not say.is_terminal) as bars:
        task = bars.add_task("Three years go by", total=None)
        try:
            account = await living.make(
                people, seed, today, lambda done, of: bars.update(task, completed=done, total=of)
            )
        except AlreadyTaken:
            raise Failure(
                f"There is an account {living.SLUG!r} already: export from it with --account {living.SLUG}. "
                "For another company take another database, such as "
                "MUSTER_DATABASE_URL=sqlite://./muster-data/demo.db."
            ) from None
    async with change(command(account.id)) as this:
        secret = await set_up.offer(this)
    say.print(
        f"Made {account.name}, the account {living.SLUG!r}. While `muster serve` runs, look at the team Payments "
        "and its history, at people by department, and at Explore. The guide for analysts asks ten questions; or:\n"
        f"  muster export memberships --account {living.SLUG} --as-of {today.year}-03-01\n"
        "Become its administrator here, once:",
        soft_wrap=True,
    )
    return f"{chosen.public_url}/setup/{secret}"
