"""Aliases: the names in addresses by which a team is asked for. Unique in the account, for ever.

A team has one that is its own and keeps every older one. Some are made from its name; others by hand.
"""

from __future__ import annotations

from collections.abc import Sequence

from catalog.changes import Change
from catalog.dialects import DIALECTS
from catalog.engines import Conflict
from catalog.errors import AlreadyTaken, Invalid, NotFound
from catalog.ids import fold, new_id
from catalog.models import Team, TeamAlias
from catalog.services import ownership

MOST_CHARACTERS = 255
_ROOM_FOR_A_NUMBER = 8


async def choose(this: Change, team: Team) -> str:
    """An alias made from the team's name: its own already, or nobody's; with a number where others have it."""
    slug = _slug(team.name)
    rows = await this.rows(
        "SELECT alias, team_id FROM team_aliases WHERE account_id = $1 AND (alias = $2 OR alias >= $3 AND alias < $4)",
        this.account_id,
        slug,
        f"{slug}-",
        f"{slug}.",
    )
    holders = {row["alias"]: str(row["team_id"]) for row in rows}
    numbered = [slug, *(f"{slug}-{number}" for number in range(2, len(holders) + 2))]
    mine = [alias for alias in numbered if holders.get(alias) == str(team.id)]
    return mine[0] if mine else next(alias for alias in numbered if alias not in holders)


async def keep(this: Change, team: Team, alias: str, *, by_hand: bool) -> None:
    """The team answers to this alias; nothing, if it does already.

    Raises AlreadyTaken where it is another team's, also a deleted one's; Invalid where it can't be an alias. One that
    was made from a name and that somebody took at the same time is a Conflict: the change is tried again.
    """
    if not 0 < len(alias) <= MOST_CHARACTERS or not all(letter.isalnum() or letter in "-_." for letter in alias):
        raise Invalid("alias", f"use letters, digits, '-', '_' and '.', at most {MOST_CHARACTERS} of them.")
    known = "SELECT 1 FROM team_aliases WHERE account_id = $1 AND alias = $2 AND team_id = $3"
    if await this.rows(known, this.account_id, alias, team.id):
        return
    this.add(_alias(this, team, alias, by_hand=by_hand))
    await (this.flush() if by_hand else _flush_made(this))


async def add(this: Change, team: Team, alias: str) -> None:
    """The team answers to this alias too; nothing, if it does already. Raises NotPermitted, and as `keep` does."""
    await ownership.need(this, "teams.update", team)
    before = await of(this, team)
    if alias not in before:
        await keep(this, team, alias, by_hand=True)
        _record(this, team, before, [*before, alias])


async def remove(this: Change, team: Team, alias: str) -> None:
    """The team does not answer to this alias any more, which may be another team's from now on.

    Raises NotPermitted; NotFound; Invalid for its default one, and for one that was made of its name: addresses that
    were handed out lead there.
    """
    await ownership.need(this, "teams.update", team)
    if alias == team.alias:
        raise Invalid("alias", "it is the team's own: give the team another one first.")
    rows = await this.rows(
        "SELECT id, is_managed FROM team_aliases WHERE account_id = $1 AND team_id = $2 AND alias = $3",
        *(this.account_id, team.id, alias),
    )
    if not rows:
        raise NotFound("alias", alias)
    if not rows[0]["is_managed"]:
        raise Invalid("alias", "it was made of the team's name, so addresses may lead to it; only others are deleted.")
    before = await of(this, team)
    this.run("DELETE FROM team_aliases WHERE account_id = $1 AND id = $2", this.account_id, rows[0]["id"])
    _record(this, team, before, [kept for kept in before if kept != alias])
    await this.flush()


async def of(this: Change, team: Team) -> list[str]:
    """Everything that the team answers to, the oldest first."""
    rows = await this.rows(
        "SELECT alias FROM team_aliases WHERE account_id = $1 AND team_id = $2 ORDER BY id", this.account_id, team.id
    )
    return [row["alias"] for row in rows]


def _record(this: Change, team: Team, before: list[str], after: list[str]) -> None:
    this.record("team.updated", team, kind="team", name=team.name, before={"aliases": before}, after={"aliases": after})


async def keep_all(this: Change, teams: Sequence[Team]) -> None:
    """Teams that were renamed answer to their new names too, each with a number where others have the name.

    In one look for most of them; one by one only where a name is not free.
    """
    slugs = {team.id: _slug(team.name) for team in teams}
    rows = await this.rows(
        "SELECT alias, team_id FROM team_aliases WHERE account_id = $1 "
        f"AND {DIALECTS[this.dialect].one_of('alias', '$2', 'text')}",
        this.account_id,
        sorted(set(slugs.values())),
    )
    holders = {row["alias"]: str(row["team_id"]) for row in rows}
    contended = []
    for team in teams:
        holder = holders.setdefault(slugs[team.id], "")
        if not holder:
            holders[slugs[team.id]] = str(team.id)
            this.add(_alias(this, team, slugs[team.id], by_hand=False))
        elif holder != str(team.id):
            contended.append(team)
    await _flush_made(this)
    for team in contended:
        await keep(this, team, await choose(this, team), by_hand=False)


async def _flush_made(this: Change) -> None:
    """Everything written; an alias that was made, and that somebody took at the same time, is a Conflict."""
    try:
        await this.flush()
    except AlreadyTaken as problem:
        if problem.field == "alias":
            raise Conflict(str(problem)) from problem
        raise


def _alias(this: Change, team: Team, alias: str, *, by_hand: bool) -> TeamAlias:
    return TeamAlias(
        id=new_id(),
        account_id=this.account_id,
        team_id=team.id,
        alias=alias,
        is_managed=by_hand,
        created_at=this.at,
    )


def _slug(name: str) -> str:
    words = "".join(character if character.isalnum() else " " for character in fold(name)).split()
    return "-".join(words)[: MOST_CHARACTERS - _ROOM_FOR_A_NUMBER] or "team"
