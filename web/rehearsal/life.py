"""The life of a company's people and groups, from the first connection to the last deletion, step by step."""

from __future__ import annotations

from web.rehearsal.group_life import GroupLife
from web.rehearsal.imports import import_groups, import_people
from web.rehearsal.stage import Stage
from web.rehearsal.user_life import UserLife

CONNECT = "connect"


async def live(stage: Stage, *, keep: bool) -> None:
    """Every step. What fails is counted and passed over, and the later steps do without; without a connection there
    are none.
    """
    people, groups = UserLife(stage), GroupLife(stage)
    await stage.each(CONNECT, [0], lambda _: _connect(stage))
    if stage.client.steps[CONNECT].failures:
        return
    await stage.each(CONNECT, [0], lambda _: _try_as_a_stranger(stage))
    await people.join()
    await people.move()
    await groups.push()
    await groups.change()
    await people.leave()
    await import_people(stage, "import people")
    await import_groups(stage, "import groups")
    await groups.leave()
    if keep:
        return
    await people.delete_leavers()
    await import_people(stage, "import people again")
    await import_groups(stage, "import groups again")
    await groups.delete()
    await people.delete()


async def _connect(stage: Stage) -> None:
    """As an administrator tries it out."""
    wrong = await stage.style.connect(stage.client, CONNECT)
    if wrong:
        stage.differences.add(f"{CONNECT}: {wrong}", CONNECT)


async def _try_as_a_stranger(stage: Stage) -> None:
    """Nobody lets in a token that nobody made."""
    await stage.client.send(CONNECT, "GET", "/Users", query="startIndex=1&count=2", expect=(401,), token="nobody's")  # noqa: S106
